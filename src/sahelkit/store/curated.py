"""Files of the curated datasets: bundled copy, cache, mirrors."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sahelkit.catalog import Record, locate, record
from sahelkit.catalog.records import read_record
from sahelkit.errors import UnknownNameError
from sahelkit.store import settings
from sahelkit.store.digest import matches
from sahelkit.store.mirrors import Mirror
from sahelkit.store.obtain import Wanted, obtain
from sahelkit.store.registry import check_version, current_version, registry

_DATA = (".csv", ".parquet", ".geojson")


def dataset_names(version: str) -> list[str]:
    """Datasets of a version."""
    return sorted({name.split("/")[0] for name in registry(version) if name.endswith("/record.toml")})


def record_of(dataset: str, version: str) -> Record:
    """Record of a dataset in a version."""
    if version == current_version():
        return record(dataset)
    return read_record(data_path(dataset, "record.toml", version))


def data_files(dataset: str, version: str) -> list[str]:
    """What a user of a dataset needs: its record and its tables, as ``dataset/file``."""
    files = ["record.toml", *(table.file for table in record_of(dataset, version).tables)]
    return [f"{dataset}/{file}" for file in files]


def _files_in(dataset: str, listed: Iterable[str]) -> list[str]:
    return [name.split("/")[1] for name in listed if name.startswith(f"{dataset}/") and name.endswith(_DATA)]


def wanted_file(name: str, version: str, *, bundled: bool) -> Wanted:
    """The file ``dataset/file`` of a version; `bundled` makes the copy that came with sahelkit its first source.

    Raises
    ------
    UnknownNameError
        If the version holds no such dataset or file.
    """
    listed = registry(version)
    if name not in listed:
        dataset, _, file = name.partition("/")
        names = dataset_names(version)
        if dataset not in names:
            younger = dataset in dataset_names(current_version())
            what = f"dataset in version {version}" if younger else "dataset"
            raise UnknownNameError(what, dataset, names, repair="sahelkit.datasets() lists them")
        installed = "_share" in locate.datasets_dir().parts
        repair = "" if installed else f"To make it, type: python -m sahelkit.build {dataset}"
        raise UnknownNameError(f"file of dataset {dataset!r}", file, _files_in(dataset, listed), repair=repair)
    below = f"versions/{version}/{name}"
    root = locate.datasets_dir()
    return Wanted(
        label=name if version == current_version() else f"{version}/{name}",
        sha256=listed[name],
        target=settings.cache_root() / version / name,
        # The top of a mirror holds the version that was current when it was copied; older ones lie below versions/.
        relative=(name, below) if _unchanged(name, version) else (below,),
        nearest=(Mirror(str(root)),) if bundled else (),
    )


def _unchanged(name: str, version: str) -> bool:
    """True for a file ``dataset/file`` of a version that the bundled version holds with the same bytes."""
    return registry(version)[name] == registry(current_version()).get(name)


def data_path(dataset: str, file: str, version: str | None = None) -> Path:
    """Verified path of one file of a curated dataset.

    The copy bundled with sahelkit is used if its sha256 is right, else the cache, else the mirrors in order.

    Parameters
    ----------
    dataset : str
        Name of the dataset.
    file : str
        File name, e.g. ``"coups.csv"``.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pathlib.Path
        The file has the recorded sha256.

    Raises
    ------
    UnknownNameError
        If the version, dataset or file is unknown.
    OfflineError
        If the file is not on this machine and SAHELKIT_OFFLINE is on.
    DataUnavailableError
        If no place delivered the file.
    CacheError
        If the file must be fetched and the cache folder cannot be written.

    Examples
    --------
    >>> data_path("states", "states.csv").name
    'states.csv'
    """
    version = check_version(version)
    name = f"{dataset}/{file}"
    notes = []
    expected = registry(version).get(name)
    if expected is not None:
        root = locate.datasets_dir()
        path = (root if _unchanged(name, version) else root / "versions" / version) / name
        try:
            if matches(path, expected):
                return path
            state = "not the recorded bytes" if path.is_file() else "not there"
            if path.is_file() and "_share" not in path.parts:
                state += " (after a change of your own, type: python -m sahelkit.build --index)"
        except OSError as error:
            state = f"cannot be read ({error.strerror})"
        notes.append(f"{path}, the copy that came with sahelkit: {state}")
    return obtain(wanted_file(name, version, bundled=False), notes=notes)
