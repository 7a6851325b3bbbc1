"""Sentences about the relation, in English and in French."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sahelkit._types import Lang
from sahelkit.errors import UnknownNameError
from sahelkit.geography import places
from sahelkit.language.coders import rule_name
from sahelkit.language.countries import in_country
from sahelkit.language.dates import day_text
from sahelkit.language.numbers import decimal
from sahelkit.language.texts import words

if TYPE_CHECKING:
    from sahelkit.models.relation.counterfactual import WhatIf
    from sahelkit.models.relation.posterior import Posterior
    from sahelkit.models.relation.result import RelationMatrix

_PAIR = {
    "en": {
        "after": "an attempt in {source} goes with {extra} more percentage points of risk of an attempt in {target} "
        "within {months} months (90 % interval {low} to {high}), on top of {without} %",
        "own": "an attempt in {source} goes with {extra} more percentage points of risk of another attempt there "
        "within {months} months (90 % interval {low} to {high}), on top of {without} %",
        "size": "In a model of {n} attempts in {countries} countries, {years} (list: {rule}), {body}; {caveat}.",
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
        "far": "the two share no border, so in this model the risk can only pass through third countries",
        "none": "no attempt followed there",
        "one": "what then happened: an attempt there on {day}",
        "several": "what then happened: attempts there on {day}",
        "open": "what followed there is known until {until} only",
        "all": "By the list of {rule}, {body}; {caveat}; {record}.",
    },
    "fr": {
        "body": "la probabilité d’une tentative {in_target} dans les {months} mois suivant la tentative de coup du "
        "{date} {in_source} était, selon le modèle, de {without} % sans celle-ci et de {extra} point(s) de "
        "pourcentage de plus avec elle (intervalle à 90 % : de {low} à {high} ; {n} tentatives dans {countries} pays)",
        "caveat": "le modèle ne peut donner moins de zéro, ni distinguer cet écart d’une cause commune aux deux pays",
        "far": "les deux pays n’ayant pas de frontière commune, le risque ne peut passer, dans ce modèle, que par des "
        "pays tiers",
        "none": "aucune tentative n’y a suivi",
        "one": "dans les faits, une tentative y a eu lieu le {day}",
        "several": "dans les faits, des tentatives y ont eu lieu : {day}",
        "open": "ce qui y a suivi n’est connu que jusqu’au {until}",
        "all": "D’après la liste « {rule} », {body} ; {caveat} ; {record}.",
    },
}


def _numbers(values: Mapping[str, float], lang: Lang) -> dict[str, str]:
    # One digit, but two where one would print a real effect as zero.
    small = max(abs(values[key]) for key in ("extra", "high")) < 0.5
    digits = {"extra": 2, "low": 2, "high": 2} if small else {}
    return {key: decimal(value, digits.get(key, 1), lang) for key, value in values.items()}


def pair_sentence(found: RelationMatrix, source: str, target: str, lang: Lang) -> str:
    """One sentence about one pair at the first horizon.

    Raises
    ------
    UnknownNameError
        If the pair is not in the matrix or the language is unknown.
    """
    say, caveats = words(_PAIR, lang), words(_CAVEATS, lang)
    for what, code, known in (("source", source, found.sources), ("target", target, found.targets)):
        if code not in known:
            raise UnknownNameError(what, code, known)
    s, t = found.sources.index(source), found.targets.index(target)
    low, _, extra, _, high = found.values[s, t, 0, 2]
    if np.isnan(extra):
        none = {
            "en": f"{places.name(source)} had no attempt in the window, so there is no history to compare.",
            "fr": f"Aucune tentative n’a eu lieu {in_country(source, 'fr')} pendant la période : rien à comparer.",
        }
        return none[lang]
    share = found.prior_share[s, t, 0]
    if source == target:
        caveat = caveats["own"]
    elif not found.borders[s, t]:
        caveat = caveats["far"]
    else:
        caveat = caveats["prior"] if share >= 0.3 else caveats["near"]
    numbers = _numbers({"extra": extra, "low": low, "high": high, "without": found.values[s, t, 0, 1, 2]}, lang)
    body = say["own" if source == target else "after"].format(
        source=places.name(source, lang=lang),
        target=places.name(target, lang=lang),
        in_source=in_country(source, lang),
        in_target=in_country(target, lang),
        months=found.horizons[0],
        **numbers,
    )
    evidence = found.posterior.evidence
    sentence = say["size"].format(
        n=found.n_events,
        countries=found.n_countries,
        years=f"{evidence.first.year}–{evidence.last.year}",
        rule=rule_name(found.rule, lang),
        body=body,
        caveat=caveat.format(share=5 * round(20 * float(share))),
    )
    return _plural(sentence, extra, lang)


def what_if_sentence(path: WhatIf, target: str, lang: Lang) -> str:
    """One sentence about one target over the whole horizon.

    Raises
    ------
    UnknownNameError
        If the target is not followed or the language is unknown.
    """
    say = words(_WHAT_IF, lang)
    if target not in path.targets:
        raise UnknownNameError("target", target, path.targets)
    t = path.targets.index(target)
    low, _, extra, _, high = path.values[t, -1, 2]
    values = {"extra": extra, "low": low, "high": high}
    numbers = _numbers(values | {"without": path.values[t, -1, 1, 2]}, lang)
    body = say["body"].format(
        source=places.name(path.source, lang=lang),
        target=places.name(target, lang=lang),
        in_source=in_country(path.source, lang),
        in_target=in_country(target, lang),
        date=day_text(path.date, lang),
        months=path.horizon,
        n=path.n_events,
        countries=path.n_countries,
        **numbers,
    )
    days = [day_text(day, lang) for day in path.record.loc[path.record["iso3"] == target, "date"]]
    joined = f" {'and' if lang == 'en' else 'et'} ".join(filter(None, [", ".join(days[:-1]), *days[-1:]]))
    kind = "none" if not days else "one" if len(days) == 1 else "several"
    if not days and path.record_until < path.date + _months(path.horizon):
        kind = "open"
    record = say[kind].format(day=joined, until=day_text(path.record_until, lang))
    caveat = say["caveat" if path.borders[t] or target == path.source else "far"]
    sentence = say["all"].format(rule=rule_name(path.rule, lang), body=body, caveat=caveat, record=record)
    return _plural(sentence, extra, lang)


def _months(number: int) -> object:
    import pandas as pd

    return pd.DateOffset(months=number)


def _plural(sentence: str, value: float, lang: Lang) -> str:
    # In French the plural begins at two: 0,7 point, 1,9 point, 2,0 points.
    if lang == "fr":
        return sentence.replace("point(s)", "points" if round(abs(value), 1) >= 2 else "point")
    return sentence


def diagnostics_line(drawn: Posterior) -> str:
    """How well the posterior was drawn, in one line."""
    return (
        f"{len(drawn):,} of {drawn.n_kept:,} draws; smallest effective sample {drawn.ess.min():,.0f}, "
        f"largest R-hat {drawn.rhat:.3f}, {drawn.diverged} trajectories astray, "
        f"{drawn.explosive:.1%} explosive draws left out"
    )


_RELATE = {
    "en": {
        "head": "Risk of a coup attempt within {months} months of an attempt {where} ({n} attempts {first}–{last}, "
        "list: {rule}); median [90 %]",
        "country": "country",
        "without": "without it (%)",
        "extra": "extra (points)",
        "ratio": "ratio",
        "shared": "shared conditions (points)",
        "prior": "prior",
        "foot": "shared conditions: risk at those times without the attempt, less the risk at quiet times. prior: "
        "share of the extra that is belief and not data.",
    },
    "fr": {
        "head": "Risque d’une tentative de coup dans les {months} mois suivant une tentative {where} ({n} tentatives, "
        "{first}–{last}, liste : {rule}) ; médiane [90 %]",
        "country": "pays",
        "without": "sans elle (%)",
        "extra": "écart (points)",
        "ratio": "rapport",
        "shared": "conditions communes (points)",
        "prior": "a priori",
        "foot": "conditions communes : risque à ces moments sans la tentative, moins le risque en temps calme. "
        "a priori : part de l’écart qui tient à l’hypothèse de départ et non aux données.",
    },
}


def relate_words(lang: Lang) -> Mapping[str, str]:
    """Words of the command `sahelkit relate`.

    Raises
    ------
    UnknownNameError
        If the language is unknown.
    """
    return words(_RELATE, lang)


def interval_text(values: Sequence[float], lang: Lang) -> str:
    """Median and 90 % interval.

    Examples
    --------
    >>> interval_text([0.05, 0.3, 0.66, 1.3, 2.25], "fr")
    '0,7 [0,1 ; 2,2]'
    """
    low, middle, high = (decimal(values[at], 1, lang).replace("-", "−") for at in (0, 2, 4))
    return f"{middle} [{low}{' ; ' if lang == 'fr' else ', '}{high}]"
