"""What is counted around an event, by country and month."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from sahelkit._types import Floats
from sahelkit.errors import MissingColumnsError, ModelError, OptionError, UnknownNameError, is_known
from sahelkit.frames import FrameLike, check_columns, numbers_of, texts_of, time_of
from sahelkit.values import row_words

ROWLESS = "A month without a row is unknown; if your source covers it, fill it with 0"

VIOLENCE = {
    name: tuple(f"ucdp_{name}_{kind}" for kind in ("state_based", "non_state", "one_sided"))
    for name in ("deaths", "events")
}


def violence(frame: FrameLike, what: str = "deaths") -> pd.Series:
    """Deaths, or events, of all three kinds of organised violence together; NA where one of them is.

    Parameters
    ----------
    frame : pandas.DataFrame
        With the columns of `sahelkit.load_conflict`.
    what : {"deaths", "events"}
        What is added up.

    Returns
    -------
    pandas.Series
        One number per row of the frame.

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
    if not is_known(what, VIOLENCE):
        raise UnknownNameError("measure of violence", what, VIOLENCE)
    frame = check_columns(frame, VIOLENCE[what], where="violence", repair="Start from sahelkit.load_conflict()")
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
        If a value is no finite number.
    DateError
        If a month cannot be read.
    ModelError
        If a country has two rows in a month, or a row has no country.
    """
    frame = check_columns(frame, ["iso3"], where="event_window", repair="Start from sahelkit.load_conflict()")
    codes = texts_of(frame["iso3"], repair="Give each row the ISO code of its country, as places.resolve finds it")
    if frame["iso3"].isna().any():
        raise ModelError(f"{int(frame['iso3'].isna().sum()):,} rows have no iso3: nobody knows where they belong")
    months = months_of(frame)
    if outcome in frame.columns:
        values = numbers(frame[outcome], outcome)
    elif outcome in VIOLENCE:
        values = violence(frame, outcome).to_numpy()
    else:
        raise MissingColumnsError("event_window", [outcome], frame.columns)
    keyed = pd.DataFrame({"iso3": codes, "month": months, "value": values})
    twice = keyed.duplicated(["iso3", "month"])
    if twice.any():
        first = keyed[twice].iloc[0]
        raise ModelError(
            f"some countries have two rows in a month ({first['iso3']}, {first['month']}), so that {outcome!r} is not "
            "one number there. Add them up, or keep one"
        )
    listed = keyed.assign(value=True).pivot(index="month", columns="iso3", values="value").notna()
    return Monthly(keyed.pivot(index="month", columns="iso3", values="value"), listed)


def months_of(frame: pd.DataFrame) -> pd.PeriodIndex:
    """Month of each row."""
    _, times = time_of(frame, where="event_window", check=False)
    if (times.unit == "Y").any():
        raise MissingColumnsError("event_window", ["month"], frame.columns, repair="It takes one row per month")
    return pd.PeriodIndex(times.first.astype("datetime64[ns]"), freq="M")


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
    found = numbers_of(values.rename(what))
    if found is None:
        if values.isna().all():
            return np.full(len(values), np.nan)
        raise OptionError(what, values.dropna().iloc[0], "it is no number")
    if np.isinf(found).any():
        place = int(np.isinf(found).argmax())
        raise OptionError(what, float(found[place]), f"it is no finite number ({row_words(values, place)})")
    return found
