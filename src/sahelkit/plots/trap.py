"""How period dummies move the neighbours' hazard ratio, in the data and where there is no contagion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sahelkit._types import Lang
from sahelkit.frames import check_columns
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.log_axes import ratio_axis
from sahelkit.plots.style import BLACK, SKY, VERMILION, drawing, sign

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_RATIOS = [
    *("ratio", "ratio_low", "ratio_high"),
    *("null_low", "null_quartile_low", "null_median", "null_quartile_high", "null_high"),
]
_SIZES = ["n_events", "n_clusters", "replicates"]
_WORDS = {
    "en": {
        "title": "A dummy for each year makes neighbours look protective",
        "axis": "Hazard ratio per attempt next door (log scale)",
        "none": "no dummies",
        "decade": "decade dummies",
        "5-year": "five-year dummies",
        "year": "year dummies",
        "null": "simulated, no contagion: central 80%",
        "quartiles": "central 50% and median",
        "observed": "observed",
        "n": "n = {} events in {} countries; {} simulated histories",
    },
    "fr": {
        "title": "Une indicatrice par année donne aux voisins un effet protecteur",
        "axis": "Rapport de risque par tentative chez un voisin (échelle log)",
        "none": "sans indicatrice",
        "decade": "par décennie",
        "5-year": "par cinq ans",
        "year": "par année",
        "null": "simulé, sans contagion : 80 % centraux",
        "quartiles": "50 % centraux et médiane",
        "observed": "observé",
        "n": "n = {} événements dans {} pays ; {} histoires simulées",
    },
}


def plot_trap(
    table: pd.DataFrame, *, source: str, axis: str | None = None, lang: Lang | None = None, ax: Axes | None = None
) -> Figure:
    """Draw the observed ratio under each kind of period dummy over what it is without contagion.

    Parameters
    ----------
    table : pandas.DataFrame
        As `FixedEffectsTrap.tidy` gives it: ``effects``, the observed ``ratio, ratio_low, ratio_high``, the simulated
        ``null_low, null_quartile_low, null_median, null_quartile_high, null_high``, and ``n_events, n_clusters,
        replicates``.
    source : str
        Where the panel comes from.
    axis : str, optional
        Replaces the label of the axis, for exposures other than to land neighbours.
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
    table = check_columns(table, ["effects", *_RATIOS, *_SIZES], where="plot_trap")
    lang = check_language(lang)
    say = words(_WORDS, lang)
    with drawing(ax, 8.0, 3.6) as (figure, axes):
        for level, row in enumerate(table.itertuples()):
            first = level == 0
            outer, inner = (row.null_low, row.null_high), (row.null_quartile_low, row.null_quartile_high)
            for name, ends, width in (("null", outer, 3), ("quartiles", inner, 11)):
                label = say[name] if first else None
                axes.plot(ends, [level - 0.12] * 2, color=SKY, lw=width, solid_capstyle="butt", label=label)
            axes.plot(row.null_median, level - 0.12, "|", color=BLACK, ms=12, mew=2)
            axes.plot([row.ratio_low, row.ratio_high], [level + 0.2] * 2, color=VERMILION, lw=1.6)
            label = say["observed"] if first else None
            axes.plot(row.ratio, level + 0.2, "o", color=VERMILION, mec="white", ms=7, label=label)
        drawn = table[_RATIOS]
        marks = (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0)
        ratio_axis(axes, lang, low=drawn.min(axis=None), high=drawn.max(axis=None), marks=marks)
        axes.set_yticks(range(len(table)), [say[name] for name in table["effects"]])
        axes.set_ylim(len(table) - 0.4, -0.6)
        axes.set_xlabel(axis or say["axis"])
        axes.set_title(say["title"], pad=30)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 0.98), ncols=3, fontsize=8, columnspacing=1.2)
        sign(figure, source=source, n=say["n"].format(*table[_SIZES].iloc[0]), lang=lang, ax=ax)
    return figure
