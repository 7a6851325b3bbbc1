"""The numbers of a fitted network Hawkes process, without the ways to read them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import Floats
from sahelkit.errors import UnknownNameError, is_known
from sahelkit.estimation.hawkes.baseline import Baseline
from sahelkit.estimation.hawkes.estimate import Estimate, Settings
from sahelkit.estimation.hawkes.integral import Process, spectral_radius
from sahelkit.estimation.hawkes.kernel import kernel_named
from sahelkit.estimation.hawkes.likelihood import covariance
from sahelkit.estimation.hawkes.observed import Observed
from sahelkit.estimation.hawkes.profile import PARAMETERS, cross_at_lag, profile_interval
from sahelkit.estimation.hawkes.units import Units

LAGS = (1 / 12, 3 / 12, 6 / 12, 1.0, 2.0, 5.0)


@dataclass(frozen=True, repr=False)
class Fitted:
    """The numbers of a fitted network Hawkes process, in continuous time.

    The intensity of country i, in events per year, is ``exp(x_i(t) b + u_i + f(t))`` plus ``own`` times the kernel
    summed over its own earlier events plus ``cross`` times the kernel summed over earlier events elsewhere, each
    weighted by W[i, source].

    Attributes
    ----------
    countries : tuple of str, length n
        ISO 3166 alpha-3 codes.
    start, end : pandas.Timestamp
        First and last day of the window, both inclusive.
    observed : Observed
        Events and windows; marks of mean 1.
    baseline : Baseline
        Design of the log baseline rate; covariates centred and scaled.
    weights : array, shape (n, n)
        W[target, source] as given.
    tie : array, shape (n, n)
        The same in the units of the estimate, in which a mean event gives a weight of 1.
    units : Units
        What leads back from the units of the estimate, in which everything is searched, to those given.
    settings : Settings
        How it was estimated.
    estimate : Estimate
        Parameters with and without contagion, in standardised units, and log-likelihoods.
    level : float
        Two-sided level of the intervals; the upper end at 0.90 is the one-sided 95 % upper bound.
    dropped : dict of str to int
        Periods left out per country because a covariate is NA.
    origin : str
        Datasets and versions of the events; empty where their frame did not tell.
    """

    countries: tuple[str, ...]
    start: pd.Timestamp
    end: pd.Timestamp
    observed: Observed
    baseline: Baseline
    weights: Floats
    tie: Floats
    units: Units
    settings: Settings
    estimate: Estimate
    level: float
    dropped: dict[str, int]
    origin: str = ""

    @property
    def own(self) -> float:
        """Expected attempts that one attempt sets off in its own country."""
        return self.estimate.point.own / self.units.own

    @property
    def cross(self) -> float:
        """Expected attempts that one attempt sets off abroad, for weights whose columns sum to 1."""
        return self.estimate.point.cross / self.units.cross

    @property
    def own_lag(self) -> float:
        """Mean lag of own excitation in years; NaN where there is none."""
        return self.estimate.point.own_lag if self.own > 0 else float("nan")

    @property
    def cross_lag(self) -> float:
        """Mean lag of excitation abroad in years; NaN where there is none."""
        return self.estimate.point.cross_lag if self.cross > 0 else float("nan")

    @property
    def loglik(self) -> float:
        """Log-likelihood less the ridge of the effects."""
        return self.estimate.loglik

    @property
    def lr(self) -> float:
        """Likelihood ratio statistic of contagion; its p-value comes from `contagion_test`."""
        return self.estimate.ratio

    @property
    def coefficients(self) -> pd.Series:
        """Change of the log rate per unit of each covariate."""
        columns = self.baseline.columns("covariate")
        terms = [self.baseline.terms[column] for column in columns]
        units = np.array([self.baseline.units[term] for term in terms])
        return pd.Series(self.estimate.point.coef[columns] / units, index=terms, dtype="float64", name="coefficient")

    @property
    def n_events(self) -> int:
        """Events explained."""
        return self.observed.n_events

    @property
    def sizes(self) -> dict[str, Any]:
        """Size and origin of the data, as the results of all tests carry them."""
        return {"n_events": self.n_events, "n_countries": len(self.countries), "origin": self.origin}

    @property
    def isolated(self) -> tuple[str, ...]:
        """Countries without any tie, which neither give nor receive."""
        tied = np.asarray(self.weights.any(axis=0) | self.weights.any(axis=1))
        return tuple(code for code, has in zip(self.countries, tied, strict=True) if not has)

    @cached_property
    def process(self) -> Process:
        """The fitted process, for simulation and integrals."""
        return Process(self.estimate.point, self.baseline, self.tie, kernel_named(self.settings.kernel))

    @property
    def null_process(self) -> Process:
        """The process fitted without contagion."""
        return Process(self.estimate.null, self.baseline, self.tie, kernel_named(self.settings.kernel))

    @cached_property
    def branching(self) -> Floats:
        """Expected events that one event of each source sets off directly in each target, shape (target, source)."""
        counted = self.observed.counted
        marks = self.observed.own_mark[counted].mean(), self.observed.cross_mark[counted].mean()
        return self.process.branching(float(marks[0]), float(marks[1]))

    @cached_property
    def spectral_radius(self) -> float:
        """Largest eigenvalue of the branching matrix."""
        return spectral_radius(self.branching)

    def radius_at(self, own: float, cross: float) -> float:
        """The same at other strengths in standardised units: linear in them, for no weight is negative."""
        o = self.observed
        at_home, abroad = o.own_mark[o.counted].mean(), o.cross_mark[o.counted].mean()
        return float(own * at_home + cross * abroad * spectral_radius(self.tie))

    @property
    def stationary(self) -> bool:
        """Whether the spectral radius is below 1."""
        return self.spectral_radius < 1.0

    @cached_property
    def covariance(self) -> Floats:
        """Covariance of the point of the estimate, the lags held; NaN for these and for a strength of 0."""
        return covariance(self.estimate.problem, self.estimate.point.vector())

    @cached_property
    def _known(self) -> dict[tuple[str, float], tuple[float, float]]:
        return {}

    def interval(self, which: str, *, level: float | None = None) -> tuple[float, float]:
        """Profile-likelihood interval of one quantity, worked out once.

        Parameters
        ----------
        which : {"own", "cross", "own_lag", "cross_lag"}
        level : float, optional
            Two-sided level; that of the fit when absent.

        Returns
        -------
        low, high : float
            NaN for what was not estimated. `excitation_intervals` has intervals that keep their promise in samples of
            this size.

        Raises
        ------
        UnknownNameError
            If there is no such quantity.
        """
        low, high = self.plain_interval(which, level=level)
        return low / self.units.of(which), high / self.units.of(which)

    def plain_interval(self, which: str, *, level: float | None = None) -> tuple[float, float]:
        """`interval` in standardised units."""
        if not is_known(which, PARAMETERS):
            raise UnknownNameError("quantity", which, PARAMETERS)
        key = (which, self.level if level is None else level)
        if key not in self._known:
            free = self.searched[which]
            found = profile_interval(self.estimate, self.settings, *key) if free else (float("nan"), float("nan"))
            self._known[key] = found
        return self._known[key]

    @property
    def searched(self) -> dict[str, bool]:
        """Which of own excitation, contagion and their lags were searched, and found to be there."""
        s = self.settings
        return {
            "own": s.own,
            "own_lag": self.own > 0 and s.own_lag[0] < s.own_lag[1],
            "cross": s.contagion,
            "cross_lag": self.cross > 0 and s.cross_lag[0] < s.cross_lag[1],
        }

    @property
    def cross_upper(self) -> float:
        """Upper end of the profile interval of `cross`, whatever its lag inside the box.

        In samples of about a hundred attempts it is too low up to one time in five; `contagion_bound` is not.
        """
        return self.interval("cross")[1]

    def bounds_by_lag(self) -> pd.DataFrame:
        """Contagion estimated at given mean lags, each with its upper bound.

        Returns
        -------
        pandas.DataFrame
            One row per lag: ``cross_lag`` (years), ``cross``, ``high`` (upper end of the profile interval at that
            lag), ``lr`` (likelihood ratio statistic against none), ``level``.
        """
        found = [cross_at_lag(self.estimate, self.settings, lag, self.level) for lag in LAGS]
        table = pd.DataFrame(found, columns=["cross", "high", "lr"])
        table[["cross", "high"]] /= self.units.cross
        table.insert(0, "cross_lag", LAGS)
        return table.assign(level=self.level)
