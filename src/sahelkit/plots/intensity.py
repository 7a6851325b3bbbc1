"""The fitted intensity of a country, split into what feeds it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.dates import full_day
from sahelkit.errors import OptionError
from sahelkit.geography import places
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLACK, BLUE, GREY, ORANGE, VERMILION, drawing, sign

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "{name}: what the model’s risk of a coup attempt is made of",
        "axis": "Expected attempts per year",
        "baseline": "lasting conditions and period",
        "own": "after the country’s own attempts",
        "neighbours": "after neighbours’ attempts",
        "event": "attempt",
        "n": "n = {n} attempts in {name}, {first}-{last}; monthly means of the fitted intensity, given the past",
    },
    "fr": {
        "title": "{name} : de quoi se compose le risque de tentative selon le modèle",
        "axis": "Tentatives attendues par an",
        "baseline": "conditions durables et période",
        "own": "après les tentatives du pays lui-même",
        "neighbours": "après les tentatives des voisins",
        "event": "tentative",
        "n": "n = {n} tentatives ({name}), {first}-{last} ; moyennes mensuelles de l’intensité estimée, vu le passé",
    },
}
_COLOURS = {"baseline": GREY, "own": BLUE, "neighbours": ORANGE}


def plot_intensity(
    intensity: xr.DataArray,
    *,
    events: Sequence[Any] = (),
    source: str,
    title: str | None = None,
    lang: Lang | None = None,
    ax: Axes | None = None,
) -> Figure:
    """Draw the intensity of one country as a stack of its parts, with its attempts as marks above.

    Parameters
    ----------
    intensity : xarray.DataArray
        Dimensions ``part`` (baseline, own, neighbours) and ``time`` (first day of each period), for one country, in
        attempts per year, as ``HawkesFit.intensity().sel(iso3="MLI")`` gives it. NA leaves a gap.
    events : sequence of dates
        Days of the country's attempts.
    source : str
        Where the events come from.
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
    OptionError
        If the array has other dimensions.
    UnknownNameError
        If the language is unknown.
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    if set(intensity.dims) != {"part", "time"}:
        raise OptionError(
            "intensity", intensity.dims, "it has the dimensions part and time", repair="Choose one country: .sel(iso3=)"
        )
    code = str(intensity["iso3"].item()) if "iso3" in intensity.coords else ""
    name = places.name(code, lang=lang) if code else ""
    months = pd.DatetimeIndex(intensity["time"].values)
    when = pd.DatetimeIndex([full_day(day, what="events") for day in events])
    with drawing(ax, 10.0, 4.4) as (figure, axes):
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        bottom = np.zeros(len(months))
        for part, colour in _COLOURS.items():
            top = bottom + intensity.sel(part=part).values
            axes.fill_between(months, bottom, top, step="post", color=colour, lw=0)
            bottom = top
        highest = float(np.nanmax(bottom)) if np.isfinite(bottom).any() else 1.0
        axes.plot(when, np.full(len(when), 1.06 * highest), "|", ms=12, mew=1.4, color=VERMILION, clip_on=False)
        axes.set_ylim(0, 1.12 * highest)
        axes.set_xlim(months[0], months[-1] + pd.DateOffset(months=1))
        axes.set_ylabel(say["axis"], color=BLACK)
        handles: list[Any] = [
            Patch(color=_COLOURS[part], label=say[part]) for part in ("neighbours", "own", "baseline")
        ]
        handles.append(Line2D([], [], ls="none", marker="|", ms=12, mew=1.4, color=VERMILION, label=say["event"]))
        axes.legend(
            handles=handles,
            loc="lower left",
            bbox_to_anchor=(0.0, 1.0),
            ncols=4,
            fontsize=9,
            handlelength=1.2,
            borderaxespad=0.2,
        )
        text = title or say["title"].format(name=name)
        if ax is None:
            figure.suptitle(text, x=0.01, ha="left", fontweight="bold", fontsize=13)
        else:  # above the legend, which stands on the axes
            axes.set_title(text, pad=24)
        size = say["n"].format(n=len(when), name=name, first=months[0].year, last=months[-1].year)
        sign(figure, source=source, n=size, lang=lang, ax=ax)
    return figure
