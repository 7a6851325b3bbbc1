"""What is counted around an event, by country and month."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sahelkit.errors import MissingColumnsError, ModelError, OptionError, UnknownNameError
from sahelkit.models.links import Floats

ROWLESS = "A month without a row is unknown; if your source covers it, fill it with 0"

VIOLENCE = {
    name: tuple(f"ucdp_{name}_{kind}" for kind in ("state_based", "non_state", "one_sided"))
    for name in ("deaths", "events")
}


def violence(frame: pd.DataFrame, what: str = "deaths") -> pd.Series:
    """Deaths, or events, of all three kinds of organised violence together; NA where one of them is.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns of `sahelkit.load_conflict`.
    what : {"deaths", "events"}
        What is added up.

    Raises
    ------
    UnknownNameError
        If `what` is something else.
    MissingColumnsError
        If a column is missing.
    OptionError
        If a value is no finite number.

    Examples
    --------
    >>> import sahelkit as sk
    >>> mali = sk.load_conflict(countries="Mali", start="2012-01", end="2012-04")
    >>> violence(mali).tolist(), violence(mali, "events").tolist()
    ([159.0, 32.0, 38.0, 40.0], [12.0, 9.0, 6.0, 7.0])
    """
    if what not in VIOLENCE:
        raise UnknownNameError("measure of violence", what, VIOLENCE)
    missing = [name for name in VIOLENCE[what] if name not in frame.columns]
    if missing:
        raise MissingColumnsError("violence", missing, frame.columns, repair="Start from sahelkit.load_conflict()")
    kinds = np.column_stack([numbers(frame[name], name) for name in VIOLENCE[what]])
    return pd.Series(kinds.sum(axis=1), index=frame.index, name=what)


class Monthly(NamedTuple):
    """An outcome by month (rows) and country (columns), NaN where unknown; and whether the frame has a row there."""

    values: pd.DataFrame
    listed: pd.DataFrame


def monthly(frame: pd.DataFrame, outcome: str) -> Monthly:
    """One row per month and one column per country; `outcome` is a column, or ``"deaths"`` or ``"events"``.

    Raises
    ------
    MissingColumnsError
        If a column is missing.
    OptionError
        If the months are no monthly periods, or a value is no finite number.
    ModelError
        If a country has two rows in a month, or a row has no country or no month.
    """
    time = time_column(frame)
    needed = [name for name in ("iso3", time) if name not in frame.columns]
    if needed:
        raise MissingColumnsError(
            "event_window", needed, frame.columns, repair="It takes monthly periods, as load_conflict() gives them"
        )
    months = _months(frame[time], time)
    if outcome in frame.columns:
        values = numbers(frame[outcome], outcome)
    elif outcome in VIOLENCE:
        values = violence(frame, outcome).to_numpy()
    else:
        raise MissingColumnsError("event_window", [outcome], frame.columns)
    for name in ("iso3", time):
        if frame[name].isna().any():
            raise ModelError(
                f"{int(frame[name].isna().sum()):,} rows have no {name}, so that nobody knows whose they are"
            )
    keyed = pd.DataFrame({"iso3": frame["iso3"].astype(str).to_numpy(dtype=object), "month": months, "value": values})
    twice = keyed.duplicated(["iso3", "month"])
    if twice.any():
        first = keyed[twice].iloc[0]
        raise ModelError(
            f"some countries have two rows in a month ({first['iso3']}, {first['month']}), so that {outcome!r} is not "
            "one number there. Add them up, or keep one"
        )
    listed = keyed.assign(value=True).pivot(index="month", columns="iso3", values="value").notna()
    return Monthly(keyed.pivot(index="month", columns="iso3", values="value"), listed)


def time_column(frame: pd.DataFrame) -> str:
    """Name of the column of months."""
    return "period" if "period" in frame.columns and "month" not in frame.columns else "month"


def _months(times: pd.Series[Any], name: str) -> pd.PeriodIndex:
    if str(times.dtype).startswith("period[M"):
        return pd.PeriodIndex(times)
    if isinstance(times.dtype, pd.PeriodDtype):
        raise OptionError(name, str(times.dtype), f"{name} holds longer or shorter periods, and months are wanted")
    if pd.api.types.is_datetime64_any_dtype(times.dtype):
        raise OptionError(
            name, str(times.dtype), f"{name} holds days, not months", repair=f'Type frame["{name}"].dt.to_period("M")'
        )
    raise OptionError(
        name,
        times.iloc[0] if len(times) else str(times.dtype),
        f"{name} holds no monthly periods, as load_conflict() gives them",
        repair=f'Type pandas.PeriodIndex(frame["{name}"], freq="M") if each value names one month',
    )


def numbers(values: pd.Series[Any], what: str) -> Floats:
    """Values of a column as numbers, NaN where NA, whatever the type that holds them.

    Raises
    ------
    OptionError
        At the first value that is no finite number.

    Examples
    --------
    >>> numbers(pd.Series([1, "2", None], dtype=object), "deaths").tolist()
    [1.0, 2.0, nan]
    """
    if values.dtype.kind in "mMc" or isinstance(values.dtype, pd.PeriodDtype):
        raise OptionError(what, str(values.dtype), "the column holds no plain numbers")
    found = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
    wrong = np.isinf(found) | (np.isnan(found) & ~values.isna().to_numpy())
    if wrong.any():
        place = int(wrong.argmax())
        raise OptionError(what, values.iloc[place], f"it is no finite number (row {values.index[place]!r})")
    return np.asarray(found, dtype=np.float64)
