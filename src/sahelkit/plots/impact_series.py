"""An interrupted time series: counts, fit, and what the earlier trend would have given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.language.countries import country_of
from sahelkit.language.dates import month_text
from sahelkit.language.numbers import count_text, decimal, percent
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.impact_marks import Mark, legend_below, mark_events, measure, middles, year_axis
from sahelkit.plots.style import BLACK, BLUE, GREY, ORANGE, PALE, VERMILION, drawing, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "{name}: violence before and after the coup of {month}",
        "observed": "each month",
        "fitted": "fitted level",
        "without": "the earlier trend, prolonged",
        "band": "its {level} interval",
        "n": "n = {before} months before and {after} after; the month of the coup is left out",
        "moved": "{name}: where would a break fit best?",
        "fit": "Improvement of the fit\nby a break in that month",
        "own": "break at the coup ({month})",
        "best": "best break ({month})",
        "moved_n": "n = {n} months tried; the level at the best one is multiplied by {ratio}",
    },
    "fr": {
        "title": "{name} : la violence avant et après le coup d’État de {month}",
        "observed": "chaque mois",
        "fitted": "niveau estimé",
        "without": "tendance antérieure prolongée",
        "band": "son intervalle à {level}",
        "n": "n = {before} mois avant et {after} après ; le mois du coup d’État est laissé de côté",
        "moved": "{name} : où une rupture s’ajusterait-elle le mieux ?",
        "fit": "Gain d’ajustement\nd’une rupture ce mois-là",
        "own": "rupture au coup d’État ({month})",
        "best": "meilleure rupture ({month})",
        "moved_n": "n = {n} mois essayés ; au meilleur, le niveau est multiplié par {ratio}",
    },
}


def plot_series(
    path: pd.DataFrame,
    *,
    unit: str,
    date: pd.Timestamp,
    outcome: str,
    n_after: int,
    level: float,
    source: str,
    marks: Sequence[Mark] = (),
    ax: Axes | None = None,
    lang: Lang | None = None,
) -> Figure:
    """Draw monthly counts on a square-root scale, the fit, and the earlier trend prolonged with its interval.

    Parameters
    ----------
    path : pandas.DataFrame
        One row per month, in the order of time: ``month, observed, fitted, without, without_low, without_high``.
    unit : str
        Country.
    date : pandas.Timestamp
        Day of the event.
    outcome : str
        What is counted.
    n_after : int
        Months after the event, the last ones of `path`.
    level : float
        Confidence level of the interval.
    source : str
        Where the data come from.
    marks : sequence of Mark
        Other events to show.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when absent.
    lang : {"en", "fr"}, optional
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
    days = middles(pd.PeriodIndex(path["month"]), 1)
    n_before = len(path) - n_after
    after = np.arange(len(path)) >= n_before
    with drawing(ax, 9.4, 5.0) as (figure, axes):
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        root = np.sqrt
        top = 1.1 * float(root(max(path["observed"].max(), path["fitted"].max())))
        axes.plot(days, root(path["observed"]), "o", ms=3.5, color=GREY, zorder=2)
        for part in (~after, after):
            axes.plot(days[part], root(path["fitted"][part]), color=BLACK, lw=2, zorder=4)
        axes.fill_between(
            days[after], root(path["without_low"][after]), root(path["without_high"][after]), color=PALE, zorder=0
        )
        axes.plot(days[after], root(path["without"][after]), color=BLUE, lw=2, ls="--", zorder=3)
        ticks = [value for value in (0, 10, 50, 100, 200, 400, 700, 1000, 1500, 2000) if root(value) <= top]
        axes.set_yticks([float(root(value)) for value in ticks], [count_text(value, lang) for value in ticks])
        axes.set_ylim(0, top)
        year_axis(axes, days, 1)
        axes.set_ylabel(measure(outcome, 1, lang))
        axes.set_title(
            say["title"].format(name=country_of(unit, lang), month=month_text(date, lang, short=True)), pad=16
        )
        handles = [
            Line2D([], [], ls="none", marker="o", ms=4, color=GREY, label=say["observed"]),
            Line2D([], [], color=BLACK, lw=2, label=say["fitted"]),
            Line2D([], [], color=BLUE, lw=2, ls="--", label=say["without"]),
            Patch(color=PALE, label=say["band"].format(level=percent(level, lang))),
        ]
        legend_below(axes, handles + mark_events(axes, date, marks, lang=lang))
        sign(figure, source=source, n=say["n"].format(before=n_before, after=n_after), lang=lang, ax=ax)
    return figure


def plot_break_dates(
    table: pd.DataFrame,
    *,
    month: pd.Period,
    unit: str,
    date: pd.Timestamp,
    source: str,
    marks: Sequence[Mark] = (),
    ax: Axes | None = None,
    lang: Lang | None = None,
) -> Figure:
    """Draw how much a break in each month improves the fit, and where the event and the best break lie.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per candidate: ``month, step, fit``.
    month : pandas.Period
        First month after the event.
    unit, date, source, marks, ax, lang
        As in `plot_series`.

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
    days = middles(pd.PeriodIndex(table["month"]), 1)
    best = table.loc[table["fit"].idxmax()]
    own = table.loc[table["month"] == month].iloc[0]
    with drawing(ax, 9.4, 4.4) as (figure, axes):
        from matplotlib.lines import Line2D

        axes.bar(days, table["fit"], width=26, color=GREY, lw=0)
        for row, colour in ((best, ORANGE), (own, VERMILION)):
            axes.bar(middles(pd.PeriodIndex([row["month"]]), 1), [row["fit"]], width=26, color=colour, ec=BLACK, lw=0.8)
        year_axis(axes, days, 1)
        axes.set_ylabel(say["fit"])
        axes.set_title(say["moved"].format(name=country_of(unit, lang)), pad=16)
        axes.set_ylim(bottom=min(0.0, float(table["fit"].min())))
        low, high = axes.get_ylim()
        ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
        axes.set_yticks(ticks, [decimal(tick, 0, lang) for tick in ticks])
        patches = [
            Line2D([], [], ls="none", marker="s", ms=7, mfc=colour, mec=BLACK, label=text)
            for colour, text in (
                (VERMILION, say["own"].format(month=month_text(month, lang, short=True))),
                (ORANGE, say["best"].format(month=month_text(best["month"], lang, short=True))),
            )
        ]
        legend_below(axes, patches + mark_events(axes, date, marks, lang=lang))
        ratio = decimal(float(np.exp(best["step"])), 2, lang)
        sign(figure, source=source, n=say["moved_n"].format(n=len(table), ratio=ratio), lang=lang, ax=ax)
    return figure
