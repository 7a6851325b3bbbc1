"""One column of a panel on the raster, with what its source covers and when each value became known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit import options
from sahelkit._types import Bools, Cells, Days
from sahelkit.panels.universe import Grid


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
    """One thing that a panel adds: a source, or columns computed from those that stand before it."""

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Names of the columns that the step adds, with their kinds; `have` names those that stand before it."""
        raise NotImplementedError

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        raise NotImplementedError

    def datasets(self) -> tuple[str, ...]:
        """Datasets that the step reads."""
        return ()

    def settings(self) -> dict[str, str]:
        """What a reader must know to repeat the step, for ``frame.attrs``."""
        return {}

    def caution(self, countries: Sequence[str], first: pd.Timestamp, last: pd.Timestamp, version: str | None) -> str:
        """What to warn of in a panel of these countries and days beside gaps; ``""`` if there is nothing."""
        return ""


def settle(
    context: Context,
    name: str,
    values: Cells,
    *,
    covered: Bools,
    published: Days,
    kind: str,
    source: str,
    native: str = "",
    extent: str = "",
    label: str = "",
    unit: str = "",
) -> Layer:
    """Make a layer: blank what does not exist, is not covered or was not yet known."""
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
    """Array moved `periods` columns to the right, the left filled with `fill`."""
    out = np.full_like(values, fill)
    if periods < values.shape[1]:
        out[:, periods:] = values[:, : values.shape[1] - periods]
    return out
