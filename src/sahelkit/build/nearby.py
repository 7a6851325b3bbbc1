"""Events of one country that lie close together: each pair that may be one event is decided by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, groupby

from sahelkit.errors import TableError
from sahelkit.tables.linking import Decision, Event

# Two events of a country this close may be one, told twice.
NEAR_DAYS = 100
_ATTEMPT = ("success", "failure")
VERDICTS = ("one", "two", "part", "undecided")


@dataclass(frozen=True, slots=True)
class Pair:
    """What was decided by hand on two reports of a country.

    Attributes
    ----------
    place : str
        Country.
    first, second : tuple of (str, datetime.date)
        Coder and the day that it gives.
    verdict : str
        ``"one"``: the reports are of one event; ``"two"``: of two; ``"part"``: the second is of a step of the first's
        event, which a coder lists as an event of its own; ``"undecided"``: no page tells, and they stay apart.
    """

    place: str
    first: tuple[str, dt.date]
    second: tuple[str, dt.date]
    verdict: str

    @property
    def link(self) -> Decision:
        """The same for the linking of reports."""
        return Decision(self.place, self.first, self.second, same=self.verdict == "one")


def pairs_of(rows: Iterable[Mapping[str, str]]) -> list[Pair]:
    """Read the rows of a table of decisions: iso3, source_1, date_1, source_2, date_2, decision, reason, address.

    A month or a year that is all that a coder gives is named by its first day.

    Raises
    ------
    TableError
        If a decision is none of one, two, part and undecided, or has no reason, or (except undecided) no address.
    """
    found = []
    for row in rows:
        what = f"{row['iso3']} {row['source_1']} {row['date_1']} and {row['source_2']} {row['date_2']}"
        if row["decision"] not in VERDICTS:
            raise TableError("hand_links.csv", f"{what}: the decision {row['decision']!r} is none of {VERDICTS}")
        if not row["reason"] or not (row["address"].startswith("http") or row["decision"] == "undecided"):
            raise TableError("hand_links.csv", f"{what}: a decision needs a reason and the address of a page")
        first, second = ((row[f"source_{n}"], dt.date.fromisoformat(row[f"date_{n}"])) for n in "12")
        found.append(Pair(row["iso3"], first, second, row["decision"]))
    return found


def _names(event: Event) -> set[tuple[str, dt.date]]:
    return {(report.source, report.said) for report in event}


def _is_attempt(event: Event) -> bool:
    return any(report.verdict in _ATTEMPT for report in event)


def _may_be_one(a: Event, b: Event, days: int) -> bool:
    """Whether two events could be one: at most one coder tells them apart."""
    both = {r.source for r in a} & {r.source for r in b}
    if days > NEAR_DAYS or len(both) > 1:
        return False
    # A coder that gives two reports one day holds them for two events.
    return not both or (days > 0 and _is_attempt(a) and _is_attempt(b))


def undecided(events: Iterable[tuple[Event, dt.date]], pairs: Iterable[Pair]) -> list[str]:
    """Pairs of events of one country that could be one event and that no decision names.

    Two events at most 100 days apart could be one if no coder lists both (each may date it differently), or if only
    one coder does and both are attempts (it may list two steps of one takeover).

    Parameters
    ----------
    events : iterable of (Event, datetime.date)
        Events with their days.
    pairs : iterable of Pair
        Decisions.

    Returns
    -------
    list of str
        One text for each pair.
    """
    decided = {(pair.place, frozenset({pair.first, pair.second})) for pair in pairs}
    known = sorted(events, key=lambda item: (item[0][0].place, item[1]))
    found = []
    for place, here in groupby(known, key=lambda item: item[0][0].place):
        for (a, first), (b, second) in combinations(list(here), 2):
            if not _may_be_one(a, b, (second - first).days):
                continue
            if not any((place, frozenset({x, y})) in decided for x in _names(a) for y in _names(b)):
                found.append(f"{place} {first} and {second}")
    return found


def parts(events: Sequence[Event], pairs: Iterable[Pair]) -> dict[int, int]:
    """Which events are steps of another one, by their positions.

    Raises
    ------
    TableError
        If a decision names a report that is not there, or makes a step of an event that is itself a step.
    """
    where = {(r.place, r.source, r.said): n for n, event in enumerate(events) for r in event}
    found: dict[int, int] = {}
    for pair in pairs:
        if pair.verdict != "part":
            continue
        for coder, day in (pair.first, pair.second):
            if (pair.place, coder, day) not in where:
                raise TableError(pair.place, f"hand_links.csv names {coder} {day}, which is not there")
        found[where[(pair.place, *pair.second)]] = where[(pair.place, *pair.first)]
    chained = set(found) & set(found.values())
    if chained:
        named = ", ".join(f"{events[n][0].place} {events[n][0].day}" for n in sorted(chained))
        raise TableError("hand_links.csv", f"a step of a step: {named}. Name the event itself")
    return found
