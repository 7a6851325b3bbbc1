"""Runs a dataset's build.py and writes its tables."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pandas as pd

from sahelkit import store
from sahelkit.build.write import table_bytes
from sahelkit.catalog import Record, clear_caches, locate, record, records
from sahelkit.errors import RecordError, TableError


@dataclass(frozen=True)
class Sources:
    """What a build may read: pinned upstream files, other curated tables, and its own folder.

    Attributes
    ----------
    here : pathlib.Path
        Folder of the dataset that is being built.
    """

    here: Path

    def path(self, name: str) -> Path:
        """Verified path of a pinned upstream file."""
        return store.fetch_source(name)

    def table(self, dataset: str, table: str | None = None) -> pd.DataFrame:
        """Curated table of another dataset, as it lies in the datasets folder beside this one."""
        from sahelkit.tables.read import read_file

        description = record(dataset)
        layout = description.table(table)
        path = description.folder / layout.file
        if not path.is_file():
            raise RecordError(path, "not built yet", repair=f"Type: python -m sahelkit.build {dataset}")
        return read_file(path, layout, where=dataset)


def _module(description: Record) -> ModuleType:
    path = description.folder / "build.py"
    spec = importlib.util.spec_from_file_location(f"sahelkit_build_{description.name}", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise RecordError(path, "the dataset has no build.py")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up here.
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def run_build(name: str, *, function: str = "build") -> Mapping[str, pd.DataFrame]:
    """Frames that a dataset's build.py makes from its sources, by table name, unchecked.

    Parameters
    ----------
    name : str
        Dataset.
    function : str
        ``"build"``, or ``"build_world"`` where a dataset offers a larger table that only its user may hold.
    """
    description = record(name)
    module = _module(description)
    make: Callable[[Sources], Mapping[str, pd.DataFrame]] | None = getattr(module, function, None)
    if make is None:
        raise RecordError(description.folder / "build.py", f"it has no function {function}()")
    return make(Sources(here=description.folder))


def build_dataset(name: str, *, out: Path | None = None, function: str = "build") -> dict[str, Path]:
    """Build one dataset and write its tables.

    Parameters
    ----------
    name : str
        Dataset.
    out : pathlib.Path, optional
        Folder to write to; the dataset's own folder when absent.
    function : str
        Function of build.py to run.

    Returns
    -------
    dict of str to pathlib.Path
        Path written, by table name.

    Raises
    ------
    TableError
        If a table does not agree with its record.
    """
    description = record(name)
    frames = run_build(name, function=function)
    expected = {table.name for table in description.tables}
    if set(frames) != expected:
        raise TableError(name, f"build.py made {sorted(frames)}, the record names {sorted(expected)}")
    known = None if name == "states" else set(Sources(description.folder).table("states")["iso3"])
    folder = out or description.folder
    folder.mkdir(parents=True, exist_ok=True)
    written: dict[str, Path] = {}
    for table in description.tables:
        body = table_bytes(frames[table.name], table, dataset=name, known_places=known)
        path = folder / table.file
        partial = path.with_name(path.name + ".part")
        partial.write_bytes(body)
        partial.replace(path)
        written[table.name] = path
    return written


def build_order() -> list[str]:
    """Datasets in the order in which they can be built: states, then borders, then the rest by name."""
    first = ["states", "borders"]
    names = list(records())
    return [name for name in first if name in names] + [name for name in names if name not in first]


def renew_index() -> list[Path]:
    """Write registry.txt and datapackage.json anew from what lies in the datasets folder.

    A dataset whose tables are not all built yet does not keep the others from being listed.
    """
    from sahelkit.catalog.datapackage import datapackage_text, registry_text

    clear_caches()
    root = locate.datasets_dir()
    built = {n: r for n, r in records().items() if all((r.folder / table.file).is_file() for table in r.tables)}
    package = root / "datapackage.json"
    package.write_text(datapackage_text(built), encoding="utf-8", newline="\n")
    registry = root / "registry.txt"
    registry.write_text(registry_text(root), encoding="utf-8", newline="\n")
    return [package, registry]
