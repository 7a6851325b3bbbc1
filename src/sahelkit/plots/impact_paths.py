"""A country against what it is compared with, before and after an event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.language.countries import country_of
from sahelkit.language.dates import month_text
from sahelkit.language.numbers import decimal, percent
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.impact_marks import Mark, count_axis, legend_below, mark_events, measure, middles, year_axis
from sahelkit.plots.style import BLACK, BLUE, GREY, PALE, drawing, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "control": "{name} and its synthetic control, coup of {month}",
        "did": "{name} and weighted unexposed countries, coup of {month}",
        "synthetic": "synthetic control: weighted mean of unexposed countries",
        "parallel": "weighted unexposed countries, moved to the country’s level",
        "band": "{level} band without an effect, by ranks of donors",
        "no band": "no finite band: too few donors, or an exact fit",
        "gaps": "{name} among {n} donors treated as if they had had the coup of {month}",
        "gap": "Gap to the own synthetic control\n(difference of log(1 + count))",
        "plain": "Gap to the own synthetic control",
        "own": "{name}: gap after is {ratio} times the gap before",
        "donors": "unexposed countries",
        "time": "Periods of {n} months since the coup",
        "n": "n = {donors} donors, {before} periods before and {after} after",
        "p": "{n}; p = {p} by rank, at least {least}",
    },
    "fr": {
        "control": "{name} et son contrôle synthétique, coup d’État de {month}",
        "did": "{name} et les pays non exposés, coup d’État de {month}",
        "synthetic": "contrôle synthétique : moyenne pondérée de pays non exposés",
        "parallel": "pays non exposés pondérés, ramenés au niveau du pays",
        "band": "bande à {level} sans effet, d’après les rangs",
        "no band": "sans bande finie : donneurs trop peu nombreux",
        "gaps": "{name} parmi {n} pays traités comme s’ils avaient connu le coup d’État de {month}",
        "gap": "Écart au contrôle synthétique propre\n(différence de log(1 + nombre))",
        "plain": "Écart au contrôle synthétique propre",
        "own": "{name} : écart après = {ratio} fois l’écart avant",
        "donors": "pays non exposés",
        "time": "Périodes de {n} mois depuis le coup d’État",
        "n": "n = {donors} pays donneurs, {before} périodes avant et {after} après",
        "p": "{n} ; p = {p} d’après le rang, au moins {least}",
    },
}


def _size(times: pd.Series | pd.Index, n_donors: int, ranks: tuple[float, float] | None, lang: Lang) -> str:
    say = words(_WORDS, lang)
    n = say["n"].format(donors=n_donors, before=int((times < 0).sum()), after=int((times > 0).sum()))
    if ranks is None:
        return n
    return say["p"].format(n=n, p=decimal(ranks[0], 2, lang), least=decimal(ranks[1], 3, lang))


def plot_paths(
    table: pd.DataFrame,
    *,
    unit: str,
    date: pd.Timestamp,
    outcome: str,
    width: int,
    logs: bool,
    level: float,
    n_donors: int,
    source: str,
    ranks: tuple[float, float] | None = None,
    marks: Sequence[Mark] = (),
    ax: Axes | None = None,
    lang: Lang | None = None,
) -> Figure:
    """Draw a country and what it is compared with, before and after an event.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per period: ``time`` (counted from the event), ``month`` (the first one), ``observed, synthetic``; for
        a synthetic control ``low, high`` too: the band of what is usual among the donors, not drawn unless finite.
        Without them the weighted donors are taken to be moved to the level of the country.
    unit : str
        Country.
    date : pandas.Timestamp
        Day of the event.
    outcome : str
        What is counted.
    width : int
        Months per period.
    logs : bool
        Whether the outcome is the logarithm of one plus a count.
    level : float
        Confidence level of the band.
    n_donors : int
        Countries of comparison.
    source : str
        Where the data come from.
    ranks : tuple of float, optional
        The p-value by rank, and the smallest that there can be.
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
    days, name = middles(pd.PeriodIndex(table["month"]), width), country_of(unit, lang)
    observed, synthetic = table["observed"].to_numpy(), table["synthetic"].to_numpy()
    banded = "low" in table.columns
    with drawing(ax, 9.4, 5.0) as (figure, axes):
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        label = say["synthetic" if banded else "parallel"]
        handles: list[Any] = [Line2D([], [], color=BLACK, lw=2.2, marker="o", ms=4, label=name)]
        handles.append(Line2D([], [], color=BLUE, lw=2, ls="--", label=label))
        highest, lowest = max(observed.max(), synthetic.max()), min(observed.min(), synthetic.min())
        if banded and np.isfinite(table[["low", "high"]].to_numpy()).all():
            low, high = (np.maximum(table[end], 0.0 if logs else -np.inf) for end in ("low", "high"))
            axes.fill_between(days, low, high, color=PALE, zorder=0)
            handles.append(Patch(color=PALE, label=say["band"].format(level=percent(level, lang))))
            # A wide band is cut by the edge of the figure, so that the lines stay legible.
            room = 0.5 * (highest - lowest)
            highest, lowest = max(highest, min(high.max(), highest + room)), min(lowest, max(low.min(), lowest - room))
        elif banded:
            handles.append(Line2D([], [], ls="none", label=say["no band"]))
        axes.plot(days, synthetic, color=BLUE, lw=2, ls="--", zorder=3)
        axes.plot(days, observed, color=BLACK, lw=2.2, marker="o", ms=4, zorder=4)
        if logs:
            count_axis(axes, top=float(highest), lang=lang)
        axes.set_ylim(min(-0.1, float(lowest) - 0.1), float(highest) + 0.05 * float(highest - lowest))
        year_axis(axes, days, width)
        axes.set_ylabel(measure(outcome, width, lang))
        title = say["control" if banded else "did"]
        axes.set_title(title.format(name=name, month=month_text(date, lang, short=True)), pad=16)
        legend_below(axes, handles + mark_events(axes, date, marks, lang=lang))
        sign(figure, source=source, n=_size(table["time"], n_donors, ranks, lang), lang=lang, ax=ax)
    return figure


