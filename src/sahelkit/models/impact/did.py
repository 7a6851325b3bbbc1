"""Synthetic difference in differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Ints64, Lang
from sahelkit.errors import ModelError
from sahelkit.estimation.did_weights import did_weights, weighted_did
from sahelkit.estimation.replicates import on_one_thread
from sahelkit.language.countries import country_of
from sahelkit.language.dates import month_text
from sahelkit.language.numbers import ends_of, p_words, percent
from sahelkit.models.impact.windows import EventWindow, check_scatter, check_window
from sahelkit.models.impact.words import change_words, outcome_of
from sahelkit.models.placebo.placebos import permutation_p
from sahelkit.options import check_language, check_options
from sahelkit.plots.impact_marks import Mark
from sahelkit.results.base import Result

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

_FEWEST = 5
_SENTENCE = {
    "en": "In {country}, {outcome} in the {after} months after {month} {change} what a weighted set of {n} unexposed "
    "countries on a parallel path suggests ({level} interval {ends}, {p}); the interval takes the "
    "scatter of the donors for that of {country}, and what else befell {country} alone is counted in.",
    "fr": "{country} : dans les {after} mois suivant {month}, le nombre {outcome} {change} un ensemble pondéré de "
    "{n} pays non exposés d’évolution parallèle (intervalle à {level} : {ends}, {p}) ; l’intervalle suppose "
    "au pays la même dispersion qu’à ces autres pays, et tout ce qui l’a frappé seul dans ces mois y est compris.",
}


@dataclass(frozen=True)
class SyntheticDid(Result):
    """Synthetic difference in differences of one country.

    Attributes
    ----------
    unit, date, outcome, scale, width, times, months
        As in `EventWindow`.
    effect : float
        Change of the country minus that of the weighted donors.
    std_error : float
        Root mean square of the effects found for the donors, each in turn taken for the one with the event.
    placebos : array, shape (J,)
        These effects.
    plain : float
        Difference in differences with equal weights.
    units, weights : pandas.Series
        Weights of the donors, and of the periods before the event.
    observed, synthetic : array, shape (T,)
        Outcome; weighted donors, moved to the level of the country before the event.
    level : float
        Confidence level.
    """

    unit: str
    date: pd.Timestamp
    outcome: str
    scale: str
    width: int
    times: Ints64 = field(repr=False)
    months: pd.PeriodIndex = field(repr=False)
    effect: float
    std_error: float
    placebos: Floats = field(repr=False)
    plain: float
    units: pd.Series = field(repr=False)
    weights: pd.Series = field(repr=False)
    observed: Floats = field(repr=False)
    synthetic: Floats = field(repr=False)
    level: float
    cut: str = ""
    origin: str = ""

    _index = ("unit",)

    def interval(self) -> tuple[float, float]:
        """Normal interval of the effect."""
        from scipy import stats

        half = float(stats.norm.ppf(0.5 + self.level / 2)) * self.std_error
        return self.effect - half, self.effect + half

    @property
    def p_value(self) -> float:
        """Rank of the size of the effect among those of the donors, itself included."""
        size = float(np.abs(self.placebos).max())
        return permutation_p(abs(self.effect) / size, np.abs(self.placebos) / size)

    def tidy(self) -> pd.DataFrame:
        """One row: effect, error, interval, p-value, plain difference in differences, sample sizes."""
        low, high = self.interval()
        return pd.DataFrame(
            {
                "unit": [self.unit],
                "date": self.date,
                "effect": self.effect,
                "std_error": self.std_error,
                "effect_low": low,
                "effect_high": high,
                "level": self.level,
                "p_value": self.p_value,
                "plain": self.plain,
                "n_donors": len(self.units),
                "n_before": int(np.sum(self.times < 0)),
                "n_after": int(np.sum(self.times > 0)),
            }
        )

    def to_xarray(self) -> xr.Dataset:
        """Paths by period, weights by donor and by period before the event, and the placebo effects."""
        import xarray as xr

        before = [int(time) for time in self.weights.index]
        return xr.Dataset(
            {
                "observed": ("time", self.observed),
                "synthetic": ("time", self.synthetic),
                "unit_weight": ("donor", self.units.to_numpy()),
                "placebo_effect": ("donor", self.placebos),
                "time_weight": ("before", self.weights.to_numpy()),
            },
            coords={"time": self.times, "donor": list(self.units.index), "before": before},
            attrs={"summary": self.headline()},
        )

    def headline(self, *, lang: Lang | None = None) -> str:
        """Window and weights, as plain text."""
        return (
            f"synthetic difference in differences: {self.unit} {self.date:%Y-%m-%d}, {self.outcome} ({self.scale}), "
            f"{len(self.units)} donors; largest weight {self.units.max():.2f}"
        )

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted."""
        lang = check_language(lang)
        logs = self.scale == "log1p"
        return _SENTENCE[check_language(lang)].format(
            country=country_of(self.unit, lang),
            outcome=outcome_of(self.outcome, lang),
            after=int(np.sum(self.times > 0)) * self.width,
            month=month_text(self.date, lang),
            change=change_words(self.effect, lang, logs=logs),
            n=len(self.units),
            level=percent(self.level, lang),
            ends=ends_of(*self.interval(), lang, logs=logs),
            p=p_words(self.p_value, lang),
        )

    def plot(self, *, lang: Lang | None = None, source: str = "", marks: Sequence[Mark] = ()) -> Figure:
        """Draw the country against the weighted donors, moved to its level before the event."""
        lang = check_language(lang)
        from sahelkit.plots.impact_paths import plot_did

        return plot_did(self, lang=lang, source=source or self.origin or "sahelkit", marks=marks)


