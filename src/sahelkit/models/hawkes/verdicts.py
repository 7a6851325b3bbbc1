"""What the tests of a fit found: of contagion, and of the fit itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pandas as pd

from sahelkit._deprecated import OldAttribute, renamed
from sahelkit._types import Floats, Lang
from sahelkit.errors import UnknownNameError
from sahelkit.estimation.replicates import p_error
from sahelkit.language.numbers import decimal, give_or_take, p_words
from sahelkit.language.texts import words
from sahelkit.models.hawkes.words import GOODNESS, TEST
from sahelkit.options import check_language
from sahelkit.plots.gaps import plot_gaps
from sahelkit.plots.nulls import plot_null
from sahelkit.results.base import Result

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False)
class ContagionTest(Result):
    """Sup-LR test of contagion.

    Attributes
    ----------
    statistic : float
        Twice the gain in log-likelihood by contagion, its lag searched over the box of the fit.
    p_value : float
        Share of replicates without contagion, the data counted as one of them, whose statistic is as large.
    null : array, shape (replicates,)
        Statistics of the replicates.
    null_cross : array, shape (replicates,)
        Their estimates of contagion.
    cross, cross_lag : float
        Estimate in the data and its mean lag in years (NaN where none).
    seed : int or None
        Seed given.
    n_events, n_countries : int
        Size of the data.
    origin : str
        Datasets and versions of the events; empty where their frame did not tell.
    """

    _index: ClassVar = ("test",)

    statistic: float
    p_value: float
    null: Floats
    null_cross: Floats
    cross: float
    cross_lag: float
    seed: int | None
    n_events: int
    n_countries: int
    origin: str = ""

    @property
    def p_error(self) -> float:
        """Monte Carlo standard error of the p-value."""
        return p_error(self.p_value, len(self.null))

    def tidy(self) -> pd.DataFrame:
        """One row: statistic, p-value and its error, critical value at 5 %, share of replicates that find none."""
        return pd.DataFrame(
            {
                "test": ["contagion"],
                "statistic": self.statistic,
                "p_value": self.p_value,
                "p_error": self.p_error,
                "critical_5": float(np.quantile(self.null, 0.95)),
                "share_none": float((self.null_cross <= 0).mean()),
                "cross": self.cross,
                "cross_lag": self.cross_lag,
                "replicates": len(self.null),
                "n_events": self.n_events,
                "n_countries": self.n_countries,
            }
        )

    def to_xarray(self) -> xr.Dataset:
        """Statistics and estimates of the replicates (dimension ``draw``), with the observed ones as attributes."""
        import xarray as xr

        return xr.Dataset(
            {"null": ("draw", self.null), "null_cross": ("draw", self.null_cross)},
            attrs={**self.tidy().iloc[0].to_dict(), "summary": self.headline()},
        )

    def headline(self, *, lang: Lang | None = None) -> str:
        """The test as plain text."""
        return self._text("head", check_language(lang))

    def says(self, *, lang: Lang | None = None) -> str:
        """One careful sentence that may be quoted.

        Raises
        ------
        UnknownNameError
            If the language is neither ``"en"`` nor ``"fr"``.
        """
        return self._text("says", check_language(lang))

    def _text(self, key: str, lang: Lang) -> str:
        return words(TEST, lang)[key].format(
            statistic=decimal(self.statistic, 2, lang),
            p_value=decimal(self.p_value, 3, lang),
            error=decimal(self.p_error, 3, lang),
            critical=decimal(float(np.quantile(self.null, 0.95)), 2, lang),
            n=len(self.null),
            share=decimal(100 * float((self.null >= self.statistic).mean()), 0, lang),
            events=self.n_events,
            countries=self.n_countries,
            p=give_or_take(self.p_value, self.p_error, lang, digits=3),
        )

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None, source: str = "") -> Figure:
        """Draw the statistic against those of histories without contagion.

        Parameters
        ----------
        ax : matplotlib.axes.Axes, optional
            Where to draw; a new figure when absent.
        lang : {"en", "fr"}
            Language of the words in the figure.
        source : str
            Where the events come from; what their frame tells when empty.

        Raises
        ------
        UnknownNameError
            If the language is neither ``"en"`` nor ``"fr"``.
        """
        lang = check_language(lang)
        texts: dict[str, Any] = {key: self._text(key, lang) for key in ("title", "axis", "n")}
        return plot_null(
            self.null,
            self.statistic,
            p_value=self.p_value,
            p_error=self.p_error,
            source=source or self.origin or "sahelkit",
            lang=lang,
            ax=ax,
            **texts,
        )


@dataclass(frozen=True, repr=False)
class GoodnessOfFit(Result):
    """Time-rescaling tests.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per country, ``pooled`` (gaps of all countries together) and ``all`` (all countries as one process):
        ``scope, n_gaps, ks, ks_p, ks_p_error, ljung_box, ljung_box_p, ljung_box_p_error``; the errors are the Monte
        Carlo standard errors of the p-values. NA where there are fewer than four gaps.
    gaps : dict of str to array
        Rescaled gaps by country code and ``"all"``; unit exponential under the model.
    lags : int
        Lags of the Ljung-Box statistic.
    replicates : int
        Replicates behind the p-values.
    n_events, n_countries : int
        Size of the data.
    origin : str
        Datasets and versions of the events; empty where their frame did not tell.
    """

    n_boot = OldAttribute("replicates")
    _index: ClassVar = ("scope",)

    table: pd.DataFrame
    gaps: dict[str, Floats]
    lags: int
    replicates: int
    n_events: int
    n_countries: int
    origin: str = ""

    def tidy(self) -> pd.DataFrame:
        """The table of tests."""
        return self.table.assign(replicates=self.replicates)

    def to_xarray(self) -> xr.Dataset:
        """The table of tests with dimension ``scope``."""
        return super().to_xarray().assign_attrs(replicates=self.replicates, n_events=self.n_events, lags=self.lags)

    def headline(self, *, lang: Lang | None = None) -> str:
        """What was tested."""
        return words(GOODNESS, check_language(lang))["head"].format(n=self.replicates)

    def says(self, *, lang: Lang | None = None) -> str:
        """One careful sentence that may be quoted.

        Raises
        ------
        UnknownNameError
            If the language is neither ``"en"`` nor ``"fr"``.
        """
        lang = check_language(lang)
        say, row = words(GOODNESS, lang), self.table.set_index("scope").loc["pooled"]
        p_values = {test: give_or_take(row[f"{test}_p"], row[f"{test}_p_error"], lang) for test in ("ks", "ljung_box")}
        against = say["and"].join(say[test] for test in self.rejects())
        verdict = say["misfit"].format(what=against) if against else say["fit"]
        return say["says"].format(gaps=int(row["n_gaps"]), countries=self.n_countries, verdict=verdict, **p_values)

    def misfit(self, *, lang: Lang | None = None) -> str:
        """What a sentence about the fit must add where a test rejects it; empty where none does."""
        lang = check_language(lang)
        say, row = words(GOODNESS, lang), self.table.set_index("scope").loc["pooled"]
        against = say["and"].join(
            f"{say[test]} ({p_words(row[f'{test}_p'], lang, error=row[f'{test}_p_error'])})" for test in self.rejects()
        )
        return say["clause"].format(what=against) if against else ""

    @renamed(level="alpha")
    def rejects(self, *, scope: str = "pooled", alpha: float = 0.05) -> tuple[str, ...]:
        """Which of the tests ``"ks"`` and ``"ljung_box"`` reject the model at a level, such as 0.05.

        Raises
        ------
        UnknownNameError
            If there is no such scope.
        """
        table = self.table.set_index("scope")
        if scope not in table.index:
            raise UnknownNameError("scope", scope, list(table.index))
        return tuple(test for test in ("ks", "ljung_box") if table.loc[scope, f"{test}_p"] < alpha)

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None, source: str = "") -> Figure:
        """Draw the waiting times of all countries together against the unit exponential; options as in the test.

        Raises
        ------
        UnknownNameError
            If the language is neither ``"en"`` nor ``"fr"``.
        """
        gaps = np.concatenate([part for code, part in self.gaps.items() if code != "all"])
        source = source or self.origin or "sahelkit"
        return plot_gaps(gaps, source=source, n_countries=self.n_countries, lang=lang, ax=ax)
