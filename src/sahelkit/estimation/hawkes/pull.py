"""What earlier events add to the intensity at later ones and, summed over time, to the expected number of events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelkit._types import Floats, Ints
from sahelkit.estimation.hawkes.kernel import Kernel

# Above this number of pairs of events memory, not arithmetic, is the limit; the exponential kernel then needs no pairs.
MANY_PAIRS = 2_000_000


@dataclass(frozen=True)
class Reach:
    """Integrals of the kernel from each event over each window that it reaches.

    Attributes
    ----------
    upper, lower : arrays, shape (R,)
        Time from the event to the end and to the start of the window; 0 where that lies before the event.
    weight : array, shape (R,)
        Mark of the event times its weight for the country of the window.
    """

    upper: Floats
    lower: Floats
    weight: Floats

    def total(self, kernel: Kernel, lag: float) -> tuple[float, float]:
        """Sum of the integrals, and its derivative by the log of the lag."""
        high, low = self.upper / lag, self.lower / lag
        value = self.weight @ (kernel.mass(high) - kernel.mass(low))
        slope = self.weight @ (low * kernel.shape(low) - high * kernel.shape(high))
        return float(value), float(slope)


class Pull:
    """One part of the excitation: own events, or those of others."""

    reach: Reach

    @property
    def bears(self) -> bool:
        """Whether any event could be followed by one in a window: whether the data say anything of this part."""
        return bool(self.reach.weight.any())

    def at_events(self, kernel: Kernel, lag: float) -> tuple[Floats, Floats]:
        """Intensity per unit of coefficient at each counted event, and its derivative by the log of the lag."""
        raise NotImplementedError

    def total(self, kernel: Kernel, lag: float) -> tuple[float, float]:
        """Expected number of events per unit of coefficient inside the windows, and its derivative likewise."""
        return self.reach.total(kernel, lag)


@dataclass(frozen=True)
class Pairs(Pull):
    """The pull as a list of pairs (earlier event, later counted event).

    Attributes
    ----------
    at : array of int, shape (M,)
        Position of the later event among the counted ones.
    gap : array, shape (M,)
        Time between the two, above 0.
    weight : array, shape (M,)
        Mark of the earlier event times its weight for the country of the later one.
    size : int
        Number of counted events.
    reach : Reach
        For the sum over time.
    """

    at: Ints
    gap: Floats
    weight: Floats
    size: int
    reach: Reach

    def at_events(self, kernel: Kernel, lag: float) -> tuple[Floats, Floats]:
        """Intensity at each counted event and its derivative by the log of the lag."""
        x = self.gap / lag
        share = self.weight / lag
        shape = kernel.shape(x)
        value = np.asarray(np.bincount(self.at, share * shape, self.size), dtype=float)
        if kernel.slope is None:
            return value, np.zeros(self.size)
        slope = np.bincount(self.at, share * (shape + x * kernel.slope(x)), self.size)
        return value, -np.asarray(slope, dtype=float)


@dataclass(frozen=True)
class Stream(Pull):
    """The pull of the exponential kernel by recursion over time: memory grows with events, not with their pairs.

    Attributes
    ----------
    time, place, mark : arrays, shape (K,)
        All events in order of time, history included.
    at : array of int, shape (K,)
        Position among the counted events; -1 for history.
    tie : array, shape (n, n)
        Weight [target, source].
    size : int
        Number of counted events.
    reach : Reach
        For the sum over time.

    References
    ----------
    Ogata, Y. (1981). On Lewis' simulation method for point processes. IEEE Transactions on Information Theory, 27(1),
    23-31. https://doi.org/10.1109/TIT.1981.1056305
    """

    time: Floats
    place: Ints
    mark: Floats
    at: Ints
    tie: Floats
    size: int
    reach: Reach

    def at_events(self, kernel: Kernel, lag: float) -> tuple[Floats, Floats]:
        """Intensity at each counted event and its derivative by the log of the lag."""
        value, slope = np.zeros(self.size), np.zeros(self.size)
        # Sums over each country's events up to `now` of m exp(-x) and m x exp(-x), x being the age in mean lags.
        felt, aged = np.zeros(len(self.tie)), np.zeros(len(self.tie))
        now = self.time[0] if len(self.time) else 0.0
        waiting: list[int] = []
        for k, when in enumerate(self.time):
            if when > now:
                for earlier in waiting:
                    felt[self.place[earlier]] += self.mark[earlier]
                waiting = []
                step = (when - now) / lag
                fade = np.exp(-step)
                aged = (aged + step * felt) * fade
                felt = felt * fade
                now = when
            if self.at[k] >= 0:
                row = self.tie[self.place[k]]
                value[self.at[k]] = row @ felt
                slope[self.at[k]] = row @ (aged - felt)
            waiting.append(k)
        return value / lag, slope / lag


def pull_of(
    time: Floats,
    place: Ints,
    mark: Floats,
    counted: npt.NDArray[np.bool_],
    tie: Floats,
    windows: tuple[Ints, Floats, Floats],
    kernel: Kernel,
) -> Pull:
    """One part of the excitation, ready to be evaluated at any lag.

    Parameters
    ----------
    time, place, mark, counted : arrays, shape (K,)
        Events in order of time: when, the country's position, the mark, and whether it lies in a window of its
        country (the others are history). Events of the same moment do not pull one another.
    tie : array, shape (n, n)
        Weight [target, source]; the identity for own events.
    windows : (country, start, end), arrays of shape (V,)
        When each country is observed.
    kernel : Kernel
    """
    where, start, end = windows
    reach_weight = tie[where][:, place] * mark
    v, k = np.nonzero((reach_weight != 0) & (end[:, None] > time))
    reach = Reach(end[v] - time[k], np.maximum(start[v] - time[k], 0.0), reach_weight[v, k])
    later = np.flatnonzero(counted)
    at = np.full(len(time), -1, dtype=np.intp)
    at[later] = np.arange(len(later))
    if len(later) * len(time) > 2 * MANY_PAIRS and kernel.name == "exponential":
        return Stream(time, place, mark, at, tie, len(later), reach)
    weight = tie[place[later]][:, place] * mark
    gap = time[later][:, None] - time
    row, column = np.nonzero((weight != 0) & (gap > 0))
    return Pairs(row, gap[row, column], weight[row, column], len(later), reach)
