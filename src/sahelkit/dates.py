"""Dates as users type them: a year, a month or a day, as text, number or object."""

from __future__ import annotations

import datetime as dt
from typing import TypeAlias

import pandas as pd

from sahelkit.errors import DateError

DateLike: TypeAlias = "str | int | dt.date | pd.Timestamp | pd.Period | None"


def parse_date(value: DateLike, *, what: str, last: bool = False) -> pd.Timestamp | None:
    """First day (or, with ``last=True``, last day) of the year, month or day that `value` names.

    Raises
    ------
    DateError
        If `value` is not a date.

    Examples
    --------
    >>> parse_date("2012-03", what="end", last=True)
    Timestamp('2012-03-31 00:00:00')
    """
    if value is None:
        return None
    if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
        raise DateError(what, value, "not a date")
    try:
        if isinstance(value, pd.Period):
            period = value
        elif isinstance(value, (pd.Timestamp, dt.date)):
            period = pd.Period(pd.Timestamp(value), freq="D")
        else:
            text = str(int(value)) if isinstance(value, (int, float)) else str(value).strip()
            if not text[:4].isdigit():
                raise ValueError(text)
            period = pd.Period(text)
        if period is pd.NaT:
            raise ValueError(value)
        stamp = (period.end_time if last else period.start_time).normalize()
    except (ValueError, TypeError, OverflowError):
        raise DateError(what, value, "not a date") from None
    if not isinstance(stamp, pd.Timestamp):
        raise DateError(what, value, "not a date")
    return stamp.as_unit("ns")


def parse_window(start: DateLike, end: DateLike) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    """First and last day of a window; a reversed one raises `DateError`."""
    first = parse_date(start, what="start")
    last = parse_date(end, what="end", last=True)
    if first is not None and last is not None and last < first:
        raise DateError("end", end, f"it lies before start={start!r}")
    return first, last
