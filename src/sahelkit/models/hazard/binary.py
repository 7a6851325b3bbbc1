"""What fitted models for 0 and 1 have in common: their sizes, table and head, and chances of other rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from sahelkit._types import Floats, Lang
from sahelkit.dates import frequency
from sahelkit.errors import ModelError, UnknownNameError, is_known
from sahelkit.estimation.design import Design
from sahelkit.estimation.links import chances, ratios
from sahelkit.language.nouns import sample_line, sample_words
from sahelkit.language.samples import missing_words
from sahelkit.results.estimates import Estimates

_OF_PAIRS = {"source", "target", "pair", "state_1", "state_2"}


@dataclass(frozen=True, repr=False)
class BinaryFit(Estimates):
    """A fitted model for 0 and 1.

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
        Covariance.
    level : float
        Confidence level of the intervals.
    n_rows, n_dropped, n_events, n_clusters : int
        Rows used, rows left out because a value is NA, events among the rows used, clusters.
    loglik : float
        Log-likelihood.
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
    data: Design | None = field(default=None, kw_only=True)

    @staticmethod
    def of_design(data: Design) -> dict[str, Any]:
        """The fields that a design gives."""
        return {
            "formula": data.formula,
            "terms": data.terms,
            "n_rows": len(data.outcome),
            "n_dropped": data.n_dropped,
            "n_events": int(data.outcome.sum()),
            "n_clusters": len(data.names),
            "data": data,
        }

    @property
    def outcome(self) -> str:
        """Name of the event."""
        return self.formula.split("~")[0].strip()

    @property
    def cluster(self) -> str:
        """Column of the clusters; several are set apart by commas."""
        column = self.data.cluster if self.data else "iso3"
        return column if isinstance(column, str) else ", ".join(column)

    @property
    def freq(self) -> str:
        """``"M"`` or ``"Y"`` where rows are country-months or country-years; empty where they have no time.

        ``"pairs M"`` or ``"pairs Y"`` where clusters are those of pairs of states.
        """
        found = frequency(self.data.times if self.data else None)
        return f"pairs {found}" if found and _OF_PAIRS & set(self.cluster.split(", ")) else found

    @property
    def origin(self) -> str:
        """Where the rows come from."""
        return self.data.origin if self.data else ""

    def held(self) -> Design:
        """The arrays it was fitted to.

        Raises
        ------
        ModelError
            If the fit came without them.
        """
        if self.data is None:
            raise ModelError("this fit does not hold its data, which this needs. Fit it with fit_hazard()")
        return self.data

    def position(self, term: str) -> int:
        """Place of a coefficient.

        Raises
        ------
        UnknownNameError
            If the model has no such term.
        """
        if not is_known(term, self.terms):
            raise UnknownNameError("term", term, self.terms)
        return self.terms.index(term)

    def _outcome(self) -> str:
        return self.outcome

    def _rows(self, frame: pd.DataFrame | None) -> tuple[Floats, float]:
        return (self.held().matrix if frame is None else self.held().new(frame)), 0.0

    def _mean(self, linear: Floats) -> Floats:
        return chances(self.link, linear)

    @property
    def _sizes(self) -> tuple[int, int, int]:
        return self.n_rows, self.n_events, self.n_clusters

    def _sample(self, lang: Lang) -> dict[str, str]:
        return sample_words(lang, *self._sizes, cluster=self.cluster, outcome=self.outcome, freq=self.freq)

    def _sample_lines(self, lang: Lang) -> list[str]:
        dropped = self.data.dropped if self.data else pd.DataFrame({"column": []})
        return [sample_line(lang, *self._sizes), missing_words(dropped, self.n_dropped, lang)]

    def tidy(self) -> pd.DataFrame:
        """One row per term: estimate, standard error, ratio and its interval, sample sizes.

        Returns
        -------
        pandas.DataFrame
            Columns ``term, coef, std_error, ratio, ratio_low, ratio_high, p_value, n_rows, n_events, n_clusters``.
        """
        low, high = ratios(self._ends(self.level)).T
        return pd.DataFrame(
            {
                "term": list(self.terms),
                "coef": self.coef,
                "std_error": self.std_error,
                "ratio": ratios(self.coef),
                "ratio_low": low,
                "ratio_high": high,
                "p_value": self.p_values(),
                "n_rows": self.n_rows,
                "n_events": self.n_events,
                "n_clusters": self.n_clusters,
            }
        )
