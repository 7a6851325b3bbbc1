"""Dated events on the raster: how many fell in each period, as far as they were known."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Bools
from sahelkit.catalog.publication import Published
from sahelkit.panels.layers import Context, Layer, Seen, shifted


def event_layer(
    context: Context,
    name: str,
    events: pd.DataFrame,
    *,
    covered: Bools,
    rule: Published,
    source: str,
    extent: str = "",
    label: str = "",
    unit: str = "",
) -> Layer:
    """Count events per state and period.

    An event is known from its own date plus the publication lag. That a period has no (further) event is known
    only from the period's last day plus the lag: until then a period with known events shows those, the least it
    can be, and a period without shows NA.

    Parameters
    ----------
    events : pandas.DataFrame
        Columns ``iso3`` and ``date``; ``known``, if present, is the day on which each event became known, which the
        rule says where it is empty.
    covered : array of bool, shape (S, T)
        Where a missing event means that there was none.
    rule : Published
        Publication rule of the events.
    """
    grid = context.grid
    days = events["date"].to_numpy().astype("datetime64[D]")
    rows, columns = grid.rows_of(events["iso3"]), grid.columns_of(days)
    published = rule.dates(days)
    if "known" in events.columns:
        stated = events["known"].to_numpy().astype("datetime64[D]")
        published = np.where(np.isnat(stated), published, stated)
    seen = (rows >= 0) & (columns >= 0) & ~context.unpublished(published)
    counts = _count(rows[seen], columns[seen], grid.shape)
    complete = np.broadcast_to(rule.dates(grid.ends)[None, :], grid.shape)
    stamps = complete
    speaks = covered & grid.exists
    hidden = speaks & context.unpublished(complete)
    if hidden.any():
        stamps = complete.copy()
        latest = np.full(grid.shape, np.datetime64("0001-01-01"), dtype="datetime64[D]")
        np.maximum.at(latest, (rows[seen], columns[seen]), published[seen])
        partial = hidden & (counts > 0)
        stamps[partial] = latest[partial]

    def look_back(back: int) -> Seen:
        late = shifted(complete, back, complete[0, 0]) > grid.starts[None, :]
        then = shifted(speaks, back, False)
        veiled = then & late
        found = shifted(counts, back, 0.0)
        if veiled.any():
            target = columns[seen] + back
            told = target < grid.shape[1]
            told[told] = published[seen][told] <= grid.starts[target[told]]
            found = np.where(late, _count(rows[seen][told], target[told], grid.shape), found)
        return Seen(np.where(then & (~veiled | (found > 0)), found, np.nan), shifted(covered, back, False), veiled)

    return Layer(
        name=name,
        values=np.where(speaks & (~hidden | (counts > 0)), counts, np.nan),
        covered=covered,
        hidden=hidden,
        published=stamps,
        kind="count",
        source=source,
        native=grid.freq,
        extent=extent,
        label=label,
        unit=unit,
        seen=look_back,
    )


def _count(rows: npt.NDArray[Any], columns: npt.NDArray[Any], shape: tuple[int, int]) -> npt.NDArray[np.float64]:
    flat = np.bincount(rows * shape[1] + columns, minlength=shape[0] * shape[1])
    return flat.reshape(shape).astype(np.float64)
