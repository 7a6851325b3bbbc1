"""What a fit, and the tests of it, say of themselves."""

from __future__ import annotations

import math

from sahelkit._types import Lang
from sahelkit.language.numbers import decimal, give_or_take, number
from sahelkit.language.texts import words

_WORDS = {
    "en": {
        "head": "Across {countries} countries, {first}-{last} ({events} coup attempts), an attempt was followed by an ",
        "cross": (
            "estimated {value} further attempts in neighbouring countries beyond those expected anyway (where there is "
            "contagion, samples of this size understate it), {limit}"
        ),
        "own": (
            "estimated {value} further attempts in the same country beyond those expected anyway "
            "({level} interval: {low} to {high}; samples of this size understate it); lasting conditions that the "
            "model does not see could look the same"
        ),
        "untested": "; this number alone does not show that there is any contagion",
        "weak": "; no contagion at all is compatible with these data (p = {p}), and so is a weak one",
        "some": "; this is a weak sign of contagion (p = {p}), and a cause that neighbours share could look the same",
        "strong": "; histories without contagion seldom show as much (p = {p}), but a shared cause could look the same",
        "explosive": "; the fitted process is not stationary, so the numbers should not be carried forward",
        "limit": "at most {high} with {side} confidence",
        "rough": "at most about {high} by profile likelihood, whose {side} limit is too low in up to one sample of "
        "five of this size",
        "endless": "with no upper limit that these data could set",
    },
    "fr": {
        "head": (
            "Dans {countries} pays, de {first} à {last} ({events} tentatives de coup d’État), une tentative a été "
            "suivie, selon l’estimation, de "
        ),
        "cross": (
            "{value} autre tentative dans les pays voisins au-delà de celles attendues de toute façon (s’il y a "
            "contagion, les échantillons de cette taille la sous-estiment), {limit}"
        ),
        "own": (
            "{value} autre tentative dans le même pays au-delà de celles attendues de toute façon (intervalle à "
            "{level} : de {low} à {high} ; les échantillons de cette taille sous-estiment ce chiffre) ; des conditions "
            "durables que le modèle ne voit pas donneraient la même image"
        ),
        "untested": " ; ce chiffre ne suffit pas à montrer qu’il y a contagion",
        "weak": (
            " ; une absence totale de contagion est compatible avec ces données (p = {p}), une contagion faible aussi"
        ),
        "some": (
            " ; c’est un signe faible de contagion (p = {p}), et une cause commune aux voisins donnerait la même image"
        ),
        "strong": (
            " ; des histoires sans contagion en montrent rarement autant (p = {p}), mais une cause commune donnerait "
            "la même image"
        ),
        "explosive": " ; le processus estimé n’est pas stationnaire : ne pas prolonger ces chiffres",
        "limit": "au plus {high} avec une confiance de {side}",
        "rough": "au plus {high} environ selon la vraisemblance profilée, dont la limite à {side} est trop basse dans "
        "jusqu’à un échantillon sur cinq de cette taille",
        "endless": "sans limite supérieure que ces données puissent fixer",
    },
}


def _verdict(p_value: float | None) -> str:
    if p_value is None:
        return "untested"
    return "weak" if p_value >= 0.1 else "some" if p_value >= 0.01 else "strong"


def sentence(
    lang: Lang,
    *,
    contagion: bool,
    value: float,
    ends: tuple[float, float],
    level: float,
    n_events: int,
    n_countries: int,
    years: tuple[int, int],
    stationary: bool,
    p_value: float | None = None,
    p_error: float = math.nan,
    checked: bool = True,
    misfit: str = "",
) -> str:
    """Estimate, interval, events, countries and the caveat that bites, in one sentence.

    `checked` says whether the limit of contagion comes from simulated histories; if not, the sentence says so. `misfit`
    says what a test of fit has against the model.

    Raises
    ------
    UnknownNameError
        If the language is neither ``"en"`` nor ``"fr"``.

    Examples
    --------
    >>> text = sentence("fr", contagion=True, value=0.0, ends=(0.0, 0.12), level=0.9, n_events=105, n_countries=16,
    ...                 years=(1960, 2025), stationary=True)
    >>> "0,00 autre" in text and "105 tentatives" in text and "au plus 0,12 avec une confiance de 95 %" in text
    True
    """
    say = words(_WORDS, lang)
    parts = [say["head"], say["cross" if contagion else "own"]]
    if contagion:
        parts.append(say[_verdict(p_value)])
    if not stationary:
        parts.append(say["explosive"])
    high = decimal(ends[1], 2, lang) if math.isfinite(ends[1]) else number(ends[1], lang)
    side = f"{50 + 50 * level:.0f} %"
    limit = (
        say["limit" if checked else "rough"].format(high=high, side=side) if math.isfinite(ends[1]) else say["endless"]
    )
    text = "".join(parts).format(
        countries=n_countries,
        first=years[0],
        last=years[1],
        events=n_events,
        value=decimal(value, 2, lang),
        low=decimal(ends[0], 2, lang),
        high=high,
        limit=limit,
        level=f"{100 * level:.0f} %",
        p=give_or_take(p_value or 0.0, p_error, lang, digits=3),
    )
    return text + misfit + "."


