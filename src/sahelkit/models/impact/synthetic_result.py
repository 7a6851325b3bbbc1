"""The result of a synthetic control, and how it is read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._deprecated import OldAttribute
from sahelkit._types import Floats, Ints64, Lang
from sahelkit.language.numbers import ends_of, number, percent
from sahelkit.models.impact.paths import Compared
from sahelkit.models.impact.words import cut_words
from sahelkit.options import check_language
from sahelkit.plots.impact_marks import Mark
from sahelkit.plots.impact_paths import plot_paths, plot_placebo_gaps
from sahelkit.results.base import Result

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
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
_HEADLINE = {
    "en": {
        "title": "synthetic control: {window}: ",
        "loss": "; loss {loss:.4g} (least possible {least:.4g})",
        "starts": ", reached from {same} of {n} starting points",
        "": "",
        "few": "{donors} donors give no finite {level} interval; ranks want {fewest} at least",
        "exact": "no interval: the country is met exactly before the event, so that its gaps have no size",
        "donors": "no finite {level} interval: too many donors are met exactly before the event",
        "late": "{n} provisional periods",
        "stop": "; ",
    },
    "fr": {
        "title": "contrôle synthétique : {window} : ",
        "loss": " ; perte {loss:.4g} (la plus faible possible : {least:.4g})",
        "starts": ", atteinte depuis {same} points de départ sur {n}",
        "": "",
        "few": "{donors} pays donneurs ne donnent pas d’intervalle fini à {level} ; les rangs en veulent {fewest} au "
        "moins",
        "exact": "pas d’intervalle : le pays est exactement reproduit avant l’événement, et ses écarts n’ont pas de "
        "mesure",
        "donors": "pas d’intervalle fini à {level} : trop de pays donneurs sont exactement reproduits avant "
        "l’événement",
        "late": "{n} périodes provisoires",
        "stop": " ; ",
    },
}


@dataclass(frozen=True, repr=False, kw_only=True)
class SyntheticControl(Compared, Result):
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
    donor_weights : pandas.Series, length J
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

    weights = OldAttribute("donor_weights")

    importance: pd.Series | None
    placebo_gaps: pd.DataFrame
    without: pd.DataFrame
    loss: float = float("nan")
    least: float = float("nan")
    search: pd.DataFrame | None = None
    rounding: float = 0.0
    provisional: int = 0

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
        return self._no_interval("en")

    def _no_interval(self, lang: Lang) -> str:
        fewest = math.ceil(1 / (1 - self.level) - 1e-9) - 1
        sizes = {"donors": len(self.donor_weights), "fewest": fewest, "level": percent(self.level, lang)}
        return _HEADLINE[lang][self._without_end()].format(**sizes)

    def _without_end(self) -> str:
        low, high = self.interval()
        if math.isnan(low):
            return "exact"
        if math.isinf(high - low):
            return "few" if (len(self.donor_weights) + 1) * (1 - self.level) + 1e-9 < 1 else "donors"
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

    def path(self) -> pd.DataFrame:
        """One row per period: ``time, month, observed, synthetic``, and the `band`: ``low, high``."""
        low, high = self.band()
        return super().path().assign(low=low, high=high)

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
                "n_donors": len(self.donor_weights),
                "n_before": self.n_before,
                "n_after": self.n_after,
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
            coords={"time": self.times, "donor": self.placebo_gaps.columns.to_numpy(dtype=object)},
            attrs={"summary": self.headline()},
        )

    def headline(self, *, lang: Lang | None = None) -> str:
        """Window, donors and weights, as plain text."""
        lang = check_language(lang)
        say = _HEADLINE[lang]
        main = self.donor_weights[self.donor_weights > 0.005].sort_values(ascending=False)
        text = say["title"].format(window=self._window_words(lang))
        text += ", ".join(f"{name} {number(weight, lang)}" for name, weight in main.items())
        if self.importance is not None:
            text += say["loss"].format(loss=self.loss, least=self.least)
        if self.search is not None:
            same = int((self.search["loss"] <= self.loss * 1.001 + 1e-12).sum())
            text += say["starts"].format(same=same, n=len(self.search))
        late = say["late"].format(n=self.provisional) if self.provisional else ""
        return say["stop"].join(filter(None, [text, self._no_interval(lang), cut_words(self.cut, lang), late]))

    def says(self, *, lang: Lang | None = None) -> str:
        """One sentence that may be quoted."""
        lang = check_language(lang)
        others = self.leave_one_out()
        level, ends = percent(self.level, lang), ends_of(*self.interval(), lang, logs=self.logs)
        return _SENTENCE[lang].format(
            n=int(np.sum(self.donor_weights > 1e-6)),
            ranks=len(self.donor_weights) + 1,
            least=number(self.smallest_p, lang, digits=3),
            interval=_INTERVAL[lang][self._without_end()].format(level=level, ends=ends),
            ends=ends_of(float(others.min()), float(others.max()), lang, logs=self.logs),
            **self._told(self.effect, self.p_value, lang),
        )

    def plot(
        self, *, ax: Axes | None = None, lang: Lang | None = None, marks: Sequence[Mark] = (), source: str = ""
    ) -> Figure:
        """Draw the country against its synthetic control; `marks` are other events to show."""
        return plot_paths(
            self.path(),
            outcome=self.outcome,
            level=self.level,
            n_donors=len(self.donor_weights),
            marks=marks,
            **self._ranked(ax, lang, source),
        )

    def plot_placebos(self, *, ax: Axes | None = None, lang: Lang | None = None, source: str = "") -> Figure:
        """Draw the gap of the country among the gaps of all donors."""
        gaps = self.placebo_gaps.assign(**{self.unit: self.gaps})
        return plot_placebo_gaps(gaps, ratio=self.ratio, **self._ranked(ax, lang, source))

    def _ranked(self, ax: Axes | None, lang: Lang | None, source: str) -> dict[str, Any]:
        ranks = (self.p_value, self.smallest_p)
        return self._drawn(source=source, ax=ax, lang=check_language(lang), ranks=ranks)


def _rmspe(gaps: Floats, times: Ints64) -> tuple[Floats, Floats]:
    squares = gaps**2
    before = np.sqrt(squares[times < 0].mean(axis=0))
    return np.asarray(before), np.asarray(np.sqrt(squares[times > 0].mean(axis=0)))
