"""Synthetic difference in differences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._deprecated import OldAttribute
from sahelkit._types import Floats, Lang
from sahelkit.errors import ModelError
from sahelkit.estimation.did_weights import did_weights, weighted_did
from sahelkit.estimation.replicates import on_one_thread
from sahelkit.language.numbers import ends_of, number
from sahelkit.models.impact.paths import FEWEST, Compared, normal_half
from sahelkit.models.impact.windows import EventWindow, check_scatter, check_window
from sahelkit.models.placebo.placebos import permutation_p
from sahelkit.options import check_language, check_options
from sahelkit.plots.impact_marks import Mark
from sahelkit.plots.impact_paths import plot_paths
from sahelkit.results.base import Result

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SENTENCE = {
    "en": "In {country}, {outcome} in the {after} months after {month} {change} what a weighted set of {n} unexposed "
    "countries on a parallel path suggests ({level} interval {ends}, {p}); the interval takes the "
    "scatter of the donors for that of {country}, and what else befell {country} alone is counted in.",
    "fr": "{country} : dans les {after} mois suivant {month}, le nombre {outcome} {change} un ensemble pondéré de "
    "{n} pays non exposés d’évolution parallèle (intervalle à {level} : {ends}, {p}) ; l’intervalle suppose "
    "au pays la même dispersion qu’à ces autres pays, et tout ce qui l’a frappé seul dans ces mois y est compris.",
}
_HEADLINE = {
    "en": "synthetic difference in differences: {window}, {n} donors; largest weight {most}",
    "fr": "doubles différences synthétiques : {window}, {n} pays donneurs ; poids le plus fort {most}",
}


@dataclass(frozen=True, repr=False, kw_only=True)
class SyntheticDid(Compared, Result):
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
    donor_weights, period_weights : pandas.Series
        Weights of the donors, and of the periods before the event.
    observed, synthetic : array, shape (T,)
        Outcome; weighted donors, moved to the level of the country before the event.
    level : float
        Confidence level.
    """

    units = OldAttribute("donor_weights")
    weights = OldAttribute("period_weights")

    effect: float
    std_error: float
    placebos: Floats
    plain: float
    period_weights: pd.Series

    _index = ("unit",)

    def interval(self) -> tuple[float, float]:
        """Normal interval of the effect."""
        half = normal_half(self.level) * self.std_error
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
                "n_donors": len(self.donor_weights),
                "n_before": self.n_before,
                "n_after": self.n_after,
            }
        )

    def to_xarray(self) -> xr.Dataset:
        """Paths by period, weights by donor and by period before the event, and the placebo effects."""
        import xarray as xr

        before = [int(time) for time in self.period_weights.index]
        return xr.Dataset(
            {
                "observed": ("time", self.observed),
                "synthetic": ("time", self.synthetic),
                "unit_weight": ("donor", self.donor_weights.to_numpy()),
                "placebo_effect": ("donor", self.placebos),
                "time_weight": ("before", self.period_weights.to_numpy()),
            },
            coords={"time": self.times, "donor": self.donor_weights.index.to_numpy(dtype=object), "before": before},
            attrs={"summary": self.headline()},
        )

    def headline(self, *, lang: Lang | None = None) -> str:
        """Window and weights, as plain text."""
        lang = check_language(lang)
        most = number(self.donor_weights.max(), lang)
        return _HEADLINE[lang].format(window=self._window_words(lang), n=len(self.donor_weights), most=most)

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted."""
        lang = check_language(lang)
        ends = ends_of(*self.interval(), lang, logs=self.logs)
        told = self._told(self.effect, self.p_value, lang)
        return _SENTENCE[lang].format(n=len(self.donor_weights), ends=ends, **told)

    def plot(
        self, *, ax: Axes | None = None, lang: Lang | None = None, marks: Sequence[Mark] = (), source: str = ""
    ) -> Figure:
        """Draw the country against the weighted donors, moved to its level before the event."""
        return plot_paths(
            self.path(),
            outcome=self.outcome,
            level=self.level,
            n_donors=len(self.donor_weights),
            marks=marks,
            **self._drawn(source=source, ax=ax, lang=check_language(lang)),
        )


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
    >>> round(float(found.donor_weights.sum()), 9), bool(found.std_error > 0)
    (1.0, True)
    """
    from joblib import Parallel, delayed

    check_options(level=level, n_jobs=n_jobs)
    if len(check_window(window, where="synthetic_did").donors) < FEWEST:
        raise ModelError(
            f"{window.label} has {len(window.donors)} donors, and the scatter among donors, from which the error "
            f"comes, wants {FEWEST} at least. Give donors="
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
        **SyntheticDid.of(window),
        effect=weighted_did(treated, donors, n_before, found.units, found.times),
        std_error=float(np.sqrt(np.mean(placebos**2))),
        placebos=placebos,
        plain=weighted_did(treated, donors, n_before, *equal),
        donor_weights=pd.Series(found.units, index=window.donors, name="weight"),
        period_weights=pd.Series(found.times, index=window.times[window.times < 0], name="weight"),
        observed=treated,
        synthetic=others + shift,
        level=level,
    )


def _placebo(donors: Floats, place: int, n_before: int) -> float:
    others = np.delete(donors, place, axis=1)
    found = did_weights(donors[:, place], others, n_before)
    return weighted_did(donors[:, place], others, n_before, found.units, found.times)
