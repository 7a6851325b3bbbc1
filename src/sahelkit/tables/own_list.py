"""Reads a user's own list of coups: where, when and with what outcome, every row or none."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sahelkit.dates import Times, read_column
from sahelkit.errors import MissingColumnsError, OptionError, UnknownPlaceError
from sahelkit.frames import TIMES, FrameLike, check_frame, time_of
from sahelkit.geography import places
from sahelkit.tables.linking import Report
from sahelkit.values import is_blank, row_words

PLACES = ("iso3", "country")
# What a list may call the outcome of a coup, without capitals and accents; True and False are 1 and 0.
OUTCOMES = {
    "success": ("success", "successful", "succeeded", "reussi", "reussie", "succes", "coup reussi", "1"),
    "failure": (
        *("failure", "failed", "fail", "unsuccessful", "failed attempt", "0"),
        *("echec", "echoue", "echouee", "manque", "manquee", "rate", "ratee", "tentative echouee", "tentative manquee"),
    ),
    "plot": ("plot", "conspiracy", "complot", "conspiration"),
}
KINDS = {"attempt": ("attempt", "coup attempt", "coup", "tentative", "coup d'etat"), "plot": OUTCOMES["plot"]}
# French names of columns, and what they are called here: the message for a missing column says how to rename them.
_FRENCH = {
    **dict.fromkeys(("pays", "état", "etat"), "country"),
    **dict.fromkeys(("issue", "résultat", "resultat"), "outcome"),
    **dict.fromkeys(("année", "annee"), "year"),
    "mois": "month",
    "jour": "date",
}
_VERDICT = {word: outcome for outcome, words in OUTCOMES.items() for word in words}
_KIND = {word: kind for kind, words in KINDS.items() for word in words}


@dataclass(frozen=True)
class OwnRow:
    """One row of a user's list, read.

    Attributes
    ----------
    row : int
        Its number in the list, from 1.
    name : str
        Its ``event_id``, else country and day, with a number from the second such row on.
    iso3, verdict : str
    first, last : datetime.date
        The day, or the first and last day of the month or year that the row names.
    precision : str
        ``"day"``, ``"month"`` or ``"year"``.
    link : str
        ``coup_id`` that the row names; "" where it names none.
    known : datetime.date or None
        Day on which the row became known, where the list says so.
    """

    row: int
    name: str
    iso3: str
    verdict: str
    first: dt.date
    last: dt.date
    precision: str
    link: str = ""
    known: dt.date | None = None

    def report(self, source: str) -> Report:
        """The row as a report, to be linked with those of other coders."""
        return Report(self.iso3, source, self.first, self.verdict, self.name)


def _folded(value: object) -> str:
    """A word without capitals, accents and spaces around it; a whole number without its fraction."""
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    text = unicodedata.normalize("NFKD", str(value)).replace("\u2019", "'")
    return "".join(letter for letter in text if not unicodedata.combining(letter)).casefold().strip()


def _word(value: object) -> str | None:
    return None if is_blank(value) or not str(value).strip() else str(value).strip()


def _listed(words: dict[str, tuple[str, ...]]) -> str:
    return "; ".join(f"{name}: {', '.join(known)}" for name, known in words.items())


def _verdicts(frame: pd.DataFrame) -> list[str]:
    """Outcome of each row; a plot needs none where the column ``kind`` says that it is one."""
    kinds: list[str | None] = [None] * len(frame)
    if "kind" in frame.columns:
        for position, value in enumerate(frame["kind"]):
            if _word(value) is None:
                continue
            kinds[position] = _KIND.get(_folded(value))
            if kinds[position] is None:
                row = row_words(frame["kind"], position)
                raise OptionError("kind", value, f"it is none of {_listed(KINDS)}", row=row, repair="Type 'attempt'")
    found = []
    for position, (value, kind) in enumerate(zip(frame["outcome"], kinds, strict=True)):
        row = row_words(frame["outcome"], position)
        if _word(value) is None:
            if kind != "plot":
                raise OptionError(
                    "outcome", None, "it is empty", row=row, repair="Type 'success' or 'failure', or kind='plot'"
                )
            found.append("plot")
            continue
        verdict = _VERDICT.get(_folded(value))
        if verdict is None:
            repair = "Type 'success', 'failure' or 'plot'"
            if _folded(value) == "2":
                repair = "Where 2 is a success and 1 a failure, type frame['outcome'].map({2: 'success', 1: 'failure'})"
            raise OptionError("outcome", value, f"it is none of {_listed(OUTCOMES)}", row=row, repair=repair)
        if kind is not None and (kind == "plot") != (verdict == "plot"):
            why = f"kind={frame['kind'].iloc[position]!r} says otherwise"
            raise OptionError("outcome", value, why, row=row, repair="Mend the one or the other")
        found.append(verdict)
    return found


def _codes(column: pd.Series[Any], days: Any) -> list[str]:
    """Codes of the countries on the days of the rows; all that cannot be read are counted, the first is named."""
    found, bad = [], []
    for position, (value, day) in enumerate(zip(column, days, strict=True)):
        try:
            if _word(value) is None:
                raise UnknownPlaceError(None)
            found.append(places.resolve(value, on=day))
        except UnknownPlaceError as error:
            bad.append((position, value, error))
    if bad:
        position, value, wrong = bad[0]
        near = " or ".join(wrong.suggestions[:5])
        why = "it is empty" if _word(value) is None else "no country by this name or code on that day"
        if wrong.ambiguous:
            why = f"it names several countries: {near}"
        elif near:
            why += f"; did you mean {near}"
        more = f" ({len(bad) - 1:,} more rows cannot be read)" if len(bad) > 1 else ""
        repair = "Type a code such as 'MLI', or a name, or leave the row out"
        shown = value if _word(value) else None
        raise OptionError(str(column.name), shown, why + more, row=row_words(column, position), repair=repair)
    return found


def _renaming(missing: list[str], columns: pd.Index) -> str:
    """What to type where columns have French names; "" where none of them stands for one that is missing."""
    found: dict[str, str] = {}
    for column in map(str, columns):
        meant = _FRENCH.get(column.casefold().strip(), "")
        if meant in missing and meant not in columns and meant not in found.values():
            found[column] = meant
    return f"Type frame.rename(columns={found})" if found else ""


def _times(frame: pd.DataFrame, where: str) -> tuple[str, Times]:
    if "date" in frame.columns:
        return "date", read_column(frame["date"], what="date")
    names, times = time_of(frame, where=where)
    return names[0], times


def read_own(frame: FrameLike, *, where: str, published: str | None = None) -> tuple[pd.DataFrame, list[OwnRow]]:
    """Read a user's list of coups.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``iso3`` or ``country`` (any name or code), ``date`` (a day, or a month or year, or columns ``year``, ``month``
        and ``day``), ``outcome`` (see `OUTCOMES`); if present ``kind``, ``event_id``, ``coup_id``.
    where : str
        The calling function.
    published : str, optional
        Column with the day on which each row became known.

    Returns
    -------
    frame : pandas.DataFrame
        What was given, as a pandas frame.
    rows : list of OwnRow

    Raises
    ------
    MissingColumnsError
        If a column is missing.
    OptionError, DateError
        If a value cannot be read, or a row is there twice; the message names row, column and value.
    """
    frame = check_frame(frame, where=where)
    place = next((name for name in PLACES if name in frame.columns), "")
    repair = "A list of coups needs 'country' (or 'iso3'), 'date' and 'outcome'"
    missing = [*([] if place else ["country"]), *([] if "outcome" in frame.columns else ["outcome"])]
    days = [] if set(TIMES) & set(frame.columns) else ["date", "month", "year"]
    renaming = _renaming([*missing, *days], frame.columns)
    if missing or renaming:
        missing += days[:1]
        raise MissingColumnsError(where, missing, frame.columns, repair=renaming or repair)
    if not len(frame):
        raise OptionError("frame", "0 rows", f"{where} takes a list with at least one coup", repair=repair)
    when, times = _times(frame, where)
    codes = _codes(frame[place], times.first.astype("datetime64[D]").astype(object))
    verdicts = _verdicts(frame)
    links = [_word(value) or "" for value in frame["coup_id"]] if "coup_id" in frame.columns else [""] * len(frame)
    names = [_word(value) or "" for value in frame["event_id"]] if "event_id" in frame.columns else [""] * len(frame)
    known: list[dt.date | None] = [None] * len(frame)
    if published is not None:
        known = read_column(frame[published], what=published, declared="D").first.astype(object).tolist()
    precision = {"D": "day", "M": "month", "Y": "year"}
    seen: Counter[str] = Counter()
    rows = []
    for position, code in enumerate(codes):
        first, last = times.first[position].astype(object), times.last[position].astype(object)
        unit = str(times.unit[position])
        stem = f"{code}-{str(first)[: {'D': 10, 'M': 7, 'Y': 4}[unit]]}"
        seen[stem] += 1
        name = names[position] or (stem if seen[stem] == 1 else f"{stem}-{seen[stem]}")
        rows.append(
            OwnRow(
                *(position + 1, name, code, verdicts[position], first, last, precision[unit]),
                *(links[position], known[position]),
            )
        )
    _refuse_double(frame, when, rows, names)
    return frame, rows


def _refuse_double(frame: pd.DataFrame, when: str, rows: list[OwnRow], names: list[str]) -> None:
    """Refuse rows of one name, of one event of ours, or of one country and day that no ``event_id`` tells apart."""
    first: dict[tuple[str, ...], int] = {}
    for position, row in enumerate(rows):
        own = names[position]
        keys: list[tuple[str, ...]] = [("event_id", own)] if own else []
        keys += [("coup_id", row.link)] if row.link else []
        keys.append((when, row.iso3, f"{row.first}", row.precision))
        for key in keys:
            before = first.setdefault(key, position)
            if before == position or (key[0] == when and own and names[before]):
                continue
            column = frame[key[0]]
            why = f"rows {before + 1} and {position + 1} ({', '.join(key[1:3])}) are one row twice"
            repair = "Leave one out, or tell two events of one day apart by a column 'event_id'"
            raise OptionError(key[0], column.iloc[position], why, row=row_words(column, position), repair=repair)
