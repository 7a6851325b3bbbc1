"""Posterior density of the pooled network Hawkes process, with its gradient, for many points at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sahelkit._types import Floats, Ints
from sahelkit.models.relation.evidence import Evidence
from sahelkit.models.relation.prior import Excitation, Prior

# The scalars at the head of a point, in this order.
SCALARS = ("rate", "country_sd", "own", "cross", "own_lag", "cross_lag", "own_sd", "cross_sd")
# Beyond this a log overflows on the way to nowhere; the sampler turns back long before.
_STEEP = 30.0


@dataclass(frozen=True)
class Pairs:
    """Pairs of an earlier event and a later counted one, and the integrals of the kernel over the windows.

    Attributes
    ----------
    at : array of int, shape (M,)
        Position of the later event among the counted ones.
    gap : array, shape (M,)
        Years between the two.
    link : array of int, shape (M,)
        Which coefficient joins them: position of the country, or of the ordered pair of countries.
    upper, lower : arrays, shape (R,)
        Years from an event to the end and to the start of a window that it reaches.
    reach_link : array of int, shape (R,)
        Coefficient of each integral.
    size : int
        Number of coefficients.
    """

    at: Ints
    gap: Floats
    link: Ints
    upper: Floats
    lower: Floats
    reach_link: Ints
    size: int


@dataclass(frozen=True)
class Density:
    """All that the posterior density needs.

    A point is a vector of d numbers without bounds: `SCALARS` (the first as a standard normal, the others as logs),
    then q coefficients of calendar time, n country effects, n deviations at home and E deviations of ordered pairs, all
    as standard normals.

    Attributes
    ----------
    basis : array, shape (P, q)
    exposure : array, shape (n, P)
    place, period : arrays of int, shape (N,)
        Country and year of each counted event.
    own, cross : Pairs
    weight : array, shape (E,)
        Weight of each ordered pair with a tie.
    tie : array of int, shape (E, 2)
        Target and source of each.
    prior : Prior
    """

    basis: Floats
    exposure: Floats
    place: Ints
    period: Ints
    own: Pairs
    cross: Pairs
    weight: Floats
    tie: Ints
    prior: Prior

    @property
    def size(self) -> int:
        """Number of coordinates."""
        return len(SCALARS) + int(self.basis.shape[1]) + 2 * len(self.exposure) + len(self.weight)

    def parts(self, points: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        """Scalars, calendar time, country effects, deviations at home and abroad."""
        n, q = len(self.exposure), self.basis.shape[1]
        cuts = np.cumsum([len(SCALARS), q, n, n])
        head, time, country, own, cross = np.split(points, cuts, axis=1)
        return head, time, country, own, cross


def _pairs(evidence: Evidence, link_of: Ints, size: int) -> Pairs:
    o = evidence.observed
    later = np.flatnonzero(o.counted)
    gap = o.time[later][:, None] - o.time
    link = link_of[o.place[later]][:, o.place]
    row, column = np.nonzero((link >= 0) & (gap > 0))
    w = o.windows
    reach = link_of[w.place][:, o.place]
    v, k = np.nonzero((reach >= 0) & (w.end[:, None] > o.time))
    return Pairs(
        at=row,
        gap=gap[row, column],
        link=link[row, column],
        upper=w.end[v] - o.time[k],
        lower=np.maximum(w.start[v] - o.time[k], 0.0),
        reach_link=reach[v, k],
        size=size,
    )


def density_of(evidence: Evidence, prior: Prior) -> Density:
    """Work out the geometry of the events once."""
    o = evidence.observed
    n = len(o.countries)
    tie = np.argwhere(evidence.weights > 0)
    alone = np.full((n, n), -1, dtype=np.intp)
    np.fill_diagonal(alone, np.arange(n))
    pairs = np.full((n, n), -1, dtype=np.intp)
    pairs[tie[:, 0], tie[:, 1]] = np.arange(len(tie))
    period = np.searchsorted(evidence.edges, o.time[o.counted], side="left") - 1
    return Density(
        basis=evidence.basis,
        exposure=evidence.exposure,
        place=o.place[o.counted],
        period=np.clip(period, 0, len(evidence.basis) - 1).astype(np.intp),
        own=_pairs(evidence, alone, n),
        cross=_pairs(evidence, pairs, len(tie)),
        weight=evidence.weights[tie[:, 0], tie[:, 1]],
        tie=tie,
        prior=prior,
    )


def _sum_by(index: Ints, values: Floats, size: int) -> Floats:
    rows = len(values)
    flat = index + size * np.arange(rows)[:, None]
    return np.asarray(np.bincount(flat.ravel(), values.ravel(), rows * size).reshape(rows, size), dtype=float)


def _mass(pairs: Pairs, lag: Floats) -> tuple[Floats, Floats]:
    """Integrals of the kernel and their derivatives by the log of the lag, shape (C, R)."""
    high, low = pairs.upper / lag, pairs.lower / lag
    late, early = np.exp(-high), np.exp(-low)
    return early - late, low * early - high * late


def _excite(pairs: Pairs, alpha: Floats, lag: Floats, n_events: int) -> tuple[Floats, Floats, Floats]:
    """Intensity added at each event; density of each pair; gap in units of the lag."""
    x = pairs.gap / lag
    shape = np.exp(-x) / lag
    return _sum_by(pairs.at, alpha[:, pairs.link] * shape, n_events), shape, x


def _slopes(
    pairs: Pairs, alpha: Floats, lag: Floats, inverse: Floats, shape: Floats, x: Floats
) -> tuple[Floats, Floats]:
    """Derivatives of the log-likelihood by the coefficients and by the log of the lag."""
    mass, drift = _mass(pairs, lag)
    felt = shape * inverse[:, pairs.at]
    by_alpha = _sum_by(pairs.link, felt, pairs.size) - _sum_by(pairs.reach_link, mass, pairs.size)
    by_lag = (alpha[:, pairs.link] * felt * (x - 1.0)).sum(axis=1)
    return by_alpha, by_lag - (alpha[:, pairs.reach_link] * drift).sum(axis=1)


def log_density(density: Density, points: Floats) -> tuple[Floats, Floats]:
    """Log of the posterior density, up to a constant, and its gradient.

    Parameters
    ----------
    density : Density
    points : array, shape (C, d)
        C points, as `Density` describes them.

    Returns
    -------
    value : array, shape (C,)
        Not finite where a rate overflows or vanishes: a trajectory that comes there is turned down.
    gradient : array, shape (C, d)
    """
    with np.errstate(all="ignore"):
        return _log_density(density, points)


def _log_density(density: Density, points: Floats) -> tuple[Floats, Floats]:
    p = density.prior
    head, time, country, own_dev, cross_dev = density.parts(points)
    z, logs = head[:, :1], np.clip(head[:, 1:], -_STEEP, _STEEP)
    country_sd, own, cross, own_lag, cross_lag, own_sd, cross_sd = np.exp(logs).T[:, :, None]

    level = np.log(p.rate) + p.rate_sd * z + country_sd * country
    rate = np.exp(np.minimum(level, _STEEP))
    curve = np.exp(np.clip(p.period * np.einsum("cq,pq->cp", time, density.basis), -_STEEP, _STEEP))
    base = rate[:, density.place] * curve[:, density.period]
    years = np.einsum("np,cp->cn", density.exposure, curve)

    alpha_own = own * np.exp(np.clip(own_sd * own_dev, -_STEEP, _STEEP))
    alpha_cross = cross * density.weight * np.exp(np.clip(cross_sd * cross_dev, -_STEEP, _STEEP))
    n_events = len(density.place)
    own_felt, own_shape, own_x = _excite(density.own, alpha_own, own_lag, n_events)
    cross_felt, cross_shape, cross_x = _excite(density.cross, alpha_cross, cross_lag, n_events)
    intensity = base + own_felt + cross_felt
    own_total = (alpha_own[:, density.own.reach_link] * _mass(density.own, own_lag)[0]).sum(axis=1)
    cross_total = (alpha_cross[:, density.cross.reach_link] * _mass(density.cross, cross_lag)[0]).sum(axis=1)
    value = np.log(intensity).sum(axis=1) - (rate * years).sum(axis=1) - own_total - cross_total

    inverse = 1.0 / intensity
    share = base * inverse
    by_level = _sum_by(density.place, share, len(density.exposure)) - rate * years
    by_curve = _sum_by(density.period, share, len(density.basis)) - curve * np.einsum(
        "np,cn->cp", density.exposure, rate
    )
    by_own, own_drift = _slopes(density.own, alpha_own, own_lag, inverse, own_shape, own_x)
    by_cross, cross_drift = _slopes(density.cross, alpha_cross, cross_lag, inverse, cross_shape, cross_x)
    by_own, by_cross = by_own * alpha_own, by_cross * alpha_cross

    scale = np.array([p.country, p.own, p.cross, p.pair, p.pair])
    half = np.exp(logs[:, [0, 1, 2, 5, 6]]) / scale
    late = (logs[:, 3:5] - np.log(p.lag)) / p.lag_sd
    normal = [z, time, country, own_dev, cross_dev]
    # Half-normals and their Jacobian: a log has the density exp(-x**2 / 2) x.
    value = value - 0.5 * (half**2).sum(axis=1) + np.log(half).sum(axis=1) - 0.5 * (late**2).sum(axis=1)
    value = value - 0.5 * sum((part**2).sum(axis=1) for part in normal)

    gradient = np.empty_like(points)
    slopes = np.split(gradient, np.cumsum([len(SCALARS), time.shape[1], country.shape[1], own_dev.shape[1]]), axis=1)
    slopes[0][:, 0] = p.rate_sd * by_level.sum(axis=1) - z[:, 0]
    slopes[0][:, 1] = (by_level * country_sd * country).sum(axis=1)
    slopes[0][:, 2] = by_own.sum(axis=1)
    slopes[0][:, 3] = by_cross.sum(axis=1)
    slopes[0][:, 4] = own_drift - late[:, 0] / p.lag_sd
    slopes[0][:, 5] = cross_drift - late[:, 1] / p.lag_sd
    slopes[0][:, 6] = (by_own * own_sd * own_dev).sum(axis=1)
    slopes[0][:, 7] = (by_cross * cross_sd * cross_dev).sum(axis=1)
    slopes[0][:, [1, 2, 3, 6, 7]] += 1.0 - half**2
    slopes[1][:] = p.period * np.einsum("cp,pq->cq", by_curve, density.basis) - time
    slopes[2][:] = country_sd * by_level - country
    slopes[3][:] = own_sd * by_own - own_dev
    slopes[4][:] = cross_sd * by_cross - cross_dev
    return value, gradient


def excitation(density: Density, points: Floats) -> Excitation:
    """How attempts set off attempts at each point."""
    head, _, _, own_dev, cross_dev = density.parts(points)
    scalars = np.exp(head)
    n = len(density.exposure)
    cross = np.zeros((len(points), n, n))
    value = scalars[:, 3:4] * density.weight * np.exp(scalars[:, 7:8] * cross_dev)
    cross[:, density.tie[:, 0], density.tie[:, 1]] = value
    own = scalars[:, 2:3] * np.exp(scalars[:, 6:7] * own_dev)
    return Excitation(own, cross, scalars[:, 4], scalars[:, 5])


def baseline_rates(density: Density, points: Floats) -> Floats:
    """Rate of each country and calendar year without excitation, attempts per year, shape (C, n, P)."""
    p = density.prior
    head, time, country, _, _ = density.parts(points)
    level = np.log(p.rate) + p.rate_sd * head[:, :1] + np.exp(head[:, 1:2]) * country
    curve = p.period * np.einsum("cq,pq->cp", time, density.basis)
    return np.asarray(np.exp(level[:, :, None] + curve[:, None, :]))
