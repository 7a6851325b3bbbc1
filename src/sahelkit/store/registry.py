"""Which data versions exist, which files each one holds, and their sha256."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sahelkit.catalog import locate
from sahelkit.catalog.sources import read_toml
from sahelkit.errors import RecordError, UnknownNameError
from sahelkit.store import settings
from sahelkit.store.digest import matches
from sahelkit.store.obtain import Wanted, obtain

_VERSION = re.compile(r"\d{4}\.\d{1,3}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


@lru_cache(maxsize=8)
def _versions(path: Path, _state: int) -> tuple[str, Mapping[str, str]]:
    raw: dict[str, Any] = read_toml(path)
    current, released = raw.get("current"), raw.get("released", {})
    if not isinstance(current, str) or not _VERSION.fullmatch(current):
        raise RecordError(path, "'current' must be a version: the year, a point and a number")
    if not isinstance(released, dict):
        raise RecordError(path, "'released' must be a table")
    for version, digest in released.items():
        if not _VERSION.fullmatch(version) or not isinstance(digest, str) or not _SHA256.fullmatch(digest):
            raise RecordError(path, f"[released] {version!r} must be a version with the sha256 of its registry.txt")
    return current, MappingProxyType(dict(released))


def _state(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def _known() -> tuple[str, Mapping[str, str]]:
    path = locate.datasets_dir() / "versions.toml"
    return _versions(path, _state(path))


def current_version() -> str:
    """Version of the data bundled with this installation."""
    return _known()[0]


def released() -> Mapping[str, str]:
    """sha256 of the registry of each released version, by version."""
    return _known()[1]


def versions() -> list[str]:
    """All data versions that can be asked for, oldest first."""
    current, others = _known()
    return sorted({current, *others}, key=lambda text: [int(part) for part in text.split(".")])


def check_version(version: str | None) -> str:
    """The version itself, or the bundled one for None.

    Raises
    ------
    UnknownNameError
        If there is no such version; the message lists those that exist.
    """
    if version is None:
        return current_version()
    if version not in versions():
        raise UnknownNameError(
            "data version", version, versions(), repair="Leave version= out for the data that came with sahelkit"
        )
    return version


def safe_name(name: str) -> bool:
    """True for a plain relative path: no root, no drive, no ``..``, at most one folder deep."""
    parts = name.split("/")
    return len(parts) <= 2 and all(_PART.fullmatch(part) for part in parts)


def read_registry(path: Path) -> Mapping[str, str]:
    """sha256 of each file in a registry, by ``dataset/file``.

    Raises
    ------
    RecordError
        If the file is missing or a line is not a name with its sha256; the message names the line.
    """
    return _parsed(path, _state(path))


@lru_cache(maxsize=8)
def _parsed(path: Path, _state: int) -> Mapping[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise RecordError(path, "the file is missing") from None
    except (OSError, UnicodeDecodeError) as error:
        raise RecordError(path, f"the file cannot be read ({error})") from None
    return MappingProxyType(parse_registry(text, path))


def parse_registry(text: str, path: Path) -> dict[str, str]:
    """What `read_registry` reads, from a text; `path` is for messages."""
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        digest = words[-1].lower().removeprefix("sha256:")
        if len(words) != 2 or not _SHA256.fullmatch(digest) or not safe_name(words[0]):
            raise RecordError(path, f"line {number} is not a file name with its sha256")
        found[words[0]] = digest
    return found


def kept_registry(version: str) -> Path:
    """Where the registry of an older version lies when it came with sahelkit."""
    return locate.datasets_dir() / "versions" / version / "registry.txt"


def registry_path(version: str) -> Path:
    """Verified path of the registry of a version; one that is not bundled comes from the cache or a mirror."""
    if version == current_version():
        return locate.datasets_dir() / "registry.txt"
    kept = kept_registry(version)
    if matches(kept, released()[version]):
        return kept
    return obtain(
        Wanted(
            label=f"{version}/registry.txt",
            sha256=released()[version],
            target=settings.cache_root() / version / "registry.txt",
            relative=(f"versions/{version}/registry.txt",),
        )
    )


def registry(version: str) -> Mapping[str, str]:
    """sha256 of each file of a version, by ``dataset/file``."""
    return read_registry(registry_path(version))
