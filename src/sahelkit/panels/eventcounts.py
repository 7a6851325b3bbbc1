"""A user's event files as a source of a panel: counts of events, and of what they cost."""

from __future__ import annotations

import re
from collections.abc import Mapping
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
    published : Publication or None
        None where nobody has said when the events became known.
    note : mapping
        The source, its terms and its coverage, by name of the layout.
    """

    iso3: pd.Series[Any]
    starts: Days
    covered: Bools
    values: Mapping[str, Floats]
    published: Publication | None
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
        rule = self.published or Publication("none")
        published = rule.dates(grid.ends)[None, :]
        return [
            settle(context, name, place(array, np.nan), covered=covered, published=published, kind="count")
            for name, array in self.values.items()
        ]

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
        when = Publication(rule) if rule else None
    except ValueError:
        repair = "Type '+30d', 't+1-03-15' or 'none'"
        raise OptionError("published", published, "not a publication rule", repair=repair) from None
    sums = [] if values is None else as_names("values", values)
    unit = "month" if freq == "M" else "year"
    table = events.tally(("iso3", unit, *([by] if by else [])), values=values)
    sums = [name for name in sums if name in table]
    if prefix is None:
        prefix = "" if events.source.layout.name == "own" else events.source.layout.name
    front = f"{prefix}_" if prefix else ""
    kinds = list(table[by].dropna().unique()) if by else [None]
    found: dict[str, Floats] = {}
    parts = [table if kind is None else table[table[by] == kind] for kind in kinds] or [table]
    for kind, part in zip(kinds, parts, strict=False):
        word = "" if kind is None else re.sub(r"[\W]+", "_", str(kind).casefold()).strip("_")
        names = {"events": front + (word or "events")} | {name: f"{front}{name}{word and '_'}{word}" for name in sums}
        for value, name in names.items():
            if name in found:
                raise OptionError("by", by, f"two kinds would be the column {name!r}", repair="Type by=None")
            found[name] = part[value].to_numpy(dtype="float64", na_value=np.nan)
    first = parts[0]
    starts = first[unit].dt.start_time if unit == "month" else pd.to_datetime(first[unit].astype(str) + "-01-01")
    note = {name: {**said, "published": rule} for name, said in table.attrs["sahelkit"]["events"].items()}
    return EventCounts(
        iso3=first["iso3"].reset_index(drop=True),
        starts=starts.to_numpy().astype("datetime64[D]"),
        covered=first["events"].notna().to_numpy(),
        values=found,
        published=when,
        note=note,
    )
