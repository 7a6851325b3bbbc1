"""Rows of a user's frame that find no place in a panel: counted, named and told."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sahelkit.geography.place_index import index
from sahelkit.panels.universe import Grid, ordinals
from sahelkit.panels.userframe import UserFrame

COLUMNS = ("reason", "iso3", "n_rows", "first", "last", "hint")
REASONS = {
    "country": "describe states outside the panel",
    "no_state": "describe states that did not exist then",
    "time": "lie outside {first} to {last}",
    "repeated": "repeat a state and period outside the panel, whose value is NA",
}
_MOST = 6


def unplaced(step: UserFrame, grid: Grid, *, first: int, history: bool) -> pd.DataFrame:
    """Rows of a frame that a panel does not show and that nothing in it is computed from.

    Parameters
    ----------
    step : UserFrame
    grid : Grid
        The raster, up to the last period of the panel.
    first : int
        Column of the first period of the panel.
    history : bool
        Whether the panel computes something from earlier periods, so that rows before it have a place.

    Returns
    -------
    pandas.DataFrame
        One line per reason and state: ``reason`` (``"country"``, ``"no_state"``, ``"time"`` or ``"repeated"``),
        ``iso3``, ``n_rows``, ``first`` and ``last`` (periods described), ``hint``.
    """
    given = step.rows
    low, high = (ordinals(given[name].to_numpy(), grid.freq) - grid.first for name in ("first", "last"))
    begin, end = (0 if history else first), grid.shape[1] - 1
    place = grid.rows_of(given["iso3"])
    timely = (high >= begin) & (low <= end)
    lives = np.zeros(len(given), dtype=bool)
    inside = np.flatnonzero((place >= 0) & timely)
    before = np.concatenate([np.zeros((len(grid.iso3), 1), dtype=np.int64), grid.exists.cumsum(axis=1)], axis=1)
    reach = np.clip(low[inside], begin, end), np.clip(high[inside], begin, end) + 1
    lives[inside] = before[place[inside], reach[1]] > before[place[inside], reach[0]]
    reason = np.select(
        [place < 0, ~timely, ~lives, given["repeated"].to_numpy()], ["country", "time", "no_state", "repeated"], ""
    )
    lost = given.assign(reason=reason)[reason != ""]
    if lost.empty:
        return pd.DataFrame({name: pd.Series(dtype=object) for name in COLUMNS})
    table = lost.groupby(["reason", "iso3"], observed=True).agg(
        n_rows=("iso3", "size"), first=("first", "min"), last=("last", "max")
    )
    table = table.reset_index()
    unit = "Y" if step.yearly else "M"
    table["hint"] = [
        _state_then(code, when) if why == "no_state" else ""
        for why, code, when in zip(table["reason"], table["iso3"], table["first"], strict=True)
    ]
    for name in ("first", "last"):
        table[name] = [_named(day, unit) for day in table[name].to_numpy()]
    return table[list(COLUMNS)]


def _named(day: np.datetime64, unit: str) -> str:
    text = str(day.astype(f"datetime64[{unit}]"))
    return str(int(text)) if unit == "Y" else text


def _state_then(code: str, day: Any) -> str:
    """Code of the state to which V-Dem, whose codes go on where states end, counts a country on a day."""
    when = str(np.datetime64(day, "D"))
    found = {meaning.iso3 for meaning in index().codes["vdem"].get(code, ()) if meaning.covers(when)}
    return next((f"the state then was {other}" for other in sorted(found) if other and other != code), "")


def words(table: pd.DataFrame, *, total: int, first: str, last: str) -> str:
    """The rows without a place in one sentence or two; empty if there are none.

    Examples
    --------
    >>> table = pd.DataFrame([["time", "MLI", 1, "12", "12", ""]], columns=list(COLUMNS))
    >>> words(table, total=5, first="2000", last="2012")
    '1 of 5 rows of your frame finds no place in the panel: 1 lies outside 2000 to 2012 (MLI 12).'
    """
    if table.empty:
        return ""
    parts = []
    for reason, text in REASONS.items():
        lines = table[table["reason"] == reason]
        if len(lines):
            count = int(lines["n_rows"].sum())
            verb = text if count > 1 else text.replace("describe", "describes").replace("lie ", "lies ")
            parts.append(f"{count:,} {verb.format(first=first, last=last)} ({_some(lines, reason)})")
    count = int(table["n_rows"].sum())
    verb = "finds" if count == 1 else "find"
    return f"{count:,} of {total:,} rows of your frame {verb} no place in the panel: {'; '.join(parts)}."


def _some(lines: pd.DataFrame, reason: str) -> str:
    if reason == "time" and len(lines) > _MOST:  # a long series of many states: what matters is its span
        return f"{len(lines)} states, {lines['first'].min()} to {lines['last'].max()}"
    named = []
    for line in lines.head(_MOST).itertuples():
        span = line.first if line.first == line.last else f"{line.first} to {line.last}"
        text = str(line.iso3) if reason == "country" else f"{line.iso3} {span}"
        named.append(text + (f": {line.hint}" if line.hint else ""))
    more = len(lines) - _MOST
    return "; ".join(named) + (f"; and {more} more states" if more > 0 else "")
