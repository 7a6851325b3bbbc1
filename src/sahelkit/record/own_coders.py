"""A user's own list of coups: put beside the coders of this session, taken away again, compared with any other."""

from __future__ import annotations

import keyword
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import TEXT, Bools, DateLike, Places
from sahelkit.catalog import Record
from sahelkit.catalog.columns import all_entries
from sahelkit.catalog.publication import Publication
from sahelkit.dates import parse_date
from sahelkit.errors import OptionError, UnknownNameError, is_known
from sahelkit.frames import FrameLike
from sahelkit.geography import places as geography
from sahelkit.language.coders import rule_name
from sahelkit.options import LANGUAGES, check_flag, check_name
from sahelkit.record.coup_match import CoupMatch
from sahelkit.tables.coups import DATASET, counted
from sahelkit.tables.linking import Report
from sahelkit.tables.own_coders import (
    JOINT_RULES,
    OwnCoder,
    coders_of,
    forget,
    own_days,
    register,
    session,
    speaking,
    states_of,
)
from sahelkit.tables.own_list import OwnRow, read_own
from sahelkit.tables.own_matching import Listed, Placement, listed, place_rows
from sahelkit.tables.own_table import coups_table, covers, joined
from sahelkit.tables.read import record_of

_READ = ("iso3", "country", "date", "year", "month", "day", "period", "outcome", "kind", "event_id", "coup_id")
_TABLE = {"en": "the table of coups", "fr": "la table des coups d’État"}
_FRAME = {"en": "list ({n} rows)", "fr": "liste ({n} lignes)"}


def _check_name(name: object, description: Record) -> str:
    """Return the name of a list; raise OptionError for what is no name, or one that is taken."""
    check_name("name", name)
    text = str(name)
    if not text.isidentifier() or keyword.iskeyword(text) or not text.isascii() or text != text.lower():
        why = "it names columns and a rule: small letters, digits and underscores, no digit first"
        raise OptionError("name", name, why, repair="Type name='mine'")
    coders = coders_of(description, ())
    rules = {*JOINT_RULES, *(coder["rule"] for coder in coders.values())}
    if text in coders or text in rules:
        raise OptionError("name", name, "a coder or a rule has this name", repair="Type name='mine'")
    columns = {entry.field.name for entry in all_entries()}
    if text in columns or any(column.startswith(f"{text}_") for column in columns):
        raise OptionError("name", name, "columns of sahelkit begin with it", repair="Type name='mine'")
    return text


def _places_of(given: Places, rows: Sequence[OwnRow]) -> str:
    """Name of a place set, or the codes of countries with commas between them."""
    if given is None:
        return ", ".join(sorted({row.iso3 for row in rows}))
    if isinstance(given, str) and given in geography.sets():
        return given
    return ", ".join(geography.chosen(given, what="places"))


def _month_end(value: DateLike, what: str, default: str) -> str:
    day = parse_date(value, what=what, last=True)
    return default if day is None else f"{(day + pd.offsets.MonthEnd(0)):%Y-%m-%d}"


def _outside(frame: pd.DataFrame, rows: Sequence[OwnRow], coder: OwnCoder, states: Iterable[str]) -> None:
    """Refuse rows where the list says that it does not look."""
    known = set(states)
    for row in rows:
        there = row.iso3 in known
        if there and coder.first <= str(row.first) and str(row.last) <= coder.last:
            continue
        why = f"the list is said to cover {coder.places}, {coder.first} to {coder.last}"
        where = f"row {row.row} of {len(frame)}"
        given = row.iso3 if not there else str(row.first)
        option = "places" if not there else "first" if str(row.first) < coder.first else "last"
        raise OptionError("country" if not there else "date", given, why, row=where, repair=f"Widen {option}=")


