"""Log axes that read in days and years, or in plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sahelkit._types import Lang
from sahelkit.language.numbers import decimal
from sahelkit.plots.style import GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DAYS = (0, 1, 3, 7, 14, 30, 90, 180, 365, 1095, 3650)
_YEARS = {365: (1, "y", "an"), 1095: (3, "y", "ans"), 3650: (10, "y", "ans")}


def day_words(lang: Lang) -> list[str]:
    """Texts of the ticks: days, from a year on years.

    Examples
    --------
    >>> day_words("fr")[-4:]
    ['180', '1 an', '3 ans', '10 ans']
    """
    plain = {tick: str(tick) for tick in DAYS}
    years = {tick: f"{count} {en if lang == 'en' else fr}" for tick, (count, en, fr) in _YEARS.items()}
    return list({**plain, **years}.values())


def days_axis(axes: Axes, lang: Lang, *, last: float, which: str = "x") -> None:
    """Make an axis of days logarithmic from one day on, day 0 included, with ticks at round spans.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where.
    lang : {"en", "fr"}
        Language of the ticks.
    last : float
        Largest number of days.
    which : {"x", "y"}
        The axis.
    """
    getattr(axes, f"set_{which}scale")("symlog", linthresh=1, linscale=0.35)
    kept = [(tick, text) for tick, text in zip(DAYS, day_words(lang), strict=True) if tick <= last * 1.2]
    getattr(axes, f"set_{which}ticks")([tick for tick, _ in kept], [text for _, text in kept])
    getattr(axes, f"set_{which}ticks")([], minor=True)


def ratio_axis(axes: Axes, lang: Lang, *, low: float, high: float, marks: Sequence[float], which: str = "x") -> None:
    """Make an axis of ratios logarithmic, with ticks at round ratios and a dashed line where nothing differs.

    Parameters
    ----------
    axes : matplotlib.axes.Axes
        Where.
    lang : {"en", "fr"}
        Language of the ticks.
    low, high : float
        Smallest and largest ratio that is drawn.
    marks : sequence of float
        Ratios that may be ticks.
    which : {"x", "y"}
        The axis.
    """
    getattr(axes, "axvline" if which == "x" else "axhline")(1.0, color=GREY, lw=1, ls="--", zorder=0)
    getattr(axes, f"set_{which}scale")("log")
    kept = [mark for mark in marks if low / 1.2 <= mark <= high * 1.2]
    texts = [decimal(mark, 2, lang).rstrip("0").rstrip(".,") for mark in kept]
    getattr(axes, f"set_{which}ticks")(kept, texts)
    getattr(axes, f"set_{which}ticks")([], minor=True)


def plain_log_axis(axes: Axes, lang: Lang) -> None:
    """Make the x axis logarithmic with ticks at 1, 2, 5 times a power of ten, written as plain numbers."""
    axes.set_xscale("log")
    low, high = axes.get_xlim()
    powers = range(-3, 13)
    kept = [m * 10.0**p for p in powers for m in (1, 2, 5) if low <= m * 10.0**p <= high]
    axes.set_xticks(kept, [decimal(tick, 1, lang) if tick < 1 else f"{tick:g}" for tick in kept])
    axes.set_xticks([], minor=True)
