"""Days from a coup to the loss of each place: one line per place, the coup in the middle."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sahelkit._types import Lang
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLACK, BLUE, GREY, PALE, VERMILION, blank, house_style, sign

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sahelkit.record.captures import CaptureLags

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


def plot_capture_lags(found: CaptureLags, *, lang: Lang | None = None, source: str) -> Figure:
    """Draw, for each place, the days from the coup to its first loss.

    Parameters
    ----------
    found : CaptureLags
        As `sahelkit.record.captures.capture_lags` counts them.
    lang : {"en", "fr"}
        Language of the words in the figure.
    source : str
        Where the events come from.

    Returns
    -------
    matplotlib.figure.Figure
        Squares left of the line of the coup, dots right of it, with the number of days beside each.

    Raises
    ------
    UnknownNameError
        If the language is unknown.
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    from sahelkit.language.dates import day_text

    lags = found.lags
    rows = np.arange(len(lags))
    with house_style():
        figure, axes = blank(8.6, 1.7 + 0.36 * len(lags))
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
        axes.set_xlabel(say["x"].format(coup=day_text(found.coup, lang)))
        short = lags["days"].max() <= FORTNIGHT
        title = say["title" if short else "title_days"]
        axes.set_title(
            title.format(before=found.n_before, n=found.n_places, after=found.n_places - found.n_before), pad=22
        )
        axes.legend(
            loc="lower left", fontsize=8.5, bbox_to_anchor=(0.0, 0.0), frameon=True, framealpha=0.9, edgecolor=PALE
        )
        n = say["n"].format(n=found.n_places, start=day_text(found.start, lang), end=day_text(found.end, lang))
        sign(figure, source=source, n=n, lang=lang)
    return figure
