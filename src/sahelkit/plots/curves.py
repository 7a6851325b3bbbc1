"""How a hazard changes with the time since the last event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sahelkit._types import Lang
from sahelkit.frames import FrameLike, check_columns
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.log_axes import ratio_axis
from sahelkit.plots.style import BLUE, ORANGE, VERMILION, drawing, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "The risk of another attempt fades over the years",
        "x": "years since the country's last attempt",
        "y": "hazard, as a multiple of that after {years} years",
        "none": "as after {years} years",
    },
    "fr": {
        "title": "Le risque d’une nouvelle tentative s’estompe au fil des ans",
        "x": "années depuis la dernière tentative dans le pays",
        "y": "risque, en multiple de celui après {years} ans",
        "none": "comme après {years} ans",
    },
}


def plot_hazard_curves(
    curves: FrameLike,
    *,
    reference: float,
    source: str,
    n: str,
    title: str | None = None,
    lang: Lang | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw hazards relative to a reference time, with their intervals.

    Parameters
    ----------
    curves : pandas.DataFrame
        One row per curve and time: ``label, months, ratio, ratio_low, ratio_high``.
    reference : float
        Months at which the ratio is 1.
    source, n : str
        Where the data come from, and the sample size in words.
    title : str, optional
        Replaces the title.
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
    curves = check_columns(curves, ["label", "months", "ratio", "ratio_low", "ratio_high"], where="plot_hazard_curves")
    lang = check_language(lang)
    say = words(_WORDS, lang)
    years = f"{reference / 12:.0f}"
    with drawing(ax, 7.6, 4.4) as (figure, axes):
        for (label, rows), colour in zip(curves.groupby("label", sort=False), (BLUE, VERMILION, ORANGE), strict=False):
            at = rows["months"] / 12
            axes.fill_between(at, rows["ratio_low"], rows["ratio_high"], color=colour, alpha=0.15, lw=0)
            axes.plot(at, rows["ratio"], color=colour, lw=2, label=str(label))
        low, high = curves["ratio_low"].min(), curves["ratio_high"].max()
        ratio_axis(axes, lang, low=low, high=high, marks=(0.1, 0.2, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0), which="y")
        axes.set_xlabel(say["x"])
        axes.set_ylabel(say["y"].format(years=years))
        axes.set_xlim(0, float(curves["months"].max()) / 12)
        axes.set_title(title or say["title"])
        axes.legend(loc="upper right")
        sign(figure, source=source, n=n, lang=lang, ax=ax)
    return figure
