"""A scoreboard of claims: one line each, with a sign that is read without colour."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

import pandas as pd

from sahelkit._types import Lang
from sahelkit.frames import check_columns
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLACK, BLUE, GREY, PALE, VERMILION, drawing, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "What was said in 2012, and what the data say",
        "claim": "Claim",
        "figure": "The number that carries the verdict",
        "notebook": "Notebook",
        "supported": "supported",
        "not_supported": "not supported",
        "unknown": "cannot be known",
        "source": "sahelkit, notebooks and findings",
        "n": "n = {n} claims",
    },
    "fr": {
        "title": "Ce qui se disait en 2012, et ce qu’en disent les données",
        "claim": "Affirmation",
        "figure": "Le nombre qui porte le constat",
        "notebook": "Carnet",
        "supported": "étayé",
        "not_supported": "non étayé",
        "unknown": "impossible à savoir",
        "source": "sahelkit, carnets et résultats enregistrés",
        "n": "n = {n} affirmations",
    },
}
_SIGNS = {"supported": ("✔", BLUE), "not_supported": ("✘", VERMILION), "unknown": ("?", GREY)}
_LINE = 0.165  # inches that one line of text takes


def plot_scoreboard(board: pd.DataFrame, *, ax: Axes | None = None, lang: Lang | None = None) -> Figure:
    """Draw one line per claim: the claim, its verdict, the number that carries it, and where it comes from.

    Parameters
    ----------
    board : pandas.DataFrame
        As `sahelkit.study.scoreboard.Scoreboard.tidy` gives it in the same language.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when absent.
    lang : {"en", "fr"}
        Language of the words in the figure.

    Returns
    -------
    matplotlib.figure.Figure

    Raises
    ------
    MissingColumnsError, UnknownNameError
        If a column is missing or the language is unknown.

    Examples
    --------
    >>> board = pd.DataFrame({"short": ["Coups spread"], "verdict": ["unknown"], "figure": ["3 in 105"], "n": [105]})
    >>> plot_scoreboard(board.assign(notebook="05_is_it_contagious")).get_supxlabel()
    'Source: sahelkit, notebooks and findings.  n = 1 claims.'
    """
    lang = check_language(lang)
    board = check_columns(board, ["short", "verdict", "figure", "n", "notebook"], where="plot_scoreboard")
    say = words(_WORDS, lang)
    claims = [textwrap.fill(text, 31) for text in board["short"]]
    figures = [textwrap.fill(text, 62) for text in board["figure"]]
    heights = [
        _LINE * max(one.count("\n"), other.count("\n")) + 2.2 * _LINE
        for one, other in zip(claims, figures, strict=True)
    ]
    with drawing(ax, 10.4, sum(heights) + 1.2) as (figure, axes):
        axes.set_axis_off()
        axes.set_xlim(0, 1)
        axes.set_ylim(sum(heights), -2.0 * _LINE)
        columns = {"claim": 0.0, "verdict": 0.27, "figure": 0.45, "notebook": 0.945}
        for key in ("claim", "figure", "notebook"):
            axes.text(columns[key], -0.7 * _LINE, say[key], color=GREY, fontsize=9, va="center")
        top = 0.0
        for number, row in enumerate(board.itertuples()):
            middle = top + heights[number] / 2
            if number % 2 == 0:
                axes.axhspan(top, top + heights[number], color=PALE, zorder=0)
            mark, colour = _SIGNS[str(row.verdict)]
            axes.text(columns["claim"] + 0.005, middle, claims[number], va="center", fontweight="bold", fontsize=9.5)
            axes.text(columns["verdict"], middle, mark, va="center", color=colour, fontsize=14, fontweight="bold")
            axes.text(
                columns["verdict"] + 0.028, middle, say[str(row.verdict)], va="center", color=colour, fontsize=9.5
            )
            axes.text(columns["figure"], middle, figures[number], va="center", color=BLACK, fontsize=9.5)
            axes.text(columns["notebook"] + 0.02, middle, str(row.notebook)[:2], va="center", color=GREY, fontsize=9.5)
            top += heights[number]
        axes.set_title(say["title"])
        sign(figure, source=say["source"], n=say["n"].format(n=len(board)), lang=lang, ax=ax)
    return figure
