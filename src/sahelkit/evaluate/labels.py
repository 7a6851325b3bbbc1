"""What a back-test forecasts: an event within a window of periods, and the day on which that was known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.options import check_options
from sahelkit.panels.builder import Panel
from sahelkit.panels.coups import Coups
from sahelkit.panels.evaluate import evaluate
from sahelkit.tables.coup_releases import releases

RULE = "powell_thyne"


@dataclass(frozen=True)
class Labels:
    """Outcome of each row of a panel.

    Attributes
    ----------
    happened : array, shape (n,)
        1 if there was an event in the window, 0 if there was none, NaN if that is not (wholly) known.
    known_on : array of datetime64[D], shape (n,)
        Day on which the whole window was published; NaT where `happened` is NaN.
    """

    happened: npt.NDArray[np.float64]
    known_on: npt.NDArray[np.datetime64]


def check_outcome(panel: Panel, outcome: str) -> None:
    """Raise unless the panel has a count of events of that name, from a source.

    Raises
    ------
    UnknownNameError
        If there is no such column.
    OptionError
        If the column is no count, or is computed from other columns.
    """
    if outcome not in panel.columns:
        raise UnknownNameError("panel column", outcome, panel.columns, repair="Add its source, e.g. .add_coups()")
    if panel._kinds[outcome] != "count" or _source(panel, outcome) is None:
        usable = ", ".join(name for name, kind in panel._kinds.items() if kind == "count" and _source(panel, name))
        raise OptionError("outcome", outcome, f"not a count of events from a source (there are: {usable or 'none'})")


def _source(panel: Panel, name: str) -> Panel | None:
    """The panel with only the step that brings a column; None if the column is computed from others."""
    for step in panel.steps:
        if not step.computed and name in step.kinds(panel.version, {}):
            return replace(panel, steps=(step,))
    return None


def labels(panel: Panel, outcome: str, rows: pd.DataFrame, *, horizon: int) -> Labels:
    """Outcome of each row: an event in its own period or in the ``horizon - 1`` periods after it.

    Periods in which the state does not exist hold no event. A window with an unknown period is NA, even if an event in
    it is known already: to count such windows only when there was an event would choose them by their outcome.

    Parameters
    ----------
    panel : Panel
        Panel with the count `outcome`.
    outcome : str
        Name of the count.
    rows : pandas.DataFrame
        Columns ``iso3`` and ``period``.
    horizon : int
        Length of the window in periods.
    """
    check_options(horizon=horizon)
    source = _source(panel, outcome)
    assert source is not None
    raster = evaluate(replace(source, end=panel.end + (horizon - 1)), warn=False)
    layer, grid = raster.layers[outcome], raster.grid
    assert layer.published is not None
    never = np.datetime64("NaT", "D")
    missing = grid.exists & np.isnan(layer.values)
    events = np.nan_to_num(layer.values) > 0
    stamps = np.where(grid.exists, layer.published, np.datetime64("0001-01-01", "D"))
    shape = (grid.shape[0], grid.shape[1] - horizon + 1)
    happened = np.zeros(shape, dtype=bool)
    unknown = np.zeros(shape, dtype=bool)
    known_on = np.full(shape, np.datetime64("0001-01-01", "D"))
    for ahead in range(horizon):
        part = slice(ahead, ahead + shape[1])
        happened |= events[:, part]
        unknown |= missing[:, part]
        known_on = np.maximum(known_on, stamps[:, part])
    row = grid.rows_of(rows["iso3"])
    column = pd.PeriodIndex(rows["period"]).asi8 - grid.first
    blind = unknown[row, column]
    return Labels(
        happened=np.where(blind, np.nan, happened[row, column].astype(np.float64)),
        known_on=np.where(blind, never, known_on[row, column]),
    )


def release_on(days: npt.NDArray[np.datetime64], version: str | None) -> list[str]:
    """Newest release of Powell and Thyne's list on each day; the oldest that we hold where there was none yet."""
    known = releases(version)
    out = np.array(known, dtype="datetime64[D]")
    place = np.searchsorted(out, days.astype("datetime64[D]"), side="right") - 1
    return [known[max(int(number), 0)] for number in place]


def with_release(panel: Panel, release: str) -> Panel:
    """The panel with the coups of one release in place of today's.

    Raises
    ------
    OptionError
        If the panel does not count coups by Powell and Thyne's rule.
    """
    coups = [step for step in panel.steps if isinstance(step, Coups)]
    if not coups or coups[0].rule != RULE:
        rule = coups[0].rule if coups else None
        why = f"only Powell and Thyne's list has releases, and the panel's coups follow rule={rule!r}"
        raise OptionError("vintages", True, why, repair=f"Use .add_coups(rule={RULE!r})")
    steps = tuple(replace(step, release=release) if isinstance(step, Coups) else step for step in panel.steps)
    return replace(panel, steps=steps)
