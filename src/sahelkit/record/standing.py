"""Where countries stand among others on an indicator."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from sahelkit.columns import read_columns
from sahelkit.frames import FrameLike


def standing(values: FrameLike, *, higher_is_worse: Mapping[str, bool]) -> pd.DataFrame:
    """Rank countries on each indicator as percentiles, so that indicators in different units can be read together.

    The percentile of a country is the share of the other countries that it is worse than, ties counting half: 0 is
    the least fragile, 100 the most.

    Parameters
    ----------
    values : pandas.DataFrame
        One row per country and indicator: ``iso3, column, value, year``.
    higher_is_worse : mapping of str to bool
        For each indicator, whether a higher value means more fragility.

    Returns
    -------
    pandas.DataFrame
        The rows of the named indicators with ``percentile`` (0 to 100, NA where the value is NA or where fewer than
        two countries have one) and ``n``, the number of countries with a value.

    Raises
    ------
    MissingColumnsError
        If `values` lacks a column.

    Examples
    --------
    >>> table = pd.DataFrame({"iso3": ["A", "B", "C"], "column": "income", "value": [1.0, 2.0, 3.0], "year": 2010})
    >>> standing(table, higher_is_worse={"income": False})["percentile"].tolist()
    [100.0, 50.0, 0.0]
    """
    values = read_columns(values, where="standing", texts=["iso3", "column"], numbers=["value", "year"])
    kept = values[values["column"].isin(list(higher_is_worse))].copy()
    kept["value"] = kept["value"].astype("float64")
    direction = kept["column"].map(lambda name: 1.0 if higher_is_worse[name] else -1.0).astype("float64")
    oriented = kept["value"] * direction
    groups = kept["column"]
    count = kept.groupby("column")["value"].transform("count")
    rank = oriented.groupby(groups).rank(method="average")
    kept["percentile"] = np.where(count > 1, 100 * (rank - 1) / (count - 1), np.nan)
    kept["n"] = count.astype("int64")
    return kept.reset_index(drop=True)
