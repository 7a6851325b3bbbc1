"""Risks after the attempts of a source, with each attempt taken away, and at other times."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Ints
from sahelkit.estimation.hawkes.observed import Observed, years
from sahelkit.models.relation.chance import Reach, kicks, log_survival, reach
from sahelkit.models.relation.evidence import Evidence
from sahelkit.models.relation.prior import Excitation

QUIET_YEARS = 1.0


@dataclass(frozen=True)
class Risks:
    """Chances of at least one attempt in each target, in percent, averaged over histories.

    Attributes
    ----------
    with_, without : array, shape (D, S, T, H)
        After the source's attempts, and had the attempt alone not been made. NaN for a source without an attempt.
    other : array, shape (D, S, T, H)
        At the beginning of those quarters before which the source had no attempt for a year. NaN where not asked for.
    n_attempts, n_quarters : array of int, shape (S,)
        Histories averaged over.
    """

    with_: Floats
    without: Floats
    other: Floats
    n_attempts: Ints
    n_quarters: Ints


def quarters(evidence: Evidence) -> Floats:
    """Beginnings of the quarters in the window, years since 1970."""
    first = evidence.first.to_period("Q") + (0 if evidence.first.is_quarter_start else 1)
    starts = pd.period_range(first, evidence.last.to_period("Q"), freq="Q").start_time
    return years(starts.to_numpy())


def _percent(log_survived: Floats) -> Floats:
    return np.asarray(-100.0 * np.expm1(log_survived))


def average_risks(
    evidence: Evidence,
    excitation: Excitation,
    rates: Floats,
    sources: Ints,
    targets: Ints,
    horizons: tuple[int, ...],
    *,
    on: float | None = None,
    others: bool = True,
) -> Risks:
    """Average the risks over the attempts of each source, or insert an attempt on one day.

    Parameters
    ----------
    evidence : Evidence
    excitation, rates
        Draws.
    sources, targets : arrays of int
        Positions of the countries.
    horizons : tuple of int
        Months.
    on : float, optional
        Time in years since 1970 at which an attempt is inserted, given the events before it; the source's own
        attempts in the windows when absent.
    others : bool
        Whether the risk at other times is worked out; never with `on`.
    """
    o = evidence.observed
    solved: Reach = reach(excitation, targets, max(horizons))
    shape = (len(excitation), len(sources), len(targets), len(horizons))
    with_, without, other = (np.full(shape, np.nan) for _ in range(3))
    common = (excitation, rates, evidence.edges, solved, o)
    n_attempts, n_quarters = np.zeros(len(sources), dtype=np.intp), np.zeros(len(sources), dtype=np.intp)
    grown = solved.offspring[list(horizons)]
    for at, source in enumerate(sources):
        growth = grown[:, :, :, source].transpose(1, 2, 0)
        if on is not None:
            base = log_survival(*common, on, horizons)
            without[:, at], with_[:, at] = _percent(base), _percent(base - growth)
            n_attempts[at] = 1
            continue
        events = np.flatnonzero((o.place == source) & o.counted)
        n_attempts[at] = len(events)
        if len(events):
            base = np.stack([log_survival(*common, o.time[k], horizons, without=int(k)) for k in events])
            without[:, at] = _percent(base).mean(axis=0)
            with_[:, at] = _percent(base - growth).mean(axis=0)
    if others and on is None:
        _fill_other(other, n_quarters, evidence, common, sources, horizons)
    return Risks(with_, without, other, n_attempts, n_quarters)


def _fill_other(
    other: Floats,
    n_quarters: Ints,
    evidence: Evidence,
    common: tuple[Excitation, Floats, Floats, Reach, Observed],
    sources: Ints,
    horizons: tuple[int, ...],
) -> None:
    o = evidence.observed
    excitation, rates, edges, solved, _ = common
    origins = quarters(evidence)
    risk = _percent(grid_log_survival(excitation, rates, edges, solved, o, origins, horizons))
    for at, source in enumerate(sources):
        own = o.time[o.place == source]
        quiet = np.array([not ((own <= day) & (own > day - QUIET_YEARS)).any() for day in origins], dtype=bool)
        n_quarters[at] = quiet.sum()
        if quiet.any():
            other[:, at] = risk[..., quiet].mean(axis=-1)


def grid_log_survival(
    excitation: Excitation,
    rates: Floats,
    edges: Floats,
    solved: Reach,
    history: Observed,
    origins: Floats,
    months: tuple[int, ...],
) -> Floats:
    """`log_survival` at the beginning of every quarter of a run, all at once, shape (D, T, H, Q).

    Years count as equally long and quarters as a quarter of them, which moves the ends of the years by two days at
    most.
    """
    draws, n = excitation.own.shape
    own, cross = np.zeros((draws, n)), np.zeros((draws, n))
    owns, crosses = (np.empty((len(origins), draws, n)) for _ in range(2))
    before = -np.inf
    for at, origin in enumerate(origins):
        if at:
            age = origin - origins[at - 1]
            own = own * np.exp(-age / excitation.own_lag)[:, None]
            cross = cross * np.exp(-age / excitation.cross_lag)[:, None]
        new = (history.time > before) & (history.time <= origin)
        if new.any():
            more_own, more_cross = kicks(excitation, history.time[new], history.place[new], origin)
            own, cross = own + more_own, cross + more_cross
        owns[at], crosses[at], before = own, cross, origin
    year = np.clip(np.searchsorted(edges, origins + 0.01) - 1, 0, rates.shape[2] - 1)
    quarter = np.round(4 * (origins - edges[year])).astype(int) % 4
    out = np.empty((draws, solved.total.shape[2], len(months), len(origins)))
    for h, month in enumerate(months):
        felt = np.einsum("dtj,qdj->dtq", solved.own[month], owns)
        felt += np.einsum("dtj,qdj->dtq", solved.cross[month], crosses)
        for kind in np.unique(quarter):
            here = np.flatnonzero(quarter == kind)
            cuts = sorted({0, month, *(m for m in range(12 - 3 * kind, month, 12))})
            for begin, finish in pairwise(cuts):
                mass = solved.total[month - begin] - solved.total[month - finish]
                ahead = (3 * kind + begin) // 12
                column = np.minimum(year[here] + ahead, rates.shape[2] - 1)
                felt[:, :, here] += np.einsum("dtj,djq->dtq", mass, rates[:, :, column])
        out[:, :, h] = -felt
    return out
