"""The one reader of days, months and years: what a user types, and whole columns of it.

A value is read when it has one meaning, and refused otherwise:

- a year: a whole number or text of four digits (``2012``, ``2012.0``, ``"2012"``); no other number is a date, neither
  ``201203`` nor ``20120322`` nor a spreadsheet's ``40969``;
- a month: ``"2012-03"``; a day: ``"2012-03-22"`` or ``"2012/03/22"``, with or without a time. The year comes first:
  of ``05/02/2012`` nobody knows which is the month;
- dates, timestamps, ``numpy.datetime64`` and periods of days, months and calendar years. A time of day is dropped; a
  time with a zone has the day that it has in that zone.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Integral, Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import DateLike, Days
from sahelkit.errors import DateError
from sahelkit.values import is_blank, row_words

YEARS = (1678, 2261)  # the whole years that fit into nanoseconds
NAMES = {"Y": "year", "M": "month", "D": "day"}
_ORDER = "YMD"
_PERIODS = re.compile(r"period\[(\w)")
_LEAST = {
    "M": ("a month or a day", "Type a month or day such as '2012-03' or '2012-03-22'"),
    "D": ("a full day", "Type a day such as '2012-03-22'"),
}
_FINER = ("h", "m", "s", "ms", "us", "ns", "ps", "fs", "as")
_DIGITS = re.compile(r"([0-9]+)(?:\.0*)?")
_ISO = re.compile(
    r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2})(?P<clock>.*))?|/([0-9]{1,2})/([0-9]{1,2})(?P<time>.*))?", re.DOTALL
)
_CLOCK = re.compile(r"[T ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?) ?(?:Z|[+-][01][0-9](?::?[0-5][0-9])?)?")
_ORDER_UNKNOWN = re.compile(r"[0-9]{1,2}([/.-])[0-9]{1,2}[/.-](?:[0-9]{2}|[0-9]{4})(?: .*)?", re.DOTALL)
_DECLARE = {
    5: "If it counts days as a spreadsheet does, type pandas.to_datetime({}, unit='D', origin='1899-12-30')",
    6: "If it is year and month, type "
    "pandas.to_datetime({}.astype('Int64').astype(str), format='%Y%m').dt.to_period('M')",
    8: "If it is year, month and day, type pandas.to_datetime({}.astype('Int64').astype(str), format='%Y%m%d')",
}


class _UnreadError(ValueError):
    """Why one value is not a date, and what turns a column of such values into dates."""

    def __init__(self, why: str, recipe: str = "") -> None:
        super().__init__(why)
        self.recipe = recipe


@dataclass(frozen=True, eq=False)
class Times:
    """What each value of a column names.

    Attributes
    ----------
    first : array of datetime64[D], shape (n,)
        First day; NaT where the value is empty.
    unit : array of str, shape (n,)
        ``"Y"``, ``"M"`` or ``"D"``: whether it is a year, a month or a day; ``""`` where the value is empty.
    """

    first: Days
    unit: npt.NDArray[np.str_]

    @property
    def last(self) -> Days:
        """Last day, shape (n,)."""
        out = self.first.copy()
        for unit in "YM":
            mine = self.unit == unit
            out[mine] = (self.first[mine].astype(f"datetime64[{unit}]") + 1).astype("datetime64[D]") - 1
        return out

    def floor(self, unit: str) -> Times:
        """The years or months that hold the values."""
        first = self.first.astype(f"datetime64[{unit}]").astype("datetime64[D]")
        return Times(first, np.where(self.unit == "", "", unit))


def _of_number(number: Any, declared: str | None) -> tuple[int, ...]:
    if not np.isfinite(float(number)) or number != int(number):
        raise _UnreadError("not a whole number, and so not a year")
    return _of_digits(str(int(number)), declared)


def _of_digits(digits: str, declared: str | None) -> tuple[int, ...]:
    if declared == "Y" and digits.isdigit() and len(digits) <= 4:
        return (int(digits),)
    if len(digits) == 4 and digits.isdigit():
        return (_held(int(digits)),)
    recipe = _DECLARE.get(len(digits), "") if digits.isdigit() else ""
    raise _UnreadError("a number is read as a year, and a year has four digits", recipe)


def _held(year: int) -> int:
    if not YEARS[0] <= year <= YEARS[1]:
        raise _UnreadError(f"the year lies outside {YEARS[0]} to {YEARS[1]}")
    return year


def _of_text(text: str, declared: str | None) -> tuple[int, ...]:
    plain = text.strip()
    if not plain:
        raise _UnreadError("it is empty")
    number = _DIGITS.fullmatch(plain)
    if number:
        return _of_digits(number.group(1), declared)
    found = _ISO.fullmatch(plain)
    if found:
        year, month, day, clock, other_month, other_day, time = found.groups()
        rest = clock or time
        if rest:
            on_the_clock = _CLOCK.fullmatch(rest)
            if not on_the_clock:
                raise _UnreadError("not a date")
            dt.time.fromisoformat(on_the_clock.group(1))
        parts = [part for part in (year, month or other_month, day or other_day) if part is not None]
        return (_held(int(year)), *(int(part) for part in parts[1:]))
    order = _ORDER_UNKNOWN.fullmatch(plain)
    if order:
        mark = order.group(1)
        recipe = f"If the day comes first, type pandas.to_datetime({{}}, format='%d{mark}%m{mark}%Y')"
        raise _UnreadError("it may be day first or month first", recipe)
    raise _UnreadError("not a date")


def _of_period(period: pd.Period) -> tuple[int, ...]:
    freq = period.freqstr
    if freq in ("Y-DEC", "A-DEC"):  # pandas before 3 knows both names
        return (_held(period.year),)
    if freq == "M":
        return _held(period.year), period.month
    if freq == "D":
        return _held(period.year), period.month, period.day
    raise _UnreadError(f"a period of frequency {freq} is neither a day, nor a month, nor a calendar year")


def _of_datetime64(value: np.datetime64) -> tuple[int, ...]:
    unit, step = np.datetime_data(value)
    if step != 1 or unit not in ("Y", "M", "D", *_FINER):
        raise _UnreadError(f"a time in units of {step} {unit} is neither a day, nor a month, nor a year")
    day = value.astype("datetime64[D]")
    year = _held(int(day.astype("datetime64[Y]").astype("int64")) + 1970)
    if unit == "Y":
        return (year,)
    date = day.astype(dt.date)
    return (year, date.month) if unit == "M" else (year, date.month, date.day)


def _parts(value: Any, declared: str | None) -> tuple[int, ...]:
    """Year, or year and month, or year, month and day that one value names."""
    if isinstance(value, bool | np.bool_):
        raise _UnreadError("not a date")
    if isinstance(value, str):
        return _of_text(value, declared)
    if isinstance(value, pd.Period):
        return _of_period(value)
    if isinstance(value, np.datetime64):
        return _of_datetime64(value)
    if isinstance(value, dt.date):  # a pandas Timestamp is one, with or without a zone
        return _held(value.year), value.month, value.day
    if isinstance(value, Integral | Real | Decimal) and not isinstance(value, np.timedelta64):
        return _of_number(value, declared)
    raise _UnreadError("not a date")


def _read(value: Any, declared: str | None = None) -> tuple[np.datetime64, str]:
    """First day and unit of one value; raises ValueError."""
    if is_blank(value):
        raise _UnreadError("it is empty")
    try:
        parts = _parts(value, declared)
        month, day = (*parts[1:], 1, 1)[:2] if len(parts) > 1 else (1, 1)
        if len(parts) > 1:
            dt.date(parts[0], month, day)  # months of 13 and the 30 February are refused here
        first = np.datetime64(f"{parts[0]:04d}-{month:02d}-{day:02d}", "D")
    except _UnreadError:
        raise
    except (ValueError, TypeError, OverflowError, ArithmeticError):
        raise _UnreadError("not a date") from None
    return first, _ORDER[len(parts) - 1]


def _end(first: np.datetime64, unit: str) -> np.datetime64:
    return np.datetime64((first.astype(f"datetime64[{unit}]") + 1).astype("datetime64[D]") - 1, "D")


def parse_date(value: DateLike, *, what: str, last: bool = False, least: str = "Y") -> pd.Timestamp | None:
    """First day (or, with ``last=True``, last day) of the year, month or day that `value` names.

    Parameters
    ----------
    value : date-like
        As the module describes; None stays None.
    what : str
        Name of the option, for messages.
    last : bool
        Whether the last day is wanted.
    least : {"Y", "M", "D"}
        What `value` must name at least: with ``"M"`` a year is refused, with ``"D"`` a month too.

    Raises
    ------
    DateError
        If `value` is not a date, or too coarse.

    Examples
    --------
    >>> parse_date("2012-03", what="end", last=True)
    Timestamp('2012-03-31 00:00:00')
    >>> parse_date(201203, what="end")
    Traceback (most recent call last):
        ...
    sahelkit.errors.DateError: end=201203: a number is read as a year, and a year has four digits. Type a year, month
    or day such as '2012', '2012-03' or '2012-03-22'.
    """
    if value is None:
        return None
    try:
        first, unit = _read(value)
    except ValueError as error:
        raise DateError(what, value, str(error)) from None
    if _ORDER.index(unit) < _ORDER.index(least):
        wanted, repair = _LEAST[least]
        raise DateError(what, value, f"it names a {NAMES[unit]}, and {wanted} is wanted", repair=repair)
    return pd.Timestamp(_end(first, unit) if last else first).as_unit("ns")


def full_day(value: DateLike, *, what: str) -> pd.Timestamp:
    """The day that `value` names.

    Raises
    ------
    DateError
        If it names none: also for None, a month and a year.

    Examples
    --------
    >>> full_day("2012-03-22", what="coup")
    Timestamp('2012-03-22 00:00:00')
    """
    day = parse_date(value, what=what, least="D")
    if day is None:
        raise DateError(what, value, "a full day is wanted", repair=_LEAST["D"][1])
    return day


def parse_window(start: DateLike, end: DateLike) -> tuple[pd.Timestamp | None, pd.Timestamp | None]:
    """First and last day of a window; a reversed one raises `DateError`."""
    first = parse_date(start, what="start")
    last = parse_date(end, what="end", last=True)
    if first is not None and last is not None and last < first:
        raise DateError("end", end, f"it lies before start={start!r}")
    return first, last


def read_column(
    column: pd.Series[Any],
    *,
    what: str,
    declared: str | None = None,
    owner: pd.Series[Any] | None = None,
    blanks: bool = False,
    typed: str = "",
) -> Times:
    """Read a column of days, months or years, value by value as `parse_date` reads one.

    Parameters
    ----------
    column : pandas.Series
        Of any type.
    what : str
        Name of the column, for messages.
    declared : {"Y", "M", "D"}, optional
        What the column holds. With ``"Y"`` (a column named year) whole numbers of less than four digits are years as
        they stand: 12 is the year 12. Values that are finer are cut to the year or month that holds them (days in a
        column of months); coarser ones are refused.
    owner : pandas.Series, optional
        Country of each row, for messages.
    blanks : bool
        Whether empty values are allowed.
    typed : str
        How the caller types the column, for messages that show what to type; ``frame[...]`` when empty.

    Raises
    ------
    DateError
        At the first value that cannot be read; the message names it and its row.

    Examples
    --------
    >>> times = read_column(pd.Series(["2012-03", "2013-02"]), what="month")
    >>> times.last.astype(str).tolist(), times.unit.tolist()
    (['2012-03-31', '2013-02-28'], ['M', 'M'])
    """

    def refuse(position: int, why: str, repair: str = "") -> DateError:
        return DateError(what, column.iloc[position], why, row=row_words(column, position, owner), repair=repair)

    times = _whole(column) or _one_by_one(column, typed or f"frame[{what!r}]", declared, refuse)
    blank = np.isnat(times.first)
    if blank.any() and not blanks:
        raise refuse(int(blank.argmax()), "it is empty", f"Give each row its {NAMES.get(declared or '', 'date')}")
    if declared is None:
        return times
    order = np.select([times.unit == unit for unit in ("Y", "M", "D")], [0, 1, 2], 3)
    coarse = order < _ORDER.index(declared)
    if coarse.any():
        position = int(coarse.argmax())
        why = f"it names a {NAMES[str(times.unit[position])]}, and a {NAMES[declared]} is wanted"
        raise refuse(position, why, _LEAST[declared][1])
    if declared == "Y" and (times.unit == "M").any():
        position = int((times.unit == "M").argmax())
        raise refuse(position, "it names a month, and a year is wanted", f"Name the column 'month' instead of {what!r}")
    return times.floor(declared)


def _whole(column: pd.Series[Any]) -> Times | None:
    """Columns of timestamps and of periods at once; None for other types, and where a value must be refused."""
    if isinstance(column.dtype, pd.PeriodDtype):
        unit = next((unit for unit in _ORDER if column.dtype == pd.PeriodDtype(unit)), None)
        if unit is None:
            return None
        ordinals = np.asarray(column.array.asi8)
        first = ordinals.astype(f"datetime64[{unit}]").astype("datetime64[D]")
        first[column.isna().to_numpy()] = np.datetime64("NaT")
    elif isinstance(column.dtype, np.dtype | pd.DatetimeTZDtype) and column.dtype.kind == "M":
        local = column.dt.tz_localize(None) if isinstance(column.dtype, pd.DatetimeTZDtype) else column
        first, unit = local.to_numpy().astype("datetime64[D]"), "D"
    else:
        return None
    blank = np.isnat(first)
    years = first[~blank].astype("datetime64[Y]").astype("int64") + 1970
    if len(years) and not YEARS[0] <= years.min() <= years.max() <= YEARS[1]:
        return None
    return Times(first, np.where(blank, "", unit))


def _distinct(column: pd.Series[Any]) -> tuple[npt.NDArray[np.intp], Sequence[Any]]:
    """Number of each row's value, and the values in order of their numbers."""
    if column.dtype != object:
        codes, values = pd.factorize(column)
        return codes, list(values.astype("object"))
    # Equal values may differ in meaning: numpy holds the year 2012 for the day 2012-01-01, and one moment has two days
    # in two time zones.
    numbers: dict[Any, int] = {}
    places = np.empty(len(column), dtype=np.intp)
    found: list[Any] = []
    for position, value in enumerate(column):
        plain = isinstance(value, str | int | float | dt.date) and getattr(value, "tzinfo", None) is None
        key = (type(value), value if plain else position)
        places[position] = numbers.setdefault(key, len(found))
        if places[position] == len(found):
            found.append(value)
    return places, found


