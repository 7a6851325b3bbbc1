"""A fitted discrete-time hazard model, and how it is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Lang
from sahelkit.errors import ModelError, UnknownNameError
from sahelkit.estimation.design import Design
from sahelkit.estimation.links import chances, ratios
from sahelkit.options import check_language
from sahelkit.results.base import Result

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

_CLOCK = ("Intercept", "t", "t2", "t3", "never", "never_attempt", "never_success")
# Fewer events per coefficient than this, and estimates are known to be unstable (Peduzzi et al. 1996).
_ENOUGH = 10
# Fewer clusters than this, and CR0 and CR1 errors are known to be too small (Cameron and Miller 2015).
_MANY = 30


@dataclass(frozen=True)
class HazardFit(Result):
    """A fitted discrete-time hazard model.

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
        Log-likelihood; for Firth's method the penalised one.
    method : str
        ``"ml"`` or ``"firth"``.
    errors : str
        ``"CR0"``, ``"CR1"``, ``"CR2"``, ``"CR3"``, ``"model"``, ``"observed"`` or ``"profile"``.
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
    data : Design, optional
        The arrays it was fitted to.
    """

    formula: str
    link: str
    terms: tuple[str, ...]
    coef: Floats
    cov: Floats
    level: float
    n_rows: int
    n_dropped: int
    n_events: int
    n_clusters: int
    loglik: float
    method: str = "ml"
    errors: str = "CR2"
    correction: str = "none"
    freedom: Floats | None = None
    profile: Floats | None = field(default=None, repr=False)
    profile_p: Floats | None = field(default=None, repr=False)
    separated: tuple[str, ...] = ()
    unclustered: tuple[str, ...] = ()
    data: Design | None = field(default=None, repr=False)

    @property
    def std_error(self) -> Floats:
        """Standard errors, shape (k,)."""
        return np.asarray(np.sqrt(np.diag(self.cov)))

    def _freedom(self) -> Floats:
        return np.full(len(self.terms), self.n_clusters - 1.0) if self.freedom is None else self.freedom

    def interval(self) -> Floats:
        """Ends of the intervals on the scale of the coefficients, shape (k, 2)."""
        from scipy import stats

        half = stats.t.ppf(0.5 + self.level / 2, self._freedom()) * self.std_error
        ends = np.column_stack([self.coef - half, self.coef + half])
        return ends if self.profile is None else np.where(np.isnan(self.profile), ends, self.profile)

    def p_values(self) -> Floats:
        """Two-sided p-values of the hypothesis that a coefficient is 0, shape (k,)."""
        from scipy import stats

        found = np.asarray(2 * stats.t.sf(np.abs(self.coef) / self.std_error, self._freedom()))
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
        ends = self.interval()
        ratio, low, high = ratios(self.coef), ratios(ends[:, 0]), ratios(ends[:, 1])
        return pd.DataFrame(
            {
                "term": list(self.terms),
                "coef": self.coef,
                "std_error": self.std_error,
                "ratio": ratio,
                "ratio_low": low,
                "ratio_high": high,
                "p_value": self.p_values(),
                "n_rows": self.n_rows,
                "n_events": self.n_events,
                "n_clusters": self.n_clusters,
                "errors": [self._kind(term) for term in self.terms],
            }
        )

    def _kind(self, term: str) -> str:
        instead = "profile" if self.method == "firth" else "none"
        return instead if term in self.unclustered else self.errors

    def headline(self, *, lang: Lang | None = None) -> str:
        """Model, sample and rows left out, as plain text."""
        how = self.method if self.correction == "none" else f"{self.method} {self.correction}"
        lines = [
            f"{self.formula}  ({self.link}, {how}, {self.errors}, {self.level:.0%} intervals)",
            f"{self.n_events:,} events in {self.n_rows:,} rows, {self.n_clusters} clusters",
            self.data.missing_words() if self.data else f"{self.n_dropped:,} rows left out because a value is NA",
        ]
        if self.separated:
            lines.append(f"separated perfectly, so only the penalty bounds the estimate: {', '.join(self.separated)}")
        wide = [term for term, ratio in zip(self.terms, ratios(self.coef), strict=True) if ratio in (0.0, np.inf)]
        if wide:
            lines.append(f"ratios too large or small to be written: measure in smaller units {', '.join(wide)}")
        return "\n".join([*lines, *self.clustering_words()])

    def clustering_words(self) -> list[str]:
        """What a reader must know of intervals that do not allow for clusters, or are missing."""
        cluster = self.data.cluster if self.data else "cluster"
        alone = f"intervals take rows as independent, not as alike within {cluster}"
        if self.unclustered and self.errors == "profile":
            return [f"no clustered errors, as one {cluster} bears nearly all that is known: {alone}"]
        if self.unclustered:
            few = ", ".join(self.unclustered[:6])
            more = f" and {len(self.unclustered) - 6} more" if len(self.unclustered) > 6 else ""
            instead = f"; its {alone}" if self.method == "firth" else ""
            return [f"no clustered error where one {cluster} bears nearly all that is known: {few}{more}{instead}"]
        return [] if self.clustered() or self.n_clusters == self.n_rows else [alone]

    def clustered(self, term: str | None = None) -> bool:
        """Whether intervals, or that of one term, allow for correlation within clusters."""
        return self.errors.startswith("CR") and term not in self.unclustered

    def summary(self) -> str:
        """The fit as plain text."""
        table = self.tidy()[["term", "ratio", "ratio_low", "ratio_high", "p_value"]].round(3).to_string(index=False)
        return f"{self.headline()}\n{table}"

    def to_xarray(self) -> xr.Dataset:
        """Estimates with dimension ``term``, and ``cov`` with dimensions ``term`` and ``other``."""
        found = super().to_xarray().reindex(term=list(self.terms))
        return found.assign(cov=(("term", "other"), self.cov)).assign_coords(other=list(self.terms))

    def position(self, term: str) -> int:
        """Place of a coefficient.

        Raises
        ------
        UnknownNameError
            If the model has no such term.
        """
        if term not in self.terms:
            raise UnknownNameError("term", term, self.terms)
        return self.terms.index(term)

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
        UnknownNameError
            If the model has no such term.
        """
        from scipy import stats

        weight = np.zeros(len(self.terms))
        for term, value in difference.items():
            weight[self.position(term)] = value
        moved = np.flatnonzero(weight)  # others may have no error
        freedom = float(np.min(self._freedom()[moved])) if moved.size else np.inf
        middle = float(weight @ self.coef)
        error = np.sqrt(weight[moved] @ self.cov[np.ix_(moved, moved)] @ weight[moved])
        half = float(stats.t.ppf(0.5 + self.level / 2, freedom) * error)
        found = ratios(np.array([middle, middle - half, middle + half]))
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
        freedom = float(self._freedom()[position])
        distance = stats.t.ppf(0.5 + self.level / 2, freedom) + stats.t.ppf(power, freedom)
        return float(ratios(np.array(distance * self.std_error[position])))

    def predict(self, frame: pd.DataFrame | None = None) -> Floats:
        """Fitted chance of an event, per row; NaN where a covariate is NA.

        Parameters
        ----------
        frame : pandas.DataFrame, optional
            Rows with the columns of the formula; the rows of the fit when absent.

        Raises
        ------
        ModelError
            If the fit came without its data, or the formula does not fit the frame.
        MissingColumnsError
            If a column is missing.
        """
        if self.data is None:
            raise ModelError("this fit does not hold its data, so it cannot predict. Fit it with fit_hazard()")
        return chances(self.link, (self.data.matrix if frame is None else self.data.new(frame)) @ self.coef)

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
        from sahelkit.models.hazard.words import sentence

        return sentence(self, check_language(lang), self.focus if term is None else term, label)

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

    def plot(
        self,
        *,
        terms: tuple[str, ...] | None = None,
        labels: dict[str, str] | None = None,
        lang: Lang | None = None,
        **more: Any,
    ) -> Figure:
        """Draw the ratios with their intervals.

        Parameters
        ----------
        terms : tuple of str, optional
            Which; all but the intercept and the clock when absent.
        labels : dict of str to str, optional
            Words for terms.
        lang : {"en", "fr"}
            Language.
        **more
            ``source``, ``title`` and ``axis`` of `sahelkit.plots.ratios.plot_ratios`.

        Raises
        ------
        UnknownNameError
            If a term or the language is unknown.
        """
        lang = check_language(lang)
        from sahelkit.models.hazard.words import axis_words, title_words
        from sahelkit.plots.ratios import plot_ratios

        chosen = terms or tuple(name for name in self.terms if name not in _CLOCK) or self.terms
        rows = self.tidy().iloc[[self.position(term) for term in chosen]]
        rows = rows.assign(label=[(labels or {}).get(term, term) for term in chosen])
        origin = (self.data.origin if self.data else "") or "sahelkit"
        defaults = {"source": origin, "title": title_words(self, lang), "axis": axis_words(self, lang)}
        return plot_ratios(rows, lang=lang, **{**defaults, **more})