def add_coder(
    name: str,
    frame: FrameLike,
    *,
    extends: str | None = None,
    places: Places = None,
    first: DateLike = None,
    last: DateLike = None,
    plots: bool | None = None,
    published: str | None = None,
    links: Mapping[str, str | None] | None = None,
    label_en: str = "",
    label_fr: str = "",
) -> CoupMatch:
    """Put a list of coups of your own beside the coders, for this session: it then is a rule like theirs.

    The rows are matched with the events of the table of coups by its rules: within ten days (a success and a failure
    within three), nearest first, no event twice, none crossing another. A row that names a month or a year only is the
    one event of its country in that time that no other row is and no coder contradicts; where there are several, the
    only one with its outcome. Links by hand come first. A row without an event is a new one, with a ``coup_id`` of the
    usual form.

    `sahelkit.load_coups` then has the columns ``<name>_outcome`` and ``<name>_date``, and ``rule=name`` works
    everywhere. A list of its own counts in the rules ``"any"``, ``"majority"`` and ``"all"`` like any coder. A list
    that extends a coder is that coder's, with your rows added to it and put in place of its own; it does not count in
    these rules. The day, ``coup_id`` and other columns of an event of the table stay as they are. Nothing is written to
    disk, and a list of the same name is replaced.

    Parameters
    ----------
    name : str
        Prefix of the columns, and name of the rule: small letters, digits and underscores.
    frame : pandas.DataFrame
        One row per coup, with ``iso3`` or ``country`` (any name or code), ``date`` (a day, or a month or year; or
        columns ``year``, ``month`` and ``day``) and ``outcome``: success, failure or plot, also in French ("réussi",
        "échec", "complot"), or 1 for a success and 0 for a failure. If present, ``kind`` (attempt, plot), ``event_id``
        (name of the row; tells two coups of one day apart) and ``coup_id`` (the event that the row is, decided by hand)
        are read. Further columns are kept.
    extends : str, optional
        Rule of the coder whose list is carried on or corrected, e.g. ``"powell_thyne"``.
    places : str, int or sequence of these, optional
        Where a country without a row had no coup: countries or a place set. The countries of the list when absent, or
        those of the coder that it extends.
    first, last : date-like, optional
        Between which days; whole months count. From the first to the last month of the list when absent; with
        `extends` from the coder's first day to its last or that of the last row's month, whichever is later.
    plots : bool, optional
        Whether the list records plots; when absent, whether it has one.
    published : str, optional
        When a row became known: a rule such as ``"+30d"`` (days after the coup) or ``"none"`` (always), or a column of
        days. When absent, 30 days after the coup, as for the shipped coders; what a list adds after the end of the
        coder that it extends is known on the next day.
    links : mapping of str to str or None, optional
        What you decide by hand: the ``coup_id`` of a row's event by the name of the row (``mine_id`` in the result), or
        None for an event that the table does not have.
    label_en, label_fr : str
        What figures call the list; ``own list 'name'`` and ``liste « name »`` when empty.

    Returns
    -------
    CoupMatch
        What matched, what is near (the same or another event?), what is new, and what the list leaves out. In a
        ``with`` statement the list is taken away at its end.

    Raises
    ------
    OptionError
        If the name is none or taken, a value cannot be read, or a row is there twice or lies where the list does not
        look; the message names row, column and value.
    MissingColumnsError, DateError, UnknownNameError, UnknownPlaceError
        If a column is missing, a day cannot be read, or a coder, row, ``coup_id`` or place is unknown.

    Examples
    --------
    A coup of last night is one row:

    >>> night = pd.DataFrame({"country": ["Togo"], "date": ["2026-11-30"], "outcome": ["success"]})
    >>> with add_coder("mine", night, extends="powell_thyne") as added:
    ...     counts = added.counts
    ...     coups = counted("mine", countries="Togo", start=2000)
    >>> counts["new"], coups["coup_id"].tolist()
    (1, ['TGO-2005-02-05', 'TGO-2026-11-30'])
    """
    description = record_of(DATASET, None)
    name = _check_name(name, description)
    base: dict[str, Any] = {}
    if extends is not None:
        shipped = coders_of(description, ())
        known = [coder["rule"] for coder in shipped.values()]
        if not is_known(extends, known):
            raise UnknownNameError("coder", extends, known, repair="An own list extends a shipped coder's")
        base = next(coder for coder in shipped.values() if coder["rule"] == extends)
    if plots is not None:
        check_flag("plots", plots)
    given, rows, rule = _read(frame, published)
    begins, ends = own_days(rows)
    if base:
        begins, ends = min(base["first"], begins), max(base["last"], ends)
    start = parse_date(first, what="first")
    coder = OwnCoder(
        name=name,
        label_en=label_en or f"own list {name!r}",
        label_fr=label_fr or f"liste « {name} »",
        extends=extends or "",
        places=base["places"] if base and places is None else _places_of(places, rows),
        first=begins if start is None else f"{start:%Y-%m-01}",
        last=_month_end(last, "last", ends),
        plots=bool(base.get("plots")) or any(row.verdict == "plot" for row in rows) if plots is None else plots,
        published=rule,
        rows=tuple(rows),
        links=tuple((str(row), event or "") for row, event in (links or {}).items()),
        frame=given,
    )
    _outside(given, rows, coder, states_of(coder.entry()))
    before = tuple(other for other in session() if other.name != name)
    joined(None, (*before, coder))  # what cannot be put into the table is refused before it is there
    register(coder)
    table = coups_table(None, before)
    other = listed(table, list(coders_of(description, before)))
    placed = place_rows(rows, other, source=name, links=dict(coder.links))
    side = _Other(other, _outcomes(table), table["part_of"].isna().to_numpy())
    looks = np.zeros(len(table), dtype=bool) if base else covers(coder.entry(), table)
    return _result(
        *(given, placed, side, looks & (coder.plots | (table["kind"] == "attempt").to_numpy())),
        mine={lang: coder.described(lang) for lang in LANGUAGES},
        other=_TABLE,
        covers=_covers(coder),
        coder=coder,
        speak=lambda row: True,
    )


