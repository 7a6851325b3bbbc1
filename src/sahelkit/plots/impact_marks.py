"""What the figures about an event share: the event's line, other events as numbers, axes in counts and dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.dates import full_day
from sahelkit.language.dates import month_text
from sahelkit.language.numbers import count_text
from sahelkit.language.texts import words
from sahelkit.plots.style import BLACK, GREY, VERMILION

if TYPE_CHECKING:
    from matplotlib.axes import Axes


_WORDS = {
    "en": {
        "event": "coup",
        "deaths": "Deaths in organised violence",
        "events": "Events of organised violence",
        "month": "per month",
        "months": "per {n} months",
    },
    "fr": {
        "event": "coup d’État",
        "deaths": "Morts (violence organisée)",
        "events": "Événements (violence organisée)",
        "month": "par mois",
        "months": "par période de {n} mois",
    },
}
_COUNTS = (0, 1, 3, 10, 30, 100, 300, 1000, 3000, 10_000, 30_000, 100_000)


@dataclass(frozen=True)
class Mark:
    """An event to show in a figure: its day and its name in both languages."""

    date: str
    en: str
    fr: str

    def name(self, lang: Lang) -> str:
        """The name in a language."""
        return self.en if lang == "en" else self.fr


def measure(outcome: str, width: int, lang: Lang) -> str:
    """Label of an axis of counts."""
    say = words(_WORDS, lang)
    per = say["month"] if width == 1 else say["months"].format(n=width)
    return f"{say.get(outcome, outcome)} {per}"


def middles(months: pd.PeriodIndex, width: int) -> pd.DatetimeIndex:
    """Middle of each period of `width` months."""
    return pd.DatetimeIndex(months.to_timestamp() + pd.to_timedelta(15.2 * width, unit="D"))


def count_axis(axes: Axes, *, top: float, lang: Lang) -> None:
    """Ticks of an axis that shows logarithms of one plus a count, written as counts."""
    shown = [value for value in _COUNTS if np.log1p(value) <= top + 0.05]
    axes.set_yticks([float(np.log1p(value)) for value in shown], [count_text(value, lang) for value in shown])


def year_axis(axes: Axes, days: pd.DatetimeIndex, width: int) -> None:
    """Span of the periods, with a tick at the start of each year."""
    half = pd.Timedelta(days=15 * width + 10)
    first, last = days[0] - half, days[-1] + half
    years = [pd.Timestamp(year, 1, 1) for year in range(first.year + 1, last.year + 1)]
    axes.set_xlim(first, last)
    axes.set_xticks(years, [str(year.year) for year in years])


def mark_events(axes: Axes, date: pd.Timestamp, marks: Sequence[Mark], *, lang: Lang) -> list[Any]:
    """Draw the event as a line and the other events as numbered dotted lines; return what the legend needs."""
    from matplotlib.lines import Line2D

    say = words(_WORDS, lang)
    axes.axvline(date, color=VERMILION, lw=2, zorder=1)
    handles: list[Any] = [
        Line2D([], [], color=VERMILION, lw=2, label=f"{say['event']} ({month_text(date, lang, short=True)})")
    ]
    ordered = sorted(marks, key=lambda mark: full_day(mark.date, what="marks"))
    for number, mark in enumerate(ordered, start=1):
        day = full_day(mark.date, what="marks")
        axes.axvline(day, color=GREY, lw=1, ls=":", zorder=1)
        axes.text(
            day,
            1.0,
            str(number),
            transform=axes.get_xaxis_transform(),
            ha="center",
            va="bottom",
            fontsize=8,
            color=BLACK,
            bbox={"boxstyle": "circle,pad=0.15", "fc": "white", "ec": GREY, "lw": 0.7},
        )
        handles.append(
            Line2D(
                [],
                [],
                color=GREY,
                lw=1,
                ls=":",
                label=f"{number}  {mark.name(lang)} ({month_text(day, lang, short=True)})",
            )
        )
    return handles


def legend_below(axes: Axes, handles: Sequence[Any], *, columns: int = 2) -> None:
    """Put the legend under the axes, where it hides nothing."""
    axes.legend(
        handles=list(handles),
        loc="upper left",
        bbox_to_anchor=(0.0, -0.09),
        ncols=columns,
        fontsize=8.5,
        handlelength=2.2,
        columnspacing=1.6,
        borderaxespad=0.0,
    )
