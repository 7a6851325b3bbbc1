"""Rescaled waiting times against what they would be if the model were right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelkit._types import Lang
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLUE, GREY, PALE, blank, house_style, sign

if TYPE_CHECKING:
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
    gaps: npt.NDArray[np.float64],
    expected: npt.NDArray[np.float64],
    low: npt.NDArray[np.float64],
    high: npt.NDArray[np.float64],
    *,
    source: str,
    n_countries: int,
    lang: Lang | None = None,
) -> Figure:
    """Draw sorted waiting times against their expectation under the model.

    Parameters
    ----------
    gaps, expected, low, high : arrays, shape (n,)
        Sorted waiting times in expected events, what each rank is expected to be, and the bounds of its middle 95 %.
    source : str
        Where the data come from.
    n_countries : int
        Number of countries.
    lang : {"en", "fr"}
        Language of the words in the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    UnknownNameError
        If the language is unknown.
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    with house_style():
        figure, axes = blank(5.8, 5.0)
        axes.fill_between(expected, low, high, color=PALE, lw=0, label=say["band"])
        axes.plot(expected, expected, color=GREY, lw=1, ls="--", label=say["line"])
        axes.plot(expected, gaps, "o", color=BLUE, ms=4)
        axes.set_xlabel(say["x"])
        axes.set_ylabel(say["y"])
        axes.set_title(say["title"])
        axes.legend(loc="upper left", fontsize=9)
        sign(figure, source=source, n=say["n"].format(n=len(gaps), countries=n_countries), lang=lang)
    return figure
