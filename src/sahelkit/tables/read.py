"""From a verified file to a typed frame."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from sahelkit import store
from sahelkit._types import TEXT
from sahelkit.catalog import Record, Table, record
from sahelkit.catalog.records import read_record
from sahelkit.errors import TableError
from sahelkit.options import check_name

# pandas 3 has one text type; in pandas 2 the object type is what every user knows.


def _dtype(kind: str, *, required: bool) -> str:
    if kind in ("integer", "year"):
        return "int64" if required else "Int64"
    if kind == "boolean":
        return "bool" if required else "boolean"
    return {"number": "float64"}.get(kind, TEXT)


def _months(values: pd.Series) -> pd.Series:
    if isinstance(values.dtype, pd.PeriodDtype):
        return values
    if pd.api.types.is_datetime64_any_dtype(values.dtype) and not values.isna().any():
        # Months since 1970 are the ordinals of a monthly period: many times faster than parsing text.
        ordinals = values.to_numpy().astype("datetime64[M]").astype("int64")
        return pd.Series(pd.PeriodIndex.from_ordinals(ordinals, freq="M"), index=values.index)
    return pd.Series(pd.PeriodIndex(values, freq="M"), index=values.index)


def typed(frame: pd.DataFrame, table: Table, *, where: str) -> pd.DataFrame:
    """Give each column the type of its field: dates to datetime64[ns], year-months to Period[M].

    Raises
    ------
    TableError
        If a column cannot take its type.
    """
    columns: dict[str, Any] = {}
    for item in table.fields:
        if item.name not in frame.columns:
            continue
        values = frame[item.name]
        try:
            if item.type == "date":
                columns[item.name] = pd.to_datetime(values, format="%Y-%m-%d").astype("datetime64[ns]")
            elif item.type == "yearmonth":
                columns[item.name] = _months(values)
            elif item.name in table.key or item.required:
                columns[item.name] = values.astype(_dtype(item.type, required=True))
            else:
                columns[item.name] = values.astype(_dtype(item.type, required=False))
        except (TypeError, ValueError) as error:
            raise TableError(
                where, f"column {item.name!r} of {table.file} is not of type {item.type} ({error})"
            ) from None
    return pd.DataFrame(columns, index=frame.index)


def _read_csv(path: Path, table: Table) -> pd.DataFrame:
    plain = {
        item.name: "float64" if item.type == "number" else "Int64" if item.type in ("integer", "year") else TEXT
        for item in table.fields
        if item.type not in ("boolean",)
    }
    frame = pd.read_csv(path, dtype=plain, keep_default_na=False, na_values=[""], encoding="utf-8")
    return pd.DataFrame(frame)


def _read_parquet(path: Path, columns: Sequence[str] | None, filters: Any) -> pd.DataFrame:
    import pyarrow.parquet as pq

    arrow = pq.read_table(path, columns=list(columns) if columns is not None else None, filters=filters)
    return pd.DataFrame(arrow.to_pandas(date_as_object=False, ignore_metadata=True))


@lru_cache(maxsize=32)
def _parsed_csv(path: Path, mtime_ns: int, size: int, table: Table, where: str) -> pd.DataFrame:
    return typed(_read_csv(path, table), table, where=where)


def record_of(name: str, version: str | None) -> Record:
    """Record of a dataset in a version: the bundled one when None."""
    current = record(name)
    check_name("version", version, optional=True)
    if version is None or version == current.version:
        return current
    return read_record(store.data_path(name, "record.toml", version))


def read_file(
    path: Path, table: Table, *, where: str, columns: Sequence[str] | None = None, filters: Any = None
) -> pd.DataFrame:
    """Typed frame of one table file; a CSV is parsed once per process and copied."""
    if table.file.endswith(".csv"):
        stat = path.stat()
        frame = _parsed_csv(path, stat.st_mtime_ns, stat.st_size, table, where)
        return frame[list(columns)].copy() if columns is not None else frame.copy()
    return typed(_read_parquet(path, columns, filters), table, where=where)


def _as_today(frame: pd.DataFrame, layout: Table, *, where: str) -> pd.DataFrame:
    """An older table with the columns that have come since, NA throughout, so that one loader reads both."""
    new = [item.name for item in layout.fields if item.name not in frame.columns and not item.required]
    return frame.assign(**typed(pd.DataFrame(None, index=frame.index, columns=new, dtype=object), layout, where=where))


def read_table(
    dataset: str,
    table: str | None = None,
    *,
    version: str | None = None,
    columns: Sequence[str] | None = None,
    filters: Any = None,
) -> pd.DataFrame:
    """Typed frame of one table of a dataset.

    Parameters
    ----------
    dataset : str
        Name of the dataset.
    table : str, optional
        Name of the table (file stem); the main table when absent.
    version : str, optional
        Data version; the bundled one when absent. A table or column that an older version did not have is empty.
    columns : sequence of str, optional
        Columns to read; all when absent.
    filters : optional
        Row filters in the form of ``pyarrow.parquet.read_table``; only for Parquet tables.

    Returns
    -------
    pandas.DataFrame
        A fresh copy; ``attrs["sahelkit"]`` names the dataset and its version.

    Raises
    ------
    UnknownNameError
        If the dataset, table, column or version is unknown.
    TableError
        If the file does not agree with its record.

    Examples
    --------
    >>> read_table("states", columns=["iso3", "gwcode"]).columns.tolist()
    ['iso3', 'gwcode']
    """
    description = record_of(dataset, version)
    newest = record(dataset)
    if description.version != newest.version and table not in (None, *(item.name for item in description.tables)):
        frame = read_table(dataset, table, columns=columns).iloc[:0]  # the older version held nothing of the kind
    else:
        layout = description.table(table)
        for column in columns or ():
            layout.field(column)
        path = store.data_path(dataset, layout.file, version)
        frame = read_file(path, layout, where=dataset, columns=columns, filters=filters)
        if description.version != newest.version and columns is None:
            frame = _as_today(frame, newest.table(layout.name), where=dataset)
    frame.attrs = {"sahelkit": {"datasets": {dataset: description.version}}}
    return frame
