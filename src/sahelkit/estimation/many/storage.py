"""The table of all models: in memory, or a folder of Parquet files that is opened lazily."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sahelkit.errors import MissingExtraError, OutputError, UnknownNameError, is_known
from sahelkit.estimation.many.plan import LINKS

FILE = "models.parquet"
WAYS = ("arrow", "dask")
METHODS = ("ml", "firth")
_NOTE = "plan.json"
_PART = "part-{:06d}.parquet"
_REPAIR = "Choose an empty folder, or delete this one if its run is no longer wanted"


@dataclass(frozen=True)
class ModelTable:
    """One row per model, in the order of the plan.

    Attributes
    ----------
    dataset : pyarrow.dataset.Dataset
        The rows, read when they are asked for. Columns: ``model``, ``focus`` (number of the focus column), ``link``,
        ``effects``, ``coef``, ``se`` (from the model; HC0 for the identity link), ``se_cluster`` (CR1; NaN where
        clusters cannot be compared) and ``freedom`` (its degrees of freedom), ``n``, ``events``, ``loglik``, ``lri``
        (McFadden's, 1 - loglik / loglik of the intercept alone), ``vif`` (of the focus column), ``converged``,
        ``separated``, ``singular`` (a column is a combination of others: no numbers), ``method`` (``"ml"`` or
        ``"firth"``). Kept on request: ``columns`` (list), and the lists ``all_coef``, ``all_se``, ``all_se_cluster``,
        ``all_freedom``, ``all_vif`` in the order of ``columns``: intercept, focus, others, fixed effects. The
        intercept and the fixed effects have no ``all_vif``.
    folder : pathlib.Path, optional
        Where the files are; absent when the table is held in memory.
    """

    dataset: Any
    folder: Path | None = None

    def __len__(self) -> int:
        """Models."""
        return int(self.dataset.count_rows())

    def to_frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Read some columns, or all, into a pandas frame."""
        table = self.dataset.to_table(columns=None if columns is None else list(columns))
        frame: pd.DataFrame = table.to_pandas()
        return frame


def arrow_table(columns: Mapping[str, Any]) -> Any:
    """Arrow table of one chunk, from the arrays of `fit_chunk`."""
    import pyarrow as pa

    arrays = {}
    for name, values in columns.items():
        if isinstance(values, tuple):
            arrays[name] = pa.ListArray.from_arrays(pa.array(values[0]), pa.array(values[1]))
        elif name in ("link", "method"):
            words = LINKS if name == "link" else METHODS
            arrays[name] = pa.DictionaryArray.from_arrays(pa.array(values.astype(np.int8)), pa.array(words))
        else:
            arrays[name] = pa.array(values)
    return pa.table(arrays)


@dataclass(frozen=True)
class Folder:
    """A folder with the finished chunks of one run.

    Attributes
    ----------
    path : pathlib.Path
        The folder; made when absent.
    prints : dict
        What the run is: hashes of data and models, and options. Another run's folder is refused.
    done : set of int
        Chunks that are there already.
    """

    path: Path
    prints: Mapping[str, Any]
    done: set[int] = field(default_factory=set)

    def open(self) -> Folder:
        """Make the folder or recognise it.

        Raises
        ------
        OutputError
            If the folder cannot be written, holds something else, or belongs to another run.
        """
        note = self.path / _NOTE
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            if not note.exists():
                foreign = sorted(entry.name for entry in self.path.iterdir() if not entry.name.startswith("."))
                if foreign:
                    raise OutputError(
                        self.path, f"it holds no run but other files, e.g. {foreign[0]!r}", repair=_REPAIR
                    )
                self._put(note, json.dumps(dict(self.prints), indent=1).encode())
            found = json.loads(note.read_text(encoding="utf-8"))
        except OSError as error:
            why = f"the results of the models go there, but {(error.strerror or str(error)).lower()}"
            raise OutputError(self.path, why, repair="Choose a folder that you may write") from None
        except ValueError:
            raise OutputError(self.path, f"its {_NOTE} cannot be read", repair=_REPAIR) from None
        if differences := _differences(found, self.prints):
            raise OutputError(
                self.path, f"it holds the results of another run: {'; '.join(differences)}", repair=_REPAIR
            )
        self.done.update(int(path.stem[5:]) for path in self.path.glob("part-*.parquet") if path.stem[5:].isdigit())
        return self

    def write(self, number: int, columns: Mapping[str, Any]) -> None:
        """Add a chunk; a file appears when it is whole."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        sink = pa.BufferOutputStream()
        pq.write_table(arrow_table(columns), sink)
        try:
            self._put(self.path / _PART.format(number), sink.getvalue())
        except OSError as error:
            why = f"{(error.strerror or str(error)).lower()}. The chunks before are kept"
            raise OutputError(self.path, why, repair="Repair it and run the same call again to go on") from None
        self.done.add(number)

    def _put(self, path: Path, content: Any) -> None:
        scratch = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            scratch.write_bytes(content)
            scratch.replace(path)
        finally:
            scratch.unlink(missing_ok=True)

    def table(self) -> ModelTable:
        """All chunks, opened lazily."""
        import pyarrow.dataset as ds

        return ModelTable(
            ds.dataset([str(self.path / _PART.format(number)) for number in sorted(self.done)]), self.path
        )


def _differences(found: Any, wanted: Mapping[str, Any]) -> list[str]:
    if not isinstance(found, dict):
        return [f"its {_NOTE} has another form"]
    lines = []
    for name in {**wanted, **found}:
        there, here = found.get(name), wanted.get(name)
        if there != here:
            plain = not (isinstance(there, str) and isinstance(here, str) and len(there) == len(here) == 64)
            lines.append(f"{name} {there!r} there, {here!r} here" if plain else f"other {name}")
    return lines


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
