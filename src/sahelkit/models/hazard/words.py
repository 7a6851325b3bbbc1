"""What is said of a hazard model: its head, the sentence on one coefficient, and the words of its figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from sahelkit._types import Lang
from sahelkit.estimation.links import ratios
from sahelkit.language.nouns import independence_words, one_cluster, outcome_words
from sahelkit.language.numbers import number, percent, ratio_words, reach

SUBJECTS = {"en": "one more unit of “{}”", "fr": "une unité de plus de « {} »"}
_MOST = 6  # terms that the head names

_SENTENCE = {
    "en": "In {who} and {rows} {unit} ({events} {what}), {subject} goes with {measure} {ratio} times as high "
    "({interval}); {caveat}.",
    "fr": "Dans {who} et {rows} {unit} ({events} {what}), {subject} va de pair avec un rapport {measure} de {ratio} "
    "({interval}) ; {caveat}.",
}
_MEASURES = {
    "en": {"cloglog": "a hazard", "logit": "odds"},
    "fr": {"cloglog": "du risque instantané", "logit": "de la cote"},
}
_CAVEATS = {
    "en": {
        "separated": "events and non-events are told apart by it perfectly, so that only the lower or upper end of "
        "the interval rests on data",
        "scarce": "with {events} events for {k} coefficients the estimate is fragile, and it is an association, not "
        "proof of a cause",
        "unseen": "the interval includes no difference, yet a ratio below about {detectable} may have gone unseen, so "
        "that this is no proof of absence",
        "few": "with only {who} such intervals tend to be too narrow, and it is an association, not proof of a cause",
        "association": "it is an association, not proof of a cause",
    },
    "fr": {
        "separated": "elle sépare parfaitement les événements des autres cas, si bien qu’une seule borne de "
        "l’intervalle repose sur des données",
        "scarce": "avec {events} événements pour {k} coefficients, l’estimation est fragile, et il s’agit d’une "
        "association, non de la preuve d’une cause",
        "unseen": "l’intervalle comprend l’absence de différence, mais un rapport inférieur à environ {detectable} "
        "a pu passer inaperçu : ce n’est pas une preuve d’absence",
        "few": "avec {who} seulement, de tels intervalles tendent à être trop étroits, et il s’agit d’une "
        "association, non de la preuve d’une cause",
        "association": "il s’agit d’une association, non de la preuve d’une cause",
    },
}
_INTERVALS = {
    "en": {
        "none": "no interval, as one {one} bears nearly all that is known of it",
        "some": "{level} interval {ends}",
    },
    "fr": {
        "none": "sans intervalle, car un seul {one} porte presque toute l’information",
        "some": "intervalle à {level} : {ends}",
    },
}
_HEADS = {
    "en": {
        "model": "{formula}  ({how}, {level} intervals)",
        "separated": "separated perfectly, so only the penalty bounds the estimate: {terms}",
        "wide": "ratios too large or small to be written: measure in smaller units {terms}",
        "alone": "intervals take rows as independent, not as alike within {cluster}",
        "none": "no clustered errors, as one {cluster} bears nearly all that is known: {alone}",
        "some": "no clustered error where one {cluster} bears nearly all that is known: {terms}",
        "instead": "{some}; its {alone}",
        "repaired": "covariance by {cluster} not positive semi-definite: negative eigenvalues set to 0",
        "more": "{terms} and {n} more",
    },
    "fr": {
        "model": "{formula}  ({how}, intervalles à {level})",
        "separated": "séparation parfaite, si bien que seule la pénalité borne l’estimation : {terms}",
        "wide": "rapports trop grands ou trop petits pour être écrits, unités plus petites à prendre pour {terms}",
        "alone": "les intervalles supposent les lignes indépendantes, même au sein d’un groupe ({cluster})",
        "none": "pas d’erreurs par groupe, car un seul groupe ({cluster}) porte presque toute l’information : {alone}",
        "some": "pas d’erreur par groupe là où un seul groupe ({cluster}) porte presque toute l’information : {terms}",
        "instead": "{some} ; pour eux {alone}",
        "repaired": "covariance par {cluster} non semi-définie positive : valeurs propres négatives mises à 0",
        "more": "{terms} et {n} autres",
    },
}
_AXES = {
    "en": {"cloglog": "Hazard ratio", "logit": "Odds ratio", "rest": "{kind} (log scale; {level} interval)"},
    "fr": {
        "cloglog": "Rapport de risque",
        "logit": "Rapport de cotes",
        "rest": "{kind} (échelle log ; intervalle à {level})",
    },
}


class Coefficient(NamedTuple):
    """What is to be said of one coefficient.

    Attributes
    ----------
    term : str
        Its name.
    estimate, low, high : float
        Logarithm of its ratio, and the ends of the interval.
    level : float
        Confidence level.
    link, cluster : str
        Of the model.
    alone : bool
        Whether the interval takes rows as independent.
    caveat : str
        As `HazardFit.caveat` gives it.
    detectable : float
        Ratio that would have been seen.
    k : int
        Coefficients but the intercept.
    """

    term: str
    estimate: float
    low: float
    high: float
    level: float
    link: str
    cluster: str
    alone: bool
    caveat: str
    detectable: float
    k: int


def sentence(fact: Coefficient, sample: Mapping[str, str], lang: Lang, label: str | None) -> str:
    """Put one coefficient into words; `sample` as `sahelkit.language.nouns.sample_words` gives it."""
    caveat = _CAVEATS[lang][fact.caveat]
    return _SENTENCE[lang].format(
        subject=label or SUBJECTS[lang].format(fact.term),
        measure=_MEASURES[lang][fact.link],
        ratio=ratio_words(fact.estimate, lang),
        interval=interval_words(fact, lang, rows=sample["unit"]),
        caveat=caveat.format(k=fact.k, detectable=number(fact.detectable, lang), **sample),
        **sample,
    )


def interval_words(fact: Coefficient, lang: Lang, *, rows: str) -> str:
    """Interval of a term's ratio, with what it leaves out of account; `rows` says what a row is."""
    if np.isnan(fact.low):
        return _INTERVALS[lang]["none"].format(one=one_cluster(fact.cluster, lang))
    low, high = (float(end) for end in ratios(np.array([fact.low, fact.high])))
    text = _INTERVALS[lang]["some"].format(ends=reach(low, high, lang), level=percent(fact.level, lang))
    return text + (independence_words(rows, fact.cluster, lang) if fact.alone else "")


