"""What a source speaks of: its first and last day, its places, and where no row means that nothing happened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np

from sahelkit._types import Days, Ints64
from sahelkit.dates import YEARS
from sahelkit.events.canonical import canonical, columns_of, unit_of
from sahelkit.events.meaning import Meanings
from sahelkit.events.passing import collected, encoded
from sahelkit.events.reading import Source
from sahelkit.geography import places

if TYPE_CHECKING:
    import pyarrow

NEVER = np.datetime64("9999-12-31", "D")


@dataclass(frozen=True)
class Extent:
    """First and last day of a source (None where no day can be read), and by code its first year and its rows."""

    first: np.datetime64 | None
    last: np.datetime64 | None
    years: Mapping[Any, int]
    rows: Mapping[Any, int]


def as_days(numbers: Any) -> Days:
    """Days such as 20120322 as dates."""
    given = np.asarray(numbers, dtype=np.int64)
    months = (given // 10000 - 1970) * 12 + given // 100 % 100 - 1
    return np.asarray(months.astype("datetime64[M]").astype("datetime64[D]") + (given % 100 - 1))


def quick_extent(source: Source, formats: Sequence[str]) -> Extent | None:
    """The extent from the column of years; None where the source has none, or where it costs a pass over all."""
    year = source.layout.columns.get("year")
    if not source.columnar or year is None:
        return None
    years: dict[Any, int] = {}
    rows: dict[Any, int] = {}
    ends: list[int] = []
    code = columns_of(source.layout, "code")[0]
    for frame in source.frames((code, year)):
        if not frame.collect_schema()[year].is_integer():
            return None
        column = nw.col(year)
        asked = frame.group_by(code).agg(column.min().alias("low"), column.max().alias("high"), nw.len().alias("n"))
        table = collected(asked)
        for value, low, high, n in zip(*(table[name].to_pylist() for name in (code, "low", "high", "n")), strict=True):
            rows[value] = rows.get(value, 0) + n
            if low is not None:
                years[value] = min(low, years.get(value, low))
                ends += [low, high]
    low, high = [], []
    for frame in source.frames((*columns_of(source.layout, "date"), year)) if ends else ():
        edge = frame.filter(nw.col(year).is_in([min(ends), max(ends)]))
        days = canonical(edge, source, ["date"], formats=formats)
        day = unit_of(days, "date", "date")
        table = collected(days.select(day.min().alias("low"), day.max().alias("high")))
        low += [value for value in table["low"].to_pylist() if value is not None]
        high += [value for value in table["high"].to_pylist() if value is not None]
    return Extent(*_ends(low, high), years, rows)


def extent_of_groups(groups: pyarrow.Table) -> Extent:
    """The extent from what a pass over all rows found."""
    low, high = (day_numbers(groups[name]) for name in ("low", "high"))
    codes, raw = encoded(groups["code"])
    first, n = np.full(len(raw) + 1, 9999), np.zeros(len(raw) + 1, dtype=np.int64)
    np.minimum.at(first, codes, np.where(low > 0, low // 10_000, 9999))
    np.add.at(n, codes, groups["n"].to_numpy().astype(np.int64))
    known = [*raw, None] if n[-1] else raw
    years = dict(zip(known, first.tolist(), strict=False))
    return Extent(*_ends(low[low > 0], high[high > 0]), years, dict(zip(known, n.tolist(), strict=False)))


def day_numbers(column: pyarrow.ChunkedArray) -> Ints64:
    """Days of a column, dates or numbers, as numbers such as 20120322; 0 where empty."""
    if not str(column.type).startswith(("date", "timestamp")):
        return np.asarray(column.fill_null(0).to_numpy(), dtype=np.int64)
    days = np.asarray(column.cast("timestamp[s]").to_numpy(), dtype="datetime64[D]")
    known = ~np.isnat(days)
    months = np.where(known, days, np.datetime64("1970-01-01")).astype("datetime64[M]")
    years = months.astype("datetime64[Y]")
    parts = (years.astype(np.int64) + 1970) * 10_000 + ((months - years).astype(np.int64) + 1) * 100
    return np.where(known, parts + (days - months.astype("datetime64[D]")).astype(np.int64) + 1, 0)


def _ends(low: Any, high: Any) -> tuple[np.datetime64 | None, np.datetime64 | None]:
    held = YEARS[0] * 10_000, (YEARS[1] + 1) * 10_000  # of "28 May 202" polars reads the year 202
    low, high = (days[(days >= held[0]) & (days < held[1])] for days in map(np.asarray, (low, high)))
    return (as_days([low.min()])[0], as_days([high.max()])[0]) if len(low) and len(high) else (None, None)


@dataclass(frozen=True)
class Window:
    """Where no row means that nothing happened: by state the first day, and the last day of all.

    Attributes
    ----------
    first : mapping of str to datetime64[D]
        States that are not in it are not covered.
    last : datetime64[D]
    start : datetime64[D]
        The first day for what belongs to no state.
    declared : bool
        Whether the user said so.
    """

    first: Mapping[str, np.datetime64]
    last: np.datetime64
    start: np.datetime64
    declared: bool


def window_of(
    extent: Extent,
    meanings: Meanings,
    begins: Mapping[str, str],
    declared: tuple[Any, Any, Sequence[str] | None] | None,
) -> Window:
    """The window of a source: as declared, or from its first to its last day for the states that occur in it.

    The source of a layout may have begun later in some places: `begins` says when, by place set; other states are
    covered from 1 January of the year of their first row on.
    """
    found: dict[str, int] = {}
    for code, year in extent.years.items():
        for era in range(len(meanings.cuts) + 1):
            state = meanings.iso3(code, era)
            if state is not None:
                found[state] = min(year, found.get(state, year))
    if declared is not None:
        first, last, states = declared
        return Window(dict.fromkeys(found if states is None else states, first), last, first, True)
    if extent.first is None or extent.last is None:
        return Window({}, NEVER, NEVER, False)
    first, last = extent.first, extent.last
    known: dict[str, np.datetime64] = {}
    for group, day in begins.items():
        for state in places.members(group):
            known[state] = max(np.datetime64(day, "D"), known.get(state, np.datetime64(day, "D")))
    start = {
        state: max(first, known.get(state, np.datetime64(f"{year:04d}-01-01", "D"))) for state, year in found.items()
    }
    return Window(start, last, first, False)
