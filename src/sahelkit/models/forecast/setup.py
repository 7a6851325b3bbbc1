"""With what a forecast is made: the panel, the forecaster, the list of coups; and what they say at a moment."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import DateLike, Floats, Rule
from sahelkit.dates import parse_date
from sahelkit.errors import OptionError
from sahelkit.estimation.links import chances
from sahelkit.geography import places
from sahelkit.models.forecast.covariates import TERMS, covariates, own_terms
from sahelkit.models.forecast.drivers import Driver, drivers, drivers_of
from sahelkit.models.forecast.forecaster import FittedForecaster, HazardForecaster
from sahelkit.models.forecast.inputs import forecast_panel, last_month, silent
from sahelkit.models.forecast.learning import Learnt, as_forecaster, name_of
from sahelkit.models.forecast.own import computed_columns, maker, own_columns, own_values, source_of, widened
from sahelkit.models.forecast.past import World, check_origin, newest_known, past_forecasts, world, world_of
from sahelkit.panels import Panel
from sahelkit.panels.coups import Coups
from sahelkit.panels.history import Lag
from sahelkit.tables.own_coders import known_of, remembered
from sahelkit.tables.read import record_of

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
    """All states at one moment.

    Attributes
    ----------
    frame : pandas.DataFrame
        Their rows, as they were known on the day.
    values : array, shape (n, k)
        Covariates that the penalised hazard reads; no columns for another model.
    fit : FittedForecaster or Learnt
    """

    frame: pd.DataFrame
    values: Floats
    fit: FittedForecaster | Learnt

    def chances(self, *, level: float = 0.9) -> tuple[Floats, Floats, Floats]:
        """Probability and the ends of its interval, each of shape (n,); NaN ends where the model gives none."""
        if isinstance(self.fit, FittedForecaster):
            return self.fit.predict_arrays(self.values, level=level)
        found = self.fit.predict(self.frame)
        return found, np.full(len(found), np.nan), np.full(len(found), np.nan)

    def quantiles(self, row: int, z: tuple[float, ...]) -> Floats:
        """Quantiles of the probability of one row, at standard normal ones; all but the middle NaN without interval."""
        if isinstance(self.fit, FittedForecaster):
            centre, spread = self.fit.linear(self.values[[row]])
            return np.asarray(chances(self.fit.link, centre + np.array(z) * spread))
        middle = float(self.fit.predict(self.frame)[row])
        return np.where(np.array(z) == 0, middle, np.nan)

    def drivers(self) -> list[list[Driver]]:
        """What moves each row's forecast most; nothing where it is not known what the model reads."""
        if isinstance(self.fit, FittedForecaster):
            return drivers(self.fit, self.frame, self.values)
        parts = self.fit.contributions(self.frame)
        if parts is None:
            return [[] for _ in range(len(self.frame))]
        return drivers_of(parts.to_numpy(), list(parts.columns), self.frame)


