"""One process at a time per file, with locks that the system drops when a process dies.

`filelock` would leave its files in the cache, and fall back on marker files where a shared folder has no locks: those
outlive a process that was killed on another machine.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# After this many seconds a process goes ahead without the lock: a suspended holder must not stop the others, and
# files only ever appear complete under their final names.
PATIENCE = 600.0
_PAUSE = 0.05

if sys.platform == "win32":
    import msvcrt

    _BUSY = (PermissionError, BlockingIOError)

    def _grab(handle: int) -> None:
        os.lseek(handle, 0, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    _BUSY = (BlockingIOError,)

    def _grab(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _same_file(handle: int, path: Path) -> bool:
    try:
        named = os.stat(path)
    except FileNotFoundError:
        return False
    held = os.fstat(handle)
    return (held.st_dev, held.st_ino) == (named.st_dev, named.st_ino)


def _acquire(path: Path, deadline: float) -> int | None:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            while True:
                try:
                    _grab(handle)
                    break
                except _BUSY:
                    if time.monotonic() > deadline:
                        os.close(handle)
                        return None
                    time.sleep(_PAUSE)
        except OSError:
            # Some network file systems have no locks at all.
            os.close(handle)
            return None
        except BaseException:
            os.close(handle)
            raise
        # The former holder may have removed the file between our opening and our locking it.
        if _same_file(handle, path):
            return handle
        os.close(handle)


@contextmanager
def lock(path: Path, *, patience: float | None = None) -> Iterator[bool]:
    """Hold the lock file `path` while the block runs; it is removed afterwards.

    Parameters
    ----------
    path : pathlib.Path
        Lock file; its folder must exist.
    patience : float, optional
        Seconds to wait for another holder.

    Yields
    ------
    bool
        True when the lock is held, False when it could not be had and the block runs without it.

    Raises
    ------
    OSError
        If the lock file cannot be made, e.g. in a read-only folder.
    """
    handle = _acquire(path, time.monotonic() + (PATIENCE if patience is None else patience))
    try:
        yield handle is not None
    finally:
        if handle is not None:
            # Elsewhere than on Windows the name goes while the lock is held, so that no two processes hold one name.
            with suppress(OSError):
                os.unlink(path)
            os.close(handle)
            if sys.platform == "win32":
                with suppress(OSError):
                    os.unlink(path)
