"""How a back-test is put into words, in English and French."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sahelkit.language.nouns import outcome_words
from sahelkit.language.numbers import number, percent, reach
from sahelkit.options import check_language

if TYPE_CHECKING:
    from sahelkit.evaluate.result import Backtest

RIVAL = "time_since"

_SENTENCE = {
    "en": "Of {n} forecasts from {first} to {last}, each made for one country on the first day from what had been "
    "published, {events} saw {what} {window}; the log score of “{model}” is {log} ({level} interval {log_ends}) "
    "against {base} for the base rate, and its ROC area {roc} ({roc_ends}); it {verdict} than the time since the "
    "last event alone (difference {difference}, {difference_ends}){vintage}.",
    "fr": "Sur {n} prévisions de {first} à {last}, faites chacune pour un pays au premier jour d’après ce qui était "
    "publié, {events} ont vu {what} {window} ; le score logarithmique de « {model} » est de {log} "
    "(intervalle à {level} : {log_ends}) contre {base} pour le taux moyen, et son aire ROC de {roc} "
    "({roc_ends}) ; il {verdict} que le seul temps écoulé depuis le dernier événement (écart {difference}, "
    "{difference_ends}){vintage}.",
}
_VERDICTS = {
    "en": {True: "forecasts better", False: "forecasts worse", None: "cannot be shown to forecast better"},
    "fr": {True: "prévoit mieux", False: "prévoit moins bien", None: "ne prévoit pas démontrablement mieux"},
}
# What the figures are that the forecasts were made from
_VINTAGE = {
    "en": (
        "; figures are today’s editions of what was out then",
        "; coups are those of the list of the time, other figures today’s editions",
    ),
    "fr": (
        " ; les chiffres sont ceux des éditions actuelles",
        " ; les coups d’État sont ceux de la liste de l’époque, les autres chiffres ceux des éditions actuelles",
    ),
}
_PERIOD = {"M": {"en": "month", "fr": "le mois"}, "Y": {"en": "year", "fr": "l’année"}}
_PERIODS = {"M": {"en": "months", "fr": "mois"}, "Y": {"en": "years", "fr": "ans"}}
_EVENTS = {
    "attempt": ("a coup attempt", "une tentative de coup d’État"),
    "success": ("a successful coup", "un coup d’État réussi"),
    "failure": ("a failed attempt", "une tentative échouée"),
}


def no_minus_zero(value: float, digits: int = 4) -> float:
    """The value, or 0 where only a minus sign would be left of it.

    Examples
    --------
    >>> no_minus_zero(-0.00001), no_minus_zero(-0.002)
    (0.0, -0.002)
    """
    return value if round(float(value), digits) else 0.0


def window_words(horizon: int, freq: str, lang: str) -> str:
    r"""When the event is to fall: in the period of the origin, or within several.

    Examples
    --------
    >>> window_words(1, "Y", "en"), window_words(12, "M", "fr")
    ('in that year', 'dans les 12\xa0mois')
    """
    if horizon == 1:
        return {"en": "in that ", "fr": "dans "}[lang] + _PERIOD[freq][lang]
    return {"en": "within {} {}", "fr": "dans les {}\u00a0{}"}[lang].format(horizon, _PERIODS[freq][lang])


def event_words(outcome: str, lang: str) -> str:
    """One event of a count, with its article."""
    return _EVENTS.get(outcome, ("an event", "un événement"))[lang == "fr"]


def backtest_sentence(result: Backtest, lang: str, *, level: float) -> str:
    """One careful sentence on the main model."""
    check_language(lang)
    table = result.scores(result.main, level=level).set_index("score")
    base = result.scores("base_rate", level=level, replicates=1).set_index("score")
    gap = result.against(RIVAL, level=level).frame.set_index("score").loc["log"]
    better = None if pd.isna(gap["better"]) else bool(gap["better"])
    return _SENTENCE[lang].format(
        n=number(result.n_rows, lang, digits=0),
        first=result.span[0],
        last=result.span[1],
        events=number(result.n_events, lang, digits=0),
        what=event_words(result.outcome, lang),
        window=window_words(result.horizon, result.freq, lang),
        model=result.main,
        log=number(table.loc["log", "estimate"], lang, digits=4),
        level=percent(level, lang),
        log_ends=reach(table.loc["log", "low"], table.loc["log", "high"], lang, digits=4),
        roc=number(table.loc["roc_auc", "estimate"], lang, digits=3),
        roc_ends=reach(table.loc["roc_auc", "low"], table.loc["roc_auc", "high"], lang, digits=3),
        base=number(base.loc["log", "estimate"], lang, digits=4),
        verdict=_VERDICTS[lang][better],
        difference=number(no_minus_zero(gap["difference"]), lang, digits=4),
        difference_ends=reach(gap["low"], gap["high"], lang, digits=4),
        vintage=_VINTAGE[lang][result.vintages],
    )


def title(result: Backtest, lang: str) -> str:
    """Title of the figure."""
    check_language(lang)
    what = event_words(result.outcome, lang)
    window = window_words(result.horizon, result.freq, lang)
    if lang == "fr":
        return f"Les probabilités se vérifient-elles ? {what[0].upper()}{what[1:]} {window}"
    return f"Do the probabilities come true? {what[0].upper()}{what[1:]} {window}"


def sample(result: Backtest, lang: str) -> str:
    """Sample of the figure."""
    rows = number(result.n_rows, lang, digits=0)
    events = number(result.n_events, lang, digits=0)
    first, last = result.span
    what = outcome_words(result.outcome, lang)
    if lang == "fr":
        return f"n = {rows} prévisions, {first} à {last}, dont {events} suivies de {what}"
    return f"n = {rows} forecasts, {first} to {last}, {events} of them followed by {what}"
