"""How new the inputs of a forecast are."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from sahelkit._types import Rule
from sahelkit.models.forecast.inputs import DEMOCRACY, INDICATORS, INTENSITY, forecast_panel, silent

# Days after the end of what it describes from which an input is called stale: the list of coups, yearly inputs.
STALE = {"attempt": 92, "": 3 * 366}


def input_ages(day: pd.Timestamp, origin: pd.Period, *, rule: Rule, version: str | None) -> pd.DataFrame:
    """Newest datum of each input that was published by a day.

    Parameters
    ----------
    day : pandas.Timestamp
        Day of knowledge.
    origin : pandas.Period
        Month that is forecast first.
    rule : str
        Whose list of attempts.
    version : str or None
        Data version.

    Returns
    -------
    pandas.DataFrame
        ``input`` (column of the panel), ``newest`` (year or month that most states have, as text), ``published`` (day),
        ``days_behind`` (from the end of that period to the day) and ``stale``. Where nothing was known yet, ``newest``
        is empty and the input stale.
    """
    recipe = forecast_panel(start=origin, end=origin, rule=rule, version=version)
    sources = replace(recipe, steps=tuple(step for step in recipe.steps if type(step).__name__ in _SOURCES))
    with silent():
        known = sources.as_of(day).latest()
    rows = []
    for name in ("attempt", *DEMOCRACY, *INDICATORS, INTENSITY):
        part = known[(known["column"] == name) & known["value"].notna()]
        if part.empty:
            rows.append((name, "", pd.NaT, None, True))
            continue
        newest = str(part["period"].mode().max())
        behind = (day - pd.Period(newest).end_time.normalize()).days
        published = part.loc[part["period"] == newest, "published"].max()
        rows.append((name, newest, published, behind, behind > STALE.get(name, STALE[""])))
    return pd.DataFrame(rows, columns=["input", "newest", "published", "days_behind", "stale"])


_SOURCES = ("Coups", "Yearly", "UserFrame")
