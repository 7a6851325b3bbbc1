"""Rows that were left out, and values that were not read: where they stand, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from sahelkit._types import TEXT
from sahelkit.dates import YEARS, parse_date
from sahelkit.errors import DateError
from sahelkit.events.canonical import COORDINATES, NUMBERS, canonical, columns_of, formats_of, unit_of
from sahelkit.events.meaning import Meanings, plain
from sahelkit.events.passing import collected
from sahelkit.events.reading import Source

# More rows than these say no more; a file with so many is in another layout.
MOST = 10_000
COLUMNS = ("file", "row", "column", "value", "why")


def refused_rows(source: Source, meanings: Meanings, good: Iterable[Any]) -> pd.DataFrame:
    """One row for each value that cannot be read.

    Parameters
    ----------
    source : Source
    meanings : Meanings
        Of the codes of places.
    good : iterable
        Codes, as the source writes them, that are those of states.
    """
    layout = source.layout
    days = ["date", *(["last"] if layout.last else [])]
    numbers = [name for name in NUMBERS if name in layout.columns]
    columns = {name: columns_of(layout, name) for name in (*days, "code", *numbers)}
    wanted = list(dict.fromkeys(column for several in columns.values() for column in several))
    known = list(good)
    found: list[tuple[Any, ...]] = []
    with source.reading():
        for frame in source.frames(wanted, numbered=True):
            schema = frame.collect_schema()
            texts = {name: schema[columns[name][0]] == nw.String for name in numbers}
            written = {_written(name): nw.col(name) for name in wanted}
            kept = [*written, "file", "row"]
            typed = canonical(frame.with_columns(**written), source, [*days, *numbers], also=kept)
            held = {name: unit_of(typed, name, "date") for name in days}
            typed = typed.with_columns(
                **{name: nw.when(day >= YEARS[0] * 10_000).then(day) for name, day in held.items()}
            )
            bad = [nw.col(name).is_null() for name in days]
            code = nw.col(_written(columns["code"][0]))
            bad.append(code.is_null() | ~code.is_in(known))
            unread = {
                name: _unread(name, columns[name][0], layout.unknown.get(name, ()), text=text)
                for name, text in texts.items()
            }
            rows = typed.filter(nw.any_horizontal(*bad, *unread.values(), ignore_nulls=True)).head(MOST - len(found))
            for row in collected(rows).to_pylist():
                found += _reasons(row, columns, days, numbers, meanings, set(known), source)
    table = pd.DataFrame(found[:MOST], columns=list(COLUMNS))
    return table.astype({"file": TEXT, "row": "Int64", "column": TEXT, "value": TEXT, "why": TEXT})


def _written(column: str) -> str:
    """Name of a column of the source as it is written, beside the typed one."""
    return f"{column}, written"


def _unread(name: str, column: str, unknown: Sequence[str], *, text: bool) -> nw.Expr:
    """Whether a number is null though something is written."""
    written = nw.col(_written(column))
    if not text:
        codes = [float(value) for value in unknown if value]
        odd = nw.col(name).is_null() & ((written < 0) | (written > 0))
        return odd & ~written.cast(nw.Float64).is_in(codes) if codes else odd
    blank = written.is_null() | (written.str.strip_chars() == "")
    return nw.col(name).is_null() & ~blank & ~written.is_in(["", *unknown])


def _reasons(
    row: dict[str, Any],
    columns: dict[str, tuple[str, ...]],
    days: Sequence[str],
    numbers: Sequence[str],
    meanings: Meanings,
    good: set[Any],
    source: Source,
) -> list[tuple[Any, ...]]:
    found = []
    place = row["file"], row["row"]
    for name in days:
        if row[name] is None:
            written = [row[_written(column)] for column in columns[name]]
            value = " ".join(plain(part) for part in written).strip()
            found.append((*place, " ".join(columns[name]), value or None, _why_no_day(value, source)))
    code = row[_written(columns["code"][0])]
    if code not in good:
        found.append((*place, columns["code"][0], plain(code) or None, meanings.why(code)))
    for name in numbers:
        value = plain(row[_written(columns[name][0])])
        if row[name] is None and value and value not in source.layout.unknown.get(name, ()):
            what = "not a number" if name in COORDINATES else "not a number of deaths"
            found.append((*place, columns[name][0], value, f"{what}; the event counts, with this unknown"))
    return found


def _why_no_day(value: str, source: Source) -> str:
    if not value:
        return "it is empty"
    try:
        parse_date(value, what="date", least="D")
    except DateError as error:
        why = str(error).partition(": ")[2].partition(". ")[0]
        if "not a date" not in why:
            return why
    shapes = " or ".join(repr(f"{pd.Timestamp(2012, 3, 22):{how}}") for how in formats_of(source.layout)[:2])
    return f"not a day such as {shapes}"
