"""Yearly datasets as sources of a panel: democracy and indicators."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sahelkit.catalog import Field, Record
from sahelkit.errors import UnknownNameError
from sahelkit.geography import places
from sahelkit.panels.annual import annual_layer, spread
from sahelkit.panels.layers import Context, Layer, Step
from sahelkit.tables.read import read_table, record_of

_NOT_VALUES = ("iso3", "gwcode", "year", "independent")


def variables(description: Record) -> dict[str, Field]:
    """Series of a tidy table, or else the columns of a wide one."""
    table = description.tables[0]
    items = table.series or tuple(item for item in table.fields if item.name not in _NOT_VALUES)
    return {item.name: item for item in items}


@dataclass(frozen=True)
class Yearly(Step):
    """Values of one yearly dataset, standing on every period of their year."""

    dataset: str
    of: tuple[str, ...]

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Columns and their kinds."""
        known = variables(record_of(self.dataset, version))
        for name in self.of:
            if name not in known:
                raise UnknownNameError(
                    f"variable of {self.dataset}", name, known, repair=f"sahelkit.codebook({self.dataset!r}) lists them"
                )
        return {name: "text" if known[name].type == "string" else "level" for name in self.of}

    def datasets(self) -> tuple[str, ...]:
        """Datasets that the step reads."""
        return (self.dataset,)

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        description = record_of(self.dataset, context.version)
        known = variables(description)
        found = []
        for name, frame in self._frames(description, context.version).items():
            rows = context.grid.rows_of(frame["iso3"])
            years = frame["year"].to_numpy(dtype=np.int64)
            if known[name].type == "string":
                text = frame[name].astype("object")
                values = spread(context.grid, rows, years, text.where(text.notna(), None).to_numpy(dtype=object), None)
            else:
                numbers = frame[name].to_numpy(dtype="float64", na_value=np.nan)
                values = spread(context.grid, rows, years, numbers, np.nan)
            members = places.members(known[name].places or description.coverage.places)
            found.append(annual_layer(context, values, known[name], description, members=members))
        return found

    def _frames(self, description: Record, version: str | None) -> dict[str, pd.DataFrame]:
        """One frame per variable, with columns ``iso3, year`` and the variable."""
        if not description.tables[0].series:
            wide = read_table(self.dataset, version=version, columns=["iso3", "year", *self.of])
            return dict.fromkeys(self.of, wide)
        tidy = read_table(
            self.dataset,
            version=version,
            columns=["iso3", "year", "indicator", "value"],
            filters=[("indicator", "in", list(self.of)), ("projection", "==", False)],
        )
        parts = {str(name): part for name, part in tidy.groupby("indicator", sort=False)}
        return {name: parts.get(name, tidy.iloc[:0]).rename(columns={"value": name}) for name in self.of}
