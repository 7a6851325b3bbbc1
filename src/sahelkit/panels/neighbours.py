"""Events next door: counts of a column among the states that share a land border in the same period."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sahelkit._types import Bools, Cells
from sahelkit.catalog import record
from sahelkit.panels.layers import Context, Layer, Step
from sahelkit.panels.universe import Grid, ordinals
from sahelkit.tables.read import read_table

BORDERS = "borders"


def land_borders(version: str | None) -> pd.DataFrame:
    """Spells of land contiguity, one row per direction."""
    columns = ["iso3", "neighbour_iso3", "start", "end", "cow_contiguity"]
    spells = read_table(BORDERS, version=version, columns=columns)
    return spells[spells["cow_contiguity"] == "land"]


def map_begins() -> np.datetime64:
    """First day on which borders are known."""
    return np.datetime64(pd.Period(record(BORDERS).coverage.first).start_time, "D")


def spans(spells: pd.DataFrame, grid: Grid) -> Iterable[tuple[int, int, slice]]:
    """Row of a state, row of its neighbour, and the columns in which they share a border on at least one day."""
    here, there = grid.rows_of(spells["iso3"]), grid.rows_of(spells["neighbour_iso3"])
    begins = ordinals(spells["start"].to_numpy(), grid.freq) - grid.first
    ends = ordinals(spells["end"].fillna(pd.Timestamp("2262-01-01")).to_numpy(), grid.freq) - grid.first
    for row, other, begin, end in zip(here, there, begins, ends, strict=True):
        if row >= 0 and other >= 0:
            yield int(row), int(other), slice(max(int(begin), 0), max(int(end) + 1, 0))


def neighbour_sum(
    values: Cells, uncovered: Bools, hidden: Bools, exists: Bools, borders: Iterable[tuple[int, int, slice]]
) -> tuple[Cells, Bools, Bools]:
    """Sum of the neighbours' values in the same period.

    Parameters
    ----------
    values : array of float, shape (S, T)
        Events per period.
    uncovered, hidden, exists : arrays of bool, shape (S, T)
        Where the source says nothing, where its value is not yet (wholly) known, and where the state exists.
    borders : iterable of (row, row of the neighbour, columns)
        Who borders whom in which periods, once per direction.

    Returns
    -------
    total : array of float, shape (S, T)
        NA where a neighbour is not covered. Where a neighbour's value is not yet known: the known events, or NA
        when there are none. 0 for a state without neighbours.
    covered, hidden : arrays of bool, shape (S, T)
        Where all neighbours are covered; where one of them is not yet known.
    """
    known = np.where(exists, np.nan_to_num(values), 0.0)
    total = np.zeros(values.shape)
    blind = np.zeros(values.shape, dtype=bool)
    veiled = np.zeros(values.shape, dtype=bool)
    uncovered, hidden = uncovered & exists, hidden & exists
    for row, other, columns in borders:
        total[row, columns] += known[other, columns]
        blind[row, columns] |= uncovered[other, columns]
        veiled[row, columns] |= hidden[other, columns]
    total[blind | (veiled & (total == 0)) | ~exists] = np.nan
    return total, ~blind, veiled & ~blind


@dataclass(frozen=True)
class Neighbours(Step):
    """Sums of columns over the land neighbours."""

    reads = (BORDERS,)
    of: tuple[str, ...]
    computed = True

    def made_from(self, name: str) -> str:
        """The column that is added up over the neighbours."""
        return name.removeprefix("neighbours_")

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Columns and their kinds."""
        return {f"neighbours_{name}": "count" for name in self.of}

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        grid = context.grid
        borders = list(spans(land_borders(context.version), grid))
        mapped = np.broadcast_to(grid.starts >= map_begins(), grid.shape)
        found = []
        for name in self.of:
            old = have[name]
            gaps = ~old.covered | (~old.known & ~old.hidden)
            total, covered, hidden = neighbour_sum(old.values, gaps, old.hidden, grid.exists, borders)
            found.append(
                Layer(
                    name=f"neighbours_{name}",
                    values=np.where(mapped, total, np.nan),
                    covered=covered & mapped,
                    hidden=hidden,
                    published=None,
                    kind="count",
                    source="",
                    native=grid.freq,
                )
            )
        return found
