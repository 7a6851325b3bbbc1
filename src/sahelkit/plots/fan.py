"""Fan chart: how the risk of one country builds up with the horizon, and how well it is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sahelkit._types import Lang
from sahelkit.language.countries import in_country
from sahelkit.language.dates import day_text, month_text
from sahelkit.language.numbers import decimal, number
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.risk import rule_text
from sahelkit.plots.style import BLUE, GREY, SKY, blank, house_style, sign

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sahelkit.models.forecast.path import RiskPath

WORDS = {
    "en": {
        "attempt": "Risk of a coup attempt {where} from {first} on",
        "success": "Risk of a successful coup {where} from {first} on",
        "x": "months ahead, by what was known on {day}",
        "y": "probability (%)",
        "middle": "forecast",
        "half": "50 % band",
        "most": "90 % band",
        "base": "mean of all states, last 15 years",
        "n": "Longest horizon learnt from {n} country-months, {e} with an event; bands: error of estimation alone",
        "source": "sahelkit, penalised hazard; list of coups: {rule}",
    },
    "fr": {
        "attempt": "Risque d’une tentative de coup {where} à partir de {first}",
        "success": "Risque d’un coup réussi {where} à partir de {first}",
        "x": "mois à venir, d’après ce que l’on savait le {day}",
        "y": "probabilité (%)",
        "middle": "prévision",
        "half": "bande à 50 %",
        "most": "bande à 90 %",
        "base": "moyenne de tous les États, 15 dernières années",
        "n": "Horizon le plus long estimé sur {n} mois-pays, dont {e} avec un événement ; bandes : erreur d’estimation "
        "seule",
        "source": "sahelkit, modèle de risque pénalisé ; liste des coups : {rule}",
    },
}


def plot_fan(path: RiskPath, *, lang: Lang | None = None) -> Figure:
    """Draw the bands of a risk path.

    Parameters
    ----------
    path : RiskPath
    lang : {"en", "fr"}
        Language of the words.
    """
    lang = check_language(lang)
    say = words(WORDS, lang)
    months = list(path.horizons)
    low90, low50, middle, high50, high90 = 100 * path.quantiles.T
    with house_style():
        figure, axes = blank(8.2, 4.8)
        axes.fill_between(months, low90, high90, color=SKY, alpha=0.35, linewidth=0, label=say["most"])
        axes.fill_between(months, low50, high50, color=SKY, alpha=0.9, linewidth=0, label=say["half"])
        axes.plot(months, middle, color=BLUE, marker="o", markersize=4, linewidth=2, label=say["middle"])
        axes.plot(months, 100 * path.base_rate, color=GREY, linestyle="--", linewidth=1.4, label=say["base"])
        for place in {len(months) - 1, months.index(12) if 12 in months else 0}:
            text = f"{decimal(middle[place], 1, lang)} %"
            axes.annotate(
                text, (months[place], middle[place]), (-4, 5), textcoords="offset points", ha="right", fontsize=9
            )
        axes.set_xticks([month for month in months if month == 1 or month % 6 == 0])
        axes.set_xlim(0, months[-1] + 0.5)
        axes.set_ylim(0, 1.05 * high90.max())
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:g}".replace(".", "," if lang == "fr" else "."))
        axes.set_xlabel(say["x"].format(day=day_text(path.date, lang)))
        axes.set_ylabel(say["y"])
        where = in_country(path.iso3, lang)
        axes.set_title(say[path.outcome].format(where=where, first=month_text(path.first, lang)))
        axes.legend(loc="upper left", fontsize=9)
        n = say["n"].format(n=number(path.n_rows, lang, digits=0), e=path.n_events)
        sign(figure, source=say["source"].format(rule=rule_text(path.rule)), n=n, lang=lang)
    return figure
