"""From a declared panel to its columns on the raster."""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sahelkit._types import Bools
from sahelkit.errors import CoverageWarning
from sahelkit.panels.declared import Declared
from sahelkit.panels.history import Lead
from sahelkit.panels.layers import Context, Layer, check_layers
from sahelkit.panels.neighbours import Neighbours, land_borders
from sahelkit.panels.placing import unplaced, words
from sahelkit.panels.universe import HISTORY_BEGINS, Grid, make_grid, state_spells
from sahelkit.panels.userframe import UserFrame

# `cached_property` stands between a property and the code that asks for it.
_WITHIN = (str(Path(__file__).resolve().parents[1]), str(functools.__file__))


@dataclass(frozen=True)
class Raster:
    """A panel evaluated: every column on the raster, and which part of it the panel shows.

    Attributes
    ----------
    grid : Grid
        All states and periods that were needed: neighbours and history included.
    rows : array of bool, shape (S,)
        States of the panel.
    columns : slice
        Periods of the panel; those that begin after the day of knowledge are left out.
    layers : mapping of str to Layer
        The columns, in order.
    names : mapping of str to str
        English name of each state.
    unplaced : tuple of pandas.DataFrame
        For each of the user's frames the rows that find no place, see `sahelkit.panels.placing.unplaced`.
    """

    grid: Grid
    rows: Bools
    columns: slice
    layers: Mapping[str, Layer]
    names: Mapping[str, str]
    unplaced: tuple[pd.DataFrame, ...] = ()

    @property
    def shown(self) -> Bools:
        """Cells that are rows of the frame, shape (S, T)."""
        window = np.zeros(self.grid.shape[1], dtype=bool)
        window[self.columns] = True
        return self.grid.exists & self.rows[:, None] & window[None, :]


def evaluate(panel: Declared, *, warn: bool = True) -> Raster:
    """Run the steps of a panel on its raster.

    Parameters
    ----------
    panel : Panel
        What to evaluate.
    warn : bool
        Whether to warn of what the sources do not cover.

    Warns
    -----
    CoverageWarning
        Once for each source that does not cover all existing units of the panel, for each user's frame of which rows
        find no place in it, and for each step that has something else to say of the countries and days shown.
    """
    spells = state_spells(panel.version)
    states = set(panel.countries)
    if any(isinstance(step, Neighbours) for step in panel.steps):
        borders = land_borders(panel.version)
        states |= set(borders.loc[borders["iso3"].isin(panel.countries), "neighbour_iso3"])
    history = (HISTORY_BEGINS - 1970) * (12 if panel.freq == "M" else 1)
    first = min(panel.start.ordinal, history)
    # A lead reads the periods after the last one, which are no rows.
    ahead = sum(step.periods for step in panel.steps if isinstance(step, Lead))
    grid = make_grid(spells, sorted(states), freq=panel.freq, first=first, last=panel.end.ordinal + ahead)
    known_on = None if panel.known_on is None else np.datetime64(panel.known_on, "D")
    context = Context(grid=grid, as_of=known_on, version=panel.version)
    layers: dict[str, Layer] = {}
    kinds: dict[str, str] = {}
    for step in panel.steps:
        found, wanted = step.layers(context, layers), step.kinds(panel.version, kinds)
        check_layers(step, found, wanted, context)
        kinds |= wanted
        layers.update({layer.name: layer for layer in found})
    stop = grid.shape[1] - ahead
    if known_on is not None:
        stop = min(stop, int(np.searchsorted(grid.starts, known_on, side="right")))
    frames = [step for step in panel.steps if isinstance(step, UserFrame)]
    begins = panel.start.ordinal - first
    computes = any(layer.published is None for layer in layers.values())
    lost = tuple(unplaced(step, grid, first=begins, history=computes) for step in frames)
    raster = Raster(
        grid=grid,
        rows=np.isin(grid.iso3, panel.countries),
        columns=slice(begins, stop),
        layers=layers,
        names=dict(zip(spells["iso3"], spells["name_en"], strict=True)),
        unplaced=lost,
    )
    if warn:
        _warn_of_gaps(raster, list(layers.values()))
        for step, table in zip(frames, lost, strict=True):
            if len(table):
                text = words(table, total=len(step.rows), first=str(panel.start), last=str(panel.end))
                warnings.warn(text, CoverageWarning, stacklevel=_levels_to_caller())
        _warn_of_cautions(panel, raster)
    return raster


def _warn_of_cautions(panel: Declared, raster: Raster) -> None:
    starts, ends = raster.grid.starts[raster.columns], raster.grid.ends[raster.columns]
    if not len(starts):
        return
    first, last = pd.Timestamp(starts[0]), pd.Timestamp(ends[-1])
    for step in panel.steps:
        text = step.caution(panel.countries, first, last, panel.version)
        if text:
            warnings.warn(text, CoverageWarning, stacklevel=_levels_to_caller())


def _warn_of_gaps(raster: Raster, layers: Sequence[Layer]) -> None:
    shown = raster.shown
    total = int(shown.sum())
    unit = "country-months" if raster.grid.freq == "M" else "country-years"
    gaps: dict[str, dict[str, tuple[list[str], int]]] = {}
    for layer in layers:
        outside = int((shown & ~layer.covered).sum()) if layer.extent else 0
        if outside:
            names, _ = gaps.setdefault(layer.source, {}).setdefault(layer.extent, ([], outside))
            names.append(layer.name)
    for source, extents in gaps.items():
        parts = [
            f"{extent} for {_some(names)} ({outside:,} of {total:,} {unit} lie outside)"
            for extent, (names, outside) in extents.items()
        ]
        text = f"{source} covers {'; '.join(parts)}. Outside, the value is NA, not zero."
        warnings.warn(text, CoverageWarning, stacklevel=_levels_to_caller())


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")


def _levels_to_caller() -> int:
    """Levels from the caller up to the first line outside this package, so that the warning points at it."""
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_code.co_filename.startswith(_WITHIN):
        frame, level = frame.f_back, level + 1
    return level