def plot_placebo_gaps(
    gaps: pd.DataFrame,
    *,
    unit: str,
    date: pd.Timestamp,
    width: int,
    logs: bool,
    ratio: float,
    ranks: tuple[float, float],
    source: str,
    ax: Axes | None = None,
    lang: Lang | None = None,
) -> Figure:
    """Draw the gap of the country among those of its donors, each against its own synthetic control.

    Parameters
    ----------
    gaps : pandas.DataFrame
        One row per period, counted from the event in the index; one column per country, `unit` among them.
    ratio : float
        Gap of the country after the event over that before.
    unit, date, width, logs, ranks, source, ax, lang
        As in `plot_paths`.

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
    name, donors, times = country_of(unit, lang), gaps.drop(columns=unit), gaps.index
    with drawing(ax, 9.0, 4.6) as (figure, axes):
        for number, path in enumerate(donors.to_numpy().T):
            axes.plot(times, path, color=GREY, lw=0.8, alpha=0.5, label=say["donors"] if number == 0 else None)
        own = say["own"].format(name=name, ratio=decimal(ratio, 1, lang))
        axes.plot(times, gaps[unit], color=BLUE, lw=3, label=own)
        axes.axvline(0, color=BLACK, lw=1)
        axes.axhline(0, color=BLACK, lw=0.8, ls="--")
        axes.set_xlabel(say["time"].format(n=width))
        axes.set_ylabel(say["gap"] if logs else say["plain"])
        low, high = axes.get_ylim()
        ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
        digits = 0 if all(float(tick).is_integer() for tick in ticks) else 1
        axes.set_yticks(ticks, [decimal(tick, digits, lang).replace("-", "−") for tick in ticks])
        marks = [time for time in range(int(times[0]), int(times[-1]) + 1) if time % 4 == 0]
        axes.set_xticks(marks, [str(time).replace("-", "−") for time in marks])
        title = say["gaps"].format(name=name, n=len(donors.columns), month=month_text(date, lang, short=True))
        axes.set_title(title, fontsize=11)
        axes.legend(loc="upper left", fontsize=9)
        sign(figure, source=source, n=_size(times, len(donors.columns), ranks, lang), lang=lang, ax=ax)
    return figure
