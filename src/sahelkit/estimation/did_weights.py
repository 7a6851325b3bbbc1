"""Weights of units and of times, and the weighted difference in differences that they give."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sahelkit._types import Floats
from sahelkit.estimation.simplex import simplex_weights

# Penalty on the time weights, in units of the noise: only there so that they are unique.
_TINY = 1e-6


class DidWeights(NamedTuple):
    """Weights of donors (J,) and of periods before the event (T0,), and the noise and penalty they were found with."""

    units: Floats
    times: Floats
    noise: float
    penalty: float


def did_weights(treated: Floats, donors: Floats, n_before: int, *, n_treated: int = 1) -> DidWeights:
    """Weights of synthetic difference in differences.

    Unit weights make the donors' path before the event parallel to that of the treated; a ridge penalty spreads them.
    Time weights make the periods before resemble the periods after among the donors. Both leave a constant free.

    Parameters
    ----------
    treated : array, shape (T,)
        Outcome of the treated unit, or mean over treated units.
    donors : array, shape (T, J)
        Outcome of the donors.
    n_before : int
        Periods before the event, first in time.
    n_treated : int
        Treated units behind `treated`.

    References
    ----------
    Arkhangelsky, D., Athey, S., Hirshberg, D. A., Imbens, G. W., & Wager, S. (2021). Synthetic
    difference-in-differences. American Economic Review, 111(12), 4088-4118. doi:10.1257/aer.20190159

    Examples
    --------
    >>> donors = np.array([[0.0, 1.0], [1.0, 3.0], [2.0, 5.0], [3.0, 7.0]])
    >>> found = did_weights(donors.mean(axis=1), donors, 3)
    >>> found.units.round(3).tolist()
    [0.5, 0.5]
    """
    before, after = donors[:n_before], donors[n_before:]
    noise = float(np.std(np.diff(before, axis=0), ddof=1)) if before.size > before.shape[1] else 0.0
    penalty = (n_treated * len(after)) ** 0.25 * noise
    path = treated[:n_before]
    units = simplex_weights(before - before.mean(axis=0), path - path.mean(), ridge=penalty**2 * n_before)
    rows, goal = before.T, after.mean(axis=0)
    times = simplex_weights(rows - rows.mean(axis=0), goal - goal.mean(), ridge=(_TINY * noise) ** 2 * donors.shape[1])
    return DidWeights(units, times, noise, penalty)


def weighted_did(treated: Floats, donors: Floats, n_before: int, units: Floats, times: Floats) -> float:
    """Change of the treated unit minus that of the weighted donors, from the weighted times before to the mean after.

    Examples
    --------
    >>> path, others = np.array([1.0, 1.0, 5.0]), np.array([[0.0], [2.0], [3.0]])
    >>> weighted_did(path, others, 2, np.ones(1), np.full(2, 0.5))
    2.0
    """
    gaps = treated - donors @ units
    return float(gaps[n_before:].mean() - times @ gaps[:n_before])
