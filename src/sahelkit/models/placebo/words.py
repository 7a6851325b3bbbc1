"""Sentences, titles and axes of the placebos."""

from __future__ import annotations

from sahelkit._types import Lang

MEASURES = {
    "en": {"cloglog": "a hazard", "logit": "odds"},
    "fr": {"cloglog": "un rapport de risque", "logit": "un rapport de cotes"},
}

_HEAD_EN = (
    "In {who} ({events} events), {an_event} next door in the past {window} goes with {measure} {ratio} times as high"
)
_HEAD_FR = (
    "Dans {who} ({events} événements), {an_event} chez un voisin dans les {window} passés va de pair avec {measure} "
)

SENTENCES = {
    "en": {
        "geography": _HEAD_EN + ", more than on {share} of {draws} maps on which countries have traded places ({p}); "
        "{caveat}.",
        "leads": "In {who} ({events} events), {an_event} next door in the {window} to come goes with {measure} {ratio} "
        "times as high today, more than on {share} of {draws} maps on which countries have traded places ({p}); "
        "{caveat}.",
        "far": _HEAD_EN + ", more than with far-away countries in the neighbours’ place in {share} of {draws} draws "
        "({p}); {caveat}.",
        "calendar": _HEAD_EN + ", more than in {share} of {draws} histories whose years were mixed ({p}); {caveat}.",
    },
    "fr": {
        "geography": _HEAD_FR
        + "de {ratio}, plus élevé que sur {share} de {draws} cartes où les pays ont échangé leurs "
        "places ({p}) ; {caveat}.",
        "leads": "Dans {who} ({events} événements), {an_event} chez un voisin dans les {window} à venir va de pair "
        "avec {measure} de {ratio} aujourd’hui, plus élevé que sur {share} de {draws} cartes où les pays ont échangé "
        "leurs places ({p}) ; {caveat}.",
        "far": _HEAD_FR
        + "de {ratio}, plus élevé que dans {share} de {draws} tirages où des pays lointains tiennent lieu "
        "de voisins ({p}) ; {caveat}.",
        "calendar": _HEAD_FR
        + "de {ratio}, plus élevé que dans {share} de {draws} histoires aux années mélangées ({p}) ; "
        "{caveat}.",
    },
}

CAVEATS = {
    "en": {
        "geography": "this cannot tell contagion from conditions that neighbours share",
        "leads": "nothing works backwards, so that whatever later events foretell is conditions that neighbours share",
        "mirrored": "over borders that count both ways each pair of events is both a lead and a lag, so that this can "
        "hardly differ from the lags and shows little",
        "far": "far-away countries have histories of their own, so that this is a comparison, not a test of contagion",
        "calendar": "years of crisis that neighbours share look the same as contagion here",
    },
    "fr": {
        "geography": "cela ne distingue pas la contagion des conditions que partagent les voisins",
        "leads": "rien n’agit à rebours : ce que les événements ultérieurs annoncent tient aux conditions que "
        "partagent les voisins",
        "mirrored": "les frontières comptant dans les deux sens, chaque paire d’événements est à la fois antérieure et "
        "ultérieure : ce placebo ne peut guère différer de l’estimation et montre peu",
        "far": "les pays lointains ont leur propre histoire : c’est une comparaison, non un test de la contagion",
        "calendar": "des années de crise communes aux voisins ressemblent ici à de la contagion",
    },
}

TITLES = {
    "en": {
        "geography": "Does it matter who borders whom?",
        "leads": "Do later attempts next door ‘explain’ today?",
        "far": "Do neighbours matter more than far-away countries?",
        "calendar": "Does it matter when the neighbour’s attempt came?",
    },
    "fr": {
        "geography": "La carte des frontières compte-t-elle ?",
        "leads": "Et si l’on regarde les tentatives à venir des voisins ?",
        "far": "Les voisins comptent-ils plus que des pays lointains ?",
        "calendar": "La date de la tentative du voisin compte-t-elle ?",
    },
}

HEADS = {
    "en": "placebo {kind!r}: {draws} draws, window of {window}",
    "fr": "placebo {kind!r} : {draws} tirages, fenêtre de {window}",
}
SIZES = {"en": "n = {events} events in {who}", "fr": "n = {events} événements dans {who}"}
AXES = {"en": "Score statistic of the exposure", "fr": "Statistique du score de l’exposition"}
LAGGED = {"en": "earlier attempts", "fr": "tentatives antérieures"}


def window_words(window: int, freq: str, lang: Lang) -> str:
    """Length of a window.

    Examples
    --------
    >>> window_words(24, "M", "fr"), window_words(2, "Y", "en")
    ('24 mois', '2 years')
    """
    units = {"en": ("months", "years"), "fr": ("mois", "ans")}[lang]
    return f"{window} {units[freq == 'Y']}"
