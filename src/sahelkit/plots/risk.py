"""Figure of a risk table: each country's probability and interval, beside the year before and the base rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sahelkit._types import Lang
from sahelkit.geography import places
from sahelkit.language.dates import day_text, month_text
from sahelkit.language.numbers import decimal, number
from sahelkit.language.texts import words
from sahelkit.options import check_language
from sahelkit.plots.style import BLACK, BLUE, GREY, ORANGE, blank, house_style, sign

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from sahelkit.models.forecast.risk_result import RiskTable

WORDS = {
    "en": {
        "attempt": "Risk of a coup attempt, {first} to {last}",
        "success": "Risk of a successful coup, {first} to {last}",
        "axis": "probability within {months} months, by what was known on {day} (%)",
        "now": "forecast, {level} % interval",
        "before": "forecast of a year before",
        "base": "base rate of the world, {rate} %",
        "record": "Right: of past forecasts of that size,\nhow many came true",
        "n": "Learnt from {n} country-months, {e} with an event; {past} past forecasts since 1991",
        "source": "sahelkit, penalised hazard; list of coups: {rule}",
    },
    "fr": {
        "attempt": "Risque d’une tentative de coup d’État, de {first} à {last}",
        "success": "Risque d’un coup d’État réussi, de {first} à {last}",
        "axis": "probabilité dans les {months} mois, d’après ce que l’on savait le {day} (%)",
        "now": "prévision, intervalle à {level} %",
        "before": "prévision d’un an avant",
        "base": "fréquence moyenne dans le monde, {rate} %",
        "record": "À droite : combien de prévisions\npassées de cet ordre se sont réalisées",
        "n": "Modèle estimé sur {n} mois-pays, dont {e} avec un événement ; {past} prévisions passées depuis 1991",
        "source": "sahelkit, modèle de risque pénalisé ; liste des coups : {rule}",
    },
}
_RULES = {"powell_thyne": "Powell & Thyne", "cline": "Cline Center", "colpus": "Colpus", "cam": "CAM"}


def rule_text(rule: str) -> str:
    """Name of a list of coups as figures print it."""
    return _RULES.get(rule, rule)


def plot_risk(table: RiskTable, *, lang: Lang | None = None) -> Figure:
    """Draw a risk table, highest risk on top, forty countries at most.

    Parameters
    ----------
    table : RiskTable
    lang : {"en", "fr"}
        Language of the words.
    """
    lang = check_language(lang)
    say = words(WORDS, lang)
    shown = table.frame.head(40)
    height = np.arange(len(shown))[::-1]
    with house_style():
        figure, axes = blank(8.6, 1.9 + 0.36 * len(shown))
        low, high = 100 * shown["low"], 100 * shown["high"]
        level = f"{100 * table.level:.0f}"
        axes.hlines(height, low, high, color=BLUE, linewidth=3, zorder=2)
        axes.plot(100 * shown["probability"], height, "o", color=BLUE, zorder=3, label=say["now"].format(level=level))
        axes.plot(
            100 * shown["year_before"], height, "D", mfc="white", mec=ORANGE, mew=1.5, zorder=4, label=say["before"]
        )
        base = 100 * float(shown["base_rate"].iloc[0])
        label = say["base"].format(rate=decimal(base, 1, lang))
        axes.axvline(base, color=GREY, linestyle="--", linewidth=1, zorder=1, label=label)
        axes.set_yticks(height, [places.name(code, lang=lang) for code in shown["iso3"]])
        axes.set_ylim(-0.7, len(shown) - 0.3)
        axes.set_xlim(0, 1.04 * float(np.nanmax([high.max(), 100 * shown["year_before"].max(), base])))
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}".replace(".", "," if lang == "fr" else "."))
        axes.set_xlabel(say["axis"].format(months=table.horizon, day=day_text(table.date, lang)))
        months = {"first": month_text(table.first, lang), "last": month_text(table.last, lang)}
        axes.set_title(say[table.outcome].format(**months))
        for y, hits, count in zip(height, shown["band_events"], shown["band_n"], strict=True):
            of = f"{hits} / {count}"
            axes.annotate(
                of, (1.01, y), xycoords=("axes fraction", "data"), va="center", fontsize=8, color=BLACK, clip_on=False
            )
        axes.legend(loc="lower right", fontsize=8, title=say["record"], title_fontsize=8)
        n = say["n"].format(
            n=number(table.n_rows, lang, digits=0), e=table.n_events, past=number(table.n_past, lang, digits=0)
        )
        sign(figure, source=say["source"].format(rule=rule_text(table.rule)), n=n, lang=lang)
    return figure
