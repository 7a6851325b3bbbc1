"""Days known to a month, to a year, or as a bound only: what may hold on a day, and what surely does."""

from __future__ import annotations

import pandas as pd

from sahelkit.catalog import Table
from sahelkit.errors import UnknownNameError, is_known

PRECISIONS = ("day", "month", "year", "before")


def day_span(days: pd.Series, precision: pd.Series) -> pd.DataFrame:
    """First and last day that dates of a given precision may mean.

    Parameters
    ----------
    days : Series of datetime
        The day itself, a placeholder in its month or year, or (``before``) the day by which it had come.
    precision : Series of str
        ``day``, ``month``, ``year``, ``before``; NA where there is no date.

    Returns
    -------
    pandas.DataFrame
        ``first`` (NaT for ``before``: no bound) and ``last``.

    Raises
    ------
    UnknownNameError
        If a precision is none of the four.

    Examples
    --------
    >>> days = pd.to_datetime(pd.Series(["2011-03-16", "2012-03-22"]))
    >>> day_span(days, pd.Series(["month", "before"]))
           first       last
    0 2011-03-01 2011-03-31
    1        NaT 2012-03-22
    """
    for name in precision.dropna().unique():
        if not is_known(name, PRECISIONS):
            raise UnknownNameError("precision of a day", str(name), PRECISIONS)
    first, last = days.copy(), days.copy()
    for name, unit in (("month", "M"), ("year", "Y")):
        vague = (precision == name).fillna(False) & days.notna()
        period = days[vague].dt.to_period(unit)
        first[vague], last[vague] = period.dt.start_time, period.dt.end_time.dt.normalize()
    first[(precision == "before").fillna(False)] = pd.NaT
    return pd.DataFrame({"first": first, "last": last})


def known_days(frame: pd.DataFrame, layout: Table) -> tuple[pd.Series, pd.Series]:
    """First and last day that the time column of a table may mean, row by row.

    A day that is stated counts as it stands. A placeholder does not: for it, the bounds that the table carries count,
    or else the month or year that it stands for.
    """
    precision, *names = layout.bounds
    if not names:
        span = day_span(frame[layout.time], frame[precision])
        return span["first"], span["last"]
    first, last = names
    stated = frame[precision] == "day"
    return frame[layout.time].where(stated, frame[first]), frame[layout.time].where(stated, frame[last])


def may_touch(spells: pd.DataFrame, first: pd.Timestamp | None, last: pd.Timestamp | None) -> pd.Series:
    """Which spells may hold on some day of a window, by ``start_min`` and ``end_max`` (the first day out)."""
    keep = pd.Series(True, index=spells.index)
    if first is not None:
        keep &= ~(spells["end_max"] <= first)
    if last is not None:
        keep &= ~(spells["start_min"] > last)
    return keep


def surely_touch(spells: pd.DataFrame, first: pd.Timestamp | None, last: pd.Timestamp | None) -> pd.Series:
    """Which spells hold on some day of a window whatever their unsure days, by ``start_max`` and ``end_min``."""
    keep = pd.Series(True, index=spells.index)
    if first is not None:
        keep &= spells["end_max"].isna() | (spells["end_min"] > first)
    if last is not None:
        keep &= spells["start_max"] <= last
    return keep


def holds(spells: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Whether each spell holds on a day: True, False, or NA where its bounds leave it open."""
    found = may_touch(spells, day, day).astype("boolean")
    return found.mask(found & ~surely_touch(spells, day, day))
