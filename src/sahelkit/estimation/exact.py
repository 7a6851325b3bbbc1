"""Exact tests for a handful of cases, each with the smallest p-value that it can give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations, permutations
from math import comb, factorial

import numpy as np
import numpy.typing as npt

from sahelkit._deprecated import renamed
from sahelkit._types import Floats
from sahelkit.errors import ModelError
from sahelkit.estimation.replicates import p_error
from sahelkit.options import check_options

# Orders and groupings up to these numbers are all tried; beyond, a sample of them.
MOST_ORDERS = 40_320
MOST_GROUPS = 200_000
# Two statistics that differ by less are the same: sums in another order differ in the last digits.
_SAME = 1e-9


@dataclass(frozen=True)
class ExactTest:
    """Outcome of a permutation test.

    Attributes
    ----------
    statistic : float
        Observed value.
    p_value : float
        Share of arrangements whose statistic is at least as far from zero (two-sided); with drawn arrangements the
        observed one is counted among them.
    smallest : float
        The smallest p-value that the test could have given with these data; a p-value near it cannot be bettered.
    n : int
        Cases.
    n_tried : int
        Arrangements tried.
    exact : bool
        True when all arrangements were tried.
    """

    statistic: float
    p_value: float
    smallest: float
    n: int
    n_tried: int
    exact: bool

    @property
    def p_error(self) -> float:
        """Monte Carlo standard error of the p-value; 0 when all arrangements were tried."""
        return 0.0 if self.exact else p_error(self.p_value, self.n_tried)


def exact_share(hits: int, trials: int, *, level: float = 0.95) -> tuple[float, float]:
    """Exact interval of Clopper and Pearson for a share.

    Parameters
    ----------
    hits, trials : int
        Hits, and all cases.
    level : float
        Confidence level.

    Returns
    -------
    tuple of float
        Lower and upper end.

    Raises
    ------
    ModelError
        If `hits` is not between 0 and `trials`, or there is no case.

    References
    ----------
    Clopper, C. J. & Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in the case of the
    binomial. *Biometrika* 26, 404-413. https://doi.org/10.1093/biomet/26.4.404

    Examples
    --------
    >>> [round(end, 3) for end in exact_share(3, 42)]
    [0.015, 0.195]
    """
    from scipy.stats import beta

    check_options(level=level)

    if trials < 1 or not 0 <= hits <= trials:
        raise ModelError(f"{hits} hits of {trials} cases give no share")
    tail = (1 - level) / 2
    low = 0.0 if hits == 0 else float(beta.ppf(tail, hits, trials - hits + 1))
    high = 1.0 if hits == trials else float(beta.ppf(1 - tail, hits + 1, trials - hits))
    return low, high


def ranks(values: Floats) -> Floats:
    """Ranks from 1, ties sharing the mean of theirs.

    Examples
    --------
    >>> ranks(np.array([3.0, 1.0, 1.0, np.inf])).tolist()
    [3.0, 1.5, 1.5, 4.0]
    """
    _, place, count = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(count)
    return np.asarray((ends - (count - 1) / 2)[place], dtype=np.float64)


def spearman(x: Floats, y: Floats) -> float:
    """Spearman's rank correlation; NaN where one side does not vary.

    Examples
    --------
    >>> spearman(np.array([1.0, 2.0, 3.0]), np.array([9.0, 7.0, 8.0]))
    -0.5
    """
    left, right = ranks(x), ranks(y)
    left, right = left - left.mean(), right - right.mean()
    scale = np.sqrt((left @ left) * (right @ right))
    return float(left @ right / scale) if scale > 0 else float("nan")


@renamed(draws="replicates")
def rank_correlation(
    x: npt.ArrayLike, y: npt.ArrayLike, *, replicates: int = 19_999, seed: int | None = 0
) -> ExactTest:
    """Spearman's rank correlation, tested by permuting one side.

    All orders are tried for up to eight cases; beyond, `replicates` orders are drawn at random.

    Parameters
    ----------
    x, y : array-like, shape (n,)
        Values; ``inf`` ranks last (a wait that had not ended, say). NaN is refused.
    replicates : int
        Orders drawn where there are too many.
    seed : int or None
        Seed of the draws.

    Returns
    -------
    ExactTest

    Raises
    ------
    ModelError
        If there are fewer than three cases, a value is missing, or one side does not vary.

    Examples
    --------
    >>> test = rank_correlation([1, 2, 3, 4], [10, 20, 30, 40])
    >>> test.statistic, round(test.p_value, 4), round(test.smallest, 4), test.n_tried
    (1.0, 0.0833, 0.0833, 24)
    """
    check_options(replicates=replicates, seed=seed)
    a, b = (np.asarray(values, dtype=np.float64) for values in (x, y))
    if a.shape != b.shape or a.ndim != 1 or len(a) < 3:
        raise ModelError("a rank correlation needs two rows of the same length, of at least three cases")
    if np.isnan(a).any() or np.isnan(b).any():
        raise ModelError("a value is missing. Leave out the cases without one, and say which")
    left, right = ranks(a), ranks(b)
    left, right = left - left.mean(), right - right.mean()
    if not left.any() or not right.any():
        raise ModelError("all cases have the same value on one side, so that nothing can go with it")
    observed = spearman(a, b)
    if factorial(len(a)) <= MOST_ORDERS:
        orders = np.array(list(permutations(range(len(a)))))
        return _judged(observed, right[orders] @ left / np.sqrt((left @ left) * (right @ right)), len(a), exact=True)
    # Orders are drawn by position: sorted pairs give the same p-value in whatever order the cases came.
    order = np.lexsort((right, left))
    left, right = left[order], right[order]
    generator = np.random.default_rng(seed)
    drawn = np.array([right[generator.permutation(len(a))] for _ in range(replicates)])
    return _judged(observed, drawn @ left / np.sqrt((left @ left) * (right @ right)), len(a), exact=False)


def two_groups(first: npt.ArrayLike, second: npt.ArrayLike) -> ExactTest:
    """Difference of mean ranks between two groups, over all ways of forming them (Wilcoxon's rank sum, exact).

    Parameters
    ----------
    first, second : array-like
        Values of the two groups; ``inf`` ranks last.

    Returns
    -------
    ExactTest
        ``statistic`` is the mean rank of the first group less that of the second.

    Raises
    ------
    ModelError
        If a group is empty, a value is missing, or there are more than 200,000 groupings.

    Examples
    --------
    >>> test = two_groups([5.0], [14.0, 18.0])
    >>> test.statistic, round(test.p_value, 3), round(test.smallest, 3)
    (-1.5, 0.667, 0.667)
    """
    a, b = (np.asarray(values, dtype=np.float64) for values in (first, second))
    if not len(a) or not len(b):
        raise ModelError("one of the two groups has no case")
    if np.isnan(a).any() or np.isnan(b).any():
        raise ModelError("a value is missing. Leave out the cases without one, and say which")
    n = len(a) + len(b)
    if comb(n, len(a)) > MOST_GROUPS:
        raise ModelError(f"{n} cases can be split in {comb(n, len(a)):,} ways, too many to try all")
    place = ranks(np.concatenate([a, b]))
    total = place.sum()
    sums = np.array([place[list(group)].sum() for group in combinations(range(n), len(a))])
    differences = sums / len(a) - (total - sums) / len(b)
    return _judged(float(place[: len(a)].mean() - place[len(a) :].mean()), differences, n, exact=True)


def _judged(observed: float, tried: Floats, n: int, *, exact: bool) -> ExactTest:
    reach: Callable[[float], int] = lambda value: int((np.abs(tried) >= abs(value) - _SAME).sum())  # noqa: E731
    if exact:
        p_value, smallest = reach(observed) / len(tried), reach(float(np.abs(tried).max())) / len(tried)
    else:
        p_value, smallest = (reach(observed) + 1) / (len(tried) + 1), 1 / (len(tried) + 1)
    return ExactTest(observed, p_value, smallest, n, len(tried), exact)
