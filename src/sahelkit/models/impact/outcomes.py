"""What is counted around an event, by country and month."""

from __future__ import annotations

import pandas as pd

from sahelkit.errors import MissingColumnsError, ModelError, UnknownNameError

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
    total = frame[list(VIOLENCE[what])].astype("float64").sum(axis=1, skipna=False)
    return total.rename(what)


def monthly(frame: pd.DataFrame, outcome: str) -> pd.DataFrame:
    """One row per month and one column per country; `outcome` is a column, or ``"deaths"`` or ``"events"``.

    Raises
    ------
    MissingColumnsError
        If a column is missing.
    ModelError
        If a country has two rows in a month.
    """
    time = time_column(frame)
    needed = [
        name for name in ("iso3", time) if name not in frame.columns or (name == time and not _is_monthly(frame[time]))
    ]
    if needed:
        raise MissingColumnsError(
            "event_window", needed, frame.columns, repair="It takes monthly periods, as load_conflict() gives them"
        )
    if outcome in frame.columns:
        values = pd.to_numeric(frame[outcome]).astype("float64")
    elif outcome in VIOLENCE:
        values = violence(frame, outcome)
    else:
        raise MissingColumnsError("event_window", [outcome], frame.columns)
    keyed = pd.DataFrame({"iso3": frame["iso3"].astype(str), "month": frame[time], "value": values})
    if keyed.duplicated(["iso3", "month"]).any():
        raise ModelError(f"some countries have two rows in a month, so that {outcome!r} is not one number there")
    return keyed.pivot_table(index="month", columns="iso3", values="value", aggfunc="first", dropna=False)


def time_column(frame: pd.DataFrame) -> str:
    """Name of the column of months."""
    return "period" if "period" in frame.columns and "month" not in frame.columns else "month"


def _is_monthly(times: pd.Series) -> bool:
    return str(times.dtype).startswith("period[M")
