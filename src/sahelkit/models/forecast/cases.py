"""What the forecaster said before events that everybody remembers."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from sahelkit._types import DateLike, Rule
from sahelkit.dates import parse_date
from sahelkit.errors import DateError, OptionError
from sahelkit.geography import places
from sahelkit.models.forecast.past import past_forecasts, world
from sahelkit.models.forecast.risk import check_horizon


def said_before(
    cases: Iterable[tuple[str | int, DateLike]],
    *,
    horizon: int = 12,
    outcome: str = "attempt",
    rule: Rule = "powell_thyne",
    version: str | None = None,
) -> pd.DataFrame:
    """What was said of countries on 1 January of the year of an event, and on the first day of its month.

    Each number comes from a model that was fitted to what was known on that day.

    Parameters
    ----------
    cases : iterable of (country, date)
        Country as in `sahelkit.places.resolve`, and the day (or month) of the event.
    horizon : int
        Months ahead, for both days; 12 from 1 January is the calendar year.
    outcome, rule, version
        As in `sahelkit.risk_table`.

    Returns
    -------
    pandas.DataFrame
        ``iso3, date, year_probability, year_rank, month_probability, month_rank, n_states`` (of the month), and
        ``month_happened`` (whether the window from the month on held an event, NaN when not known).

    Raises
    ------
    OptionError
        If the state did not exist then.
    UnknownPlaceError, DateError
        If a country or date is unknown, or lies outside the data.

    Examples
    --------
    Each case takes some seconds; ``said_before([("Mali", "2012-03-22")])`` tells what was said of Mali.

    >>> said_before([("Mali", "2012-03-22")], horizon=100)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: horizon=100: a whole number of months from 1 to 60. Type horizon=12.
    """
    months = check_horizon(horizon)
    history = world(rule, version)
    wanted = []
    for country, date in cases:
        day = parse_date(date, what="date", least="M")
        if day is None:
            raise DateError("date", date, "a case has a country and a day")
        wanted.append((places.resolve(country), day.to_period("M")))
    origins = sorted({month.ordinal for _, month in wanted} | {12 * (month.year - 1970) for _, month in wanted})
    found = past_forecasts(history, origins, event=outcome, horizon=months)
    groups = found.groupby("origin")["probability"]
    found["rank"] = groups.rank(ascending=False, method="min").astype("int64")
    found["states"] = groups.transform("size")
    table = found.set_index(["iso3", "origin"])
    rows = []
    for code, month in wanted:
        january = pd.Period(f"{month.year}-01", freq="M")
        if (code, month) not in table.index or (code, january) not in table.index:
            raise OptionError("cases", f"{code} {month}", "this state did not exist in that month or on 1 January")
        year, then = table.loc[(code, january)], table.loc[(code, month)]
        rows.append(
            {
                "iso3": code,
                "date": str(month),
                "year_probability": year["probability"],
                "year_rank": int(year["rank"]),
                "month_probability": then["probability"],
                "month_rank": int(then["rank"]),
                "n_states": int(then["states"]),
                "month_happened": then["outcome"],
            }
        )
    return pd.DataFrame(rows)
