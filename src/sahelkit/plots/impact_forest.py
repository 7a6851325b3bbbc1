"""All coups by all methods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.language.countries import country_of
from sahelkit.language.dates import month_text
from sahelkit.language.numbers import decimal, percent
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLACK, BLUE, GREY, ORANGE, VERMILION, drawing, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "Violence after each coup, against what would have been without it",
        "deaths": "Deaths: ratio to what would have been ({level} interval; log scale)",
        "events": "Events: ratio to what would have been ({level} interval; log scale)",
        "other": "Ratio to what would have been ({level} interval; log scale)",
        "less": "◂ less violence",
        "more": "more violence ▸",
        "none": "no estimate",
        "its_quasipoisson": "own earlier trend (quasi-Poisson)",
        "its_negative_binomial": "own earlier trend (negative binomial)",
        "synthetic_control": "synthetic control",
        "synthetic_did": "synthetic difference in differences",
        "months": "{n} months after",
        "n": "n = {coups} coups, {made} estimates; arrows: the interval goes on",
    },
    "fr": {
        "title": "La violence après chaque coup d’État, par rapport à ce qu’elle aurait été sans lui",
        "deaths": "Morts : rapport à ce qui aurait été (intervalle à {level} ; échelle log)",
        "events": "Événements : rapport à ce qui aurait été (intervalle à {level} ; échelle log)",
        "other": "Rapport à ce qui aurait été (intervalle à {level} ; échelle log)",
        "less": "◂ moins de violence",
        "more": "plus de violence ▸",
        "none": "pas d’estimation : rien que des zéros d’un côté",
        "its_quasipoisson": "tendance propre antérieure (quasi-Poisson)",
        "its_negative_binomial": "tendance propre antérieure (binomiale négative)",
        "synthetic_control": "contrôle synthétique",
        "synthetic_did": "doubles différences synthétiques",
        "months": "{n} mois après",
        "n": "n = {coups} coups d’État, {made} estimations ; flèches : l’intervalle se prolonge",
    },
}
_LOOKS = {
    "its_quasipoisson": (GREY, "s"),
    "its_negative_binomial": (ORANGE, "D"),
    "synthetic_control": (BLUE, "o"),
    "synthetic_did": (VERMILION, "^"),
}
_EDGE = float(np.log(64.0))
_TICKS = (1 / 32, 1 / 8, 0.5, 1.0, 2.0, 8.0, 32.0)


def plot_forest(
    table: pd.DataFrame, *, outcome: str, level: float, source: str, ax: Axes | None = None, lang: Lang | None = None
) -> Figure:
    """Draw the ratio of each coup by each method, with its interval.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per coup and method: ``coup, method, effect, effect_low, effect_high, n_after``.
    outcome : str
        What is counted.
    level : float
        Confidence level of the intervals.
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
    labels = list(dict.fromkeys(table["coup"]))
    labels.sort(key=lambda label: label.split(" ")[1])
    methods = list(dict.fromkeys(table["method"]))
    step = 0.19
    with drawing(ax, 9.4, 1.9 + 0.62 * len(labels)) as (figure, axes):
        from matplotlib.lines import Line2D

        for row, label in enumerate(labels):
            if row % 2 == 0:
                axes.axhspan(row - 0.5, row + 0.5, color="#F6F6F6", zorder=0, lw=0)
            rows = table[table["coup"] == label].set_index("method")
            for place, method in enumerate(methods):
                line = rows.loc[method]
                height = row + (place - (len(methods) - 1) / 2) * step
                colour, marker = _LOOKS.get(method, (BLACK, "o"))
                if pd.isna(line["effect"]):
                    axes.text(0.03, height, f" {say['none']}", fontsize=7, color=GREY, va="center")
                    continue
                low, high = (float(np.clip(line[f"effect_{end}"], -_EDGE, _EDGE)) for end in ("low", "high"))
                axes.plot([low, high], [height, height], color=colour, lw=1.8, zorder=2)
                for end, side, arrow in ((line["effect_low"], -1, "<"), (line["effect_high"], 1, ">")):
                    if side * end > _EDGE:
                        axes.plot(side * _EDGE, height, arrow, color=colour, ms=5, clip_on=False, zorder=2)
                axes.plot(line["effect"], height, marker, color=colour, ms=6, mec="white", mew=0.6, zorder=3)
        axes.axvline(0, color=BLACK, lw=1, ls="--", zorder=1)
        names = []
        for label in labels:
            code, day = label.split(" ")
            months = say["months"].format(n=int(table.loc[table["coup"] == label, "n_after"].max()))
            names.append(f"{country_of(code, lang)}, {month_text(pd.Timestamp(day), lang, short=True)}\n{months}")
        axes.set_yticks(range(len(labels)), names)
        axes.set_ylim(len(labels) - 0.45, -0.55)
        axes.set_xlim(-1.02 * _EDGE, 1.02 * _EDGE)
        texts = [f"1/{round(1 / value)}" if value < 1 else decimal(value, 0, lang) for value in _TICKS]
        axes.set_xticks([float(np.log(value)) for value in _TICKS], texts)
        axes.set_xlabel(say.get(outcome, say["other"]).format(level=percent(level, lang)))
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        for text, edge, align in ((say["less"], 0.0, "left"), (say["more"], 1.0, "right")):
            axes.text(edge, 1.005, text, transform=axes.transAxes, ha=align, va="bottom", fontsize=9, color=BLACK)
        axes.set_title(say["title"], pad=20, x=-0.16)
        handles = [
            Line2D([], [], color=_LOOKS[name][0], marker=_LOOKS[name][1], ms=6, mec="white", lw=1.8, label=say[name])
            for name in methods
        ]
        axes.legend(
            handles=handles, loc="upper left", bbox_to_anchor=(-0.16, -0.12), ncols=2, fontsize=8.5, borderaxespad=0.0
        )
        made = int(table["effect"].notna().sum())
        sign(figure, source=source, n=say["n"].format(coups=len(labels), made=made), lang=lang, ax=ax)
    return figure
