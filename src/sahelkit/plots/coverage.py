"""What the columns of a panel cover, year by year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.frames import check_columns
from sahelkit.language.nouns import unit_words
from sahelkit.language.numbers import count_text
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLUE, ORANGE, PALE, PURPLE, drawing, legend_above, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "What each column covers",
        "axis": "Share of the existing {rows}, by year",
        "covered": "value known",
        "missing": "missing in the source",
        "unpublished": "not yet published",
        "outside": "outside the source",
        "states": "states",
    },
    "fr": {
        "title": "Ce que couvre chaque colonne",
        "axis": "Part des {rows} où l’État existe, par année",
        "covered": "valeur connue",
        "missing": "manquante dans la source",
        "unpublished": "pas encore publiée",
        "outside": "hors de la source",
        "states": "États",
    },
}
_LAYERS = {"covered": BLUE, "missing": ORANGE, "unpublished": PURPLE, "outside": PALE}


def plot_coverage(
    frame: pd.DataFrame, *, freq: str, n_states: int, ax: Axes | None = None, lang: Lang | None = None, source: str = ""
) -> Figure:
    """Draw one strip per column: which share of the existing cells of each year has a value, and why others have none.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per column and year: ``column, year, existing, covered, missing, unpublished, outside``, as
        `sahelkit.coverage` gives it.
    freq : {"M", "Y"}
        What a cell is: a country-month or a country-year.
    n_states : int
        Number of states.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when absent.
    lang : {"en", "fr"}
        Language of the words in the figure.
    source : str
        Where the data come from; empty for data of the user's.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    MissingColumnsError, UnknownNameError
        If a column is missing or the language is unknown.

    Examples
    --------
    >>> counts = {"existing": 5, "covered": [5, 2], "missing": 0, "unpublished": [0, 3], "outside": 0}
    >>> frame = pd.DataFrame({"column": "attempt", "year": [2021, 2022], **counts})
    >>> plot_coverage(frame, freq="Y", n_states=5).get_supxlabel()
    "Source: user's data.  n = 10 country-years, 5 states."
    """
    lang = check_language(lang)
    from matplotlib.ticker import MaxNLocator

    frame = check_columns(frame, ["column", "year", "existing", *_LAYERS], where="plot_coverage")
    say = words(_WORDS, lang)
    names = list(dict.fromkeys(frame["column"]))
    used = [key for key in _LAYERS if frame[key].sum() > 0]
    unit = unit_words(freq, lang)
    with drawing(ax, 8.2, 1.7 + 0.34 * len(names)) as (figure, axes):
        for number, name in enumerate(names):
            rows = frame[frame["column"] == name]
            edges = np.append(rows["year"].to_numpy(), rows["year"].iloc[-1] + 1)
            existing = rows["existing"].to_numpy(dtype=float)
            bottom = np.full(len(rows), float(number) + 0.4)
            for key in used:
                share = np.divide(rows[key].to_numpy(), existing, out=np.zeros(len(rows)), where=existing > 0)
                top = bottom - 0.8 * share
                axes.stairs(
                    top,
                    edges,
                    baseline=bottom,
                    fill=True,
                    color=_LAYERS[key],
                    lw=0,
                    label=say[key] if number == 0 else None,
                )
                bottom = top
        axes.set_yticks(range(len(names)), names)
        axes.set_ylim(len(names) - 0.4, -0.6)
        axes.set_xlim(frame["year"].min(), frame["year"].max() + 1)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(say["axis"].format(rows=unit))
        if ax is None:
            figure.suptitle(say["title"], x=0.01, ha="left", fontweight="bold", fontsize=12)
        else:
            axes.set_title(say["title"])
        legend_above(figure, axes, own=ax is not None, side="right", ncols=len(used), fontsize=8, handlelength=1.0)
        size = count_text(frame.groupby("column")["existing"].sum().max(), lang)
        sign(figure, source=source, n=f"n = {size} {unit}, {n_states} {say['states']}", lang=lang, ax=ax)
    return figure
