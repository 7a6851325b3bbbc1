"""Figure of a risk table: each country's probability and interval, beside the year before and the base rate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.geography import places
from sahelkit.language.coders import rule_name
from sahelkit.language.dates import day_text, span_text
from sahelkit.language.nouns import coup_words
from sahelkit.language.numbers import decimal, number
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLACK, BLUE, GREY, ORANGE, drawing, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "Risk of {event}, {span}",
        "axis": "probability within {months} months, by what was known on {day} (%)",
        "now": "forecast, {level} % interval",
        "bare": "forecast (no interval)",
        "before": "forecast of a year before",
        "base": "base rate of the world, {rate} %",
        "record": "Right: of past forecasts of that size,\nhow many came true",
        "n": "n = {n} country-months learnt from, {e} with an event; {past} past forecasts since 1991",
        "hazard": "penalised hazard",
        "source": "sahelkit, {model}; list of coups: {rule}",
    },
    "fr": {
        "title": "Risque d’{event}, {span}",
        "axis": "probabilité dans les {months} mois, d’après ce que l’on savait le {day} (%)",
        "now": "prévision, intervalle à {level} %",
        "before": "prévision d’un an avant",
        "base": "fréquence moyenne dans le monde, {rate} %",
        "record": "À droite : combien de prévisions\npassées de cet ordre se sont réalisées",
        "n": "n = {n} mois-pays d’estimation, dont {e} avec un événement ; {past} prévisions passées depuis 1991",
        "hazard": "modèle de risque pénalisé",
        "source": "sahelkit, {model} ; liste des coups : {rule}",
    },
}


def plot_risk(
    table: pd.DataFrame,
    *,
    n_rows: int,
    n_events: int,
    n_past: int,
    model: str = "",
    ax: Axes | None = None,
    lang: Lang | None = None,
) -> Figure:
    """Draw a risk table, highest risk on top, forty countries at most.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per country, as `RiskTable.tidy` gives it.
    n_rows, n_events, n_past : int
        Rows learnt from, those with an event, and past forecasts of all states.
    model : str
        Who forecasts, for the foot of the figure; the penalised hazard when empty.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new figure when absent.
    lang : {"en", "fr"}
        Language of the words.

    Returns
    -------
    matplotlib.figure.Figure
    """
    lang = check_language(lang)
    say = words(_WORDS, lang)
    shown = table.head(40)
    about = shown.iloc[0]
    height = np.arange(len(shown))[::-1]
    low, middle, high, before = (100 * shown[name] for name in ("low", "probability", "high", "year_before"))
    base = 100 * float(about["base_rate"])
    with drawing(ax, 8.6, 1.9 + 0.36 * len(shown)) as (figure, axes):
        axes.hlines(height, low, high, color=BLUE, linewidth=3, zorder=2)
        now = say["bare" if low.isna().all() else "now"].format(level=f"{100 * about['level']:g}")
        axes.plot(middle, height, "o", color=BLUE, zorder=3, label=now)
        axes.plot(before, height, "D", mfc="white", mec=ORANGE, mew=1.5, zorder=4, label=say["before"])
        label = say["base"].format(rate=decimal(base, 1, lang))
        axes.axvline(base, color=GREY, linestyle="--", linewidth=1, zorder=1, label=label)
        axes.set_yticks(height, [places.name(code, lang=lang) for code in shown["iso3"]])
        axes.set_ylim(-0.7, len(shown) - 0.3)
        axes.set_xlim(0, 1.04 * float(np.nanmax([high.max(), middle.max(), before.max(), base])))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace(".", "," if lang == "fr" else "."))
        axes.set_xlabel(say["axis"].format(months=about["horizon"], day=day_text(about["date"], lang)))
        axes.set_title(risk_title(about, say["title"], lang))
        at: dict[str, Any] = {"xycoords": ("axes fraction", "data"), "va": "center", "clip_on": False}
        for y, hits, count in zip(height, shown["band_events"], shown["band_n"], strict=True):
            axes.annotate(f"{hits} / {count}", (1.01, y), fontsize=8, color=BLACK, **at)
        axes.legend(loc="lower right", fontsize=8, title=say["record"], title_fontsize=8)
        n = say["n"].format(n=number(n_rows, lang, digits=0), e=n_events, past=number(n_past, lang, digits=0))
        sign(
            figure,
            source=say["source"].format(model=model or say["hazard"], rule=rule_name(about["rule"], lang)),
            n=n,
            lang=lang,
            ax=ax,
        )
    return figure


def risk_title(row: pd.Series, text: str, lang: Lang) -> str:
    """What is forecast and for which months, from a row of a risk table."""
    span = span_text(pd.Period(row["first"]), pd.Period(row["last"]), lang)
    return text.format(event=coup_words(row["outcome"], lang), span=span)
