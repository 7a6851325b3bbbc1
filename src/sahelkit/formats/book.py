"""The codebook and the citation that lie beside a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from sahelkit._types import Lang
from sahelkit.catalog.described import strictest_licence
from sahelkit.formats.columns import Column
from sahelkit.formats.names import short_names
from sahelkit.language.codes import code_words

FLAGS = {"en": ("no", "yes"), "fr": ("non", "oui")}
COLUMNS = [
    "name",
    "stata",
    "spss",
    "label",
    "label_en",
    "label_fr",
    "unit",
    "type",
    "values",
    "missing",
    "dataset",
    "sources",
    "licence",
    "file_licence",
    "citation",
    "note",
]


def value_words(column: Column, lang: Lang) -> dict[int | float, str]:
    """Numbers and words of a coded text (from 1) or of a flag (0 and 1); empty for any other column.

    Examples
    --------
    >>> from sahelkit.catalog.described import Description
    >>> values = pd.Series(["success", None], dtype=object)
    >>> about = Description("outcome", {"en": "Outcome", "fr": "Issue"})
    >>> value_words(Column("outcome", "text", values, about, codes=("success", "failure")), "fr")
    {1: 'succès', 2: 'échec'}
    """
    if column.kind == "boolean":
        return dict[int | float, str](enumerate(FLAGS[lang]))
    return dict[int | float, str](enumerate(code_words(column.codes, lang), start=1))


def _values(column: Column, lang: Lang) -> str:
    if column.kind == "boolean":
        return " | ".join(f"{number} = {word}" for number, word in enumerate(FLAGS[lang]))
    words = code_words(column.codes, lang)
    pairs = [code if code == word else f"{code} ({word})" for code, word in zip(column.codes, words, strict=True)]
    return " | ".join(f"{number} = {pair}" for number, pair in enumerate(pairs, 1)) or " | ".join(column.about.values)


def file_licence(columns: Sequence[Column], terms: Mapping[str, Mapping[str, Any]]) -> str:
    """The strictest licence of the columns, and the terms of the user's own event files behind them."""
    own = [
        f"{name}: {' '.join(filter(None, (file.get('terms'), file.get('attribution'))))}"
        for name, file in terms.items()
    ]
    return "; ".join(filter(None, (strictest_licence(column.about.licence for column in columns), *own)))


def codebook_of(columns: Sequence[Column], *, lang: Lang, licence: str) -> pd.DataFrame:
    """One row per column, the same for every kind of file.

    Parameters
    ----------
    columns : sequence of Column
    lang : {"en", "fr"}
        Language of `label` and of the words for values.
    licence : str
        Licence of the whole file.

    Returns
    -------
    pandas.DataFrame
        `name`, `stata` and `spss` (the name in a .dta and in a .sav file), `label`, `label_en`, `label_fr`, `unit`,
        `type`, `values` (the allowed ones with their numbers in .dta and .sav, and what they mean), `missing` (what NA
        means), `dataset`, `sources`, `licence` of the column, `file_licence` (the strictest of all), `citation` (keys
        in the BibTeX file), and a `note` on how the column is written.
    """
    names = [column.name for column in columns]
    rows = [
        {
            "name": column.name,
            "stata": stata,
            "spss": spss,
            "label": column.about.labels[lang],
            "label_en": column.about.labels["en"],
            "label_fr": column.about.labels["fr"],
            "unit": column.about.unit,
            "type": column.kind,
            "values": _values(column, lang),
            "missing": column.about.missing,
            "dataset": column.about.dataset,
            "sources": ", ".join(column.about.sources),
            "licence": column.about.licence,
            "file_licence": licence,
            "citation": ", ".join(column.about.keys),
            "note": column.note,
        }
        for column, stata, spss in zip(
            columns, short_names(names, program="stata"), short_names(names, program="spss"), strict=True
        )
    ]
    return pd.DataFrame(rows, columns=COLUMNS)
