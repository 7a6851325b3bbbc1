"""Two lists of coups, compared event by event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import TEXT, Bools, DateLike, Places
from sahelkit.catalog import Record
from sahelkit.dates import parse_date
from sahelkit.errors import OptionError
from sahelkit.frames import FrameLike
from sahelkit.geography import places as geography
from sahelkit.language.coders import rule_name
from sahelkit.options import LANGUAGES
from sahelkit.record.coup_match import CoupMatch
from sahelkit.tables.coups import DATASET, counted
from sahelkit.tables.linking import Report
from sahelkit.tables.own_coders import (
    JOINT_RULES,
    OwnCoder,
    own_days,
    session,
    speaking,
    states_of,
)
from sahelkit.tables.own_list import OwnRow, read_own
from sahelkit.tables.own_matching import Listed, Placement, listed, place_rows
from sahelkit.tables.read import record_of

_READ = ("iso3", "country", "date", "year", "month", "day", "period", "outcome", "kind", "event_id", "coup_id")
_FRAME = {"en": "list ({n} rows)", "fr": "liste ({n} lignes)"}


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
        what `add_coder` returned, which is the same as its name. A list that extends a coder is that coder's with your
        rows. A frame in the place of `other` names days: rows with a month only belong to `mine`.
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
    by_events = not coder.rows and isinstance(other, str)  # two lists of one table, in which all is decided
    known = set(beside.events.names) | set(beside.events.former)
    # An identifier of our table says nothing of a list that has other ones.
    rows = [row if row.link in known else replace(row, link="") for row in rows]
    hand = {name: event or "" for name, event in (links or {}).items()}
    undecided: set[str] = set()
    if by_events:
        own = isinstance(mine, CoupMatch) or any(item.name in (coder.name, other) for item in session())
        undecided = {row.name for row in rows if own and not row.link} - set(hand)
        hand = {row.name: row.link for row in rows} | hand
    else:
        hand = {name: "" for name, event in coder.links if not event} | hand
    placed = place_rows(rows, beside.events, source="the list itself", links=hand, undecided=undecided)
    when = pd.to_datetime([str(day) for day in beside.events.days])
    where = [event[0].place for event in beside.events.events]
    states = set(states_of(coder.entry()))
    inside = np.array([code in states for code in where]) & (when >= coder.first) & (when <= coder.last)
    attempts = np.array([outcome != "plot" for outcome in beside.outcomes])
    coders = speaking(other, description) if isinstance(other, str) else {} if about is None else {"": about.entry()}
    spoken = [(set(states_of(entry)), entry["first"], entry["last"]) for entry in coders.values()]

    def speak(row: OwnRow) -> bool:
        return any(row.iso3 in codes and begins <= str(row.first) <= ends for codes, begins, ends in spoken)

    return _result_of(
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
    _check_inside(given, rows, coder, states_of(coder.entry()))
    return coder


def _mine(
    mine: FrameLike | CoupMatch | str, places: Places, first: DateLike, last: DateLike
) -> tuple[pd.DataFrame, list[OwnRow], OwnCoder, dict[str, str]]:
    """Rows of the list that is compared, what it covers, and its name."""
    own = next((item for item in session() if item.name == mine), None) if isinstance(mine, str) else None
    title = _title(mine, None) if isinstance(mine, str) else {}
    if isinstance(mine, CoupMatch):
        if mine.coder is None:
            raise OptionError("mine", "CoupMatch", "it is no list", repair="Give what add_coder returned, or a frame")
        own, title = mine.coder, dict(mine.mine)
    if own is not None and not own.extends:
        linked = dict(own.links)
        return own.frame, [replace(row, link=linked.get(row.name, row.link)) for row in own.rows], own, title
    if own is not None or isinstance(mine, str):  # a rule: its events in the table
        rule = str(mine) if own is None else own.name
        lists = None if own is None else (own,)
        coders = speaking(rule, record_of(DATASET, None), lists)
        table = counted(rule, include_plots=True, lists=lists)
        rows = [
            OwnRow(n, name, iso3, verdict, day.date(), day.date(), "day", name)
            for n, (name, iso3, verdict, day) in enumerate(
                zip(table["coup_id"], table["iso3"], _outcomes_of(table), table["date"], strict=True), start=1
            )
        ]
        one = next(iter(coders.values())) if rule not in JOINT_RULES else None
        spans = one or {
            "places": "world",
            "first": min(entry["first"] for entry in coders.values()),
            "last": max(entry["last"] for entry in coders.values()),
            "plots": True,
        }
        coder = OwnCoder(
            *(rule, "", "", "", spans["places"], spans["first"], spans["last"], spans["plots"], "", (), ()),
            table.iloc[:, :0],
        )
        return coder.frame, rows, coder, title
    given, rows = read_own(mine, where="match_coups")
    coder = _bare(given, rows, places, first, last)
    return given, rows, coder, _title(mine, coder)


def _beside(other: FrameLike | CoupMatch | str, description: Record) -> tuple[_Other, OwnCoder | None]:
    """Events of the list beside which rows stand, and what it covers where it is no rule."""
    if isinstance(other, str):
        table = counted(other, include_plots=True)
        prefixes = list(speaking(other, description))
        return _Other(listed(table, prefixes), _outcomes_of(table), table["part_of"].isna().to_numpy()), None
    _, rows, coder, _ = _mine(other, None, None, None)
    vague = next((row for row in rows if row.precision != "day"), None)
    if vague is not None:
        where, why = f"row {vague.row} of {len(rows)}", f"it names a {vague.precision}, and events need a day"
        raise OptionError("date", f"{vague.first:%Y-%m}", why, row=where, repair="Give that list first, as mine")
    linked = [row.link or row.name for row in rows]
    events = tuple((Report(row.iso3, "other", row.first, row.verdict, row.name),) for row in rows)
    found = Listed(events, tuple(linked), tuple(row.first for row in rows), {})
    return _Other(found, [row.verdict for row in rows], np.ones(len(rows), dtype=bool)), coder


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


def _check_inside(frame: pd.DataFrame, rows: Sequence[OwnRow], coder: OwnCoder, states: Iterable[str]) -> None:
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


def _outcomes_of(table: pd.DataFrame) -> list[str]:
    return [str(outcome) for outcome in table["outcome"].where(table["kind"] != "plot", "plot")]


@dataclass(frozen=True)
class _Other:
    """The list beside which rows stand: its events, their outcomes, and which of them may be missed."""

    events: Listed
    outcomes: list[str]
    may_miss: Bools


def _result_of(
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
