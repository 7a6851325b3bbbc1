"""The cache as a whole: where it is, whether its files are right, and how to empty it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sahelkit.catalog import locate, sources
from sahelkit.store import settings
from sahelkit.store.digest import forget, sha256_of
from sahelkit.store.disk import asides, cache_errors, lock_path, stages
from sahelkit.store.registry import current_version, kept_registry, read_registry, registry, released, versions
from sahelkit.store.upstream import FOLDER

if TYPE_CHECKING:
    import pandas as pd


# Working folders of an import begin so.
STAGE = ".sahelkit-import-"


@dataclass(frozen=True, slots=True)
class Shelf:
    """One folder of the cache and the files that may lie in it.

    Attributes
    ----------
    name : str
        ``"2026.1"`` or ``"sources"``.
    files : mapping of str to str
        sha256 by path below the folder.
    """

    name: str
    files: Mapping[str, str]


def shelves() -> Iterator[Shelf]:
    """Every folder of the cache whose files are known on this machine, without asking the network."""
    root = settings.cache_root()
    for version in versions():
        if version == current_version():
            digest = sha256_of(locate.datasets_dir() / "registry.txt")
            yield Shelf(version, {**registry(version), "registry.txt": digest})
            continue
        listed: dict[str, str] = {}
        for path in (kept_registry(version), root / version / "registry.txt"):
            with suppress(OSError):
                if not listed and sha256_of(path) == released()[version]:
                    listed = dict(read_registry(path))
        yield Shelf(version, {**listed, "registry.txt": released()[version]})
    yield Shelf(FOLDER, {item.file: item.sha256 for item in sources().values()})


def where() -> Path:
    """Absolute folder of the cache, which need not exist yet.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    CacheError
        If SAHELKIT_DATA_DIR names a file.

    Examples
    --------
    >>> where().is_absolute()
    True
    """
    return settings.cache_root()


def _status(path: Path, sha256: str) -> str:
    try:
        return "ok" if sha256_of(path) == sha256 else "damaged"
    except OSError:
        return "unreadable"


def verify() -> pd.DataFrame:
    """State of every file that sahelkit has on this machine; nothing is changed.

    Returns
    -------
    pandas.DataFrame
        One row per file: ``place`` (``"bundled"`` or ``"cache"``), ``file``, ``status``, ``bytes`` and ``path``. The
        status is ``"ok"`` (sha256 as recorded), ``"damaged"``, ``"missing"`` (bundled files only), ``"unreadable"``,
        or ``"set aside"`` for a damaged copy that was replaced and kept.

    Raises
    ------
    RecordError
        If the registry of this installation is missing or damaged.

    Examples
    --------
    >>> verify().query("place == 'bundled'")["status"].unique().tolist()
    ['ok']
    """
    import pandas as pd

    # A check by hand reads every byte, also of files that seem unchanged.
    forget()
    rows: list[tuple[str, str, str, Path]] = []
    bundled = locate.datasets_dir()
    for name, digest in registry(current_version()).items():
        path = bundled / name
        rows.append(("bundled", name, _status(path, digest) if path.exists() else "missing", path))
    root = settings.cache_root()
    for shelf in shelves():
        for name, digest in shelf.files.items():
            path = root / shelf.name / name
            if path.is_file():
                rows.append(("cache", f"{shelf.name}/{name}", _status(path, digest), path))
            rows += [("cache", f"{shelf.name}/{name}", "set aside", aside) for aside in asides(path)]
    frame = pd.DataFrame(rows, columns=["place", "file", "status", "path"])
    frame.insert(3, "bytes", [path.stat().st_size if path.is_file() else 0 for path in frame["path"]])
    return frame.assign(path=frame["path"].map(str))


def clear() -> tuple[int, int]:
    """Remove every file that sahelkit put into the cache, and nothing else.

    Damaged copies that were set aside and what broken downloads left behind go too. Files with other names stay, so
    that a SAHELKIT_DATA_DIR that also serves other purposes is safe.

    Returns
    -------
    tuple of int
        Number of files removed and their bytes.

    Raises
    ------
    CacheError
        If a file cannot be removed.

    Examples
    --------
    >>> clear()  # doctest: +SKIP
    (3, 120481)
    """
    root = settings.cache_root()
    count = size = 0
    for shelf in list(shelves()):
        folders = {root / shelf.name}
        for name in shelf.files:
            path = root / shelf.name / name
            folders.add(path.parent)
            for folder in stages(path):
                shutil.rmtree(folder, ignore_errors=True)
            with suppress(OSError):
                lock_path(path).unlink()
            for file in (path, *asides(path)):
                if file.is_file():
                    with cache_errors(file):
                        bytes_there = file.stat().st_size
                        file.unlink()
                    count, size = count + 1, size + bytes_there
        for folder in sorted(folders, reverse=True):
            with suppress(OSError):
                folder.rmdir()
    for folder in root.glob(f"{STAGE}*"):
        shutil.rmtree(folder, ignore_errors=True)
    with suppress(OSError):
        root.rmdir()
    return count, size
