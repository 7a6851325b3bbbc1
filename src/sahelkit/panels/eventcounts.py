"""A user's event files as a source of a panel: counts of events, and of what they cost."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import Bools, Cells, Days, Floats
from sahelkit.catalog.publication import Publication
from sahelkit.errors import OptionError, UnknownNameError, is_known
from sahelkit.events import Events
from sahelkit.options import as_names, check_name
from sahelkit.panels.layers import Context, Layer, Step, settle
from sahelkit.panels.universe import state_spells

BY = ("event_type", "sub_type")


@dataclass(frozen=True, eq=False)
class EventCounts(Step):
    """Counts of events per state and period, tallied once; of the rows themselves nothing is kept.

    Attributes
    ----------
    iso3 : Series of str, length n
    starts : array of datetime64[D], shape (n,)
        First day of each period.
    covered : array of bool, shape (n,)
    values : mapping of str to array, each of shape (n,)
        NaN where unknown.
    published : mapping of str to array of datetime64[D], each of shape (n,), or None
        Day on which each value became known; None where nobody has said when the events did.
    early : pandas.DataFrame
        ``iso3``, ``start`` and ``n`` (events) of the periods before the state began, which a panel does not have.
    note : mapping
        The source, its terms and its coverage, by name of the layout.
    """

    iso3: pd.Series[Any]
    starts: Days
    covered: Bools
    values: Mapping[str, Floats]
    published: Mapping[str, Days] | None
    early: pd.DataFrame
    note: Mapping[str, Mapping[str, Any]]

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Columns and their kinds."""
        return dict.fromkeys(self.values, "count")

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        grid = context.grid
        rows, columns = grid.rows_of(self.iso3), grid.columns_of(self.starts)
        inside = (rows >= 0) & (columns >= 0)
        cells = rows[inside], columns[inside]

        def place(array: Any, empty: Any) -> Cells:
            out: Cells = np.full(grid.shape, empty)
            out[cells] = array[inside]
            return out

        covered = place(self.covered, False)
        always = np.datetime64("0001-01-01", "D")
        known = self.published or {}
        return [
            settle(
                context,
                name,
                place(array, np.nan),
                covered=covered,
                published=place(known[name], always) if name in known else always,
                kind="count",
            )
            for name, array in self.values.items()
        ]

    def caution(self, countries: Sequence[str], first: pd.Timestamp, last: pd.Timestamp, version: str | None) -> str:
        """How many events a file gives to a state before it began."""
        here = self.early[self.early["iso3"].isin(list(countries)) & self.early["start"].between(first, last)]
        if here.empty:
            return ""
        counts = ", ".join(f"{n:,.0f} of {code}" for code, n in here.groupby("iso3")["n"].sum().items())
        return (
            f"The file gives events to a state before it began, as if it had always been one: {counts}. The panel has "
            "no such rows, and they are not counted for the state of that time. events.tally() has them."
        )

    def settings(self) -> dict[str, Any]:
        """The source of the events and its terms."""
        return {"events": {name: dict(note) for name, note in self.note.items()}}


def count_events(
    events: Events, freq: str, *, by: str | None, values: Any, published: str | None, prefix: str | None
) -> EventCounts:
    """Tally events for a panel of months or years.

    Raises
    ------
    OptionError
        If `events` is something else, `published` is no rule, or a kind cannot be the name of a column.
    UnknownNameError
        If the layout has no such kind or value.
    """
    if not isinstance(events, Events):
        repair = "Type panel.add_events(sahelkit.read_events('events.csv'))"
        raise OptionError("events", type(events).__name__, "not what read_events gives", repair=repair)
    if by is not None and not is_known(by, BY):
        raise UnknownNameError("kind of events", by, BY, repair="by=None counts all of them in one column")
    check_name("prefix", prefix, optional=True)
    rule = events.rules.published if published is None else published
    try:
        dated = bool(rule) and Publication(rule) is not None
    except ValueError:
        repair = "Type '+30d', 't+1-03-15' or 'none'"
        raise OptionError("published", published, "not a publication rule", repair=repair) from None
    sums = [] if values is None else as_names("values", values)
    unit = "month" if freq == "M" else "year"
    if published is not None:
        events = events.known_by(published)
    table = events.tally(("iso3", unit, *([by] if by else [])), values=values)
    sums = [name for name in sums if name in table]
    if prefix is None:
        prefix = "" if events.source.layout.name == "own" else events.source.layout.name
    front = f"{prefix}_" if prefix else ""
    kinds = list(table[by].dropna().unique()) if by else [None]
    found: dict[str, Floats] = {}
    when: dict[str, Days] = {}
    parts = [table if kind is None else table[table[by] == kind] for kind in kinds] or [table]
    for kind, part in zip(kinds, parts, strict=False):
        word = "" if kind is None else re.sub(r"[\W]+", "_", str(kind).casefold()).strip("_")
        names = {"events": front + (word or "events")} | {name: f"{front}{name}{word and '_'}{word}" for name in sums}
        for value, name in names.items():
            if name in found:
                raise OptionError("by", by, f"two kinds would be the column {name!r}", repair="Type by=None")
            found[name] = part[value].to_numpy(dtype="float64", na_value=np.nan)
            if dated:
                when[name] = part["published"].to_numpy().astype("datetime64[D]")
    first = parts[0]
    count = first[unit].array.asi8 if unit == "month" else first[unit].to_numpy(dtype="int64") - 1970
    days = count.astype(f"datetime64[{freq}]").astype("datetime64[D]")
    note = {name: {**said, "published": rule} for name, said in table.attrs["sahelkit"]["events"].items()}
    began = state_spells(None).groupby("iso3")["start"].min()
    n = np.sum([part["events"].to_numpy(dtype="float64", na_value=0.0) for part in parts], axis=0)
    opened = first["iso3"].map(began).to_numpy().astype(f"datetime64[{freq}]").astype("datetime64[D]")
    early = pd.DataFrame({"iso3": first["iso3"].to_numpy(), "start": days.astype("datetime64[s]"), "n": n})
    return EventCounts(
        iso3=first["iso3"].reset_index(drop=True),
        starts=days,
        covered=first["events"].notna().to_numpy(),
        values=found,
        published=when if dated else None,
        early=early[(days < opened) & (n > 0)],
        note=note,
    )
