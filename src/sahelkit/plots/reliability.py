"""Figures of a back-test: do the probabilities come true, and how did the models fare decade by decade."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.language.numbers import decimal
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLUE, GREEN, GREY, ORANGE, PURPLE, SKY, VERMILION, house_style, series_colours, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "forecast": "forecast probability",
        "observed": "share followed by an event",
        "perfect": "comes true exactly",
        "band": "90% band if the forecasts were right",
        "curve": "observed (isotonic)",
        "rows": "forecasts",
        "parts": "Brier score {mean} = miscalibration {miscalibration}\n− discrimination {discrimination} + "
        "uncertainty {uncertainty}",
        "decades": "Log score by decade (lower is better)",
        "score": "log score, 95% interval",
        "main": "{}, reliability",
        "events": "{} events",
        "base_rate": "base rate",
        "base_rate_15y": "base rate of 15 years",
        "time_since": "time since last event",
        "own_history": "own history",
    },
    "fr": {
        "forecast": "probabilité prévue",
        "observed": "part suivie d’un événement",
        "perfect": "se vérifie exactement",
        "band": "bande à 90 % si les prévisions étaient justes",
        "curve": "observé (isotonique)",
        "rows": "prévisions",
        "parts": "Score de Brier {mean} = défaut de calibration {miscalibration}\n− discrimination {discrimination} + "
        "incertitude {uncertainty}",
        "decades": "Score logarithmique par décennie (plus bas = mieux)",
        "score": "score logarithmique, intervalle à 95 %",
        "main": "{}, fiabilité",
        "events": "{} événements",
        "base_rate": "taux moyen",
        "base_rate_15y": "taux moyen sur 15 ans",
        "time_since": "temps depuis le dernier événement",
        "own_history": "histoire propre",
    },
}
_COLOURS = (VERMILION, GREY, SKY, BLUE, GREEN, ORANGE, PURPLE)
_MARKERS = ("o", "s", "D", "^", "v", "P", "X")


def plot_backtest(
    curve: pd.DataFrame,
    decades: pd.DataFrame,
    *,
    brier: Mapping[str, float],
    main: str,
    title: str,
    n: str,
    source: str,
    lang: Lang | None = None,
) -> Figure:
    """Draw a reliability diagram with its band, and a score by decade.

    Parameters
    ----------
    curve : pandas.DataFrame
        ``probability, n, observed, low, high``, as `sahelkit.evaluate.reliability_curve` gives it.
    decades : pandas.DataFrame
        ``model, decade, estimate, low, high, n_events``.
    brier : mapping of str to float
        Brier score (``mean``) and its parts: ``miscalibration, discrimination, uncertainty``.
    main : str
        Model of the diagram.
    title, n, source : str
        Title, sample and source.
    lang : {"en", "fr"}
        Language of the words.

    Returns
    -------
    matplotlib.figure.Figure
    """
    lang = check_language(lang)
    text = words(_WORDS, lang)
    from sahelkit.plots.canvas import Canvas

    with house_style():
        figure = Canvas(figsize=(12, 6), layout="constrained")
        grid = figure.add_gridspec(2, 2, width_ratios=(1, 1.15), height_ratios=(4.5, 1))
        left = figure.add_subplot(grid[0, 0])
        below = figure.add_subplot(grid[1, 0], sharex=left)
        _reliability(left, curve, brier, text.get(main, main), text, lang)
        _counts(below, curve, text, lang)
        _decades(figure.add_subplot(grid[:, 1]), decades, text, lang)
        figure.suptitle(title, x=0.01, ha="left", fontweight="bold", fontsize=13)
        sign(figure, source=source, n=n, lang=lang)
    return figure


def _reliability(axes: Axes, curve: pd.DataFrame, brier: Mapping[str, float], main: str, text: Any, lang: Lang) -> None:
    right = float(curve["probability"].max()) * 1.05
    # The band of the few highest forecasts may reach 1; the figure shows what the curve and most of the band need.
    many = curve["n"].cumsum() <= 0.995 * curve["n"].sum()
    top = 1.25 * float(max(curve["observed"].max(), curve["probability"].max(), curve.loc[many, "high"].max()))
    axes.plot([0, 1], [0, 1], color=GREY, linewidth=1, linestyle="--", label=text["perfect"])
    axes.fill_between(
        curve["probability"], curve["low"], curve["high"], step="mid", color=SKY, alpha=0.35, lw=0, label=text["band"]
    )
    axes.plot(curve["probability"], curve["observed"], color=VERMILION, linewidth=2, label=text["curve"])
    axes.set(xlim=(0, right), ylim=(0, min(top, 1.02)), ylabel=text["observed"])
    axes.set_title(text["main"].format(main))
    axes.tick_params(labelbottom=False)
    shown = {name: decimal(value, 4, lang) for name, value in brier.items()}
    axes.legend(
        loc="upper left", fontsize=8.5, title=text["parts"].format(**shown), title_fontsize=8.5, alignment="left"
    )
    _percent(axes.yaxis, lang)


def _counts(axes: Axes, curve: pd.DataFrame, text: Any, lang: Lang) -> None:
    """How many forecasts stand behind each stretch of the curve; the numbers differ by orders of magnitude."""
    import seaborn as sns

    reach, look = (0, float(curve["probability"].max()) * 1.0001), {"color": GREY, "edgecolor": "white", "alpha": 1}
    sns.histplot(curve, x="probability", weights="n", bins=30, binrange=reach, linewidth=0.5, ax=axes, **look)
    bars: Any = axes.patches
    most = max(bar.get_height() for bar in bars)
    axes.set_yscale("symlog", linthresh=1)
    ticks = [0, 1, *(10**power for power in range(1, 7) if 10**power <= most)]
    gap = "," if lang == "en" else "\u202f"
    axes.set_yticks(ticks, [f"{tick:,}".replace(",", gap) for tick in ticks], fontsize=8)
    axes.minorticks_off()
    axes.set(xlabel=text["forecast"], ylabel=text["rows"])
    axes.yaxis.label.set_fontsize(8.5)
    _percent(axes.xaxis, lang)


def _percent(axis: Any, lang: Lang) -> None:
    space = "\u00a0" if lang == "fr" else ""
    axis.set_major_formatter(lambda value, _: f"{decimal(100 * value, 0, lang)}{space}%")


def _decades(axes: Axes, table: pd.DataFrame, text: Any, lang: Lang) -> None:
    models, colours = list(dict.fromkeys(table["model"])), series_colours(*_COLOURS)
    starts = sorted(table["decade"].unique())
    for number, model in enumerate(models):
        rows = table[table["model"] == model].set_index("decade").reindex(starts)
        x = np.arange(len(starts)) + (number - (len(models) - 1) / 2) * 0.8 / max(len(models), 1)
        reach = np.clip([rows["estimate"] - rows["low"], rows["high"] - rows["estimate"]], 0, None)
        axes.errorbar(
            x,
            rows["estimate"],
            yerr=reach,
            fmt=_MARKERS[number % len(_MARKERS)],
            color=colours[number % len(colours)],
            markersize=6,
            linewidth=1.3,
            label="\n".join(wrap(str(text.get(model, model)), 26)),
        )
    events = table.groupby("decade")["n_events"].max()
    axes.set_xticks(range(len(starts)), [f"{start}–\n{text['events'].format(events[start])}" for start in starts])
    axes.set(ylabel=text["score"])
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(lambda value, _: decimal(value, 2, lang))
    axes.set_title(text["decades"])
    axes.legend(fontsize=8.5, loc="upper right")
