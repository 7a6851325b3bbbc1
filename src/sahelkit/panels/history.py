"""Columns computed from other times of other columns: lags, leads, counts over past windows, time since an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from sahelkit._types import Bools, Cells, Ints
from sahelkit.errors import OptionError
from sahelkit.panels.layers import Context, Layer, Step, shifted


def periods_in(freq: str, *, periods: int | None, months: int | None, years: int | None) -> int:
    """Length of a lag or window in periods of the panel.

    Raises
    ------
    OptionError
        Unless exactly one length is given, as a whole number of at least one period.
    """
    given = {"periods": periods, "months": months, "years": years}
    chosen = {name: value for name, value in given.items() if value is not None}
    if len(chosen) != 1:
        shown = ", ".join(f"{name}={value!r}" for name, value in chosen.items()) or "nothing"
        raise OptionError("the length", shown, "give exactly one of periods=, months= or years=")
    (name, value), *_ = chosen.items()
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise OptionError(name, value, "not a whole number")
    if value < 1:
        raise OptionError(
            name, value, "a length is at least one period", repair="lag() and past() look back, lead() looks ahead"
        )
    if name == "months" and freq == "Y":
        if value % 12:
            raise OptionError("months", value, "not a whole number of years", repair="This panel is yearly: use years=")
        return int(value) // 12
    return int(value) * 12 if name == "years" and freq == "M" else int(value)


def last_before(marks: Bools) -> npt.NDArray[np.int64]:
    """Column of the last True strictly before each cell, shape (S, T); -1 where there is none.

    Examples
    --------
    >>> last_before(np.array([[False, True, False, False]]))
    array([[-1, -1,  1,  1]])
    """
    columns = np.arange(marks.shape[1])
    latest = np.maximum.accumulate(np.where(marks, columns, -1), axis=1)
    return shifted(latest, 1, -1).astype(np.int64)


def clock(events: Bools, observed: Bools, exists: Bools) -> tuple[Cells, Cells]:
    """Periods since the last event before each cell, and whether there has been none.

    Parameters
    ----------
    events : array of bool, shape (S, T)
        Periods with at least one event.
    observed : array of bool, shape (S, T)
        Periods in which an event would have been seen.
    exists : array of bool, shape (S, T)
        Periods in which the state exists; there is no event outside them.

    Returns
    -------
    since : array of float, shape (S, T)
        1 in the period after an event. Before the first event: periods since the first observed one, which is 0.
        NA before the first observed period, and after an unobserved one until the next event.
    never : array of float, shape (S, T)
        1 before the first event, else 0; NA where `since` is NA.

    Examples
    --------
    >>> yes = np.ones((1, 5), dtype=bool)
    >>> since, never = clock(np.array([[False, False, True, False, False]]), yes, yes)
    >>> since.tolist(), never.tolist()
    ([[0.0, 1.0, 2.0, 1.0, 2.0]], [[1.0, 1.0, 1.0, 0.0, 0.0]])
    """
    columns = np.arange(events.shape[1])[None, :]
    seen = exists & observed
    entry = np.where(seen.any(axis=1), seen.argmax(axis=1), events.shape[1])[:, None]
    event = last_before(events & seen)
    gap = last_before(exists & ~observed & (columns >= entry))
    since, never = elapsed(columns, event, gap, entry)
    return np.where(exists, since, np.nan), np.where(exists, never, np.nan)


def elapsed(now: Ints, event: Ints, gap: Ints, entry: Ints) -> tuple[Cells, Cells]:
    """Periods since the last event, or since entry where none was seen, and whether none was; NA after a gap.

    Examples
    --------
    >>> since, never = elapsed(np.array([5, 5, 5]), np.array([3, -1, 3]), np.array([-1, -1, 4]), np.array([0, 0, 0]))
    >>> since.tolist(), never.tolist()
    ([2.0, 5.0, nan], [0.0, 1.0, nan])
    """
    after_event = (event >= 0) & (event > gap)
    untouched = (event < 0) & (gap < 0) & (now >= entry)
    since = np.where(after_event, now - event, np.where(untouched, now - entry, np.nan))
    return since, np.where(after_event, 0.0, np.where(untouched, 1.0, np.nan))


def past_sum(values: Cells, unknown: Bools, periods: int) -> Cells:
    """Sum over the `periods` periods before each cell; NA where one of them is unknown or before the raster.

    Examples
    --------
    >>> past_sum(np.array([[1.0, 0.0, 2.0, 0.0]]), np.zeros((1, 4), dtype=bool), 2).tolist()
    [[nan, nan, 1.0, 2.0]]
    """
    running = np.cumsum(np.where(unknown, 0.0, values), axis=1)
    holes = np.cumsum(unknown, axis=1)
    total = shifted(running, 1, 0.0) - shifted(running, periods + 1, 0.0)
    missing = shifted(holes, 1, 0) - shifted(holes, periods + 1, 0)
    bad = (missing > 0) | (np.arange(values.shape[1])[None, :] < periods)
    return np.where(bad, np.nan, total)


@dataclass(frozen=True)
class Lag(Step):
    """Values of `periods` periods earlier."""

    of: tuple[str, ...]
    periods: int
    word: ClassVar[str] = "lag"
    toward: ClassVar[int] = 1
    computed = True

    def made_from(self, name: str) -> str:
        """The column that is moved."""
        return name.removesuffix(f"_{self.word}{self.periods}")

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Columns and their kinds."""
        return {f"{name}_{self.word}{self.periods}": have[name] for name in self.of}

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        found = []
        for name in self.of:
            old = have[name]
            empty: Any = None if old.values.dtype == object else np.nan
            move = self.toward * self.periods
            values = shifted(old.values, move, empty)
            found.append(
                Layer(
                    name=f"{name}_{self.word}{self.periods}",
                    values=np.where(context.grid.exists, values, empty),
                    covered=shifted(old.covered, move, False),
                    hidden=shifted(old.hidden, move, False),
                    published=None,
                    kind=old.kind,
                    source="",
                    native=context.grid.freq,
                )
            )
        return found


