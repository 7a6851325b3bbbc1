"""From a table of events to what the process is fitted to, and when each state existed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sahelkit._types import Floats
from sahelkit.dates import read_column
from sahelkit.errors import ModelError
from sahelkit.estimation.hawkes.observed import DAYS_PER_YEAR, Observed, Windows, years
from sahelkit.frames import FrameLike, check_columns
from sahelkit.tables.states import load_states


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


def dated(events: FrameLike, *, where: str) -> pd.DataFrame:
    """The events with their days as timestamps, whatever held them.

    Raises
    ------
    OptionError, MissingColumnsError
        If it is no frame, or has no column ``iso3`` or ``date``.
    DateError
        If a day cannot be read or is empty.
    """
    events = check_columns(events, ["iso3", "date"], where=where, what="events")
    days = read_column(events["date"], what="date", declared="D", owner=events["iso3"]).first
    return events.assign(date=days.astype("datetime64[ns]"))


def _marks(frame: pd.DataFrame, column: str | None) -> Floats:
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
    events: FrameLike, codes: Sequence[str], windows: Windows, *, own_mark: str | None, cross_mark: str | None
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
