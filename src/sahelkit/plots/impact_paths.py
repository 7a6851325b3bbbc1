"""A country against what it is compared with, before and after an event."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sahelkit._types import Lang
from sahelkit.language.countries import country_of
from sahelkit.language.dates import month_text
from sahelkit.language.numbers import decimal
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.impact_marks import Mark, count_axis, legend_below, mark_events, measure, middles, year_axis
from sahelkit.plots.style import BLACK, BLUE, GREY, PALE, blank, house_style, sign

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sahelkit.models.impact.did import SyntheticDid
    from sahelkit.models.impact.synthetic_result import SyntheticControl

_WORDS = {
    "en": {
        "title": "{name} and its synthetic control, coup of {month}",
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
        "title": "{name} et son contrôle synthétique, coup d’État de {month}",
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


def _sizes(found: SyntheticControl | SyntheticDid, donors: int, lang: Lang) -> str:
    say = words(_WORDS, lang)
    return say["n"].format(donors=donors, before=int(np.sum(found.times < 0)), after=int(np.sum(found.times > 0)))


def _two_lines(
    found: SyntheticControl | SyntheticDid,
    band: Any,
    *,
    title: str,
    label: str,
    shade: str,
    source: str,
    n: str,
    marks: Sequence[Mark],
    lang: Lang,
) -> Figure:
    days = middles(found.months, found.width)
    with house_style():
        from matplotlib.lines import Line2D
        from matplotlib.patches import Patch

        figure, axes = blank(9.4, 5.0)
        name = country_of(found.unit, lang)
        handles: list[Any] = [Line2D([], [], color=BLACK, lw=2.2, marker="o", ms=4, label=name)]
        handles.append(Line2D([], [], color=BLUE, lw=2, ls="--", label=label))
        highest = max(found.observed.max(), found.synthetic.max())
        lowest = min(found.observed.min(), found.synthetic.min())
        if band is not None and np.isfinite(band).all():
            low, high = (np.maximum(end, 0.0) if found.scale == "log1p" else end for end in band)
            axes.fill_between(days, low, high, color=PALE, zorder=0)
            handles.append(Patch(color=PALE, label=shade))
            # A wide band is cut by the edge of the figure, so that the lines stay legible.
            room = 0.5 * (highest - lowest)
            highest, lowest = max(highest, min(high.max(), highest + room)), min(lowest, max(low.min(), lowest - room))
        elif band is not None:
            handles.append(Line2D([], [], ls="none", label=words(_WORDS, lang)["no band"]))
        axes.plot(days, found.synthetic, color=BLUE, lw=2, ls="--", zorder=3)
        axes.plot(days, found.observed, color=BLACK, lw=2.2, marker="o", ms=4, zorder=4)
        if found.scale == "log1p":
            count_axis(axes, top=float(highest), lang=lang)
        axes.set_ylim(min(-0.1, float(lowest) - 0.1), float(highest) + 0.05 * float(highest - lowest))
        year_axis(axes, days, found.width)
        axes.set_ylabel(measure(found.outcome, found.width, lang))
        axes.set_title(title.format(name=name, month=month_text(found.date, lang, short=True)), pad=16)
        legend_below(axes, handles + mark_events(axes, found.date, marks, lang=lang))
        sign(figure, source=source, n=n, lang=lang)
    return figure


def plot_synthetic(
    found: SyntheticControl, *, source: str, marks: Sequence[Mark] = (), lang: Lang | None = None
) -> Figure:
    """Draw a country and its synthetic control, with a band around the latter for what is usual among the donors.

    Where `SyntheticControl.no_interval` gives a reason there is no band.

    Parameters
    ----------
    found : SyntheticControl
    source : str
        Where the data come from.
    marks : sequence of Mark
        Other events to show.
    lang : {"en", "fr"}
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
    level = f"{100 * found.level:.0f}" + ("%" if lang == "en" else "\u00a0%")
    return _two_lines(
        found,
        found.band(),
        title=say["title"],
        label=say["synthetic"],
        shade=say["band"].format(level=level),
        source=source,
        n=_rank(found, lang),
        marks=marks,
        lang=lang,
    )


def plot_did(found: SyntheticDid, *, source: str, marks: Sequence[Mark] = (), lang: Lang | None = None) -> Figure:
    """Draw a country and its weighted donors, moved to its level before the event; options as in `plot_synthetic`.

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
    return _two_lines(
        found,
        None,
        title=say["did"],
        label=say["parallel"],
        shade="",
        source=source,
        n=_sizes(found, len(found.units), lang),
        marks=marks,
        lang=lang,
    )


def _rank(found: SyntheticControl, lang: Lang) -> str:
    say = words(_WORDS, lang)
    return say["p"].format(
        n=_sizes(found, len(found.weights), lang),
        p=decimal(found.p_value, 2, lang),
        least=decimal(found.smallest_p, 3, lang),
    )


def plot_placebo_gaps(found: SyntheticControl, *, source: str, lang: Lang | None = None) -> Figure:
    """Draw the gap of the country among those of its donors, each against its own synthetic control.

    Parameters
    ----------
    found : SyntheticControl
    source, lang
        As in `plot_synthetic`.

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
    name = country_of(found.unit, lang)
    with house_style():
        figure, axes = blank(9.0, 4.6)
        for number, gaps in enumerate(found.placebo_gaps.to_numpy().T):
            axes.plot(found.times, gaps, color=GREY, lw=0.8, alpha=0.5, label=say["donors"] if number == 0 else None)
        ratio = decimal(found.ratio, 1, lang)
        axes.plot(found.times, found.gaps, color=BLUE, lw=3, label=say["own"].format(name=name, ratio=ratio))
        axes.axvline(0, color=BLACK, lw=1)
        axes.axhline(0, color=BLACK, lw=0.8, ls="--")
        axes.set_xlabel(say["time"].format(n=found.width))
        axes.set_ylabel(say["gap"] if found.scale == "log1p" else say["plain"])
        low, high = axes.get_ylim()
        ticks = [tick for tick in axes.get_yticks() if low <= tick <= high]
        digits = 0 if all(float(tick).is_integer() for tick in ticks) else 1
        axes.set_yticks(ticks, [decimal(tick, digits, lang).replace("-", "−") for tick in ticks])
        marks = [time for time in range(int(found.times[0]), int(found.times[-1]) + 1) if time % 4 == 0]
        axes.set_xticks(marks, [str(time).replace("-", "−") for time in marks])
        axes.set_title(
            say["gaps"].format(name=name, n=len(found.weights), month=month_text(found.date, lang, short=True)),
            fontsize=11,
        )
        axes.legend(loc="upper left", fontsize=9)
        sign(figure, source=source, n=_rank(found, lang), lang=lang)
    return figure
