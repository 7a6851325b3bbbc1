"""Where countries stand in Africa on many indicators at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from sahelkit._types import Lang, Places
from sahelkit.frames import FrameLike, check_columns
from sahelkit.geography import places
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.heat import cell_colour, heat_map
from sahelkit.plots.style import blank, house_style, sign

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "How fragile each country looked, as known on {date}",
        "bar": "percentile within Africa\n(100 = most fragile)",
        "none": "not known",
        "year": "small print: year that the newest published value describes",
        "n": "n = {low}-{high} African states per column",
    },
    "fr": {
        "title": "La fragilité de chaque pays telle qu’on la connaissait le {date}",
        "bar": "rang centile en Afrique\n(100 = le plus fragile)",
        "none": "inconnu",
        "year": "en petit : année décrite par la dernière valeur publiée",
        "n": "n = {low} à {high} États africains par colonne",
    },
}


def plot_fragility(
    standing: FrameLike,
    *,
    countries: Places,
    labels: Mapping[str, str],
    date: str,
    source: str,
    lang: Lang | None = None,
) -> Figure:
    """Draw the standing of some countries within Africa as a heatmap.

    Parameters
    ----------
    standing : pandas.DataFrame
        One row per country and indicator: ``iso3, column, percentile, year, n``, as
        `sahelkit.record.standing.standing` gives it; percentile 0 to 100, NA where nothing was known.
    countries : str, int or sequence of these
        Countries and place sets, top to bottom, as in `sahelkit.places.resolve_many`.
    labels : mapping of str to str
        Column name and label of each indicator, left to right.
    date : str
        Day on which all this was known, as it should be read.
    source : str
        Where the data come from.
    lang : {"en", "fr"}
        Language of the words in the figure.

    Returns
    -------
    matplotlib.figure.Figure
    """
    lang = check_language(lang)
    standing = check_columns(standing, ["iso3", "column", "percentile", "year", "n"], where="plot_fragility")
    say = words(_WORDS, lang)
    rows, columns = places.chosen(countries), list(labels)
    grid = standing.pivot(index="iso3", columns="column", values="percentile").reindex(index=rows, columns=columns)
    years = standing.pivot(index="iso3", columns="column", values="year").reindex(index=rows, columns=columns)
    with house_style():
        figure, axes = blank(1.9 + 0.92 * len(columns), 2.1 + 0.62 * len(rows))
        values = grid.to_numpy(dtype=float)
        names = [places.name(code, lang=lang) for code in rows]
        texts = [labels[column] for column in columns]
        heat_map(axes, values, rows=names, columns=texts, empty=say["none"], bar=say["bar"], shrink=0.85, pad=0.02)
        for i, j in np.argwhere(np.isfinite(values)):
            text, colour = f"{int(years.iloc[i, j])}", cell_colour(values[i, j])
            axes.text(j + 0.5, i + 0.78, text, ha="center", va="center", color=colour, fontsize=7.5)
        axes.xaxis.tick_top()
        axes.tick_params(length=0)
        axes.tick_params(axis="y", rotation=0)
        axes.set_xticklabels(texts, rotation=28, ha="left", fontsize=9)
        figure.suptitle(say["title"].format(date=date), x=0.01, ha="left", fontweight="bold", fontsize=13)
        size = standing.groupby("column")["n"].max().reindex(columns)
        note = say["n"].format(low=int(size.min()), high=int(size.max()))
        sign(figure, source=source, n=f"{note}; {say['year']}", lang=lang)
    return figure
