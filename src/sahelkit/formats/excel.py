"""Excel workbooks: the data, the codebook and what to cite, a sheet each, written as the parts of Office Open XML.

A library takes half a minute for a million cells; the parts are few and plain, so they are written here.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.errors import OptionError
from sahelkit.formats.columns import Column, wrong
from sahelkit.formats.stata import check_numbers
from sahelkit.values import distinct_values

ROWS, COLUMNS = 1_048_575, 16_384
_TEXT = 32_767
_CHUNK = 20_000
_SHEETS = {"en": ("data", "codebook", "citation"), "fr": ("données", "dictionnaire", "citation")}
_FIRST = np.datetime64("1900-03-01")  # Excel takes 1900 for a leap year
_ZERO = np.datetime64("1899-12-30")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_ESCAPE = re.compile(r"(?=_x[0-9A-Fa-f]{4}_)")  # Excel reads this as a character by its number
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
# Styles of cells by number: plain, a day, a time, a heading.
_DAY, _TIME, _BOLD = 1, 2, 3
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>'
    '<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def before_excel(column: Column) -> bool:
    """Whether a column holds a day that Excel's calendar has not."""
    if column.kind not in ("date", "time"):
        return False
    days = column.values.to_numpy().astype("datetime64[s]")  # nanoseconds do not reach the year 9999
    return bool(((days < _FIRST) | (days > np.datetime64("9999-12-31T23:59:59"))).any())


def _letters(place: int) -> str:
    """Name of a column by its place from 0: A, B ... Z, AA ..."""
    text = ""
    while place >= 0:
        text, place = chr(65 + place % 26) + text, place // 26 - 1
    return text


def _text(value: str, *, style: int = 0) -> str:
    """What stands in the cell of a text, after its address."""
    plain = escape(_ESCAPE.sub("_x005F", value.replace("\r\n", "\n").replace("\r", "\n")))
    styled = f' s="{style}"' if style else ""
    return f'"{styled} t="inlineStr"><is><t xml:space="preserve">{plain}</t></is></c>'


def _texts(column: Column) -> list[str | None]:
    codes, distinct = distinct_values(column.values)
    for code, text in enumerate(distinct):
        bad = bool(_CONTROL.search(text))
        if bad or len(text) > _TEXT:
            position = int((codes == code).argmax())
            why = "Excel takes no control characters" if bad else f"a cell of Excel holds {_TEXT:,} characters"
            call = "replace(r'[\\x00-\\x1f]', ' ', regex=True)" if bad else f"slice(0, {_TEXT})"
            repair = f"Type frame[{column.name!r}] = frame[{column.name!r}].str.{call}, or write .parquet or .csv"
            raise wrong(column, position, why, repair)
    written = np.array([*map(_text, distinct), None], dtype=object)
    found: list[str | None] = written[codes].tolist()
    return found


def _cells(column: Column) -> list[str | None]:
    """What stands in each cell after its address, None for an empty one."""
    values, known = column.values, column.values.notna().to_numpy()
    if before_excel(column):
        unit = "D" if column.kind == "date" else "s"
        days = np.datetime_as_string(values.to_numpy().astype(f"datetime64[{unit}]"))
        return [_text(day) if there else None for day, there in zip(days.tolist(), known.tolist(), strict=True)]
    if column.kind == "text":
        return _texts(column)
    if column.kind == "month":
        return [
            _text(month) if there else None for month, there in zip(values.astype(str), known.tolist(), strict=True)
        ]
    if column.kind == "boolean":
        numbers: Any = values.fillna(False).astype("int8")
        head = '" t="b"><v>'
    elif column.kind in ("date", "time"):
        unit = "D" if column.kind == "date" else "ms"  # cells are exact to the thousandth of a second
        since = np.where(known, values.to_numpy(), _ZERO).astype(f"datetime64[{unit}]") - _ZERO
        numbers = since.astype("int64") if unit == "D" else since.astype("int64") / 86_400_000
        head = f'" s="{_DAY if unit == "D" else _TIME}"><v>'
    else:
        check_numbers(column, "Excel") if column.kind in ("integer", "number") else None
        numbers = values.dt.year if column.kind == "year" else values
        numbers = numbers.fillna(0) if column.kind == "integer" else numbers
        head = '"><v>'
    return [
        f"{head}{number}</v></c>" if there else None
        for number, there in zip(numbers.tolist(), known.tolist(), strict=True)
    ]