def synthetic_did(window: EventWindow, *, level: float = 0.95, n_jobs: int | None = 1) -> SyntheticDid:
    """Estimate the effect of an event by synthetic difference in differences, with errors from placebos in space.

    Parameters
    ----------
    window : EventWindow
        With donors that the event did not reach.
    level : float
        Confidence level.
    n_jobs : int or None
        Parallel workers, as in joblib; None leaves the choice to ``joblib.parallel_config``.

    Returns
    -------
    SyntheticDid

    Raises
    ------
    ModelError
        If there are fewer than five donors, or they do not scatter.
    OptionError
        If an option cannot be.

    Notes
    -----
    For cigarette sales in California after Proposition 99, the example of the paper, it gives -15.6 packs a year, as
    published; the data are not part of this package.

    References
    ----------
    Arkhangelsky, D., Athey, S., Hirshberg, D. A., Imbens, G. W., & Wager, S. (2021). Synthetic
    difference-in-differences. American Economic Review, 111(12), 4088-4118. doi:10.1257/aer.20190159
    Standard errors: their algorithm 4, with every donor once, for one treated unit.

    Examples
    --------
    >>> import sahelkit as sk
    >>> from sahelkit.models.impact import event_window
    >>> donors = ["NGA", "TCD", "UGA", "KEN", "ETH", "AGO", "COD", "SOM"]
    >>> window = event_window(sk.load_conflict(countries="africa"), "MLI", "2012-03-22", width=3, donors=donors)
    >>> found = synthetic_did(window)
    >>> round(float(found.units.sum()), 9), bool(found.std_error > 0)
    (1.0, True)
    """
    from joblib import Parallel, delayed

    check_options(level=level, n_jobs=n_jobs)
    if len(check_window(window, where="synthetic_did").donors) < _FEWEST:
        raise ModelError(
            f"{window.label} has {len(window.donors)} donors, and the scatter among donors, from which the error "
            f"comes, wants {_FEWEST} at least. Give donors="
        )
    values = window.values.to_numpy(dtype=float)
    treated, donors, n_before = values[:, 0], values[:, 1:], window.n_before
    found = did_weights(treated, donors, n_before)
    places = range(donors.shape[1])
    done = Parallel(n_jobs=n_jobs)(delayed(on_one_thread)(_placebo, donors, place, n_before) for place in places)
    placebos = np.array(list(done), dtype=np.float64)
    check_scatter(window, placebos)
    others = donors @ found.units
    shift = float(found.times @ (treated - others)[:n_before])
    equal = (np.full(donors.shape[1], 1 / donors.shape[1]), np.full(n_before, 1 / n_before))
    return SyntheticDid(
        unit=window.unit,
        date=window.date,
        outcome=window.outcome,
        scale=window.scale,
        width=window.width,
        times=window.times,
        months=window.months,
        effect=weighted_did(treated, donors, n_before, found.units, found.times),
        std_error=float(np.sqrt(np.mean(placebos**2))),
        placebos=placebos,
        plain=weighted_did(treated, donors, n_before, *equal),
        units=pd.Series(found.units, index=window.donors, name="weight"),
        weights=pd.Series(found.times, index=window.times[window.times < 0], name="weight"),
        observed=treated,
        synthetic=others + shift,
        level=level,
        cut=window.cut,
        origin=window.origin,
    )


def _placebo(donors: Floats, place: int, n_before: int) -> float:
    others = np.delete(donors, place, axis=1)
    found = did_weights(donors[:, place], others, n_before)
    return weighted_did(donors[:, place], others, n_before, found.units, found.times)
