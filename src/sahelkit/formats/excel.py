"""Excel workbooks: the data, the codebook and what to cite, a sheet each, written with XlsxWriter."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.errors import MissingExtraError, OptionError
from sahelkit.formats.columns import Column, wrong
from sahelkit.formats.stata import check_numbers
from sahelkit.values import distinct_values

ROWS, COLUMNS = 1_048_575, 16_384
_TEXT = 32_767
_SHEETS = {"en": ("data", "codebook", "citation"), "fr": ("données", "dictionnaire", "citation")}
_FIRST = np.datetime64("1900-03-01")  # Excel takes 1900 for a leap year
_ZERO = np.datetime64("1899-12-30")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_FORMATS = {"date": "yyyy-mm-dd", "time": "yyyy-mm-dd hh:mm:ss"}


def before_excel(column: Column) -> bool:
    """Whether a column holds a day that Excel's calendar has not."""
    if column.kind not in ("date", "time"):
        return False
    days = column.values.to_numpy().astype("datetime64[s]")  # nanoseconds do not reach the year 9999
    return bool(((days < _FIRST) | (days > np.datetime64("9999-12-31T23:59:59"))).any())


def _check_texts(column: Column) -> None:
    codes, distinct = distinct_values(column.values)
    for code, text in enumerate(distinct):
        bad = bool(_CONTROL.search(text))
        if bad or len(text) > _TEXT:
            position = int((codes == code).argmax())
            why = "Excel takes no control characters" if bad else f"a cell of Excel holds {_TEXT:,} characters"
            call = "replace(r'[\\x00-\\x1f]', ' ', regex=True)" if bad else f"slice(0, {_TEXT})"
            repair = f"Type frame[{column.name!r}] = frame[{column.name!r}].str.{call}, or write .parquet or .csv"
            raise wrong(column, position, why, repair)


class _Cells(NamedTuple):
    """What the cells of a column hold (``string``, ``number`` or ``boolean``), None where empty, and how they look."""

    kind: str
    values: list[Any]
    look: str = ""


def _cells(column: Column) -> _Cells:
    values, known = column.values, column.values.notna().to_numpy()
    kind, look = "number", ""
    if before_excel(column):
        days = values.to_numpy().astype("datetime64[D]" if column.kind == "date" else "datetime64[s]")
        kind, cells = "string", np.datetime_as_string(days).tolist()
    elif column.kind == "text":
        _check_texts(column)
        kind, cells = "string", values.tolist()
    elif column.kind == "month":
        kind, cells = "string", values.astype(str).tolist()
    elif column.kind == "boolean":
        kind, cells = "boolean", values.tolist()
    elif column.kind in ("date", "time"):
        unit = "D" if column.kind == "date" else "ms"  # cells are exact to the thousandth of a second
        since = np.where(known, values.to_numpy(), _ZERO).astype(f"datetime64[{unit}]") - _ZERO
        cells, look = (since.astype("int64") / (1 if unit == "D" else 86_400_000)).tolist(), _FORMATS[column.kind]
    elif column.kind == "year":
        cells = values.dt.year.tolist()
    else:
        check_numbers(column, "Excel")
        cells = values.tolist()
    return _Cells(kind, [cell if there else None for cell, there in zip(cells, known.tolist(), strict=True)], look)


def write_excel(
    path: Path, columns: Sequence[Column], names: Sequence[str], *, lang: Lang, codebook: pd.DataFrame, cited: str
) -> None:
    """Write a workbook with three sheets: the data, the codebook, and what to cite.

    Raises
    ------
    MissingExtraError
        If XlsxWriter is not installed.
    OptionError
        If there are more rows or columns than a sheet has, or a cell cannot hold a value.
    """
    try:
        import xlsxwriter
        from xlsxwriter.exceptions import FileCreateError
    except ImportError:
        raise MissingExtraError("a workbook for Excel (.xlsx)", "export", "XlsxWriter") from None
    rows = len(columns[0].values) if columns else 0
    if rows > ROWS or len(columns) > COLUMNS:
        why = f"a sheet of Excel holds {ROWS:,} rows under the names and {COLUMNS:,} columns"
        raise OptionError("frame", f"{rows:,} rows, {len(columns):,} columns", why, repair="Write .parquet or .csv")
    data = [_cells(column) for column in columns]
    beside = [_Cells("string", [text or None for text in codebook[name]]) for name in codebook.columns]
    works = _Cells("string", [line or None for line in cited.splitlines()])
    titles = _SHEETS[lang]
    # Rows are written as they come, texts included: a million of them take no more memory than one.
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    bold = book.add_format({"bold": True})
    formats = {look: book.add_format({"num_format": look}) for look in _FORMATS.values()}

    def add(title: str, heads: Sequence[str], columns: Sequence[_Cells], widths: dict[int, int]) -> None:
        sheet = book.add_worksheet(title)
        sheet.freeze_panes(1, 0)
        for place, width in widths.items():
            sheet.set_column(place, place, width)
        for place, head in enumerate(heads):
            sheet.write_string(0, place, head, bold)
        writing = [(getattr(sheet, f"write_{column.kind}"), formats.get(column.look)) for column in columns]
        for number, row in enumerate(zip(*(column.values for column in columns), strict=True), start=1):
            for place, value in enumerate(row):
                if value is not None:
                    write, style = writing[place]
                    write(number, place, value, style)

    add(titles[0], names, data, {})
    add(titles[1], list(codebook.columns), beside, {0: 24, 3: 60, 8: 40})
    add(titles[2], [titles[2]], [works], {0: 120})
    try:
        book.close()
    except FileCreateError as error:  # holds the error of the disk
        raise error.args[0] from None
