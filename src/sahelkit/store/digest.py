"""sha256 of files, computed once per process for each state of a file."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

_seen: dict[tuple[str, int, int, int, int], str] = {}


def forget() -> None:
    """Drop every remembered hash, so that each file is read again at its next use."""
    _seen.clear()


def sha256_of(path: Path) -> str:
    """sha256 of a file as 64 hexadecimal digits.

    The file is read at its first use in the process, and again whenever its size or times change.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    state = os.stat(path)
    key = (os.fspath(path), state.st_mtime_ns, state.st_ctime_ns, state.st_size, state.st_ino)
    found = _seen.get(key)
    if found is None:
        with open(path, "rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        _seen[key] = found
    return found


def matches(path: Path, sha256: str) -> bool:
    """True when the file is there and has this sha256.

    Raises
    ------
    OSError
        If the file is there but cannot be read.
    """
    try:
        return sha256_of(path) == sha256
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False
