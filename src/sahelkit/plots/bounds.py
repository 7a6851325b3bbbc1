"""Estimates that cannot be negative, with the interval that the data set: how an answer hangs on the choices made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sahelkit._types import Lang
from sahelkit.frames import FrameLike, check_columns
from sahelkit.language.numbers import decimal
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLUE, GREY, drawing, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "How much contagion do the data allow?",
        "axis": "attempts abroad per attempt: estimate and 90 % interval (upper end: 95 % bound)",
        "none": "no contagion",
        "events": "attempts",
    },
    "fr": {
        "title": "Quelle contagion les données permettent-elles ?",
        "axis": "tentatives à l’étranger par tentative : estimation et intervalle à 90 % (en haut : borne à 95 %)",
        "none": "aucune contagion",
        "events": "tentatives",
    },
}


def plot_bounds(
    estimates: FrameLike,
    *,
    source: str,
    n: str,
    lang: Lang | None = None,
    title: str | None = None,
    axis: str | None = None,
    none: str | None = None,
    both_ends: bool = False,
    ax: Axes | None = None,
) -> Figure:
    """Draw one estimate per line, with its interval, on a linear scale that begins at zero.

    Parameters
    ----------
    estimates : pandas.DataFrame
        Columns ``label, estimate, low, high, n_events``.
    source, n : str
        Where the data come from, and the sample size in words.
    lang : {"en", "fr"}
        Language of the words in the figure.
    title, axis, none : str, optional
        Replace the title, the axis label and the word at zero.
    both_ends : bool
        Write both ends of the interval beside the line, not only the upper one.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when absent.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    MissingColumnsError, UnknownNameError
        If a column is missing or the language is unknown.
    """
    lang = check_language(lang)
    estimates = check_columns(estimates, ["label", "estimate", "low", "high", "n_events"], where="plot_bounds")
    say = words(_WORDS, lang)
    with drawing(ax, 8.4, 1.4 + 0.36 * len(estimates)) as (figure, axes):
        for place, row in enumerate(estimates.itertuples()):
            low, high = decimal(row.low, 2, lang), decimal(row.high, 2, lang)
            ends = f"[{low}{'; ' if lang == 'fr' else ', '}{high}]" if both_ends else f"≤ {high}"
            axes.plot([row.low, row.high], [place, place], color=BLUE, lw=2)
            axes.plot(row.estimate, place, "o", color=BLUE, ms=7, mec="white")
            axes.text(
                1.01,
                place,
                f"{decimal(row.estimate, 2, lang)}  {ends}",
                transform=axes.get_yaxis_transform(),
                va="center",
                fontsize=9,
            )
        axes.axvline(0.0, color=GREY, lw=1, ls="--", zorder=0)
        axes.text(0.0, -0.75, f" {none or say['none']}", color=GREY, fontsize=8, va="bottom")
        axes.set_yticks(
            range(len(estimates)), [f"{row.label}  ({row.n_events} {say['events']})" for row in estimates.itertuples()]
        )
        axes.set_ylim(len(estimates) - 0.5, -0.9)
        axes.set_xlim(left=-0.005)
        axes.xaxis.set_major_formatter(lambda value, _: decimal(value, 2, lang))
        axes.set_xlabel(axis or say["axis"])
        axes.set_title(title or say["title"])
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        sign(figure, source=source, n=n, lang=lang, ax=ax)
    return figure
