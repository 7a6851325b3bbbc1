"""A user's own list of coups: put beside the coders of this session, taken away again."""

from __future__ import annotations

import datetime as dt
import keyword
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.catalog import Record
from sahelkit.catalog.columns import all_entries
from sahelkit.catalog.publication import Publication
from sahelkit.dates import parse_date
from sahelkit.errors import CoverageWarning, OptionError, UnknownNameError, is_known
from sahelkit.frames import FrameLike
from sahelkit.language.coders import rule_name
from sahelkit.options import LANGUAGES, check_flag, check_name
from sahelkit.record.coup_lists import _READ, _check_inside, _month_end, _Other, _outcomes_of, _places_of, _result_of
from sahelkit.record.coup_match import CoupMatch
from sahelkit.tables.coups import DATASET
from sahelkit.tables.own_coders import (
    JOINT_RULES,
    OwnCoder,
    coders_of,
    forget,
    own_days,
    register,
    session,
    states_of,
)
from sahelkit.tables.own_list import OwnRow, read_own
from sahelkit.tables.own_matching import listed, place_rows
from sahelkit.tables.own_table import coups_table, covers, joined
from sahelkit.tables.read import record_of

_TABLE = {"en": "the table of coups", "fr": "la table des coups d’État"}


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
    # A panel makes columns of what the table of coups holds, such as "attempt".
    values = {value for entry in all_entries(DATASET) for value in entry.field.enum}
    columns = {entry.field.name for entry in all_entries()} | values | {*_READ, "period"}
    if text in columns or any(column.startswith(f"{text}_") for column in columns):
        raise OptionError(
            "name", name, "columns of sahelkit have this name, or begin with it", repair="Type name='mine'"
        )
    return text


def _warn_of_future(rows: Iterable[OwnRow], total: int) -> None:
    """Warn of days that have not come yet: clocks differ, so they are no errors."""
    today = dt.datetime.now(dt.UTC).astimezone().date()
    ahead = [row for row in rows if row.first > today]
    if ahead:
        more = f", and {len(ahead) - 1:,} more rows do" if len(ahead) > 1 else ""
        warnings.warn(
            f"date={str(ahead[0].first)!r} in row {ahead[0].row} of {total} ({ahead[0].name}): it lies in the future "
            f"(today is {today}){more}. The list counts it all the same; mend the year if that is a slip.",
            CoverageWarning,
            stacklevel=3,
        )


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
        ``with`` statement the list is taken away at its end, also where another of this name took its place.

    Raises
    ------
    OptionError
        If the name is none or taken, a value cannot be read, or a row is there twice or lies where the list does not
        look; the message names row, column and value.
    MissingColumnsError, DateError, UnknownNameError, UnknownPlaceError
        If a column is missing, a day cannot be read, or a coder, row, ``coup_id`` or place is unknown.

    Warns
    -----
    CoverageWarning
        If a row lies in the future.

    Examples
    --------
    A coup of last night is one row:

    >>> from sahelkit import load_coups
    >>> night = pd.DataFrame({"country": ["Togo"], "date": ["2026-11-30"], "outcome": ["success"]})
    >>> with add_coder("mine", night, extends="powell_thyne") as added:
    ...     counts = added.counts
    ...     coups = load_coups(rule="mine", countries="Togo", start=2000)
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
    _check_inside(given, rows, coder, states_of(coder.entry()))
    _warn_of_future(rows, len(given))
    before = tuple(other for other in session() if other.name != name)
    joined(None, (*before, coder))  # what cannot be put into the table is refused before it is there
    register(coder)
    table = coups_table(None, before)
    other = listed(table, list(coders_of(description, before)))
    placed = place_rows(rows, other, source=name, links=dict(coder.links))
    side = _Other(other, _outcomes_of(table), table["part_of"].isna().to_numpy())
    looks = np.zeros(len(table), dtype=bool) if base else covers(coder.entry(), table)
    return _result_of(
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


def _covers(coder: OwnCoder) -> dict[str, str]:
    found = {"places": coder.places, "first": coder.first, "last": coder.last, "base": coder.extends}
    if coder.extends:
        found |= {f"base_{lang}": rule_name(coder.extends, lang) for lang in LANGUAGES}
    return found
