"""Which event of one list of coups each row of another is: by the rules of the table, or by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.tables.linking import SAME_EVENT_DAYS, Event, Report, attach
from sahelkit.tables.own_list import OwnRow

# An event so close to a row that is none of it may still be the same, told with another day.
NEAR_DAYS = 60
_OPPOSITE = {"success", "failure"}


@dataclass(frozen=True)
class Listed:
    """Events with which rows are matched.

    Attributes
    ----------
    events : tuple of Event
        What coders report of each.
    names : tuple of str
        Their identifiers.
    days : tuple of datetime.date
    former : mapping of str to int
        Identifiers of earlier versions, and the positions of their events.
    """

    events: tuple[Event, ...]
    names: tuple[str, ...]
    days: tuple[dt.date, ...]
    former: Mapping[str, int]

    def position(self, name: str, row: OwnRow) -> int:
        """Position of the event of an identifier that a row names."""
        if name in self.names:
            return self.names.index(name)
        if name in self.former:
            return self.former[name]
        near = [known for known in self.names if known.startswith(row.iso3)]
        repair = f"Row {row.row} ({row.name}) names it: leave coup_id empty, or link the row to None, for a new event"
        raise UnknownNameError("coup_id", name, near, repair=repair)


@dataclass(frozen=True)
class Placement:
    """Where a row stands: the position of its event, else that of a near one, and whether a hand decided."""

    row: OwnRow
    event: int | None
    near: int | None
    by_hand: bool


def listed(table: pd.DataFrame, prefixes: Sequence[str]) -> Listed:
    """Events of a table like that of coups, with the reports of some of its coders.

    A coder's day that is known to be wrong counts as that of the event, as in the build.
    """
    events, former = [], {}
    columns = [table[f"{prefix}_{what}"].tolist() for prefix in prefixes for what in ("date", "outcome")]
    low, high = table["date_min"].tolist(), table["date_max"].tolist()
    days = [day.date() for day in table["date"]]
    old = table["former_id"].tolist()
    names = table["coup_id"].tolist()
    for n, (place, day) in enumerate(zip(table["iso3"], days, strict=True)):
        found = []
        for k, prefix in enumerate(prefixes):
            said, verdict = columns[2 * k][n], columns[2 * k + 1][n]
            if not pd.isna(said):
                right = said.date() if low[n] <= said <= high[n] else day
                found.append(Report(place, prefix, right, verdict, names[n], said.date()))
        events.append(tuple(found) or (Report(place, "table", day, str(table["outcome"].iloc[n]), names[n]),))
        if isinstance(old[n], str):
            former[old[n]] = n
    return Listed(tuple(events), tuple(names), tuple(days), former)


def place_rows(
    rows: Sequence[OwnRow],
    other: Listed,
    *,
    source: str,
    links: Mapping[str, str] | None = None,
    undecided: Collection[str] = (),
) -> list[Placement]:
    """Find the event of each row.

    Rows with a day are linked as the table's own reports were: within ten days (a success and a failure within three),
    nearest first, no event twice, none crossing another. A row that names a month or a year only is then the one event
    left of its country in that time that no report contradicts (a success and a failure); where there are several, the
    only one with its outcome. What is linked by hand comes first.

    Parameters
    ----------
    rows : sequence of OwnRow
    other : Listed
    source : str
        Name of the list.
    links : mapping of str to str, optional
        Identifier of the event of a row, by the row's name; "" for none.
    undecided : collection of str, optional
        Names of rows linked to none that may be near an event all the same.

    Returns
    -------
    list of Placement
        One for each row. ``near`` is the nearest event within sixty days of a row without an event: within ten any,
        further away one that no other row is.
    """
    hand = {row.name: row.link for row in rows if row.link} | dict(links or {})
    unknown = sorted(set(hand) - {row.name for row in rows})
    if unknown:
        raise UnknownNameError("row of the list", unknown[0], [row.name for row in rows])
    given: dict[Report, int | None] = {}
    owner: dict[int, OwnRow] = {}
    for row in rows:
        if row.name not in hand:
            continue
        place = other.position(hand[row.name], row) if hand[row.name] else None
        given[row.report(source)] = place
        if place is None:
            continue
        if other.events[place][0].place != row.iso3:
            why = f"row {row.row} is of {row.iso3}"
            raise OptionError("coup_id", hand[row.name], why, repair="Link it to an event of its own country")
        if place in owner:
            why = f"rows {owner[place].row} and {row.row} are both linked to it"
            raise OptionError("coup_id", hand[row.name], why, repair="Link one of them to another event, or to None")
        owner[place] = row
    exact = [row.report(source) for row in rows if row.precision == "day"]
    found = attach(exact, other.events, given=given)
    here: dict[str, list[int]] = {}
    for place, event in enumerate(other.events):
        here.setdefault(event[0].place, []).append(place)
    taken = set(found.values())
    vague: dict[str, list[int]] = {}
    for row in sorted(rows, key=lambda row: (row.precision == "year", row.row)):
        if row.precision == "day" or row.name in hand:
            continue
        free = [k for k in here.get(row.iso3, ()) if k not in taken and row.first <= other.days[k] <= row.last]
        told = {k: {report.verdict for report in other.events[k]} for k in free}
        # As in the build: a month is no reason to call a success and a failure one event.
        agree = [k for k in free if all({row.verdict, verdict} != _OPPOSITE for verdict in told[k])]
        one = agree if len(agree) == 1 else [k for k in agree if row.verdict in told[k]]
        if len(one) == 1:
            found[row.report(source)] = one[0]
            taken.add(one[0])
        vague[row.name] = free
    out = []
    for row in rows:
        place = found.get(row.report(source))
        near = None
        if place is None and (row.name not in hand or row.name in undecided):
            if row.precision == "day":
                near = _near(row.first, here.get(row.iso3, []), other, taken)
            else:
                near = next(iter(vague[row.name]), None)
        out.append(Placement(row, place, near, row.name in hand))
    return out


def _near(day: dt.date, places: Sequence[int], other: Listed, taken: set[int]) -> int | None:
    gaps = [(min(abs((day - report.day).days) for report in other.events[k]), k) for k in places]
    close = [(gap, k) for gap, k in gaps if gap <= (SAME_EVENT_DAYS if k in taken else NEAR_DAYS)]
    return min(close)[1] if close else None
