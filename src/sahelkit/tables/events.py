"""Every dated event of every event dataset in one frame.

A dataset joins by saying in its record.toml how its columns read as events; nothing is listed here. One entry per
kind of row, in this form (all keys but ``kind`` and the two descriptions may be left out)::

    [[details.events]]
    table = "coups"                     # the main table when left out
    event_id = "coup_id"                # the table's key columns, joined by "-"
    date = "date"                       # the table's time column; must be of type date
    date_precision = "date_precision"   # every row "day"
    iso3 = "iso3"                       # the table's place column
    kind = { text = "election" }
    outcome = "outcome"                 # no outcome
    unless = "part_of"                  # a column; rows with a value in it are no events of their own
    description_en = ["label_en", "note_en"]
    description_fr = ["label_fr", "note_fr"]

Each value is the name of a column; or ``{ text = "..." }``, the same words for every row; or ``{ column = "...",
values = { ... } }``, other words for some values of a column (the key ``""`` stands for NA); or a list of these, whose
texts are joined by full stops. Rows without a date are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from sahelkit._types import TEXT, DateLike, Lang, Places
from sahelkit.catalog import Coverage, Record, Table, records
from sahelkit.errors import RecordError, UnknownNameError, is_known
from sahelkit.options import LANGUAGES, as_names, check_language
from sahelkit.tables.day_bounds import known_days
from sahelkit.tables.read import read_table
from sahelkit.tables.select import select

COLUMNS = ("event_id", "date", "date_precision", "iso3", "kind", "outcome", "description", "dataset")
_REQUIRED = ("kind", "description_en", "description_fr")
_OPTIONAL = ("table", "event_id", "date", "date_precision", "iso3", "outcome", "unless")


def _fail(description: Record, why: str) -> RecordError:
    return RecordError(description.folder / "record.toml", f"[[details.events]] {why}")


def _entries(description: Record) -> list[dict[str, Any]]:
    """The event entries of a record, with every key filled in."""
    raw = description.details.get("events", [])
    if not isinstance(raw, list) or not all(isinstance(entry, Mapping) for entry in raw):
        raise _fail(description, "must be a list of tables")
    filled = []
    for entry in raw:
        unknown = sorted(set(entry) - {*_REQUIRED, *_OPTIONAL})
        missing = [key for key in _REQUIRED if key not in entry]
        if unknown or missing:
            what = f"unknown key {unknown[0]!r}" if unknown else f"{missing[0]!r} is missing"
            raise _fail(description, what)
        table = description.table(entry.get("table"))
        defaults = {"date": table.time, "iso3": table.place, "date_precision": {"text": "day"}, "outcome": {"text": ""}}
        filled.append({**defaults, **entry, "table": table})
    return filled


def _named(description: Record, table: Table, column: object) -> str:
    if not any(field.name == column for field in table.fields):
        raise _fail(description, f"{table.file} has no column {column!r}")
    return str(column)


def _plain(column: pd.Series) -> pd.Series:
    """Values as text, days as ISO days; "" for NA."""
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        column = column.dt.strftime("%Y-%m-%d")
    return column.astype("string").fillna("").astype(TEXT)


def _words(description: Record, table: Table, frame: pd.DataFrame, part: Any) -> pd.Series:
    """Text of one part for every row; "" where there is none."""
    if isinstance(part, str):
        part = {"column": part}
    if isinstance(part, Mapping) and set(part) == {"text"}:
        return pd.Series(str(part["text"]), index=frame.index, dtype=TEXT)
    if not isinstance(part, Mapping) or "column" not in part or set(part) - {"column", "values"}:
        raise _fail(description, f"{part!r} is neither a column, a text nor a column with values")
    column = _plain(frame[_named(description, table, part["column"])])
    values = dict(part.get("values", {}))
    return column.map(lambda value: values.get(value, value)).astype(TEXT)


def _text(description: Record, table: Table, frame: pd.DataFrame, parts: Any) -> pd.Series:
    """Texts of one or several parts, joined; NA where all are empty."""
    several = parts if isinstance(parts, list) else [parts]
    joined = pd.Series("", index=frame.index, dtype=TEXT)
    for part in several:
        words = _words(description, table, frame, part)
        glue = pd.Series(". ", index=frame.index, dtype=TEXT).where((joined != "") & (words != ""), "")
        joined = joined.str.removesuffix(".").where(glue != "", joined) + glue + words
    return joined.where(joined != "")


def _events(description: Record, entry: Mapping[str, Any], version: str | None, lang: Lang) -> pd.DataFrame:
    table: Table = entry["table"]
    frame = read_table(description.name, table.name, version=version)
    date = _named(description, table, entry["date"])
    if table.field(date).type != "date":
        raise _fail(description, f"{date!r} of {table.file} is not a date")
    frame = frame[frame[date].notna()]
    if "unless" in entry:
        frame = frame[frame[_named(description, table, entry["unless"])].isna()]

    def text(parts: Any) -> pd.Series:
        return _text(description, table, frame, parts)

    first, last = known_days(frame, table) if table.bounds and date == table.time else (frame[date], frame[date])
    key = [_plain(frame[name]) for name in table.key]
    identifier = text(entry["event_id"]) if "event_id" in entry else key[0].str.cat(key[1:], sep="-")
    columns = {
        "event_id": identifier,
        "date": frame[date],
        "date_precision": text(entry["date_precision"]),
        "iso3": text(entry["iso3"]),
        "kind": text(entry["kind"]),
        "outcome": text(entry["outcome"]),
        "description": text(entry[f"description_{lang}"]),
        "dataset": pd.Series(description.name, index=frame.index, dtype=TEXT),
        "first": first,
        "last": last,
    }
    return pd.DataFrame(columns)


def _coverage(found: Sequence[Record]) -> Coverage:
    first = min(description.coverage.first for description in found)
    return Coverage(places="world", first=first, last=max(d.coverage.last for d in found), absent="unknown")


def load_events(
    *,
    kinds: str | Sequence[str] | None = None,
    countries: Places = None,
    start: DateLike = None,
    end: DateLike = None,
    version: str | None = None,
    lang: Lang | None = None,
) -> pd.DataFrame:
    """Every dated event of every event dataset in one tidy frame.

    One row is one event of one dataset. The same happening can stand in two datasets (a coup in ``coups`` and in the
    chronology of a crisis): filter by ``dataset`` or ``kinds`` before counting. Licences are those of the datasets.

    Parameters
    ----------
    kinds : str or sequence of str, optional
        Kinds of event, such as ``"coup_attempt"``; all when absent.
    countries : str, int or sequence of these, optional
        Countries or place sets, as in `sahelkit.places.resolve_many`; all when absent.
    start, end : date-like, optional
        First and last day, both inclusive; a year or month stands for all its days. An event whose day is not known
        belongs to every window in which it may have taken place.
    version : str, optional
        Data version; the bundled one when absent.
    lang : {"en", "fr"}
        Language of the descriptions.

    Returns
    -------
    pandas.DataFrame
        ``event_id`` (unique within its dataset), ``date``, ``date_precision``, ``iso3``, ``kind``, ``outcome`` (NA
        where the kind of event has none), ``description``, ``dataset``; sorted by date, country, dataset, identifier.
        Datasets differ in what they cover (``sahelkit.datasets()``): no row does not mean that nothing happened.

    Raises
    ------
    UnknownNameError
        If a kind, the version or the language is unknown.
    UnknownPlaceError
        If a country is unknown or means several.
    DateError
        If a date cannot be read, or `end` lies before `start`.
    RecordError
        If a dataset's record says wrongly how its rows read as events.

    Warns
    -----
    CoverageWarning
        If the window reaches outside what all event datasets together cover.

    Examples
    --------
    >>> events = load_events(kinds="coup_attempt", countries="MLI", start="2012-03", end="2012-05")
    >>> events.loc[events["dataset"] == "coups", ["event_id", "outcome"]].to_string(index=False, header=False).split()
    ['MLI-2012-03-22', 'success', 'MLI-2012-05-01', 'failure']
    >>> events = load_events(countries="BEN", start="2025-12-07", end="2025-12-07", lang="fr")
    >>> events.loc[events["dataset"] == "coups", "description"].iloc[0][:50]
    'Tentative de coup d’État manquée. Des soldats ont '
    """
    lang = check_language(lang)
    if not is_known(lang, LANGUAGES):
        raise UnknownNameError("language", lang, LANGUAGES)
    found = [description for description in records().values() if "events" in description.details]
    frames = [_events(description, entry, version, lang) for description in found for entry in _entries(description)]
    frame = pd.concat(frames, ignore_index=True)
    if kinds is not None:
        wanted = as_names("kinds", kinds)
        known = sorted(frame["kind"].dropna().unique())
        for kind in wanted:
            if kind not in known:
                raise UnknownNameError("kind of event", kind, known)
        frame = frame[frame["kind"].isin(wanted)]
    frame = frame.sort_values(["date", "iso3", "dataset", "event_id"], kind="stable", na_position="last")
    layout = Table(
        file="events.csv",
        key=("dataset", "event_id"),
        place="iso3",
        time="date",
        fields=(),
        bounds=("date_precision", "first", "last"),
    )
    together = replace(found[0], name="load_events()", coverage=_coverage(found), tables=(layout,))
    frame.attrs = {"sahelkit": {"datasets": {d.name: version or d.version for d in found}}}
    return select(frame, together, countries=countries, start=start, end=end)[list(COLUMNS)]
