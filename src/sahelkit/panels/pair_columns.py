"""What a panel of pairs knows of each pair: border, distance, ties, organisations, weights, refugees, and lags."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from sahelkit._types import Bools, Floats
from sahelkit.catalog import Record
from sahelkit.exposure.weights import aligned
from sahelkit.geography import places
from sahelkit.panels.annual import year_published
from sahelkit.panels.layers import Context
from sahelkit.panels.neighbours import BORDERS, land_borders, map_begins, spans
from sahelkit.panels.universe import Grid, make_grid, state_spells
from sahelkit.tables.memberships import load_memberships
from sahelkit.tables.read import read_table, record_of

if TYPE_CHECKING:
    import xarray as xr

Suspended: TypeAlias = Literal["count", "leave_out"]
SUSPENDED: tuple[Suspended, ...] = get_args(Suspended)
DISTANCES = ("cepii_distance_km", "cepii_capital_distance_km", "cepii_weighted_distance_km")
TIES = (
    "cepii_common_official_language",
    "cepii_common_spoken_language",
    "cepii_colonial_tie",
    "cepii_common_coloniser",
)
REFUGEES = "unhcr_refugees"


@dataclass(frozen=True)
class PairLayer:
    """One column of pairs on the raster of a part of the panel.

    Attributes
    ----------
    values : array of float, shape (S, S, T) or (S, S, 1)
        Source, target, period; NaN where the value is unknown or was not yet published.
    covered, hidden : arrays of bool that stretch to (S, S, T)
        Where the source speaks; where its value was not yet published.
    source, label, unit : str
        Dataset (empty for what the user gave), what it is, in what.
    symmetric : bool
        Whether it is the same from either side.
    """

    values: Floats
    covered: Bools
    hidden: Bools
    source: str
    label: str
    unit: str = ""
    symmetric: bool = True


class PairStep:
    """One thing that a panel of pairs adds to each pair."""

    def names(self) -> tuple[str, ...]:
        """The columns."""
        raise NotImplementedError

    def layers(self, context: Context) -> dict[str, PairLayer]:
        """The columns on the raster, as they were known on the day of knowledge."""
        raise NotImplementedError

    def datasets(self) -> tuple[str, ...]:
        """Datasets that the step reads."""
        return (BORDERS,)

    def settings(self) -> dict[str, str]:
        """What a reader must know to repeat the step, for ``frame.attrs``."""
        return {}


_NEVER = np.zeros((1, 1, 1), dtype=bool)


@dataclass(frozen=True)
class Borders(PairStep):
    """Whether two states share a land border on at least one day of the period."""

    def names(self) -> tuple[str, ...]:
        """The column."""
        return ("border",)

    def layers(self, context: Context) -> dict[str, PairLayer]:
        """1, 0, or NaN before borders are known."""
        grid = context.grid
        states, periods = grid.shape
        values = np.zeros((states, states, periods))
        for row, other, columns in spans(land_borders(context.version), grid):
            values[row, other, columns] = 1.0
        covered = (grid.starts >= map_begins())[None, None, :]
        layer = PairLayer(np.where(covered, values, np.nan), covered, _NEVER, BORDERS, "Land or river border")
        return {"border": layer}


@dataclass(frozen=True)
class Fixed(PairStep):
    """Columns of the table of distances, which have no date."""

    of: tuple[str, ...]

    def names(self) -> tuple[str, ...]:
        """The columns."""
        return self.of

    def layers(self, context: Context) -> dict[str, PairLayer]:
        """Numbers, or 1 and 0; NaN for states that CEPII does not have."""
        grid = context.grid
        description = record_of(BORDERS, context.version)
        fields = {field.name: field for table in description.tables for field in table.fields}
        keys = ["iso3", "partner_iso3"]
        frame = read_table(BORDERS, "distances", version=context.version, columns=[*keys, *self.of])
        here, there = (grid.rows_of(frame[key]) for key in keys)
        kept = (here >= 0) & (there >= 0)
        found = {}
        for name in self.of:
            values = np.full((len(grid.iso3), len(grid.iso3), 1), np.nan)
            values[here[kept], there[kept], 0] = frame[name].to_numpy(dtype="float64", na_value=np.nan)[kept]
            layer = PairLayer(values, ~np.isnan(values), _NEVER, BORDERS, fields[name].label_en, fields[name].unit)
            found[name] = layer
        return found


@dataclass(frozen=True)
class Organisations(PairStep):
    """Number of organisations to which both states belong on the first day of the period."""

    of: tuple[str, ...]
    suspended: Suspended

    def names(self) -> tuple[str, ...]:
        """The column."""
        return ("shared_organisations",)

    def datasets(self) -> tuple[str, ...]:
        """The memberships."""
        return ("memberships",)

    def settings(self) -> dict[str, str]:
        """Which organisations, and what becomes of suspended members."""
        rule = "suspended members count" if self.suspended == "count" else "suspended members do not count"
        return {"shared_organisations": f"{', '.join(self.of)}; {rule}"}

    def layers(self, context: Context) -> dict[str, PairLayer]:
        """Counts; NaN outside the study region, outside the table's days, and where a membership is unsure."""
        grid = context.grid
        cover = record_of("memberships", context.version).coverage
        first, last = (np.datetime64(pd.Timestamp(day), "D") for day in (cover.first, cover.last))
        known = np.isin(grid.iso3, places.members(cover.places))
        when = (grid.starts >= first) & (grid.starts <= last)
        covered = known[:, None, None] & known[None, :, None] & when
        frame = load_memberships(organisations=list(self.of), version=context.version)
        surely, maybe = self._both(frame, grid)
        values = np.where(covered & (surely == maybe), surely, np.nan)
        label = "Organisations to which both states belong"
        layer = PairLayer(values, covered, _NEVER, "memberships", label, "organisations")
        return {"shared_organisations": layer}

    def _both(self, frame: pd.DataFrame, grid: Grid) -> tuple[Floats, Floats]:
        """Organisations that two states surely and perhaps share in each period, each of shape (S, S, T)."""
        day = grid.starts.astype("datetime64[ns]")[None, :]
        start_min, start_max, end_min, end_max = (
            frame[name].to_numpy(dtype="datetime64[ns]")[:, None]
            for name in ("start_min", "start_max", "end_min", "end_max")
        )
        # As `sahelkit.tables.day_bounds` has it for one day; no comparison with an unknown day is true.
        held = {
            True: (np.isnat(end_max) | (end_min > day)) & (start_max <= day),
            False: ~(end_max <= day) & ~(start_min > day),
        }
        spells = {}
        for status in ("member", "suspended"):
            for sure, holds in held.items():
                found = spells[status, sure] = np.zeros((len(self.of), *grid.shape), dtype=bool)
                for organisation, iso3, state, row in zip(
                    frame["organisation"], frame["iso3"], frame["status"], holds, strict=True
                ):
                    if state == status and iso3 in grid.iso3:
                        found[self.of.index(organisation), grid.iso3.index(iso3)] |= row
        surely, maybe = spells["member", True], spells["member", False]
        if self.suspended == "leave_out":
            surely, maybe = surely & ~spells["suspended", False], maybe & ~spells["suspended", True]
        return _shared(surely), _shared(maybe)


