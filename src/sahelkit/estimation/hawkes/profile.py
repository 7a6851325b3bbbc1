"""Profile-likelihood intervals of the excitation and its lags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from sahelkit._types import Floats
from sahelkit.estimation.hawkes.estimate import Estimate, Settings, best_with_cross, maximise, settled
from sahelkit.estimation.hawkes.likelihood import Point
from sahelkit.options import check_options

PARAMETERS = ("own", "cross", "own_lag", "cross_lag")
# A reading beyond this many events per event is reported as no bound at all.
ENDLESS = 50.0


def profile_point(estimate: Estimate, settings: Settings, which: str) -> Callable[[float], tuple[Floats, float]]:
    """Best point, and its log-likelihood, as a function of one parameter held at a value.

    Parameters
    ----------
    estimate : Estimate
    settings : Settings
    which : {"own", "cross", "own_lag", "cross_lag"}

    Returns
    -------
    function
        From the value (events per event, or years) to the point, shape (p + 4,), at which the log-likelihood is
        largest over all other parameters, and that log-likelihood.
    """
    problem = estimate.problem
    best, null = estimate.point.vector(), estimate.null.vector()
    warm = [best]
    known: dict[float, tuple[Floats, float]] = {}

    def point(value: float) -> tuple[Floats, float]:
        if value in known:
            return known[value]
        if which == "cross":
            held = settings.limits(cross=(value, value))
            found = [best_with_cross(problem, null, estimate.null_loglik, settings, cross=value)]
        elif which == "own":
            held = settings.limits(own=(value, value))
            found = [maximise(problem, _moved(best, -2, lag), held) for lag in settings.lag_starts("own")[::2]]
        else:
            fixed = (value, value)
            narrow = replace(settings, own_lag=fixed) if which == "own_lag" else replace(settings, cross_lag=fixed)
            held = narrow.limits()
            found = []
        found += [maximise(problem, start, held) for start in (best, warm[-1])]
        top = max(found, key=lambda one: one[1])
        warm.append(top[0])
        known[value] = top
        return top

    return point


def signed_root(estimate: Estimate, settings: Settings, which: str, value: float) -> tuple[float, Floats]:
    """Signed root of the likelihood ratio against a value of a parameter, and the best point that has it.

    Parameters
    ----------
    estimate : Estimate
    settings : Settings
    which : {"own", "cross", "own_lag", "cross_lag"}
    value : float
        Events per event, or years.

    Returns
    -------
    root : float
        Below 0 where the estimate lies below `value`.
    vector : array, shape (p + 4,)
    """
    vector, height = profile_point(estimate, settings, which)(value)
    return root_of(estimate, which, value, height), vector


def root_of(estimate: Estimate, which: str, value: float, height: float) -> float:
    """Signed root of the likelihood ratio whose constrained log-likelihood is `height`."""
    side = np.sign(float(getattr(estimate.point, which)) - value)
    return settled(side * np.sqrt(max(0.0, 2.0 * (estimate.loglik - height))))


def _moved(vector: Floats, position: int, value: float) -> Floats:
    out = vector.copy()
    out[position] = value
    return out


def profile_interval(estimate: Estimate, settings: Settings, which: str, level: float) -> tuple[float, float]:
    """Values of a parameter whose profile log-likelihood is near enough to the largest.

    Parameters
    ----------
    estimate : Estimate
    settings : Settings
    which : {"own", "cross", "own_lag", "cross_lag"}
    level : float
        Two-sided level. The upper end at level 0.90 is the one-sided 95 % upper bound.

    Returns
    -------
    low, high : float
        0 and infinity where the likelihood never falls far enough; for a lag the ends of its box.

    References
    ----------
    Self, S. G., & Liang, K.-Y. (1987). Asymptotic properties of maximum likelihood estimators and likelihood ratio
    tests under nonstandard conditions. Journal of the American Statistical Association, 82(398), 605-610.
    https://doi.org/10.1080/01621459.1987.10478472
    """
    from scipy.optimize import brentq
    from scipy.stats import chi2

    check_options(level=level)

    fall = float(chi2.ppf(level, 1)) / 2
    point = profile_point(estimate, settings, which)
    centre = float(getattr(estimate.point, which))
    lag = which.endswith("lag")

    def short(value: float) -> float:
        return estimate.loglik - point(value)[1] - fall

    def edge(inner: float, outer: float) -> float:
        tolerance = 1e-3 * max(abs(outer - inner), 0.01)
        return float(brentq(short, inner, outer, xtol=tolerance, rtol=1e-4))

    if lag:
        low_end, high_end = getattr(settings, which)
    else:
        low_end, high_end = 0.0, max(2.0 * centre, 0.1)
        while short(high_end) < 0 and high_end < ENDLESS:
            high_end *= 2.0
        if high_end >= ENDLESS:
            return (edge(low_end, centre) if centre > 0 and short(low_end) > 0 else 0.0), np.inf
    low = edge(low_end, centre) if centre > low_end and short(low_end) > 0 else low_end
    high = edge(centre, high_end) if centre < high_end and short(high_end) > 0 else high_end
    return low, high


def cross_at_lag(estimate: Estimate, settings: Settings, lag: float, level: float) -> tuple[float, float, float]:
    """Contagion with its mean lag held: the estimate, the upper end of its profile interval, and its likelihood ratio.

    Parameters
    ----------
    estimate : Estimate
    settings : Settings
    lag : float
        Years.
    level : float
        Two-sided level of the interval.
    """
    held = replace(settings, cross_lag=(lag, lag), contagion=True)
    vector, value = best_with_cross(estimate.problem, estimate.null.vector(), estimate.null_loglik, held)
    vector[-1] = np.log(lag)
    here = replace(estimate, point=Point.of(vector), loglik=value)
    return float(vector[-3]), profile_interval(here, held, "cross", level)[1], here.ratio
