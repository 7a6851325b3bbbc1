"""The result of a synthetic control, and how it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit.models.impact.windows import Ints
from sahelkit.models.impact.words import Mark, change_words, country_of, ends_of, month_of, outcome_of
from sahelkit.models.links import Floats
from sahelkit.models.result import Result
from sahelkit.models.wording import check_language, number, p_words

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.figure import Figure

_SENTENCE = {
    "en": "In {country}, {outcome} in the {after} months after {month} {change} those of a weighted mean of {n} "
    "unexposed countries that had resembled it ({p} by rank among {ranks}; no p-value here can be below {least}; "
    "leaving out one country at a time: {ends}); a difference is the coup’s only if nothing else befell {country} "
    "alone in these months.",
    "fr": "{country} : dans les {after} mois suivant {month}, le nombre {outcome} {change} une moyenne pondérée de "
    "{n} pays non exposés qui lui ressemblaient ({p} d’après le rang parmi {ranks} ; aucune valeur p ne peut être ici "
    "inférieure à {least} ; en écartant un pays à la fois : {ends}) ; l’écart n’est imputable au coup d’État que si "
    "rien d’autre n’a frappé ce seul pays dans ces mois.",
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
    placebo_gaps : pandas.DataFrame, shape (T, J)
        Each donor minus its own synthetic control.
    without : pandas.DataFrame, shape (T, L)
        Synthetic control without each donor that has weight.
    level : float
        Share of the donors' gaps that bands and intervals hold.
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
    times: Ints = field(repr=False)
    months: pd.PeriodIndex = field(repr=False)
    observed: Floats = field(repr=False)
    synthetic: Floats = field(repr=False)
    weights: pd.Series = field(repr=False)
    importance: pd.Series | None = field(repr=False)
    placebo_gaps: pd.DataFrame = field(repr=False)
    without: pd.DataFrame = field(repr=False)
    level: float
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
        before, after = self.rmspe()
        return float(after / before) if before > 0 else float("inf")

    def placebos(self) -> pd.DataFrame:
        """One row per donor, and the country itself: ``unit, effect, rmspe_before, rmspe_after, ratio``."""
        gaps = np.column_stack([self.gaps, self.placebo_gaps.to_numpy()])
        before, after = _rmspe(gaps, self.times)
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(before > 0, after / before, np.inf)
        return pd.DataFrame(
            {
                "unit": [self.unit, *self.placebo_gaps.columns],
                "effect": gaps[self.times > 0].mean(axis=0),
                "rmspe_before": before,
                "rmspe_after": after,
                "ratio": ratio,
            }
        )

    @property
    def p_value(self) -> float:
        """Share of countries, the one with the event included, whose ratio is at least as large: both directions."""
        ratios = self.placebos()["ratio"].to_numpy()
        return float(np.mean(ratios >= ratios[0] * (1 - 1e-12)))

    @property
    def smallest_p(self) -> float:
        """The smallest p-value that a rank among so many countries can give."""
        return 1 / (1 + len(self.placebo_gaps.columns))

    def interval(self) -> tuple[float, float]:
        """Effects that the donors' own effects, each in units of its gap before the event, do not rule out."""
        table = self.placebos()
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled = (table["effect"] / table["rmspe_before"]).to_numpy()[1:]
        scaled = np.nan_to_num(scaled, posinf=np.inf, neginf=-np.inf)
        low, high = np.quantile(scaled, [(1 - self.level) / 2, (1 + self.level) / 2])
        before = self.rmspe()[0]
        return self.effect - float(high) * before, self.effect - float(low) * before

    def leave_one_out(self) -> pd.Series:
        """Effect without each donor that has weight, by donor."""
        after = self.times > 0
        return pd.Series(
            (self.observed[:, None] - self.without.to_numpy())[after].mean(axis=0), index=self.without.columns
        )

    def band(self) -> tuple[Floats, Floats]:
        """Synthetic control plus the central share of the donors' gaps, shape (T,) each."""
        tails = [(1 - self.level) / 2, (1 + self.level) / 2]
        low, high = np.quantile(self.placebo_gaps.to_numpy(), tails, axis=1)
        return self.synthetic + low, self.synthetic + high

    def tidy(self) -> pd.DataFrame:
        """One row: effect, range without one donor, RMSPE before and after, ratio, p-value, sample sizes."""
        before, after = self.rmspe()
        others = self.leave_one_out()
        return pd.DataFrame(
            {
                "unit": [self.unit],
                "date": self.date,
                "effect": self.effect,
                "effect_low": float(others.min()),
                "effect_high": float(others.max()),
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

    def headline(self) -> str:
        """Window, donors and weights, as plain text."""
        main = self.weights[self.weights > 0.005].sort_values(ascending=False)
        names = ", ".join(f"{name} {weight:.2f}" for name, weight in main.items())
        more = f"; {self.cut}" if self.cut else ""
        late = f"; {self.provisional} provisional periods" if self.provisional else ""
        return (
            f"synthetic control: {self.unit} {self.date:%Y-%m-%d}, {self.outcome} ({self.scale}): {names}{more}{late}"
        )

    def says(self, lang: str = "en") -> str:
        """One sentence that may be quoted."""
        others = self.leave_one_out()
        logs = self.scale == "log1p"
        return _SENTENCE[check_language(lang)].format(
            country=country_of(self.unit, lang),
            outcome=outcome_of(self.outcome, lang),
            after=int(np.sum(self.times > 0)) * self.width,
            month=month_of(self.date, lang),
            change=change_words(self.effect, lang, logs=logs),
            n=int(np.sum(self.weights > 1e-6)),
            p=p_words(self.p_value, lang),
            ranks=len(self.weights) + 1,
            least=number(self.smallest_p, lang, digits=3),
            ends=ends_of(float(others.min()), float(others.max()), lang, logs=logs),
        )

    def plot(self, *, lang: str = "en", source: str = "", marks: Sequence[Mark] = ()) -> Figure:
        """Draw the country against its synthetic control; `marks` are other events to show."""
        from sahelkit.plots.impact_paths import plot_synthetic

        return plot_synthetic(self, lang=lang, source=source or self.origin or "sahelkit", marks=marks)

    def plot_placebos(self, *, lang: str = "en", source: str = "") -> Figure:
        """Draw the gap of the country among the gaps of all donors."""
        from sahelkit.plots.impact_paths import plot_placebo_gaps

        return plot_placebo_gaps(self, lang=lang, source=source or self.origin or "sahelkit")


def _rmspe(gaps: Floats, times: Ints) -> tuple[Floats, Floats]:
    squares = gaps**2
    before = np.sqrt(squares[times < 0].mean(axis=0))
    return np.asarray(before), np.asarray(np.sqrt(squares[times > 0].mean(axis=0)))
