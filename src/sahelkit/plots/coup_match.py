"""Rows of a user's list of coups beside another list: what is the same event, what is near one, what is new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sahelkit._types import Lang
from sahelkit.columns import read_columns
from sahelkit.frames import FrameLike
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import GREY, OUTCOME_COLOURS, PALE, drawing, legend_above, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STATUSES = ("matched", "near", "new", "missing")
_WORDS = {
    "en": {
        "matched": "same event",
        "near": "near an event:\nthe same or another?",
        "new": "new event",
        "missing": "left out by the list",
        "title": "Which events two lists of coups share",
        "success": "success",
        "failure": "failed attempt",
        "plot": "plot",
        "n": "n = {n} rows and events",
    },
    "fr": {
        "matched": "même événement",
        "near": "proche d’un événement :\nle même ou un autre ?",
        "new": "nouvel événement",
        "missing": "absent de la liste",
        "title": "Les événements communs à deux listes de coups d’État",
        "success": "coup réussi",
        "failure": "tentative échouée",
        "plot": "complot",
        "n": "n = {n} lignes et événements",
    },
}


def plot_coup_match(frame: FrameLike, *, source: str, lang: Lang | None = None, ax: Axes | None = None) -> Figure:
    """Draw the rows of a list and the events that it leaves out, by what they are to another list.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``status, mine_date, mine_outcome, other_date, other_outcome``, as ``tidy()`` of what `sahelkit.match_coups`
        returns gives them.
    source : str
        The two lists.
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
    texts, days = ["status", "mine_outcome", "other_outcome"], ["mine_date", "other_date"]
    rows = read_columns(frame, where="plot_coup_match", texts=texts, days=days)
    say = words(_WORDS, lang)
    when = rows["mine_date"].fillna(rows["other_date"])
    outcome = rows["mine_outcome"].fillna(rows["other_outcome"])
    level = rows["status"].map({status: number for number, status in enumerate(STATUSES)})
    with drawing(ax, 7.6, 3.4) as (figure, axes):
        for number in range(len(STATUSES)):
            axes.axhline(number, color=PALE, lw=6, zorder=0)
        for name, colour in OUTCOME_COLOURS.items():
            chosen = (outcome == name).to_numpy()
            if chosen.any():
                up = {"success": -0.16, "failure": 0.16, "plot": 0.0}[name]
                axes.plot(when[chosen], level[chosen] + up, "o", color=colour, ms=5, mec="white", label=say[name])
        counts = rows["status"].value_counts()
        labels = [f"{say[status]} ({counts.get(status, 0)})" for status in STATUSES]
        axes.set_yticks(range(len(STATUSES)), labels, fontsize=9)
        axes.set_ylim(len(STATUSES) - 0.5, -0.5)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.grid(axis="x", color=GREY, lw=0.3, alpha=0.5)
        axes.set_title(say["title"])
        legend_above(figure, axes, own=ax is not None, ncols=3, fontsize=9)
        sign(figure, source=source, n=say["n"].format(n=len(rows)), lang=lang, ax=ax)
    return figure
