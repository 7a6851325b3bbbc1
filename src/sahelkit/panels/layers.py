"""One column of a panel on the raster, with what its source covers and when each value became known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit import options
from sahelkit._types import Bools, Cells, Days
from sahelkit.errors import OptionError
from sahelkit.panels.universe import Grid

KINDS = ("count", "level", "text")


@dataclass(frozen=True)
class Seen:
    """A column as it looked on the first day of each period, some periods back.

    Attributes
    ----------
    values, covered, hidden : arrays, shape (S, T)
        As in `Layer`; column t describes the period t - back, as it was known on the first day of period t.
    """

    values: Cells
    covered: Bools
    hidden: Bools


@dataclass(frozen=True)
class Layer:
    """Values of one column before they become rows.

    Attributes
    ----------
    name : str
        Name of the column.
    values : array, shape (S, T)
        float64 with NaN, or objects with None for text. NaN where the state does not exist, where the source
        does not speak or has no value, and where the value was not yet known.
    covered : array of bool, shape (S, T)
        True where the source speaks, whether or not it has a value there.
    hidden : array of bool, shape (S, T)
        True where the value is covered and withheld (wholly or in part), because it was not yet known.
    published : array of datetime64[D], shape (S, T) or None
        Day on which the value became known; None for columns that are computed from other columns.
    kind : str
        ``"count"`` (events per period), ``"level"`` (a measurement) or ``"text"``.
    source : str
        Dataset the column comes from; ``""`` for a user's own frame and for computed columns.
    native : str
        ``"Y"`` for an annual value that stands on each month of its year, else the frequency of the panel.
    extent : str
        What the source covers, in words; ``""`` where there is nothing to warn of.
    seen : callable or None
        Gives `Seen` for a number of periods back, where a value is not simply blank before its `published` day.
    """

    name: str
    values: Cells
    covered: Bools
    hidden: Bools
    published: Days | None
    kind: str
    source: str
    native: str
    extent: str = ""
    label: str = ""
    unit: str = ""
    seen: Callable[[int], Seen] | None = None

    @property
    def known(self) -> Bools:
        """Cells with a value, shape (S, T)."""
        if self.values.dtype == object:
            return np.asarray(self.values != None)  # noqa: E711  element by element
        return ~np.isnan(self.values)


@dataclass(frozen=True)
class Context:
    """What a step needs beside its own options: the raster, the day of knowledge and the data version."""

    grid: Grid
    as_of: np.datetime64 | None
    version: str | None

    def unpublished(self, published: Days) -> Bools:
        """Cells whose value is not yet known on the day of knowledge."""
        if self.as_of is None:
            return np.zeros(published.shape, dtype=bool)
        return np.asarray(published > self.as_of)


class Step:
    """One thing that a panel adds: a source, or columns computed from those that stand before it.

    Subclass it for a source of your own that `Panel.add_frame` cannot hold, and add it with `Panel.add`. A step gives
    `kinds` and `layers`; the rest may stay as it is. It is evaluated anew for each panel, so that it holds its options
    and no state; a frozen dataclass can be pickled and compared.

    What a step gets
        The raster (`Context.grid`): more states than the panel has where neighbours are needed, and periods back to
        1945; the day of knowledge (`Context.as_of`, None for today) and the data version. `have` holds the columns of
        the steps before it, which show only what was known on that day.
    What it gives
        One `Layer` for each name in `kinds`, with arrays of the shape of the raster. Values that were not yet known on
        the day of knowledge are blank: `settle` blanks them by the day on which each `published`. A column that is
        computed from those in `have` needs no such days (``published=None``), but `real_time` then cannot follow it.

    `Panel.frame` raises OptionError for a step outside this package that gives other columns than it named, arrays of
    another shape or type, or values that were not yet known.

    Examples
    --------
    Rain in one state, known 30 days after each month:

    >>> from sahelkit import panel
    >>> class Rain(Step):
    ...     def kinds(self, version, have):
    ...         return {"rain_mm": "level"}
    ...
    ...     def layers(self, context, have):
    ...         grid = context.grid
    ...         values = np.full(grid.shape, np.nan)
    ...         values[grid.rows_of(pd.Series(["MLI"])), grid.columns_of(["2012-03-01"])] = 2.5
    ...         known = grid.ends + np.timedelta64(30, "D")
    ...         return [settle(context, "rain_mm", values, covered=~np.isnan(values), published=known, kind="level")]
    >>> mali = panel("Mali", "2012-03", "2012-04").add(Rain()).lag("rain_mm", months=1)
    >>> mali.frame[["rain_mm", "rain_mm_lag1"]].to_numpy().tolist()
    [[2.5, nan], [nan, 2.5]]
    >>> mali.as_of("2012-04-29").frame["rain_mm_lag1"].tolist()
    [nan, nan]
    """

    reads: ClassVar[tuple[str, ...]] = ()
    # Whether the columns are computed from columns of the panel, rather than brought from outside.
    computed: ClassVar[bool] = False

    def made_from(self, name: str) -> str | None:
        """Column of the panel from which the step computes one of its own; None where it brings it from outside."""
        return None

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Names of the columns that the step adds, with their kinds; `have` names those that stand before it.

        A kind is ``"count"`` (events per period: may be added up, lagged and counted from), ``"level"`` or ``"text"``.
        """
        raise NotImplementedError

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster, as they were known on the day of knowledge."""
        raise NotImplementedError

    def datasets(self) -> tuple[str, ...]:
        """Datasets of sahelkit that the step reads; their versions go into ``frame.attrs``."""
        return self.reads

    def settings(self) -> dict[str, Any]:
        """What a reader must know to repeat the step, for ``frame.attrs``; mappings of several steps are joined."""
        return {}

    def caution(self, countries: Sequence[str], first: pd.Timestamp, last: pd.Timestamp, version: str | None) -> str:
        """What to warn of in a panel of these countries and days beside gaps; ``""`` if there is nothing."""
        return ""


def check_layers(step: Step, found: Sequence[Layer], wanted: Iterable[str], context: Context) -> None:
    """Raise OptionError for a step outside this package whose layers are not what it promised; see `Step`."""
    if type(step).__module__.startswith("sahelkit."):
        return
    name = type(step).__name__
    if [layer.name for layer in found] != [*wanted]:
        raise OptionError("step", name, f"it gives the columns {[layer.name for layer in found]}, not {[*wanted]}")
    for layer in found:
        repair = f"Look at the layer {layer.name!r}"
        for what in (layer.values, layer.covered, layer.hidden):
            if np.shape(what) != context.grid.shape:
                why = f"an array of its layer has the shape {np.shape(what)}, and the raster {context.grid.shape}"
                raise OptionError("step", name, why, repair=repair)
        if layer.values.dtype not in (np.dtype(float), np.dtype(object)):
            why = f"its values are {layer.values.dtype}: numbers are float64 with NaN, texts objects with None"
            raise OptionError("step", name, why, repair=repair)
        if layer.published is not None and (layer.known & context.unpublished(layer.published)).any():
            why = f"it shows values that were not yet known on {context.as_of}"
            raise OptionError("step", name, why, repair="Make its layers with sahelkit.panels.settle")


def settle(
    context: Context,
    name: str,
    values: Cells,
    *,
    covered: Bools | bool,
    published: Days | np.datetime64,
    kind: str,
    source: str = "",
    native: str = "",
    extent: str = "",
    label: str = "",
    unit: str = "",
) -> Layer:
    """Make a layer: blank what does not exist, is not covered or was not yet known.

    Parameters
    ----------
    context : Context
        What the step was given.
    name : str
        Name of the column.
    values : array, shape (S, T)
        Numbers as float64 with NaN, or objects with None for text.
    covered : array of bool, shape (S, T), or one that stretches to it
        Where the source speaks.
    published : array of datetime64[D], shape (S, T), or one that stretches to it
        Day on which each value became known.
    kind, source, native, extent, label, unit : str
        As in `Layer`; `native` is the frequency of the panel when empty.

    Returns
    -------
    Layer

    Examples
    --------
    >>> from sahelkit.panels.universe import make_grid, state_spells
    >>> grid = make_grid(state_spells(None), ["MLI"], freq="Y", first=42, last=43)
    >>> context = Context(grid, np.datetime64("2013-06-01"), None)
    >>> rain = np.array([[3.0, 4.0]])
    >>> settle(context, "rain", rain, covered=True, published=grid.ends, kind="level").values
    array([[ 3., nan]])
    """
    grid = context.grid
    covered = np.broadcast_to(covered, grid.shape)
    published = np.broadcast_to(published, grid.shape)
    hidden = covered & grid.exists & context.unpublished(published)
    keep = covered & grid.exists & ~hidden
    blank: Any = None if values.dtype == object else np.nan
    return Layer(
        name=name,
        values=np.where(keep, values, blank),
        covered=covered,
        hidden=hidden,
        published=published,
        kind=kind,
        source=source,
        native=native or grid.freq,
        extent=extent,
        label=label,
        unit=unit,
    )


def as_names(columns: str | Sequence[str]) -> tuple[str, ...]:
    """One name or several, as a tuple."""
    return tuple(options.as_names("columns", columns))


def shifted(values: Cells, periods: int, fill: Any) -> npt.NDArray[Any]:
    """Array moved `periods` columns to the right (to the left where negative), what falls free filled with `fill`.

    Examples
    --------
    >>> shifted(np.array([[1, 2, 3]]), 1, 0).tolist(), shifted(np.array([[1, 2, 3]]), -1, 0).tolist()
    ([[0, 1, 2]], [[2, 3, 0]])
    """
    out = np.full_like(values, fill)
    if abs(periods) < values.shape[1]:
        kept = values.shape[1] - abs(periods)
        out[:, max(periods, 0) :][:, :kept] = values[:, max(-periods, 0) :][:, :kept]
    return out
