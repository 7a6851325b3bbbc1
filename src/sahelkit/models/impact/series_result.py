"""The result of an interrupted time series, and how it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Lang
from sahelkit.frames import check_columns, check_frame
from sahelkit.language.countries import country_of
from sahelkit.language.dates import month_text
from sahelkit.language.numbers import ends_of, number, percent, times_of
from sahelkit.models.impact.outcomes import months_of, numbers
from sahelkit.models.impact.paths import normal_half
from sahelkit.models.impact.words import counted_words, outcome_of
from sahelkit.options import check_language
from sahelkit.plots.impact_marks import Mark
from sahelkit.plots.impact_series import plot_series
from sahelkit.results.estimates import Estimates

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SENTENCE = {
    "en": "In {country}, {outcome} a month were {ratio} times ({level} interval {ends}) what the trend of the {before} "
    "months before {month} would have given over the {after} months after it; this credits to the event whatever else "
    "changed in those months, and prolongs the earlier trend as if nothing else could have bent it.",
    "fr": "{country} : sur les {after} mois suivant {month}, le nombre mensuel {outcome} a été multiplié par {ratio} "
    "(intervalle à {level} : {ends}) par rapport à la tendance prolongée des {before} mois précédents ; tout ce qui a "
    "changé d’autre dans ces mois est ainsi mis au compte de l’événement, comme si rien d’autre n’avait pu infléchir "
    "cette tendance.",
}
_HEADLINE = {
    "en": "interrupted time series, {family}, {how}: {unit} {date}, {outcome}, {before} months before and {after} "
    "after; dispersion {dispersion}, autocorrelation of residuals {autocorrelation}",
    "fr": "série temporelle interrompue, {family}, {how} : {unit} {date}, {outcome}, {before} mois avant et {after} "
    "après ; dispersion {dispersion}, autocorrélation des résidus {autocorrelation}",
}
_HOW = {"en": ("HAC errors, {lags} lags", "model errors"), "fr": ("erreurs HAC à {lags} retards", "erreurs du modèle")}
_FAMILIES_FR = {"quasipoisson": "quasi-Poisson", "poisson": "Poisson", "negative_binomial": "binomiale négative"}


@dataclass(frozen=True, repr=False)
class InterruptedSeries(Estimates):
    """Counts by month with a step and a change of slope at an event.

    It also speaks statsmodels, see `sahelkit.results.estimates.Estimates`: `predict` takes a frame with the column
    ``month``, and ``offset`` where the fit has an exposure.

    Attributes
    ----------
    unit : str
        Country.
    date : pandas.Timestamp
        Day of the event.
    outcome, family, errors : str
        What is counted, the variance, the kind of standard errors.
    lags : int
        Lags of the HAC errors; 0 with those of the model.
    terms : tuple of str, length k
        ``Intercept, trend, sin1, cos1, ..., step, since``.
    coef, cov : array, shapes (k,) and (k, k)
        On the scale of the logarithm of the expected count.
    dispersion : float
        Pearson's dispersion, or alpha of the negative binomial.
    level : float
        Confidence level.
    months : pandas.PeriodIndex, length n
    observed : array, shape (n,)
        Counts.
    matrix, without : array, shape (n, k)
        Design, and the design had there been no event.
    offset, since : array, shape (n,)
        Logarithm of the exposure; months since the event, 1 in the first one after it and 0 before.
    origin : str
        Datasets and versions.
    """

    unit: str
    date: pd.Timestamp
    outcome: str
    family: str
    errors: str
    lags: int
    terms: tuple[str, ...]
    coef: Floats
    cov: Floats
    dispersion: float
    level: float
    months: pd.PeriodIndex
    observed: Floats
    matrix: Floats
    without: Floats
    offset: Floats
    since: Floats
    origin: str = ""

    @property
    def n_before(self) -> int:
        """Months before the event."""
        return int(np.sum(self.since == 0))

    @property
    def n_after(self) -> int:
        """Months after it."""
        return int(np.sum(self.since > 0))

    @property
    def n_rows(self) -> int:
        """Months."""
        return len(self.observed)

    @property
    def loglik(self) -> float:
        """Log-likelihood; NaN for the quasi-Poisson family, which has none."""
        if self.family == "quasipoisson":
            return float("nan")
        return count_loglik(self.observed, self.predict(), self.dispersion if self.family != "poisson" else 0.0)

    def _outcome(self) -> str:
        return self.outcome

    def _parameters(self) -> int:
        return len(self.terms) + (self.family == "negative_binomial")

    def _rows(self, frame: pd.DataFrame | None) -> tuple[Floats, Floats | float]:
        """Design of months: column ``month``, and ``offset``, the exposure, where the fit has one."""
        if frame is None:
            return self.matrix, self.offset
        frame = check_frame(frame, where="predict")
        exposed = bool(self.offset.any())
        check_columns(frame, ["month", *(["offset"] if exposed else [])], where="predict")
        ordinal = months_of(frame).asi8.astype(float)
        first, start = self.months[0].ordinal, self.months[self.since > 0][0].ordinal
        harmonics = sum(name.startswith("cos") for name in self.terms)
        columns = series_terms(
            ordinal - first + 1, np.maximum(ordinal - start + 1, 0.0), slope="since" in self.terms, harmonics=harmonics
        )
        return np.column_stack(list(columns.values())), np.log(numbers(frame["offset"], "offset")) if exposed else 0.0

    def _mean(self, linear: Floats) -> Floats:
        return np.asarray(np.exp(linear))

    @property
    def autocorrelation(self) -> float:
        """Correlation of the Pearson residuals of months that follow one another."""
        expected = self.predict()
        residual = (self.observed - expected) / np.sqrt(expected)
        next_to = np.diff(self.months.asi8) == 1
        return float(np.corrcoef(residual[:-1][next_to], residual[1:][next_to])[0, 1])

    @property
    def _change(self) -> Floats:
        after = self.since > 0
        return np.asarray((self.matrix[after] - self.without[after]).mean(axis=0))

    @property
    def effect(self) -> float:
        """Mean over the months after of the logarithm of expected with the event over expected without."""
        return float(self._change @ self.coef)

    @property
    def effect_error(self) -> float:
        """Standard error of `effect`."""
        return float(np.sqrt(self._change @ self.cov @ self._change))

    def interval(self) -> tuple[float, float]:
        """Interval of `effect`."""
        half = normal_half(self.level) * self.effect_error
        return self.effect - half, self.effect + half

    def path(self) -> pd.DataFrame:
        """One row per month: ``month, observed, fitted, without, without_low, without_high``.

        The interval is that of the expected count without the event; single months scatter more widely.
        """
        line = self.without @ self.coef + self.offset
        error = np.sqrt(np.einsum("ij,jk,ik->i", self.without, self.cov, self.without))
        half = normal_half(self.level) * error
        return pd.DataFrame(
            {
                "month": self.months,
                "observed": self.observed,
                "fitted": self.predict(),
                "without": np.exp(line),
                "without_low": np.exp(line - half),
                "without_high": np.exp(line + half),
            }
        )

    def tidy(self) -> pd.DataFrame:
        """One row per term, and ``effect``: coefficient, error, ratio with its interval, z, sample sizes."""
        coef = np.append(self.coef, self.effect)
        error = np.append(self.std_error, self.effect_error)
        half = normal_half(self.level) * error
        return pd.DataFrame(
            {
                "term": [*self.terms, "effect"],
                "coef": coef,
                "std_error": error,
                "ratio": np.exp(coef),
                "ratio_low": np.exp(coef - half),
                "ratio_high": np.exp(coef + half),
                "z": coef / error,
                "n_before": self.n_before,
                "n_after": self.n_after,
            }
        )

    def headline(self, *, lang: Lang | None = None) -> str:
        """Model and sample, as plain text."""
        lang = check_language(lang)
        return _HEADLINE[lang].format(
            family=self.family if lang == "en" else _FAMILIES_FR[self.family],
            how=_HOW[lang][int(self.errors != "hac")].format(lags=self.lags),
            unit=self.unit,
            date=f"{self.date:%Y-%m-%d}",
            outcome=counted_words(self.outcome, lang),
            before=self.n_before,
            after=self.n_after,
            dispersion=number(self.dispersion, lang),
            autocorrelation=number(self.autocorrelation, lang),
        )

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted."""
        lang = check_language(lang)
        return _SENTENCE[lang].format(
            country=country_of(self.unit, lang),
            outcome=outcome_of(self.outcome, lang),
            ratio=times_of(self.effect, lang),
            level=percent(self.level, lang),
            ends=ends_of(*self.interval(), lang),
            before=self.n_before,
            after=self.n_after,
            month=month_text(self.date, lang),
        )

    def plot(
        self, *, ax: Axes | None = None, lang: Lang | None = None, marks: Sequence[Mark] = (), source: str = ""
    ) -> Figure:
        """Draw the counts, the fit and what the earlier trend would have given; `marks` are other events to show."""
        return plot_series(
            self.path(),
            unit=self.unit,
            date=self.date,
            outcome=self.outcome,
            n_after=self.n_after,
            level=self.level,
            source=source or self.origin or "sahelkit",
            marks=marks,
            ax=ax,
            lang=check_language(lang),
        )