def _sheet(columns: Sequence[list[str | None]], names: Sequence[str], widths: dict[int, int]) -> Iterator[str]:
    """The parts of a sheet: its head, then its rows in pieces."""
    wide = "".join(f'<col min="{at}" max="{at}" width="{width}" customWidth="1"/>' for at, width in widths.items())
    frozen = '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    yield (
        f'{_HEAD}<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">{frozen}</sheetView></sheetViews>'
        f"{f'<cols>{wide}</cols>' if wide else ''}<sheetData>"
    )
    letters = [_letters(place) for place in range(len(names))]
    heads = "".join(f'<c r="{letter}1{_text(name, style=_BOLD)}' for letter, name in zip(letters, names, strict=True))
    yield f'<row r="1">{heads}</row>'
    rows = len(columns[0]) if columns else 0
    for start in range(0, rows, _CHUNK):
        lines = []
        for number, row in enumerate(
            zip(*(column[start : start + _CHUNK] for column in columns), strict=True), start + 2
        ):
            cells = [
                f'<c r="{letter}{number}{cell}' for letter, cell in zip(letters, row, strict=True) if cell is not None
            ]
            lines.append(f'<row r="{number}">{"".join(cells)}</row>')
        yield "".join(lines)
    yield "</sheetData></worksheet>"


def _parts(titles: Sequence[str]) -> dict[str, str]:
    """The parts of a workbook that say what its sheets are."""
    numbers = range(1, len(titles) + 1)
    sheets = "".join(
        f'<sheet name="{title}" sheetId="{at}" r:id="rId{at}"/>' for at, title in zip(numbers, titles, strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>' for at in numbers
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_TYPE}.worksheet+xml"/>' for at in numbers
    )
    return {
        "[Content_Types].xml": (
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/>{kinds}</Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_RELATIONS}">'
            f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_RELATIONS}">{links}'
            f'<Relationship Id="rId{len(titles) + 1}" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>'
        ),
        "xl/styles.xml": _STYLES,
    }


def write_excel(
    path: Path, columns: Sequence[Column], names: Sequence[str], *, lang: Lang, codebook: pd.DataFrame, cited: str
) -> None:
    """Write a workbook with three sheets: the data, the codebook, and what to cite.

    Raises
    ------
    OptionError
        If there are more rows or columns than a sheet has, or a cell cannot hold a value.
    """
    rows = len(columns[0].values) if columns else 0
    if rows > ROWS or len(columns) > COLUMNS:
        why = f"a sheet of Excel holds {ROWS:,} rows under the names and {COLUMNS:,} columns"
        raise OptionError("frame", f"{rows:,} rows, {len(columns):,} columns", why, repair="Write .parquet or .csv")
    data = [_cells(column) for column in columns]
    book = [[_text(text) if text else None for text in codebook[name]] for name in codebook.columns]
    works: list[list[str | None]] = [[_text(line) for line in cited.splitlines()]]
    titles = _SHEETS[lang]
    sheets = (
        _sheet(data, names, {}),
        _sheet(book, list(codebook.columns), {1: 24, 4: 60, 9: 40}),
        _sheet(works, [titles[2]], {1: 120}),
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, text in _parts(titles).items():
            archive.writestr(name, _HEAD + text)
        for number, pieces in enumerate(sheets, start=1):
            with archive.open(f"xl/worksheets/sheet{number}.xml", "w", force_zip64=True) as stream:
                for piece in pieces:
                    stream.write(piece.encode())
