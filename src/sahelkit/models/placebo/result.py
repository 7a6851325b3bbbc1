"""The result of a placebo, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Lang
from sahelkit.estimation.replicates import p_error
from sahelkit.language.nouns import event_words, sample_line, sample_words
from sahelkit.language.numbers import number, p_words, percent
from sahelkit.models.placebo.words import AXES, CAVEATS, HEADS, LAGGED, MEASURES, SENTENCES, SIZES, TITLES, window_words
from sahelkit.options import check_language
from sahelkit.results.base import Result

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True, repr=False)
class Placebo(Result):
    """An observed statistic and what it is when there is nothing to find.

    Attributes
    ----------
    kind : str
        ``"geography"``, ``"leads"``, ``"far"`` or ``"calendar"``.
    statistic : float
        Score statistic of the exposure under test: to earlier events, or for ``"leads"`` to later ones.
    null : array, shape (B,)
        The same in the placebo draws.
    p_value : float
        Share of draws, the observed one included, that are at least as large; for ``"two-sided"`` twice the smaller
        tail.
    alternative : str
        ``"greater"`` or ``"two-sided"``.
    lagged : float
        Score statistic of the exposure to earlier events; equal to `statistic` unless the kind is ``"leads"``.
    ratio : float
        Hazard (or odds) ratio per event in the window, from the fit with the exposure under test.
    window : int
        Length of the window in periods.
    n_rows, n_events, n_clusters : int
        Sample sizes of the rows used.
    mirrored : bool
        True for leads over symmetric weights when the events are those of the outcome: each pair of events is then a
        lead for one country and a lag for the other, and leads differ from lags by the covariates alone.
    link, cluster, freq, event, origin : str
        Of the hazard model, its rows, and the events to which countries are exposed.
    """

    kind: str
    statistic: float
    null: Floats = field(repr=False)
    p_value: float
    alternative: str
    lagged: float
    ratio: float
    window: int
    n_rows: int
    n_events: int
    n_clusters: int
    link: str
    cluster: str
    freq: str
    event: str = "attempt"
    mirrored: bool = False
    origin: str = ""

    _index = ("kind",)

    @property
    def p_error(self) -> float:
        """Monte Carlo standard error of the p-value."""
        tails = 1 if self.alternative == "greater" else 2
        return tails * p_error(self.p_value / tails, int(np.isfinite(self.null).sum()))

    def tidy(self) -> pd.DataFrame:
        """One row: kind, ratio, statistic, middle and ends of the central 95 % of the draws, p-value and its error."""
        low, middle, high = np.nanquantile(self.null, [0.025, 0.5, 0.975])
        return pd.DataFrame(
            {
                "kind": [self.kind],
                "ratio": self.ratio,
                "statistic": self.statistic,
                "lagged": self.lagged,
                "null_low": low,
                "null_median": middle,
                "null_high": high,
                "p_value": self.p_value,
                "p_error": self.p_error,
                "alternative": self.alternative,
                "replicates": len(self.null),
                "window": self.window,
                "n_rows": self.n_rows,
                "n_events": self.n_events,
                "n_clusters": self.n_clusters,
            }
        )

    def to_xarray(self) -> xr.Dataset:
        """The columns of `tidy`, and ``null`` with dimension ``draw``."""
        return super().to_xarray().assign(null=("draw", self.null))

    def headline(self, *, lang: Lang | None = None) -> str:
        """Kind and sample, as plain text."""
        lang = check_language(lang)
        window = window_words(self.window, self.freq, lang)
        head = HEADS[lang].format(kind=self.kind, draws=number(len(self.null), lang, digits=0), window=window)
        return f"{head}\n{sample_line(lang, *self._sizes)}"

    @property
    def _sizes(self) -> tuple[int, int, int]:
        return self.n_rows, self.n_events, self.n_clusters

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted; see `HazardFit.says`."""
        lang = check_language(lang)
        return SENTENCES[lang][self.kind].format(
            **sample_words(lang, *self._sizes, cluster=self.cluster),
            an_event=event_words(self.event, lang),
            measure=MEASURES[lang][self.link],
            ratio=number(self.ratio, lang),
            window=window_words(self.window, self.freq, lang),
            share=percent(float(np.mean(self.null < self.statistic)), lang),
            draws=number(len(self.null), lang, digits=0),
            p=p_words(self.p_value, lang, error=self.p_error),
            caveat=CAVEATS[lang]["mirrored" if self.mirrored else self.kind],
        )

    def plot(
        self, *, ax: Axes | None = None, lang: Lang | None = None, source: str = "", title: str | None = None
    ) -> Figure:
        """Draw the null distribution with the observed statistic; options as in `HazardFit.plot`."""
        from sahelkit.plots.nulls import plot_null

        lang = check_language(lang)
        return plot_null(
            self.null,
            self.statistic,
            p_value=self.p_value,
            p_error=self.p_error,
            title=title or TITLES[lang][self.kind],
            axis=AXES[lang],
            source=source or self.origin or "sahelkit",
            n=SIZES[lang].format(**sample_words(lang, *self._sizes, cluster=self.cluster)),
            lang=lang,
            others={LAGGED[lang]: self.lagged} if self.kind == "leads" else None,
            ax=ax,
        )


@dataclass(frozen=True, repr=False, kw_only=True)
class Simulated(Result):
    """What studies by simulated histories give: a table, and the size of the panel and of the study.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per case.
    window, replicates, n_events, n_clusters : int
        Periods of exposure, histories, events in the panel, countries.
    origin : str
        Datasets and versions of the panel.
    """

    table: pd.DataFrame
    window: int
    replicates: int
    n_events: int
    n_clusters: int
    origin: str = ""

    def tidy(self) -> pd.DataFrame:
        """The table, with sample sizes."""
        return self.table.assign(replicates=self.replicates, n_events=self.n_events, n_clusters=self.n_clusters)