def remove_coder(name: str) -> None:
    """Take an own list of coups away that `add_coder` added.

    Parameters
    ----------
    name : str
        Its name, as it was added.

    Raises
    ------
    UnknownNameError
        If there is no own list of this name.

    Examples
    --------
    >>> rows = pd.DataFrame({"country": ["Mali"], "date": ["2012-03-22"], "outcome": ["success"]})
    >>> added = add_coder("mine", rows)
    >>> remove_coder("mine")
    >>> remove_coder("mine")
    Traceback (most recent call last):
    sahelkit.errors.UnknownNameError: unknown own list of coups 'mine'. sahelkit.add_coder adds one.
    """
    forget(name)


def _read(frame: FrameLike, published: str | None) -> tuple[pd.DataFrame, list[OwnRow], str]:
    """The list, its rows, and the rule by which a month without a coup is known to be one."""
    check_name("published", published, optional=True)
    try:
        rule = "" if published is None else Publication(published).text
    except ValueError:
        rule = None
    given, rows = read_own(frame, where="add_coder", published=None)
    if rule is not None:
        return given, rows, rule
    if published not in given.columns:
        why = "neither a publication rule nor a column"
        raise OptionError("published", published, why, repair="Type '+30d', 'none' or the name of a column of days")
    given, rows = read_own(frame, where="add_coder", published=published)
    waits = [(row.known - row.last).days for row in rows if row.known is not None]
    early = next((row for row in rows if row.known is not None and row.known < row.first), None)
    if early is not None:
        where = f"row {early.row} of {len(rows)}"
        raise OptionError(str(published), str(early.known), f"it lies before the coup ({early.first})", row=where)
    # Silence is known after the longest wait: a row may still come until then.
    return given, rows, f"+{min(max(waits), 9999)}d"


