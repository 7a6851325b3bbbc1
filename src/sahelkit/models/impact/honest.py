"""How far an estimate after an event can be trusted when trends were not parallel before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Lang
from sahelkit.errors import ModelError, OptionError
from sahelkit.language.numbers import number, percent, times_of
from sahelkit.options import check_language, check_options
from sahelkit.plots.impact_study import plot_trend_bounds
from sahelkit.results.base import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SENTENCE = {
    "en": "If trends after the coups may stray from parallel, in each period, by {m} the largest step seen "
    "before them (M = {bound}), the mean effect lies between {low} and {high} ({level} interval, {n} coups), which "
    "{verdict}; {breakdown}.",
    "fr": "Si, après les coups d’État, les évolutions peuvent s’écarter du parallélisme, à chaque période, {m} "
    "plus grand écart observé avant (M = {bound}), l’effet moyen se situe entre {low} et {high} (intervalle à "
    "{level}, {n} coups d’État), ce qui {verdict} ; {breakdown}.",
}
_MUCH = {"en": ("as much as", "{m} times"), "fr": ("autant que le", "de {m} fois le")}
_VERDICTS = {
    "en": {"no": "leaves the sign open", "up": "means more violence", "down": "means less violence"},
    "fr": {
        "no": "laisse le signe indéterminé",
        "up": "signifie davantage de violence",
        "down": "signifie moins de violence",
    },
}
_BREAKDOWN = {
    "en": ("the sign is open even without any violation", "the sign is open from {m} times on"),
    "fr": ("le signe est indéterminé même sans aucun écart", "le signe devient indéterminé à partir de {m} fois"),
}
_HEADLINE = {
    "en": "mean effect {effect} of {n} coups; zero inside from m = {breakdown} on",
    "fr": "effet moyen {effect} de {n} coups d’État ; zéro compris à partir de m = {breakdown}",
}


def reach_of_violations(weights: Floats) -> float:
    """How much a step of at most 1 per period, in any direction, can add to a weighted sum of later effects.

    The deviation in period k is the sum of the first k steps, so that step i counts with the weights from i on.

    Parameters
    ----------
    weights : array, shape (A,)
        Weights of the periods after the event.

    Examples
    --------
    >>> reach_of_violations(np.array([1.0])), reach_of_violations(np.array([0.5, 0.5]))
    (1.0, 1.5)
    """
    return float(np.abs(np.cumsum(weights[::-1])).sum())


def relative_bounds(before: Floats, after: Floats, weights: Floats, *, m: float) -> tuple[float, float]:
    """Bounds of a weighted sum of effects if steps after the event are at most `m` times the largest one before it.

    Rambachan and Roth's restriction of relative magnitudes, for estimates without sampling error.

    Parameters
    ----------
    before : array, shape (B,)
        Coefficients before the event, in time order, without the reference period, which is the last before it and 0.
    after, weights : array, shape (A,)
        Coefficients after the event and their weights.
    m : float
        Largest step after the event over the largest one before it.

    References
    ----------
    Rambachan, A., & Roth, J. (2023). A more credible approach to parallel trends. Review of Economic Studies, 90(5),
    2555-2591. doi:10.1093/restud/rdad018

    Examples
    --------
    The largest step before is 0.2 (from 0.2 to 0); it may recur in each of two periods: 0.2 and 0.4, on average 0.3.

    >>> low, high = relative_bounds(np.array([0.1, 0.2]), np.array([1.0, 1.2]), np.array([0.5, 0.5]), m=1)
    >>> round(low, 9), round(high, 9)
    (0.8, 1.4)
    """
    largest = float(np.abs(np.diff(np.append(before, 0.0))).max())
    middle, half = float(weights @ after), m * largest * reach_of_violations(weights)
    return middle - half, middle + half


@dataclass(frozen=True, repr=False)
class TrendBounds(Result):
    """Bounds of the mean effect under trends that were not parallel.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per `m`: ``m, set_low, set_high`` (estimates taken as exact) and ``low, high`` (with sampling error).
    breakdown : float
        Smallest `m` at which the interval holds zero; 0 when it does without any violation.
    effect : float
        Mean effect after the event.
    level : float
        Confidence level.
    n_coups : int
        Coups behind the estimate.
    origin : str
        Datasets and versions.
    """

    table: pd.DataFrame
    breakdown: float
    effect: float
    level: float
    n_coups: int
    logs: bool = True
    origin: str = ""

    _index = ("m",)

    def tidy(self) -> pd.DataFrame:
        """The table."""
        return self.table.copy()

    def headline(self, *, lang: Lang | None = None) -> str:
        """Effect and breakdown, as plain text."""
        lang = check_language(lang)
        effect, breakdown = number(self.effect, lang), number(self.breakdown, lang)
        return _HEADLINE[lang].format(effect=effect, n=self.n_coups, breakdown=breakdown)

    def says(self, *, lang: Lang | None = None, m: float = 1.0) -> str:
        """One sentence that may be quoted, at one `m` of the table."""
        lang = check_language(lang)
        rows = self.table[np.isclose(self.table["m"], m)]
        if rows.empty:
            raise OptionError("m", m, f"the table has {', '.join(f'{value:g}' for value in self.table['m'])}")
        low, high = float(rows["low"].iloc[0]), float(rows["high"].iloc[0])
        verdict = "up" if low > 0 else ("down" if high < 0 else "no")
        ends = [(times_of if self.logs else number)(end, lang) for end in (low, high)]
        times = {"en": " times", "fr": " fois"}[lang] if self.logs else ""
        bound = number(m, lang, digits=0 if float(m).is_integer() else 1)
        broken = _BREAKDOWN[lang][int(self.breakdown > 0)].format(m=number(self.breakdown, lang))
        return _SENTENCE[lang].format(
            m=_MUCH[lang][int(m != 1)].format(m=bound),
            bound=bound,
            low=ends[0],
            high=ends[1] + times,
            level=percent(self.level, lang),
            n=self.n_coups,
            verdict=_VERDICTS[lang][verdict],
            breakdown=broken,
        )

    def plot(self, *, ax: Axes | None = None, lang: Lang | None = None, source: str = "") -> Figure:
        """Draw the bounds as the allowed violation grows, on `ax` where axes are given."""
        return plot_trend_bounds(
            self.table,
            effect=self.effect,
            breakdown=self.breakdown,
            logs=self.logs,
            n_coups=self.n_coups,
            level=self.level,
            source=source or self.origin or "sahelkit",
            ax=ax,
            lang=check_language(lang),
        )


def trend_bounds(
    before: Floats,
    after: Floats,
    draws: Floats,
    *,
    grid: Sequence[float] = (0.0, 0.5, 1.0, 1.5, 2.0),
    level: float = 0.95,
    n_coups: int = 1,
    logs: bool = True,
    origin: str = "",
) -> TrendBounds:
    """Bounds of the mean effect under relative magnitudes, with sampling error.

    The mean effect and all steps before the event are covered together, with one critical value from `draws`. That is
    simple, valid at any `m`, and wider than the conditional tests of Rambachan and Roth. Where periods are noisy, the
    largest step before is mostly noise, and the bounds are wide for that reason alone.

    Parameters
    ----------
    before, after : array, shapes (B,) and (A,)
        As in `relative_bounds`.
    draws : array, shape (D, B + A)
        Sampling errors of the coefficients, in the same order.
    grid : sequence of float
        Values of `m`.
    level : float
        Confidence level.

    Raises
    ------
    OptionError
        If there is no period on one side, or an option cannot be.
    ModelError
        If a number is not finite, or the draws of a step do not scatter.

    Examples
    --------
    >>> noise = np.random.default_rng(1).normal(scale=0.01, size=(500, 3))
    >>> found = trend_bounds(np.array([0.1]), np.array([1.0, 1.2]), noise, grid=[0.0, 1.0])
    >>> found.table[["set_low", "set_high"]].round(2).to_numpy().tolist()
    [[1.1, 1.1], [0.95, 1.25]]
    """
    check_options(level=level)
    if not len(before) or not len(after):
        raise OptionError("before", len(before), "a period before the reference and one after the event are wanted")
    if any(m < 0 for m in grid):
        raise OptionError("grid", list(grid), "violations are at least 0 times those before")
    size, weights = len(before), np.full(len(after), 1 / len(after))
    steps = np.diff(np.append(before, 0.0))
    noise = np.column_stack([draws[:, size:] @ weights, np.diff(draws[:, :size], append=0.0, axis=1)])
    error = noise.std(axis=0)
    if not (np.isfinite(noise).all() and np.isfinite(steps).all() and np.isfinite(after).all() and (error > 0).all()):
        raise ModelError(
            "a coefficient or a draw is no finite number, or the draws of a step do not scatter, so that its error is "
            "not known. Give donors that change, or longer periods (width=)"
        )
    critical = float(np.quantile(np.max(np.abs(noise) / error, axis=1), level))
    effect = float(weights @ after)
    half, largest = critical * error[0], float((np.abs(steps) + critical * error[1:]).max())
    wide = reach_of_violations(weights)
    rows = []
    for m in grid:
        low, high = relative_bounds(before, after, weights, m=m)
        more = half + m * largest * wide
        rows.append({"m": float(m), "set_low": low, "set_high": high, "low": effect - more, "high": effect + more})
    return TrendBounds(
        table=pd.DataFrame(rows),
        breakdown=max(0.0, (abs(effect) - half) / (largest * wide)),
        effect=effect,
        level=level,
        n_coups=n_coups,
        logs=logs,
        origin=origin,
    )
