"""Many random replicates of one task, the same whatever the number of processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import numpy as np

from sahelkit._types import Floats
from sahelkit.errors import OptionError
from sahelkit.options import check_options

T = TypeVar("T")
# Replicates sent to a process at once: enough that sending costs little beside them.
_BATCH = 20


def on_one_thread(task: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """Call a task with one thread for linear algebra, as joblib's own processes have.

    With several threads products are summed in another order, so that the last digits would tell whether a task ran
    in a process of its own.

    Examples
    --------
    >>> on_one_thread(max, 1, 2)
    2
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return task(*arguments, **options)


def _batch(task: Callable[[np.random.Generator], T], seeds: Sequence[np.random.SeedSequence]) -> list[T]:
    return [task(np.random.default_rng(seed)) for seed in seeds]


def replicate(
    task: Callable[[np.random.Generator], T], number: int, *, seed: int | None, n_jobs: int | None
) -> list[T]:
    """Run a task on independent random streams.

    Parameters
    ----------
    task : callable
        Takes a generator of random numbers; must be picklable to run in several processes.
    number : int
        Replicates, at least 1.
    seed : int or None
        The replicate k draws from the k-th stream spawned from it, in whatever process it runs. None: a new seed.
    n_jobs : int or None
        Processes, as joblib counts them. None leaves the choice to ``joblib.parallel_config``, so that a Dask
        cluster set there does the work.

    Raises
    ------
    OptionError
        If `number` is not a whole number of at least 1.

    Examples
    --------
    >>> from operator import methodcaller
    >>> coin = methodcaller("integers", 0, 2)
    >>> flips = replicate(coin, 30, seed=1, n_jobs=1)
    >>> flips == replicate(coin, 40, seed=1, n_jobs=1)[:30], len(set(map(int, flips)))
    (True, 2)
    """
    from joblib import Parallel, delayed

    check_options(replicates=number, seed=seed, n_jobs=n_jobs)

    seeds = np.random.SeedSequence(seed).spawn(int(number))
    batches = [seeds[first : first + _BATCH] for first in range(0, len(seeds), _BATCH)]
    done = Parallel(n_jobs=n_jobs)(delayed(on_one_thread)(_batch, task, batch) for batch in batches)
    return [result for batch in cast("list[list[T]]", done) for result in batch]


def p_error(p_value: float, replicates: int) -> float:
    """Monte Carlo standard error of a p-value that counts the data among B replicates: ``sqrt(p (1 - p) / (B + 1))``.

    Parameters
    ----------
    p_value : float
        The p-value; NaN where there is none.
    replicates : int
        Number of replicates.

    Returns
    -------
    float
        NaN where there is no p-value.

    References
    ----------
    Davison, A. C., & Hinkley, D. V. (1997). Bootstrap methods and their application. Cambridge University Press,
    section 4.2.5. https://doi.org/10.1017/CBO9780511802843

    Examples
    --------
    >>> round(p_error(0.07, 99), 4), round(p_error(0.07, 9999), 4)
    (0.0255, 0.0026)
    """
    return float(np.sqrt(p_value * (1.0 - p_value) / (replicates + 1)))


def share_error(share: float, replicates: int) -> float:
    """Monte Carlo standard error of a share of B replicates, above 0 even where all or none of them count.

    Parameters
    ----------
    share : float
        The share, between 0 and 1.
    replicates : int
        Number of replicates.

    Returns
    -------
    float

    References
    ----------
    Agresti, A., & Coull, B. A. (1998). Approximate is better than "exact" for interval estimation of binomial
    proportions. The American Statistician, 52(2), 119-126. https://doi.org/10.1080/00031305.1998.10480550

    Examples
    --------
    >>> round(share_error(0.45, 40), 2), round(share_error(1.0, 40), 2)
    (0.08, 0.03)
    """
    middle = (share * replicates + 2.0) / (replicates + 4.0)
    return float(np.sqrt(middle * (1.0 - middle) / (replicates + 4.0)))


