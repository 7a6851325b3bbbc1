"""The result of a synthetic control, and how it is read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Ints64, Lang
from sahelkit.language.countries import country_of
from sahelkit.language.dates import month_text
from sahelkit.language.numbers import ends_of, number, p_words, percent
from sahelkit.models.impact.words import change_words, outcome_of
from sahelkit.options import check_language
from sahelkit.plots.impact_marks import Mark
from sahelkit.results.base import Result

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

_SENTENCE = {
    "en": "In {country}, {outcome} in the {after} months after {month} {change} those of a weighted mean of {n} "
    "unexposed countries that had resembled it ({p} by rank among {ranks}; no p-value here can be below {least}; "
    "{interval}; leaving out one country at a time: {ends}); a difference is the coup’s only if nothing else befell "
    "{country} alone in these months.",
    "fr": "{country} : dans les {after} mois suivant {month}, le nombre {outcome} {change} une moyenne pondérée de "
    "{n} pays non exposés qui lui ressemblaient ({p} d’après le rang parmi {ranks} ; aucune valeur p ne peut être ici "
    "inférieure à {least} ; {interval} ; en écartant un pays à la fois : {ends}) ; l’écart n’est imputable au coup "
    "d’État que si rien d’autre n’a frappé ce seul pays dans ces mois.",
}
_INTERVAL = {
    "en": {
        "": "{level} interval {ends}",
        "few": "so few countries give no finite {level} interval",
        "exact": "no interval, since the mean meets the country exactly before",
        "donors": "no finite {level} interval, since other countries are met exactly before",
    },
    "fr": {
        "": "intervalle à {level} : {ends}",
        "few": "si peu de pays ne donnent pas d’intervalle fini à {level}",
        "exact": "pas d’intervalle, la moyenne reproduisant exactement le pays avant",
        "donors": "pas d’intervalle fini à {level}, d’autres pays étant exactement reproduits avant",
    },
}


@dataclass(frozen=True)
class SyntheticControl(Result):
    """A country after an event against its synthetic control.

    Attributes
    ----------
    unit : str
        Country.
    date : pandas.Timestamp
        Day of the event.
    outcome, scale, width
        As in `EventWindow`.
    times : array of int, shape (T,)
        Periods counted from the event.
    months : pandas.PeriodIndex, length T
        First month of each.
    observed, synthetic : array, shape (T,)
        Outcome, and that of the weighted donors.
    weights : pandas.Series, length J
        Weights of the donors.
    importance : pandas.Series or None
        Weights of the predictors; None when the outcome itself was matched.
    loss, least : float
        Mean squared gap of the outcome in the periods that were judged, and the least that any weights of these donors
        could reach there.
    search : pandas.DataFrame or None
        How the weights of the predictors were found: ``name`` of each starting point that was followed,
        ``loss_at_start``, ``loss`` where the search ended, and whether it ``settled``; None when there was no search.
    placebo_gaps : pandas.DataFrame, shape (T, J)
        Each donor minus its own synthetic control.
    without : pandas.DataFrame, shape (T, L)
        Synthetic control without each donor that has weight.
    level : float
        Confidence level of `interval` and `band`.
    rounding : float
        Gaps no larger than this are taken for 0.
    provisional : int
        Periods with figures that the source will revise.
    cut : str
        Why the window after the event is shorter than asked for.
    origin : str
        Datasets and versions.
    """

    unit: str
    date: pd.Timestamp
    outcome: str
    scale: str
    width: int
    times: Ints64 = field(repr=False)
    months: pd.PeriodIndex = field(repr=False)
    observed: Floats = field(repr=False)
    synthetic: Floats = field(repr=False)
    weights: pd.Series = field(repr=False)
    importance: pd.Series | None = field(repr=False)
    placebo_gaps: pd.DataFrame = field(repr=False)
    without: pd.DataFrame = field(repr=False)
    level: float
    loss: float = float("nan")
    least: float = float("nan")
    search: pd.DataFrame | None = field(default=None, repr=False)
    rounding: float = field(default=0.0, repr=False)
    provisional: int = 0
    cut: str = ""
    origin: str = ""

    _index = ("unit",)

    @property
    def gaps(self) -> Floats:
        """Observed minus synthetic, shape (T,)."""
        return self.observed - self.synthetic

    @property
    def effect(self) -> float:
        """Mean gap after the event; with ``scale="log1p"`` a difference of logarithms of one plus the count."""
        return float(self.gaps[self.times > 0].mean())

    def rmspe(self) -> tuple[float, float]:
        """Root mean squared gap before and after."""
        before, after = _rmspe(self.gaps[:, None], self.times)
        return float(before[0]), float(after[0])

    @property
    def ratio(self) -> float:
        """Root mean squared gap after over before."""
        return float(self.placebos()["ratio"].iloc[0])

    def placebos(self) -> pd.DataFrame:
        """One row per donor, and the country itself: ``unit, effect, rmspe_before, rmspe_after, ratio``."""
        gaps = np.column_stack([self.gaps, self.placebo_gaps.to_numpy()])
        before, after = _rmspe(gaps, self.times)
        return pd.DataFrame(
            {
                "unit": [self.unit, *self.placebo_gaps.columns],
                "effect": gaps[self.times > 0].mean(axis=0),
                "rmspe_before": before,
                "rmspe_after": after,
                "ratio": self._relative(after, before),
            }
        )

    def _relative(self, size: Floats, before: Floats) -> Floats:
        """Sizes in units of the gap before; where that is 0, 0 for a size of 0 and infinite for any other."""
        known = before > self.rounding
        never = np.where(size > self.rounding, np.inf, 0.0)
        return np.asarray(np.where(known, size / np.where(known, before, 1.0), never))

    @property
    def p_value(self) -> float:
        """Share of countries, the one with the event included, whose ratio is at least as large: both directions."""
        ratios = self.placebos()["ratio"].to_numpy()
        return float(np.mean(ratios >= ratios[0] * (1 - 1e-12)))

    @property
    def smallest_p(self) -> float:
        """The smallest p-value that a rank among so many countries can give."""
        return 1 / (1 + len(self.placebo_gaps.columns))

    def _half(self, sizes: Floats) -> Floats:
        """Half-widths, from sizes of the donors' gaps (..., J) in units of each one's gap before.

        With n donors, the size that is exceeded or reached by ``(n + 1) (1 - level)`` of them (rounded down): were the
        country one of them by lot, its own would be larger with a probability of at most ``1 - level``.
        """
        number = sizes.shape[-1]
        rank = int((number + 1) * (1 - self.level) + 1e-9)
        if self.rmspe()[0] <= self.rounding:
            return np.full(sizes.shape[:-1], np.nan)
        if rank == 0:
            return np.full(sizes.shape[:-1], np.inf)
        return np.asarray(np.sort(sizes, axis=-1)[..., number - rank] * self.rmspe()[0])

    def interval(self) -> tuple[float, float]:
        """Effects that a two-sided rank test among the donors does not reject, each in units of its gap before.

        It is as wide to either side. `p_value` ranks another quantity, the root mean square of the gaps, in which gaps
        of both signs add up; the two may differ. The coverage is `level` at least if the country is to its control as
        each donor is to its own. With too few donors for the level it is infinite, and NaN where the country has no gap
        before: see `no_interval`.
        """
        table = self.placebos().iloc[1:]
        sizes = self._relative(np.abs(table["effect"].to_numpy()), table["rmspe_before"].to_numpy())
        half = float(self._half(sizes))
        return self.effect - half, self.effect + half

    @property
    def no_interval(self) -> str:
        """Why there is no finite interval; empty when there is one."""
        donors, fewest = len(self.weights), math.ceil(1 / (1 - self.level) - 1e-9) - 1
        return {
            "": "",
            "few": f"{donors} donors give no finite {self.level:.0%} interval; ranks want {fewest} at least",
            "exact": "no interval: the country is met exactly before the event, so that its gaps have no size",
            "donors": f"no finite {self.level:.0%} interval: too many donors are met exactly before the event",
        }[self._without_end()]

    def _without_end(self) -> str:
        low, high = self.interval()
        if math.isnan(low):
            return "exact"
        if math.isinf(high - low):
            return "few" if (len(self.weights) + 1) * (1 - self.level) + 1e-9 < 1 else "donors"
        return ""

    def leave_one_out(self) -> pd.Series:
        """Effect without each donor that has weight, by donor."""
        after = self.times > 0
        return pd.Series(
            (self.observed[:, None] - self.without.to_numpy())[after].mean(axis=0), index=self.without.columns
        )

    def band(self) -> tuple[Floats, Floats]:
        """Where the country would be without an effect, in each period taken alone, shape (T,) each; as `interval`."""
        gaps = np.abs(self.placebo_gaps.to_numpy())
        half = self._half(self._relative(gaps, _rmspe(gaps, self.times)[0]))
        return self.synthetic - half, self.synthetic + half

    def tidy(self) -> pd.DataFrame:
        """One row: effect, its interval, range without one donor, RMSPE before and after, ratio, p-value, sizes."""
        before, after = self.rmspe()
        low, high = self.interval()
        others = self.leave_one_out()
        return pd.DataFrame(
            {
                "unit": [self.unit],
                "date": self.date,
                "effect": self.effect,
                "effect_low": low,
                "effect_high": high,
                "level": self.level,
                "without_one_low": float(others.min()),
                "without_one_high": float(others.max()),
                "rmspe_before": before,
                "rmspe_after": after,
                "ratio": self.ratio,
                "p_value": self.p_value,
                "smallest_p": self.smallest_p,
                "n_donors": len(self.weights),
                "n_before": int(np.sum(self.times < 0)),
                "n_after": int(np.sum(self.times > 0)),
            }
        )

    def to_xarray(self) -> xr.Dataset:
        """Observed, synthetic and the donors' gaps by period."""
        import xarray as xr

        return xr.Dataset(
            {
                "observed": ("time", self.observed),
                "synthetic": ("time", self.synthetic),
                "placebo_gap": (("time", "donor"), self.placebo_gaps.to_numpy()),
            },
            coords={"time": self.times, "donor": list(self.placebo_gaps.columns)},
            attrs={"summary": self.headline()},
        )

    def headline(self, *, lang: Lang | None = None) -> str:
        """Window, donors and weights, as plain text."""
        main = self.weights[self.weights > 0.005].sort_values(ascending=False)
        names = ", ".join(f"{name} {weight:.2f}" for name, weight in main.items())
        more = f"; {self.cut}" if self.cut else ""
        late = f"; {self.provisional} provisional periods" if self.provisional else ""
        wide = f"; {self.no_interval}" if self.no_interval else ""
        found = ""
        if self.importance is not None:
            found = f"; loss {self.loss:.4g} (least possible {self.least:.4g})"
        if self.search is not None:
            same = int((self.search["loss"] <= self.loss * 1.001 + 1e-12).sum())
            found += f", reached from {same} of {len(self.search)} starting points"
        return (
            f"synthetic control: {self.unit} {self.date:%Y-%m-%d}, {self.outcome} ({self.scale}): "
            f"{names}{found}{wide}{more}{late}"
        )

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted."""
        lang = check_language(lang)
        others = self.leave_one_out()
        logs = self.scale == "log1p"
        return _SENTENCE[check_language(lang)].format(
            country=country_of(self.unit, lang),
            outcome=outcome_of(self.outcome, lang),
            after=int(np.sum(self.times > 0)) * self.width,
            month=month_text(self.date, lang),
            change=change_words(self.effect, lang, logs=logs),
            n=int(np.sum(self.weights > 1e-6)),
            p=p_words(self.p_value, lang),
            ranks=len(self.weights) + 1,
            least=number(self.smallest_p, lang, digits=3),
            interval=_INTERVAL[lang][self._without_end()].format(
                level=percent(self.level, lang), ends=ends_of(*self.interval(), lang, logs=logs)
            ),
            ends=ends_of(float(others.min()), float(others.max()), lang, logs=logs),
        )

    def plot(self, *, lang: Lang | None = None, source: str = "", marks: Sequence[Mark] = ()) -> Figure:
        """Draw the country against its synthetic control; `marks` are other events to show."""
        lang = check_language(lang)
        from sahelkit.plots.impact_paths import plot_synthetic

        return plot_synthetic(self, lang=lang, source=source or self.origin or "sahelkit", marks=marks)

    def plot_placebos(self, *, lang: Lang | None = None, source: str = "") -> Figure:
        """Draw the gap of the country among the gaps of all donors."""
        lang = check_language(lang)
        from sahelkit.plots.impact_paths import plot_placebo_gaps

        return plot_placebo_gaps(self, lang=lang, source=source or self.origin or "sahelkit")


def _rmspe(gaps: Floats, times: Ints64) -> tuple[Floats, Floats]:
    squares = gaps**2
    before = np.sqrt(squares[times < 0].mean(axis=0))
    return np.asarray(before), np.asarray(np.sqrt(squares[times > 0].mean(axis=0)))
