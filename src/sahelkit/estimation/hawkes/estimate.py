"""Maximum likelihood: with and without contagion, spread of the country effects included."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from sahelkit._types import Floats
from sahelkit.errors import ModelError
from sahelkit.estimation.hawkes.baseline import PERIOD_SD, Baseline
from sahelkit.estimation.hawkes.kernel import Kernel, kernel_named
from sahelkit.estimation.hawkes.likelihood import Point, Problem, curvature, log_likelihood, pose
from sahelkit.estimation.hawkes.observed import Observed
from sahelkit.estimation.hawkes.search import descend

Span = tuple[float, float]

# The first value stands for no spread; beyond the second it is no longer one of countries.
_SPREAD: Span = (0.02, 3.0)
_CLOSE = 0.05
_ROUNDS = 3
# Differences of log-likelihood below this are rounding of the search, and count as none.
_TIE = 1e-6
_ENDLESS = (-np.inf, np.inf)


@dataclass(frozen=True)
class Settings:
    """How the model is estimated; the same for the data and for every simulated replicate.

    Attributes
    ----------
    kernel : str
        Name of the kernel.
    own_lag, cross_lag : (float, float)
        Where the mean lags are searched, in years; twice the same number for a lag that is given.
    own, contagion : bool
        Whether a country's own events, and those of others, may set off events.
    country_sd, country_decade_sd : float or None
        Standard deviation of the country effects on the log rate, and of those of each country and decade; None
        where they are estimated.
    starts : tuple of float
        Where in the box of a lag, from 0 to 1 on the log scale, a search begins.
    """

    kernel: str = "exponential"
    own_lag: Span = (1 / 12, 5.0)
    cross_lag: Span = (1 / 12, 5.0)
    own: bool = True
    contagion: bool = True
    country_sd: float | None = None
    country_decade_sd: float | None = None
    starts: tuple[float, ...] = (0.0, 0.25, 0.5, 0.75, 1.0)

    def limits(self, *, own: Span | None = None, cross: Span | None = None) -> list[Span]:
        """Bounds of own, cross and the logs of the lags."""
        free, none = (0.0, np.inf), (0.0, 0.0)
        lags = [(float(np.log(low)), float(np.log(high))) for low, high in (self.own_lag, self.cross_lag)]
        return [own or (free if self.own else none), cross or (free if self.contagion else none), *lags]

    def lag_starts(self, which: str) -> Floats:
        """Logs of the lags at which a search begins."""
        low, high = np.log(self.own_lag if which == "own" else self.cross_lag)
        return np.unique(low + (high - low) * np.array(self.starts))


@dataclass(frozen=True)
class Estimate:
    """Where the likelihood is largest.

    Attributes
    ----------
    point, null : Point
        With contagion (if allowed) and without.
    loglik, null_loglik : float
        Log-likelihood at the two, less the ridge of the effects.
    spreads : dict
        Standard deviation of the effects by block.
    problem : Problem
        Likelihood, with the prior in use.
    """

    point: Point
    null: Point
    loglik: float
    null_loglik: float
    spreads: dict[str, float] = field(repr=False)
    problem: Problem = field(repr=False)

    @property
    def ratio(self) -> float:
        """Likelihood ratio statistic of contagion, to the digits that the search settles; 0 where there is none."""
        return max(0.0, settled(2.0 * (self.loglik - self.null_loglik)))


def settled(value: float) -> float:
    """A number without the digits that rounding in another process, or on another machine, may change.

    Examples
    --------
    >>> settled(0.12332883227284697) == settled(0.12332883227287539)
    True
    """
    return float(np.round(value, 6))


def maximise(
    problem: Problem, start: Floats, limits: list[Span], *, shape: Floats | None = None
) -> tuple[Floats, float]:
    """Largest log-likelihood inside the limits, from one start.

    Parameters
    ----------
    problem : Problem
    start : array, shape (p + 4,)
    limits : list of four (low, high)
        For own, cross and the logs of the lags.
    shape : array, shape (p + 4, p + 4), optional
        First guess of the curvature; that at the start when absent.

    Returns
    -------
    vector : array, shape (p + 4,)
    value : float
    """
    low, high = (
        np.concatenate([np.full(len(start) - 4, end), ends])
        for end, ends in zip(_ENDLESS, zip(*limits, strict=True), strict=True)
    )
    inside = np.clip(start, low, high)

    def loss(vector: Floats) -> tuple[float, Floats]:
        value, gradient = log_likelihood(problem, vector)
        return -value, -gradient

    found, value = descend(loss, inside, low, high, curvature(problem, inside) if shape is None else shape)
    if not np.isfinite(value):
        raise ModelError(
            "the log-likelihood is not finite at the best point found. Look at the scale of the covariates"
        )
    return found, -value


def _precision(baseline: Baseline, spreads: dict[str, float]) -> Floats:
    out = np.zeros(len(baseline.terms))
    out[baseline.columns("period")] = PERIOD_SD**-2
    for block, spread in spreads.items():
        out[baseline.columns(block)] = spread**-2
    return out


def _marginal(shape: Floats, value: float, baseline: Baseline, spreads: dict[str, float]) -> float:
    """Laplace approximation of the log marginal likelihood of the spreads."""
    columns = baseline.columns(*spreads)
    sign, volume = np.linalg.slogdet(shape[np.ix_(columns, columns)])
    if sign <= 0:
        return -np.inf
    prior = sum(len(baseline.columns(block)) * np.log(spread) for block, spread in spreads.items())
    return float(value - prior - 0.5 * volume)


def find_spreads(
    problem: Problem, vector: Floats, limits: list[Span], baseline: Baseline, given: dict[str, float | None]
) -> tuple[Problem, Floats, float, dict[str, float]]:
    """Spreads of the random effects, and the best point under them.

    They maximise the marginal likelihood, in which the effects are integrated out by Laplace's approximation at the
    joint mode. With few countries the data often fit best with no spread at all; the lower end of the search stands for
    that. Penalties that keep the spread away from 0 were found, in simulations, to take from own excitation.

    Parameters
    ----------
    problem : Problem
    vector : array, shape (p + 4,)
        Where to begin.
    limits : list of four (low, high)
    baseline : Baseline
    given : dict
        Spread by block; None where it is to be found.

    References
    ----------
    Breslow, N. E., & Clayton, D. G. (1993). Approximate inference in generalized linear mixed models. Journal of the
    American Statistical Association, 88(421), 9-25. https://doi.org/10.1080/01621459.1993.10594284
    """
    from scipy.optimize import minimize_scalar

    spreads = {block: 0.4 if spread is None else spread for block, spread in given.items()}
    free = [block for block, spread in given.items() if spread is None]

    # Where the last mode was, its curvature and prior precision: the next mode is near, and only the prior differs.
    last: tuple[Floats, Floats | None, Floats] = (vector, None, problem.precision)

    def under(trial: dict[str, float]) -> tuple[Problem, Floats, float, Floats]:
        nonlocal last
        start, shape, old = last
        posed = problem.with_precision(_precision(baseline, trial))
        if shape is not None:
            shape = shape + np.diag(np.append(posed.precision - old, np.zeros(4)))
        mode, height = maximise(posed, start, limits, shape=shape)
        last = mode, curvature(posed, mode), posed.precision
        return posed, mode, height, last[1]

    posed, vector, value, _ = under(spreads)
    for _ in range(_ROUNDS if len(free) > 1 else len(free)):
        for block in free:

            def depth(log_spread: float, block: str = block) -> float:
                trial = {**spreads, block: float(np.exp(log_spread))}
                _, _, height, shape = under(trial)
                return -_marginal(shape, height, baseline, trial)

            found = minimize_scalar(depth, bounds=np.log(_SPREAD), method="bounded", options={"xatol": _CLOSE})
            spreads[block] = float(np.exp(found.x))
            posed, vector, value, _ = under(spreads)
    return posed, vector, value, spreads


def estimate(observed: Observed, baseline: Baseline, weights: Floats, settings: Settings) -> Estimate:
    """Estimate the model without contagion and then, from there, with it.

    The spreads of the effects are found without contagion (`find_spreads`) and held when contagion is added, so that
    the two likelihoods can be compared. With contagion the search starts from several cross lags, for the likelihood
    may have several peaks.

    Parameters
    ----------
    observed : Observed
    baseline : Baseline
    weights : array, shape (n, n)
        W[target, source].
    settings : Settings
    """
    kernel: Kernel = kernel_named(settings.kernel)
    given: dict[str, float | None] = {"country": settings.country_sd, "country_decade": settings.country_decade_sd}
    given = {block: spread for block, spread in given.items() if len(baseline.columns(block))}
    problem = pose(observed, baseline, weights, kernel, np.zeros(len(baseline.terms)))
    # What no event bears on is not searched: the likelihood would keep the value that the search began with.
    settings = replace(
        settings, own=settings.own and problem.own.bears, contagion=settings.contagion and problem.cross.bears
    )
    vector = np.zeros(len(baseline.terms) + 4)
    vector[0] = np.log(observed.n_events / baseline.exposure.sum()) - 0.3
    vector[-4] = 0.3 if settings.own else 0.0
    own_starts = settings.lag_starts("own")
    vector[-2:] = own_starts[3 * len(own_starts) // 4], settings.lag_starts("cross")[0]
    alone = settings.limits(cross=(0.0, 0.0))
    problem, vector, value, spreads = find_spreads(problem, vector, alone, baseline, given)
    for lag in own_starts[:3:2] if settings.own and len(own_starts) > 1 else ():
        start = vector.copy()
        start[-2], start[-4] = lag, max(start[-4], 0.1)
        vector, value = max((vector, value), maximise(problem, start, alone), key=lambda found: found[1])
    null, null_value = vector, value
    if settings.contagion:
        vector, value = best_with_cross(problem, null, null_value, settings)
    return Estimate(
        point=Point.of(vector),
        null=Point.of(null),
        loglik=value,
        null_loglik=null_value,
        spreads=spreads,
        problem=problem,
    )


def best_with_cross(
    problem: Problem, null: Floats, null_value: float, settings: Settings, *, cross: float | None = None
) -> tuple[Floats, float]:
    """Best point with contagion, free or held at a value, over all starts of the cross lag.

    Parameters
    ----------
    problem : Problem
    null : array, shape (p + 4,)
        Best point without contagion.
    null_value : float
        Its log-likelihood; a point with free contagion is never worse.
    settings : Settings
    cross : float, optional
        Value at which contagion is held.
    """
    limits = settings.limits(cross=None if cross is None else (cross, cross))
    best, value = (null, null_value) if cross is None else (null, -np.inf)
    for lag in settings.lag_starts("cross"):
        start = null.copy()
        start[-3], start[-1] = (_first_cross(problem, lag) if cross is None else cross), lag
        found, height = maximise(problem, start, limits)
        if height > value + (_TIE / 2 if cross is None else 0.0):
            best, value = found, height
    return best, value


def _first_cross(problem: Problem, lag: float) -> float:
    """Strength at which contagion would account for one event in twenty, whatever the unit of the weights."""
    total = problem.cross.total(problem.kernel, float(np.exp(lag)))[0]
    return 0.05 * len(problem.row) / total if total > 0 else 0.0
