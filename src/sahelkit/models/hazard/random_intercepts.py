"""Hazard model in which each country has its own level of risk, drawn from a normal distribution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Lang, Repeats
from sahelkit.errors import ModelError
from sahelkit.estimation.design import check_outcome, read_design
from sahelkit.estimation.few_clusters import clusters_with_events
from sahelkit.estimation.links import Link, check_link
from sahelkit.estimation.mixed_likelihood import SMALLEST, clusters_of, hessian, marginal, peak
from sahelkit.estimation.newton import maximise, scaled
from sahelkit.frames import FrameLike
from sahelkit.language.nouns import unit_words
from sahelkit.language.numbers import number, p_words, percent, reach
from sahelkit.models.hazard.binary import BinaryFit
from sahelkit.models.hazard.words import head_line
from sahelkit.options import check_language, check_options, check_whole_number
from sahelkit.results.estimates import t_quantile

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_SENTENCE = {
    "en": "In {who} and {rows} {unit} ({events} {what}), the risk that the covariates leave unexplained differs "
    "between countries by a standard deviation of {sigma} on the log scale ({level} interval {ends}; {p}); {caveat}.",
    "fr": "Dans {who} et {rows} {unit} ({events} {what}), le risque que les covariables n’expliquent pas varie d’un "
    "pays à l’autre avec un écart-type de {sigma} sur l’échelle logarithmique (intervalle à {level} : {ends} ; {p}) ; "
    "{caveat}.",
}
_CAVEATS = {
    "en": {
        "none": "{n} countries would not show a spread below the upper end, so this is no proof that they are alike",
        "some": "this rests on {n} countries and does not say why they differ",
    },
    "fr": {
        "none": "{n} pays ne révéleraient pas une dispersion inférieure à la borne haute : ce n’est pas une preuve "
        "qu’ils se ressemblent",
        "some": "cela repose sur {n} pays et ne dit pas pourquoi ils diffèrent",
    },
}


_HEADS = {
    "en": ("{formula} + normal intercepts by {cluster}", "log-likelihood {} ({} with one intercept)"),
    "fr": (
        "{formula} + constantes normales par {cluster}",
        "log-vraisemblance {} ({} avec une seule constante)",
    ),
}
_TITLES = {"en": "Risk by country, all else equal", "fr": "Risque par pays, toutes choses égales par ailleurs"}
_AXES = {
    "en": "Ratio to the middle country (log scale; {})",
    "fr": "Rapport au pays médian (échelle log ; {})",
}


@dataclass(frozen=True, repr=False, kw_only=True)
class RandomInterceptFit(BinaryFit):
    """A hazard model with normal country intercepts.

    It also speaks statsmodels, see `sahelkit.results.estimates.Estimates`: of the coefficients, while `aic`, `bic` and
    `df_resid` count `sigma` too; `predict` is for the middle country, whose intercept is that of the model.

    Attributes
    ----------
    formula, link : str
        As in `HazardFit`. Ratios hold within a country.
    terms : tuple of str, length k
        Names of the coefficients.
    coef : array, shape (k,)
        Estimates.
    cov : array, shape (k, k)
        Inverse observed information of coefficients and spread, the part of the coefficients.
    sigma : float
        Standard deviation of the country intercepts on the scale of the linear predictor.
    sigma_ends : tuple of float
        Interval of `sigma` from its profile likelihood.
    loglik, loglik_pooled : float
        Log-likelihood, and that of the model with one intercept.
    p_spread : float
        Likelihood ratio test of ``sigma = 0``: half the p-value of chi-squared with 1 degree of freedom, because the
        hypothesis lies on the edge of what is possible.
    countries : tuple of str, length G
        Clusters.
    effects, effect_sd : arrays, shape (G,)
        Mean and standard deviation of each country's intercept given the data, at the estimates.
    level : float
        Confidence level.
    n_rows, n_dropped, n_events, n_clusters : int
        Rows used, rows left out because a value is NA, events, countries.
    data : Design
        The arrays it was fitted to.
    """

    sigma: float
    sigma_ends: tuple[float, float]
    loglik_pooled: float
    p_spread: float
    countries: tuple[str, ...]
    effects: Floats
    effect_sd: Floats

    def _parameters(self) -> int:
        return len(self.terms) + 1

    def tidy(self) -> pd.DataFrame:
        """One row per term and one, ``sigma``, for the spread of countries.

        Returns
        -------
        pandas.DataFrame
            ``term, coef, std_error, ratio, ratio_low, ratio_high, p_value, n_rows, n_events, n_clusters``. In the row
            of the spread the ratio is that of one standard deviation, its p-value that of the test that it is 0.
        """
        table, ratio = super().tidy(), np.exp([self.sigma, *self.sigma_ends])
        table.loc[len(table)] = ["sigma", self.sigma, np.nan, *ratio, self.p_spread, *self._sizes]
        return table

    def by_country(self) -> pd.DataFrame:
        """Each country's intercept, its standard deviation and, as a ratio to the middle country, its interval."""
        half = t_quantile(self.level, np.array(np.inf)) * self.effect_sd
        return pd.DataFrame(
            {
                self.cluster: list(self.countries),
                "effect": self.effects,
                "sd": self.effect_sd,
                "ratio": np.exp(self.effects),
                "ratio_low": np.exp(self.effects - half),
                "ratio_high": np.exp(self.effects + half),
            }
        )

    def headline(self, *, lang: Lang | None = None) -> str:
        """Model and sample, as plain text."""
        lang = check_language(lang)
        model, fits = _HEADS[lang]
        pair = (number(value, lang, digits=4) for value in (self.loglik, self.loglik_pooled))
        model = model.format(formula=self.formula, cluster=self.cluster)
        lines = [
            head_line(model, [self.link], self.level, lang),
            *self._sample_lines(lang),
            fits.format(*pair),
        ]
        return "\n".join(lines)

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted; see `HazardFit.says`."""
        lang = check_language(lang)
        caveat = _CAVEATS[lang]["none" if self.p_spread > 1 - self.level else "some"]
        return _SENTENCE[lang].format(
            **self._sample(lang),
            sigma=number(self.sigma, lang),
            level=percent(self.level, lang),
            ends=reach(*self.sigma_ends, lang),
            p=p_words(self.p_spread, lang),
            caveat=caveat.format(n=self.n_clusters),
        )

    def plot(
        self,
        *,
        ax: Axes | None = None,
        lang: Lang | None = None,
        labels: Mapping[str, str] | None = None,
        source: str = "",
        title: str | None = None,
        axis: str | None = None,
    ) -> Figure:
        """Draw each country's level of risk relative to the middle one, highest first; options as in `HazardFit`."""
        from sahelkit.plots.ratios import plot_ratios

        lang = check_language(lang)
        rows = self.by_country().sort_values("effect", ascending=False)
        label = rows[self.cluster].map(lambda code: (labels or {}).get(code, code))
        return plot_ratios(
            rows.assign(label=label, n_events=self.n_events, n_rows=self.n_rows, n_clusters=self.n_clusters),
            source=source or self.origin or "sahelkit",
            title=title or _TITLES[lang],
            axis=axis or _AXES[lang].format(percent(self.level, lang)),
            rows=unit_words(self.freq, lang),
            lang=lang,
            ax=ax,
        )


