"""Is the jump at the event larger than jumps elsewhere? The break moved through every month."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Lang
from sahelkit.errors import ModelError, OptionError
from sahelkit.language.countries import country_of
from sahelkit.language.dates import month_text
from sahelkit.language.numbers import number
from sahelkit.models.impact.series import CONVERGENCE, FAMILIES, default_lags, estimate, series_design
from sahelkit.models.impact.series_result import InterruptedSeries
from sahelkit.options import check_language, check_whole_number
from sahelkit.plots.impact_marks import Mark
from sahelkit.plots.impact_series import plot_break_dates
from sahelkit.results.base import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SENTENCE = {
    "en": "In {country}, when the break is moved from month to month, {more} of {n} months show one at least as strong "
    "as {month} (share {share}); the strongest is {best}, with a jump to {ratio} times the level: the break at the "
    "event is {verdict}.",
    "fr": "{country} : lorsqu’on déplace la rupture de mois en mois, {more} mois sur {n} en montrent une au moins "
    "aussi forte qu’en {month} (part de {share}) ; la plus forte tombe en {best}, avec un niveau multiplié par "
    "{ratio} : la rupture à la date de l’événement {verdict}.",
}
_HEADLINE = {
    "en": "{n} breaks, {first} to {last}: best {best}; at least as strong as {month}: {share}",
    "fr": "{n} ruptures, de {first} à {last} : la meilleure en {best} ; au moins aussi fortes qu’en {month} : {share}",
}
_VERDICTS = {
    "en": ("the clearest of the series", "not the clearest of the series"),
    "fr": ("est la plus nette de la série", "n’est pas la plus nette de la série"),
}


@dataclass(frozen=True, repr=False)
class BreakDates(Result):
    """Breaks at every month of a series.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per candidate: ``month`` (first month after the break), ``step`` and ``std_error`` (logarithms),
        ``z`` (the absolute z of the step), ``fit`` (fall of the deviance by step and slope).
    month : pandas.Period
        First month after the event.
    share : float
        Share of the candidates, the event included, whose break fits the series at least as well.
    unit : str
        Country.
    date : pandas.Timestamp
        Day of the event.
    origin : str
        Datasets and versions.
    """

    table: pd.DataFrame
    month: pd.Period
    share: float
    unit: str
    date: pd.Timestamp
    origin: str = ""

    _index = ("month",)

    @property
    def best(self) -> pd.Period:
        """First month after the break that fits best."""
        return self.table.loc[self.table["fit"].idxmax(), "month"]

    def tidy(self) -> pd.DataFrame:
        """The table."""
        return self.table.copy()

    def headline(self, *, lang: Lang | None = None) -> str:
        """Range of the candidates and the place of the event, as plain text."""
        lang = check_language(lang)
        return _HEADLINE[lang].format(
            n=len(self.table),
            first=self.table["month"].iloc[0],
            last=self.table["month"].iloc[-1],
            best=self.best,
            month=self.month,
            share=number(self.share, lang, digits=3),
        )

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted."""
        lang = check_language(lang)
        best = self.table.loc[self.table["fit"].idxmax()]
        return _SENTENCE[lang].format(
            country=country_of(self.unit, lang),
            more=round(self.share * len(self.table)),
            n=len(self.table),
            month=month_text(self.month.to_timestamp(), lang),
            share=number(self.share, lang),
            best=month_text(self.best.to_timestamp(), lang),
            ratio=number(float(np.exp(best["step"])), lang),
            verdict=_VERDICTS[lang][int(self.best != self.month)],
        )

    def plot(
        self, *, ax: Axes | None = None, lang: Lang | None = None, marks: Sequence[Mark] = (), source: str = ""
    ) -> Figure:
        """Draw how well a break at each month fits, and where the event lies; `marks` are other events to show."""
        return plot_break_dates(
            self.table,
            month=self.month,
            unit=self.unit,
            date=self.date,
            source=source or self.origin or "sahelkit",
            marks=marks,
            ax=ax,
            lang=check_language(lang),
        )


