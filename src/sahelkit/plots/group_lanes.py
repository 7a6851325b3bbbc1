"""Armed groups by state and half-year: where each is recorded, and where first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.frames import FrameLike, check_columns
from sahelkit.geography import places
from sahelkit.language.nouns import group_name
from sahelkit.language.numbers import count_text
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLACK, BLUE, GREY, ORANGE, PALE, drawing, legend_above, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "Armed groups recorded in {country} and across its borders",
        "home": "half-year with an event: in {country}",
        "away": "in a neighbouring state",
        "first": "first record in each state",
        "n": "n = {groups} armed groups, {events} events; pairs of actors that caused 25 deaths in some year",
        "state": "state whose government is fought, or which the source names for a fight between groups",
    },
    "fr": {
        "title": "{country} : groupes armés recensés dans le pays et chez ses voisins",
        "home": "semestre avec un événement : {country}",
        "away": "dans un État voisin",
        "first": "première mention dans chaque État",
        "n": "n = {groups} groupes armés, {events} événements ; paires d’acteurs ayant causé 25 morts en une année",
        "state": "État dont le gouvernement est combattu, ou que la source désigne pour un combat entre groupes",
    },
}


def _half_years(months: pd.Series) -> pd.Series:
    return (months.dt.year + (months.dt.month > 6) * 0.5).drop_duplicates()


def plot_group_lanes(
    records: FrameLike,
    *,
    country: str,
    month: pd.Period,
    until: pd.Period,
    ax: Axes | None = None,
    lang: Lang | None = None,
    source: str = "",
) -> Figure:
    """Draw one lane per group and state, with a block for each half-year in which it is recorded.

    Parameters
    ----------
    records : pandas.DataFrame
        One row per group, state and month with an event: ``actor, iso3, month, events``.
    country : str
        Code of the country whose groups are followed.
    month : pandas.Period
        Month marked by a line.
    until : pandas.Period
        Last month of the records' source.
    ax : matplotlib.axes.Axes, optional
        Axes to draw on; a new figure when absent.
    lang : {"en", "fr"}
        Language of the words in the figure.
    source : str
        Where the records come from; empty for data of the user's.

    Returns
    -------
    matplotlib.figure.Figure
        Groups from top to bottom by their first record anywhere; the states of a group likewise.

    Raises
    ------
    MissingColumnsError, UnknownNameError
        If a column is missing or the language is unknown.

    Examples
    --------
    >>> records = pd.DataFrame({"actor": ["AQIM", "AQIM"], "iso3": ["DZA", "MLI"], "events": [3, 1]})
    >>> records["month"] = pd.PeriodIndex(["2007-01", "2009-06"], freq="M")
    >>> figure = plot_group_lanes(records, country="MLI", month=pd.Period("2012-03"), until=pd.Period("2013-12"))
    >>> figure.axes[0].get_title(loc="left")
    'Armed groups recorded in Mali and across its borders'
    """
    lang = check_language(lang)
    records = check_columns(records, ["actor", "iso3", "month", "events"], where="plot_group_lanes")
    say, home = words(_WORDS, lang), places.name(country, lang=lang)
    firsts = records.groupby(["actor", "iso3"])["month"].min().reset_index()
    firsts["order"] = firsts.groupby("actor")["month"].transform("min")
    lanes = firsts.sort_values(["order", "actor", "month", "iso3"], ignore_index=True)
    begins, ends = lanes["month"].min().year, until.year + 1
    gaps = (lanes["actor"] != lanes["actor"].shift()).cumsum() - 1
    place = lanes.index + 0.45 * gaps
    with drawing(ax, 10.2, 2.0 + 0.27 * float(place.iloc[-1] + 1)) as (figure, axes):
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        for y, lane in zip(place, lanes.itertuples(), strict=True):
            mine = records[(records["actor"] == lane.actor) & (records["iso3"] == lane.iso3)]
            colour = BLUE if lane.iso3 == country else ORANGE
            axes.plot([begins, ends], [y, y], color=PALE, lw=1, zorder=0)
            axes.broken_barh([(x, 0.5) for x in _half_years(mine["month"])], (y - 0.32, 0.64), color=colour, lw=0)
            at = lane.month.year + (lane.month.month - 1) / 12
            axes.plot(at, y, marker=">", ms=5, color=BLACK, mec="white", mew=0.6, zorder=3)
            label = f"{lane.month.month:02d}/{lane.month.year}"
            axes.annotate(
                label,
                (np.floor(2 * at) / 2, y),
                xytext=(-5, 0),
                textcoords="offset points",
                ha="right",
                va="center",
                fontsize=7.5,
            )
            axes.text(ends + 0.3, y, places.name(lane.iso3, lang=lang), va="center", fontsize=8.5)
        for _, rows in lanes.assign(y=place).groupby("actor", sort=False):
            axes.text(
                -0.015,
                rows["y"].mean(),
                group_name(rows["actor"].iloc[0], lang),
                transform=axes.get_yaxis_transform(),
                ha="right",
                va="center",
                fontweight="bold",
                fontsize=9,
            )
        axes.axvline(month.year + (month.month - 1) / 12, color=GREY, lw=1, ls="--", zorder=0)
        axes.text(
            month.year + (month.month - 1) / 12,
            -1.0,
            f"{month.month:02d}/{month.year}",
            color=GREY,
            ha="center",
            va="bottom",
            fontsize=8.5,
        )
        axes.set_xlim(begins - 3.0, ends)
        axes.set_ylim(float(place.iloc[-1]) + 0.8, -1.0)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(say["state"], fontsize=8.5, color=GREY)
        axes.set_title(say["title"].format(country=home), pad=16)
        legend_above(
            figure,
            axes,
            own=ax is not None,
            side="center",
            handles=[
                Patch(color=BLUE, label=say["home"].format(country=home)),
                Patch(color=ORANGE, label=say["away"]),
                Line2D([], [], marker=">", color=BLACK, ls="", ms=5, label=say["first"]),
            ],
            ncols=3,
            fontsize=8.5,
        )
        events = count_text(records["events"].sum(), lang)
        n = say["n"].format(groups=lanes["actor"].nunique(), events=events)
        sign(figure, source=source, n=n, lang=lang, ax=ax)
    return figure
