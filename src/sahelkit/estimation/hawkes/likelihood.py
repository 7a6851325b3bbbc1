"""Log-likelihood of the network Hawkes process, with its gradient and curvature."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sahelkit._types import Floats, Ints
from sahelkit.estimation.hawkes.baseline import Baseline
from sahelkit.estimation.hawkes.kernel import Kernel
from sahelkit.estimation.hawkes.observed import Observed
from sahelkit.estimation.hawkes.pull import Pull, pull_of

# A log rate beyond this overflows on the way to nowhere; the search turns back long before.
_STEEP = 50.0


@dataclass(frozen=True)
class Problem:
    """All that the likelihood needs, with the events' geometry worked out once.

    Attributes
    ----------
    design : array, shape (C, p)
        Log-rate columns of each observed country and period.
    exposure : array, shape (C,)
        Years under observation.
    row : array of int, shape (N,)
        Row of `design` at each counted event.
    own, cross : Pull
        Excitation by a country's own events and by those of others.
    kernel : Kernel
        Spread over time.
    precision : array, shape (p,)
        Inverse prior variance of each coefficient; 0 for none.
    """

    design: Floats
    exposure: Floats
    row: Ints
    own: Pull
    cross: Pull
    kernel: Kernel
    precision: Floats

    def with_precision(self, precision: Floats) -> Problem:
        """The same problem under another prior."""
        return replace(self, precision=precision)


@dataclass(frozen=True)
class Point:
    """Where the likelihood is evaluated.

    Attributes
    ----------
    coef : array, shape (p,)
        Coefficients of the log baseline rate (events per year).
    own, cross : float
        Expected number of events that one event sets off at home, and abroad per unit of column weight.
    own_lag, cross_lag : float
        Mean lags in years.
    """

    coef: Floats
    own: float
    cross: float
    own_lag: float
    cross_lag: float

    def vector(self) -> Floats:
        """Coefficients, own, cross, and the logs of the lags."""
        return np.concatenate([self.coef, [self.own, self.cross, np.log(self.own_lag), np.log(self.cross_lag)]])

    @staticmethod
    def of(vector: Floats) -> Point:
        """Undo `vector`."""
        lags = np.exp(vector[-2:])
        return Point(vector[:-4], float(vector[-4]), float(vector[-3]), float(lags[0]), float(lags[1]))


def pose(
    observed: Observed, baseline: Baseline, weights: Floats, kernel: Kernel, precision: Floats | None = None
) -> Problem:
    """Bring events, baseline and weights together.

    Parameters
    ----------
    observed : Observed
    baseline : Baseline
    weights : array, shape (n, n)
        W[target, source].
    kernel : Kernel
    precision : array, shape (p,), optional
        Inverse prior variances; none when absent.
    """
    o = observed
    windows = (o.windows.place, o.windows.start, o.windows.end)
    alone = np.eye(len(o.countries))
    return Problem(
        design=baseline.design,
        exposure=baseline.exposure,
        row=baseline.rows_of(o.time[o.counted], o.place[o.counted]),
        own=pull_of(o.time, o.place, o.own_mark, o.counted, alone, windows, kernel),
        cross=pull_of(o.time, o.place, o.cross_mark, o.counted, weights, windows, kernel),
        kernel=kernel,
        precision=np.zeros(baseline.design.shape[1]) if precision is None else precision,
    )


def _rates(problem: Problem, coef: Floats) -> Floats:
    # einsum and not a matrix product: a product in several threads rounds by their number, and the same seed must
    # give the same numbers wherever it runs.
    return np.asarray(np.exp(np.minimum(np.einsum("cp,p->c", problem.design, coef), _STEEP)))


def log_likelihood(problem: Problem, vector: Floats, *, prior: bool = True) -> tuple[float, Floats]:
    """Log-likelihood and its gradient.

    ``sum_k log(lambda(t_k)) - integral of lambda over the windows``, the exact one of the continuous-time process,
    less the ridge ``0.5 * sum(precision * coef**2)`` if `prior`.

    Parameters
    ----------
    problem : Problem
    vector : array, shape (p + 4,)
        As `Point.vector` gives it.
    prior : bool
        Whether the ridge counts.

    Returns
    -------
    value : float
    gradient : array, shape (p + 4,)
        By the coefficients, own, cross and the logs of the lags.

    References
    ----------
    Hawkes, A. G. (1971). Spectra of some self-exciting and mutually exciting point processes. Biometrika, 58(1),
    83-90. https://doi.org/10.1093/biomet/58.1.83
    """
    coef, own, cross = vector[:-4], vector[-4], vector[-3]
    own_lag, cross_lag = np.exp(vector[-2]), np.exp(vector[-1])
    rate = _rates(problem, coef)
    base = rate[problem.row]
    own_felt, own_slope = problem.own.at_events(problem.kernel, own_lag)
    cross_felt, cross_slope = problem.cross.at_events(problem.kernel, cross_lag)
    own_total, own_drift = problem.own.total(problem.kernel, own_lag)
    cross_total, cross_drift = problem.cross.total(problem.kernel, cross_lag)
    intensity = base + own * own_felt + cross * cross_felt
    expected = problem.exposure * rate
    value = np.log(intensity).sum() - expected.sum() - own * own_total - cross * cross_total
    inverse = 1.0 / intensity
    by_row = np.bincount(problem.row, base * inverse, len(rate)) - expected
    gradient = np.empty_like(vector)
    gradient[:-4] = np.einsum("c,cp->p", by_row, problem.design)
    gradient[-4] = own_felt @ inverse - own_total
    gradient[-3] = cross_felt @ inverse - cross_total
    gradient[-2] = own * (own_slope @ inverse - own_drift)
    gradient[-1] = cross * (cross_slope @ inverse - cross_drift)
    if prior:
        value -= 0.5 * problem.precision @ coef**2
        gradient[:-4] -= problem.precision * coef
    return float(value), gradient


def curvature(problem: Problem, vector: Floats) -> Floats:
    """Negative second derivatives of the log-likelihood, ridge included.

    Those by coefficients, own and cross are exact. Those that involve a lag are replaced by the sums of the products
    of the events' scores, which they equal on average (the information identity of point processes).

    Returns
    -------
    array, shape (p + 4, p + 4)

    References
    ----------
    Ogata, Y. (1978). The asymptotic behaviour of maximum likelihood estimators for stationary point processes. Annals
    of the Institute of Statistical Mathematics, 30(1), 243-261. https://doi.org/10.1007/BF02480216
    """
    p = len(vector) - 4
    own, cross = vector[-4], vector[-3]
    rate = _rates(problem, vector[:-4])
    base = rate[problem.row]
    own_felt, own_slope = problem.own.at_events(problem.kernel, float(np.exp(vector[-2])))
    cross_felt, cross_slope = problem.cross.at_events(problem.kernel, float(np.exp(vector[-1])))
    intensity = base + own * own_felt + cross * cross_felt
    share = base / intensity
    by_row = problem.exposure * rate - np.bincount(problem.row, share * (1.0 - share), len(rate))
    out = np.empty((p + 4, p + 4))
    out[:p, :p] = np.einsum("cp,cq->pq", problem.design, by_row[:, None] * problem.design) + np.diag(problem.precision)
    felt = np.column_stack([own_felt, cross_felt, own * own_slope, cross * cross_slope]) / intensity[:, None]
    out[:p, p:] = np.einsum("kp,kq->pq", problem.design[problem.row], share[:, None] * felt)
    out[p:, :p] = out[:p, p:].T
    out[p:, p:] = np.einsum("kp,kq->pq", felt, felt)
    return out


def covariance(problem: Problem, vector: Floats) -> Floats:
    """Inverse of the curvature, the lags held: covariance of the coefficients, own and cross.

    Returns
    -------
    array, shape (p + 4, p + 4)
        NaN for the lags, and for a strength of 0, at the end of its range.
    """
    p = len(vector) - 4
    moving = np.append(np.arange(p), p + np.flatnonzero(vector[-4:-2] > 0))
    out = np.full((p + 4, p + 4), np.nan)
    out[np.ix_(moving, moving)] = np.linalg.inv(curvature(problem, vector)[np.ix_(moving, moving)])
    return out
