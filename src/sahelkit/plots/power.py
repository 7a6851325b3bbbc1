"""Power of a test against the size of what it looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sahelkit.language.numbers import decimal
from sahelkit.language.texts import words
from sahelkit.plots.style import BLUE, GREY, SKY, VERMILION, blank, house_style, sign

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sahelkit.models.placebo.power import ContagionPower

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


def plot_power(power: ContagionPower, *, lang: str = "en", source: str) -> Figure:
    """Draw the share of simulated samples in which a contagion of each size is found.

    Parameters
    ----------
    power : ContagionPower
        Result of `sahelkit.models.placebo.power.contagion_power`.
    lang : {"en", "fr"}
        Language of the words in the figure.
    source : str
        Where the panel comes from.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError
        If the language is unknown.
    """
    say = words(_WORDS, lang)
    table = power.table
    with house_style():
        figure, axes = blank(7.2, 4.0)
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
        axes.axhline(100 * power.level, color=VERMILION, lw=1, ls=":", zorder=0)
        axes.set_ylim(0, 105)
        axes.set_yticks(range(0, 101, 20))
        axes.set_xticks(table["cross"], [decimal(value, 2, lang) for value in table["cross"]])
        axes.set_xlabel(say["x"])
        axes.set_ylabel(say["y"])
        axes.set_title(say["title"])
        size = say["n"].format(power.n_events, power.n_clusters, power.replicates)
        sign(figure, source=source, n=size, lang=lang)
    return figure