def _shared(belongs: Bools) -> Floats:
    """Organisations that two states have in common, from who belongs to which in each period."""
    counts = belongs.astype(float)
    return np.asarray(np.einsum("oit,ojt->ijt", counts, counts))


@dataclass(frozen=True, eq=False)
class Weights(PairStep):
    """How much an event in the source counts for the target."""

    weights: xr.DataArray | None
    name: str

    def names(self) -> tuple[str, ...]:
        """The column."""
        return (self.name,)

    def datasets(self) -> tuple[str, ...]:
        """The borders, unless the user gave weights."""
        return (BORDERS,) if self.weights is None else ()

    def settings(self) -> dict[str, str]:
        """Kind and normalisation, where the array says them."""
        notes = {} if self.weights is None else self.weights.attrs
        kind = "land" if self.weights is None else notes.get("kind", "the user's own")
        how = "column" if self.weights is None else notes.get("normalise", "as given")
        return {self.name: f"weights {kind}, normalised: {how}"}

    def layers(self, context: Context) -> dict[str, PairLayer]:
        """The weights, without date."""
        matrix = aligned(self.weights, context.grid.iso3, version=context.version)
        source = BORDERS if self.weights is None else ""
        label = "Weight of an event in the source for the target"
        even = bool(np.array_equal(matrix, matrix.T))
        return {self.name: PairLayer(matrix.T[:, :, None], ~_NEVER, _NEVER, source, label, symmetric=even)}


