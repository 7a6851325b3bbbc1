"""Figure of a comparison of two forecasts: by how much one is better, score by score."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.language.numbers import decimal, number
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLUE, GREY, VERMILION, drawing, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "“{0}” against “{1}”",
        "axis": "gain of “{0}”, percent of the other's score ({1}% interval)",
        "worse": "← worse",
        "better": "better →",
        "n": "n = {0} forecasts of the same rows, {1} to {2}, {3} followed by an event",
        "log": "log score",
        "brier": "Brier score",
        "roc_auc": "ROC area",
        "average_precision": "average precision (steps)",
        "pr_auc_trapezoid": "precision-recall area (lines)",
        "top_recall": "share of events at the top of the list",
    },
    "fr": {
        "title": "« {0} » face à « {1} »",
        "axis": "gain de « {0} », en pour cent du score de l’autre (intervalle à {1} %)",
        "worse": "← moins bon",
        "better": "meilleur →",
        "n": "n = {0} prévisions des mêmes lignes, {1} à {2}, dont {3} suivies d’un événement",
        "log": "score logarithmique",
        "brier": "score de Brier",
        "roc_auc": "aire ROC",
        "average_precision": "précision moyenne (paliers)",
        "pr_auc_trapezoid": "aire précision-rappel (droites)",
        "top_recall": "part des événements en tête de liste",
    },
}


def plot_comparison(
    gains: pd.DataFrame,
    *,
    names: tuple[str, str],
    level: float,
    n_rows: int,
    n_events: int,
    span: tuple[str, str],
    source: str,
    ax: Axes | None = None,
    lang: Lang | None = None,
) -> Figure:
    """Draw the gain in each score with its interval.

    Parameters
    ----------
    gains : pandas.DataFrame
        ``score, gain, low, high`` in percent; above 0 the first forecast is better.
    names : tuple of str
        The two forecasts.
    level : float
        Level of the intervals.
    n_rows, n_events : int
        Rows, and rows with an event.
    span : tuple of str
        First and last origin.
    source : str
        Datasets and versions.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when absent.
    lang : {"en", "fr"}
        Language of the words.

    Returns
    -------
    matplotlib.figure.Figure
    """
    lang = check_language(lang)
    text = words(_WORDS, lang)
    shown = [text.get(name, name) for name in names]
    with drawing(ax, 8.5, 4.2) as (figure, axes):
        place = np.arange(len(gains))[::-1]
        sure = (gains["low"] > 0) | (gains["high"] < 0)
        for chosen, colour, face in ((sure, VERMILION, VERMILION), (~sure, BLUE, "white")):
            rows = gains[chosen]
            reach = np.clip([rows["gain"] - rows["low"], rows["high"] - rows["gain"]], 0, None)
            axes.errorbar(
                rows["gain"], place[chosen.to_numpy()], xerr=reach, fmt="o", color=colour, mfc=face, ms=7, lw=1.6
            )
        axes.axvline(0, color=GREY, linewidth=1)
        axes.set_yticks(place, [text[score] for score in gains["score"]])
        axes.set_ylim(-0.7, len(gains) - 0.1)
        axes.set_xlabel(text["axis"].format(shown[0], decimal(100 * level, 0, lang)))
        axes.xaxis.set_major_formatter(lambda value, _: decimal(value, 0, lang).replace("-", "−"))
        for key, where, side in (("worse", 0.01, "left"), ("better", 0.99, "right")):
            axes.text(where, 0.98, text[key], transform=axes.transAxes, ha=side, va="top", color=GREY, fontsize=9)
        axes.set_title(text["title"].format(*shown))
        rows, events = (number(count, lang, digits=0) for count in (n_rows, n_events))
        sign(figure, source=source, n=text["n"].format(rows, *span, events), lang=lang, ax=ax)
    return figure
