"""The forecaster: a ridge-penalised discrete-time hazard whose choices were made on forecasts of 1981 to 2010."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Floats
from sahelkit.errors import MissingColumnsError, ModelError, OptionError
from sahelkit.estimation.links import chances, check_link
from sahelkit.estimation.parameters import Parameters
from sahelkit.estimation.ridge import ridge_covariance, ridge_maximise
from sahelkit.models.forecast.covariates import TERMS, Covariates, covariates, unit_of
from sahelkit.models.forecast.preparing import Preparation, prepare
from sahelkit.options import check_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sahelkit.panels import Panel

_WITHIN = re.compile(r"_within_(\d+)$")
# A panel with fewer states than this share of those learnt from is no longer the world, and its rates mean nothing.
_WORLD = 0.5


@dataclass
class HazardForecaster(Parameters):
    """Penalised hazard of an attempt within a horizon, from what could be known when the horizon began.

    A logit with a ridge penalty on standardised covariates (see `sahelkit.models.forecast.covariates.covariates`). Rows
    lose weight with their age. A gap in a covariate is filled with the newest value of the last five years, then with
    the median of the rows learnt from and a flag; no country is dropped. In a monthly panel the rows learnt from
    stand half a horizon apart, and overlapping windows share one weight.

    Parameters
    ----------
    terms : sequence of str
        Covariates: built-in ones, and columns of the panel, such as the lag of a column of your own. Of a lag the
        newest value counts that is known on the day, up to five years old.
    penalty : float
        Inverse variance of the prior of a standardised coefficient.
    half_life : float
        Years after which a row counts half.
    link : {"logit", "cloglog"}
        Link function.
    step : int, optional
        Periods between the rows of one country that are learnt from; half the horizon when absent.
    name : str
        Name in tables.

    Examples
    --------
    >>> HazardForecaster().penalty, len(HazardForecaster().terms)
    (10.0, 15)

    With a column of one's own, which a panel adds with ``.add_frame(rain, published="+30d").lag("rain", periods=1)``:

    >>> from sahelkit.models.forecast import TERMS
    >>> HazardForecaster(terms=(*TERMS, "rain_lag1")).terms[-1]
    'rain_lag1'
    """

    terms: Sequence[str] = TERMS
    penalty: float = 10.0
    half_life: float = 20.0
    link: str = "logit"
    step: int | None = None
    name: str = "hazard"

    def prepared(self, panel: Panel) -> Panel:
        """The panel with the newest known value beside each lag of the user's that is a term.

        Raises
        ------
        UnknownNameError
            If a term is neither built in nor a column of the panel.
        OptionError
            If the column of a term holds text, or is never known in time.
        """
        return Covariates(tuple(self.terms)).prepared(panel)

    def stride(self, horizon: int) -> int:
        """Periods between the rows of one country that are learnt from.

        Raises
        ------
        OptionError
            If the penalty is negative, or the half-life or the step not positive.
        UnknownNameError
            If the link is unknown.
        """
        check_options(horizon=horizon)
        check_link(self.link)
        if not self.penalty >= 0:
            raise OptionError("penalty", self.penalty, "it is not negative")
        if not self.half_life > 0:
            raise OptionError("half_life", self.half_life, "a half-life is a positive number of years")
        if self.step is not None and not self.step >= 1:
            raise OptionError("step", self.step, "rows stand at least one period apart")
        return self.step or max(horizon // 2, 1)

    def fit(self, frame: pd.DataFrame, outcome: str) -> FittedForecaster:
        """Learn from rows whose outcome is known.

        Parameters
        ----------
        frame : pandas.DataFrame
            Rows of `forecast_panel` as `sahelkit.panels.realtime.real_time` gives them, with the column `outcome`.
        outcome : str
            Column of 0 and 1. The number at the end of a name such as ``"attempt_within_12"`` is read as the horizon in
            periods; otherwise windows are taken not to overlap.

        Raises
        ------
        MissingColumnsError
            If a column is absent.
        OptionError, UnknownNameError
            If a parameter cannot be, see `stride`.
        ModelError
            If no row is left, or the outcome never varies.
        """
        if outcome not in frame.columns:
            raise MissingColumnsError("HazardForecaster.fit", [outcome], frame.columns)
        labels = frame[outcome].to_numpy(dtype="float64", na_value=np.nan)
        return self.fit_arrays(frame, covariates(frame, self.terms), labels, horizon=_horizon(outcome))

    def fit_arrays(self, frame: pd.DataFrame, values: Floats, labels: Floats, *, horizon: int) -> FittedForecaster:
        """Learn from covariates that are computed already; see `fit`.

        Parameters
        ----------
        frame : pandas.DataFrame
            Columns ``iso3`` and ``period`` of the rows.
        values : array, shape (n, k)
            Their covariates.
        labels : array, shape (n,)
            Their outcomes; rows with NaN are left out.
        horizon : int
            Length of the windows in periods.
        """
        step = self.stride(horizon)
        unit = unit_of(frame)
        ordinal = frame["period"].array.asi8
        usable = ~np.isnan(labels) & ~np.isnan(values).all(axis=1) & _clock_known(values, self.terms)
        if not usable.any():
            raise ModelError("no row is left to learn from: the origin lies before the data begin. Choose a later one")
        newest = _last_full(ordinal[usable])
        chosen = usable & (ordinal <= newest) & ((newest - ordinal) % step == 0)
        age = (newest - ordinal[chosen]) / unit
        weights = 0.5 ** (age / self.half_life) * min(step / horizon, 1.0)
        learnt = prepare(values[chosen], tuple(self.terms), weights)
        design = learnt.design(values[chosen])
        fit = ridge_maximise(design, labels[chosen], penalty=self.penalty, weights=weights, link=self.link)
        groups, countries = pd.factorize(frame["iso3"].to_numpy()[chosen])
        cov = ridge_covariance(design, fit, penalty=self.penalty, groups=groups, outcome=labels[chosen])
        return FittedForecaster(
            preparation=learnt,
            coef=fit.coef,
            cov=cov,
            link=self.link,
            n_rows=int(chosen.sum()),
            n_events=int(labels[chosen].sum()),
            n_countries=len(countries),
            last=newest,
        )


@dataclass(frozen=True)
class FittedForecaster:
    """What was learnt at one origin.

    Attributes
    ----------
    preparation : Preparation
        How gaps are filled and covariates scaled.
    coef : array, shape (1 + k,)
        Intercept, and log odds ratios of one standard deviation of ``preparation.columns``.
    cov : array, shape (1 + k, 1 + k)
        Covariance about the truth, clustered by country; see `sahelkit.estimation.ridge.ridge_covariance`.
    link : str
    n_rows, n_events, n_countries : int
        Rows learnt from, those with an event, and their countries.
    last : int
        Ordinal of the last period learnt from.
    """

    preparation: Preparation
    coef: Floats
    cov: Floats
    link: str
    n_rows: int
    n_events: int
    n_countries: int
    last: int

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Probability for each row, shape (n,); NaN where the list of coups does not speak.

        `frame` holds all states of each of its periods.
        """
        return self.predict_arrays(self._covariates(frame))[0]

    def predict_interval(self, frame: pd.DataFrame, *, level: float = 0.9) -> tuple[Floats, Floats, Floats]:
        """Probability and the ends of its interval, each of shape (n,).

        The interval says how well the model's probability is known, not how it could err by being the wrong model. Its
        ends are NaN where all events learnt from lie in one country: errors clustered by country do not exist then.
        """
        check_options(level=level)
        return self.predict_arrays(self._covariates(frame), level=level)

    def predict_arrays(self, values: Floats, *, level: float = 0.9) -> tuple[Floats, Floats, Floats]:
        """As `predict_interval`, from covariates that are computed already."""
        centre, spread = self.linear(values)
        away = _normal_quantile((1 + level) / 2) * spread
        low, middle, high = (chances(self.link, eta) for eta in (centre - away, centre, centre + away))
        return middle, low, high

    def linear(self, values: Floats) -> tuple[Floats, Floats]:
        """Linear predictor and its standard error, each of shape (n,)."""
        design = self.preparation.design(values)
        design[~_clock_known(values, self.preparation.terms)] = np.nan
        return design @ self.coef, np.sqrt(np.einsum("ij,jk,ik->i", design, self.cov, design))

    def contributions(self, values: Floats) -> Floats:
        """What each covariate, with its flag, adds to the linear predictor beyond the rows' mean, shape (n, k)."""
        design = self.preparation.design(values)[:, 1:]
        parts = (design - design.mean(axis=0)) * self.coef[1:]
        count = len(self.preparation.terms)
        found: Floats = parts[:, :count].copy()
        for place, flagged in enumerate(self.preparation.flagged):
            found[:, flagged] += parts[:, count + place]
        return found

    def tidy(self) -> pd.DataFrame:
        """One row per coefficient: ``term``, ``log_odds`` of one standard deviation, ``se``."""
        names = ["Intercept", *self.preparation.columns]
        return pd.DataFrame({"term": names, "log_odds": self.coef, "se": np.sqrt(np.diag(self.cov))})

    def _covariates(self, frame: pd.DataFrame) -> Floats:
        counts = frame.groupby("period", sort=False)["iso3"].size()
        if len(counts) and counts.min() < _WORLD * self.n_countries:
            why = f"a period with {counts.min()} states, while {self.n_countries} were learnt from"
            repair = "Forecast all states of the period at once, then choose: the covariates hold rates of the world"
            raise OptionError("frame", why, "too few states", repair=repair)
        return covariates(frame, self.preparation.terms)


def _last_full(ordinal: npt.NDArray[np.int64]) -> int:
    """Last period with most of the states: windows of a state that has ended are known before those of the others."""
    periods, counts = np.unique(ordinal, return_counts=True)
    return int(periods[counts >= _WORLD * counts.max()].max())


def _clock_known(values: Floats, terms: Sequence[str]) -> npt.NDArray[np.bool_]:
    places = [place for place, term in enumerate(terms) if term in ("log_since", "never")]
    return np.asarray(~np.isnan(values[:, places]).any(axis=1))


def _horizon(outcome: str) -> int:
    found = _WITHIN.search(outcome)
    return int(found.group(1)) if found else 1


def _normal_quantile(share: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(share)
