"""How the hazard depends on the time since the last event: cubic terms and restricted cubic splines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from numbers import Real

import numpy as np
import pandas as pd

from sahelkit.errors import OptionError
from sahelkit.options import check_whole_number

# Harrell (2015), table 2.3: where the outer and inner knots lie, as quantiles, for 3 to 7 knots.
_QUANTILES = {
    3: (0.10, 0.50, 0.90),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.50, 0.725, 0.95),
    6: (0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
    7: (0.025, 0.1833, 0.3417, 0.50, 0.6583, 0.8167, 0.975),
}

_KNOTS = "a restricted cubic spline has 3 to 7 knots here"


def duration_terms(since_last: pd.Series, *, scale: float = 120.0) -> pd.DataFrame:
    """Cubic terms of the time since the last event, scaled so that they do not swamp one another.

    Parameters
    ----------
    since_last : pandas.Series, shape (n,)
        Periods since the last event; NA where there has been none yet.
    scale : float
        Periods that count as 1, e.g. 120 months.

    Returns
    -------
    pandas.DataFrame, shape (n, 4)
        Columns ``t, t2, t3`` and ``never`` (1 where there has been no event yet; t is then 0).

    Raises
    ------
    OptionError
        If `scale` is not a number above 0.

    References
    ----------
    Carter, D. B., & Signorino, C. S. (2010). Back to the future: modeling time dependence in binary data.
    Political Analysis, 18(3), 271-292. doi:10.1093/pan/mpq013

    Examples
    --------
    >>> duration_terms(pd.Series([60.0, None])).to_dict("list")
    {'t': [0.5, 0.0], 't2': [0.25, 0.0], 't3': [0.125, 0.0], 'never': [0, 1]}
    """
    if not (isinstance(scale, Real) and np.isfinite(scale) and scale > 0):
        raise OptionError("scale", scale, "periods that count as 1 are a number above 0", repair="Type scale=120")
    time = pd.to_numeric(since_last).astype("float64") / scale
    never = time.isna()
    time = time.fillna(0.0)
    return pd.DataFrame({"t": time, "t2": time**2, "t3": time**3, "never": never.astype("int64")})


def spline_knots(values: pd.Series, *, knots: int = 4) -> tuple[float, ...]:
    """Knots of a restricted cubic spline, at Harrell's quantiles of the known values.

    Parameters
    ----------
    values : pandas.Series
        The variable, NA where unknown.
    knots : int
        How many, from 3 to 7.

    Returns
    -------
    tuple of float
        The knots, in the unit of the variable.

    Raises
    ------
    OptionError
        If `knots` is not 3 to 7, or the values are too few to keep the knots apart.

    References
    ----------
    Harrell, F. E. (2015). Regression Modeling Strategies (2nd ed.), table 2.3. Springer.
    doi:10.1007/978-3-319-19425-7

    Examples
    --------
    >>> spline_knots(pd.Series(range(101)), knots=3)
    (10.0, 50.0, 90.0)
    """
    check_whole_number("knots", knots, least=min(_QUANTILES), most=max(_QUANTILES), example=4, why=_KNOTS)
    known = pd.to_numeric(values).astype("float64").dropna()
    found = tuple(float(value) for value in known.quantile(list(_QUANTILES[knots]))) if len(known) else ()
    if len(set(found)) < knots:
        raise OptionError("knots", knots, "the values are too alike for that many knots", repair="Type knots=3")
    return found


def restricted_cubic_spline(
    values: pd.Series, *, knots: int | Sequence[float] = 4, name: str = "spline"
) -> pd.DataFrame:
    """Restricted cubic spline of a variable: cubic between the knots, straight beyond the outer ones.

    An alternative to `duration_terms` that cannot run away where there are few rows.

    Parameters
    ----------
    values : pandas.Series, shape (n,)
        The variable, e.g. months since the last attempt; NA stays NA.
    knots : int or sequence of float
        How many knots (3 to 7, at Harrell's quantiles), or their places.
    name : str
        Head of the column names.

    Returns
    -------
    pandas.DataFrame, shape (n, K - 1)
        Columns ``<name>1`` (the variable itself) to ``<name>K-1``, in the unit of the variable.

    Raises
    ------
    OptionError
        If there are fewer than 3 knots, they do not rise, or the values are too alike.

    References
    ----------
    Durrleman, S., & Simon, R. (1989). Flexible regression models with cubic splines. Statistics in Medicine, 8(5),
    551-561. doi:10.1002/sim.4780080504

    Examples
    --------
    >>> restricted_cubic_spline(pd.Series([0.0, 5.0, 10.0]), knots=[0, 5, 10])["spline2"].tolist()
    [0.0, 1.25, 7.5]
    """
    several = isinstance(knots, Sequence | np.ndarray) and not isinstance(knots, str)
    places = tuple(map(float, knots)) if several else spline_knots(values, knots=knots)  # type: ignore[arg-type]
    if len(places) < 3 or any(right <= left for left, right in pairwise(places)):
        raise OptionError("knots", knots, "a restricted cubic spline needs at least 3 knots that rise")
    x = pd.to_numeric(values).astype("float64").to_numpy()
    first, before, last = places[0], places[-2], places[-1]

    def cube(knot: float) -> np.ndarray:
        return np.where(np.isnan(x), np.nan, np.maximum(x - knot, 0.0) ** 3)

    columns = {f"{name}1": x}
    for number, knot in enumerate(places[:-2], start=2):
        bend = cube(knot) - (cube(before) * (last - knot) - cube(last) * (before - knot)) / (last - before)
        columns[f"{name}{number}"] = bend / (last - first) ** 2
    return pd.DataFrame(columns, index=values.index)
