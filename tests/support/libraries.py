"""A frame of pandas as other libraries of frames hold it."""

from __future__ import annotations

import pandas as pd
import pytest


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Periods written out, as in a file: other libraries have none."""
    periods = [name for name in frame if isinstance(frame[name].dtype, pd.PeriodDtype)]
    return frame.astype(dict.fromkeys(periods, str))


def _polars(frame: pd.DataFrame):
    """A frame of polars with days as dates, and codes of countries as categories."""
    polars = pytest.importorskip("polars")
    made = polars.from_pandas(_plain(frame))
    days = [name for name in frame if pd.api.types.is_datetime64_dtype(frame[name].dtype)]
    kinds = dict.fromkeys(days, polars.Date)
    if "iso3" in frame:
        kinds["iso3"] = polars.Categorical
    return made.cast(kinds)


def _arrow(frame: pd.DataFrame):
    """A table of pyarrow, with periods in the type that pandas has for them there."""
    return pytest.importorskip("pyarrow").Table.from_pandas(frame, preserve_index=False)


def _dictionary(frame: pd.DataFrame):
    """A table of pyarrow with its texts in dictionaries."""
    pyarrow = pytest.importorskip("pyarrow")
    table = pyarrow.Table.from_pandas(_plain(frame), preserve_index=False)
    for position, field in enumerate(table.schema):
        if pyarrow.types.is_string(field.type) or pyarrow.types.is_large_string(field.type):
            table = table.set_column(position, field.name, table.column(position).dictionary_encode())
    return table


LIBRARIES = {
    "polars": _polars,
    "polars, lazy": lambda frame: _polars(frame).lazy(),
    "pyarrow": _arrow,
    "pyarrow with dictionaries": _dictionary,
}
