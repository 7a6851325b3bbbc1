"""What exists: records, codebook, citation and licences of the datasets."""

from __future__ import annotations

from sahelkit.catalog import records as _records
from sahelkit.catalog import references as _references
from sahelkit.catalog import sources as _sources
from sahelkit.catalog.records import Coverage, Field, Record, Table, record, records
from sahelkit.catalog.sources import SourceFile, source, sources

__all__ = [
    "Coverage",
    "Field",
    "Record",
    "SourceFile",
    "Table",
    "clear_caches",
    "record",
    "records",
    "source",
    "sources",
]


def clear_caches() -> None:
    """Forget every record, source and reference read so far, e.g. after a file in datasets/ has changed.

    Examples
    --------
    >>> clear_caches()
    """
    _records.read_record.cache_clear()
    _sources._sources.cache_clear()
    _references.read_references.cache_clear()
