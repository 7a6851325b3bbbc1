"""The tables described for other tools: a Frictionless Data Package (v2) and a list of sha256 for pooch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sahelkit.catalog.licences import ADDRESSES
from sahelkit.catalog.records import Field, Record, Table
from sahelkit.catalog.references import reference
from sahelkit.catalog.sources import source
from sahelkit.errors import RecordError

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
_FORMATS = {
    "csv": "text/csv",
    "parquet": "application/vnd.apache.parquet",
    "geojson": "application/geo+json",
}
# What travels: never a half-written file, a cache of Python, or the list itself.
_SHIPPED = (".csv", ".parquet", ".geojson", ".toml", ".json", ".md", ".py")
_APART = ("registry.txt", "versions.toml")


def _licence(name: str) -> dict[str, str]:
    title, path = ADDRESSES.get(name, ("", ""))
    return {key: value for key, value in (("name", name), ("path", path), ("title", title)) if value}


def _source(name: str) -> dict[str, str]:
    item = source(name)
    return {"title": item.title, "path": item.original, "version": item.vintage}


def _constraints(item: Field, table: Table) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if item.required or item.name in table.key:
        found["required"] = True
    if (item.name,) == table.key:
        found["unique"] = True
    allowed = list(item.enum)
    if item.name == "indicator" and table.series:
        allowed = [series.name for series in table.series]
    if allowed:
        found["enum"] = [int(value) for value in allowed] if item.type in ("integer", "year") else allowed
    return found


def _field(item: Field, table: Table) -> dict[str, Any]:
    kind = item.type
    says = [item.missing and f"Missing: {item.missing}."]
    if kind == "yearmonth" and table.file.endswith(".parquet"):
        kind = "date"
        says.insert(0, "First day of the month.")
    described: dict[str, Any] = {
        "name": item.name,
        "type": kind,
        "title": item.label_en,
        "title_fr": item.label_fr,
        "description": " ".join(filter(None, says)),
        "unit": item.unit,
        "sources": list(item.sources),
        "constraints": _constraints(item, table),
    }
    return {key: value for key, value in described.items() if value}


def _series(item: Field) -> dict[str, Any]:
    described = {
        "name": item.name,
        "title": item.label_en,
        "title_fr": item.label_fr,
        "unit": item.unit,
        "sources": list(item.sources),
    }
    return {key: value for key, value in described.items() if value}


def _schema(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {"fields": [_field(item, table) for item in table.fields]}
    if table.key:
        schema["primaryKey"] = list(table.key)
    # Parquet has real nulls; in CSV an empty cell is one.
    schema["missingValues"] = [""] if table.file.endswith(".csv") else []
    return schema


def _resource(record: Record, table: Table) -> dict[str, Any]:
    path = record.folder / table.file
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        repair = f"Type: python -m sahelkit.build {record.name}"
        raise RecordError(path, "the table is not built yet", repair=repair) from None
    ending = path.suffix[1:]
    used = dict.fromkeys(name for item in (*table.fields, *table.series) for name in item.sources)
    resource: dict[str, Any] = {
        "name": record.name if table.name == record.name else f"{record.name}.{table.name}",
        "path": f"{record.name}/{table.file}",
        "title": record.title_en,
        "description": " ".join(record.description_en.split()),
        "format": ending,
        "mediatype": _FORMATS[ending],
        "bytes": len(body),
        "hash": f"sha256:{hashlib.sha256(body).hexdigest()}",
        "licenses": [_licence(record.licence)],
        "sources": [_source(name) for name in used],
    }
    if ending != "parquet":
        resource["encoding"] = "utf-8"
    if ending != "geojson":
        resource |= {"type": "table", "schema": _schema(table)}
    if table.series:
        resource["series"] = [_series(item) for item in table.series]
    return resource


def datapackage(of: Mapping[str, Record] | Iterable[Record]) -> dict[str, Any]:
    """Descriptor of all tables in the form of the Frictionless Data Package standard, version 2.

    Parameters
    ----------
    of : mapping of str to Record, or iterable of Record
        Datasets; their table files must have been built.

    Returns
    -------
    dict
        JSON-able. The same records and files give the same descriptor: there is no date of making in it.

    Raises
    ------
    RecordError
        If a table has not been built.

    References
    ----------
    Data Package standard, version 2: https://datapackage.org/standard/data-package/

    Examples
    --------
    >>> from sahelkit.catalog import record
    >>> [resource["path"] for resource in datapackage([record("states")])["resources"]][0]
    'states/states.csv'
    """
    described = sorted(of.values() if isinstance(of, Mapping) else of, key=lambda record: record.name)
    used = dict.fromkeys(name for record in described for name in record.sources)
    package = reference("sahelkit")
    return {
        "$schema": PROFILE,
        "name": "sahelkit",
        "title": package.title,
        "version": max((record.version for record in described), default=""),
        "licenses": [_licence(name) for name in dict.fromkeys(record.licence for record in described)],
        "contributors": [{"title": name.strip("{}"), "roles": ["creator"]} for name in package.authors],
        "sources": [_source(name) for name in used],
        "resources": [_resource(record, table) for record in described for table in record.tables],
    }


def datapackage_text(of: Mapping[str, Record] | Iterable[Record]) -> str:
    """The descriptor as the text of datapackage.json, UTF-8, ending in a line feed."""
    return json.dumps(datapackage(of), ensure_ascii=False, indent=1) + "\n"


def registry_text(folder: Path) -> str:
    """Lines of a pooch registry: each file below a datasets folder with its sha256, sorted by name.

    Parameters
    ----------
    folder : pathlib.Path
        A datasets folder.

    Returns
    -------
    str
        ``coups/coups.csv sha256:...`` and so on. The list itself, the list of versions (which names this list's own
        sha256) and files of other kinds are left out.
    """
    found = {}
    for path in [*folder.glob("*"), *folder.glob("*/*")]:
        if path.is_file() and path.suffix in _SHIPPED and path.name not in _APART:
            found[path.relative_to(folder).as_posix()] = hashlib.sha256(path.read_bytes()).hexdigest()
    return "".join(f"{name} sha256:{found[name]}\n" for name in sorted(found))
