"""Links what several coders report into events: one report per coder and event, no event crossing another.

The build makes the table of coups with it, and a user's own list is put beside that table by the same rules.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import TypeAlias

from sahelkit.errors import TableError

# Reports of one event lie at most so far apart.
SAME_EVENT_DAYS = 10
# A success and a failure further apart than this are two events: the attempt and what followed it.
OPPOSITE_OUTCOME_DAYS = 3
_OPPOSITE = {"success", "failure"}


@dataclass(frozen=True, slots=True)
class Report:
    """What one coder says of one event.

    Attributes
    ----------
    place : str
        Country; only reports of one country are linked.
    source : str
        Coder.
    day : datetime.date
        Day of the event by this report: the one that the coder gives, or the right one where that is known to be wrong.
    verdict : str
        ``"success"``, ``"failure"`` or ``"plot"``.
    record : str
        The coder's own identifier, which tells two reports of one day apart.
    given : datetime.date, optional
        Day that the coder gives, where `day` corrects it.
    stated : datetime.date, optional
        Day that the report gives a second time, inside its identifier or in another column.
    precision : str
        ``"day"``; ``"month"`` or ``"year"`` where the coder gives no more, and `day` is the first day of it. Only
        reports of a day are linked here.
    """

    place: str
    source: str
    day: dt.date
    verdict: str
    record: str = ""
    given: dt.date | None = None
    stated: dt.date | None = None
    precision: str = "day"

    @property
    def said(self) -> dt.date:
        """Day that the coder gives, right or wrong."""
        return self.given or self.day


Event: TypeAlias = tuple[Report, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """A link decided by hand: the two reports, named by the days that their coders give, are of one event or of two."""

    place: str
    first: tuple[str, dt.date]
    second: tuple[str, dt.date]
    same: bool


def _gap(a: Report, b: Report) -> int:
    return abs((a.day - b.day).days)


def _fits(a: Report, b: Report, apart: set[frozenset[Report]]) -> bool:
    if a.source == b.source or frozenset((a, b)) in apart:
        return False
    opposite = {a.verdict, b.verdict} == _OPPOSITE
    return _gap(a, b) <= (OPPOSITE_OUTCOME_DAYS if opposite else SAME_EVENT_DAYS)


def _crosses(one: Event, two: Event, other: Event) -> bool:
    """True when joining `one` and `two` would put a coder's two events in another order than another coder's."""
    day = {report.source: report.day for report in other}
    return any(
        a.source in day and b.source in day and (a.day - day[a.source]).days * (b.day - day[b.source]).days < 0
        for a, b in product(one, two)
    )


def _find(reports: Sequence[Report], place: str, wanted: tuple[str, dt.date]) -> Report:
    found = [r for r in reports if (r.place, r.source, r.said) == (place, *wanted)]
    if len(found) != 1:
        raise TableError(place, f"a hand-made link names {wanted[0]} {wanted[1]}, of which there are {len(found)}")
    return found[0]


class _Events:
    """Groups of reports of one country that grow together."""

    def __init__(self, reports: Iterable[Report]) -> None:
        self.of: dict[Report, Event] = {report: (report,) for report in reports}

    def join(self, a: Report, b: Report) -> None:
        merged = (*self.of[a], *self.of[b])
        sources = [report.source for report in merged]
        if len(set(sources)) < len(sources):
            raise TableError(a.place, f"{a.source} {a.day} and {b.source} {b.day} would merge two events of one coder")
        for report in merged:
            self.of[report] = merged

    def all(self) -> list[Event]:
        return list(dict.fromkeys(self.of.values()))


def _link_place(reports: list[Report], same: list[tuple[Report, Report]], apart: set[frozenset[Report]]) -> list[Event]:
    events = _Events(reports)
    for a, b in same:
        if events.of[a] is not events.of[b]:
            events.join(a, b)
    pairs = [(a, b) for a, b in combinations(reports, 2) if _fits(a, b, apart)]
    pairs.sort(key=lambda pair: (_gap(*pair), pair[0].verdict != pair[1].verdict))
    for a, b in pairs:
        one, two = events.of[a], events.of[b]
        if one is two or not all(_fits(x, y, apart) for x, y in product(one, two)):
            continue
        if any(_crosses(one, two, other) for other in events.all() if other is not one and other is not two):
            continue
        events.join(a, b)
    return events.all()


def link(reports: Iterable[Report], *, order: Sequence[str], decisions: Iterable[Decision] = ()) -> list[Event]:
    """Put the reports of several coders together into events.

    Nearest reports are joined first; at equal distance those that agree on the outcome, then the earlier ones, then
    those of the coders that come first in `order`. Two events grow together only if all their reports fit: no coder
    twice, at most ten days apart, a success and a failure at most three, and no crossing (where one coder has two
    events in a row, the other coder's reports are linked in the same order). Links decided by hand come before all
    this.

    Parameters
    ----------
    reports : iterable of Report
        All reports.
    order : sequence of str
        Coders; each report's source is one of them.
    decisions : iterable of Decision
        Links decided by hand. A decision whose coders are not both in `order` is passed over.

    Returns
    -------
    list of tuple of Report
        Events, each with its reports in the order of `order`; sorted by place, first day and coder.

    Raises
    ------
    TableError
        If a decision names a report that does not exist, or would merge two events of one coder.

    Examples
    --------
    >>> a = Report("MLI", "pt", dt.date(2021, 5, 21), "success")
    >>> b = Report("MLI", "cline", dt.date(2021, 5, 24), "success")
    >>> c = Report("MLI", "cline", dt.date(2022, 5, 11), "plot")
    >>> [len(event) for event in link([a, b, c], order=["pt", "cline"])]
    [2, 1]
    """
    rank = {source: number for number, source in enumerate(order)}

    def position(report: Report) -> tuple[str, dt.date, int, str]:
        return report.place, report.day, rank[report.source], report.record

    everything = sorted(reports, key=position)
    same: dict[str, list[tuple[Report, Report]]] = {}
    apart: set[frozenset[Report]] = set()
    for decision in decisions:
        if decision.first[0] not in rank or decision.second[0] not in rank:
            continue
        pair = tuple(_find(everything, decision.place, wanted) for wanted in (decision.first, decision.second))
        if decision.same:
            same.setdefault(decision.place, []).append((pair[0], pair[1]))
        else:
            apart.add(frozenset(pair))
    by_place: dict[str, list[Report]] = {}
    for report in everything:
        by_place.setdefault(report.place, []).append(report)
    events = [
        tuple(sorted(event, key=lambda report: rank[report.source]))
        for place, here in by_place.items()
        for event in _link_place(here, same.get(place, []), apart)
    ]
    return sorted(events, key=lambda event: min(position(report) for report in event))


def attach(
    reports: Iterable[Report], events: Sequence[Event], *, given: Mapping[Report, int | None] | None = None
) -> dict[Report, int]:
    """Find the event that each report of one further list belongs to, by the rules of `link`; events stay as they are.

    Parameters
    ----------
    reports : iterable of Report
        Reports of one source that is in none of the events.
    events : sequence of tuple of Report
        Events that stand. None of them grows into another.
    given : mapping of Report to int or None, optional
        Decided by hand: the position of the report's event, or None where it belongs to none of them.

    Returns
    -------
    dict of Report to int
        Position of the event, for the reports that have one.

    Examples
    --------
    >>> events = [(Report("MLI", "pt", dt.date(2021, 5, 21), "success"),)]
    >>> late = Report("MLI", "mine", dt.date(2021, 5, 24), "success")
    >>> attach([late], events), attach([late], events, given={late: None})
    ({Report(place='MLI', source='mine', day=datetime.date(2021, 5, 24), verdict='success', ...): 0}, {})
    """
    given = given or {}
    found = {report: place for report, place in given.items() if place is not None}
    here: dict[str, list[int]] = {}
    for place, event in enumerate(events):
        here.setdefault(event[0].place, []).append(place)
    waiting = sorted((r for r in reports if r not in given), key=lambda report: (report.place, report.day))
    pairs = [
        (min((_gap(report, other), report.verdict != other.verdict) for other in events[place]), report, place)
        for report in waiting
        for place in here.get(report.place, ())
        if all(_fits(report, other, set()) for other in events[place])
    ]
    pairs.sort(key=lambda pair: pair[0])
    of = {place: report for report, place in found.items()}
    for _, report, place in pairs:
        if report in found or place in of:
            continue
        joined = [(*events[other], of[other]) for other in here[report.place] if other in of]
        if not any(_crosses((report,), events[place], event) for event in joined):
            found[report], of[place] = place, report
    return found
