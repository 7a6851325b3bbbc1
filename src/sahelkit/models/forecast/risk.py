"""The risk table: what the forecaster says of each country on a day, with all that is needed to judge it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sahelkit._types import DateLike, Floats, Places, Rule
from sahelkit.dates import parse_date
from sahelkit.errors import DateError, OptionError
from sahelkit.geography import places
from sahelkit.models.forecast.covariates import covariates
from sahelkit.models.forecast.drivers import drivers
from sahelkit.models.forecast.forecaster import FittedForecaster, HazardForecaster
from sahelkit.models.forecast.inputs import forecast_panel, last_month, silent, warn_of_rule
from sahelkit.models.forecast.past import check_event, check_origin, newest_known, past_forecasts, world
from sahelkit.models.forecast.risk_result import RiskTable
from sahelkit.models.forecast.sources import input_ages
from sahelkit.options import check_options, check_whole_number
from sahelkit.tables.own_coders import known_of, remembered
from sahelkit.tables.read import record_of

MOST_MONTHS = 60
# Bands of probability in which past forecasts are counted.
BANDS = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 1.0)
_SINCE = 1991


@dataclass(frozen=True)
class Moment:
    """A day of knowledge, and the month that is forecast first."""

    day: pd.Timestamp
    origin: pd.Period

    def earlier(self) -> Moment:
        """The same a year before."""
        return Moment(self.day - pd.DateOffset(years=1), self.origin - 12)


def moment(date: DateLike, *, rule: Rule = "powell_thyne", version: str | None = None) -> Moment:
    """Read a date: what was known on it, and the month from which on to forecast.

    The month is the one that holds the day; after the end of the list of coups, the first one that it does not cover.
    With no date, the day on which the last month of the list was wholly known.
    """
    last = last_month(rule, version)
    if date is None:
        end = np.datetime64(last.end_time, "D")
        day = pd.Timestamp(known_of(rule, record_of("coups", version)).dates([end])[0])
    else:
        parsed = parse_date(date, what="date")
        assert parsed is not None
        day = parsed
    return Moment(day, min(pd.Period(day, freq="M"), last + 1))


@dataclass(frozen=True)
class Forecast:
    """All states at one moment."""

    frame: pd.DataFrame
    values: Floats
    fit: FittedForecaster


@remembered(maxsize=32)
def _rows(at: Moment, rule: Rule, version: str | None) -> tuple[pd.DataFrame, Floats]:
    with silent():
        frame = forecast_panel(start=at.origin, end=at.origin, rule=rule, version=version).as_of(at.day).frame
    return frame, covariates(frame)


@remembered(maxsize=64)
def forecast_at(at: Moment, event: str, horizon: int, rule: Rule, version: str | None) -> Forecast:
    """Fit on what was known at a moment, and the rows of all states."""
    history = world(rule, version)
    check_origin(at.origin.ordinal, history, horizon)
    fit = history.fit(HazardForecaster(), at.origin.ordinal, event=event, horizon=horizon)
    frame, values = _rows(at, rule, version)
    return Forecast(frame, values, fit)


@remembered(maxsize=16)
def track_record(origin: int, event: str, horizon: int, rule: Rule, version: str | None) -> pd.DataFrame:
    """Forecasts made every twelve months since 1991 whose outcome was known at an origin."""
    history = world(rule, version)
    newest = newest_known(origin, horizon, history.published)
    first = 12 * (_SINCE - 1970)
    origins = range(newest - 12 * ((newest - first) // 12), newest + 1, 12)
    if len(origins) == 0:
        return pd.DataFrame({"origin": [], "iso3": [], "probability": [], "outcome": []})
    return past_forecasts(history, origins, event=event, horizon=horizon).dropna()


def check_horizon(horizon: object) -> int:
    """Return a horizon in months, or raise OptionError."""
    check_whole_number(
        "horizon", horizon, most=MOST_MONTHS, example=12, why=f"a whole number of months from 1 to {MOST_MONTHS}"
    )
    return int(horizon)  # type: ignore[call-overload, no-any-return]


def risk_table(
    date: DateLike = None,
    *,
    horizon: int = 12,
    countries: Places = "focus",
    outcome: str = "attempt",
    rule: Rule = "powell_thyne",
    level: float = 0.9,
    version: str | None = None,
) -> RiskTable:
    """Risk of a coup attempt in the months after a date, from what was known on it.

    A ridge-penalised hazard (see `sahelkit.models.forecast.HazardForecaster`) is fitted to what was known of all states
    since 1955; its choices were made on forecasts of 1981 to 2010. The table puts beside each probability how it ranks,
    what it was a year before, what moves it, the base rate, and what became of past forecasts of that size.

    Parameters
    ----------
    date : date-like, optional
        Day of knowledge (a month or year means its first day). The forecast begins with its month or, if the list of
        coups ends earlier, with the first month that the list does not cover. When absent: the day on which the last
        month of the list was wholly known.
    horizon : int
        Months, from 1 to 60.
    countries : str, int or sequence of these
        Countries or place sets, as in `sahelkit.places.resolve_many`; None for the world.
    outcome : {"attempt", "success"}
        Any attempt, or a successful coup.
    rule : str
        Whose list of attempts, as in `sahelkit.load_coups`. An own list that extends a coder of the world
        (`sahelkit.add_coder`) counts at once: the table begins with the month after its last one.
    level : float
        Level of the intervals.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    RiskTable

    Raises
    ------
    DateError
        If the date cannot be read, or lies before forecasts are possible.
    OptionError
        If the horizon or the level is out of range, or no such state exists then.
    UnknownPlaceError, UnknownNameError
        If a country, outcome, rule or version is unknown.

    Warns
    -----
    CoverageWarning
        If ``"majority"`` or ``"all"`` weighs more coders in one part of the past than in another.

    Examples
    --------
    The table takes some seconds; ``print(risk_table().summary())`` shows the newest.

    >>> risk_table(countries="MLI", horizon=100)
    Traceback (most recent call last):
    ...
    sahelkit.errors.OptionError: horizon=100: a whole number of months from 1 to 60. Type horizon=12.
    """
    check_options(level=level)
    horizon, event = check_horizon(horizon), check_event(outcome)
    codes = places.chosen(countries)
    at = moment(date, rule=rule, version=version)
    warn_of_rule(rule, at.origin, version)
    now = forecast_at(at, event, horizon, rule, version)
    table = _world_table(now, level)
    chosen = [code for code in codes if code in set(table["iso3"])]
    if not chosen:
        raise OptionError("countries", countries, f"none of these states exists in {at.origin}")
    history = world(rule, version)
    labels = history.recent_labels(at.origin.ordinal, event, horizon)
    table["year_before"] = _before(at, event, horizon, rule, version)
    table["base_rate"], table["own_rate"] = float(labels.mean()), labels.groupby(level=0).mean()
    here = history.ordinal == at.origin.ordinal
    table["followed"] = pd.Series(history.labels(event, horizon)[here], index=history.rows["iso3"][here].to_numpy())
    past = track_record(at.origin.ordinal, event, horizon, rule, version)
    table = table.join(_bands(table["probability"], past))
    named = dict(zip(now.frame["iso3"], drivers(now.fit, now.frame, now.values), strict=True))
    rows = table.loc[chosen].sort_values("probability", ascending=False, kind="stable")
    return RiskTable(
        frame=rows.reset_index(drop=True),
        drivers=tuple(tuple(named[code]) for code in rows["iso3"]),
        inputs=input_ages(at.day, at.origin, rule=rule, version=version),
        date=at.day,
        first=at.origin,
        horizon=horizon,
        outcome=event,
        rule=rule,
        level=level,
        n_rows=now.fit.n_rows,
        n_events=now.fit.n_events,
        n_past=len(past),
        coups_until=last_month(rule, version),
    )


def _world_table(now: Forecast, level: float) -> pd.DataFrame:
    middle, low, high = now.fit.predict_arrays(now.values, level=level)
    table = now.frame[["iso3", "country"]].set_index("iso3", drop=False)
    table["probability"], table["low"], table["high"] = middle, low, high
    table["rank"] = table["probability"].rank(ascending=False, method="min").astype("Int64")
    table["n_states"] = int(np.isfinite(middle).sum())
    west = table["iso3"].isin(places.members("west_africa"))
    table["rank_west_africa"] = table["probability"].where(west).rank(ascending=False, method="min").astype("Int64")
    table["n_west_africa"] = int(west.sum())
    return table


def _before(at: Moment, event: str, horizon: int, rule: Rule, version: str | None) -> pd.Series[float]:
    """What was forecast a year before, by ``iso3``."""
    try:
        then = forecast_at(at.earlier(), event, horizon, rule, version)
    except DateError:
        return pd.Series(dtype=float)
    return pd.Series(then.fit.predict_arrays(then.values)[0], index=then.frame["iso3"].to_numpy())


def _bands(chance: pd.Series[float], past: pd.DataFrame) -> pd.DataFrame:
    """Past forecasts as large as each of these, and those that came true."""
    given = pd.cut(past["probability"], BANDS, right=False, labels=False)
    counts = past["outcome"].groupby(given).agg(["size", "sum"]).reindex(range(len(BANDS) - 1), fill_value=0)
    place = np.clip(np.searchsorted(BANDS, chance, side="right") - 1, 0, len(BANDS) - 2)
    size, hits = (counts[name].to_numpy()[place].astype(int) for name in ("size", "sum"))
    share = np.divide(hits, size, out=np.full(len(size), np.nan), where=size > 0)
    found = {"band_low": np.array(BANDS)[place], "band_high": np.array(BANDS)[place + 1], "band_n": size}
    return pd.DataFrame(found | {"band_events": hits, "band_share": share}, index=chance.index)
