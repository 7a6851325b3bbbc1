"""The fitted network Hawkes process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Freq, Lang
from sahelkit.errors import OptionError, UnknownNameError, is_known
from sahelkit.estimation.hawkes.baseline import Baseline
from sahelkit.estimation.hawkes.estimate import Estimate, Settings
from sahelkit.estimation.hawkes.integral import Process, spectral_radius
from sahelkit.estimation.hawkes.kernel import kernel_named
from sahelkit.estimation.hawkes.likelihood import covariance
from sahelkit.estimation.hawkes.observed import Observed, days
from sahelkit.estimation.hawkes.profile import PARAMETERS, cross_at_lag, profile_interval
from sahelkit.estimation.hawkes.units import Units
from sahelkit.geography import places
from sahelkit.language.numbers import decimal, number, percent
from sahelkit.language.texts import words
from sahelkit.models.hawkes.averages import mean_intensity
from sahelkit.models.hawkes.intervals import ContagionBound
from sahelkit.models.hawkes.verdicts import ContagionTest, GoodnessOfFit
from sahelkit.models.hawkes.words import KERNELS, OVERVIEW, sentence
from sahelkit.options import check_language
from sahelkit.plots.intensity import plot_intensity
from sahelkit.results.base import Result

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LAGS = (1 / 12, 3 / 12, 6 / 12, 1.0, 2.0, 5.0)


@dataclass(frozen=True, repr=False)
class HawkesFit(Result):
    """A fitted network Hawkes process, in continuous time.

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

    _index: ClassVar = ("quantity",)

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
    def _known(self) -> dict[str, tuple[float, float]]:
        return {}

    def interval(self, which: str) -> tuple[float, float]:
        """Profile-likelihood interval of one quantity, worked out once.

        Parameters
        ----------
        which : {"own", "cross", "own_lag", "cross_lag"}

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
        low, high = self.plain_interval(which)
        return low / self.units.of(which), high / self.units.of(which)

    def plain_interval(self, which: str) -> tuple[float, float]:
        """`interval` in standardised units."""
        if not is_known(which, PARAMETERS):
            raise UnknownNameError("quantity", which, PARAMETERS)
        free = {
            "own": self.settings.own,
            "own_lag": self.own > 0 and self.settings.own_lag[0] < self.settings.own_lag[1],
            "cross": self.settings.contagion,
            "cross_lag": self.cross > 0 and self.settings.cross_lag[0] < self.settings.cross_lag[1],
        }
        if which not in self._known:
            unknown = (float("nan"), float("nan"))
            found = profile_interval(self.estimate, self.settings, which, self.level) if free[which] else unknown
            self._known[which] = found
        return self._known[which]

    @property
    def cross_upper(self) -> float:
        """Upper end of the profile interval of `cross`, whatever its lag inside the box.

        In samples of about a hundred attempts it is too low up to one time in five; `contagion_bound` is not.
        """
        return self.interval("cross")[1]

    def tidy(self) -> pd.DataFrame:
        """One row per quantity with its interval.

        Returns
        -------
        pandas.DataFrame
            Columns ``quantity, unit, estimate, low, high, level, n_events, n_countries``. ``own``, ``cross`` and their
            mean lags have profile-likelihood intervals (those of lags cut at the box in which they are searched), with
            the spread of the country effects held. The low end for ``cross`` ignores that its lag was searched: only
            `contagion_test` tells whether there is any. The lag of an excitation that is estimated as none is not
            identified: NA. Covariates have a rate ratio per unit and Wald intervals; `coefficients` has the
            logarithm, also where the unit is so small that the ratio is beyond any number.
        """
        from scipy.stats import norm

        rows: list[dict[str, Any]] = []

        def add(quantity: str, unit: str, value: float, ends: tuple[float, float] = (np.nan, np.nan)) -> None:
            rows.append({"quantity": quantity, "unit": unit, "estimate": value, "low": ends[0], "high": ends[1]})

        add("own", "attempts at home per attempt", self.own, self.interval("own"))
        add("own_lag", "years", self.own_lag, self.interval("own_lag"))
        add("cross", "attempts abroad per attempt", self.cross, self.interval("cross"))
        add("cross_lag", "years", self.cross_lag, self.interval("cross_lag"))
        add("branching_ratio", "spectral radius", self.spectral_radius)
        for block, spread in self.estimate.spreads.items():
            add(f"{block}_sd", "log rate", spread)
        reach = norm.ppf(0.5 + self.level / 2) * np.sqrt(np.diag(self.covariance))
        for column in self.baseline.columns("covariate"):
            term, half = self.baseline.terms[column], reach[column]
            ends = (self.estimate.point.coef[column] + np.array([0.0, -half, half])) / self.baseline.units[term]
            with np.errstate(over="ignore"):
                middle, low, high = np.exp(ends)
            add(term, "rate ratio", middle, (low, high))
        frame = pd.DataFrame(rows)
        return frame.assign(level=self.level, n_events=self.n_events, n_countries=len(self.countries))

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

    def to_xarray(self) -> xr.Dataset:
        """Arrays of the fit.

        Returns
        -------
        xarray.Dataset
            ``branching`` and ``weights`` (target, source); ``country_effect`` (iso3; log rate); ``baseline``
            (iso3, time; events per year, time being the first day of each period, NA while the country is not
            observed); scalars ``own``, ``cross``, ``own_lag``, ``cross_lag`` (years), ``loglik``, ``lr``.
        """
        import xarray as xr

        effects = np.zeros(len(self.countries))
        columns = self.baseline.columns("country")
        effects[: len(columns)] = self.estimate.point.coef[columns]
        rates = np.where(self.baseline.row >= 0, self.baseline.rates(self.estimate.point.coef), np.nan)
        codes = list(self.countries)
        return xr.Dataset(
            {
                "branching": (("target", "source"), self.branching, {"unit": "events per event"}),
                "weights": (("target", "source"), self.weights),
                "country_effect": ("iso3", effects, {"unit": "log rate"}),
                "baseline": (("iso3", "time"), rates, {"unit": "events per year"}),
                "own": self.own,
                "cross": self.cross,
                "own_lag": ((), self.own_lag, {"unit": "years"}),
                "cross_lag": ((), self.cross_lag, {"unit": "years"}),
                "loglik": self.loglik,
                "lr": self.lr,
            },
            coords={
                "target": codes,
                "source": codes,
                "iso3": codes,
                "time": days(self.baseline.edges[:-1]).astype("datetime64[ns]"),
            },
            attrs={"summary": self.headline(), "kernel": self.settings.kernel, "n_events": self.n_events},
        )

    def intensity(self, *, freq: Freq = "M") -> xr.DataArray:
        """Fitted intensity, split into the baseline, own events and those of neighbours.

        Parameters
        ----------
        freq : {"M", "Y"}
            Months or years over which the intensity is averaged.

        Returns
        -------
        xarray.DataArray
            Dimensions ``part`` (baseline, own, neighbours), ``iso3`` and ``time`` (first day of each period); events
            per year, given the events before; NA in periods in which the country is not observed.
        """
        return mean_intensity(self.process, self.observed, self.start, self.end, freq)

    def plot(
        self, *, ax: Axes | None = None, lang: Lang | None = None, country: str | int | None = None, source: str = ""
    ) -> Figure:
        """Draw the intensity of one country, split into its parts, with its attempts.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure when absent.
        lang : {"en", "fr"}
            Language of the words in the figure.
        country : str or int, optional
            Country, as in `sahelkit.places.resolve`; the one with the most attempts when absent.
        source : str
            Where the events come from; what their frame tells when empty.

        Raises
        ------
        OptionError
            If the country is not one of the fit.
        UnknownPlaceError, UnknownNameError
            If the country or the language is unknown.
        """
        o = self.observed
        most = self.countries[int(np.bincount(o.place[o.counted]).argmax())]
        code = most if country is None else places.resolve(country)
        if code not in self.countries:
            why = f"it is not among the countries of the fit: {', '.join(self.countries)}"
            raise OptionError("country", country, why, repair=f"Type country={most!r}")
        mine = o.counted & (o.place == self.countries.index(code))
        return plot_intensity(
            self.intensity().sel(iso3=code),
            events=list(days(o.time[mine])),
            source=source or self.origin or "sahelkit",
            lang=lang,
            ax=ax,
        )

    def headline(self, *, lang: Lang | None = None) -> str:
        """Sizes, what was left out, the branching ratio and the log-likelihood."""
        lang = check_language(lang)
        say, o, given = words(OVERVIEW, lang), self.observed, self.weights.sum(axis=0)
        facts = {
            "kernel": words(KERNELS, lang)[self.settings.kernel],
            "first": f"{self.start:%Y-%m-%d}",
            "last": f"{self.end:%Y-%m-%d}",
            "events": o.n_events,
            "countries": len(self.countries),
            "exposure": number(self.baseline.exposure.sum(), lang, digits=0),
            "history": o.n_history,
            "elsewhere": o.n_elsewhere,
            "later": o.n_later,
            "ties": o.n_ties,
            "dropped": ", ".join(f"{code} {count}" for code, count in self.dropped.items()),
            "isolated": ", ".join(self.isolated),
            "radius": decimal(self.spectral_radius, 2, lang),
            "loglik": decimal(self.loglik, 2, lang),
            "ratio": decimal(self.lr, 2, lang),
            "level": percent(self.level, lang),
        }
        said = {key: bool(facts[key]) for key in ("ties", "dropped", "isolated")}
        said["units"] = not np.isclose(given[given > 0], 1.0).all()
        said |= {"stationary": self.stationary, "explosive": not self.stationary}
        return "\n".join(line.format(**facts) for key, line in say.items() if said.get(key, True))

    def says(
        self,
        *,
        lang: Lang | None = None,
        test: ContagionTest | None = None,
        bound: ContagionBound | None = None,
        goodness: GoodnessOfFit | None = None,
    ) -> str:
        """One careful sentence that may be quoted.

        Parameters
        ----------
        lang : {"en", "fr"}
        test : ContagionTest, optional
            What `contagion_test` found; without it the sentence claims nothing about contagion being there.
        bound : ContagionBound, optional
            What `contagion_bound` found. Without it the sentence gives the profile-likelihood bound and says that it
            promises too much.
        goodness : GoodnessOfFit, optional
            What `goodness_of_fit` found; where it rejects the model, the sentence says so.

        Raises
        ------
        UnknownNameError
            If the language is neither.
        """
        lang = check_language(lang)
        which = "cross" if self.settings.contagion else "own"
        return sentence(
            lang,
            contagion=self.settings.contagion,
            value=getattr(self.estimate.point, which),  # of a mean event, whatever the units
            ends=(0.0, bound.upper * bound.unit) if bound else self.plain_interval(which),
            level=self.level,
            n_events=self.n_events,
            n_countries=len(self.countries),
            years=(self.start.year, self.end.year),
            stationary=self.stationary,
            p_value=None if test is None else test.p_value,
            p_error=float("nan") if test is None else test.p_error,
            checked=bound is not None,
            misfit="" if goodness is None else goodness.misfit(lang=lang),
        )


def check_fit(fit: object) -> None:
    """Raise OptionError for what is no fitted Hawkes process.

    Examples
    --------
    >>> check_fit({"cross": 0.1})
    Traceback (most recent call last):
    sahelkit.errors.OptionError: fit='dict': it is no fitted Hawkes process. Type fit=fit_hawkes(events, countries=...,
    start=..., end=...) first.
    """
    if not isinstance(fit, HawkesFit):
        repair = "Type fit=fit_hawkes(events, countries=..., start=..., end=...) first"
        raise OptionError("fit", type(fit).__name__, "it is no fitted Hawkes process", repair=repair)
