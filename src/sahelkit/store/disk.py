"""What the store does to the disk: stages, moves into place, sets damaged files aside, and names what goes wrong."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sahelkit.errors import CacheError
from sahelkit.store.digest import matches

_FULL = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}


@contextmanager
def cache_errors(path: Path) -> Iterator[None]:
    """Turn an `OSError` of the block into a `CacheError` that says what to do."""
    try:
        yield
    except OSError as error:
        free = "Free some space, or set SAHELKIT_DATA_DIR to a folder on another disk"
        if error.errno in _FULL:
            raise CacheError(path, "no space left on the disk", repair=free) from error
        if error.errno == errno.EFBIG:
            raise CacheError(path, "the system does not allow a file of this size there", repair=free) from error
        if error.errno == errno.EROFS or isinstance(error, PermissionError):
            raise CacheError(path, "the cache folder is read-only or belongs to someone else") from error
        if error.errno in (errno.ENOTDIR, errno.EEXIST):
            raise CacheError(path, "a file stands where the cache needs a folder") from error
        reason = error.strerror or type(error).__name__
        raise CacheError(path, f"the cache folder cannot be used ({reason})") from error


def lock_path(target: Path) -> Path:
    """Lock file of a cached file."""
    return target.with_name(f".{target.name}.lock")


def asides(target: Path) -> list[Path]:
    """Damaged copies of a file that were kept beside it, oldest first."""
    prefix = f"{target.name}.corrupt-"
    with suppress(OSError):
        found = [p for p in target.parent.iterdir() if p.name.startswith(prefix) and p.name[len(prefix) :].isdigit()]
        return sorted(found, key=lambda p: int(p.name[len(prefix) :]))
    return []


def set_aside(target: Path) -> Path:
    """Rename a damaged file to ``<name>.corrupt-<n>`` and return its new path; nothing is deleted."""
    kept = asides(target)
    number = int(kept[-1].name.rpartition("-")[2]) + 1 if kept else 1
    aside = target.with_name(f"{target.name}.corrupt-{number}")
    os.replace(target, aside)
    return aside


def stages(target: Path) -> list[Path]:
    """Working folders left behind for a file, by this process or one that died."""
    with suppress(OSError):
        return sorted(p for p in target.parent.iterdir() if p.name.startswith(f".{target.name}.part-"))
    return []


@contextmanager
def stage(target: Path, *, alone: bool) -> Iterator[Path]:
    """A working folder beside `target`, on the same disk, removed at the end.

    Parameters
    ----------
    target : pathlib.Path
        Where the file will lie.
    alone : bool
        True when no other process can be at work on this file: what a dead one left behind is then removed.
    """
    if alone:
        for old in stages(target):
            shutil.rmtree(old, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.part-", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def make_readable(path: Path, like: Path) -> None:
    """Give a temporary file, which only its owner may read, the read and write rights of the folder `like`."""
    with suppress(OSError):
        os.chmod(path, like.stat().st_mode & 0o666)


def put_in_place(source: Path, target: Path, sha256: str) -> None:
    """Move a complete, verified file to its final name in one step.

    Raises
    ------
    OSError
        If it cannot be moved.
    """
    try:
        os.replace(source, target)
    except PermissionError:
        # On Windows a file that another process is reading cannot be replaced; if it is the right one, all is well.
        if not matches(target, sha256):
            raise
    if sys.platform != "win32":
        with suppress(OSError):
            handle = os.open(target.parent, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
