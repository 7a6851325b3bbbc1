"""How new the inputs of a forecast are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from sahelkit.models.forecast.inputs import DEMOCRACY, INDICATORS, INTENSITY, silent
from sahelkit.models.forecast.own import source_of, sources_alone
from sahelkit.panels import Panel

# Days after the end of what it describes from which an input is called stale: the list of coups and monthly columns
# of the user's, yearly inputs.
STALE = {"attempt": 92, "": 3 * 366}


def input_ages(recipe: Panel, day: pd.Timestamp, origin: pd.Period, *, own: Sequence[str] = ()) -> pd.DataFrame:
    """Newest datum of each input that was published by a day.

    Parameters
    ----------
    recipe : Panel
        A `forecast_panel`.
    day : pandas.Timestamp
        Day of knowledge.
    origin : pandas.Period
        Month that is forecast first.
    own : sequence of str
        Columns of the user's that the forecast reads; their sources stand after the others.

    Returns
    -------
    pandas.DataFrame
        ``input`` (column of the panel), ``newest`` (year or month that most states have, as text), ``published`` (day),
        ``days_behind`` (from the end of that period to the day) and ``stale``. Where nothing was known yet, ``newest``
        is empty and the input stale.
    """
    mine = list(dict.fromkeys(source_of(recipe, name) for name in own))
    sources = replace(recipe, start=origin, end=origin, steps=sources_alone(recipe))
    with silent():
        known = sources.as_of(day).latest()
    rows = []
    for name in ("attempt", *DEMOCRACY, *INDICATORS, INTENSITY, *mine):
        part = known[(known["column"] == name) & known["value"].notna()]
        if part.empty:
            rows.append((name, "", pd.NaT, None, True))
            continue
        newest = str(part["period"].mode().max())
        behind = (day - pd.Period(newest).end_time.normalize()).days
        published = part.loc[part["period"] == newest, "published"].max()
        old = STALE["attempt"] if name in mine and len(newest) > 4 else STALE.get(name, STALE[""])
        rows.append((name, newest, published, behind, behind > old))
    return pd.DataFrame(rows, columns=["input", "newest", "published", "days_behind", "stale"])
