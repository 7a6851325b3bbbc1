"""The fitted network Hawkes process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Freq, Lang
from sahelkit.errors import OptionError
from sahelkit.estimation.hawkes.observed import days
from sahelkit.geography import places
from sahelkit.language.numbers import decimal, number, percent
from sahelkit.language.texts import words
from sahelkit.models.hawkes.averages import mean_intensity
from sahelkit.models.hawkes.fitted import Fitted
from sahelkit.models.hawkes.intervals import ContagionBound
from sahelkit.models.hawkes.verdicts import ContagionTest, GoodnessOfFit
from sahelkit.models.hawkes.words import KERNELS, OVERVIEW, sentence
from sahelkit.options import check_language
from sahelkit.plots.intensity import plot_intensity
from sahelkit.results.estimates import Estimates

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EXCITATION = ("own", "own_lag", "cross", "cross_lag")


@dataclass(frozen=True, repr=False)
class HawkesFit(Fitted, Estimates):
    """A fitted network Hawkes process, as `fit_hawkes` gives it.

    It has all the numbers of `sahelkit.models.hawkes.fitted.Fitted`, and speaks statsmodels: ``params`` are own
    excitation, contagion, their mean lags and the covariates (change of the log rate per unit). Standard errors come
    from the curvature with the lags held; ``conf_int`` has profile-likelihood intervals but for the covariates. There
    are no p-values of the excitation, whose distribution is not normal at 0: `contagion_test` has that of contagion.
    """

    _index: ClassVar = ("quantity",)
    lacks: ClassVar = {"predict": "it expects attempts by country and month, not by row; intensity() has them"}

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of the parameters: excitation, then the covariates."""
        return (*EXCITATION, *self.coefficients.index)

    @property
    def coef(self) -> Floats:
        """Estimates, shape (k,)."""
        return np.append([getattr(self, name) for name in EXCITATION], self.coefficients)

    @property
    def cov(self) -> Floats:
        """Covariance, shape (k, k), the lags held; NaN for these and for what is estimated as none."""
        columns = self.baseline.columns("covariate")
        where = np.append(len(self.baseline.terms) + np.array([0, 2, 1, 3]), columns)
        spread = [self.baseline.units[self.baseline.terms[column]] for column in columns]
        scale = np.append([self.units.own, 1.0, self.units.cross, 1.0], spread)
        return np.asarray(self.covariance[np.ix_(where, where)] / np.outer(scale, scale))

    @property
    def n_rows(self) -> int:
        """Events explained."""
        return self.n_events

    def p_values(self) -> Floats:
        """Two-sided p-values of the covariates, shape (k,); NaN for the excitation."""
        return np.append(np.full(len(EXCITATION), np.nan), super().p_values()[len(EXCITATION) :])

    def _outcome(self) -> str:
        return "attempts"

    def _ends(self, level: float) -> Floats:
        ends = super()._ends(level)
        ends[: len(EXCITATION)] = [self.interval(name, level=level) for name in EXCITATION]
        return ends

    def _parameters(self) -> int:
        # Effects that are drawn towards 0 count for the part that the data decide.
        p = len(self.baseline.terms)
        kept = 1.0 - self.estimate.problem.precision * np.diag(self.covariance)[:p]
        given = {"country": self.settings.country_sd, "country_decade": self.settings.country_decade_sd}
        spreads = sum(given[block] is None for block in self.estimate.spreads)
        return round(float(kept.sum())) + sum(self.searched.values()) + spreads

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
        from scipy.stats import norm

        reach = norm.ppf(0.5 + self.level / 2) * self.std_error
        for term, log, half in list(zip(self.terms, self.coef, reach, strict=True))[len(EXCITATION) :]:
            with np.errstate(over="ignore"):
                middle, low, high = np.exp([log, log - half, log + half])
            add(term, "rate ratio", middle, (low, high))
        frame = pd.DataFrame(rows)
        return frame.assign(level=self.level, n_events=self.n_events, n_countries=len(self.countries))

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
        codes = np.array(self.countries, dtype=object)
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
            attrs={"kernel": self.settings.kernel, "n_events": self.n_events, "summary": self.headline()},
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
