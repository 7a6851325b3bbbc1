"""A fitted discrete-time hazard model, and how it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Lang
from sahelkit.errors import OptionError
from sahelkit.estimation.firth import firth_maximise
from sahelkit.estimation.links import ratios
from sahelkit.frames import chosen_names
from sahelkit.language.nouns import unit_words
from sahelkit.models.hazard.binary import BinaryFit
from sahelkit.models.hazard.clustering import profile_ends
from sahelkit.models.hazard.words import Coefficient, axis_words, head_line, remark, sentence, title_words
from sahelkit.options import check_language
from sahelkit.results.estimates import t_quantile

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_CLOCK = ("Intercept", "t", "t2", "t3", "never", "never_attempt", "never_success")
# Fewer events per coefficient than this, and estimates are known to be unstable (Peduzzi et al. 1996).
_ENOUGH = 10
# Fewer clusters than this, and CR0 and CR1 errors are known to be too small (Cameron and Miller 2015).
_MANY = 30
_SHOWN = ["term", "ratio", "ratio_low", "ratio_high", "p_value"]


@dataclass(frozen=True, repr=False)
class HazardFit(BinaryFit):
    """A fitted discrete-time hazard model.

    It also speaks statsmodels, see `sahelkit.results.estimates.Estimates`. With Firth's method `llf` is the penalised
    log-likelihood (also after FLIC and FLAC: that of Firth's estimate), so that `aic` and `bic` are those of R's
    logistf; `conf_int` gives profile intervals where `interval` does.

    Attributes
    ----------
    formula : str
        The model in the notation of statsmodels.
    link : str
        ``"cloglog"`` (coefficients are log hazard ratios) or ``"logit"`` (log odds ratios).
    terms : tuple of str, length k
        Names of the coefficients.
    coef : array, shape (k,)
        Estimates.
    cov : array, shape (k, k)
        Covariance, of the kind that `errors` names.
    level : float
        Confidence level of the intervals.
    n_rows, n_dropped, n_events, n_clusters : int
        Rows used, rows left out because a value is NA, events among the rows used, clusters.
    loglik : float
        Log-likelihood; for Firth's method the penalised one, that of Firth's own estimate.
    method : str
        ``"ml"`` or ``"firth"``.
    errors : str
        ``"CR0"``, ``"CR1"``, ``"CR2"``, ``"CR3"``, ``"dyadic"``, ``"model"``, ``"observed"`` or ``"profile"``.
    correction : str
        ``"none"``, ``"flic"`` or ``"flac"``.
    freedom : array, shape (k,), optional
        Degrees of freedom of the t tests; infinite for normal ones; clusters less one when absent.
    profile : array, shape (k, 2), optional
        Ends of profile intervals, on the scale of the coefficients; NaN where an interval has other errors.
    profile_p : array, shape (k,), optional
        p-values of penalised likelihood ratio tests; NaN likewise.
    separated : tuple of str
        Terms that separate events from non-events perfectly (Firth's method only; else no fit is given).
    unclustered : tuple of str
        Terms for which clustered errors were asked for and do not exist, see `sahelkit.estimation.few_clusters`. With
        Firth's method the profile and the model's own error take their place; if that holds for all terms, `errors`
        is ``"profile"``.
    repaired : bool
        Whether the covariance of several kinds of clusters had negative eigenvalues, which were set to zero.
    data : Design, optional
        The arrays it was fitted to.
    """

    method: str = "ml"
    errors: str = "CR2"
    correction: str = "none"
    freedom: Floats | None = None
    profile: Floats | None = field(default=None, repr=False)
    profile_p: Floats | None = field(default=None, repr=False)
    separated: tuple[str, ...] = ()
    unclustered: tuple[str, ...] = ()
    repaired: bool = False

    def _freedom(self) -> Floats:
        return np.full(len(self.terms), self.n_clusters - 1.0) if self.freedom is None else self.freedom

    def _ends(self, level: float) -> Floats:
        ends, profile = super()._ends(level), self.profile
        if profile is not None and not np.isclose(level, self.level):
            data, wanted = self.held(), ~np.isnan(profile[:, 0])
            best = firth_maximise(data.matrix, data.outcome, link=self.link)
            profile = profile_ends(data, best, link=self.link, level=level, wanted=wanted)
        return ends if profile is None else np.where(np.isnan(profile), ends, profile)

    def interval(self) -> Floats:
        """Ends of the intervals on the scale of the coefficients, shape (k, 2)."""
        return self._ends(self.level)

    def p_values(self) -> Floats:
        """Two-sided p-values of the hypothesis that a coefficient is 0, shape (k,)."""
        found = super().p_values()
        return found if self.profile_p is None else np.where(np.isnan(self.profile_p), found, self.profile_p)

    def tidy(self) -> pd.DataFrame:
        """One row per term: estimate, standard error, ratio and its interval, sample sizes.

        Returns
        -------
        pandas.DataFrame
            Columns ``term, coef, std_error, ratio, ratio_low, ratio_high, p_value, n_rows, n_events, n_clusters,
            errors``, the last saying of which kind the interval of each term is: ``"none"`` where there is none.
            The ratio is a hazard ratio for the cloglog link, an odds ratio for the logit link. With clustered errors
            intervals and p-values use the t distribution, with ``n_clusters - 1`` degrees of freedom for CR0 and CR1
            and Satterthwaite's for CR2 and CR3; at most the number of clusters with an event less one. NaN where
            there is no clustered error.
        """
        return super().tidy().assign(errors=[self._kind(term) for term in self.terms])

    def _kind(self, term: str) -> str:
        instead = "profile" if self.method == "firth" else "none"
        return instead if term in self.unclustered else self.errors

    def headline(self, *, lang: Lang | None = None) -> str:
        """Model, sample and rows left out, as plain text."""
        lang = check_language(lang)
        how = self.method if self.correction == "none" else f"{self.method} {self.correction}"
        wide = [term for term, ratio in zip(self.terms, ratios(self.coef), strict=True) if ratio in (0.0, np.inf)]
        return "\n".join(
            [
                head_line(self.formula, [self.link, how, self.errors], self.level, lang),
                *self._sample_lines(lang),
                *([remark("separated", lang, terms=self.separated)] if self.separated else []),
                *([remark("wide", lang, terms=wide)] if wide else []),
                *self.clustering_words(lang=lang),
                *([remark("repaired", lang, cluster=self.cluster)] if self.repaired else []),
            ]
        )

    def clustering_words(self, *, lang: Lang | None = None) -> list[str]:
        """What a reader must know of intervals that do not allow for clusters, or are missing."""
        lang, cluster = check_language(lang), self.cluster
        if self.unclustered and self.errors == "profile":
            return [remark("none", lang, cluster=cluster)]
        if self.unclustered:
            what = "instead" if self.method == "firth" else "some"
            return [remark(what, lang, terms=self.unclustered, cluster=cluster)]
        if self.clustered() or self.n_clusters == self.n_rows:
            return []
        return [remark("alone", lang, cluster=cluster)]

    def clustered(self, term: str | None = None) -> bool:
        """Whether intervals, or that of one term, allow for correlation within clusters."""
        return self.errors not in ("model", "observed", "profile") and term not in self.unclustered

    def _shown(self, table: pd.DataFrame) -> pd.DataFrame:
        return table[_SHOWN].round(3)

    def to_xarray(self) -> xr.Dataset:
        """Estimates with dimension ``term``, and ``cov`` with dimensions ``term`` and ``other``."""
        terms = np.array(self.terms, dtype=object)
        found = super().to_xarray().reindex(term=terms)
        return found.assign(cov=(("term", "other"), self.cov)).assign_coords(other=terms)

    @property
    def focus(self) -> str:
        """The last term that is neither the intercept, nor a clock, nor a category: what the model is about."""
        kept = [name for name in self.terms if name not in _CLOCK and not name.startswith(("C(", "spline"))]
        return kept[-1] if kept else self.terms[-1]

    def ratio(self, difference: Mapping[str, float]) -> tuple[float, float, float]:
        """Ratio, with its interval, between two cases whose covariates differ.

        Parameters
        ----------
        difference : mapping of str to float
            By how much each term differs; terms not named do not differ.

        Returns
        -------
        tuple of float
            Ratio of the hazards (odds for the logit link), its lower and its upper bound, from the covariance; the t
            distribution has the fewest degrees of freedom of the terms that differ.

        Raises
        ------
        OptionError
            If `difference` is no mapping.
        UnknownNameError
            If the model has no such term.
        """
        if not isinstance(difference, Mapping):
            raise OptionError("difference", difference, "it says by how much each term differs", repair="Type {'x': 1}")
        weight = np.zeros((1, len(self.terms)))
        for term, value in difference.items():
            weight[0, self.position(term)] = value
        middle, error, freedom = self.combined(weight)
        half = t_quantile(self.level, freedom) * error
        found = ratios(np.concatenate([middle, middle - half, middle + half]))
        return float(found[0]), float(found[1]), float(found[2])

    def detectable_ratio(self, term: str, *, power: float = 0.8) -> float:
        """Smallest ratio above 1 that a two-sided test at this level would find with the given power.

        Parameters
        ----------
        term : str
            Coefficient.
        power : float
            Probability of finding an effect of that size.

        Raises
        ------
        UnknownNameError
            If the model has no such term.
        """
        from scipy import stats

        position = self.position(term)
        freedom = self._freedom()[position]
        distance = float(t_quantile(self.level, freedom)) + float(stats.t.ppf(power, freedom))
        return float(ratios(np.array(distance * self.std_error[position])))

    def _said(self, term: str) -> Coefficient:
        place = self.position(term)
        low, high = self.interval()[place]
        return Coefficient(
            term=term,
            estimate=float(self.coef[place]),
            low=float(low),
            high=float(high),
            level=self.level,
            link=self.link,
            cluster=self.cluster,
            alone=not self.clustered(term) and self.n_clusters != self.n_rows,
            caveat=self.caveat(term),
            detectable=self.detectable_ratio(term),
            k=len(self.terms) - 1,
        )

    def says(self, *, lang: Lang | None = None, term: str | None = None, label: str | None = None) -> str:
        """One sentence that may be quoted: estimate, interval, sample, and the caveat that bites.

        Parameters
        ----------
        lang : {"en", "fr"}
            Language.
        term : str, optional
            Coefficient; `focus` when absent.
        label : str, optional
            What one unit of the term is, in the words of the language, e.g. ``"one more attempt next door in the
            past year"``.

        Raises
        ------
        UnknownNameError
            If the language or the term is unknown.
        """
        lang = check_language(lang)
        return sentence(self._said(self.focus if term is None else term), self._sample(lang), lang, label)

    def caveat(self, term: str) -> str:
        """Which caveat bites: ``separated``, ``scarce``, ``unseen``, ``few`` or ``association``."""
        low, high = self.interval()[self.position(term)]
        if term in self.separated:
            return "separated"
        if self.n_events < _ENOUGH * (len(self.terms) - 1):
            return "scarce"
        if low <= 0 <= high:
            return "unseen"
        return "few" if self.n_clusters < _MANY and self.errors in ("CR0", "CR1") else "association"

    def _figure_words(self, lang: Lang) -> tuple[str, str]:
        """Title of the figure, and what rows are."""
        return title_words(self.outcome, lang), unit_words(self.freq, lang)

    def plot(
        self,
        *,
        ax: Axes | None = None,
        lang: Lang | None = None,
        terms: str | Sequence[str] | None = None,
        labels: Mapping[str, str] | None = None,
        source: str = "",
        title: str | None = None,
        axis: str | None = None,
        rows: str | None = None,
    ) -> Figure:
        """Draw the ratios with their intervals.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure when absent.
        lang : {"en", "fr"}
            Language.
        terms : str or sequence of str, optional
            Which; all but the intercept and the clock when absent.
        labels : mapping of str to str, optional
            Words for terms.
        source, title, axis, rows : str, optional
            Replace the source, the title, the label of the axis, and what rows are called.

        Raises
        ------
        UnknownNameError
            If a term or the language is unknown.
        """
        from sahelkit.plots.ratios import plot_ratios

        lang = check_language(lang)
        usual = [name for name in self.terms if name not in _CLOCK] or list(self.terms)
        what, unit = self._figure_words(lang)
        chosen = usual if terms is None else chosen_names("term", terms, self.terms)
        drawn = self.tidy().iloc[[self.position(term) for term in chosen]]
        return plot_ratios(
            drawn.assign(label=[(labels or {}).get(term, term) for term in chosen]),
            source=source or self.origin or "sahelkit",
            title=title or what,
            axis=axis or axis_words(self.link, self.level, lang),
            rows=rows or unit,
            lang=lang,
            ax=ax,
        )


def check_fit(fit: object, *, where: str) -> HazardFit:
    """Return a fit of `fit_hazard` or `fit_success`; raise OptionError for anything else.

    Examples
    --------
    >>> check_fit(0.5, where="leave_one_out")
    Traceback (most recent call last):
    sahelkit.errors.OptionError: fit=<class 'float'>: leave_one_out takes what fit_hazard() gives. Type
    fit=fit_hazard(formula, frame).
    """
    if not isinstance(fit, HazardFit):
        repair = "Type fit=fit_hazard(formula, frame)"
        raise OptionError("fit", type(fit), f"{where} takes what fit_hazard() gives", repair=repair)
    return fit
