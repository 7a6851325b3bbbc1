"""What many models say, as one careful sentence in English or French."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sahelkit.language.nouns import cluster_words, unit_words
from sahelkit.language.numbers import number, p_words, percent
from sahelkit.options import check_language

if TYPE_CHECKING:
    from sahelkit.models.bounds.null import BoundsNull
    from sahelkit.models.bounds.result import ExtremeBounds

_ROBUST = 0.95

_MODELS = {
    "en": "Over {models} models ({focus}; {k} of {doubtful} doubtful controls at a time; effects: {effects}; {events}"
    "{clusters}), {above} of the coefficient's distribution lies above zero, {verdict}; {positive} of the "
    "models find a significantly positive coefficient and {negative} a significantly negative one, and the extreme "
    "bounds reach from {low} to {high} {unit}",
    "fr": "Sur {models} modèles ({focus} ; {k} parmi {doubtful} variables de contrôle douteuses à la fois ; effets : "
    "{effects} ; {events}{clusters}), {above} de la distribution du coefficient se situent au-dessus de "
    "zéro, {verdict} ; {positive} des modèles trouvent un coefficient significativement positif et {negative} un "
    "coefficient significativement négatif, et les bornes extrêmes vont de {low} à {high} {unit}",
}
_VERDICTS = {
    "en": {
        "above": "more than the 95% at which Sala-i-Martin calls a variable robust",
        "between": "short of the 95% at which Sala-i-Martin calls a variable robust",
        "below": "so little that the coefficient would be called robustly negative",
    },
    "fr": {
        "above": "plus que les 95\u00a0% à partir desquels Sala-i-Martin qualifie une variable de robuste",
        "between": "moins que les 95\u00a0% à partir desquels Sala-i-Martin qualifie une variable de robuste",
        "below": "si peu que le coefficient serait qualifié de négatif et robuste",
    },
}
_CAVEAT = {
    "en": "; these models share one sample and are not so many proofs: what such a figure is worth is told by its null "
    "distribution.",
    "fr": " ; ces modèles partagent un même échantillon et ne sont pas autant de preuves\u00a0: seule la distribution "
    "de ce chiffre en l’absence de contagion dit ce qu’il vaut.",
}
_YEARS = {
    "en": " Effects of single years, which are among them, make neighbours’ coefficients negative by themselves.",
    "fr": " Les effets d’année, qui en font partie, rendent d’eux-mêmes négatifs les coefficients des voisins.",
}
_NULL = {
    "en": "{what}, {draws} draws of the same {models} models put {middle} of the coefficient's distribution above zero "
    "(middle 95% of draws: {low} to {high}); the data put {observed} there ({p}, {events} events{clusters}), and "
    "{chance} of the draws without contagion would have passed for robust{caveat}.",
    "fr": "{what}, {draws} tirages des {models} mêmes modèles placent {middle} de la distribution du coefficient "
    "au-dessus de zéro (95\u00a0% centraux des tirages\u00a0: de {low} à {high}) ; les données y placent {observed} "
    "({p}, {events} événements{clusters}), et {chance} des tirages sans contagion seraient passés pour "
    "robustes{caveat}.",
}
_WHAT = {
    "en": {
        "geography": "On maps on which the countries have traded places",
        "simulated": "In simulated histories without contagion",
    },
    "fr": {
        "geography": "Sur des cartes où les pays ont échangé leurs places",
        "simulated": "Dans des histoires simulées sans contagion",
    },
}
_NULL_CAVEAT = {
    "en": {
        "geography": "; shuffled maps cannot tell contagion from conditions that neighbours share",
        "simulated": "; the simulation knows the levels of countries and decades, not every shock they shared",
    },
    "fr": {
        "geography": " ; des cartes mélangées ne distinguent pas la contagion de conditions communes aux voisins",
        "simulated": " ; la simulation connaît le niveau des pays et des décennies, non tous les chocs partagés",
    },
}
EFFECT_NAMES = {
    "en": {"none": "none"},
    "fr": {
        "none": "aucun",
        "decade": "décennie",
        "5-year": "cinq ans",
        "year": "année",
        "country": "pays",
        "region": "région",
    },
}


def effect_words(name: str, lang: str) -> str:
    """Name of fixed effects in a language.

    Examples
    --------
    >>> effect_words("country+decade", "fr")
    'pays + décennie'
    """
    return " + ".join(EFFECT_NAMES[lang].get(part, part) for part in name.split("+"))


def clusters_words(count: int, column: str | None, lang: str) -> str:
    """Number of clusters as the end of a list of counts; empty when errors are not clustered."""
    if not count or column is None:
        return ""
    return (", " if lang == "en" else " dans ") + f"{count} {cluster_words(column, lang)}"


def bounds_sentence(found: ExtremeBounds, lang: str, null: BoundsNull | None) -> str:
    """See `ExtremeBounds.says`."""
    check_language(lang)
    pooled, roles = found.pooled(), found.choices.roles
    several = len(roles.focus) > 1
    measures = {"en": "measures of exposure", "fr": "mesures d’exposition"}[lang]
    if found.measures is None:
        measures = {"en": "focus variables", "fr": "variables étudiées"}[lang]
    unit = {"en": ("per unit", "per standard deviation"), "fr": ("par unité", "par écart type")}[lang][several]
    low, high = (pooled[["low", "high"]] if several else found.by_focus().loc[0, ["low", "high"]]).tolist()
    above = pooled["above"]
    verdict = "above" if above >= _ROBUST else "below" if above <= 1 - _ROBUST else "between"
    sizes = found.settings.k
    text = _MODELS[lang].format(
        models=number(pooled["n_used"], lang, digits=0),
        focus=f"{len(roles.focus)} {measures}" if several else roles.focus[0],
        k=str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]}{'-' if lang == 'en' else ' à '}{sizes[-1]}",
        doubtful=len(roles.doubtful),
        effects=", ".join(effect_words(name, lang) for name in found.choices.effects),
        events=_counts(found, lang),
        clusters=clusters_words(found.sample.n_clusters, found.settings.cluster, lang),
        above=percent(above, lang),
        verdict=_VERDICTS[lang][verdict],
        positive=percent(pooled["share_significant_positive"], lang),
        negative=percent(pooled["share_significant_negative"], lang),
        low=number(low, lang),
        high=number(high, lang),
        unit=unit,
    )
    text += _CAVEAT[lang] if null is None else ". " + null_sentence(null, lang)
    years = any("year" in name.split("+") for name in found.choices.effects)
    return text + (_YEARS[lang] if years else "")


def _counts(found: ExtremeBounds, lang: str) -> str:
    outcome = found.sample.outcome
    if "identity" in found.choices.links:
        return f"{number(len(outcome), lang, digits=0)} {unit_words(found.sample.freq, lang)}"
    events = {"en": "events", "fr": "événements"}[lang]
    return f"{number(float(outcome.sum()), lang, digits=0)} {events}"


def null_sentence(null: BoundsNull, lang: str) -> str:
    """See `BoundsNull.says`."""
    check_language(lang)
    row = null.tidy().set_index("statistic").loc["above"]
    return _NULL[lang].format(
        what=_WHAT[lang][null.kind],
        draws=number(len(null.draws), lang, digits=0),
        models=number(null.n_models, lang, digits=0),
        middle=percent(row["null_median"], lang),
        low=percent(row["null_low"], lang),
        high=percent(row["null_high"], lang),
        observed=percent(row["observed"], lang),
        p=p_words(row["p_value"], lang, error=row["p_error"]),
        events=number(null.n_events, lang, digits=0),
        clusters=clusters_words(null.n_clusters, "iso3", lang),
        chance=percent(null.robust_by_chance(_ROBUST), lang),
        caveat=_NULL_CAVEAT[lang][null.kind],
    )
