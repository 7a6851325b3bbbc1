"""Checks coders' successes against who ruled, and their days against what their own identifiers say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import pandas as pd

from sahelkit.errors import TableError
from sahelkit.geography.codes import translate
from sahelkit.tables.linking import Event, Report

# A success with no new ruler so close to it is looked at by hand.
CHANGE_DAYS = 60
# What a table of decisions may say of such a success.
FINDINGS = ("changed", "none", "undone", "restored", "later")
Key: TypeAlias = tuple[str, str, dt.date]


def corrected(reports: Iterable[Report], days: Mapping[Key, dt.date]) -> list[Report]:
    """Put right the days that are known to be wrong; each correction must meet its report.

    Parameters
    ----------
    reports : iterable of Report
        Reports with the days that the coders give.
    days : mapping of (country, coder, day given) to datetime.date
        Right days.

    Raises
    ------
    TableError
        If a correction names a report that is not there, or a report contradicts its own identifier and no correction
        decides which is right.
    """
    out, met = [], set()
    for report in reports:
        key = (report.place, report.source, report.day)
        if key in days:
            met.add(key)
            out.append(replace(report, day=days[key], given=report.day))
            continue
        if report.stated is not None and report.stated != report.day:
            raise TableError(
                report.place,
                f"{report.source} gives {report.day}, its own record {report.record or report.stated} says "
                f"{report.stated}. Decide which is right and write it into hand_dates.csv",
            )
        out.append(report)
    missing = sorted(set(days) - met)
    if missing:
        named = ", ".join(f"{place} {coder} {day}" for place, coder, day in missing)
        raise TableError("hand_dates.csv", f"no report {named}")
    return out


def first_days(leaders: pd.DataFrame) -> dict[str, list[dt.date]]:
    """Days on which a ruler took office, by country, from the list of leaders.

    Examples
    --------
    >>> rows = {"ccode": [616], "syear": [2011], "smonth": [1], "sdate": [14]}
    >>> first_days(pd.DataFrame(rows))
    {'TUN': [datetime.date(2011, 1, 14)]}
    """
    # One row upstream has day and month in each other's place.
    swapped = leaders["smonth"] > 12
    months = leaders["smonth"].mask(swapped, leaders["sdate"])
    days = leaders["sdate"].mask(swapped, leaders["smonth"])
    starts = [dt.date(int(y), int(m), int(d)) for y, m, d in zip(leaders["syear"], months, days, strict=True)]
    places = translate(
        leaders["ccode"], system="cow", dates=pd.Series([f"{day}" for day in starts], index=leaders.index)
    )
    found: dict[str, list[dt.date]] = {}
    for place, day in zip(places, starts, strict=True):
        found.setdefault(place, []).append(day)
    return found


def without_change(reports: Iterable[Report], starts: Mapping[str, Sequence[dt.date]]) -> list[Report]:
    """Successes with no ruler who took office within 60 days of them."""
    return [
        r
        for r in reports
        if r.verdict == "success" and not any(abs((day - r.day).days) <= CHANGE_DAYS for day in starts.get(r.place, ()))
    ]


def findings(
    events: Sequence[Event],
    starts: Mapping[str, Sequence[dt.date]],
    decided: Mapping[Key, str],
    unseen: Collection[Report] = (),
) -> dict[int, str]:
    """What is known of each event of which a coder's success has no new ruler near it, by the event's position.

    Parameters
    ----------
    events : sequence of Event
        Events.
    starts : mapping of str to sequence of datetime.date
        Days on which rulers took office.
    decided : mapping of (country, coder, day given) to str
        Decisions, each under one of the event's reports: one of `FINDINGS`.
    unseen : collection of Report
        Reports that the decisions may not name; a success that only they list is ``"not_reviewed"``.

    Raises
    ------
    TableError
        If a success is undecided, or a decision meets no success without a new ruler.
    """
    found: dict[int, str] = {}
    open_, met = [], set()
    for n, event in enumerate(events):
        doubtful = without_change(event, starts)
        keys = {(r.place, r.source, r.said) for r in event} & set(decided)
        met |= keys if doubtful else set()
        if not doubtful:
            continue
        if len({decided[key] for key in keys}) == 1:
            found[n] = decided[next(iter(keys))]
        elif all(r in unseen for r in doubtful):
            found[n] = "not_reviewed"
        else:
            open_.append(" ".join(f"{r.place} {r.source} {r.said}" for r in doubtful))
    if open_:
        raise TableError(
            "hand_rulers.csv",
            f"successes without a new ruler within {CHANGE_DAYS} days, on which nothing is decided: {'; '.join(open_)}",
        )
    stale = sorted(set(decided) - met)
    if stale:
        named = ", ".join(f"{place} {coder} {day}" for place, coder, day in stale)
        raise TableError("hand_rulers.csv", f"no success without a new ruler: {named}")
    strange = sorted(set(decided.values()) - set(FINDINGS))
    if strange:
        raise TableError("hand_rulers.csv", f"{strange[0]!r} is none of {', '.join(FINDINGS)}")
    return found