KERNELS = {
    "en": {"exponential": "exponential", "power_law": "power law", "step": "step"},
    "fr": {"exponential": "exponentiel", "power_law": "en loi de puissance", "step": "en escalier"},
}
# The lines of a fit's head, in their order; those that say nothing of the fit at hand are left out.
OVERVIEW = {
    "en": {
        "what": "Network Hawkes process, {kernel} kernel, {first} to {last}",
        "size": "{events} events in {countries} countries, {exposure} country-years; {history} earlier events as "
        "history; left out: {elsewhere} of other countries, {later} later",
        "ties": "{ties} events share their day with another: they do not set one another off",
        "dropped": "Periods left out because a covariate is NA: {dropped}",
        "isolated": "Without ties, so outside contagion: {isolated}",
        "units": "The columns of the weights do not sum to 1: cross is not a number of events abroad",
        "stationary": "Branching ratio {radius}, below 1: stationary",
        "explosive": "Branching ratio {radius}, NOT below 1: not stationary, events would run away",
        "loglik": "Log-likelihood {loglik}; LR of contagion {ratio} (p-value: contagion_test)",
        "level": "{level} intervals",
    },
    "fr": {
        "what": "Processus de Hawkes en réseau, noyau {kernel}, du {first} au {last}",
        "size": "{events} événements dans {countries} pays, {exposure} pays-années ; {history} événements antérieurs "
        "comme passé ; écartés : {elsewhere} d’autres pays, {later} plus tardifs",
        "ties": "{ties} événements tombent le même jour qu’un autre : ils ne s’entraînent pas l’un l’autre",
        "dropped": "Périodes écartées faute d’une covariable : {dropped}",
        "isolated": "Sans lien, donc hors de la contagion : {isolated}",
        "units": "Les colonnes des poids n’ont pas pour somme 1 : cross n’est pas un nombre d’événements à l’étranger",
        "stationary": "Rapport de branchement {radius}, inférieur à 1 : stationnaire",
        "explosive": "Rapport de branchement {radius}, PAS inférieur à 1 : non stationnaire, les événements "
        "s’emballeraient",
        "loglik": "Log-vraisemblance {loglik} ; rapport de vraisemblance de la contagion {ratio} (valeur p : "
        "contagion_test)",
        "level": "intervalles à {level}",
    },
}
TEST = {
    "en": {
        "head": "Contagion: sup-LR {statistic}, p = {p_value} (Monte Carlo error {error}) from {n} replicates without "
        "contagion (5 % critical value {critical}); {events} events, {countries} countries",
        "says": "Of {n} simulated histories without any contagion, {share} % showed as strong a sign of it as the "
        "{events} attempts observed in {countries} countries (p = {p}); a weak effect could nevertheless escape a "
        "sample of this size.",
        "title": "Contagion, tested against histories without any",
        "axis": "likelihood ratio of contagion",
        "n": "n = {events} attempts, {n} simulated histories",
    },
    "fr": {
        "head": "Contagion : sup-LR {statistic}, p = {p_value} (erreur de Monte-Carlo {error}) sur {n} répétitions "
        "sans contagion (valeur critique à 5 % : {critical}) ; {events} événements, {countries} pays",
        "says": "Sur {n} histoires simulées sans aucune contagion, {share} % en donnaient un signe aussi fort que les "
        "{events} tentatives observées dans {countries} pays (p = {p}) ; un effet faible peut toutefois échapper à un "
        "échantillon de cette taille.",
        "title": "La contagion face à des histoires qui n’en contiennent pas",
        "axis": "rapport de vraisemblance de la contagion",
        "n": "n = {events} tentatives, {n} histoires simulées",
    },
}
GOODNESS = {
    "en": {
        "head": "Time rescaling: gaps are unit exponential under the model; p-values from {n} replicates",
        "says": "Measured against the model, the {gaps} waiting times between attempts in {countries} countries have "
        "the expected distribution with p = {ks} and the expected lack of order with p = {ljung_box}; {verdict}.",
        "fit": "with so few events only a gross misfit would show",
        "misfit": "at 5 % the model is rejected for {what}, so that what it says of these events is to be read with "
        "that reserve",
        "clause": "; a test of fit rejects the model for {what}",
        "ks": "the distribution of the waiting times",
        "ljung_box": "their order",
        "and": " and ",
    },
    "fr": {
        "head": "Changement de temps : sous le modèle, les attentes suivent la loi exponentielle de moyenne 1 ; "
        "valeurs p sur {n} répétitions",
        "says": "Rapportés au modèle, les {gaps} temps d’attente entre tentatives dans {countries} pays suivent la loi "
        "attendue avec p = {ks} et n’ont pas d’ordre particulier avec p = {ljung_box} ; {verdict}.",
        "fit": "avec si peu d’événements, seul un grave désaccord se verrait",
        "misfit": "au seuil de 5 %, le modèle est rejeté pour {what} : ce qu’il dit de ces événements est à lire avec "
        "cette réserve",
        "clause": " ; un test d’ajustement rejette le modèle pour {what}",
        "ks": "la loi des temps d’attente",
        "ljung_box": "leur ordre",
        "and": " et ",
    },
}
INTERVALS = {
    "en": {
        "head": "{level} intervals, cut-offs from {n} replicates at each end; {events} events, {countries} countries",
        "title": "Attempts set off: two kinds of interval",
        "axis": "attempts per attempt: estimate and {level} % interval",
        "own": "at home",
        "cross": "abroad",
        "calibrated": "calibrated",
        "profile": "profile",
        "none": "none",
        "n": "n = {countries} countries, {n} simulated histories for each end",
    },
    "fr": {
        "head": "Intervalles à {level}, seuils tirés de {n} répétitions à chaque borne ; {events} événements, "
        "{countries} pays",
        "title": "Tentatives entraînées : deux intervalles",
        "axis": "tentatives par tentative : estimation et intervalle à {level} %",
        "own": "dans le pays",
        "cross": "à l’étranger",
        "calibrated": "calibré",
        "profile": "profilé",
        "none": "aucune",
        "n": "n = {countries} pays, {n} histoires simulées pour chaque borne",
    },
}
BOUND = {
    "en": {
        "head": "Contagion at most {upper3} attempts abroad per attempt (one-sided {confidence}, test inversion with "
        "{n} replicates, Monte Carlo error {error3}, cut-off {cutoff}; profile likelihood {profile}); {events} "
        "events, {countries} countries",
        "says": "Had one attempt set off more than {upper} others in neighbouring countries, the {events} attempts in "
        "{countries} countries would seldom look as they do ({confidence} confidence{error}); anything weaker, none "
        "included, cannot be told apart here.",
        "error": "; the simulated bound has a Monte Carlo error of {error3}",
        "endless": "The {events} attempts in {countries} countries set no upper limit to how many others one attempt "
        "sets off in neighbouring countries, for slow contagion looks like a lasting risk.",
    },
    "fr": {
        "head": "Contagion d’au plus {upper3} tentative à l’étranger par tentative (unilatéral à {confidence}, "
        "inversion de test avec {n} répétitions, erreur de Monte-Carlo {error3}, seuil {cutoff} ; vraisemblance "
        "profilée {profile}) ; {events} événements, {countries} pays",
        "says": "Si une tentative en avait provoqué plus de {upper} autre dans les pays voisins, les {events} "
        "tentatives relevées dans {countries} pays auraient rarement cette allure (confiance de {confidence}{error}) ; "
        "en deçà, jusqu’à l’absence de contagion, ces données ne permettent pas de trancher.",
        "error": " ; la borne simulée a une erreur de Monte-Carlo de {error3}",
        "endless": "Les {events} tentatives relevées dans {countries} pays ne fixent aucune limite au nombre de celles "
        "qu’une tentative provoque dans les pays voisins, car une contagion lente ressemble à un risque durable.",
    },
}
ROBUST = {
    "en": {
        "head": "{rule}, {events} events, {countries} countries",
        "own": "own {own}; without one country {own_low} (without {own_less}) to {own_high} (without {own_more})",
        "cross": "cross {cross}; without one country {cross_low} (without {cross_less}) to {cross_high} (without "
        "{cross_more})",
        "maps": "Maps with shuffled labels do as well as the real one: p = {p} ± {error}",
        "says": "By the list of {name}, {events} attempts in {countries} countries, an attempt was followed by an "
        "estimated {own} others at home and {cross} abroad beyond those expected anyway; with one country left out, "
        "by {own_low} to {own_high} and {cross_low} to {cross_high}. Maps with shuffled labels do as well as the real "
        "one with p = {p} (± {error}), which weighs the map alone and not a cause that neighbours share.",
        "title": "The real map, against maps with shuffled labels",
        "axis": "likelihood ratio of contagion",
        "n": "n = {events} attempts, {n} shuffled maps",
    },
    "fr": {
        "head": "{rule}, {events} événements, {countries} pays",
        "own": "own {own} ; sans un pays, de {own_low} (sans {own_less}) à {own_high} (sans {own_more})",
        "cross": "cross {cross} ; sans un pays, de {cross_low} (sans {cross_less}) à {cross_high} (sans {cross_more})",
        "maps": "Des cartes aux étiquettes mélangées font aussi bien que la vraie : p = {p} ± {error}",
        "says": "Selon la liste « {name} », {events} tentatives dans {countries} pays, une tentative a été suivie, "
        "d’après l’estimation, de {own} autre dans le pays et de {cross} à l’étranger au-delà de celles attendues de "
        "toute façon ; en laissant un pays de côté, de {own_low} à {own_high} et de {cross_low} à {cross_high}. Des "
        "cartes aux étiquettes mélangées font aussi bien que la vraie avec p = {p} (± {error}), ce qui juge la carte "
        "seule et non une cause commune aux voisins.",
        "title": "La vraie carte face à des cartes aux étiquettes mélangées",
        "axis": "rapport de vraisemblance de la contagion",
        "n": "n = {events} tentatives, {n} cartes mélangées",
    },
}
