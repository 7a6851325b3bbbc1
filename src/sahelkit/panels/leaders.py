"""Leaders as a source of a panel: who was in office when the period began."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Bools
from sahelkit.catalog import Record
from sahelkit.geography import places
from sahelkit.panels.annual import described
from sahelkit.panels.layers import Context, Layer, Step, settle
from sahelkit.panels.universe import Grid, ordinals
from sahelkit.tables.read import read_table, record_of

DATASET = "leaders"
MONTHS = "reign_months_in_office"


def in_office(spells: pd.DataFrame, grid: Grid) -> npt.NDArray[np.int64]:
    """Row number of the spell that holds the first day of each period, shape (S, T); -1 where nobody is listed.

    On the day of a change the successor counts: a spell holds the days from ``start`` to the day before ``end``.
    """
    found = np.full(grid.shape, -1, dtype=np.int64)
    begins = np.searchsorted(grid.starts, spells["start"].to_numpy().astype("datetime64[D]"))
    ends = np.searchsorted(
        grid.starts, spells["end"].fillna(pd.Timestamp("2262-01-01")).to_numpy().astype("datetime64[D]")
    )
    for number, (row, begin, end) in enumerate(zip(grid.rows_of(spells["iso3"]), begins, ends, strict=True)):
        if row >= 0:
            found[row, begin:end] = number
    return found


def _covered(grid: Grid, description: Record) -> Bools:
    """Cells whose first day the source covers."""
    cover = description.coverage
    days = (grid.starts >= np.datetime64(cover.first, "D")) & (grid.starts <= np.datetime64(cover.last, "D"))
    return np.asarray(np.isin(grid.iso3, places.members(cover.places))[:, None] & days[None, :])


@dataclass(frozen=True)
class Leaders(Step):
    """Name, military career and time in office of the leader on the first day of each period."""

    reads = (DATASET,)

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Columns and their kinds."""
        return {"leader": "text", "reign_military_career": "level", MONTHS: "level"}

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        grid = context.grid
        description = record_of(DATASET, context.version)
        columns = ["iso3", "start", "end", "leader", "reign_military_career"]
        spells = read_table(DATASET, version=context.version, columns=columns)
        which = in_office(spells, grid)
        somebody = which >= 0
        entry = ordinals(spells["start"].to_numpy(), "M")[which]
        career = spells["reign_military_career"].to_numpy(dtype="float64", na_value=np.nan)
        values: dict[str, Any] = {
            "leader": np.where(somebody, spells["leader"].to_numpy(dtype=object)[which], None),
            "reign_military_career": np.where(somebody, career[which], np.nan),
            MONTHS: np.where(somebody, ordinals(grid.starts, "M")[None, :] - entry, np.nan),
        }
        entered = "Months in office on the first day of the period, since the month of entry"
        months = {"label": entered, "unit": "months"}
        covered, published = _covered(grid, description), description.published.dates(grid.starts)
        found = []
        for name, kind in self.kinds(context.version, {}).items():
            told = described(description, "leader" if name == MONTHS else name) | (months if name == MONTHS else {})
            found.append(settle(context, name, values[name], covered=covered, published=published, kind=kind, **told))
        return found