def quantile_error(values: Floats, share: float, *, independent: float | None = None) -> float:
    """Monte Carlo standard error of a sample quantile: half the distance of the order statistics about it.

    NaN where one of them is not finite. See `quantile_errors` for many quantities at once.

    Parameters
    ----------
    values : array, shape (B,)
        Replicates or draws.
    share : float
        Which quantile.
    independent : float, optional
        Effective number of independent values; B when absent.

    References
    ----------
    Vehtari, A., Gelman, A., Simpson, D., Carpenter, B., & Buerkner, P.-C. (2021). Rank-normalization, folding, and
    localization: An improved R-hat for assessing convergence of MCMC. Bayesian Analysis, 16(2), 667-718.
    https://doi.org/10.1214/20-BA1221

    Examples
    --------
    >>> from scipy.stats import norm
    >>> known = np.sqrt(0.25 / 9999) / norm.pdf(0.0)  # of the median of a normal sample
    >>> float(round(quantile_error(norm.ppf(np.arange(1, 10_000) / 10_000), 0.5) / known, 2))
    1.0
    """
    return float(quantile_errors(values, share, independent=independent))


def quantile_errors(values: Floats, share: float, *, independent: float | None = None) -> Floats:
    """`quantile_error` of each column: values of shape (B, ...) give errors of shape (...)."""
    from scipy.stats import beta, norm

    known = np.asarray(values, dtype=float)
    size = float(len(known)) if independent is None else float(independent)
    ends = beta.ppf(norm.cdf([-1.0, 1.0]), size * share + 1.0, size * (1.0 - share) + 1.0)
    with np.errstate(invalid="ignore"):
        low, high = np.quantile(known, ends, axis=0)
        return np.where(np.isfinite(low) & np.isfinite(high), (high - low) / 2.0, np.nan)


def jackknife_error(statistic: Callable[[Floats], Floats | float], draws: Floats, *, groups: int = 10) -> Floats:
    """Monte Carlo standard error of any statistic of draws, by leaving out one group of them after another.

    Parameters
    ----------
    statistic : callable
        Takes draws, shape (b, ...); returns a number or an array.
    draws : array, shape (B, ...)
        In the order in which they were drawn, so that neighbours that depend on one another leave together.
    groups : int

    References
    ----------
    Efron, B., & Tibshirani, R. J. (1993). An introduction to the bootstrap. Chapman & Hall, section 11.5.
    https://doi.org/10.1201/9780429246593

    Examples
    --------
    >>> noise = np.random.default_rng(1).normal(size=10_000)
    >>> bool(0.005 < jackknife_error(np.mean, noise) < 0.02)
    True
    """
    parts = np.array_split(np.arange(len(draws)), groups)
    values = np.array([statistic(np.delete(draws, part, axis=0)) for part in parts], dtype=float)
    spread = ((values - values.mean(axis=0)) ** 2).sum(axis=0)
    return np.asarray(np.sqrt((groups - 1) / groups * spread))


def tried(what: str, values: Sequence[float], *, least: float) -> list[float]:
    """Strengths or lags to be tried in simulations, as numbers.

    Raises
    ------
    OptionError
        If they are no list of finite numbers of at least `least`.

    Examples
    --------
    >>> tried("sizes", [0, 0.2], least=0.0)
    [0.0, 0.2]
    """
    try:
        found = [float(value) for value in values]
    except (TypeError, ValueError):
        found = []
    if not found or not all(least <= value < np.inf for value in found):
        rule = "a list of numbers above 0" if least else "a list of numbers of at least 0"
        raise OptionError(what, values, f"it is {rule}", repair=f"Type {what}=[0.1, 0.2]")
    return found


def power_error(ratios: Floats, power: float, critical: float, error: float) -> float:
    """Error of the share of ratios above a critical value that is itself simulated."""
    shifted = [float((ratios > critical + side * error).mean()) for side in (-1.0, 1.0)]
    return float(np.hypot(share_error(power, len(ratios)), (shifted[0] - shifted[1]) / 2))
