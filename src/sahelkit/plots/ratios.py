"""Estimates with their intervals on a ratio scale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sahelkit._types import Lang
from sahelkit.frames import FrameLike, check_columns
from sahelkit.language.numbers import count_text, decimal
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.log_axes import ratio_axis
from sahelkit.plots.style import BLACK, BLUE, GREY, ORANGE, VERMILION, drawing, series_colours, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "Does an attempt next door raise the hazard at home?",
        "axis": "Hazard ratio per neighbouring attempt (log scale; 95 % interval)",
        "none": "no difference",
        "numbers": "{}  [{}, {}]",
        "events": "events",
        "rows": "country-months",
        "countries": "countries",
    },
    "fr": {
        "title": "Une tentative chez un voisin accroît-elle le risque ?",
        "axis": "Rapport de risque par tentative voisine (échelle log ; intervalle à 95 %)",
        "none": "aucune différence",
        "numbers": "{}  [{} ; {}]",
        "events": "événements",
        "rows": "pays-mois",
        "countries": "pays",
    },
}
_COLOURS = (BLUE, VERMILION, ORANGE, BLACK)
_DOT: dict[str, Any] = {"size": 7, "edgecolor": "white", "linewidth": 1, "jitter": False}


def plot_ratios(
    estimates: FrameLike,
    *,
    label: str = "label",
    group: str | None = None,
    source: str,
    title: str | None = None,
    axis: str | None = None,
    rows: str | None = None,
    lang: Lang | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw ratios with their intervals, one row per estimate, on a log scale.

    Parameters
    ----------
    estimates : pandas.DataFrame
        Columns ``ratio, ratio_low, ratio_high, n_events, n_rows, n_clusters`` (as `HazardFit.tidy` gives them) and
        the label column.
    label : str
        Column with the text of each row.
    group : str, optional
        Column by which rows are coloured and set apart.
    source : str
        Where the data come from.
    title, axis : str, optional
        Replace the title and the axis label.
    rows : str, optional
        What ``n_rows`` counts; country-months when absent.
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
    lang = check_language(lang)
    needed = [label, "ratio", "ratio_low", "ratio_high", "n_events", "n_rows", "n_clusters"]
    estimates = check_columns(estimates, needed + ([group] if group else []), where="plot_ratios")
    lang = check_language(lang)
    say = words(_WORDS, lang)
    groups: Sequence[object] = list(dict.fromkeys(estimates[group])) if group else [None]
    colours = series_colours(*_COLOURS)
    import seaborn as sns

    with drawing(ax, 8.2, 1.5 + 0.36 * len(estimates) + 0.3 * len(groups)) as (figure, axes):
        position, ticks, texts = 0.0, [], []
        for number, name in enumerate(groups):
            part = estimates if group is None else estimates[estimates[group] == name]
            colour = colours[number % len(colours)]
            if name is not None:
                axes.text(
                    0.0,
                    position,
                    f" {name}",
                    transform=axes.get_yaxis_transform(),
                    fontweight="bold",
                    color=colour,
                    va="center",
                )
                position += 0.9
            for _, row in part.iterrows():
                axes.plot([row["ratio_low"], row["ratio_high"]], [position, position], color=colour, lw=2)
                numbers = (decimal(row[key], 2, lang) for key in ("ratio", "ratio_low", "ratio_high"))
                axes.text(
                    1.01,
                    position,
                    say["numbers"].format(*numbers),
                    transform=axes.get_yaxis_transform(),
                    va="center",
                    fontsize=9,
                )
                ticks.append(position)
                texts.append(f"{row[label]}  ({int(row['n_events'])} {say['events']})")
                position += 1.0
            at = ticks[len(ticks) - len(part) :]
            sns.stripplot(x=part["ratio"], y=at, color=colour, orient="y", native_scale=True, ax=axes, zorder=3, **_DOT)
        axes.text(1.0, -0.75, f" {say['none']}", color=GREY, fontsize=8, va="bottom")
        low, high = estimates["ratio_low"].min(), estimates["ratio_high"].max()
        near = (0.8, 0.9, 1.0, 1.1, 1.25, 1.5)
        wide = (0.05, 0.1, 0.2, 0.33, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0)
        ratio_axis(axes, lang, low=low, high=high, marks=near if high / low < 2 else wide)
        axes.set_yticks(ticks, texts)
        axes.set_ylim(position - 0.3, -0.9)
        axes.set(xlabel=axis or say["axis"], ylabel="")
        axes.set_title(title or say["title"])
        axes.spines["left"].set_visible(False)
        axes.tick_params(axis="y", length=0)
        counts = sorted(set(estimates["n_rows"].astype(int)))
        size = "-".join(count_text(count, lang) for count in dict.fromkeys((counts[0], counts[-1])))
        clusters = int(estimates["n_clusters"].max())
        n = f"n = {size} {rows or say['rows']}, {clusters} {say['countries']}"
        sign(figure, source=source, n=n, lang=lang, ax=ax)
    return figure
