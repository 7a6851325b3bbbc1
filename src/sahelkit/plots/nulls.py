"""An observed value against what it would be if there were nothing to find."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelkit._types import Lang
from sahelkit.language.numbers import decimal, give_or_take
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLACK, GREY, PALE, SKY, VERMILION, drawing, series_colours, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {"observed": "observed", "count": "Draws", "range": "middle 95% of draws"},
    "fr": {"observed": "observé", "count": "Tirages", "range": "95 % centraux des tirages"},
}


def plot_null(
    draws: npt.NDArray[np.float64],
    observed: float,
    *,
    p_value: float,
    title: str,
    axis: str,
    source: str,
    n: str,
    lang: Lang | None = None,
    others: dict[str, float] | None = None,
    p_error: float = float("nan"),
    ax: Axes | None = None,
) -> Figure:
    """Draw the distribution of a statistic when there is no effect, and where the observed value lies in it.

    Parameters
    ----------
    draws : array, shape (B,)
        The statistic in the placebo draws.
    observed : float
        The statistic in the data.
    p_value : float
        Shown beside it.
    title, axis : str
        Title and label of the horizontal axis, in the language of the figure.
    source, n : str
        Where the data come from, and how many cases there are.
    lang : {"en", "fr"}
        Language of the other words.
    others : dict of str to float, optional
        Further values to mark, with their names.
    p_error : float
        Monte Carlo standard error of the p-value, shown beside it where it is known.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when absent.

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
    known = draws[np.isfinite(draws)]
    import seaborn as sns

    with drawing(ax, 7.6, 3.9) as (figure, axes):
        marks = [observed, *(others or {}).values()]
        low, high = min(known.min(), *marks), max(known.max(), *marks)
        margin = 0.05 * (high - low) or 1.0
        bins = int(np.clip(np.sqrt(len(known)), 10, 60))
        axes.axvspan(*np.quantile(known, [0.025, 0.975]), color=PALE, zorder=0, label=say["range"])
        sns.histplot(x=known, bins=bins, color=series_colours(SKY)[0], edgecolor="white", lw=0.4, alpha=1, ax=axes)
        axes.set_ylim(0, 1.28 * axes.get_ylim()[1])
        top = axes.get_ylim()[1]
        shown = give_or_take(p_value, p_error, lang, digits=3)
        entries = {f"{say['observed']}: {decimal(observed, 2, lang)} (p = {shown})": observed, **(others or {})}
        if lang == "fr":
            entries = {name.replace(": ", "\u00a0: "): value for name, value in entries.items()}
        for number, (name, value) in enumerate(entries.items()):
            colour = VERMILION if number == 0 else BLACK
            axes.plot(
                [value, value], [0, top * (0.88 - 0.09 * number)], color=colour, lw=2, ls="-" if number == 0 else ":"
            )
            right = value > low + 0.4 * (high - low)
            axes.text(
                value,
                top * (0.9 - 0.09 * number),
                f"{name} " if right else f" {name}",
                ha="right" if right else "left",
                color=colour,
                fontweight="bold" if number == 0 else "normal",
            )
        axes.set_xlim(low - margin, high + margin)
        ticks = [tick for tick in axes.get_xticks() if low - margin <= tick <= high + margin]
        digits = 0 if all(float(tick).is_integer() for tick in ticks) else 1
        axes.set_xticks(ticks, [decimal(tick, digits, lang).replace("-", "−") for tick in ticks])
        axes.set_yticks([tick for tick in axes.get_yticks() if tick <= top])
        axes.set_xlabel(axis)
        axes.set_ylabel(say["count"])
        axes.set_title(title)
        axes.legend(loc="upper right", fontsize=8, labelcolor=GREY)
        sign(figure, source=source, n=n, lang=lang, ax=ax)
    return figure
