"""Event studies: coefficients before and after, and what they bear when trends were not parallel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.language.numbers import decimal, percent
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLACK, BLUE, GREY, VERMILION, drawing, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "Violence around {n} coups, against unexposed countries",
        "axis": "Ratio to the last period before\n(1 + count; log scale)",
        "plain": "Difference to the last period before",
        "time": "Periods of {n} months since the coup (the month of the coup is left out)",
        "before": "before (on the line if trends were parallel)",
        "each": "each coup",
        "after": "after",
        "n": "n = {n} coups in {countries} countries; {level} intervals from placebo coups; pre-trends p = {p}",
        "bounds": "How much violation of parallel trends does the finding bear?",
        "m": "Largest step after the coups, in multiples of the largest step before them",
        "set": "estimates taken as exact",
        "full": "{level} interval",
        "effect": "Mean effect (ratio; log scale)",
        "effect_plain": "Mean effect",
        "bounds_n": "n = {n} coups; no change lies inside from {m} on; arrows: the interval goes on",
    },
    "fr": {
        "title": "La violence autour de {n} coups d’État, par rapport aux pays non exposés",
        "axis": "Rapport à la dernière période avant\n(1 + nombre ; échelle log)",
        "plain": "Différence avec la dernière période avant",
        "time": "Périodes de {n} mois depuis le coup d’État (mois du coup d’État laissé de côté)",
        "before": "avant (sur la ligne si les évolutions étaient parallèles)",
        "each": "chaque coup d’État",
        "after": "après",
        "n": "n = {n} coups d’État dans {countries} pays ; intervalles à {level} par coups d’État fictifs ; "
        "évolutions antérieures : p = {p}",
        "bounds": "Quel écart au parallélisme le résultat supporte-t-il ?",
        "m": "Plus grand pas après les coups d’État, en multiples du plus grand pas avant",
        "set": "estimations prises pour exactes",
        "full": "intervalle à {level}",
        "effect": "Effet moyen (rapport ; échelle log)",
        "effect_plain": "Effet moyen",
        "bounds_n": "n = {n} coups d’État ; l’absence de changement est incluse à partir de {m} ; flèches : "
        "l’intervalle se prolonge",
    },
}
_EDGE = float(np.log(1000.0))  # longer bars end in an arrow
_RATIOS = (0.0001, 0.001, 0.01, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 100.0, 1000.0, 10_000.0)


def _ratio_axis(axes: Axes, low: float, high: float, lang: Lang) -> None:
    shown = [value for value in _RATIOS if low - 0.05 <= np.log(value) <= high + 0.05]
    if len(shown) > 8:
        shown = [value for value in shown if value not in (0.2, 0.5, 2.0, 5.0)]
    texts = [f"{value:,.4f}".rstrip("0").rstrip(".") for value in shown]
    if lang == "fr":
        texts = [text.replace(",", "\u202f").replace(".", ",") for text in texts]
    axes.set_yticks([float(np.log(value)) for value in shown], texts)


def plot_event_study(
    table: pd.DataFrame,
    paths: pd.DataFrame,
    *,
    width: int,
    logs: bool,
    n_countries: int,
    level: float,
    pre_trend_p: float,
    source: str,
    ax: Axes | None = None,
    lang: Lang | None = None,
) -> Figure:
    """Draw the mean path of the events, before and after, with intervals from placebo events.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per period: ``time, estimate, low, high, n_coups``.
    paths : pandas.DataFrame
        One row per period, one column per event.
    width : int
        Months per period.
    logs : bool
        Whether the coefficients are differences of logarithms of one plus the count.
    n_countries : int
        Countries behind the events.
    level, pre_trend_p : float
        Confidence level; p-value of different trends before the events.
    source : str
        Where the data come from.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when absent.
    lang : {"en", "fr"}, optional
        Language of the words in the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError
        If the language is unknown.
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    times = table["time"].to_numpy()
    with drawing(ax, 9.4, 4.8) as (figure, axes):
        for number, name in enumerate(paths.columns):
            label = say["each"] if number == 0 else None
            axes.plot(times, paths[name], color=GREY, lw=0.7, alpha=0.8, zorder=1, label=label)
        for part, colour, marker, label in (
            (table["time"] < 0, BLUE, "s", say["before"]),
            (table["time"] > 0, VERMILION, "o", say["after"]),
        ):
            rows = table[part]
            axes.vlines(rows["time"], rows["low"], rows["high"], color=colour, lw=2, zorder=3)
            axes.plot(rows["time"], rows["estimate"], marker, color=colour, ms=7, mec="white", label=label, zorder=4)
        axes.axhline(0, color=BLACK, lw=0.8, ls="--", zorder=2)
        axes.axvline(0, color=BLACK, lw=1.2, zorder=2)
        low = float(min(table["low"].min(), paths.min().min()))
        high = float(max(table["high"].max(), paths.max().max()))
        for time, count in zip(times, table["n_coups"], strict=True):
            axes.text(time, high + 0.28, f"n={count}", ha="center", fontsize=7.5, color=GREY)
        axes.set_ylim(low - 0.2, high + 0.6)
        if logs:
            _ratio_axis(axes, low, high, lang)
        axes.set_xticks(times, [str(time).replace("-", "−") for time in times])
        axes.set_xlabel(say["time"].format(n=width))
        axes.set_ylabel(say["axis"] if logs else say["plain"])
        axes.set_title(say["title"].format(n=len(paths.columns)))
        axes.legend(loc="lower right", fontsize=9)
        size = say["n"].format(
            n=len(paths.columns),
            countries=n_countries,
            level=percent(level, lang),
            p=decimal(pre_trend_p, 2, lang),
        )
        sign(figure, source=source, n=size, lang=lang, ax=ax)
    return figure


