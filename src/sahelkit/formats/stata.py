"""Stata files, version 118 or 119 (Stata 14 and later)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.formats.book import value_words
from sahelkit.formats.columns import Column, first_bad, wrong
from sahelkit.formats.names import cut_text
from sahelkit.values import distinct_values

_LABEL = 80
_TEXT = 2045  # bytes of a text that is no strL
_LARGEST = 8.9e307
_FORMATS = {"date": "td", "time": "tc", "month": "tm", "year": "ty"}


def check_numbers(column: Column, program: str) -> None:
    """Refuse a number that has no place in a format whose numbers are of double precision, or that is infinite."""
    name = column.name
    if column.kind == "number":
        position = first_bad(np.abs(np.nan_to_num(column.values.to_numpy(), nan=0.0)) > _LARGEST)
        if position is not None:
            repair = (
                f"Type frame[{name!r}] = frame[{name!r}].replace([numpy.inf, -numpy.inf], numpy.nan) if it is unknown"
            )
            raise wrong(column, position, f"{program} has no infinite numbers", repair)
    elif column.kind == "integer":
        known = column.values.fillna(0) if column.values.hasnans else column.values
        position = first_bad((known > 2**53) | (known < -(2**53)))
        if position is not None:
            repair = f"Type frame[{name!r}] = frame[{name!r}].astype(str), or write .parquet or .csv"
            raise wrong(column, position, f"{program} would round a whole number of this size", repair)


def check_days(column: Column, program: str, first: str) -> None:
    """Refuse a day before the calendar of a program begins, or after the year 9999."""
    name = column.name
    days = column.values.to_numpy().astype("datetime64[D]")
    position = first_bad((days < np.datetime64(first)) | (days > np.datetime64("9999-12-31")))
    if position is not None:
        repair = f"Type frame[{name!r}] = frame[{name!r}].dt.strftime('%Y-%m-%d') to write it as text"
        raise wrong(column, position, f"the days of {program} go from {first} to 9999-12-31", repair)


def as_codes(column: Column) -> pd.Series[Any]:
    """A coded text as whole numbers from 1, and a flag as 0 and 1."""
    if column.kind == "boolean":
        return column.values.astype("Int8")
    numbers = {code: number for number, code in enumerate(column.codes, start=1)}
    return column.values.map(numbers).astype("Int16")


def as_days(column: Column) -> pd.Series[Any]:
    """Days, times and periods as timestamps, in the unit of pandas that all versions read."""
    values = column.values
    if column.kind in ("month", "year"):
        ordinals, known = values.array.asi8, values.notna().to_numpy()
        unit = "M" if column.kind == "month" else "Y"
        first = np.where(known, ordinals, 0).astype(f"datetime64[{unit}]").astype("datetime64[s]")
        values = pd.Series(np.where(known, first, np.datetime64("NaT")))
    return values


def write_stata(path: Path, columns: Sequence[Column], names: Sequence[str], *, lang: Lang, title: str) -> None:
    """Write columns as a Stata file.

    Texts with few allowed values, and flags, become whole numbers with labels for their values; days, times, months and
    years become Stata's. Empty text is Stata's missing text.

    Raises
    ------
    OptionError
        If a number is infinite or too large, or a day lies outside Stata's calendar.
    """
    data: dict[str, Any] = {}
    words: dict[Any, dict[int | float, str]] = {}
    dates: dict[Any, str] = {}
    long: list[str] = []
    for name, column in zip(names, columns, strict=True):
        if column.kind in ("integer", "number"):
            check_numbers(column, "Stata")
            data[name] = column.values
            if column.kind == "integer" and not column.values.hasnans:
                data[name] = column.values.astype("int64")
        elif column.kind in _FORMATS:
            data[name] = as_days(column)
            if column.kind in ("date", "time"):
                check_days(column, "Stata", "0100-01-01")
            dates[name] = _FORMATS[column.kind]
        elif column.kind == "boolean" or column.codes:
            data[name] = as_codes(column)
            words[name] = value_words(column, lang)
        else:
            data[name] = column.values.where(column.values.notna(), "")
            if any(len(text.encode()) > _TEXT for text in distinct_values(column.values)[1]):
                long.append(name)
    labels = {name: cut_text(column.about.labels[lang], _LABEL) for name, column in zip(names, columns, strict=True)}
    with path.open("wb") as stream:
        pd.DataFrame(data).to_stata(
            stream,
            write_index=False,
            version=119 if len(columns) > 32767 else 118,
            convert_dates=dates,
            variable_labels=labels,
            value_labels=words,
            convert_strl=long,
            data_label=cut_text(title, _LABEL),
        )