def _one_by_one(
    column: pd.Series[Any], typed: str, declared: str | None, refuse: Callable[[int, str, str], DateError]
) -> Times:
    codes, values = _distinct(column)
    first = np.full(len(values) + 1, np.datetime64("NaT"), dtype="datetime64[D]")
    unit = np.full(len(values) + 1, "", dtype="<U1")  # the last entry is that of empty values, whose code is -1
    for code, value in enumerate(values):
        if is_blank(value):
            continue
        try:
            first[code], unit[code] = _read(value, declared)
        except _UnreadError as error:
            position = int((codes == code).argmax())
            raise refuse(position, str(error), error.recipe.format(typed)) from None
    return Times(first[codes], unit[codes])


def period_days(times: pd.Series[Any]) -> tuple[pd.Series[Any], pd.Series[Any]]:
    """First and last day of each value of a date, month (Period) or year (integer) column."""
    if isinstance(times.dtype, pd.PeriodDtype):
        return times.dt.start_time, times.dt.end_time.dt.normalize()
    if pd.api.types.is_datetime64_any_dtype(times.dtype):
        return times, times
    years = times.astype("int64").astype("str")
    return pd.to_datetime(years + "-01-01"), pd.to_datetime(years + "-12-31")


def frequency(times: object) -> str:
    """``"M"``, ``"Y"`` or ``""``: whether rows are country-months or country-years."""
    found = _PERIODS.match(str(getattr(times, "dtype", "")))
    return "" if found is None else {"M": "M", "Y": "Y", "A": "Y"}.get(found.group(1), "")
