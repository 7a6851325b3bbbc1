"""Works that a user of the data must cite, read from references.toml."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from sahelkit.catalog import locate
from sahelkit.catalog.sources import read_all
from sahelkit.errors import RecordError, UnknownNameError

KINDS = ("article", "dataset", "book", "report", "software")


@dataclass(frozen=True, slots=True)
class Reference:
    """One work; what is not known is empty.

    Attributes
    ----------
    key, type, title : str
        `type` is one of article, dataset, book, report, software.
    authors : tuple of str
        ``"Family, Given"``; a name in {braces} is an institution.
    year : int or None
        None for a work that is renewed all the time.
    journal, volume, number, pages, doi, url, publisher, version, series : str
        `series` names the series of a report.
    """

    key: str
    type: str
    title: str
    authors: tuple[str, ...]
    year: int | None = None
    journal: str = ""
    volume: str = ""
    number: str = ""
    pages: str = ""
    doi: str = ""
    url: str = ""
    publisher: str = ""
    version: str = ""
    series: str = ""

    @property
    def address(self) -> str:
        """Where the work is: its DOI as an address, else its page."""
        return f"https://doi.org/{self.doi}" if self.doi else self.url


_TEXTS = {item.name for item in fields(Reference)} - {"key", "authors", "year"}


def _reference(path: Path, key: str, raw: Any) -> Reference:
    if not isinstance(raw, dict):
        raise RecordError(path, f"[{key}] must be a table")
    strange = set(raw) - _TEXTS - {"authors", "year"}
    if strange:
        raise RecordError(path, f"[{key}] unknown key {', '.join(map(repr, sorted(strange)))}")
    if raw.get("type") not in KINDS:
        raise RecordError(path, f"[{key}] type must be one of {', '.join(KINDS)}")
    authors, year = raw.get("authors"), raw.get("year")
    if not isinstance(authors, list) or not authors or not all(isinstance(name, str) for name in authors):
        raise RecordError(path, f"[{key}] authors must be a list of names")
    if year is not None and type(year) is not int:
        raise RecordError(path, f"[{key}] year must be a whole number")
    for name in sorted(_TEXTS & set(raw)):
        if not isinstance(raw[name], str) or not raw[name].strip():
            raise RecordError(path, f"[{key}] {name} must be text")
    if "title" not in raw:
        raise RecordError(path, f"[{key}] title is missing")
    return Reference(key=key, authors=tuple(authors), year=year, **{name: raw[name] for name in _TEXTS & set(raw)})


@cache
def read_references(root: Path) -> dict[str, Reference]:
    """Read and check references.toml of a datasets folder, and those that datasets bring themselves.

    Raises
    ------
    RecordError
        If a file is missing or not TOML, or an entry lacks or misuses a key.
    """
    return {key: _reference(path, key, raw) for key, (path, raw) in read_all(root, "references.toml").items()}


def references() -> dict[str, Reference]:
    """All works by key, in the order of the file."""
    return read_references(locate.datasets_dir())


def reference(key: str) -> Reference:
    """One work.

    Raises
    ------
    UnknownNameError
        If no work has this key.

    Examples
    --------
    >>> reference("powell_thyne_2011").address
    'https://doi.org/10.1177/0022343310397436'
    """
    known = references()
    if key not in known:
        raise UnknownNameError("reference", key, known, repair="Add it to datasets/references.toml")
    return known[key]
