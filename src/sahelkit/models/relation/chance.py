"""The chance of at least one attempt within a horizon, without simulation.

An attempt and all that it sets off, directly and through others, form a cluster. Clusters are independent of one
another, so the chance that none of them reaches a country is a product, and the chance that one cluster reaches it
solves an integral equation. With the exponential kernel that is a system of ordinary differential equations.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sahelkit._types import Floats, Ints
from sahelkit.estimation.hawkes.observed import Observed
from sahelkit.models.relation.prior import Excitation

MONTH = 1.0 / 12.0


@dataclass(frozen=True)
class Reach:
    """Chances that clusters reach a target, after 0, 1, ..., m months.

    Attributes
    ----------
    total : array, shape (m + 1, D, T, n)
        Integral, over the age from 0 on, of the chance that a cluster begun in each country holds an attempt in the
        target; years.
    own, cross : array, shape (m + 1, D, T, n)
        The same chance averaged over the time at which a child is born in that country, by the kernels.
    offspring : array, shape (m + 1, D, T, n)
        Expected number of children of an attempt in each country whose clusters reach the target.
    """

    total: Floats
    own: Floats
    cross: Floats
    offspring: Floats


def _fade(step: float, lag: Floats) -> tuple[Floats, Floats, Floats]:
    # Exact weights of a mean by an exponential kernel for a chance that is linear within the step.
    x = (step / lag)[:, None, None]
    stay = np.exp(-x)
    slope = 1.0 - (1.0 - stay) / x
    return stay, (1.0 - stay) - slope, slope


def reach(excitation: Excitation, targets: Ints, months: int, *, substeps: int = 2) -> Reach:
    """Solve for the chances that clusters reach the targets.

    With p_j(u) the chance that a cluster begun in j holds an attempt in target i by age u, p_i = 1 and, elsewhere,
    ``p_j(u) = 1 - exp(-sum_k alpha_kj int_0^u g_kj(v) p_k(u - v) dv)``.

    Parameters
    ----------
    excitation : Excitation
    targets : array of int, shape (T,)
        Positions of the target countries.
    months : int
    substeps : int
        Steps per month; the error falls with their square.

    References
    ----------
    Hawkes, A. G., & Oakes, D. (1974). A cluster process representation of a self-exciting process. Journal of Applied
    Probability, 11(3), 493-503. https://doi.org/10.2307/3212693

    Examples
    --------
    >>> one = Excitation(np.zeros((1, 2)), np.array([[[0.0, 0.4], [0.0, 0.0]]]), np.ones(1), np.ones(1))
    >>> found = reach(one, np.array([0]), 12)
    >>> bool(np.isclose(found.offspring[12, 0, 0, 1], 0.4 * (1 - np.exp(-1.0))))
    True
    """
    step = MONTH / substeps
    draws, n = excitation.own.shape
    shape = (draws, len(targets), n)
    own_stay, own_old, own_new = _fade(step, excitation.own_lag)
    cross_stay, cross_old, cross_new = _fade(step, excitation.cross_lag)
    out = Reach(*(np.zeros((months + 1, *shape)) for _ in range(4)))
    aim = np.arange(len(targets))
    chance = np.zeros(shape)
    chance[:, aim, targets] = 1.0
    total, own, cross = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    offspring = np.zeros(shape)
    for turn in range(1, months * substeps + 1):
        new = chance
        for _ in range(3):  # the chance at the end of the step depends weakly on itself
            next_own = own_stay * own + own_old * chance + own_new * new
            next_cross = cross_stay * cross + cross_old * chance + cross_new * new
            offspring = excitation.own[:, None, :] * next_own + next_cross @ excitation.cross
            new = -np.expm1(-offspring)
            new[:, aim, targets] = 1.0
        total = total + step * (chance + new) / 2
        own, cross, chance = next_own, next_cross, new
        if turn % substeps == 0:
            at = turn // substeps
            out.total[at], out.own[at], out.cross[at], out.offspring[at] = total, own, cross, offspring
    return out


def kicks(excitation: Excitation, time: Floats, place: Ints, origin: float) -> tuple[Floats, Floats]:
    """Direct children still to come, after the origin, of earlier events: at home and from abroad.

    Parameters
    ----------
    excitation : Excitation
    time, place : arrays, shape (K,)
        Events at or before the origin.
    origin : float
        Years since 1970.

    Returns
    -------
    own, cross : arrays, shape (D, n)
    """
    n = excitation.own.shape[1]
    where = (place[:, None] == np.arange(n)).astype(float)
    age = origin - time
    own = excitation.own * (np.exp(-age / excitation.own_lag[:, None]) @ where)
    felt = np.exp(-age / excitation.cross_lag[:, None]) @ where
    return own, np.einsum("dij,dj->di", excitation.cross, felt)


def immigrants(rates: Floats, edges: Floats, total: Floats, origin: float, months: int) -> Floats:
    """Expected number of clusters without a parent that begin within the horizon and reach the target, shape (D, T).

    Parameters
    ----------
    rates : array, shape (D, n, P)
        Constant within each period; held after the last one.
    edges : array, shape (P + 1,)
    total : array, shape (m + 1, D, T, n)
        As in `Reach`.
    origin : float
    months : int
    """
    length = months * MONTH
    inner = edges[1:-1]
    cuts = np.concatenate([[0.0], inner[(inner > origin) & (inner < origin + length)] - origin, [length]])
    out = np.zeros(total.shape[1:3])
    for begin, finish in pairwise(cuts):
        period = int(np.clip(np.searchsorted(edges, origin + (begin + finish) / 2) - 1, 0, rates.shape[2] - 1))
        mass = _between(total, (length - begin) / MONTH) - _between(total, (length - finish) / MONTH)
        out += np.einsum("dtj,dj->dt", mass, rates[:, :, period])
    return out


def _between(total: Floats, age: float) -> Floats:
    low = min(int(age + 1e-9), len(total) - 2)
    part = age - low
    return np.asarray((1.0 - part) * total[low] + part * total[low + 1])


def log_survival(
    excitation: Excitation,
    rates: Floats,
    edges: Floats,
    solved: Reach,
    history: Observed,
    origin: float,
    months: tuple[int, ...],
    *,
    without: int | None = None,
) -> Floats:
    """Log of the chance that no attempt happens in each target, given the history up to the origin.

    Parameters
    ----------
    excitation, rates, edges, solved
        As above.
    history : Observed
        Events; those at or before the origin count.
    origin : float
        Years since 1970.
    months : tuple of int, length H
        Horizons.
    without : int, optional
        Position of an event that is taken out of the history.

    Returns
    -------
    array, shape (D, T, H)
    """
    known = history.time <= origin
    if without is not None:
        known[without] = False
    own, cross = kicks(excitation, history.time[known], history.place[known], origin)
    out = np.empty((*solved.total.shape[1:3], len(months)))
    for at, month in enumerate(months):
        if month == 0:
            out[:, :, at] = 0.0
            continue
        felt = np.einsum("dtj,dj->dt", solved.own[month], own) + np.einsum("dtj,dj->dt", solved.cross[month], cross)
        out[:, :, at] = -felt - immigrants(rates, edges, solved.total, origin, month)
    return out
