"""Expected events over time: the integral of the intensity, in its parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sahelkit._types import Floats
from sahelkit.estimation.hawkes.baseline import Baseline
from sahelkit.estimation.hawkes.kernel import Kernel
from sahelkit.estimation.hawkes.likelihood import Point
from sahelkit.estimation.hawkes.observed import Observed

PARTS = ("baseline", "own", "neighbours")


@dataclass(frozen=True)
class Process:
    """A network Hawkes process with all its numbers given.

    Attributes
    ----------
    point : Point
        Parameters.
    baseline : Baseline
        Design of the log rate.
    weights : array, shape (n, n)
        W[target, source].
    kernel : Kernel
        Spread over time.
    """

    point: Point
    baseline: Baseline
    weights: Floats
    kernel: Kernel

    def branching(self, own_mark: float = 1.0, cross_mark: float = 1.0) -> Floats:
        """Expected events that one event of each source sets off in each target, shape (target, source).

        Marks other than 1 are those of a mean event.
        """
        alone = self.point.own * own_mark * np.eye(len(self.weights))
        return np.asarray(alone + self.point.cross * cross_mark * self.weights)


def spectral_radius(matrix: Floats) -> float:
    """Largest absolute eigenvalue: below 1 each event sets off, in the long run, a finite number of others.

    Examples
    --------
    >>> spectral_radius(np.array([[0.3, 0.2], [0.2, 0.3]]))
    0.5
    """
    return float(np.round(np.abs(np.linalg.eigvals(matrix)).max(), 12))


def cumulative(process: Process, observed: Observed, place: int, time: Floats) -> Floats:
    """Expected events of one country from the beginning of its first window to each time, given the past.

    Parameters
    ----------
    process : Process
    observed : Observed
        Events and windows; time outside the windows does not count.
    place : int
        Position of the country.
    time : array, shape (T,)
        Years since 1970.

    Returns
    -------
    array, shape (3, T)
        Part due to the baseline, to the country's own events, and to those of others.
    """
    edges = process.baseline.edges
    rate = process.baseline.rates(process.point.coef)[place]
    risen = np.concatenate([[0.0], np.cumsum(rate * np.diff(edges))])
    at_home = np.where(observed.place == place, observed.own_mark, 0.0) * process.point.own
    abroad = process.weights[place][observed.place] * observed.cross_mark * process.point.cross
    out = np.zeros((3, len(time)))
    mine = observed.windows.place == place
    for start, end in zip(observed.windows.start[mine], observed.windows.end[mine], strict=True):
        upto = np.clip(time, start, end)
        out[0] += np.interp(upto, edges, risen) - np.interp(start, edges, risen)
        age = np.maximum(upto[:, None] - observed.time, 0.0)
        young = np.maximum(start - observed.time, 0.0)
        for part, weight, lag in ((1, at_home, process.point.own_lag), (2, abroad, process.point.cross_lag)):
            used = weight > 0
            if used.any():
                reached = process.kernel.mass(age[:, used] / lag) - process.kernel.mass(young[used] / lag)
                out[part] += reached @ weight[used]
    return out