class Setup:
    """With what forecasts are made. Keeps what it computed.

    Attributes
    ----------
    rule : str
        Whose list of coups.
    version : str or None
        Data version.
    panel : Panel
        From its first month to the last of the list of coups.
    model : forecaster
    standard : bool
        Whether panel and forecaster are those of sahelkit.
    """

    def __init__(self, panel: Panel | None, forecaster: Any, rule: Rule, version: str | None) -> None:
        self.rule, self.version = rule, version
        self.standard = panel is None and forecaster is None
        plain = forecast_panel(rule=rule, version=version) if panel is None else _checked(panel, rule, version)
        self.model = HazardForecaster() if forecaster is None else as_forecaster(forecaster, plain)
        # All lags of the user's are carried, so that setups of one panel share its rows.
        wide = widened(plain, [name for name in computed_columns(plain) if isinstance(maker(plain, name)[0], Lag)])
        self.panel: Panel = getattr(self.model, "prepared", lambda given: given)(wide)
        # One of each kept by each setup, so that nothing outlives it.
        self.at = lru_cache(maxsize=64)(self._at)
        self.track_record = lru_cache(maxsize=16)(self._track_record)
        self._rows = lru_cache(maxsize=32)(self._read_rows)
        self._history: World | None = None

    @property
    def hazard(self) -> bool:
        """Whether the model is the penalised hazard."""
        return isinstance(self.model, HazardForecaster)

    @property
    def name(self) -> str:
        """Name of the model where it is not the penalised hazard."""
        return "" if self.hazard else name_of(self.model)

    @property
    def own(self) -> tuple[str, ...]:
        """Columns of the user's that the forecast reads."""
        columns: Any = self.model.terms if self.hazard else getattr(self.model, "columns", ())
        columns = getattr(columns, "terms", columns)
        names = [columns] if isinstance(columns, str) else [] if callable(columns) else list(columns)
        return tuple(name for name in own_terms(names) if name in own_columns(self.panel.columns))

    @property
    def history(self) -> World:
        """The world month by month as it was known."""
        if self._history is None:
            shipped = self.hazard and set(self.model.terms) <= set(TERMS)
            terms = self.model.terms if self.hazard else ()
            # A panel that holds more is no other world to a model that does not read it.
            whole = shipped and self.panel.start == forecast_panel(rule=self.rule, version=self.version).start
            self._history = world(self.rule, self.version) if whole else world_of(self.panel, terms, self.rule)
        return self._history

    def _read_rows(self, at: Moment) -> tuple[pd.DataFrame, Floats]:
        with silent():
            frame = replace(self.panel, start=at.origin, end=at.origin).as_of(at.day).frame
        return frame, covariates(frame, self.model.terms if self.hazard else ())

    def _at(self, at: Moment, event: str, horizon: int) -> Forecast:
        check_origin(at.origin.ordinal, self.history, horizon)
        fit = self.history.fit(self.model, at.origin.ordinal, event=event, horizon=horizon)
        frame, values = self._rows(at)
        return Forecast(frame, values, fit)

    def _track_record(self, origin: int, event: str, horizon: int) -> pd.DataFrame:
        """Forecasts made every twelve months since 1991 whose outcome was known at an origin."""
        newest = newest_known(origin, horizon, self.history.published)
        first = 12 * (_SINCE - 1970)
        origins = range(newest - 12 * ((newest - first) // 12), newest + 1, 12)
        if len(origins) == 0:
            return pd.DataFrame({"origin": [], "iso3": [], "probability": [], "outcome": []})
        return past_forecasts(self.history, origins, model=self.model, event=event, horizon=horizon).dropna()

    def check_known(self, at: Moment) -> None:
        """Raise OptionError if a column of the user's has not a single value at a moment."""
        frame, _ = self._rows(at)
        for name in self.own:
            if not np.isnan(own_values(frame, name)).all():
                continue
            source = source_of(self.panel, name)
            newest = self._newest(source, at)
            back = None if newest is None else at.origin.ordinal - pd.Period(newest, freq="M").ordinal
            when = (
                "nothing of it had been published" if newest is None else f"its newest published value is of {newest}"
            )
            repair = "Give newer values, an earlier date=, or leave the term out"
            if back is not None and back <= 60:
                repair = f"Type .lag({name!r}, periods={back}) and the term '{name}_lag{back}'"
                if name.startswith(f"{source}_lag"):
                    repair = f"Type .lag({source!r}, periods={back}) and the term '{source}_lag{back}'"
            why = f"no state has a value that was known on {at.day:%Y-%m-%d} ({when})"
            raise OptionError("terms", name, why, repair=repair)

    def too_late(self) -> tuple[tuple[str, int], ...]:
        """Lags among the user's columns that are never known in time, each with the age of the newest value known."""
        found, columns = [], self.history.columns
        for name in () if columns is None else self.own:
            step, _ = maker(self.panel, name)
            if isinstance(step, Lag) and columns is not None:
                age = columns[f"{step.made_from(name)}_newest{step.periods}_age"].min()
                if age > step.periods:
                    found.append((name, int(age)))
        return tuple(found)

    def _newest(self, source: str, at: Moment) -> str | None:
        with silent():
            known = replace(self.panel, start=at.origin, end=at.origin).as_of(at.day).latest()
        part = known[(known["column"] == source) & known["value"].notna()]
        return None if part.empty else str(part["period"].max())


def _checked(panel: Panel, rule: Rule, version: str | None) -> Panel:
    if not isinstance(panel, Panel):
        raise OptionError("panel", type(panel).__name__, "not a panel", repair="Type panel=forecast_panel()")
    if panel.known_on is not None:
        why = "the table asks for the day of knowledge itself"
        repair = f"Pass the panel without as_of, and type date='{panel.known_on:%Y-%m-%d}'"
        raise OptionError("panel", f"as of {panel.known_on:%Y-%m-%d}", why, repair=repair)
    if panel.freq != "M":
        raise OptionError("panel", f"freq={panel.freq!r}", "the forecast is of months", repair="Type forecast_panel()")
    missing = set(places.members("world")) - set(panel.countries)
    if missing:
        why = f"it lacks {len(missing)} states, and the forecaster learns from the world"
        raise OptionError("panel", f"{len(panel.countries)} states", why, repair="Type panel=forecast_panel()")
    rules = [step.rule for step in panel.steps if isinstance(step, Coups)]
    if rules != [rule]:
        has = f"rule={rules[0]!r}" if rules else "no coups"
        repair = f"Type forecast_panel(rule={rule!r})" + (f", or rule={rules[0]!r} here" if rules else "")
        raise OptionError("panel", has, f"the forecast is of coups by rule={rule!r}", repair=repair)
    if version is not None and panel.version != version:
        why = f"the forecast is by version={version!r}"
        raise OptionError("panel", panel.version, why, repair=f"Type forecast_panel(version={version!r})")
    return replace(panel, end=last_month(rule, panel.version))


def setup(
    rule: Rule = "powell_thyne", version: str | None = None, *, panel: Panel | None = None, forecaster: Any = None
) -> Setup:
    """With what to forecast; the last few setups are kept with what they computed.

    Parameters
    ----------
    rule, version
        As in `sahelkit.risk_table`.
    panel : Panel, optional
        A `forecast_panel` with columns of the user's.
    forecaster : forecaster or classifier, optional
        `HazardForecaster` when absent.

    Raises
    ------
    OptionError
        If the panel is not one of the world by months with coups by this rule, or has a day of knowledge; if the
        forecaster is none; if a column of the user's cannot be read.
    UnknownNameError
        If a term is neither built in nor a column of the panel.
    """
    if panel is not None and version is None:
        version = getattr(panel, "version", None)
    if forecaster is not None and type(forecaster) is not HazardForecaster:
        return Setup(panel, forecaster, rule, version)
    choices = (
        None
        if forecaster is None
        else tuple((item.name, _frozen(getattr(forecaster, item.name))) for item in fields(forecaster))
    )
    try:
        return _kept(panel, choices, rule, version)
    except TypeError:  # a step of the user's that cannot be hashed
        return Setup(panel, forecaster, rule, version)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


@remembered(maxsize=6)
def _kept(panel: Panel | None, choices: Any, rule: Rule, version: str | None) -> Setup:
    return Setup(panel, None if choices is None else HazardForecaster(**dict(choices)), rule, version)
