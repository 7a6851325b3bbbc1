"""The sentence, title and axis of a fitted hazard model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sahelkit._types import Lang
from sahelkit.dates import frequency
from sahelkit.estimation.links import ratios
from sahelkit.language.nouns import cluster_words, independence_words, one_cluster, outcome_words, unit_words
from sahelkit.language.numbers import number, percent, ratio_words, reach
from sahelkit.options import check_language

if TYPE_CHECKING:
    from sahelkit.models.hazard.result import HazardFit

_CAVEATS = {
    "en": {
        "separated": "events and non-events are told apart by it perfectly, so that only the lower or upper end of "
        "the interval rests on data",
        "scarce": "with {events} events for {k} coefficients the estimate is fragile, and it is an association, not "
        "proof of a cause",
        "unseen": "the interval includes no difference, yet a ratio below about {detectable} may have gone unseen, so "
        "that this is no proof of absence",
        "few": "with only {clusters} {who} such intervals tend to be too narrow, and it is an association, not "
        "proof of a cause",
        "association": "it is an association, not proof of a cause",
    },
    "fr": {
        "separated": "elle sépare parfaitement les événements des autres cas, si bien qu’une seule borne de "
        "l’intervalle repose sur des données",
        "scarce": "avec {events} événements pour {k} coefficients, l’estimation est fragile, et il s’agit d’une "
        "association, non de la preuve d’une cause",
        "unseen": "l’intervalle comprend l’absence de différence, mais un rapport inférieur à environ {detectable} "
        "a pu passer inaperçu : ce n’est pas une preuve d’absence",
        "few": "avec {clusters} {who} seulement, de tels intervalles tendent à être trop étroits, et il s’agit d’une "
        "association, non de la preuve d’une cause",
        "association": "il s’agit d’une association, non de la preuve d’une cause",
    },
}


def sentence(fit: HazardFit, lang: Lang, term: str, label: str | None) -> str:
    """Put one coefficient into words; see `HazardFit.says`."""
    place = fit.position(term)
    times = fit.data.times if fit.data else None
    name = fit.formula.split("~")[0].strip()
    facts = {
        "clusters": fit.n_clusters,
        "who": cluster_words(fit.data.cluster if fit.data else "iso3", lang),
        "rows": number(fit.n_rows, lang, digits=0),
        "unit": unit_words(frequency(times), lang),
        "events": number(fit.n_events, lang, digits=0),
        "what": outcome_words(name, lang),
        "ratio": ratio_words(float(fit.coef[place]), lang),
        "interval": interval_words(fit, term, lang),
        "k": len(fit.terms) - 1,
        "detectable": number(fit.detectable_ratio(term), lang),
    }
    caveat = _CAVEATS[lang][fit.caveat(term)].format(**facts)
    if lang == "fr":
        measure = "du risque instantané" if fit.link == "cloglog" else "de la cote"
        subject = label or f"une unité de plus de « {term} »"
        return (
            "Dans {clusters} {who} et {rows} {unit} ({events} {what}), ".format(**facts)
            + f"{subject} va de pair avec un rapport {measure} de "
            + "{ratio} ({interval}) ; ".format(**facts)
            + caveat
            + "."
        )
    measure = "a hazard" if fit.link == "cloglog" else "odds"
    subject = label or f"one more unit of “{term}”"
    return (
        "In {clusters} {who} and {rows} {unit} ({events} {what}), ".format(**facts)
        + f"{subject} goes with {measure} "
        + "{ratio} times as high ({interval}); ".format(**facts)
        + caveat
        + "."
    )


def interval_words(fit: HazardFit, term: str, lang: Lang, *, rows: str = "") -> str:
    """Interval of a term's ratio, with what it leaves out of account; `rows` says what a row is."""
    low, high = (float(end) for end in ratios(fit.interval()[fit.position(term)]))
    cluster = fit.data.cluster if fit.data else "iso3"
    if np.isnan(low):
        one = one_cluster(cluster, lang)
        return {
            "en": f"no interval, as one {one} bears nearly all that is known of it",
            "fr": f"sans intervalle, car un seul {one} porte presque toute l’information",
        }[lang]
    ends, level = reach(low, high, lang), percent(fit.level, lang)
    text = f"{level} interval {ends}" if lang == "en" else f"intervalle à {level} : {ends}"
    if fit.clustered(term) or fit.n_clusters == fit.n_rows:
        return text
    what = rows or unit_words(frequency(fit.data.times if fit.data else None), lang)
    return text + independence_words(what, cluster, lang)


def title_words(fit: HazardFit, lang: Lang) -> str:
    """Title of the figure."""
    name = fit.formula.split("~")[0].strip()
    what = outcome_words(name, check_language(lang))
    return f"What goes with {what}" if lang == "en" else f"Ce qui accompagne les {what}"


def axis_words(fit: HazardFit, lang: Lang) -> str:
    """Label of the axis."""
    level = percent(fit.level, lang)
    if lang == "fr":
        kind = "Rapport de risque" if fit.link == "cloglog" else "Rapport de cotes"
        return f"{kind} (échelle log ; intervalle à {level})"
    kind = "Hazard ratio" if fit.link == "cloglog" else "Odds ratio"
    return f"{kind} (log scale; {level} interval)"
