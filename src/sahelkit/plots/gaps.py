"""Rescaled waiting times against what they would be if the model were right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sahelkit._types import Floats, Lang
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLUE, GREY, PALE, drawing, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "Do the waiting times fit the model?",
        "x": "waiting time expected at this rank (unit exponential)",
        "y": "observed, in expected attempts",
        "line": "perfect fit",
        "band": "95 % of ranks if the model is right",
        "n": "n = {n} waiting times, {countries} countries",
    },
    "fr": {
        "title": "Les temps d’attente s’accordent-ils au modèle ?",
        "x": "temps d’attente attendu à ce rang (loi exponentielle)",
        "y": "observé, en tentatives attendues",
        "line": "accord parfait",
        "band": "95 % des rangs si le modèle est juste",
        "n": "n = {n} temps d’attente, {countries} pays",
    },
}


def plot_gaps(
    gaps: Floats, *, source: str, n_countries: int, lang: Lang | None = None, ax: Axes | None = None
) -> Figure:
    """Draw sorted waiting times against their expectation under the model.

    Parameters
    ----------
    gaps : array, shape (n,)
        Waiting times in expected events, in any order; under the model each is unit exponential.
    source : str
        Where the data come from.
    n_countries : int
        Number of countries.
    lang : {"en", "fr"}
        Language of the words in the figure.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when absent.

    Returns
    -------
    matplotlib.figure.Figure
        Beside each rank the median that the model expects, and the middle 95 % of what it may be.

    Raises
    ------
    UnknownNameError
        If the language is unknown.
    """
    lang = check_language(lang)
    from scipy.stats import beta

    say, rank = words(_WORDS, lang), np.arange(1, len(gaps) + 1)
    # The chance below the k-th of n ordered values is Beta(k, n - k + 1), whatever the distribution.
    low, expected, high = (-np.log1p(-beta.ppf(q, rank, len(gaps) - rank + 1)) for q in (0.025, 0.5, 0.975))
    with drawing(ax, 5.8, 5.0) as (figure, axes):
        axes.fill_between(expected, low, high, color=PALE, lw=0, label=say["band"])
        axes.plot(expected, expected, color=GREY, lw=1, ls="--", label=say["line"])
        axes.plot(expected, np.sort(gaps), "o", color=BLUE, ms=4)
        axes.set_xlabel(say["x"])
        axes.set_ylabel(say["y"])
        axes.set_title(say["title"])
        axes.legend(loc="upper left", fontsize=9)
        sign(figure, source=source, n=say["n"].format(n=len(gaps), countries=n_countries), lang=lang, ax=ax)
    return figure
