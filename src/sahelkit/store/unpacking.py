"""Read an archive that `export` wrote, trusting nothing in it."""

from __future__ import annotations

import hashlib
import os
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from sahelkit.catalog import locate
from sahelkit.errors import ArchiveError
from sahelkit.store import settings
from sahelkit.store.contents import STAGE, shelves
from sahelkit.store.digest import matches
from sahelkit.store.disk import cache_errors, lock_path, make_readable, put_in_place, set_aside
from sahelkit.store.lock import lock
from sahelkit.store.registry import current_version, parse_registry, released, versions
from sahelkit.store.transfer import CHUNK, LARGEST

_LARGEST_REGISTRY = 1 << 20


def _check_names(path: Path, entries: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """The files among the entries; refuses every name or kind that an export never has."""
    files, seen = [], set()
    for entry in entries:
        name, kind = entry.filename, stat.S_IFMT(entry.external_attr >> 16)
        parts = name.removesuffix("/").split("/")
        if name.startswith(("/", "\\")) or ":" in name:
            raise ArchiveError(path, f"it holds the absolute path {name!r}, so nothing was imported")
        if "\\" in name or name != entry.orig_filename or any(part in ("", ".", "..") for part in parts):
            raise ArchiveError(path, f"it holds the unsafe path {name!r}, so nothing was imported")
        if kind not in (0, stat.S_IFDIR if entry.is_dir() else stat.S_IFREG):
            raise ArchiveError(path, f"{name!r} is a link or device, not a file, so nothing was imported")
        if entry.flag_bits & 0x1:
            raise ArchiveError(path, f"{name!r} is locked with a password, so nothing was imported")
        if name in seen:
            raise ArchiveError(path, f"it holds {name!r} twice, so nothing was imported")
        seen.add(name)
        if not entry.is_dir():
            files.append(entry)
    return files


class _Expected:
    """sha256 that each file of an archive must have."""

    def __init__(self, archive: zipfile.ZipFile, path: Path) -> None:
        self.path = path
        self.known: dict[str, str] = {}
        here = locate.datasets_dir() / "registry.txt"
        digests = {**released(), current_version(): hashlib.sha256(here.read_bytes()).hexdigest()}
        shelf_files: dict[str, Mapping[str, str]] = {shelf.name: shelf.files for shelf in shelves()}
        for version in versions():
            name = f"{version}/registry.txt"
            self.known[name] = digests[version]
            if name in archive.namelist():
                with archive.open(name) as stream:
                    text = stream.read(_LARGEST_REGISTRY)
                if hashlib.sha256(text).hexdigest() == digests[version]:
                    listed = parse_registry(text.decode("utf-8"), path)
                    shelf_files[version] = {**listed, **shelf_files.get(version, {})}
        for shelf, files in shelf_files.items():
            self.known.update({f"{shelf}/{name}": digest for name, digest in files.items()})

    def of(self, name: str) -> str:
        if name not in self.known:
            why = f"{name!r} is in no registry of this installation, so nothing was imported"
            raise ArchiveError(self.path, why, repair="Install the version of sahelkit that the archive was made with")
        return self.known[name]


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, to: Path) -> str:
    digest, length = hashlib.sha256(), 0
    with ExitStack() as stack:
        source = stack.enter_context(archive.open(entry))
        with cache_errors(to):
            out = stack.enter_context(open(to, "wb"))
        while (chunk := source.read(CHUNK)) and length < LARGEST:
            length += len(chunk)
            digest.update(chunk)
            with cache_errors(to):
                out.write(chunk)
        with cache_errors(to):
            out.flush()
            os.fsync(out.fileno())
    return digest.hexdigest()


def import_(file: str | Path) -> tuple[str, ...]:
    """Bring the files of an archive made by `export` into the cache: all of them, or none.

    Every name and every sha256 is checked before the first file gets its place in the cache.

    Parameters
    ----------
    file : str or pathlib.Path
        The archive.

    Returns
    -------
    tuple of str
        Names of the files that the cache now holds, e.g. ``"2026.1/coups/coups.csv"``.

    Raises
    ------
    ArchiveError
        If the file is missing or not a zip archive; if it holds ``..``, an absolute path, a link or device, a name
        twice, a file that no registry lists or one whose sha256 is wrong. Nothing is imported then.
    CacheError
        If the cache folder cannot be written or the disk is full.

    Examples
    --------
    >>> import_("sahelkit.zip")  # doctest: +SKIP
    """
    path = Path(file).expanduser().absolute()
    root = settings.cache_root()
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
            entries = _check_names(path, archive.infolist())
            expected = _Expected(archive, path)
            with cache_errors(root):
                root.mkdir(parents=True, exist_ok=True)
                staged = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=STAGE, dir=root)))
            for number, entry in enumerate(entries):
                wanted = expected.of(entry.filename)
                if _unpack(archive, entry, staged / str(number)) != wanted:
                    why = f"{entry.filename!r} does not have the recorded sha256, so nothing was imported"
                    raise ArchiveError(path, why)
        except FileNotFoundError:
            raise ArchiveError(path, "there is no such file") from None
        except OSError as error:
            raise ArchiveError(path, f"the file cannot be read ({error.strerror})") from None
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
            raise ArchiveError(path, f"not a sound zip archive ({error})") from None
        for number, entry in enumerate(entries):
            _shelve(staged / str(number), root / entry.filename, expected.of(entry.filename))
    return tuple(entry.filename for entry in entries)


def _shelve(arrived: Path, target: Path, sha256: str) -> None:
    with cache_errors(target):
        if matches(target, sha256):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        with lock(lock_path(target)):
            if target.is_file():
                set_aside(target)
            make_readable(arrived, target.parent)
            put_in_place(arrived, target, sha256)
