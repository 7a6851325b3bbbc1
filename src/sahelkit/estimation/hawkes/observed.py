"""What was observed: events, and when each country was under observation, in years."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from sahelkit._types import Bools, Floats, Ints

DAYS_PER_YEAR = 365.25
EPOCH = np.datetime64("1970-01-01", "D")


def years(days: Any) -> Floats:
    """Time in years since 1970 at the beginning of a day.

    Examples
    --------
    >>> float(years("1974-01-01"))
    4.0
    """
    whole = np.asarray(days, dtype="datetime64[D]") - EPOCH
    return np.asarray(whole.astype("int64") / DAYS_PER_YEAR, dtype=float)


def days(times: Floats) -> npt.NDArray[np.datetime64]:
    """Day that holds each time in years since 1970.

    Examples
    --------
    >>> str(days(years(["2012-03-22"]) + 0.5 / DAYS_PER_YEAR)[0])
    '2012-03-22'
    """
    return EPOCH + np.floor(np.asarray(times) * DAYS_PER_YEAR + 1e-9).astype("timedelta64[D]")


def midday(times: Floats) -> Floats:
    """Times moved to the middle of their day, as events known to the day are dated."""
    return (np.floor(times * DAYS_PER_YEAR) + 0.5) / DAYS_PER_YEAR


@dataclass(frozen=True)
class Windows:
    """When each country is observed; a country may have several windows, which do not overlap.

    Attributes
    ----------
    place : array of int, shape (V,)
        Position of the country.
    start, end : arrays, shape (V,)
        Years since 1970.
    """

    place: Ints
    start: Floats
    end: Floats

    def holds(self, time: Floats, place: Ints) -> Bools:
        """Whether each (time, place) lies in a window."""
        inside = (time[:, None] > self.start) & (time[:, None] <= self.end) & (place[:, None] == self.place)
        return np.asarray(inside.any(axis=1))

    def exposure(self, edges: Floats, n: int) -> Floats:
        """Years under observation of each country between consecutive edges, shape (n, P)."""
        begin = np.clip(self.start[:, None], edges[:-1], edges[1:])
        finish = np.clip(self.end[:, None], edges[:-1], edges[1:])
        out = np.zeros((n, len(edges) - 1))
        np.add.at(out, self.place, finish - begin)
        return out

    def without(self, edges: Floats, missing: Bools) -> Windows:
        """The windows less the periods of a country in which a covariate is not known.

        Parameters
        ----------
        edges : array, shape (P + 1,)
        missing : array of bool, shape (n, P)
        """
        place, column = np.nonzero(~missing)
        begin = np.maximum(self.start[:, None], edges[:-1][column])
        finish = np.minimum(self.end[:, None], edges[1:][column])
        window, cell = np.nonzero((begin < finish) & (self.place[:, None] == place))
        start, end, where = begin[window, cell], finish[window, cell], place[cell]
        joined = np.zeros(len(start), dtype=bool)
        joined[1:] = (window[1:] == window[:-1]) & (start[1:] == end[:-1])
        head = np.flatnonzero(~joined)
        last = np.append(head[1:], len(start)) - 1
        return Windows(where[head], start[head], end[last])


@dataclass(frozen=True)
class Observed:
    """Events in order of time.

    Attributes
    ----------
    countries : tuple of str, length n
        Codes; positions below refer to them.
    time : array, shape (K,)
        Years since 1970, at midday of the event's day.
    place : array of int, shape (K,)
        Position of the country.
    own_mark, cross_mark : arrays, shape (K,)
        What the event counts for at home and abroad; 1 unless marks were given.
    counted : array of bool, shape (K,)
        Whether the event lies in a window of its country. The others, the history, may pull later events but are not
        themselves explained.
    windows : Windows
        When each country is observed.
    n_elsewhere, n_later : int
        Events left out: those of other countries, and those after the last window of all.
    """

    countries: tuple[str, ...]
    time: Floats
    place: Ints
    own_mark: Floats
    cross_mark: Floats
    counted: Bools
    windows: Windows
    n_elsewhere: int = 0
    n_later: int = 0

    @property
    def n_events(self) -> int:
        """Events explained."""
        return int(self.counted.sum())

    @property
    def n_history(self) -> int:
        """Events outside the windows of their country, of which only the pull counts."""
        return int((~self.counted).sum())

    @property
    def n_ties(self) -> int:
        """Counted events that share their moment with another counted event."""
        _, number = np.unique(self.time[self.counted], return_counts=True)
        return int(number[number > 1].sum())

    def with_events(self, time: Floats, place: Ints, own_mark: Floats, cross_mark: Floats) -> Observed:
        """The same windows and history with other counted events."""
        old = ~self.counted
        when = np.concatenate([self.time[old], time])
        order = np.argsort(when, kind="stable")
        return replace(
            self,
            time=when[order],
            place=np.concatenate([self.place[old], place])[order],
            own_mark=np.concatenate([self.own_mark[old], own_mark])[order],
            cross_mark=np.concatenate([self.cross_mark[old], cross_mark])[order],
            counted=np.concatenate([np.zeros(int(old.sum()), bool), np.ones(len(time), bool)])[order],
        )
