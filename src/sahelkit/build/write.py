"""From a frame to the bytes of a table, checked against its record."""

from __future__ import annotations

import io
from collections.abc import Set

import pandas as pd

from sahelkit.catalog import Table
from sahelkit.errors import TableError
from sahelkit.tables.read import typed

# Small row groups let a reader skip all but the wanted indicators or countries.
ROW_GROUP = 16_384


def _check(frame: pd.DataFrame, table: Table, *, dataset: str, known_places: Set[str] | None) -> None:
    for item in table.fields:
        values = frame[item.name]
        if item.required or item.name in table.key:
            empty = values.isna()
            if empty.any():
                raise TableError(dataset, f"{table.file}: {int(empty.sum())} empty values in required {item.name!r}")
        if item.enum:
            strange = set(values.dropna().astype(str)) - set(item.enum)
            if strange:
                raise TableError(dataset, f"{table.file}: {item.name!r} has values outside its enum: {sorted(strange)}")
    if table.key:
        twice = frame.duplicated(list(table.key))
        if twice.any():
            example = frame.loc[twice, list(table.key)].iloc[0].tolist()
            raise TableError(dataset, f"{table.file}: {int(twice.sum())} rows repeat a key, e.g. {example}")
    if known_places is not None and table.place:
        strange = set(frame[table.place].dropna()) - known_places
        if strange:
            raise TableError(dataset, f"{table.file}: {table.place!r} has codes that no state has: {sorted(strange)}")
    if table.series:
        strange = set(frame["indicator"]) ^ {item.name for item in table.series}
        if strange:
            raise TableError(dataset, f"{table.file}: series and values of 'indicator' differ: {sorted(strange)}")


def _csv(frame: pd.DataFrame, table: Table) -> bytes:
    out = frame.copy()
    for item in table.fields:
        if item.type == "boolean":
            out[item.name] = out[item.name].map({True: "true", False: "false"}, na_action="ignore")
        elif item.type == "date":
            out[item.name] = out[item.name].dt.strftime("%Y-%m-%d")
    text: str = out.to_csv(index=False, lineterminator="\n", na_rep="")
    return text.encode("utf-8")


def _parquet(frame: pd.DataFrame, table: Table) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {
        "string": pa.string(),
        "integer": pa.int64(),
        "year": pa.int16(),
        "number": pa.float64(),
        "boolean": pa.bool_(),
        "date": pa.date32(),
        "yearmonth": pa.date32(),
    }
    schema = pa.schema([pa.field(item.name, kinds[item.type]) for item in table.fields])
    columns = []
    for item, kind in zip(table.fields, schema, strict=True):
        values = frame[item.name]
        if item.type == "yearmonth":
            values = values.dt.start_time.dt.date
        elif item.type == "date":
            values = values.dt.date
        columns.append(pa.array(values, type=kind.type, from_pandas=True))
    sink = io.BytesIO()
    pq.write_table(
        pa.Table.from_arrays(columns, schema=schema),
        sink,
        compression="zstd",
        compression_level=9,
        row_group_size=ROW_GROUP,
        version="2.6",
    )
    return sink.getvalue()


def table_bytes(frame: pd.DataFrame, table: Table, *, dataset: str, known_places: Set[str] | None = None) -> bytes:
    """Bytes of a table file: columns in the record's order, rows sorted by key.

    Parameters
    ----------
    frame : pandas.DataFrame
        What build.py made.
    table : Table
        The table's part of the record.
    dataset : str
        Name for error messages.
    known_places : set of str, optional
        ISO 3166 codes of all states; the place column may hold no other.

    Raises
    ------
    TableError
        If columns are missing or superfluous, a value has the wrong type or is outside its enum, a required value
        is empty, or a key repeats.
    """
    names = [item.name for item in table.fields]
    differ = set(names) ^ set(frame.columns)
    if differ:
        raise TableError(dataset, f"{table.file}: columns of the frame and of the record differ in {sorted(differ)}")
    try:
        ordered = typed(frame[names], table, where=dataset)
    except TableError:
        raise
    _check(ordered, table, dataset=dataset, known_places=known_places)
    if table.key:
        ordered = ordered.sort_values(list(table.key), kind="stable").reset_index(drop=True)
    return _csv(ordered, table) if table.file.endswith(".csv") else _parquet(ordered, table)