@dataclass(frozen=True)
class Lead(Lag):
    """Values of `periods` periods later, as far as they were known."""

    word: ClassVar[str] = "lead"
    toward: ClassVar[int] = -1


@dataclass(frozen=True)
class Past(Step):
    """Sums over the `periods` periods before each period; `partial` sums count what is known of late periods."""

    of: tuple[str, ...]
    periods: int
    partial: bool = False
    computed = True

    def made_from(self, name: str) -> str:
        """The column that is added up."""
        return next(old for old in self.of if self.named(old) == name)

    def named(self, name: str) -> str:
        """Name of the column made from `name`."""
        return f"{name}_past{self.periods}{'_known' if self.partial else ''}"

    def unknown(self, known: Bools, hidden: Bools) -> Bools:
        """Cells that make a sum NA, given those with a value and those that are withheld."""
        return np.asarray(~known & ~hidden if self.partial else ~known | hidden)

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Columns and their kinds."""
        return {self.named(name): "count" for name in self.of}

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        exists = context.grid.exists
        found = []
        for name in self.of:
            old = have[name]
            counted = np.where(exists & old.known, old.values, 0.0)
            values = past_sum(counted, exists & self.unknown(old.known, old.hidden), self.periods)
            values = np.where(exists, values, np.nan)
            found.append(_computed(self.named(name), values, context, "count"))
        return found


@dataclass(frozen=True)
class SinceLast(Step):
    """Time since the last event, and whether there has been none since the source begins."""

    event: str
    computed = True

    def made_from(self, name: str) -> str:
        """The count from which the clock runs."""
        return self.event

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Columns and their kinds."""
        return {f"since_last_{self.event}": "level", f"never_{self.event}": "level"}

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        old = have[self.event]
        # What is published late is no gap: the clock runs on what was known on the day of knowledge.
        observed = old.covered & (old.known | old.hidden)
        since, never = clock(np.nan_to_num(old.values) > 0, observed, context.grid.exists)
        return [
            _computed(f"since_last_{self.event}", since, context, "level"),
            _computed(f"never_{self.event}", never, context, "level"),
        ]


def _computed(name: str, values: Cells, context: Context, kind: str) -> Layer:
    known = ~np.isnan(values)
    return Layer(
        name=name,
        values=values,
        covered=known,
        hidden=np.zeros(values.shape, dtype=bool),
        published=None,
        kind=kind,
        source="",
        native=context.grid.freq,
    )