def plot_trend_bounds(
    table: pd.DataFrame,
    *,
    effect: float,
    breakdown: float,
    logs: bool,
    n_coups: int,
    level: float,
    source: str,
    ax: Axes | None = None,
    lang: Lang | None = None,
) -> Figure:
    """Draw how the bounds of the mean effect widen with the violation that is allowed.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per allowed violation: ``m, set_low, set_high, low, high``.
    effect, breakdown : float
        Mean effect; smallest violation at which the interval holds zero.
    n_coups : int
        Coups behind the estimate.
    logs, level, source, ax, lang
        As in `plot_event_study`.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError
        If the language is unknown.
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    with drawing(ax, 8.0, 4.2) as (figure, axes):
        full = say["full"].format(level=percent(level, lang))
        edge = _EDGE if logs else np.inf
        for low, high, colour, width, label in (
            ("low", "high", GREY, 8, full),
            ("set_low", "set_high", BLUE, 3, say["set"]),
        ):
            ends = table[[low, high]].clip(-edge, edge)
            axes.vlines(table["m"], ends[low], ends[high], color=colour, lw=width, label=label)
        beyond = table[(table["high"] > edge) | (table["low"] < -edge)]
        for side, marker in ((edge, "^"), (-edge, "v")):
            axes.plot(beyond["m"], np.full(len(beyond), side), marker, color=GREY, ms=10, clip_on=False)
        axes.plot(table["m"], np.full(len(table), effect), "o", color=VERMILION, ms=7, mec="white", zorder=4)
        axes.axhline(0, color=BLACK, lw=1, ls="--")
        if logs:
            _ratio_axis(axes, -edge, edge, lang)
            axes.set_ylim(-1.05 * edge, 1.05 * edge)
        axes.set_xticks(table["m"], [decimal(value, 1, lang) for value in table["m"]])
        axes.set_xlabel(say["m"])
        axes.set_ylabel(say["effect"] if logs else say["effect_plain"])
        axes.set_title(say["bounds"], pad=24)
        axes.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2, fontsize=9, borderaxespad=0.3)
        size = say["bounds_n"].format(n=n_coups, m=decimal(breakdown, 2, lang))
        sign(figure, source=source, n=size, lang=lang, ax=ax)
    return figure
