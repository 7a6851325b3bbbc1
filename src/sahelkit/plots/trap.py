"""How period dummies move the neighbours' hazard ratio, in the data and where there is no contagion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sahelkit.language.numbers import decimal
from sahelkit.language.texts import words
from sahelkit.plots.style import BLACK, GREY, SKY, VERMILION, blank, house_style, sign

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sahelkit.models.placebo.period_effects import FixedEffectsTrap

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


def plot_trap(trap: FixedEffectsTrap, *, lang: str = "en", source: str, axis: str | None = None) -> Figure:
    """Draw the observed ratio under each kind of period dummy over what it is without contagion.

    Parameters
    ----------
    trap : FixedEffectsTrap
        Result of `sahelkit.models.placebo.period_effects.fixed_effects_trap`.
    lang : {"en", "fr"}
        Language of the words in the figure.
    source : str
        Where the panel comes from.
    axis : str, optional
        Replaces the label of the axis, for exposures other than to land neighbours.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError
        If the language is unknown.
    """
    say = words(_WORDS, lang)
    table = trap.table
    with house_style():
        figure, axes = blank(8.0, 3.6)
        for level, row in enumerate(table.itertuples()):
            first = level == 0
            axes.plot(
                [row.null_low, row.null_high],
                [level - 0.12] * 2,
                color=SKY,
                lw=3,
                solid_capstyle="butt",
                label=say["null"] if first else None,
            )
            axes.plot(
                [row.null_quartile_low, row.null_quartile_high],
                [level - 0.12] * 2,
                color=SKY,
                lw=11,
                solid_capstyle="butt",
                label=say["quartiles"] if first else None,
            )
            axes.plot(row.null_median, level - 0.12, "|", color=BLACK, ms=12, mew=2)
            axes.plot([row.ratio_low, row.ratio_high], [level + 0.2] * 2, color=VERMILION, lw=1.6)
            axes.plot(
                row.ratio,
                level + 0.2,
                "o",
                color=VERMILION,
                mec="white",
                ms=7,
                label=say["observed"] if first else None,
            )
        axes.axvline(1.0, color=GREY, lw=1, ls="--", zorder=0)
        axes.set_xscale("log")
        low = min(table["null_low"].min(), table["ratio_low"].min())
        high = max(table["null_high"].max(), table["ratio_high"].max())
        marks = [mark for mark in (0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0) if low / 1.2 <= mark <= high * 1.2]
        axes.set_xticks(marks, [decimal(mark, 1, lang) for mark in marks])
        axes.set_xticks([], minor=True)
        axes.set_yticks(range(len(table)), [say[name] for name in table["effects"]])
        axes.set_ylim(len(table) - 0.4, -0.6)
        axes.set_xlabel(axis or say["axis"])
        figure.suptitle(say["title"], x=0.01, ha="left", fontweight="bold", fontsize=12)
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        axes.legend(loc="upper left", bbox_to_anchor=(-0.02, 1.16), ncols=3, fontsize=8, columnspacing=1.2)
        size = say["n"].format(trap.n_events, trap.n_clusters, trap.replicates)
        sign(figure, source=source, n=size, lang=lang)
    return figure