def head_line(formula: str, how: Sequence[str], level: float, lang: Lang) -> str:
    """The model; `how` names its link, method and errors."""
    return _HEADS[lang]["model"].format(formula=formula, how=", ".join(how), level=percent(level, lang))


def remark(what: str, lang: Lang, *, terms: Sequence[str] = (), cluster: str = "") -> str:
    """What a reader must know besides, by a key such as ``separated``, ``alone``, ``none`` or ``repaired``."""
    say, listed = _HEADS[lang], ", ".join(terms if what in ("separated", "wide") else terms[:_MOST])
    if what in ("some", "instead") and len(terms) > _MOST:
        listed = say["more"].format(terms=listed, n=len(terms) - _MOST)
    some, alone = (say[part].format(terms=listed, cluster=cluster) for part in ("some", "alone"))
    return say[what].format(terms=listed, cluster=cluster, some=some, alone=alone)


def title_words(outcome: str, lang: Lang) -> str:
    """Title of the figure."""
    return {"en": "What goes with {}", "fr": "Ce qui accompagne les {}"}[lang].format(outcome_words(outcome, lang))


def axis_words(link: str, level: float, lang: Lang) -> str:
    """Label of the axis."""
    return _AXES[lang]["rest"].format(kind=_AXES[lang][link], level=percent(level, lang))