def match_coups(
    mine: FrameLike | CoupMatch | str,
    other: FrameLike | CoupMatch | str = "any",
    *,
    places: Places = None,
    first: DateLike = None,
    last: DateLike = None,
    links: Mapping[str, str | None] | None = None,
) -> CoupMatch:
    """Compare two lists of coups, event by event, by the rules of the table of coups (see `add_coder`).

    Parameters
    ----------
    mine, other : pandas.DataFrame, str or CoupMatch
        Two lists: a frame as `add_coder` takes it, a rule such as ``"cline"``, ``"any"`` or the name of an own list, or
        what `add_coder` returned. A frame in the place of `other` names days: rows with a month only belong to `mine`.
    places : str, int or sequence of these, optional
        Where the list `mine` speaks, if it is a frame: the countries that it has when absent. Elsewhere nothing of
        `other` is missing in it.
    first, last : date-like, optional
        Between which days; the first and the last month that it has when absent.
    links : mapping of str to str or None, optional
        What you decide by hand: the identifier of the other list's event by the name of the row, or None for none.

    Returns
    -------
    CoupMatch
        Nothing of it stays in the session.

    Raises
    ------
    OptionError, MissingColumnsError, DateError, UnknownNameError, UnknownPlaceError
        As `add_coder`.

    Examples
    --------
    >>> found = match_coups("cline", "powell_thyne")
    >>> found.counts["matched"], found.counts["same"]
    (461, 443)
    """
    description = record_of(DATASET, None)
    given, rows, coder, title = _mine(mine, places, first, last)
    beside, about = _beside(other, description)
    known = set(beside.events.names) | set(beside.events.former)
    # An identifier of our table says nothing of a list that has other ones.
    rows = [row if row.link in known else replace(row, link="") for row in rows]
    hand = {name: event or "" for name, event in (links or {}).items()}
    if isinstance(mine, str) and isinstance(other, str):  # two lists of one table, in which all is decided
        hand = {row.name: row.link for row in rows} | hand
    placed = place_rows(rows, beside.events, source="the list itself", links=hand)
    when = pd.to_datetime([str(day) for day in beside.events.days])
    where = [event[0].place for event in beside.events.events]
    states = set(states_of(coder.entry()))
    inside = np.array([code in states for code in where]) & (when >= coder.first) & (when <= coder.last)
    attempts = np.array([outcome != "plot" for outcome in beside.outcomes])
    coders = speaking(other, description) if isinstance(other, str) else {} if about is None else {"": about.entry()}
    spoken = [(set(states_of(entry)), entry["first"], entry["last"]) for entry in coders.values()]

    def speak(row: OwnRow) -> bool:
        return any(row.iso3 in codes and begins <= str(row.first) <= ends for codes, begins, ends in spoken)

    return _result(
        *(given, placed, beside, inside & (coder.plots | attempts)),
        mine=title,
        other=_title(other, about),
        covers={"places": coder.places, "first": coder.first, "last": coder.last, "base": ""},
        coder=None,
        speak=speak,
    )


def _title(given: object, coder: OwnCoder | None) -> dict[str, str]:
    if isinstance(given, str):
        return {lang: rule_name(given, lang) for lang in LANGUAGES}
    if isinstance(given, CoupMatch):
        return dict(given.mine)
    assert coder is not None
    return {lang: _FRAME[lang].format(n=len(coder.rows)) for lang in LANGUAGES}


def _bare(given: pd.DataFrame, rows: Sequence[OwnRow], places: Places, first: DateLike, last: DateLike) -> OwnCoder:
    begins, ends = own_days(rows)
    start = parse_date(first, what="first")
    coder = OwnCoder(
        *("mine", "", "", "", _places_of(places, rows)),
        begins if start is None else f"{start:%Y-%m-01}",
        _month_end(last, "last", ends),
        *(any(row.verdict == "plot" for row in rows), "", tuple(rows), (), given),
    )
    _outside(given, rows, coder, states_of(coder.entry()))
    return coder


def _mine(
    mine: FrameLike | CoupMatch | str, places: Places, first: DateLike, last: DateLike
) -> tuple[pd.DataFrame, list[OwnRow], OwnCoder, dict[str, str]]:
    """Rows of the list that is compared, what it covers, and its name."""
    if isinstance(mine, str):
        description = record_of(DATASET, None)
        coders = speaking(mine, description)
        table = counted(mine, include_plots=True)
        rows = [
            OwnRow(n, name, iso3, verdict, day.date(), day.date(), "day", name)
            for n, (name, iso3, verdict, day) in enumerate(
                zip(table["coup_id"], table["iso3"], _outcomes(table), table["date"], strict=True), start=1
            )
        ]
        one = next(iter(coders.values())) if mine not in JOINT_RULES else None
        spans = one or {
            "places": "world",
            "first": min(entry["first"] for entry in coders.values()),
            "last": max(entry["last"] for entry in coders.values()),
            "plots": True,
        }
        coder = OwnCoder(
            *(mine, "", "", "", spans["places"], spans["first"], spans["last"], spans["plots"], "", (), ()),
            table.iloc[:, :0],
        )
        return coder.frame, rows, coder, _title(mine, None)
    if isinstance(mine, CoupMatch):
        if mine.coder is None:
            raise OptionError("mine", "CoupMatch", "it is no list", repair="Give what add_coder returned, or a frame")
        own = mine.coder
        linked = dict(own.links)
        rows = [replace(row, link=linked.get(row.name, row.link)) for row in own.rows]
        return own.frame, rows, own, dict(mine.mine)
    given, rows = read_own(mine, where="match_coups")
    coder = _bare(given, rows, places, first, last)
    return given, rows, coder, _title(mine, coder)


