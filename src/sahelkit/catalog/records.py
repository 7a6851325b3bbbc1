"""What exists: one frozen record per dataset, read from its record.toml."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sahelkit.catalog import locate
from sahelkit.catalog.publication import Publication
from sahelkit.catalog.sources import read_toml
from sahelkit.errors import RecordError, UnknownNameError

TYPES = ("string", "integer", "number", "boolean", "date", "yearmonth", "year")


@dataclass(frozen=True, slots=True)
class Field:
    """One column of a table, or one series of a tidy table.

    Attributes
    ----------
    name, type, unit, label_en, label_fr, missing : str
        `missing` says in words what NA means.
    sources : tuple of str
        Names in sources.toml; empty for our own coding.
    enum : tuple of str
        Allowed values; empty when free.
    required : bool
        True when the value is never NA.
    published : Publication or None
        Overrides the rule of the dataset.
    first, last, places : str
        Override the coverage of the dataset where not empty.
    """

    name: str
    type: str
    label_en: str
    label_fr: str
    unit: str = ""
    sources: tuple[str, ...] = ()
    missing: str = ""
    enum: tuple[str, ...] = ()
    required: bool = False
    published: Publication | None = None
    first: str = ""
    last: str = ""
    places: str = ""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Where and when a dataset speaks; `absent` says whether a missing row there is ``zero`` or ``unknown``."""

    places: str
    first: str
    last: str
    absent: str


