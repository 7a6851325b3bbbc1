"""Elections as a source of a panel: votes in the period, and the time until the next one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sahelkit._types import Bools, Cells, Days
from sahelkit.catalog import Record
from sahelkit.geography import places
from sahelkit.panels.events import event_layer
from sahelkit.panels.layers import Context, Layer, Seen, Step, shifted
from sahelkit.panels.universe import Grid, ordinals
from sahelkit.tables.read import read_table, record_of

DATASET = "elections"
HELD, DUE, UNTIL = "reign_election", "reign_election_due", "reign_until_election"
_VOTED = ("held", "annulled")
_NEVER = np.datetime64("9999-12-31", "D")


def next_vote(
    shape: tuple[int, int], rows: Cells, columns: Cells, known: Days, *, as_of: np.datetime64 | None
) -> tuple[Cells, Days]:
    """Periods from each cell to the next known vote, and the day on which that vote was known.

    Parameters
    ----------
    shape : tuple of int
        Numbers of states and periods.
    rows, columns : arrays of int, shape (n,)
        State and period of each vote; the period may lie beyond the raster.
    known : array of datetime64[D], shape (n,)
        Day from which each vote could be expected.
    as_of : datetime64[D] or None
        Day of knowledge.

    Returns
    -------
    until : array of float, shape (S, T)
        0 in the period of a vote; NA where no vote ahead is known.
    since : array of datetime64[D], shape (S, T)
        The year 9999 where `until` is NA.

    Examples
    --------
    >>> day = np.array(["2012-01-01", "2012-06-01"], dtype="datetime64[D]")
    >>> next_vote((1, 4), np.array([0, 0]), np.array([1, 5]), day, as_of=None)[0].tolist()
    [[1.0, 0.0, 3.0, 2.0]]
    """
    until = np.full(shape, np.nan)
    since = np.full(shape, _NEVER)
    # From the last vote to the first, so that the next one overwrites those after it.
    for number in np.lexsort((known, -columns)):
        row, column = rows[number], columns[number]
        if row < 0 or column < 0 or (as_of is not None and known[number] > as_of):
            continue
        before = slice(0, min(column + 1, shape[1]))
        if before.stop == column + 1 and until[row, column] == 0:
            continue  # a vote of the same period that was known earlier
        until[row, before] = column - np.arange(before.stop)
        since[row, before] = known[number]
    return until, since


@dataclass(frozen=True)
class Elections(Step):
    """Votes that took place, votes that were due, and periods until the next vote."""

    reads = (DATASET,)

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Columns and their kinds."""
        return {HELD: "count", DUE: "count", UNTIL: "level"}

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        description = record_of(DATASET, context.version)
        columns = ["iso3", "date", "type", "status", "reign_announced"]
        votes = read_table(DATASET, version=context.version, columns=columns)
        votes = votes[votes["type"] != "referendum"]
        cover = description.coverage
        covered = context.grid.within(places.members(cover.places), cover.first, cover.last)
        extent = f"{cover.first} to {cover.last} ({cover.places})"
        counted = [
            event_layer(
                context,
                name,
                chosen,
                covered=covered,
                rule=description.published,
                source=DATASET,
                extent=extent,
                label=label,
                unit="votes",
            )
            for name, chosen, label in (
                (
                    HELD,
                    votes[votes["status"].isin(_VOTED)],
                    "Rounds of executive or legislative elections that took place",
                ),
                (DUE, votes, "Rounds of executive or legislative elections that took place or were due"),
            )
        ]
        return [*counted, _until(context, description, votes, covered, extent)]


def _until(context: Context, description: Record, votes: pd.DataFrame, covered: Bools, extent: str) -> Layer:
    grid = context.grid
    # A vote is expected from its announcement; where none is listed, it is known only after it took place.
    told = votes["reign_announced"].where(votes["reign_announced"] < votes["date"], votes["date"])
    known = description.published.dates(told.to_numpy().astype("datetime64[D]"))
    rows = grid.rows_of(votes["iso3"])
    columns = ordinals(votes["date"].to_numpy(), grid.freq) - grid.first
    until, since = next_vote(grid.shape, rows, columns, known, as_of=context.as_of)
    ever, _ = next_vote(grid.shape, rows, columns, known, as_of=None)
    speaks = covered & grid.exists

    def look_back(back: int) -> Seen:
        then = shifted(speaks, back, False)
        ahead = _until_on_first_days(grid, rows, columns, known, back)
        final = shifted(ever, back, np.nan)
        veiled = then & np.isnan(ahead) & ~np.isnan(final)
        return Seen(np.where(then, ahead, np.nan), shifted(covered, back, False), veiled)

    return Layer(
        name=UNTIL,
        values=np.where(speaks, until, np.nan),
        covered=covered,
        hidden=speaks & np.isnan(until) & ~np.isnan(ever),
        published=since,
        kind="level",
        source=DATASET,
        native=grid.freq,
        extent=extent,
        label="Periods until the next round of an executive or legislative election that is held or due",
        unit="months" if grid.freq == "M" else "years",
        seen=look_back,
    )


def _until_on_first_days(grid: Grid, rows: Cells, columns: Cells, known: Days, back: int) -> Cells:
    """`next_vote` from the cell `back` periods before each, as known on the first day of each, shape (S, T)."""
    until = np.full(grid.shape, np.nan)
    first = np.searchsorted(grid.starts, known)
    for number in np.argsort(-columns, kind="stable"):
        row, column = rows[number], columns[number]
        if row >= 0 and column >= 0:
            span = slice(max(int(first[number]), back), max(min(int(column) + back + 1, grid.shape[1]), 0))
            until[row, span] = column + back - np.arange(grid.shape[1])[span]
    return until
