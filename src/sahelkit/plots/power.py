"""Power of a test against the size of what it looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sahelkit._types import Lang
from sahelkit.frames import check_columns
from sahelkit.language.numbers import decimal
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLUE, GREY, SKY, VERMILION, drawing, sign

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SIZES = ["n_events", "n_clusters", "replicates"]
_WORDS = {
    "en": {
        "title": "How large must contagion be to be seen?",
        "x": "Attempts set off abroad by one attempt (true value in the simulation)",
        "y": "Samples in which it is found (%)",
        "calibrated": "calibrated test",
        "nominal": "nominal test",
        "aim": "80%",
        "n": "n = {} events in {} countries; {} simulated histories per point",
    },
    "fr": {
        "title": "Quelle contagion faudrait-il pour la voir ?",
        "x": "Tentatives déclenchées à l’étranger par tentative (valeur vraie de la simulation)",
        "y": "Échantillons où elle est décelée (%)",
        "calibrated": "test calibré",
        "nominal": "test nominal",
        "aim": "80 %",
        "n": "n = {} événements dans {} pays ; {} histoires simulées par point",
    },
}


def plot_power(
    table: pd.DataFrame, *, level: float, source: str, lang: Lang | None = None, ax: Axes | None = None
) -> Figure:
    """Draw the share of simulated samples in which a contagion of each size is found.

    Parameters
    ----------
    table : pandas.DataFrame
        As `ContagionPower.tidy` gives it: ``cross, power, power_calibrated, n_events, n_clusters, replicates``.
    level : float
        Level of the test, drawn as a line.
    source : str
        Where the panel comes from.
    lang : {"en", "fr"}
        Language of the words in the figure.
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
    table = check_columns(table, ["cross", "power", "power_calibrated", *_SIZES], where="plot_power")
    lang = check_language(lang)
    say = words(_WORDS, lang)
    with drawing(ax, 7.2, 4.0) as (figure, axes):
        axes.axhline(80, color=GREY, lw=1, ls="--", zorder=0)
        axes.text(table["cross"].max(), 76, say["aim"], color=GREY, ha="right", fontsize=8)
        axes.plot(table["cross"], 100 * table["power"], color=SKY, lw=4, zorder=1, label=say["nominal"])
        axes.plot(
            table["cross"],
            100 * table["power_calibrated"],
            "o-",
            color=BLUE,
            lw=2,
            mec="white",
            ms=7,
            label=say["calibrated"],
        )
        axes.legend(loc="upper left")
        axes.axhline(100 * level, color=VERMILION, lw=1, ls=":", zorder=0)
        axes.set_ylim(0, 105)
        axes.set_yticks(range(0, 101, 20))
        axes.set_xticks(table["cross"], [decimal(value, 2, lang) for value in table["cross"]])
        axes.set_xlabel(say["x"])
        axes.set_ylabel(say["y"])
        axes.set_title(say["title"])
        sign(figure, source=source, n=say["n"].format(*table[_SIZES].iloc[0]), lang=lang, ax=ax)
    return figure
