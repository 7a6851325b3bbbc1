"""Organised violence as a source of a panel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelkit._types import Days
from sahelkit.catalog import Record
from sahelkit.catalog.publication import Publication
from sahelkit.geography import places
from sahelkit.panels.annual import described
from sahelkit.panels.layers import Context, Layer, Step, settle
from sahelkit.panels.universe import first_days
from sahelkit.tables.read import read_table, record_of

DATASET = "conflict"


def counts(description: Record) -> tuple[str, ...]:
    """Columns of events and deaths in the monthly table."""
    return tuple(item.name for item in description.tables[0].fields if item.unit in ("events", "deaths"))


@dataclass(frozen=True)
class Conflict(Step):
    """Events and deaths of organised violence per period, summed over months in a yearly panel."""

    reads = (DATASET,)
    of: tuple[str, ...]

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Columns and their kinds."""
        return dict.fromkeys(self.of, "count")

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        grid = context.grid
        description = record_of(DATASET, context.version)
        frame = read_table(DATASET, version=context.version, columns=["iso3", "month", "provisional", *self.of])
        months = frame["month"].array.asi8
        provisional = np.unique(months[frame["provisional"].to_numpy(dtype=bool)])
        rows = grid.rows_of(frame["iso3"])
        columns = grid.columns_of(first_days(months, "M"))
        inside = (rows >= 0) & (columns >= 0)
        flat = (rows * grid.shape[1] + columns)[inside]
        cover = description.coverage
        silent = set(description.details.get("not_coded", ()))
        members = [code for code in places.members(cover.places) if code not in silent]
        covered = grid.within(members, cover.first, cover.last)
        published = _published(context, description, provisional)
        found = []
        for name in self.of:
            values = frame[name].to_numpy(dtype="float64", na_value=np.nan)[inside]
            total = np.bincount(flat, weights=values, minlength=grid.exists.size).reshape(grid.shape)
            told = described(description, name)
            found.append(settle(context, name, total, covered=covered, published=published, kind="count", **told))
        return found


def _published(context: Context, description: Record, provisional: npt.NDArray[np.int64]) -> Days:
    """Day on which each period is wholly published, shape (1, T): the last of its months."""
    grid = context.grid
    first, last = (stamp.astype("datetime64[M]").astype("int64") for stamp in (grid.starts[0], grid.ends[-1]))
    months = np.arange(first, last + 1)
    ends = first_days(months + 1, "M") - np.timedelta64(1, "D")
    early = Publication(description.details["provisional_published"]).dates(ends)
    days = np.where(np.isin(months, provisional), early, description.published.dates(ends))
    out = np.full(grid.shape[1], np.datetime64("0001-01-01"), dtype="datetime64[D]")
    np.maximum.at(out, grid.columns_of(first_days(months, "M")), days)
    return out[None, :]
