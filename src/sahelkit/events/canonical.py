"""Columns of a source as typed columns of events, in expressions that run where the data live.

A day is one whole number, 20120322 for 22 March 2012, or a date where the source holds dates: no backend lacks the
arithmetic of whole numbers, and many lack functions of dates.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import narwhals.stable.v2 as nw

from sahelkit.dates import YEARS
from sahelkit.errors import OptionError
from sahelkit.events.layouts import Layout
from sahelkit.events.reading import Source

Frame: TypeAlias = "nw.LazyFrame[Any] | nw.DataFrame[Any]"
UNITS = ("year", "month", "date")
COORDINATES = ("latitude", "longitude")
DAYS = ("date", "last", "published")
NUMBERS = ("fatalities", "fatalities_low", "fatalities_high", *COORDINATES)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# What stands for a part of a day: a pattern, its length, and a value that is one.
_PARTS = {
    "%Y": ("[0-9]{4}", 4, "0000"),
    "%y": ("[0-9]{2}", 2, "00"),
    "%m": ("[0-9]{2}", 2, "01"),
    "%d": ("[0-9]{2}", 2, "01"),
    "%b": ("[A-Z][a-z]{2}", 3, "Jan"),
    **dict.fromkeys(("%H", "%M", "%S"), ("[0-9]{2}", 2, "00")),
}
ISO = "%Y-%m-%d"
_ENDLESS = 1e15
_NUMBER = r"^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$"


def columns_of(layout: Layout, name: str) -> tuple[str, ...]:
    """Columns of the source that give a column of events; ``code`` is that of the place."""
    given = {"date": layout.date, "last": layout.last or layout.date, "code": (layout.places[0][0],)}
    return given[name] if name in given else (layout.columns[name],)


def formats_of(layout: Layout) -> tuple[str, ...]:
    """How days may be written."""
    return tuple(dict.fromkeys((ISO, *layout.date_formats)))


def canonical(
    frame: Frame, source: Source, names: Sequence[str], *, formats: Sequence[str] = (), also: Sequence[str] = ()
) -> Frame:
    """The named columns of events, typed, from a frame with the columns of the source.

    Parameters
    ----------
    frame : narwhals frame
        Lazy or not, with the columns of the source.
    source : Source
        Its layout says what stands where.
    names : sequence of str
        Columns of events, and ``code`` for the place as the source writes it. A day that cannot be read, and a number
        that cannot, is null.
    formats : sequence of str
        How days are written; those of the layout when empty.
    also : sequence of str
        Columns of the frame that are kept as they are.
    """
    layout = source.layout
    formats = tuple(formats) or formats_of(layout)
    days = {name: columns_of(layout, name) for name in DAYS if name in names}
    # The day of publication may be written in another way than that of the event.
    ways = {name: formats_of(layout) if name == "published" else formats for name in days}
    numbers = {name: layout.columns[name] for name in names if name in NUMBERS and name in layout.columns}
    parts = [column for columns in days.values() if len(columns) > 1 for column in columns]
    soft: dict[str, str] = {}
    if frame.implementation.is_polars():
        written = {columns[0]: ways[name] for name, columns in days.items() if len(columns) == 1}
        frame, soft = _softened(frame, written, [*numbers.values(), *parts])
    schema = frame.collect_schema()

    def column(name: str) -> nw.Expr:
        if name in days:
            return _day(schema, [soft.get(part, part) for part in days[name]], ways[name])
        if name in numbers:
            given = soft.get(numbers[name], numbers[name])
            number = _number(nw.col(given), schema[given])
            if name in COORDINATES:
                return number
            # No number of deaths is negative or without end; codes for unknown ones are negative too.
            return nw.when((number >= 0) & (number < _ENDLESS)).then(number)
        return nw.col(columns_of(layout, name)[0])

    return frame.select(*also, **{name: column(name) for name in names})


def unit_of(frame: Frame, name: str, unit: str) -> nw.Expr:
    """Years, months (``year * 12 + month - 1``) or days (``20120322``) of a column of days made by `canonical`."""
    day = nw.col(name)
    if isinstance(frame.collect_schema()[name], nw.Date | nw.Datetime):
        year, month, of_month = (part.cast(nw.Int32) for part in (day.dt.year(), day.dt.month(), day.dt.day()))
    else:
        year, month, of_month = day // 10000, day // 100 % 100, day % 100
    if unit == "year":
        return year
    return year * 12 + month - 1 if unit == "month" else year * 10000 + month * 100 + of_month


def _softened(frame: Frame, days: Mapping[str, Sequence[str]], numbers: Sequence[str]) -> tuple[Frame, dict[str, str]]:
    """The frame with texts that polars reads as days and numbers, and the names of those columns.

    Polars does so faster than expressions can, and leaves null what it cannot read.
    """
    import polars

    schema = frame.collect_schema()

    def day(column: str) -> polars.Expr:
        text = polars.col(column)
        read = [
            (text.str.strip_chars_start().str.slice(0, 10) if how == ISO else text).str.to_date(how, strict=False)
            for how in days[column]
        ]
        return polars.coalesce(*read) if len(read) > 1 else read[0]

    made = {name: day(name) for name in days if schema[name] == nw.String}
    for name in numbers:
        if schema[name] == nw.String:
            made[name] = polars.col(name).cast(polars.Float64, strict=False).fill_nan(None)
    soft = {name: f"{name}, read" for name in made}
    native = frame.to_native().with_columns(**{soft[name]: expression for name, expression in made.items()})
    return nw.from_native(native), soft


def _number(column: nw.Expr, dtype: Any) -> nw.Expr:
    if dtype == nw.String:
        return nw.when(column.str.contains(_NUMBER)).then(column).cast(nw.Float64)
    return column


def _day(schema: Any, columns: Sequence[str], formats: Sequence[str]) -> nw.Expr:
    if len(columns) == 3:
        return _checked(*(_number(nw.col(name), schema[name]).cast(nw.Int64) for name in columns))
    dtype, column = schema[columns[0]], nw.col(columns[0])
    if isinstance(dtype, nw.Date | nw.Datetime):
        return column
    if dtype != nw.String:
        day = column.cast(nw.Int64)
        day = nw.when(day > 10**9).then(day // 1_000_000).otherwise(day)  # 20120322093000: with the time of the day
        return _checked(day // 10000, day // 100 % 100, day % 100)
    return (
        nw.coalesce(*(_written(column, how) for how in formats)) if len(formats) > 1 else _written(column, formats[0])
    )


def _written(text: nw.Expr, how: str) -> nw.Expr:
    """Days written in one way; null where the text is another."""
    text = text.str.strip_chars()
    if how.startswith("%d") and how[3:] == f"%B{how[2]}%Y":
        pattern = f"^[0-9]{{1,2}}{how[2]}[A-Z][a-z]+{how[2]}[0-9]{{4}}$"
        text = nw.when(text.str.contains(pattern)).then(text).otherwise(nw.lit(f"01{how[2]}Jan{how[2]}0000"))
        short = text.str.slice(1, 1) == how[2]
        day = nw.when(short).then(text.str.slice(0, 1)).otherwise(text.str.slice(0, 2))
        name = nw.when(short).then(text.str.slice(2, 3)).otherwise(text.str.slice(3, 3))
        return _checked(text.str.tail(4).cast(nw.Int64), _named(name), day.cast(nw.Int64))
    pattern, blank, slots = "", "", dict[str, tuple[int, int]]()
    for token in re.split(r"(%[A-Za-z])", how):
        expected, length, other = _PARTS.get(token, (re.escape(token), len(token), token))
        if token.startswith("%") and token not in _PARTS:
            repair = 'Write days as 2012-03-22, or install polars: python -m pip install "sahelkit[events]"'
            raise OptionError("date_format", how, f"{token} is read by polars only", repair=repair)
        slots[token] = len(blank), length
        pattern, blank = pattern + expected, blank + other
    tail = "(?:[T ].*)?" if how == ISO else ""
    text = nw.when(text.str.contains(f"^{pattern}{tail}$")).then(text).otherwise(nw.lit(blank))
    part = {token: text.str.slice(*slot) for token, slot in slots.items() if token in _PARTS}
    year = part["%Y" if "%Y" in part else "%y"].cast(nw.Int64)
    if "%Y" not in part:
        year = year + 1900 + (year < 69).cast(nw.Int64) * 100
    month = _named(part["%b"]) if "%b" in part else part["%m"].cast(nw.Int64)
    return _checked(year, month, part["%d"].cast(nw.Int64))


def _named(month: nw.Expr) -> nw.Expr:
    found = (month == _MONTHS[0]).cast(nw.Int64)
    for number, name in enumerate(_MONTHS[1:], 2):
        found = found + (month == name).cast(nw.Int64) * number
    return found


def _checked(year: nw.Expr, month: nw.Expr, day: nw.Expr) -> nw.Expr:
    """Year, month and day as one number; null where there is no such day."""
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    short = month.is_in([4, 6, 9, 11]).cast(nw.Int64) + (month == 2).cast(nw.Int64) * (3 - leap.cast(nw.Int64))
    there = (year >= YEARS[0]) & (year <= YEARS[1]) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31 - short)
    return nw.when(there).then(year * 10000 + month * 100 + day)
