"""The risk table: what the forecaster says of each country on a day, with all that is needed to judge it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import DateLike, Places, Rule
from sahelkit.errors import DateError, OptionError
from sahelkit.geography import places
from sahelkit.models.forecast.inputs import last_month, warn_of_rule
from sahelkit.models.forecast.own import credits_of
from sahelkit.models.forecast.past import check_event
from sahelkit.models.forecast.risk_result import RiskTable
from sahelkit.models.forecast.setup import Forecast, Moment, Setup, moment, setup
from sahelkit.models.forecast.sources import input_ages
from sahelkit.options import check_options, check_whole_number
from sahelkit.panels import Panel

MOST_MONTHS = 60
# Bands of probability in which past forecasts are counted.
BANDS = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 1.0)


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
    panel: Panel | None = None,
    forecaster: Any = None,
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
    panel : Panel, optional
        A `sahelkit.models.forecast.forecast_panel` with columns of your own, which a forecaster may read:
        ``forecast_panel().add_frame(mine, published="+30d").lag("mycov", periods=1)``.
    forecaster : HazardForecaster, or classifier of scikit-learn, or forecaster, optional
        Who forecasts: ``HazardForecaster(terms=(*TERMS, "mycov_lag1"))``; a classifier, which then reads the covariates
        of `HazardForecaster` and every lag, window and clock of your own columns; or anything that
        `sahelkit.evaluate.backtest` takes. The year before and the record of past forecasts are then its own, each
        made by what was known at the time. `HazardForecaster` alone gives intervals.

    Returns
    -------
    RiskTable

    Raises
    ------
    DateError
        If the date cannot be read, or lies before forecasts are possible.
    OptionError
        If the horizon or the level is out of range, or no such state exists then; if the panel or the forecaster cannot
        be used, a column of your own has no rule of publication, or not a single value that was known on the day.
    UnknownPlaceError, UnknownNameError
        If a country, outcome, rule or version is unknown, or a term of the forecaster.

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
    using = setup(rule, version, panel=panel, forecaster=forecaster)
    at = moment(date, rule=rule, version=using.version)
    warn_of_rule(rule, at.origin, using.version)
    now = using.at(at, event, horizon)
    using.check_known(at)
    table = _world_table(now, level)
    chosen = [code for code in codes if code in set(table["iso3"])]
    if not chosen:
        raise OptionError("countries", countries, f"none of these states exists in {at.origin}")
    history = using.history
    labels = history.recent_labels(at.origin.ordinal, event, horizon)
    table["year_before"] = _before(using, at, event, horizon)
    table["base_rate"], table["own_rate"] = float(labels.mean()), labels.groupby(level=0).mean()
    here = history.ordinal == at.origin.ordinal
    table["followed"] = pd.Series(history.labels(event, horizon)[here], index=history.rows["iso3"][here].to_numpy())
    past = using.track_record(at.origin.ordinal, event, horizon)
    table = table.join(_bands(table["probability"], past))
    named = dict(zip(now.frame["iso3"], now.drivers(), strict=True))
    rows = table.loc[chosen].sort_values("probability", ascending=False, kind="stable")
    return RiskTable(
        frame=rows.reset_index(drop=True),
        drivers=tuple(tuple(named[code]) for code in rows["iso3"]),
        inputs=input_ages(using.panel, at.day, at.origin, own=using.own),
        date=at.day,
        first=at.origin,
        horizon=horizon,
        outcome=event,
        rule=rule,
        level=level,
        n_rows=now.fit.n_rows,
        n_events=now.fit.n_events,
        n_past=len(past),
        coups_until=last_month(rule, using.version),
        model=using.name,
        own=using.own,
        too_late=using.too_late(),
        credits=credits_of(using.panel, using.own),
    )


def _world_table(now: Forecast, level: float) -> pd.DataFrame:
    middle, low, high = now.chances(level=level)
    table = now.frame[["iso3", "country"]].set_index("iso3", drop=False)
    table["probability"], table["low"], table["high"] = middle, low, high
    table["rank"] = table["probability"].rank(ascending=False, method="min").astype("Int64")
    table["n_states"] = int(np.isfinite(middle).sum())
    west = table["iso3"].isin(places.members("west_africa"))
    table["rank_west_africa"] = table["probability"].where(west).rank(ascending=False, method="min").astype("Int64")
    table["n_west_africa"] = int(west.sum())
    return table


def _before(using: Setup, at: Moment, event: str, horizon: int) -> pd.Series[float]:
    """What was forecast a year before, by ``iso3``."""
    try:
        then = using.at(at.earlier(), event, horizon)
    except DateError:
        return pd.Series(dtype=float)
    return pd.Series(then.chances()[0], index=then.frame["iso3"].to_numpy())


def _bands(chance: pd.Series[float], past: pd.DataFrame) -> pd.DataFrame:
    """Past forecasts as large as each of these, and those that came true."""
    given = pd.cut(past["probability"], BANDS, right=False, labels=False)
    counts = past["outcome"].groupby(given).agg(["size", "sum"]).reindex(range(len(BANDS) - 1), fill_value=0)
    place = np.clip(np.searchsorted(BANDS, chance, side="right") - 1, 0, len(BANDS) - 2)
    size, hits = (counts[name].to_numpy()[place].astype(int) for name in ("size", "sum"))
    share = np.divide(hits, size, out=np.full(len(size), np.nan), where=size > 0)
    found = {"band_low": np.array(BANDS)[place], "band_high": np.array(BANDS)[place + 1], "band_n": size}
    return pd.DataFrame(found | {"band_events": hits, "band_share": share}, index=chance.index)
