"""The units of a panel: which state exists in which month or year, as a dense raster of states by periods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Bools, Days
from sahelkit.tables.read import read_table

# Events, lags and clocks look back beyond the first period of a panel, but not beyond this year.
HISTORY_BEGINS = 1945


@dataclass(frozen=True)
class Grid:
    """States by periods, the existing ones and the others.

    Attributes
    ----------
    iso3 : tuple of str, length S
        States in alphabetical order of their codes.
    freq : str
        ``"M"`` or ``"Y"``.
    first : int
        Ordinal of the first period: months or years since 1970.
    exists : array of bool, shape (S, T)
        True where the state exists on at least one day of the period.
    gwcode : array of int, shape (S, T)
        Gleditsch-Ward number of the state in the period; 0 where it does not exist.
    """

    iso3: tuple[str, ...]
    freq: str
    first: int
    exists: Bools
    gwcode: npt.NDArray[np.int64]

    @property
    def shape(self) -> tuple[int, int]:
        """Number of states and of periods."""
        return len(self.iso3), int(self.exists.shape[1])

    @cached_property
    def starts(self) -> Days:
        """First day of each period, shape (T,)."""
        return first_days(self.first + np.arange(self.shape[1]), self.freq)

    @cached_property
    def ends(self) -> Days:
        """Last day of each period, shape (T,)."""
        return first_days(self.first + np.arange(self.shape[1]) + 1, self.freq) - np.timedelta64(1, "D")

    @cached_property
    def years(self) -> npt.NDArray[np.int64]:
        """Calendar year of each period, shape (T,)."""
        return self.starts.astype("datetime64[Y]").astype("int64") + 1970

    @property
    def year_span(self) -> tuple[int, int]:
        """First and last calendar year."""
        return int(self.years[0]), int(self.years[-1])

    def rows_of(self, iso3: pd.Series[Any]) -> npt.NDArray[np.intp]:
        """Row of each code; -1 where the state is not in the grid."""
        codes, uniques = pd.factorize(iso3)
        rows: npt.NDArray[np.intp] = pd.Index(self.iso3).get_indexer(pd.Index(uniques))
        return np.where(codes >= 0, rows[codes], -1) if len(rows) else np.full(len(codes), -1, dtype=np.intp)

    def columns_of(self, days: npt.ArrayLike) -> npt.NDArray[np.int64]:
        """Column of the period that holds each day; -1 where it lies outside the grid."""
        columns = ordinals(days, self.freq) - self.first
        return np.where((columns >= 0) & (columns < self.shape[1]), columns, -1)

    def within(self, places: Sequence[str] | None, first: str, last: str) -> Bools:
        """Cells of the states `places` in periods that lie wholly between two dates, shape (S, T)."""
        rows = np.ones(len(self.iso3), dtype=bool) if places is None else np.isin(self.iso3, list(places))
        begins = np.datetime64(pd.Period(first).start_time, "D") if first else self.starts[0]
        ends = np.datetime64(pd.Period(last).end_time, "D") if last else self.ends[-1]
        columns = (self.starts >= begins) & (self.ends <= ends)
        return np.asarray(rows[:, None] & columns[None, :])


def ordinals(days: npt.ArrayLike, freq: str) -> npt.NDArray[np.int64]:
    """Ordinal of the month or year that holds each day."""
    return np.asarray(days, dtype="datetime64[D]").astype(f"datetime64[{freq}]").astype("int64")


def first_days(numbers: npt.NDArray[np.int64], freq: str) -> Days:
    """First day of each period, given by its ordinal."""
    return numbers.astype("int64").astype(f"datetime64[{freq}]").astype("datetime64[D]")


def make_grid(spells: pd.DataFrame, iso3: Sequence[str], *, freq: str, first: int, last: int) -> Grid:
    """Raster of the states `iso3` over the periods `first` to `last` (ordinals).

    Parameters
    ----------
    spells : pandas.DataFrame
        Columns ``iso3, gwcode, start, end``; a missing end means that the state still exists.
    """
    names = tuple(sorted(iso3))
    row_of = {name: row for row, name in enumerate(names)}
    exists = np.zeros((len(names), last - first + 1), dtype=bool)
    gwcode = np.zeros(exists.shape, dtype=np.int64)
    spells = spells[spells["iso3"].isin(names)].sort_values("start", kind="stable")
    begins = ordinals(spells["start"].to_numpy(), freq) - first
    open_ended = spells["end"].isna().to_numpy()
    ends = ordinals(spells["end"].fillna(pd.Timestamp("2262-01-01")).to_numpy(), freq) - first
    ends = np.where(open_ended, exists.shape[1] - 1, ends)
    for name, code, begin, end in zip(spells["iso3"], spells["gwcode"], begins, ends, strict=True):
        cells = slice(max(int(begin), 0), max(int(end) + 1, 0))
        exists[row_of[name], cells] = True
        gwcode[row_of[name], cells] = int(code)
    return Grid(iso3=names, freq=freq, first=first, exists=exists, gwcode=gwcode)


def state_spells(version: str | None) -> pd.DataFrame:
    """Spells of statehood, from the states dataset."""
    return read_table("states", version=version, columns=["iso3", "gwcode", "name_en", "start", "end"])
