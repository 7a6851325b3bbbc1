"""Parquet and CSV, written with Arrow: what pandas, polars, DuckDB and R read as the same values."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sahelkit._types import Lang
from sahelkit.formats.columns import Column

if TYPE_CHECKING:
    import pyarrow as pa


def _array(column: Column) -> Any:
    """The values as Arrow holds them: days without a time, months as texts such as 1990-01, years as numbers."""
    import pyarrow as pa

    values = column.values
    if column.kind in ("month", "year"):
        ordinals, known = values.array.asi8, values.notna().to_numpy()
        if column.kind == "year":
            return pa.array(ordinals + 1970, type=pa.int64(), mask=~known)
        months, place = np.unique(np.where(known, ordinals, 0), return_inverse=True)
        texts = np.array([f"{1970 + month // 12:04d}-{month % 12 + 1:02d}" for month in months.tolist()], dtype=object)
        return pa.array(texts[place], type=pa.string(), mask=~known)
    if column.kind == "date":
        return pa.array(values.astype("datetime64[s]").to_numpy().astype("datetime64[D]"), type=pa.date32())
    if column.kind == "time":
        times = values.to_numpy()
        # The coarsest unit that loses nothing: a CSV then has no zeros after the seconds.
        units = ("s", "us", "ns")
        unit = next(unit for unit in units if (np.isnat(times) | (times.astype(f"datetime64[{unit}]") == times)).all())
        return pa.array(times.astype(f"datetime64[{unit}]"), type=pa.timestamp(unit))
    kinds = {"number": pa.float64(), "boolean": pa.bool_(), "text": pa.string()}
    return pa.array(values, type=kinds.get(column.kind), from_pandas=True)


def arrow_table(columns: Sequence[Column], names: Sequence[str], *, lang: Lang, about: Mapping[str, str]) -> pa.Table:
    """The columns as a table of Arrow, each with its label, and the notes on the whole in its metadata."""
    import pyarrow as pa

    arrays = [_array(column) for column in columns]
    fields = [
        pa.field(name, array.type, metadata={"label": column.about.labels[lang], "unit": column.about.unit})
        for name, array, column in zip(names, arrays, columns, strict=True)
    ]
    notes = {"sahelkit": json.dumps(dict(about), ensure_ascii=False)}
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata=notes))


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table as Parquet."""
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd")


def write_csv(path: Path, table: pa.Table, *, dialect: str) -> None:
    """Write a table as CSV in UTF-8; ``excel_fr`` is what French Excel opens by a double click."""
    from pyarrow import csv

    if dialect == "plain":
        csv.write_csv(table, path)
        return
    with path.open("wb") as stream:
        stream.write("\ufeff".encode())
        csv.write_csv(_french(table), stream, csv.WriteOptions(delimiter=";"))


def _french(table: pa.Table) -> pa.Table:
    """Numbers with a decimal comma, and flags as 0 and 1."""
    import pyarrow as pa
    import pyarrow.compute as pc

    for at, field in enumerate(table.schema):
        if pa.types.is_floating(field.type):
            written = pc.replace_substring(pc.cast(table.column(at), pa.string()), ".", ",")
            table = table.set_column(at, field.name, written)
        elif pa.types.is_boolean(field.type):
            table = table.set_column(at, field.name, pc.cast(table.column(at), pa.int8()))
    return table
