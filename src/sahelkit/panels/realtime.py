"""Every row of a panel as it could be known on the first day of its own period.

`Panel.as_of` shows the whole panel on one day. A forecaster needs another view: row by row, what was known when that
row lay ahead. Evaluating the panel once per period would give it, at the cost of one evaluation per period. Here each
column is asked instead how it looked so many periods back on every first day at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import Bools, Cells
from sahelkit.errors import OptionError
from sahelkit.panels import assemble
from sahelkit.panels.builder import Panel
from sahelkit.panels.carrying import Newest
from sahelkit.panels.history import Lag, Lead, Past, SinceLast, elapsed, last_before
from sahelkit.panels.layers import Layer, Seen, Step, shifted
from sahelkit.panels.neighbours import Neighbours, land_borders, map_begins, neighbour_sum, spans
from sahelkit.panels.universe import Grid
from sahelkit.panels.userframe import check_published

AS_OF = "first day of each period"


@dataclass(frozen=True)
class Moving:
    """One column seen from the first day of every period.

    Attributes
    ----------
    final : Layer
        The column as it is known today.
    at : callable
        Gives `Seen` for a number of periods back.
    delay : int
        From so many periods back on, what was seen is what is known today.
    """

    final: Layer
    at: Callable[[int], Seen]
    delay: int


def real_time(panel: Panel) -> pd.DataFrame:
    """Rows of a panel, each as `Panel.as_of` shows it on the first day of its own period.

    What stands in a row could be known before the period that the row describes: the clock of the events known by
    then, the lags that had been published. A column that is not lagged is NA in all rows, since nothing is published
    on the first day of the period that it describes.

    Parameters
    ----------
    panel : Panel
        A panel without `as_of`.

    Returns
    -------
    pandas.DataFrame
        As ``panel.frame``: one row per existing state and period, sorted by ``iso3`` and ``period``.

    Raises
    ------
    OptionError
        If it is not a panel, or has a day of knowledge already, or holds a frame of your own without a rule of
        publication, or a column that a step of your own computes from others and gives no days of publication, or a
        lead.

    Examples
    --------
    The coup of 18 August 2020 was not yet published on 1 September.

    >>> from sahelkit.panels import panel
    >>> mali = panel("Mali", "2020-08", "2020-10").add_coups().since_last("attempt")
    >>> mali.frame["since_last_attempt"].tolist(), real_time(mali)["since_last_attempt"].tolist()
    ([99.0, 1.0, 2.0], [99.0, 100.0, 2.0])
    """
    if not isinstance(panel, Panel):
        raise OptionError("panel", type(panel).__name__, "not a panel", repair="Pass what sahelkit.panel returns")
    if panel.known_on is not None:
        why = "each row has a day of knowledge of its own"
        raise OptionError("panel", f"as of {panel.known_on:%Y-%m-%d}", why, repair="Pass the panel without as_of")
    check_published(panel.steps)
    raster = panel._raster
    moving: dict[str, Moving] = {}
    for step in panel.steps:
        for name in step.kinds(panel.version, panel._kinds):
            moving[name] = _moving(step, name, raster.layers, moving, raster.grid, panel.version)
    seen = {}
    for name, column in moving.items():
        now = column.at(0)
        seen[name] = replace(column.final, values=now.values, covered=now.covered, hidden=now.hidden)
    notes = panel._provenance() | {"as_of": AS_OF}
    return assemble.to_frame(replace(raster, layers=seen), notes, calendar=panel.calendar)


def _moving(
    step: Step, name: str, layers: Mapping[str, Layer], have: Mapping[str, Moving], grid: Grid, version: str | None
) -> Moving:
    layer = layers[name]
    if isinstance(step, Lead):
        why = "a lead looks ahead, and what it holds was not known on the first day of the row's own period"
        raise OptionError("panel", name, why, repair="Leave lead() out here, and join the frame of a panel with it")
    old = step.made_from(name) or name
    if isinstance(step, Lag):
        return _lag(layer, have[old], step.periods, grid)
    if isinstance(step, Past):
        return _past(layer, have[old], step, grid)
    if isinstance(step, SinceLast):
        return _clock(layer, have[old], never=name.startswith("never_"), grid=grid)
    if isinstance(step, Newest):
        return _newest(layer, have[old], step, grid)
    if isinstance(step, Neighbours):
        return _neighbours(layer, have[old], grid, version)
    return _source(layer, grid)


def _source(layer: Layer, grid: Grid) -> Moving:
    if layer.published is None:
        why = "real_time cannot follow what a step of your own computes from other columns"
        repair = "Give its layer the days on which each value became known (published), or leave it out"
        raise OptionError("panel", layer.name, why, repair=repair)
    speaks = layer.covered & grid.exists
    if layer.seen is not None:
        return Moving(layer, layer.seen, _delay(layer.published, speaks, grid))
    blank: Any = None if layer.values.dtype == object else np.nan
    always = np.datetime64("0001-01-01", "D")
    published = layer.published

    def at(back: int) -> Seen:
        covered = shifted(layer.covered, back, False)
        late = shifted(published, back, always) > grid.starts[None, :]
        hidden = shifted(speaks, back, False) & late
        return Seen(np.where(late, blank, shifted(layer.values, back, blank)), covered, hidden)

    return Moving(layer, at, _delay(published, speaks, grid))


def _delay(published: Any, speaks: Bools, grid: Grid) -> int:
    """Periods after which every value of a source has been published."""
    stamps = np.where(speaks, published, np.datetime64("0001-01-01", "D"))
    waits = np.searchsorted(grid.starts, stamps) - np.arange(grid.shape[1])[None, :]
    return int(max(waits.max(initial=0), 0))


def _lag(layer: Layer, old: Moving, periods: int, grid: Grid) -> Moving:
    empty: Any = None if layer.values.dtype == object else np.nan

    def at(back: int) -> Seen:
        then = old.at(back + periods)
        return replace(then, values=np.where(shifted(grid.exists, back, False), then.values, empty))

    return Moving(layer, at, max(old.delay - periods, 0))


def _newest(layer: Layer, old: Moving, step: Newest, grid: Grid) -> Moving:
    place = step.named().index(layer.name)

    def at(back: int) -> Seen:
        there = shifted(grid.exists, back, False)
        return _computed(step.carried(lambda more: old.at(back + more).values, there)[place])

    return Moving(layer, at, max(old.delay - step.periods, 0))


def _computed(values: Cells) -> Seen:
    known = ~np.isnan(values)
    return Seen(values, known, np.zeros(values.shape, dtype=bool))


def _past(layer: Layer, old: Moving, step: Past, grid: Grid) -> Moving:
    early = np.arange(grid.shape[1])[None, :]

    def at(back: int) -> Seen:
        # Windows that lie wholly in the settled past are those of today's column; only the rest is summed anew.
        if back + 1 >= old.delay:
            return _computed(shifted(layer.values, back, np.nan))
        total = np.zeros(grid.shape)
        unknown = np.zeros(grid.shape, dtype=bool)
        for offset in range(back + 1, back + step.periods + 1):
            then = old.at(offset) if offset < old.delay else _settled(old.final, offset)
            there = shifted(grid.exists, offset, False)
            known = ~np.isnan(then.values)
            total += np.where(there & known, then.values, 0.0)
            unknown |= there & step.unknown(known, then.hidden)
        unknown |= (early - back < step.periods) | ~shifted(grid.exists, back, False)
        return _computed(np.where(unknown, np.nan, total))

    return Moving(layer, at, max(old.delay - 1, 0))


def _settled(layer: Layer, back: int) -> Seen:
    return Seen(
        shifted(layer.values, back, np.nan), shifted(layer.covered, back, False), shifted(layer.hidden, back, False)
    )


def _clock(layer: Layer, old: Moving, *, never: bool, grid: Grid) -> Moving:
    columns = np.arange(grid.shape[1])[None, :]

    def marks(seen: Seen, there: Bools) -> tuple[Bools, Bools, Bools]:
        known = ~np.isnan(seen.values)
        observed = seen.covered & (known | seen.hidden)
        return (np.nan_to_num(seen.values) > 0) & there & observed, there & ~observed, there & observed

    final = old.final
    events, gaps, inside = marks(Seen(final.values, final.covered, final.hidden), grid.exists)
    entry = np.where(inside.any(axis=1), inside.argmax(axis=1), grid.shape[1])[:, None]
    last_event, last_gap = last_before(events), last_before(gaps & (columns >= entry))

    def at(back: int) -> Seen:
        settled = max(old.delay, back + 1)
        event, gap = (shifted(last, settled - 1, -1) for last in (last_event, last_gap))
        for offset in range(settled - 1, back, -1):
            there = shifted(grid.exists, offset, False)
            happened, blind, _ = marks(old.at(offset), there)
            event = np.where(happened, columns - offset, event)
            gap = np.where(blind & (columns - offset >= entry), columns - offset, gap)
        since, ever = elapsed(columns - back, event, gap, entry)
        return _computed(np.where(shifted(grid.exists, back, False), ever if never else since, np.nan))

    return Moving(layer, at, max(old.delay - 1, 0))


def _neighbours(layer: Layer, old: Moving, grid: Grid, version: str | None) -> Moving:
    borders = list(spans(land_borders(version), grid))
    mapped = np.broadcast_to(grid.starts >= map_begins(), grid.shape)

    def at(back: int) -> Seen:
        then = old.at(back)
        gaps = ~then.covered | (np.isnan(then.values) & ~then.hidden)
        there = shifted(grid.exists, back, False)
        moved = [(row, other, slice(span.start + back, span.stop + back)) for row, other, span in borders]
        total, covered, hidden = neighbour_sum(then.values, gaps, then.hidden, there, moved)
        drawn = shifted(mapped, back, False)
        return Seen(np.where(drawn, total, np.nan), covered & drawn, hidden)

    return Moving(layer, at, old.delay)
