"""Reports of which a coder gives the month or the year only: the event that each is of, if one can be told."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Iterable, Sequence

from sahelkit.tables.linking import Event, Report

_OPPOSITE = {"success", "failure"}


def bounds(report: Report) -> tuple[dt.date, dt.date]:
    """First and last day that a report may mean.

    Examples
    --------
    >>> [f"{day}" for day in bounds(Report("NPL", "csp", dt.date(1960, 2, 1), "failure", precision="month"))]
    ['1960-02-01', '1960-02-29']
    """
    day = report.day
    if report.precision == "day":
        return day, day
    month = 12 if report.precision == "year" else day.month
    return day, dt.date(day.year, month, calendar.monthrange(day.year, month)[1])


def _fits(event: Event, report: Report, unseen: Collection[Report]) -> bool:
    first, last = bounds(report)
    return (
        event[0].place == report.place
        and all(r.source != report.source and {r.verdict, report.verdict} != _OPPOSITE for r in event)
        and any(r.precision == "day" and first <= r.day <= last and r not in unseen for r in event)
    )


def attach(
    events: Iterable[Event], reports: Iterable[Report], *, order: Sequence[str], unseen: Collection[Report] = ()
) -> list[Event]:
    """Put reports of a month with the events of that country and month.

    A report goes to an event of its month that its coder does not list already and that no report contradicts (a
    success and a failure); of several such events, to one with its own verdict, then to the one that most coders list,
    then to the earliest. Where there is none, and where only the year is given, it is an event of its own.

    Parameters
    ----------
    events : iterable of Event
        Events made of reports of a day.
    reports : iterable of Report
        Reports of a month or a year.
    order : sequence of str
        Coders.
    unseen : collection of Report
        Reports that decide nothing, so that a larger table puts the others together as the shipped one does.

    Returns
    -------
    list of Event
        Sorted by place, first day and coder.

    Examples
    --------
    >>> known = [(Report("SYR", "pt", dt.date(1963, 7, 18), "failure"),)]
    >>> vague = Report("SYR", "csp", dt.date(1963, 7, 1), "failure", precision="month")
    >>> [len(event) for event in attach(known, [vague], order=["pt", "csp"])]
    [2]
    """
    rank = {source: number for number, source in enumerate(order)}
    found = list(events)
    for report in sorted(reports, key=lambda r: (r.place, r.day, r.record)):
        month = report.precision == "month"
        fitting = [n for n, event in enumerate(found) if month and _fits(event, report, unseen)]
        if not fitting:
            found.append((report,))
            continue
        seen = {n: [r for r in found[n] if r not in unseen] for n in fitting}
        best = min(
            seen, key=lambda n: (report.verdict not in {r.verdict for r in seen[n]}, -len(seen[n]), seen[n][0].day)
        )
        found[best] = tuple(sorted((*found[best], report), key=lambda r: rank[r.source]))
    return sorted(found, key=lambda event: min((r.place, r.day, rank[r.source], r.record) for r in event))