def fit_random_intercepts(
    formula: str,
    frame: FrameLike,
    *,
    link: Link = "cloglog",
    cluster: str = "iso3",
    level: float = 0.95,
    nodes: int = 15,
    repeats: Repeats = "refuse",
) -> RandomInterceptFit:
    """Fit a hazard model with a normal random intercept for each country, by maximum likelihood.

    The intercepts are integrated out by adaptive Gauss-Hermite quadrature. Unlike country dummies it keeps countries
    without an event, and does not bias the coefficients of a country's own history as much. statsmodels has mixed
    binomial models for the logit link in Bayesian form only, hence this.

    Parameters
    ----------
    formula, frame, link, cluster, level, repeats
        As in `sahelkit.fit_hazard`.
    nodes : int
        Nodes of the quadrature per country, from 1 (Laplace's approximation) to 50.

    Returns
    -------
    RandomInterceptFit

    Raises
    ------
    OptionError
        If `nodes` or `level` is out of range.
    ModelError
        As `sahelkit.fit_hazard` with maximum likelihood, where one country alone holds events, and where
        the likelihood has no maximum.

    References
    ----------
    Pinheiro, J. C., & Bates, D. M. (1995). Approximations to the log-likelihood function in the nonlinear
    mixed-effects model. Journal of Computational and Graphical Statistics, 4(1), 12-35.
    doi:10.1080/10618600.1995.10474663

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rows = pd.DataFrame({"iso3": np.repeat(list("ABCDEFGHIJ"), 200)})
    >>> own = rows["iso3"].map(dict(zip("ABCDEFGHIJ", rng.normal(0, 0.8, 10))))
    >>> rows["event"] = (rng.random(2000) < 0.05 * np.exp(own)).astype(int)
    >>> fit = fit_random_intercepts("event ~ 1", rows)
    >>> bool(0.3 < fit.sigma < 1.5 and fit.loglik > fit.loglik_pooled)
    True
    """
    from scipy import optimize, stats

    check_options(level=level)

    check_link(link)
    check_whole_number("nodes", nodes, most=50, example=15)
    data = read_design(formula, frame, cluster=cluster, where="fit_random_intercepts", repeats=repeats)
    check_outcome(data)
    if clusters_with_events(data.outcome, data.groups) < 2:
        raise ModelError(
            f"{formula!r}: all events (or all non-events) lie in one cluster: how clusters differ cannot be told from "
            "them. Take more countries, or use fit_hazard(..., method='firth')"
        )
    inner = scaled(data.matrix)
    pooled = maximise(inner.design, data.outcome, link=link)
    if not pooled.converged:
        raise ModelError(f"{formula!r}: the model without random intercepts does not converge. Try fit_hazard() first")
    who = clusters_of(data.groups, nodes)
    x, y, k = inner.design, data.outcome, len(data.terms)
    unit = np.linalg.inv(np.linalg.cholesky(pooled.information)).T
    first = np.append(pooled.coef, np.log(0.5))
    theta, loglik, inside = peak(first, x, y, who, link=link, unit=unit)
    if not inside:
        raise ModelError(f"{formula!r}: the spread of countries has no finite maximum. Use fit_hazard()")
    sigma = float(np.exp(theta[k]))
    if sigma <= 1.01 * SMALLEST or loglik <= pooled.loglik + 1e-9:
        theta, sigma, loglik = np.append(pooled.coef, np.log(SMALLEST)), 0.0, pooled.loglik
        cov = np.asarray(np.linalg.inv(pooled.information))
        effects, spread = np.zeros(len(data.names)), np.zeros(len(data.names))
    else:
        cov = np.asarray(np.linalg.inv(-hessian(theta, x, y, who, link=link)))[:k, :k]
        found = marginal(theta, x, y, who, link=link, start=np.zeros(who.count))
        effects, spread = sigma * found.means, sigma * found.spreads

    def fall(width: float) -> float:
        """How far the profile of sigma lies below its top, in units of the threshold."""
        held = peak(theta, x, y, who, link=link, unit=unit, sigma=width)[1]
        return 2 * (loglik - held) - float(stats.chi2.ppf(level, 1))

    low = 0.0
    if sigma > 0 and 2 * (loglik - pooled.loglik) > stats.chi2.ppf(level, 1):
        low = float(optimize.brentq(fall, SMALLEST, sigma, xtol=1e-4))
    high = 2.0 * max(sigma, 0.2)
    while fall(high) < 0:
        high *= 2.0
    high = float(optimize.brentq(fall, max(sigma, SMALLEST), high, xtol=1e-4))
    return RandomInterceptFit(
        **BinaryFit.of_design(data),
        link=link,
        coef=inner.back @ theta[:k],
        cov=inner.back @ cov @ inner.back.T,
        sigma=sigma,
        sigma_ends=(low, high),
        loglik=loglik,
        loglik_pooled=pooled.loglik,
        p_spread=float(stats.chi2.sf(max(2 * (loglik - pooled.loglik), 0.0), 1) / 2) if sigma else 1.0,
        countries=data.names,
        effects=effects,
        effect_sd=spread,
        level=level,
    )