def break_dates(fit: InterruptedSeries, *, margin: int | None = None) -> BreakDates:
    """Move the break of an interrupted series through every month, all else the same.

    The place of the event among the candidates is a placebo in time. It is a rank, not the size of a test: months next
    to a true break break too, and a series that wanders breaks everywhere.

    Parameters
    ----------
    fit : InterruptedSeries
        With or without a change of slope; its family and harmonics are kept. The deviance is that of the Poisson
        model in all families, divided by its dispersion under the event's own break.
    margin : int, optional
        Months at either end at which no break is tried; when absent 12, or the months after the event if they are
        fewer.

    Returns
    -------
    BreakDates

    Raises
    ------
    OptionError
        If the margin leaves no month, or not that of the event.
    ModelError
        If no candidate can be fitted.

    References
    ----------
    Andrews, D. W. K. (1993). Tests for parameter instability and structural change with unknown change point.
    Econometrica, 61(4), 821-856. doi:10.2307/2951764

    Examples
    --------
    >>> from sahelkit.models.impact import fit_series
    >>> months = pd.period_range("2000-01", periods=48, freq="M")
    >>> counts = pd.Series([10, 12] * 12 + [20, 24] * 12, index=months)
    >>> str(break_dates(fit_series(counts, "2002-01", slope=False)).best)
    '2002-01'
    """
    if not isinstance(fit, InterruptedSeries):
        shown = None if fit is None else type(fit).__name__
        raise OptionError("fit", shown, "an interrupted series is wanted", repair="Type break_dates(fit_series(...))")
    check_whole_number("margin", margin, least=3, optional=True)
    month = fit.months[fit.since > 0][0]
    margin = min(12, fit.n_after) if margin is None else margin
    candidates = list(fit.months[margin : len(fit.months) - margin + 1])
    if month not in candidates:
        raise OptionError("margin", margin, f"it leaves {len(candidates)} months without {month}")
    counts = pd.Series(fit.observed, index=fit.months)
    offset = pd.Series(np.exp(fit.offset), index=fit.months)
    slope = "since" in fit.terms
    harmonics = sum(name.startswith("sin") for name in fit.terms if name != "since")
    pearson = _pearson(fit)
    base = None
    rows = []
    for candidate in candidates:
        data = series_design(counts, candidate.to_timestamp(), slope=slope, harmonics=harmonics, offset=offset)
        keep = [name not in ("step", "since") for name in data.terms]
        if base is None:
            base = _poisson(data.matrix[:, keep], fit)
        try:
            coef, cov, _ = estimate(
                data, family=fit.family, errors=fit.errors, lags=fit.lags or default_lags(len(counts))
            )
        except ModelError:  # nothing but zeros on one side: no finite jump
            continue
        if fit.family == "negative_binomial":
            gain = base - _poisson(data.matrix, fit)
        else:
            gain = base - _deviance(fit.observed, np.exp(data.matrix @ coef + fit.offset))
        place = data.terms.index("step")
        error = float(np.sqrt(cov[place, place]))
        rows.append((candidate, coef[place], error, abs(coef[place]) / error, gain / pearson))
    table = pd.DataFrame(rows, columns=["month", "step", "std_error", "z", "fit"])
    if table.empty or month not in set(table["month"]):
        raise ModelError("the break cannot be fitted at the month of the event")
    own = float(table.loc[table["month"] == month, "fit"].iloc[0])
    share = float(np.mean(table["fit"] >= own - 1e-9))
    return BreakDates(table, month, share, fit.unit, fit.date, fit.origin)


def _deviance(counts: Floats, expected: Floats) -> float:
    """Deviance of a Poisson model."""
    logs = np.log(np.where(counts > 0, counts, 1.0) / expected)
    return float(2 * np.sum(np.where(counts > 0, counts * logs, 0.0) - (counts - expected)))


def _poisson(matrix: Floats, fit: InterruptedSeries) -> float:
    """Deviance of the Poisson model with these columns."""
    import statsmodels.api as sm

    model = sm.GLM(fit.observed, matrix, family=sm.families.Poisson(), offset=fit.offset)
    return float(model.fit(**CONVERGENCE).deviance)


def _pearson(fit: InterruptedSeries) -> float:
    if fit.family not in FAMILIES or fit.family == "poisson":
        return 1.0
    expected = np.exp(fit.matrix @ fit.coef + fit.offset)
    spare = len(fit.observed) - len(fit.coef)
    return float(np.sum((fit.observed - expected) ** 2 / expected) / spare)