@dataclass(frozen=True, slots=True)
class Table:
    """One file of a dataset: its key, its place and time columns, its fields and (tidy tables) its series.

    ``bounds`` names the column that says what is known of the time column (``day``, or it is a placeholder), and where
    the table carries them, the columns with the first and last day that a placeholder may mean.
    """

    file: str
    key: tuple[str, ...]
    place: str
    time: str
    fields: tuple[Field, ...]
    series: tuple[Field, ...] = ()
    bounds: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """File name without its ending."""
        return Path(self.file).stem

    def field(self, name: str) -> Field:
        """The field or series called `name`; `UnknownNameError` when there is none."""
        for item in (*self.fields, *self.series):
            if item.name == name:
                return item
        raise UnknownNameError("column", name, [item.name for item in (*self.fields, *self.series)])


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that is known about a dataset before one byte of it is read."""

    name: str
    title_en: str
    title_fr: str
    description_en: str
    description_fr: str
    version: str
    unit_of_observation: str
    licence: str
    attribution: str
    references: tuple[str, ...]
    published: Publication
    coverage: Coverage
    tables: tuple[Table, ...]
    folder: Path
    details: Mapping[str, Any] = field(default_factory=dict)

    def table(self, name: str | None = None) -> Table:
        """The table called `name`, or the main one."""
        if name is None:
            return self.tables[0]
        for table in self.tables:
            if name in (table.name, table.file):
                return table
        raise UnknownNameError(f"table of dataset {self.name!r}", name, [t.name for t in self.tables])

    @property
    def sources(self) -> tuple[str, ...]:
        """Names of all upstream files behind the dataset, in order of first mention."""
        found: dict[str, None] = {}
        for table in self.tables:
            for item in (*table.fields, *table.series):
                found.update(dict.fromkeys(item.sources))
        return tuple(found)


class _Reader:
    """Takes keys out of a TOML table and says which file and key is at fault."""

    def __init__(self, path: Path, raw: Any, where: str) -> None:
        if not isinstance(raw, dict):
            raise RecordError(path, f"{where.strip()} must be a table")
        self.path, self.raw, self.where = path, dict(raw), where

    def fail(self, why: str) -> RecordError:
        return RecordError(self.path, f"{self.where}{why}")

    def text(self, key: str, default: str | None = None) -> str:
        value = self.raw.pop(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()):
            raise self.fail(f"{key!r} is missing or is not text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.raw.pop(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.fail(f"{key!r} must be a list of texts")
        return tuple(value)

    def flag(self, key: str) -> bool:
        value = self.raw.pop(key, False)
        if not isinstance(value, bool):
            raise self.fail(f"{key!r} must be true or false")
        return value

    def publication(self, key: str) -> Publication | None:
        value = self.text(key, "")
        try:
            return Publication(value) if value else None
        except ValueError as error:
            raise self.fail(f"{key!r}: {error}") from None

    def done(self) -> None:
        if self.raw:
            raise self.fail(f"unknown key {', '.join(map(repr, sorted(self.raw)))}")


def _field(path: Path, raw: Any, where: str, *, kind: str | None = None) -> Field:
    reader = _Reader(path, raw, where)
    name = reader.text("name")
    reader.where = f"{where}[{name}] "
    item = Field(
        name=name,
        type=kind or reader.text("type"),
        label_en=reader.text("label_en"),
        label_fr=reader.text("label_fr"),
        unit=reader.text("unit", ""),
        sources=reader.texts("sources"),
        missing=reader.text("missing", ""),
        enum=reader.texts("enum"),
        required=reader.flag("required"),
        published=reader.publication("published"),
        first=reader.text("first", ""),
        last=reader.text("last", ""),
        places=reader.text("places", ""),
    )
    if kind:
        reader.raw.pop("type", None)
    reader.done()
    if item.type not in TYPES:
        raise reader.fail(f"type {item.type!r} is not one of {', '.join(TYPES)}")
    return item


def _table(path: Path, raw: Any, index: int) -> Table:
    where = f"tables[{index}] "
    reader = _Reader(path, raw, where)
    file = reader.text("file")
    if not re.fullmatch(r"[a-z0-9_]+\.(csv|parquet|geojson)", file):
        raise reader.fail(f"file {file!r} must be a plain name ending in .csv, .parquet or .geojson")
    fields = tuple(_field(path, item, f"{where}fields") for item in reader.raw.pop("fields", []))
    series = tuple(_field(path, item, f"{where}series", kind="number") for item in reader.raw.pop("series", []))
    table = Table(
        file=file,
        key=reader.texts("key"),
        place=reader.text("place", ""),
        time=reader.text("time", ""),
        fields=fields,
        series=series,
        bounds=reader.texts("bounds"),
    )
    reader.done()
    names = [item.name for item in fields]
    for column in (*table.key, *table.bounds, *filter(None, (table.place, table.time))):
        if column not in names:
            raise reader.fail(f"column {column!r} is named as key, place, time or bound but has no entry under fields")
    if table.bounds and (len(table.bounds) not in (1, 3) or not table.time):
        raise reader.fail("bounds needs a time column, and is one column (precision) or three (and first and last day)")
    if len(set(names)) != len(names):
        raise reader.fail("two fields have the same name")
    return table


@cache
def read_record(path: Path) -> Record:
    """Read and check one record.toml.

    Raises
    ------
    RecordError
        If the file is missing, not TOML, or lacks or misuses a key; the message names the key.
    """
    reader = _Reader(path, read_toml(path), "")
    cover = _Reader(path, reader.raw.pop("coverage", None), "[coverage] ")
    coverage = Coverage(
        places=cover.text("places"), first=cover.text("first"), last=cover.text("last"), absent=cover.text("absent")
    )
    cover.done()
    if coverage.absent not in ("zero", "unknown"):
        raise cover.fail("'absent' must be 'zero' or 'unknown'")
    tables = tuple(_table(path, raw, i) for i, raw in enumerate(reader.raw.pop("tables", [])))
    if not tables:
        raise reader.fail("no [[tables]]")
    record = Record(
        name=reader.text("name"),
        title_en=reader.text("title_en"),
        title_fr=reader.text("title_fr"),
        description_en=reader.text("description_en"),
        description_fr=reader.text("description_fr"),
        version=reader.text("version"),
        unit_of_observation=reader.text("unit_of_observation"),
        licence=reader.text("licence"),
        attribution=reader.text("attribution"),
        references=reader.texts("references"),
        published=reader.publication("published") or Publication("none"),
        coverage=coverage,
        tables=tables,
        folder=path.parent,
        details=reader.raw.pop("details", {}),
    )
    reader.done()
    if record.name != path.parent.name:
        raise reader.fail(f"name {record.name!r} differs from its folder {path.parent.name!r}")
    return record


def records() -> dict[str, Record]:
    """All datasets by name: every folder of datasets/ that holds a record.toml.

    Returns
    -------
    dict of str to Record

    Examples
    --------
    >>> "coups" in records()
    True
    """
    root = locate.datasets_dir()
    return {path.parent.name: read_record(path) for path in sorted(root.glob("*/record.toml"))}


def record(name: str) -> Record:
    """The record of one dataset.

    Parameters
    ----------
    name : str
        Name of the dataset, as `sahelkit.datasets` lists it.

    Returns
    -------
    Record

    Raises
    ------
    UnknownNameError
        If there is no such dataset.

    Examples
    --------
    >>> record("states").licence
    'CC-BY-4.0'
    """
    # Only the wanted record is read, so that a damaged one elsewhere does not stop the others.
    path = locate.datasets_dir() / str(name) / "record.toml"
    if re.fullmatch(r"[a-z0-9_]+", str(name)) and path.is_file():
        return read_record(path)
    known = [p.parent.name for p in locate.datasets_dir().glob("*/record.toml")]
    raise UnknownNameError("dataset", name, known, repair="sahelkit.datasets() lists them")
