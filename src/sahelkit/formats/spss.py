"""SPSS files, written with pyreadstat."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from sahelkit._types import Lang
from sahelkit.errors import MissingExtraError
from sahelkit.formats.book import value_words
from sahelkit.formats.columns import Column, wrong
from sahelkit.formats.names import cut_text
from sahelkit.formats.stata import as_codes, check_days, check_numbers
from sahelkit.values import distinct_values

_LABEL, _WORD, _TEXT = 255, 120, 32767  # bytes
_FORMATS = {"date": "SDATE10", "time": "DATETIME23.2"}


def _text(column: Column) -> pd.Series[Any]:
    codes, distinct = distinct_values(column.values)
    for code, text in enumerate(distinct):
        if len(text.encode()) > _TEXT:
            position = int((codes == code).argmax())
            why = f"a text of SPSS has at most {_TEXT:,} bytes, and this one {len(text.encode()):,}"
            raise wrong(column, position, why, "Write .dta, .parquet or .csv, or leave the column out")
    return column.values.where(column.values.notna(), "")


def _months(column: Column) -> pd.Series[Any]:
    """Months as texts such as 1990-01, years as numbers."""
    if column.kind == "year":
        return column.values.dt.year.astype("float64").where(column.values.notna())
    return column.values.astype(str).where(column.values.notna(), "")


def write_spss(path: Path, columns: Sequence[Column], names: Sequence[str], *, lang: Lang, title: str) -> None:
    """Write columns as an SPSS file.

    Raises
    ------
    MissingExtraError
        If pyreadstat is not installed.
    OptionError
        If a number is infinite or too large, a text too long, or a day lies before 1582-10-15.
    """
    try:
        import pyreadstat
    except ImportError:
        raise MissingExtraError("a file for SPSS (.sav)", "export", "pyreadstat") from None
    data: dict[str, Any] = {}
    words: dict[str, dict[int | float, str]] = {}
    formats: dict[str, str] = {}
    for name, column in zip(names, columns, strict=True):
        coded = column.codes and all(len(word.encode()) <= _WORD for word in value_words(column, lang).values())
        if column.kind in ("integer", "number"):
            check_numbers(column, "SPSS")
            data[name] = column.values.astype("float64")
            formats[name] = "F8.0" if column.kind == "integer" else "F12.4"
        elif column.kind in _FORMATS:
            check_days(column, "SPSS", "1582-10-15")
            data[name] = column.values
            formats[name] = _FORMATS[column.kind]
        elif column.kind in ("month", "year"):
            data[name] = _months(column)
            formats |= {name: "F8.0"} if column.kind == "year" else {}
        elif column.kind == "boolean" or coded:
            data[name] = as_codes(column).astype("float64")
            words[name] = value_words(column, lang)
            formats[name] = "F8.0"
        else:
            data[name] = _text(column)
    labels: list[str | None] = [cut_text(column.about.labels[lang], _LABEL, in_bytes=True) for column in columns]
    frame = pd.DataFrame(data)
    pyreadstat.write_sav(
        frame,
        str(path),
        file_label=cut_text(title, 64, in_bytes=True),
        column_labels=labels,
        row_compress=True,
        variable_value_labels=words,
        variable_format=formats,
    )
