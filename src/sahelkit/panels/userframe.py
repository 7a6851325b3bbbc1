"""A user's own frame as a source of a panel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit import places
from sahelkit.catalog.publication import Publication
from sahelkit.errors import DateError, MissingColumnsError, OptionError
from sahelkit.panels.annual import spread
from sahelkit.panels.layers import Context, Layer, Step, settle
from sahelkit.panels.universe import Bools, Cells, Days, first_days

WHERE = "panel.add_frame"
TIMES = ("period", "month", "date", "year")
_NOT_VALUES = {"iso3", "country", "gwcode", *TIMES}


@dataclass(frozen=True, eq=False)
class UserFrame(Step):
    """Values of a user's frame, read and checked.

    Attributes
    ----------
    iso3 : Series of str, length n
    starts, ends : arrays of datetime64[D], shape (n,)
        First and last day that each row describes.
    yearly : bool
        True when each row describes a calendar year.
    published : array of datetime64[D], shape (n,), or None
    values : mapping of str to array, each of shape (n,)
    """

    iso3: pd.Series[Any]
    starts: Days
    ends: Days
    yearly: bool
    published: Days | None
    values: Mapping[str, npt.NDArray[Any]]

    def kinds(self, version: str | None, have: Mapping[str, str]) -> dict[str, str]:
        """Columns and their kinds."""
        return {name: "text" if array.dtype == object else "count" for name, array in self.values.items()}

    def layers(self, context: Context, have: Mapping[str, Layer]) -> list[Layer]:
        """The columns on the raster."""
        grid = context.grid
        rows = grid.rows_of(self.iso3)
        stamps = np.full(len(rows), np.datetime64("0001-01-01")) if self.published is None else self.published
        numbers = stamps.astype("datetime64[D]").astype("float64")
        if self.yearly:
            years = self.starts.astype("datetime64[Y]").astype("int64") + 1970
            place = self._years(context, rows, years)
        else:
            columns = grid.columns_of(self.starts)
            place = self._periods(context, rows, columns)
        published = np.nan_to_num(place(numbers), nan=0.0).astype("int64").astype("datetime64[D]")
        found = []
        for name, array in self.values.items():
            values = place(array)
            has: Bools = np.asarray(values != None) if values.dtype == object else ~np.isnan(values)  # noqa: E711
            found.append(
                settle(
                    context,
                    name,
                    values,
                    covered=has,
                    published=published,
                    kind=self.kinds(None, {})[name],
                    source="",
                    native="Y" if self.yearly else grid.freq,
                )
            )
        return found

    @staticmethod
    def _years(context: Context, rows: npt.NDArray[np.intp], years: npt.NDArray[np.int64]) -> Any:
        def place(array: npt.NDArray[Any]) -> Cells:
            return spread(context.grid, rows, years, array, None if array.dtype == object else np.nan)

        return place

    @staticmethod
    def _periods(context: Context, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.int64]) -> Any:
        inside = (rows >= 0) & (columns >= 0)

        def place(array: npt.NDArray[Any]) -> Cells:
            text = array.dtype == object
            out: Cells = np.full(context.grid.shape, None if text else np.nan, dtype=object if text else np.float64)
            out[rows[inside], columns[inside]] = array[inside]
            return out

        return place


def read_user_frame(frame: pd.DataFrame, *, published: str | None, freq: str) -> UserFrame:
    """Check a user's frame and take what a panel needs.

    Raises
    ------
    MissingColumnsError
        Without ``iso3`` or without a time column, or with nothing else.
    UnknownPlaceError
        If a value of ``iso3`` is not the code of a state.
    DateError
        If the time column cannot be read.
    OptionError
        If two rows describe the same state and period, or months would have to be summed up to years.
    """
    time = next((name for name in TIMES if name in frame.columns), None)
    repair = "Each row describes one state in one period: columns 'iso3' and one of 'period', 'month', 'date', 'year'"
    missing = [name for name, there in (("iso3", "iso3" in frame.columns), ("period", time is not None)) if not there]
    if missing or time is None:
        raise MissingColumnsError(WHERE, missing, frame.columns, repair=repair)
    names = [str(name) for name in frame.columns if name not in _NOT_VALUES and name != published]
    if not names:
        raise MissingColumnsError(WHERE, ["a column of values"], frame.columns, repair=repair)
    _check_states(frame["iso3"])
    starts, unit = _first_days(frame[time], time)
    if unit != "Y" and freq == "Y" and time != "date":
        raise OptionError("frame", time, "monthly rows do not fit a yearly panel", repair="Sum them up to years first")
    step = "Y" if unit == "Y" else freq if time == "date" else "M"
    numbers = starts.astype(f"datetime64[{step}]").astype("int64")
    keys = pd.DataFrame({"iso3": frame["iso3"].to_numpy(), "time": numbers})
    double = keys.duplicated().to_numpy()
    if double.any():
        row = int(np.flatnonzero(double)[0])
        what = f"{keys['iso3'].iloc[row]} {pd.Period(starts[row], freq=step)}"
        raise OptionError("frame", what, "two rows describe this state and period", repair="Keep one row for each")
    ends = starts if time == "date" else first_days(numbers + 1, step) - np.timedelta64(1, "D")
    return UserFrame(
        iso3=frame["iso3"].reset_index(drop=True),
        starts=starts,
        ends=ends,
        yearly=unit == "Y",
        published=_published(frame, published, ends),
        values={name: _array(frame[name]) for name in names},
    )


def _check_states(codes: pd.Series[Any]) -> None:
    known = set(places.members("world"))
    for code in codes.unique():
        if code not in known:
            place = places.resolve(code)  # raises with near matches when the name is unknown
            raise OptionError("iso3", code, "not an ISO code", repair=f"Type {place!r}, as places.resolve does")


def _first_days(times: pd.Series[Any], name: str) -> tuple[Days, str]:
    """First day of what each row describes, and whether that is a year (``"Y"``) or shorter (``"M"``)."""
    if isinstance(times.dtype, pd.PeriodDtype) and times.notna().all():
        return _of_periods(times, name)
    try:
        if times.isna().any():
            raise ValueError("a row without time")
        years = times.astype(str).str.fullmatch(r"\d{4}").all()
        if name == "year" or years:
            return first_days(times.astype("int64").to_numpy() - 1970, "Y"), "Y"
        days = pd.to_datetime(times, format="ISO8601").to_numpy().astype("datetime64[D]")
    except (ValueError, TypeError, OverflowError):
        raise DateError(name, times.iloc[0], "the time column cannot be read") from None
    return days if name == "date" else days.astype("datetime64[M]").astype("datetime64[D]"), "M"


def _of_periods(times: pd.Series[Any], name: str) -> tuple[Days, str]:
    unit = next((key for key in ("Y", "M", "D") if times.dtype == pd.PeriodDtype(key)), None)
    if unit is None:
        raise OptionError(name, str(times.dtype), "neither months nor years", repair="Turn it into Period[M]")
    days: Days = times.dt.start_time.to_numpy().astype("datetime64[D]")
    return days, "Y" if unit == "Y" else "M"


def _published(frame: pd.DataFrame, rule: str | None, ends: Days) -> Days | None:
    if rule is None:
        return None
    if rule in frame.columns:
        days: Days = pd.to_datetime(frame[rule]).to_numpy().astype("datetime64[D]")
        return days
    try:
        return Publication(rule).dates(ends)
    except ValueError:
        raise OptionError(
            "published", rule, "neither a publication rule nor a column", repair="Type '+30d', 't+1-03-15' or 'none'"
        ) from None


def _array(values: pd.Series[Any]) -> npt.NDArray[Any]:
    if pd.api.types.is_numeric_dtype(values.dtype) or pd.api.types.is_bool_dtype(values.dtype):
        return np.asarray(values.astype("Float64").to_numpy(dtype="float64", na_value=np.nan))
    text = values.astype("object")
    return np.asarray(text.where(text.notna(), None), dtype=object)
