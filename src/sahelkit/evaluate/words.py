"""How a back-test is put into words, in English and French."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from sahelkit._types import Lang
from sahelkit.language.nouns import coup_words, outcome_words
from sahelkit.language.numbers import number, percent, reach
from sahelkit.language.texts import words

RIVAL = "time_since"

_WORDS = {
    "en": {
        "head": "{What} {window}, origins {first} to {last}: {n} rows scored with {events} events, {dark} not scored\n"
        "  models: {models}",
        "title": "Do the probabilities come true? {What} {window}",
        "sample": "n = {n} forecasts, {first} to {last}, {events} of them followed by {many}",
        "says": "Of {n} forecasts from {first} to {last}, each made for one country on the first day from what had "
        "been published, {events} saw {what} {window}; the log score of “{model}” is {log} ({level} interval "
        "{log_ends}) against {base} for the base rate, and its ROC area {roc} ({roc_ends}); it {verdict} than the time "
        "since the last event alone (difference {difference}, {difference_ends}){vintage}.",
        "better": "forecasts better",
        "worse": "forecasts worse",
        "tie": "cannot be shown to forecast better",
        "today": "; figures are today’s editions of what was out then",
        "vintages": "; coups are those of the list of the time, other figures today’s editions",
        "one M": "in that month",
        "one Y": "in that year",
        "M": "within {} months",
        "Y": "within {} years",
    },
    "fr": {
        "head": "{What} {window}, origines {first} à {last} : {n} prévisions évaluées, dont {events} suivies d’un "
        "événement, {dark} non évaluées\n  modèles : {models}",
        "title": "Les probabilités se vérifient-elles ? {What} {window}",
        "sample": "n = {n} prévisions, {first} à {last}, dont {events} suivies de {many}",
        "says": "Sur {n} prévisions de {first} à {last}, faites chacune pour un pays au premier jour d’après ce qui "
        "était publié, {events} ont vu {what} {window} ; le score logarithmique de « {model} » est de {log} "
        "(intervalle à {level} : {log_ends}) contre {base} pour le taux moyen, et son aire ROC de {roc} "
        "({roc_ends}) ; il {verdict} que le seul temps écoulé depuis le dernier événement (écart {difference}, "
        "{difference_ends}){vintage}.",
        "better": "prévoit mieux",
        "worse": "prévoit moins bien",
        "tie": "ne prévoit pas démontrablement mieux",
        "today": " ; les chiffres sont ceux des éditions actuelles",
        "vintages": " ; les coups d’État sont ceux de la liste de l’époque, les autres chiffres ceux des éditions "
        "actuelles",
        "one M": "dans le mois",
        "one Y": "dans l’année",
        "M": "dans les {} mois",
        "Y": "dans les {} ans",
    },
}


class Tested(NamedTuple):
    """What a back-test forecast, and how much of it is scored.

    Attributes
    ----------
    outcome : str
        Count of events.
    horizon : int
        Length of the window in periods of `freq`.
    freq : str
        ``"M"`` or ``"Y"``.
    first, last : str
        First and last origin.
    n_rows, n_events : int
        Scored rows of the main model, and those with an event.
    """

    outcome: str
    horizon: int
    freq: str
    first: str
    last: str
    n_rows: int
    n_events: int


def no_minus_zero(value: float, digits: int = 4) -> float:
    """The value, or 0 where only a minus sign would be left of it.

    Examples
    --------
    >>> no_minus_zero(-0.00001), no_minus_zero(-0.002)
    (0.0, -0.002)
    """
    return value if round(float(value), digits) else 0.0


def verdict_key(better: object) -> str:
    """Whether a forecast is the better one, the worse one, or cannot be told apart: a key of tables of words."""
    return "tie" if pd.isna(better) else "better" if better else "worse"


def window_words(horizon: int, freq: str, lang: Lang) -> str:
    r"""When the event is to fall: in the period of the origin, or within several.

    Examples
    --------
    >>> window_words(1, "Y", "en"), window_words(12, "M", "fr")
    ('in that year', 'dans les 12\xa0mois')
    """
    say = words(_WORDS, lang)
    return say[f"one {freq}"] if horizon == 1 else say[freq].format(horizon)


def backtest_text(key: str, about: Tested, lang: Lang, **more: Any) -> str:
    """A text on a back-test: its ``"head"``, the ``"title"`` and ``"sample"`` of its figure."""
    say = words(_WORDS, lang)
    what = coup_words(about.outcome, lang)
    return say[key].format(
        what=what,
        What=what[0].upper() + what[1:],
        many=outcome_words(about.outcome, lang),
        window=window_words(about.horizon, about.freq, lang),
        first=about.first,
        last=about.last,
        n=number(about.n_rows, lang, digits=0),
        events=number(about.n_events, lang, digits=0),
        **more,
    )


def backtest_sentence(
    about: Tested,
    scores: pd.DataFrame,
    gap: Mapping[str, Any],
    *,
    model: str,
    base: float,
    level: float,
    vintages: bool,
    lang: Lang,
) -> str:
    """One careful sentence on the main model.

    Parameters
    ----------
    about : Tested
    scores : pandas.DataFrame
        ``estimate, low, high`` of the main model, by score.
    gap : mapping
        ``difference, low, high, better`` of the log score against `RIVAL`.
    model : str
        Name of the main model.
    base : float
        Log score of the base rate.
    level : float
        Level of the intervals.
    vintages : bool
        Whether coups were those of the list of the time.
    lang : {"en", "fr"}
        Language.
    """
    say = words(_WORDS, lang)
    log, roc = scores.loc["log"], scores.loc["roc_auc"]
    return backtest_text(
        "says",
        about,
        lang,
        model=model,
        log=number(log["estimate"], lang, digits=4),
        level=percent(level, lang),
        log_ends=reach(log["low"], log["high"], lang, digits=4),
        roc=number(roc["estimate"], lang, digits=3),
        roc_ends=reach(roc["low"], roc["high"], lang, digits=3),
        base=number(base, lang, digits=4),
        verdict=say[verdict_key(gap["better"])],
        difference=number(no_minus_zero(gap["difference"]), lang, digits=4),
        difference_ends=reach(gap["low"], gap["high"], lang, digits=4),
        vintage=say["vintages" if vintages else "today"],
    )
