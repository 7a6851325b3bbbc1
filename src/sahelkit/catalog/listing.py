"""Which datasets exist."""

from __future__ import annotations

import pandas as pd

from sahelkit._types import Lang
from sahelkit.catalog import references
from sahelkit.catalog.records import read_record, records
from sahelkit.catalog.sources import _sources
from sahelkit.options import check_language


def datasets(*, lang: Lang | None = None) -> pd.DataFrame:
    """Datasets that came with this installation, one row each.

    Parameters
    ----------
    lang : {"en", "fr"}
        Language of the titles and descriptions.

    Returns
    -------
    pandas.DataFrame
        Columns `name`, `title`, `unit_of_observation`, `places` (a place set), `first` and `last` (covered dates),
        `absent` (``zero`` or ``unknown``: what a missing row inside the coverage means), `tables`, `version`,
        `licence` (SPDX) and `description`. Nothing is missing.

    Raises
    ------
    UnknownNameError
        If `lang` is neither ``"en"`` nor ``"fr"``.

    Examples
    --------
    >>> import sahelkit as sk
    >>> sk.datasets().set_index("name").loc["states", "unit_of_observation"]
    'state spell'
    """
    lang = check_language(lang)
    rows = [
        {
            "name": record.name,
            "title": record.title_fr if lang == "fr" else record.title_en,
            "unit_of_observation": record.unit_of_observation,
            "places": record.coverage.places,
            "first": record.coverage.first,
            "last": record.coverage.last,
            "absent": record.coverage.absent,
            "tables": ", ".join(table.name for table in record.tables),
            "version": record.version,
            "licence": record.licence,
            "description": " ".join((record.description_fr if lang == "fr" else record.description_en).split()),
        }
        for record in records().values()
    ]
    columns = ["name", "title", "unit_of_observation", "places", "first", "last", "absent"]
    return pd.DataFrame(rows, columns=[*columns, "tables", "version", "licence", "description"])


def clear_caches() -> None:
    """Forget every record, source and reference read so far, e.g. after a file in datasets/ has changed.

    Examples
    --------
    >>> clear_caches()
    """
    read_record.cache_clear()
    _sources.cache_clear()
    references.read_references.cache_clear()
