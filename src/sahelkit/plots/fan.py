"""Fan chart: how the risk of one country builds up with the horizon, and how well it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from sahelkit._types import Lang, Rule
from sahelkit.language.coders import rule_name
from sahelkit.language.countries import in_country
from sahelkit.language.dates import day_text, span_text
from sahelkit.language.nouns import coup_words
from sahelkit.language.numbers import decimal, number
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLUE, GREY, SKY, drawing, sign

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WORDS = {
    "en": {
        "title": "Risk of {event} {where} {span}",
        "x": "months ahead, by what was known on {day}",
        "y": "probability (%)",
        "middle": "forecast",
        "half": "50 % band",
        "most": "90 % band",
        "base": "mean of all states, last 15 years",
        "n": "n = {n} country-months for the longest horizon, {e} with an event; bands: error of estimation alone",
        "hazard": "penalised hazard",
        "source": "sahelkit, {model}; list of coups: {rule}",
    },
    "fr": {
        "title": "Risque d’{event} {where} {span}",
        "x": "mois à venir, d’après ce que l’on savait le {day}",
        "y": "probabilité (%)",
        "middle": "prévision",
        "half": "bande à 50 %",
        "most": "bande à 90 %",
        "base": "moyenne de tous les États, 15 dernières années",
        "n": "n = {n} mois-pays pour l’horizon le plus long, dont {e} avec un événement ; bandes : erreur d’estimation "
        "seule",
        "hazard": "modèle de risque pénalisé",
        "source": "sahelkit, {model} ; liste des coups : {rule}",
    },
}


def plot_fan(
    path: pd.DataFrame,
    *,
    iso3: str,
    date: pd.Timestamp,
    first: pd.Period,
    outcome: str,
    rule: Rule,
    n_rows: int,
    n_events: int,
    model: str = "",
    ax: Axes | None = None,
    lang: Lang | None = None,
) -> Figure:
    """Draw the bands of a risk path.

    Parameters
    ----------
    path : pandas.DataFrame
        One row per horizon, as `RiskPath.tidy` gives it.
    iso3 : str
        The country.
    date : pandas.Timestamp
        Day of knowledge.
    first : pandas.Period
        First month of the windows.
    outcome, rule : str
        What is forecast, and whose list of attempts.
    n_rows, n_events : int
        Rows learnt from at the longest horizon, and those with an event.
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
    months = path["horizon"].tolist()
    shares = 100 * path.drop(columns="horizon")
    middle = shares["probability"].to_numpy()
    with drawing(ax, 8.2, 4.8) as (figure, axes):
        bands = () if shares["low90"].isna().all() else (("90", 0.35, "most"), ("50", 0.9, "half"))
        for name, shade, label in bands:
            ends = shares[f"low{name}"], shares[f"high{name}"]
            axes.fill_between(months, *ends, color=SKY, alpha=shade, linewidth=0, label=say[label])
        axes.plot(months, middle, color=BLUE, marker="o", markersize=4, linewidth=2, label=say["middle"])
        axes.plot(months, shares["base_rate"], color=GREY, linestyle="--", linewidth=1.4, label=say["base"])
        at: dict[str, Any] = {"xytext": (-4, 5), "textcoords": "offset points", "ha": "right", "fontsize": 9}
        for place in {len(months) - 1, months.index(12) if 12 in months else 0}:
            axes.annotate(f"{decimal(middle[place], 1, lang)} %", (months[place], middle[place]), **at)
        axes.set_xticks([month for month in months if month == 1 or month % 6 == 0])
        axes.set_xlim(0, months[-1] + 0.5)
        axes.set_ylim(0, 1.05 * float(np.nanmax([shares["high90"].max(), middle.max()])))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace(".", "," if lang == "fr" else "."))
        axes.set_xlabel(say["x"].format(day=day_text(date, lang)))
        axes.set_ylabel(say["y"])
        about = {"where": in_country(iso3, lang), "span": span_text(first, None, lang)}
        axes.set_title(say["title"].format(event=coup_words(outcome, lang), **about))
        axes.legend(loc="upper left", fontsize=9)
        n = say["n"].format(n=number(n_rows, lang, digits=0), e=n_events)
        sign(
            figure,
            source=say["source"].format(model=model or say["hazard"], rule=rule_name(rule, lang)),
            n=n,
            lang=lang,
            ax=ax,
        )
    return figure
