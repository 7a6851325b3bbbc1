"""Upstream files: address, sha256, licence and what we may redistribute, read from sources.toml."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from sahelkit.catalog import locate
from sahelkit.errors import RecordError, UnknownNameError

REDISTRIBUTE = ("yes", "facts-with-citation", "study-region-facts", "no")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One pinned upstream file.

    Attributes
    ----------
    name, file, url, sha256, title, vintage, original, licence, note : str
        `url` is empty where no public address gives exactly these bytes.
    bytes : int
        Size of the file.
    redistribute : str
        ``yes``, ``facts-with-citation``, ``study-region-facts`` or ``no``: what a curated table may carry.
    references : tuple of str
        Keys of references.toml that a user of the data must cite.
    """

    name: str
    file: str
    url: str
    sha256: str
    bytes: int
    title: str
    vintage: str
    original: str
    licence: str
    redistribute: str
    references: tuple[str, ...]
    note: str = ""


def read_toml(path: Path) -> dict[str, Any]:
    """Parse a TOML file; a damaged one raises `RecordError` with the line at fault."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RecordError(path, "the file is missing") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RecordError(path, f"not valid TOML ({error})") from None


def _source(path: Path, name: str, raw: Any) -> SourceFile:
    if not isinstance(raw, dict):
        raise RecordError(path, f"[{name}] must be a table")
    try:
        source = SourceFile(name=name, **{**raw, "references": tuple(raw.get("references", ()))})
    except TypeError as error:
        raise RecordError(path, f"[{name}] {str(error).split(') ')[-1]}") from None
    if not re.fullmatch(r"[0-9a-f]{64}", source.sha256):
        raise RecordError(path, f"[{name}] sha256 is not 64 hexadecimal digits")
    if source.redistribute not in REDISTRIBUTE:
        raise RecordError(path, f"[{name}] redistribute must be one of {', '.join(REDISTRIBUTE)}")
    return source


def read_all(root: Path, file: str) -> dict[str, tuple[Path, Any]]:
    """Entries of a TOML file of the datasets folder and of its namesakes in the folders of single datasets.

    Raises
    ------
    RecordError
        If a file is damaged, or two files have an entry of the same name.
    """
    found: dict[str, tuple[Path, Any]] = {}
    for path in (root / file, *sorted(root.glob(f"*/{file}"))):
        for name, raw in read_toml(path).items():
            if name in found:
                raise RecordError(path, f"[{name}] stands already in {found[name][0]}", repair="Choose another name")
            found[name] = (path, raw)
    return found


@cache
def _sources(root: Path) -> dict[str, SourceFile]:
    return {name: _source(path, name, raw) for name, (path, raw) in read_all(root, "sources.toml").items()}


def sources() -> dict[str, SourceFile]:
    """All pinned upstream files by name: those of datasets/sources.toml, and those that a dataset brings itself.

    Returns
    -------
    dict of str to SourceFile

    Examples
    --------
    >>> sources()["cline_2023"].licence
    'CC-BY-4.0'
    """
    return _sources(locate.datasets_dir())


def source(name: str) -> SourceFile:
    """One pinned upstream file.

    Parameters
    ----------
    name : str
        Name of the source, as `sahelkit.licences` lists it.

    Returns
    -------
    SourceFile

    Raises
    ------
    UnknownNameError
        If no source has this name.

    Examples
    --------
    >>> source("cline_2023").redistribute
    'yes'
    """
    known = sources()
    if name not in known:
        raise UnknownNameError("source", name, known, repair="sahelkit.licences() lists every source")
    return known[name]
