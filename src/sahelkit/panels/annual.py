"""Annual values on the raster: one value per state and year, standing on every period of its year."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Bools, Cells, Days
from sahelkit.catalog import Field, Record
from sahelkit.catalog.publication import Publication
from sahelkit.panels.layers import Context, Layer, settle
from sahelkit.panels.universe import Grid


def described(description: Record, name: str) -> dict[str, str]:
    """Source, extent, label and unit of a column, as the record of its dataset has them."""
    cover, field = description.coverage, description.tables[0].field(name)
    return {
        "source": description.name,
        "extent": f"{cover.first} to {cover.last} ({cover.places})",
        "label": field.label_en,
        "unit": field.unit,
    }


def spread(
    grid: Grid, rows: npt.NDArray[np.intp], years: npt.NDArray[np.int64], values: npt.NDArray[Any], empty: Any
) -> Cells:
    """Values of states and years, repeated over the periods of each year, shape (S, T)."""
    first, last = grid.year_span
    inside = (rows >= 0) & (years >= first) & (years <= last)
    dtype = object if values.dtype == object else np.float64
    table: npt.NDArray[Any] = np.full((len(grid.iso3), last - first + 1), empty, dtype=dtype)
    table[rows[inside], years[inside] - first] = values[inside]
    return np.asarray(table[:, grid.years - first])


def year_published(grid: Grid, rule: Publication) -> Days:
    """Day on which the value of each period's year becomes known, shape (1, T)."""
    ends = np.array([f"{year}-12-31" for year in grid.years], dtype="datetime64[D]")
    return rule.dates(ends)[None, :]


def whole_years(grid: Grid, places: list[str], first: str, last: str) -> Bools:
    """Cells of the states `places` in the years that lie wholly between two dates, shape (S, T)."""
    begins = pd.Period(first).start_time
    ends = pd.Period(last).end_time
    low = begins.year + ((begins.month, begins.day) > (1, 1))
    high = ends.year - ((ends.month, ends.day) < (12, 31))
    rows = np.isin(grid.iso3, places)
    return np.asarray(rows[:, None] & ((grid.years >= low) & (grid.years <= high))[None, :])


def annual_layer(context: Context, values: Cells, field: Field, description: Record, *, members: list[str]) -> Layer:
    """Layer of one field or series of a yearly dataset, by the coverage and publication rule of its record."""
    grid, cover = context.grid, description.coverage
    first, last = field.first or cover.first, field.last or cover.last
    covered = whole_years(grid, members, first, last)
    return settle(
        context,
        field.name,
        values,
        covered=covered,
        published=year_published(grid, field.published or description.published),
        kind="text" if values.dtype == object else "level",
        source=description.name,
        native="Y",
        extent=f"{first[:4]} to {last[:4]} ({field.places or cover.places})",
        label=field.label_en,
        unit=field.unit,
    )
