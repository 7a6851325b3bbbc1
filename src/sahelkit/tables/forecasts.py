"""Published forecasts of coups, to be scored on the same rows as a model of one's own."""

from __future__ import annotations

import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.catalog import record
from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.tables.read import read_table
from sahelkit.tables.select import select

DATASET = "forecasts"
EVENTS = ("attempt", "success", "failure")


def load_forecasts(
    *,
    outcome: str = "attempt",
    run: str = "rolling",
    method: str | None = None,
    countries: Places = None,
    start: DateLike = None,
    end: DateLike = None,
    version: str | None = None,
) -> pd.DataFrame:
    """Probabilities that Beger and Ward published for coups in 2011 to 2020, world, and what happened.

    One row is the forecast for one state and calendar year. The rolling forecasts of 2011 to 2019 were made in 2020,
    each from the data of the years before as they stood in 2020; the live forecast of 2020 was made on 15 May 2020,
    before that year's coup in Mali. Licence CC BY 4.0.

    Parameters
    ----------
    outcome : {"attempt", "success", "failure"}
        What is forecast: at least one attempt, successful coup or failed attempt in the year.
    run : {"rolling", "live"}
        The rolling run, or the live forecast of 2020.
    method : {"direct", "either"}, optional
        ``"direct"``: by a model of this outcome. ``"either"``: attempts, computed from the chances of a success and of
        a failure; the only one that the live forecast gives for attempts. The one that the run has, ``"direct"`` if
        both, when absent.
    countries : str, int or sequence of these, optional
        Countries or place sets, as in `sahelkit.places.resolve_many`; all when absent.
    start, end : date-like, optional
        First and last year that is forecast.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``run, iso3, gwcode, year, event, method, probability, observed`` (1 if there was such an event, 0 if none, by
        the source's edition of Powell and Thyne's list; NA for 2020, which had not ended). Sorted by country and year.

    Raises
    ------
    UnknownNameError
        If the outcome, run, method or version is unknown.
    OptionError
        If the run has no forecast of the outcome by that method.
    UnknownPlaceError
        If a country is unknown or means several.
    DateError
        If a date cannot be read, or `end` lies before `start`.

    Warns
    -----
    CoverageWarning
        If the window reaches outside 2011 to 2020.

    References
    ----------
    Beger, A., & Ward, M. D. (2020). Coup forecasts. https://github.com/andybega/forecaster2

    Examples
    --------
    >>> known = load_forecasts().dropna(subset="observed")
    >>> len(known), int(known["observed"].sum())
    (1518, 18)
    >>> mali = load_forecasts(countries="Mali", start=2012, end=2012).iloc[0]
    >>> round(float(mali["probability"]), 4), int(mali["observed"])
    (0.017, 1)
    """
    table = record(DATASET).table()
    allowed = {"outcome": EVENTS, "run": table.field("run").enum, "method": table.field("method").enum}
    for kind, given in (("outcome", outcome), ("run", run), ("method", method)):
        if given is not None and given not in allowed[kind]:
            raise UnknownNameError(f"{kind} of the forecasts", given, allowed[kind])
    frame = read_table(DATASET, version=version)
    attrs = frame.attrs
    frame = frame[(frame["run"] == run) & (frame["event"] == outcome)]
    there = frame["method"].unique().tolist()
    if method is not None and method not in there:
        repair = f"Type method={there[0]!r}"
        raise OptionError("method", method, f"the {run} run has no such forecast of {outcome!r}", repair=repair)
    chosen = method or ("direct" if "direct" in there else there[0])
    frame = frame[frame["method"] == chosen].sort_values(["iso3", "year"])
    frame.attrs = attrs
    return select(frame, record(DATASET), countries=countries, start=start, end=end)