def _beside(other: FrameLike | CoupMatch | str, description: Record) -> tuple[_Other, OwnCoder | None]:
    """Events of the list beside which rows stand, and what it covers where it is no rule."""
    if isinstance(other, str):
        table = counted(other, include_plots=True)
        prefixes = list(speaking(other, description))
        return _Other(listed(table, prefixes), _outcomes(table), table["part_of"].isna().to_numpy()), None
    _, rows, coder, _ = _mine(other, None, None, None)
    vague = next((row for row in rows if row.precision != "day"), None)
    if vague is not None:
        where, why = f"row {vague.row} of {len(rows)}", f"it names a {vague.precision}, and events need a day"
        raise OptionError("date", f"{vague.first:%Y-%m}", why, row=where, repair="Give that list first, as mine")
    linked = [row.link or row.name for row in rows]
    events = tuple((Report(row.iso3, "other", row.first, row.verdict, row.name),) for row in rows)
    found = Listed(events, tuple(linked), tuple(row.first for row in rows), {})
    return _Other(found, [row.verdict for row in rows], np.ones(len(rows), dtype=bool)), coder


def _covers(coder: OwnCoder) -> dict[str, str]:
    found = {"places": coder.places, "first": coder.first, "last": coder.last, "base": coder.extends}
    if coder.extends:
        found |= {f"base_{lang}": rule_name(coder.extends, lang) for lang in LANGUAGES}
    return found


def _outcomes(table: pd.DataFrame) -> list[str]:
    return [str(outcome) for outcome in table["outcome"].where(table["kind"] != "plot", "plot")]


@dataclass(frozen=True)
class _Other:
    """The list beside which rows stand: its events, their outcomes, and which of them may be missed."""

    events: Listed
    outcomes: list[str]
    may_miss: Bools


def _result(
    given: pd.DataFrame, placed: Sequence[Placement], side: _Other, looks: Any, *, speak: Any, **options: Any
) -> CoupMatch:
    rows: list[dict[str, Any]] = []
    used: set[int | None] = set()
    events, outcomes = side.events, side.outcomes
    for item in placed:
        row = item.row
        at = item.event if item.event is not None else item.near
        used.add(at)
        status = "matched" if item.event is not None else "near" if item.near is not None else "new"
        beside: dict[str, Any] = {"other_id": None, "other_date": pd.NaT, "other_outcome": None, "days_apart": None}
        if at is not None:
            apart = (row.first - events.days[at]).days if row.precision == "day" else None
            beside = {"other_id": events.names[at], "other_date": pd.Timestamp(events.days[at])}
            beside |= {"other_outcome": outcomes[at], "days_apart": apart}
        rows.append(
            {
                "status": status,
                "iso3": row.iso3,
                "mine_row": row.row,
                "mine_id": row.name,
                "mine_date": pd.Timestamp(row.first),
                "mine_precision": row.precision,
                "mine_outcome": row.verdict,
                **beside,
                "by": "link" if item.by_hand else "rule",
                "covered": bool(speak(row)),
            }
        )
    for at in np.flatnonzero(np.asarray(looks) & side.may_miss).tolist():
        if at not in used:
            rows.append(
                {
                    "status": "missing",
                    "iso3": events.events[at][0].place,
                    "other_id": events.names[at],
                    "other_date": pd.Timestamp(events.days[at]),
                    "other_outcome": outcomes[at],
                    "by": "rule",
                    "covered": True,
                }
            )
    frame = pd.DataFrame(rows).reindex(columns=list(dict.fromkeys(["entry", *rows[0]])))
    frame.insert(3, "country", [geography.name(code, lang="en") for code in frame["iso3"]])
    frame["entry"] = np.arange(1, len(frame) + 1)
    text = ["status", "iso3", "country", "mine_id", "mine_precision", "mine_outcome", "other_id", "other_outcome", "by"]
    kinds: dict[str, Any] = dict.fromkeys(text, TEXT) | {"mine_row": "Int64", "days_apart": "Int64", "covered": "bool"}
    frame = frame.astype(kinds | {"mine_date": "datetime64[ns]", "other_date": "datetime64[ns]"})
    more = [c for c in given.columns if c not in _READ and c not in frame.columns]
    extra = given[more].reset_index(drop=True).reindex(frame["mine_row"].fillna(0).to_numpy(dtype=int) - 1)
    frame = pd.concat([frame.reset_index(drop=True), extra.reset_index(drop=True)], axis=1)
    return CoupMatch(frame=frame, **options)
