"""Write the cache into one file: a classroom's USB stick."""

from __future__ import annotations

import os
import stat
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from sahelkit.catalog import locate, sources
from sahelkit.errors import ArchiveError, OutputError
from sahelkit.store import settings
from sahelkit.store.contents import shelves
from sahelkit.store.curated import data_files, dataset_names
from sahelkit.store.digest import matches
from sahelkit.store.disk import make_readable
from sahelkit.store.registry import current_version, registry
from sahelkit.store.upstream import FOLDER

_ENDING = ".zip"


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds.

    Attributes
    ----------
    path : pathlib.Path
        The archive.
    files : tuple of str
        Names in the archive: ``"2026.1/coups/coups.csv"``, ``"sources/cline_2023.csv"``.
    damaged : tuple of str
        Cached files left out because their sha256 is wrong.
    withheld : tuple of str
        Upstream files left out because their terms do not let us pass them on.
    """

    path: Path
    files: tuple[str, ...]
    damaged: tuple[str, ...]
    withheld: tuple[str, ...]


def _chosen(*, bundled: bool) -> tuple[dict[str, Path], list[str], list[str]]:
    root = settings.cache_root()
    # Leave to use facts in a table of ours is no leave to pass on the file that they stand in.
    private = {item.file for item in sources().values() if item.redistribute != "yes"}
    chosen: dict[str, Path] = {}
    damaged, withheld = [], []
    for shelf in shelves():
        for name, digest in shelf.files.items():
            path, label = root / shelf.name / name, f"{shelf.name}/{name}"
            if not path.is_file():
                continue
            if shelf.name == FOLDER and name in private:
                withheld.append(label)
            elif matches(path, digest):
                chosen[label] = path
            else:
                damaged.append(label)
    here, version = locate.datasets_dir(), current_version()
    if bundled:
        for dataset in dataset_names(version):
            for name in data_files(dataset, version):
                if matches(here / name, registry(version)[name]):
                    chosen[f"{version}/{name}"] = here / name
    if any(label.startswith(f"{version}/") for label in chosen):
        # A machine with another data version needs it to know what the files should be.
        chosen[f"{version}/registry.txt"] = here / "registry.txt"
    return chosen, damaged, withheld


def export(file: str | Path, *, bundled: bool = False) -> Exported:
    """Write the cached files into one archive for machines without a network.

    The archive is the same, byte for byte, whenever the same files are exported. Damaged files are left out, and so
    are upstream files whose terms do not let us pass them on; the result names both.

    Parameters
    ----------
    file : str or pathlib.Path
        Archive to write; its name ends in ``.zip``. An older one is replaced.
    bundled : bool
        True to put the tables that came with sahelkit into it as well.

    Returns
    -------
    Exported
        What was written and what was left out.

    Raises
    ------
    ArchiveError
        If the name does not end in ``.zip``, or there is nothing to export.
    OutputError
        If the archive cannot be written.

    Examples
    --------
    >>> export("sahelkit.zip")  # doctest: +SKIP
    """
    path = Path(file).expanduser().absolute()
    if path.suffix.lower() != _ENDING:
        raise ArchiveError(path, f"the name of an archive ends in {_ENDING}", repair=f"Type {path.name}{_ENDING}")
    chosen, damaged, withheld = _chosen(bundled=bundled)
    if not chosen:
        why = "the cache holds only files that are damaged or may not be passed on" if damaged or withheld else ""
        raise ArchiveError(
            path,
            f"there is nothing to export: {why or 'the cache is empty'}",
            repair="Type 'sahelkit fetch --all' first",
        )
    partial = ""
    try:
        handle, partial = tempfile.mkstemp(prefix=f".{path.name}.part-", dir=path.parent)
        with os.fdopen(handle, "wb") as stream:
            # Stored, not deflated: two builds of zlib may pack the same bytes differently.
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
                for name in sorted(chosen):
                    entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
                    entry.create_system = 3
                    entry.external_attr = (stat.S_IFREG | 0o644) << 16
                    archive.writestr(entry, chosen[name].read_bytes())
            stream.flush()
            os.fsync(stream.fileno())
        make_readable(Path(partial), path.parent)
        os.replace(partial, path)
    except OSError as error:
        raise OutputError(path, error.strerror or type(error).__name__) from error
    finally:
        if partial and os.path.exists(partial):
            os.unlink(partial)
    return Exported(path, tuple(sorted(chosen)), tuple(damaged), tuple(withheld))
