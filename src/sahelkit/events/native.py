"""What reads the parts of a source: polars where it is there, pyarrow batches, sheets, frames handed in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from sahelkit._types import Ints
from sahelkit.errors import MissingExtraError
from sahelkit.events.sniffing import AGAIN, Member, Text, different, refuse

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw
    import pandas as pd
    import pyarrow as pa

Frame: TypeAlias = "nw.DataFrame[Any] | nw.LazyFrame[Any]"

_BLOCK = 1 << 24  # bytes of a batch where there is no polars
_BATCH = 1 << 18  # rows of one
# A comma before three digits may part thousands: of deaths such a number is not read, a coordinate has more digits.
_COMMA = r"^\s*(-?[0-9]+),([0-9]{1,2}|[0-9]{4,})\s*$"


@dataclass(frozen=True)
class Part:
    """One file: where it is, how it is written, and what its columns are called in the layout."""

    member: Member
    names: Mapping[str, str]
    decimals: frozenset[str]  # columns of the layout in which a comma stands for a point
    text: Text | None = None
    table: Any = None  # a sheet, which is read at once


def is_scanned(part: Part) -> bool:
    """Whether polars reads the file bit by bit."""
    if find_spec("polars") is None or part.member.packing or part.table is not None:
        return False
    return part.text is None or part.text.encoding == "utf-8"


def scan_part(part: Part, columns: list[str], *, numbered: bool, without: Ints | None = None) -> Any:
    """Columns of a file, lazy, with polars, without the rows of these positions; the names are those of the layout."""
    import polars

    if part.text is None:
        scan = polars.scan_parquet(part.member.path)
    else:
        scan = polars.scan_csv(
            part.member.path,
            separator=part.text.separator,
            has_header=False,
            skip_rows=part.text.above,
            schema=dict.fromkeys(part.text.header, polars.String),
            raise_if_empty=False,
        )
    if numbered or without is not None:
        scan = scan.with_row_index("row", offset=1)
    if without is not None:
        scan = scan.filter(~polars.col("row").is_in((without + 1).tolist()))
    old = {new: name for name, new in part.names.items()}
    chosen = []
    for name in columns:
        if name not in old:
            chosen.append(polars.lit(None, dtype=polars.String).alias(name))
        else:
            column = polars.col(old[name])
            if name in part.decimals:
                column = column.str.replace(_COMMA, "${1}.${2}")
            if part.text is not None and old[name] in part.text.padded:
                column = column.str.strip_chars()
            chosen.append(column.alias(name))
    if numbered:
        chosen += [polars.lit(part.member.name).alias("file"), polars.col("row").cast(polars.Int64)]
    return scan.select(chosen)


def batches(part: Part, columns: list[str], *, numbered: bool, without: Ints | None = None) -> Iterator[pa.Table]:
    """Columns of a file, batch by batch, with pyarrow, without the rows of these positions; names as in the layout."""
    import pyarrow as pa
    import pyarrow.compute as pc

    old = {new: name for name, new in part.names.items() if new in columns}
    done = 0
    for given in _raw(part, list(old.values())):
        made = {}
        for name in columns:
            if name not in old:
                made[name] = pa.nulls(given.num_rows, pa.string())
            else:
                column = given[old[name]]
                if name in part.decimals:
                    column = pc.replace_substring_regex(column, _COMMA, r"\1.\2")
                if part.text is not None and old[name] in part.text.padded:
                    column = pc.utf8_trim_whitespace(column)
                made[name] = column
        if numbered:
            made["file"] = pa.array([part.member.name] * given.num_rows, pa.string())
            made["row"] = pa.array(range(done + 1, done + given.num_rows + 1), pa.int64())
        table = pa.table(made)
        if without is not None:
            kept = np.ones(given.num_rows, dtype=bool)
            kept[without[(without >= done) & (without < done + given.num_rows)] - done] = False
            table = table.filter(pa.array(kept))
        done += given.num_rows
        yield table


def _raw(part: Part, columns: list[str]) -> Iterator[pa.Table]:
    """The named columns of a file, batch by batch."""
    import pyarrow as pa

    if part.table is not None:
        yield part.table.select(columns)
        return
    if part.text is None:
        import pyarrow.parquet as pq

        with pq.ParquetFile(part.member.path) as file:
            for batch in file.iter_batches(batch_size=_BATCH, columns=columns):
                yield pa.Table.from_batches([batch])
        return
    if part.text.empty:
        yield pa.table({name: pa.nulls(0, pa.string()) for name in columns})
        return
    from pyarrow import csv

    text = part.text
    with part.member.open() as stream:
        reader = csv.open_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=csv.ReadOptions(
                block_size=_BLOCK,
                encoding="utf8" if text.encoding == "utf-8" else text.encoding,
                column_names=list(text.header),
                skip_rows_after_names=text.above,
            ),
            parse_options=csv.ParseOptions(delimiter=text.separator, newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(text.header, pa.string()),
                include_columns=columns,
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
        for batch in reader:
            yield pa.Table.from_batches([batch])


def parquet_header(member: Member) -> list[str]:
    """Names of the columns of a Parquet file."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return list(pq.read_schema(member.path).names)
    except (pa.ArrowInvalid, OSError) as error:
        raise refuse(member.name, f"the Parquet file is damaged ({str(error).split('.')[0]})", AGAIN) from None


