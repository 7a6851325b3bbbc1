"""Tables of models that are opened, not read."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from sahelkit.errors import MissingExtraError, OutputError, UnknownNameError, is_known

FILE = "models.parquet"
WAYS = ("arrow", "dask")


def open_lazily(models: pd.DataFrame, folder: Path | None, *, how: str) -> Any:
    """Open the table of models as a pyarrow dataset or a dask.dataframe.

    Parameters
    ----------
    models : pandas.DataFrame
    folder : path or None
        Folder of the run; there the labelled table is written once, and opened. In memory when absent.
    how : {"arrow", "dask"}

    Raises
    ------
    UnknownNameError
        If the way is unknown.
    MissingExtraError
        If Dask is not installed.
    OutputError
        If the file cannot be written.
    """
    if not is_known(how, WAYS):
        raise UnknownNameError("way to open the table", how, WAYS)
    path = None if folder is None else folder / FILE
    if path is not None and not path.exists():
        write_models(models, path.parent)
    if how == "arrow":
        import pyarrow as pa
        import pyarrow.dataset as ds

        return ds.dataset(pa.Table.from_pandas(models, preserve_index=False) if path is None else str(path))
    try:
        dd: Any = import_module("dask.dataframe")
    except ImportError:
        raise MissingExtraError("a Dask table", "scale", "dask") from None
    return dd.from_pandas(models, npartitions=1) if path is None else dd.read_parquet(str(path))


def write_models(models: pd.DataFrame, folder: Path) -> Path:
    """Write the labelled table into the folder of the run and return its path."""
    path = folder / FILE
    scratch = path.with_suffix(".partial")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        models.to_parquet(scratch, index=False)
        scratch.replace(path)
    except OSError as error:
        raise OutputError(path, error.strerror or str(error)) from None
    return path
