"""Days from a coup to the loss of each place: one line per place, the coup in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.frames import check_columns
from sahelkit.language.dates import day_text
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLACK, BLUE, GREY, PALE, VERMILION, drawing, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "{before} of {n} places were lost before the coup,\n{after} in the two weeks after it",
        "title_days": "{before} of {n} places were lost before the coup,\n{after} after it",
        "x": "days from the coup of {coup}",
        "coup": "coup",
        "before": "first lost before the coup",
        "again": "first lost before, and back with the army when the coup began",
        "after": "lost after the coup",
        "range": "range of an unsure day",
        "n": "n = {n} places that the chronology names; losses from {start} to {end}",
    },
    "fr": {
        "title": "{before} localités sur {n} perdues avant le coup d’État,\n{after} dans les deux semaines suivantes",
        "title_days": "{before} localités sur {n} perdues avant le coup d’État,\n{after} après",
        "x": "jours depuis le coup d’État du {coup}",
        "coup": "coup d’État",
        "before": "perdue une première fois avant le coup d’État",
        "again": "perdue avant, mais de nouveau à l’armée quand il éclate",
        "after": "perdue après le coup d’État",
        "range": "fourchette d’un jour incertain",
        "n": "n = {n} localités que nomme la chronologie ; pertes du {start} au {end}",
    },
}
FORTNIGHT = 14


def plot_capture_lags(
    lags: pd.DataFrame,
    *,
    coup: pd.Timestamp,
    start: pd.Timestamp,
    end: pd.Timestamp,
    ax: Axes | None = None,
    lang: Lang | None = None,
    source: str = "",
) -> Figure:
    """Draw, for each place, the days from the coup to its first loss.

    Parameters
    ----------
    lags : pandas.DataFrame
        One row per place, as `sahelkit.record.captures.CaptureLags.tidy` gives it.
    coup, start, end : pandas.Timestamp
        Day of the coup, and first and last day of the losses, for the words.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when absent.
    lang : {"en", "fr"}
        Language of the words in the figure.
    source : str
        Where the events come from; empty for data of the user's.

    Returns
    -------
    matplotlib.figure.Figure
        Squares left of the line of the coup, dots right of it, with the number of days beside each.

    Raises
    ------
    MissingColumnsError, UnknownNameError
        If a column is missing or the language is unknown.

    Examples
    --------
    >>> lags = pd.DataFrame({"place_en": ["Gao"], "days": [9], "days_min": [9], "days_max": [9], "held_on_eve": ["no"]})
    >>> start, coup, end = pd.to_datetime(["2012-01-16", "2012-03-22", "2012-04-30"])
    >>> plot_capture_lags(lags, coup=coup, start=start, end=end).axes[0].get_xlabel()
    'days from the coup of 22 March 2012'
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    needed = ["days", "days_min", "days_max", "held_on_eve", f"place_{lang}"]
    lags = check_columns(lags, needed, where="plot_capture_lags")
    rows = np.arange(len(lags))
    before = int((lags["days"] < 0).sum())
    with drawing(ax, 8.6, 1.7 + 0.36 * len(lags)) as (figure, axes):
        axes.axvspan(0, max(FORTNIGHT, lags["days"].max()) + 0.5, color=PALE, lw=0, zorder=0)
        axes.axvline(0, color=BLACK, lw=1.6, zorder=1)
        axes.text(0, -0.85, say["coup"], ha="center", va="bottom", fontsize=10, fontweight="bold")
        axes.hlines(rows, 0, lags["days"], color=GREY, lw=1, zorder=2)
        unsure = (lags["days_min"] < lags["days_max"]).to_numpy()
        axes.hlines(
            rows[unsure], lags["days_min"][unsure], lags["days_max"][unsure], color=BLACK, lw=4, alpha=0.35, zorder=2
        )
        early = (lags["days"] < 0).to_numpy()
        back = early & (lags["held_on_eve"] != "yes").to_numpy()
        for chosen, marker, face, edge, label in (
            (early & ~back, "s", BLUE, BLUE, "before"),
            (back, "s", "white", BLUE, "again"),
            (~early, "o", VERMILION, VERMILION, "after"),
        ):
            if chosen.any():
                axes.plot(
                    lags["days"][chosen], rows[chosen], marker, ms=8, mfc=face, mec=edge, mew=1.6, label=say[label]
                )
        if unsure.any():
            axes.plot([], [], color=BLACK, lw=4, alpha=0.35, label=say["range"])
        for row, place in enumerate(lags.itertuples()):
            side = -1 if place.days < 0 else 1
            shift = max(abs(place.days_min), abs(place.days_max), abs(place.days))
            axes.text(
                side * (shift + 1.6),
                row,
                f"{abs(place.days)}",
                ha="right" if side < 0 else "left",
                va="center",
                fontsize=9,
            )
        axes.set_yticks(rows, lags[f"place_{lang}"])
        axes.set_ylim(len(lags) - 0.4, -0.6)
        axes.set_xlim(min(lags["days"].min(), 0) - 7, max(lags["days"].max(), FORTNIGHT) + 6)
        axes.tick_params(axis="y", length=0)
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(say["x"].format(coup=day_text(coup, lang)))
        short = lags["days"].max() <= FORTNIGHT
        title = say["title" if short else "title_days"]
        axes.set_title(title.format(before=before, n=len(lags), after=len(lags) - before), pad=22)
        axes.legend(
            loc="lower left", fontsize=8.5, bbox_to_anchor=(0.0, 0.0), frameon=True, framealpha=0.9, edgecolor=PALE
        )
        n = say["n"].format(n=len(lags), start=day_text(start, lang), end=day_text(end, lang))
        sign(figure, source=source, n=n, lang=lang, ax=ax)
    return figure
