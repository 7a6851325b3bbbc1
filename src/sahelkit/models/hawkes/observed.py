"""What was observed: events, and when each country was under observation, in years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._options import check_frame
from sahelkit.dates import read_column
from sahelkit.errors import ModelError
from sahelkit.models.hawkes.kernel import Array
from sahelkit.models.hawkes.pull import Ints
from sahelkit.tables._select import check_columns
from sahelkit.tables.states import load_states

Bools = npt.NDArray[np.bool_]

DAYS_PER_YEAR = 365.25
EPOCH = np.datetime64("1970-01-01", "D")


def years(days: Any) -> Array:
    """Time in years since 1970 at the beginning of a day.

    Examples
    --------
    >>> float(years("1974-01-01"))
    4.0
    """
    whole = np.asarray(days, dtype="datetime64[D]") - EPOCH
    return np.asarray(whole.astype("int64") / DAYS_PER_YEAR, dtype=float)


def days(times: Array) -> npt.NDArray[np.datetime64]:
    """Day that holds each time in years since 1970.

    Examples
    --------
    >>> str(days(years(["2012-03-22"]) + 0.5 / DAYS_PER_YEAR)[0])
    '2012-03-22'
    """
    return EPOCH + np.floor(np.asarray(times) * DAYS_PER_YEAR + 1e-9).astype("timedelta64[D]")


def midday(times: Array) -> Array:
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
    start: Array
    end: Array

    def holds(self, time: Array, place: Ints) -> Bools:
        """Whether each (time, place) lies in a window."""
        inside = (time[:, None] > self.start) & (time[:, None] <= self.end) & (place[:, None] == self.place)
        return np.asarray(inside.any(axis=1))

    def exposure(self, edges: Array, n: int) -> Array:
        """Years under observation of each country between consecutive edges, shape (n, P)."""
        begin = np.clip(self.start[:, None], edges[:-1], edges[1:])
        finish = np.clip(self.end[:, None], edges[:-1], edges[1:])
        out = np.zeros((n, len(edges) - 1))
        np.add.at(out, self.place, finish - begin)
        return out

    def without(self, edges: Array, missing: Bools) -> Windows:
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
    time: Array
    place: Ints
    own_mark: Array
    cross_mark: Array
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

    def with_events(self, time: Array, place: Ints, own_mark: Array, cross_mark: Array) -> Observed:
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


def state_windows(codes: Sequence[str], first: pd.Timestamp, last: pd.Timestamp, *, version: str | None) -> Windows:
    """Days from `first` to `last`, both inclusive, on which each state existed.

    Raises
    ------
    ModelError
        If one of the states never exists in the window.
    """
    spells = load_states(countries=list(codes), version=version)
    begin = spells["start"].clip(lower=first)
    end = spells["end"].fillna(last).clip(upper=last)
    lives = (begin <= end).to_numpy()
    absent = sorted(set(codes) - set(spells["iso3"][lives]))
    if absent:
        raise ModelError(
            f"{', '.join(absent)} did not exist between {first:%Y-%m-%d} and {last:%Y-%m-%d}. "
            "Leave these countries out, or choose another window"
        )
    place = pd.Index(codes).get_indexer(spells["iso3"][lives]).astype(np.intp)
    stop = years(end[lives].to_numpy()) + 1.0 / DAYS_PER_YEAR
    return Windows(place, years(begin[lives].to_numpy()), stop)


def dated(events: pd.DataFrame, *, where: str) -> pd.DataFrame:
    """The events with their days as timestamps, whatever held them.

    Raises
    ------
    OptionError, MissingColumnsError
        If it is no frame, or has no column ``iso3`` or ``date``.
    DateError
        If a day cannot be read or is empty.
    """
    events = check_frame(events, where=where, what="events")
    check_columns(events, ["iso3", "date"], where=where)
    days = read_column(events["date"], what="date", declared="D", owner=events["iso3"]).first
    return events.assign(date=days.astype("datetime64[ns]"))


def _marks(frame: pd.DataFrame, column: str | None) -> Array:
    if column is None:
        return np.ones(len(frame))
    try:
        values = np.asarray(frame[column].astype("float64"), dtype=float)
    except (TypeError, ValueError):
        raise ModelError(f"the marks in {column!r} are not all numbers. Give each event a mark of 0 or more") from None
    if not np.isfinite(values).all() or (values < 0).any():
        raise ModelError(
            f"the marks in {column!r} are NA or negative or infinite in some rows. Give each event a mark of 0 or more"
        )
    if len(values) and not values.any():
        raise ModelError(
            f"the marks in {column!r} are all 0: no event could set off another, and nothing can be estimated from "
            "them. Leave the option out, or choose another column"
        )
    return values


def observe(
    events: pd.DataFrame, codes: Sequence[str], windows: Windows, *, own_mark: str | None, cross_mark: str | None
) -> Observed:
    """Sort the events into counted ones, history and those left out.

    Raises
    ------
    MissingColumnsError
        If the frame lacks a column.
    DateError
        If a date cannot be read or is empty.
    ModelError
        If no event lies in a window, or a mark cannot be used.
    """
    wanted = [name for name in dict.fromkeys([own_mark, cross_mark]) if name]
    events = dated(events, where="fit_hawkes")
    check_columns(events, ["iso3", "date", *wanted], where="fit_hawkes")
    # By the marks too: those that simulated events draw from then come in one order, whatever that of the rows.
    order = list(dict.fromkeys(["date", "iso3", *wanted]))
    here = events[events["iso3"].isin(list(codes))].sort_values(order, kind="stable")
    if here["date"].isna().any():
        raise ModelError(f"{int(here['date'].isna().sum())} events have no date. Leave them out or date them")
    time = years(here["date"].to_numpy()) + 0.5 / DAYS_PER_YEAR
    place = pd.Index(codes).get_indexer(here["iso3"]).astype(np.intp)
    counted = windows.holds(time, place)
    keep = time <= windows.end.max()
    if not counted.any():
        raise ModelError(
            f"none of the {len(events)} events lies in the window of one of the {len(codes)} countries: "
            "nothing can be fitted. Look at start=, end=, countries= and the dates of the events"
        )
    return Observed(
        countries=tuple(codes),
        time=time[keep],
        place=place[keep],
        own_mark=_marks(here, own_mark)[keep],
        cross_mark=_marks(here, cross_mark)[keep],
        counted=counted[keep],
        windows=windows,
        n_elsewhere=int(len(events) - len(here)),
        n_later=int((~keep).sum()),
    )