def sheet_of(member: Member, fits: Callable[[list[str]], bool]) -> pa.Table:
    """The first sheet of a workbook that has the columns, as text."""
    import pandas as pd
    import pyarrow as pa

    if find_spec("python_calamine") is None:
        raise MissingExtraError("reading Excel files", "events", "python-calamine")
    try:
        sheets = pd.read_excel(member.path, sheet_name=None, header=None, dtype=object, engine="calamine")
    except Exception as error:  # calamine has an error of its own for each kind of damage
        raise refuse(member.name, f"the workbook cannot be opened ({error})", "Save it as CSV (UTF-8)") from None
    filled = {name: sheet for name, sheet in sheets.items() if len(sheet)}
    if not filled:
        raise refuse(member.name, "the workbook is empty", AGAIN)
    place = next(
        (
            (name, row)
            for name, sheet in filled.items()
            for row in range(min(20, len(sheet)))
            if fits([_cell(value) or "" for value in sheet.iloc[row]])
        ),
        (next(iter(filled)), 0),
    )
    sheet, above = filled[place[0]], place[1] + 1
    header = different([_cell(value) or "" for value in sheet.iloc[above - 1]])
    rows = sheet.iloc[above:]
    return pa.table(
        {name: pa.array([_cell(value) for value in rows.iloc[:, i]], pa.string()) for i, name in enumerate(header)}
    )


def _cell(value: Any) -> str | None:
    """A cell of a sheet as a CSV file would have it."""
    import pandas as pd

    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def of_frame(
    frame: tuple[Any, Mapping[str, str]], columns: list[str], *, numbered: bool, without: Ints | None = None
) -> Frame:
    """Columns of a frame that was handed in, where its data live, without the rows of these positions."""
    import narwhals.stable.v2 as nw

    native, names = frame
    old = {new: name for name, new in names.items()}
    if type(native).__module__.startswith("pandas"):
        native = _of_pandas(native[list(dict.fromkeys(old[name] for name in columns if name in old))])
    found: Any = nw.from_native(native)
    row = nw.lit(None).alias("row")
    if isinstance(found, nw.DataFrame) and without is not None:
        kept = np.ones(len(found), dtype=bool)
        kept[without] = False
        found = found.with_row_index("row").filter(kept.tolist())
    elif numbered and isinstance(found, nw.DataFrame):
        found = found.with_row_index("row")
    if "row" in found.collect_schema().names() and "row" not in old.values():
        row = (nw.col("row") + 1).cast(nw.Int64).alias("row")
    none = nw.lit(None, dtype=nw.String)
    chosen = [(nw.col(old[name]) if name in old else none).alias(name) for name in columns]
    made: Frame = found.select(*chosen, *((nw.lit("frame").alias("file"), row) if numbered else ()))
    return made


def _of_pandas(frame: pd.DataFrame) -> Any:
    """A frame of pandas as one of polars, or of pyarrow; a column of several types becomes text."""
    import pyarrow as pa

    made = {}
    for name, column in frame.items():
        try:
            array = pa.array(column, from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            array = pa.array([_cell(value) for value in column], pa.string())
        made[str(name)] = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    return quickest(pa.table(made))


def quickest(table: pa.Table) -> Any:
    """A table as a frame of polars where it is there: it counts faster."""
    if find_spec("polars") is None:
        return table
    import polars

    return polars.from_arrow(table)
