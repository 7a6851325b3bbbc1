"""Sentences about the relation, in English and in French."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Lang
from sahelkit.geography import places
from sahelkit.language.coders import rule_name
from sahelkit.language.countries import in_country
from sahelkit.language.dates import day_text
from sahelkit.language.numbers import count_text, decimal, percent
from sahelkit.language.texts import words
from sahelkit.models.relation.posterior import Posterior

_PAIR = {
    "en": {
        "after": "an attempt in {source} goes with {extra} more percentage points of risk of an attempt in {target} "
        "within {months} months (90 % interval {low} to {high}), on top of {without} %",
        "own": "an attempt in {source} goes with {extra} more percentage points of risk of another attempt there "
        "within {months} months (90 % interval {low} to {high}), on top of {without} %",
        "size": "In a model of {n} attempts in {countries} countries, {years} (list: {rule}), {body}; {caveat}.",
        "none": "{source} had no attempt in the window, so there is no history to compare.",
    },
    "fr": {
        "after": "une tentative de coup {in_source} s’accompagne de {extra} point(s) de pourcentage de risque de plus "
        "d’une tentative {in_target} dans les {months} mois (intervalle à 90 % : de {low} à {high}), au-delà d’un "
        "risque de {without} %",
        "own": "une tentative de coup {in_source} s’accompagne de {extra} point(s) de pourcentage de risque de plus "
        "d’une nouvelle tentative dans ce pays dans les {months} mois (intervalle à 90 % : de {low} à {high}), "
        "au-delà d’un risque de {without} %",
        "size": "Selon un modèle fondé sur {n} tentatives dans {countries} pays, {years} (liste : {rule}), {body} ; "
        "{caveat}.",
        "none": "Aucune tentative n’a eu lieu {in_source} pendant la période : rien à comparer.",
    },
}
_CAVEATS = {
    "en": {
        "prior": "about {share} % of that answer is prior belief and not data, and the model cannot give less than "
        "zero, so it is no proof of contagion",
        "far": "the two share no border, so in this model the risk can only pass through third countries",
        "near": "the model cannot give less than zero, and a cause common to both countries would look the same",
        "own": "a lasting weakness of the country that the model does not see would look the same",
    },
    "fr": {
        "prior": "environ {share} % de cette réponse tiennent à l’hypothèse de départ et non aux données, et le modèle "
        "ne peut donner moins de zéro : ce n’est pas une preuve de contagion",
        "far": "les deux pays n’ayant pas de frontière commune, le risque ne peut passer, dans ce modèle, que par des "
        "pays tiers",
        "near": "le modèle ne peut donner moins de zéro, et une cause commune aux deux pays donnerait la même image",
        "own": "une fragilité durable du pays que le modèle ne voit pas donnerait la même image",
    },
}
_WHAT_IF = {
    "en": {
        "body": "the chance of an attempt in {target} within {months} months of the attempt in {source} on {date} was, "
        "by the model, {without} % without that attempt and {extra} percentage points more with it (90 % interval "
        "{low} to {high}; {n} attempts in {countries} countries)",
        "caveat": "the model cannot give less than zero, nor tell this from a cause common to both countries",
        "none": "no attempt followed there",
        "one": "what then happened: an attempt there on {day}",
        "several": "what then happened: attempts there on {day}",
        "and": " and ",
        "open": "what followed there is known until {until} only",
        "all": "By the list of {rule}, {body}; {caveat}; {record}.",
    },
    "fr": {
        "body": "la probabilité d’une tentative {in_target} dans les {months} mois suivant la tentative de coup du "
        "{date} {in_source} était, selon le modèle, de {without} % sans celle-ci et de {extra} point(s) de "
        "pourcentage de plus avec elle (intervalle à 90 % : de {low} à {high} ; {n} tentatives dans {countries} pays)",
        "caveat": "le modèle ne peut donner moins de zéro, ni distinguer cet écart d’une cause commune aux deux pays",
        "none": "aucune tentative n’y a suivi",
        "one": "dans les faits, une tentative y a eu lieu le {day}",
        "several": "dans les faits, des tentatives y ont eu lieu : {day}",
        "and": " et ",
        "open": "ce qui y a suivi n’est connu que jusqu’au {until}",
        "all": "D’après la liste « {rule} », {body} ; {caveat} ; {record}.",
    },
}


HEADS = {
    "en": {
        "matrix": "{n} attempts ({rule}), {countries} countries, {first} to {last}",
        "grid": "extra probability within {months} months, percentage points, median [90 %]; row: source",
        "path": "{country}, {date}: chance of an attempt within {months} months (percent)\n"
        "history to that day; parameters from {n} attempts ({rule}) known on {known}",
        "refit": "that day",
        "then": "what then happened:",
        "nothing": "no further attempt in these countries",
        "drawn": "{draws} of {kept} draws; smallest effective sample {ess}, largest R-hat {rhat}, {astray} "
        "trajectories astray, {explosive} explosive draws left out",
    },
    "fr": {
        "matrix": "{n} tentatives ({rule}), {countries} pays, du {first} au {last}",
        "grid": "probabilité supplémentaire dans les {months} mois, points de pourcentage, médiane [90 %] ; ligne : "
        "pays de la tentative",
        "path": "{country}, {date} : probabilité d’une tentative dans les {months} mois (pour cent)\n"
        "passé jusqu’à ce jour ; paramètres tirés de {n} tentatives ({rule}) connues le {known}",
        "refit": "jour même",
        "then": "ce qui a suivi :",
        "nothing": "aucune autre tentative dans ces pays",
        "drawn": "{draws} tirages sur {kept} ; plus petit échantillon efficace {ess}, plus grand R-hat {rhat}, "
        "{astray} trajectoires égarées, {explosive} de tirages explosifs écartés",
    },
}


def _facts(source: str, target: str, extra: Floats, without: float, lang: Lang) -> dict[str, str]:
    """Names of the two countries, and the numbers: one digit, but two where one would print a real effect as zero."""
    low, _, middle, _, high = extra
    digits = 2 if max(abs(middle), abs(high)) < 0.5 else 1
    numbers = {"extra": middle, "low": low, "high": high}
    return {
        "source": places.name(source, lang=lang),
        "target": places.name(target, lang=lang),
        "in_source": in_country(source, lang),
        "in_target": in_country(target, lang),
        "without": decimal(without, 1, lang),
        **{name: decimal(value, digits, lang) for name, value in numbers.items()},
    }


def _plural(sentence: str, value: float, lang: Lang) -> str:
    # In French the plural begins at two: 0,7 point, 1,9 point, 2,0 points.
    if lang == "fr":
        return sentence.replace("point(s)", "points" if round(abs(value), 1) >= 2 else "point")
    return sentence


def pair_sentence(
    lang: Lang,
    *,
    source: str,
    target: str,
    months: int,
    extra: Floats,
    without: float,
    prior_share: float,
    borders: bool,
    n_events: int,
    n_countries: int,
    window: Mapping[str, str],
    rule: str,
) -> str:
    """One sentence about one pair.

    Parameters
    ----------
    lang : {"en", "fr"}
    source, target : str
        Codes of the countries.
    months : int
        Horizon.
    extra : array, shape (5,)
        Quantiles of the difference in percentage points; NaN for a source without an attempt.
    without : float
        Risk without the attempt, percent.
    prior_share : float
        How much of the answer is prior.
    borders : bool
        Whether the two share a border.
    n_events, n_countries : int
        Size of the data.
    window : mapping
        ``first`` and ``last`` day, as texts.
    rule : str
        Whose list of attempts.

    Raises
    ------
    UnknownNameError
        If the language is unknown.
    """
    say, facts = words(_PAIR, lang), _facts(source, target, extra, without, lang)
    if np.isnan(extra[2]):
        return say["none"].format(**facts)
    if source == target:
        caveat = "own"
    elif not borders:
        caveat = "far"
    else:
        caveat = "prior" if prior_share >= 0.3 else "near"
    sentence = say["size"].format(
        n=n_events,
        countries=n_countries,
        years=f"{window['first'][:4]}–{window['last'][:4]}",
        rule=rule_name(rule, lang),
        body=say["own" if source == target else "after"].format(months=months, **facts),
        caveat=words(_CAVEATS, lang)[caveat].format(share=5 * round(20 * float(prior_share))),
    )
    return _plural(sentence, extra[2], lang)


def what_if_sentence(
    lang: Lang,
    *,
    source: str,
    target: str,
    date: pd.Timestamp,
    months: int,
    extra: Floats,
    without: float,
    followed: Sequence[pd.Timestamp],
    known_until: pd.Timestamp | None,
    borders: bool,
    n_events: int,
    n_countries: int,
    rule: str,
) -> str:
    """One sentence about one target over the whole horizon.

    Parameters
    ----------
    date : pandas.Timestamp
        Day of the attempt.
    followed : sequence of pandas.Timestamp
        Days of the attempts that followed in the target.
    known_until : pandas.Timestamp or None
        Last day of the record, where that does not reach the horizon.
    lang, source, target, months, extra, without, borders, n_events, n_countries, rule
        As in `pair_sentence`.

    Raises
    ------
    UnknownNameError
        If the language is unknown.
    """
    say, days = words(_WHAT_IF, lang), [day_text(day, lang) for day in followed]
    body = say["body"].format(
        date=day_text(date, lang),
        months=months,
        n=n_events,
        countries=n_countries,
        **_facts(source, target, extra, without, lang),
    )
    if not days:
        record = say["none"] if known_until is None else say["open"].format(until=day_text(known_until, lang))
    else:
        joined = say["and"].join(filter(None, [", ".join(days[:-1]), days[-1]]))
        record = say["one" if len(days) == 1 else "several"].format(day=joined)
    caveat = say["caveat"] if borders or target == source else words(_CAVEATS, lang)["far"]
    sentence = say["all"].format(rule=rule_name(rule, lang), body=body, caveat=caveat, record=record)
    return _plural(sentence, extra[2], lang)


def diagnostics_line(drawn: Posterior, lang: Lang) -> str:
    """How well the posterior was drawn, in one line."""
    return words(HEADS, lang)["drawn"].format(
        draws=count_text(len(drawn), lang),
        kept=count_text(drawn.n_kept, lang),
        ess=count_text(drawn.ess.min(), lang),
        rhat=decimal(drawn.rhat, 3, lang),
        astray=drawn.diverged,
        explosive=percent(drawn.explosive, lang, digits=1),
    )


def interval_text(values: Sequence[float] | Floats, lang: Lang, *, sign: str = "") -> str:
    """Median and 90 % interval; `sign` goes before a median that is not negative.

    Examples
    --------
    >>> interval_text([0.05, 0.3, 0.66, 1.3, 2.25], "fr")
    '0,7 [0,1 ; 2,2]'
    """
    low, middle, high = (decimal(values[at], 1, lang).replace("-", "−") for at in (0, 2, 4))
    return f"{sign * int(values[2] >= 0)}{middle} [{low}{' ; ' if lang == 'fr' else ', '}{high}]"