@dataclass(frozen=True)
class Refugees(PairStep):
    """People who fled from the source and live in the target."""

    def names(self) -> tuple[str, ...]:
        """The column."""
        return (REFUGEES,)

    def datasets(self) -> tuple[str, ...]:
        """The refugees."""
        return ("refugees",)

    def layers(self, context: Context) -> dict[str, PairLayer]:
        """Numbers at the end of the year, on each period of it."""
        grid = context.grid
        description: Record = record_of("refugees", context.version)
        field = description.tables[0].field(REFUGEES)
        first, last = grid.year_span
        frame = read_table("refugees", version=context.version, columns=["iso3", "asylum_iso3", "year", REFUGEES])
        frame = frame[frame["year"].between(first, last)]
        years = frame["year"].to_numpy(dtype=np.int64) - first
        here, there = grid.rows_of(frame["iso3"]), grid.rows_of(frame["asylum_iso3"])
        size = len(grid.iso3)
        table = np.full((size, size, last - first + 1), np.nan)
        # A state of asylum that reports anybody in a year reports all; a pair without a row is then 0.
        reports = np.zeros((size, last - first + 1), dtype=bool)
        reports[there[there >= 0], years[there >= 0]] = True
        reports[:, np.arange(first, last + 1) < int(description.details["zero_from"])] = False
        table[:, reports] = 0.0
        kept = (here >= 0) & (there >= 0)
        table[here[kept], there[kept], years[kept]] = frame[REFUGEES].to_numpy(dtype="float64", na_value=np.nan)[kept]
        values = table[:, :, grid.years - first]
        begins, ends = int(description.coverage.first[:4]), int(description.coverage.last[:4])
        covered = ((grid.years >= begins) & (grid.years <= ends))[None, None, :]
        published = np.broadcast_to(year_published(grid, description.published), (1, grid.shape[1]))
        hidden = covered & context.unpublished(published)[None, :, :]
        layer = PairLayer(
            np.where(covered & ~hidden, values, np.nan),
            covered,
            hidden,
            "refugees",
            field.label_en,
            field.unit,
            symmetric=False,
        )
        return {REFUGEES: layer}


@dataclass(frozen=True)
class PairLag(PairStep):
    """A column of pairs some periods earlier; NaN where one of the states did not exist then."""

    step: PairStep
    of: tuple[str, ...]
    periods: int

    def names(self) -> tuple[str, ...]:
        """The columns."""
        return tuple(f"{name}_lag{self.periods}" for name in self.of)

    def datasets(self) -> tuple[str, ...]:
        """Those of the column."""
        return self.step.datasets()

    def layers(self, context: Context) -> dict[str, PairLayer]:
        """The columns on the raster."""
        grid = context.grid
        first = grid.first - self.periods
        then = make_grid(
            state_spells(context.version),
            grid.iso3,
            freq=grid.freq,
            first=first,
            last=first + grid.shape[1] - 1,
        )
        both = then.exists[:, None, :] & then.exists[None, :, :]
        found: Mapping[str, PairLayer] = self.step.layers(replace(context, grid=then))
        lagged: dict[str, Any] = {}
        for name in self.of:
            layer = found[name]
            lagged[f"{name}_lag{self.periods}"] = replace(layer, values=np.where(both, layer.values, np.nan))
        return lagged
