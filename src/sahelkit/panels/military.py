"""Military rule as a source of a panel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sahelkit.geography import places
from sahelkit.panels.annual import described
from sahelkit.panels.layers import Context, Layer, Step, settle
from sahelkit.panels.universe import first_days, make_grid, ordinals, state_spells
from sahelkit.tables.read import read_table, record_of

DATASET = "military_rule"
COLUMN = "reign_military"


@dataclass(frozen=True)
class MilitaryRule(Step):
    """Whether a military regime governs: in the month, or in the January of the year."""

    reads = (DATASET,)

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Columns and their kinds."""
        return {COLUMN: "count"}

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        grid = context.grid
        description = record_of(DATASET, context.version)
        frame = read_table(DATASET, version=context.version, columns=["iso3", "month", COLUMN])
        opening = ordinals(grid.starts, "M")
        first, last = int(opening[0]), int(opening[-1])
        spells = state_spells(context.version)
        months = make_grid(spells, grid.iso3, freq="M", first=first, last=last)
        rows = months.rows_of(frame["iso3"])
        columns = months.columns_of(first_days(frame["month"].array.asi8, "M"))
        inside = (rows >= 0) & (columns >= 0)
        values = np.zeros(months.shape)
        values[rows[inside], columns[inside]] = frame[COLUMN].to_numpy(dtype="float64")[inside]
        cover = description.coverage
        covered = months.within(places.members(cover.places), cover.first, cover.last)
        values[~months.exists] = np.nan  # no January in the year of independence
        picked = opening - first
        layer = settle(
            context,
            COLUMN,
            values[:, picked],
            covered=covered[:, picked],
            published=description.published.dates(months.ends[picked])[None, :],
            kind="count",
            **described(description, COLUMN),
        )
        return [layer]