def series_terms(trend: Floats, since: Floats, *, slope: bool, harmonics: int) -> dict[str, Floats]:
    """Terms of a series by name: intercept, trend, pairs of sine and cosine, step, slope after the step.

    Parameters
    ----------
    trend, since : array, shape (n,)
        Months counted from 1 in the first month of the series, and in the first after the event (0 before).
    slope : bool
        Whether the slope changes.
    harmonics : int
        Pairs of sine and cosine.
    """
    columns: dict[str, Floats] = {"Intercept": np.ones(len(trend)), "trend": trend}
    for pair in range(1, harmonics + 1):
        angle = 2 * np.pi * pair * trend / 12
        columns |= {f"sin{pair}": np.sin(angle), f"cos{pair}": np.cos(angle)}
    columns["step"] = (since > 0).astype(float)
    return columns | ({"since": since} if slope else {})


def count_loglik(counts: Floats, expected: Floats, alpha: float) -> float:
    """Log-likelihood of counts: negative binomial with variance ``mu + alpha mu^2``, Poisson where alpha is 0.

    Examples
    --------
    >>> round(count_loglik(np.array([0.0, 2.0]), np.array([1.0, 2.0]), 0.0), 4)
    -2.3069
    """
    from scipy.special import gammaln

    if alpha == 0.0:
        return float(np.sum(counts * np.log(expected) - expected - gammaln(counts + 1)))
    size = 1 / alpha
    spread = gammaln(counts + size) - gammaln(size) - gammaln(counts + 1)
    rest = counts * np.log(alpha * expected) - (counts + size) * np.log1p(alpha * expected)
    return float(np.sum(spread + rest))
