"""What columns and series mean: search by word, or look up the columns of a frame."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import pandas as pd

from sahelkit._types import Lang
from sahelkit.catalog.columns import Entry, Match, all_entries, column_names, match_columns, recorded_datasets
from sahelkit.catalog.records import record as record_of
from sahelkit.errors import OptionError, near_matches
from sahelkit.frames import check_frame
from sahelkit.options import check_language

COLUMNS = [
    "name",
    "label",
    "unit",
    "type",
    "values",
    "missing",
    "dataset",
    "table",
    "places",
    "first",
    "last",
    "sources",
]

_STEPS = {
    "lag": ("{n} periods earlier", "{n} périodes plus tôt"),
    "lead": ("{n} periods later", "{n} périodes plus tard"),
    "past": ("sum over the {n} periods before", "somme des {n} périodes précédentes"),
    "known": ("as far as known on the day", "selon ce que l’on savait ce jour-là"),
    "since_last": ("time since the last one", "temps écoulé depuis le dernier"),
    "never": ("none so far", "aucun jusque-là"),
    "log": ("logarithm", "logarithme"),
    "ln": ("logarithm", "logarithme"),
    "neighbour": ("among neighbours", "chez les voisins"),
    "near": ("among neighbours", "chez les voisins"),
}


def step_words(step: str, lang: Lang) -> str:
    """What was done to a column, in words."""
    number = re.search(r"\d+$", step)
    stem = step[: number.start()] if number else step
    words = _STEPS.get(stem.removesuffix("s") if stem == "neighbours" else stem)
    said = words[lang == "fr"].format(n=number.group() if number else "") if words else step
    one = number is not None and number.group() == "1"
    return said.replace("periods", "period").replace("périodes", "période") if one else said


def _row(entry: Entry, name: str, label: str) -> dict[str, str]:
    item, cover = entry.field, entry.record.coverage
    return {
        "name": name,
        "label": label,
        "unit": item.unit,
        "type": item.type,
        "values": " | ".join(item.enum),
        "missing": item.missing,
        "dataset": entry.dataset,
        "table": entry.table,
        "places": item.places or cover.places,
        "first": item.first or cover.first,
        "last": item.last or cover.last,
        "sources": ", ".join(item.sources),
    }


def _label(entry: Entry, lang: Lang) -> str:
    return entry.field.label_fr if lang == "fr" else entry.field.label_en


def _words(text: str) -> list[str]:
    whole = text.replace("œ", "oe").replace("Œ", "OE")
    plain = "".join(c for c in unicodedata.normalize("NFKD", whole) if not unicodedata.combining(c))
    return re.findall(r"[a-z0-9]+", plain.casefold())


def _rank(entry: Entry, words: list[str]) -> int | None:
    """0 when the name is the query, 1 when whole words match, 2 when parts of words do; None for no match."""
    name = _words(entry.field.name)
    if name == words:
        return 0
    present = {*name, *_words(entry.field.label_en), *_words(entry.field.label_fr)}
    if all(word in present for word in words):
        return 1
    together = " ".join(sorted(present))
    return 2 if all(word in together for word in words) else None


def _search(query: str, dataset: str | None, lang: Lang) -> pd.DataFrame:
    words = _words(query)
    if query.strip() and not words:
        return pd.DataFrame([], columns=COLUMNS)
    ranked = [(_rank(entry, words), entry) for entry in all_entries(dataset)]
    hits = sorted((pair for pair in ranked if pair[0] is not None), key=lambda pair: pair[0] or 0)
    rows = [_row(entry, entry.field.name, _label(entry, lang)) for _, entry in hits]
    return pd.DataFrame(rows, columns=COLUMNS)


def field_words(found: Match, entry: Entry, lang: Lang) -> str:
    """The label of the field behind a column, or what a panel has counted in it."""
    if not found.counted:
        return _label(entry, lang)
    words = "Nombre d’événements où {} vaut {}" if lang == "fr" else "Number of events whose {} is {}"
    return words.format(entry.field.name, found.counted)


def _matched(found: Match, lang: Lang, dataset: str | None) -> list[dict[str, str]]:
    steps = "".join(f" [{step_words(step, lang)}]" for step in reversed(found.steps))
    # Where no dataset is more likely than another, one entry tells enough about `iso3` or `year`.
    entries = found.entries if found.certain or dataset else found.entries[:1]
    rows = [_row(entry, found.column, field_words(found, entry, lang) + steps) for entry in entries]
    by_label: dict[str, dict[str, str]] = {}
    for row in rows:
        if dataset in (None, row["dataset"]):
            by_label.setdefault(row["label"], row)
    return list(by_label.values())


def codebook(query: Any = None, *, dataset: str | None = None, lang: Lang | None = None) -> pd.DataFrame:
    """What columns and series mean.

    Parameters
    ----------
    query : str, pandas.DataFrame or Panel, optional
        A text is looked for in the names and in the English and French labels, without regard to accents and case;
        every word of it must occur. For a frame, the entries of its columns are given, also after a merge, pivot or
        lag (``wdi_gdp_per_capita_lag12``). All entries when absent.
    dataset : str, optional
        Only the entries of this dataset.
    lang : {"en", "fr"}
        Language of the labels.

    Returns
    -------
    pandas.DataFrame
        One row per field or series: `name`, `label`, `unit`, `type`, `values` (allowed ones), `missing` (what NA
        means), `dataset`, `table`, `places`, `first`, `last` (coverage) and `sources` (names in `licences()`; empty
        for our own coding). Empty frame when nothing is found; columns of a frame that are not ours have no row.

    Raises
    ------
    UnknownNameError
        If `dataset` or `lang` is unknown.
    OptionError
        If `query` is neither a text nor a frame.

    Examples
    --------
    >>> import sahelkit as sk
    >>> sk.codebook("numero gleditsch", dataset="states", lang="fr").loc[0, "label"]
    'Numéro Gleditsch-Ward'
    >>> sk.codebook(sk.load_states()[["iso2"]]).loc[0, "unit"]
    ''
    """
    lang = check_language(lang)
    if dataset is not None:
        record_of(dataset)
    if query is None or isinstance(query, str):
        return _search(query or "", dataset, lang)
    if not hasattr(type(query), "columns") and not hasattr(query, "frame"):
        raise OptionError("query", type(query).__name__, "neither a text nor a frame", repair="Type codebook('coup')")
    frame = check_frame(getattr(query, "frame", query), where="codebook", what="query")
    matches, _ = match_columns(column_names(frame), recorded_datasets(frame))
    rows = [row for found in matches for row in _matched(found, lang, dataset)]
    return pd.DataFrame(rows, columns=COLUMNS)


def near_words(query: str) -> list[str]:
    """Words of the codebook that look like the first unknown word of a query, for a search that found nothing.

    Examples
    --------
    >>> near_words("gleditch")
    ['gleditsch']
    """
    known = {
        word
        for entry in all_entries()
        for text in (entry.field.name, entry.field.label_en, entry.field.label_fr)
        for word in _words(text)
    }
    for word in _words(query):
        if not any(word in other for other in known):
            return near_matches(word, sorted(known))
    return []
