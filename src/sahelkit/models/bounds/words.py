"""What many models say, in English or French: one careful sentence, a headline, and what to beware of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sahelkit._types import Lang
from sahelkit.estimation.many.roles import Roles
from sahelkit.language.nouns import cluster_words, unit_words
from sahelkit.language.numbers import number, p_words, percent
from sahelkit.language.samples import effect_words
from sahelkit.models.bounds.summaries import Settings

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
_HEADLINE = {
    "en": {
        "title": "extreme bounds: {formula}",
        "short": "{outcome} ~ {free} | {focus} measures | {doubtful} doubtful controls",
        "models": "{models} models, {used} of them used; {counts}",
        "events": "{n} events",
        "rows": "{n} rows",
        "clusters": "{n} clusters",
        "pooled": "all models, per standard deviation of the focus variable",
        "choices": "effects: {effects}; link: {links}; errors: {errors}; model weights: {weights}",
    },
    "fr": {
        "title": "bornes extrêmes : {formula}",
        "short": "{outcome} ~ {free} | {focus} mesures | {doubtful} variables de contrôle douteuses",
        "models": "{models} modèles, dont {used} retenus ; {counts}",
        "events": "{n} événements",
        "rows": "{n} lignes",
        "clusters": "{n} groupes",
        "pooled": "tous les modèles, par écart type de la variable étudiée",
        "choices": "effets : {effects} ; lien : {links} ; erreurs : {errors} ; poids des modèles : {weights}",
    },
}
_OPTIONS_FR = {"model": "du modèle", "equal": "égaux", "likelihood": "vraisemblance"}
_NOTES = {
    "en": {
        "lost": "{n} models have no estimate (not converged, or a column repeats others)",
        "unknown": "{n} models are not used: one {cluster} bears nearly all that is known of their focus variable, so "
        "that no clustered error exists",
        "firth": "{n} models were fitted with Firth's penalty, because their events are separated",
        "absorbed": "effects {effects!r} absorb {columns}: no models with them",
        "years": "effects of single years make neighbours' coefficients negative where there is no contagion: read "
        "those models against null('simulated') only",
    },
    "fr": {
        "lost": "{n} modèles sans estimation (sans convergence, ou une colonne en répète d’autres)",
        "unknown": "{n} modèles non retenus : une seule valeur de {cluster} porte presque tout ce que l’on sait de "
        "leur variable étudiée, et il n’existe pas d’erreur groupée",
        "firth": "{n} modèles estimés avec la pénalité de Firth, leurs événements étant séparés",
        "absorbed": "les effets {effects!r} absorbent {columns} : aucun modèle ne les contient",
        "years": "les effets d’année rendent négatifs les coefficients des voisins même sans contagion : ne lire ces "
        "modèles qu’en regard de null('simulated')",
    },
}
_NULL_HEADLINE = {
    "en": "null distribution {kind!r} of the verdict: {draws} draws of {models} models, {events} events, {clusters} "
    "clusters",
    "fr": "distribution du verdict en l’absence de contagion ({kind!r}) : {draws} tirages de {models} modèles, "
    "{events} événements, {clusters} groupes",
}


class BoundsFacts(NamedTuple):
    """What an analysis is, and what its models say together.

    `n_events` is None for least squares, `n_clusters` 0 where errors are not clustered; `figures` are those of
    `ExtremeBounds.pooled`, `low` and `high` the extreme bounds, per standard deviation where there are several focus
    variables.
    """

    roles: Roles
    settings: Settings
    effects: tuple[str, ...]
    links: tuple[str, ...]
    exposures: bool
    n_rows: int
    n_events: int | None
    freq: str
    n_clusters: int
    figures: Mapping[str, float]
    low: float
    high: float

    @property
    def years(self) -> bool:
        """Whether some models have effects of single years."""
        return any("year" in name.split("+") for name in self.effects)


class NullFacts(NamedTuple):
    """What the models say of `n_draws` data sets without contagion; shares of the weight above zero."""

    kind: str
    n_draws: int
    n_models: int
    n_events: int
    n_clusters: int
    middle: float
    low: float
    high: float
    observed: float
    p_value: float
    p_error: float
    robust: float


def _whole(value: float, lang: Lang) -> str:
    return number(value, lang, digits=0)


def clusters_words(count: int, column: str | None, lang: Lang) -> str:
    """Number of clusters as the end of a list of counts; empty when errors are not clustered."""
    if not count or column is None:
        return ""
    return (", " if lang == "en" else " dans ") + f"{count} {cluster_words(column, lang)}"


def headline_lines(facts: BoundsFacts, lang: Lang) -> tuple[str, str, str]:
    """Question, models and choices."""
    say = _HEADLINE[lang]
    counts = [say["rows"].format(n=_whole(facts.n_rows, lang))]
    if facts.n_events is not None:
        counts.append(say["events"].format(n=_whole(facts.n_events, lang)))
    if facts.n_clusters:
        counts.append(say["clusters"].format(n=facts.n_clusters))
    formula = facts.settings.formula
    if len(formula) > 100:
        free = " + ".join(facts.roles.free) or "1"
        sizes = {"focus": len(facts.roles.focus), "doubtful": len(facts.roles.doubtful)}
        formula = say["short"].format(outcome=facts.roles.outcome, free=free, **sizes)
    options = [facts.settings.errors, facts.settings.model_weights]
    errors, weights = (_OPTIONS_FR.get(name, name) for name in options) if lang == "fr" else options
    models, used = (_whole(facts.figures[name], lang) for name in ("n_models", "n_used"))
    return (
        say["title"].format(formula=formula),
        say["models"].format(models=models, used=used, counts=", ".join(counts)),
        say["choices"].format(
            effects=", ".join(effect_words(name, lang) for name in facts.effects),
            links=", ".join(facts.links),
            errors=errors,
            weights=weights,
        ),
    )


def pooled_title(lang: Lang) -> str:
    """What stands above the figures of all models together."""
    return _HEADLINE[lang]["pooled"]


def note_lines(
    lang: Lang, *, counts: Mapping[str, int], cluster: str | None, absorbed: Mapping[str, Sequence[str]], years: bool
) -> list[str]:
    """What a reader must know of the models; `counts` has the ``lost``, the ``unknown`` and those by ``firth``."""
    say = _NOTES[lang]
    found = [say[name].format(n=_whole(n, lang), cluster=cluster) for name, n in counts.items() if n]
    found += [
        say["absorbed"].format(effects=name, columns=", ".join(columns))
        for name, columns in absorbed.items()
        if columns
    ]
    return [*found, say["years"]] if years else found


def bounds_sentence(facts: BoundsFacts, lang: Lang, null: NullFacts | None) -> str:
    """See `ExtremeBounds.says`."""
    several = len(facts.roles.focus) > 1
    measures = {"en": "measures of exposure", "fr": "mesures d’exposition"}[lang]
    if not facts.exposures:
        measures = {"en": "focus variables", "fr": "variables étudiées"}[lang]
    unit = {"en": ("per unit", "per standard deviation"), "fr": ("par unité", "par écart type")}[lang][several]
    above = facts.figures["above"]
    verdict = "above" if above >= _ROBUST else "below" if above <= 1 - _ROBUST else "between"
    sizes = facts.settings.k
    if facts.n_events is None:
        events = f"{_whole(facts.n_rows, lang)} {unit_words(facts.freq, lang)}"
    else:
        events = f"{_whole(facts.n_events, lang)} {({'en': 'events', 'fr': 'événements'})[lang]}"
    text = _MODELS[lang].format(
        models=_whole(facts.figures["n_used"], lang),
        focus=f"{len(facts.roles.focus)} {measures}" if several else facts.roles.focus[0],
        k=str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]}{'-' if lang == 'en' else ' à '}{sizes[-1]}",
        doubtful=len(facts.roles.doubtful),
        effects=", ".join(effect_words(name, lang) for name in facts.effects),
        events=events,
        clusters=clusters_words(facts.n_clusters, facts.settings.cluster, lang),
        above=percent(above, lang),
        verdict=_VERDICTS[lang][verdict],
        positive=percent(facts.figures["share_significant_positive"], lang),
        negative=percent(facts.figures["share_significant_negative"], lang),
        low=number(facts.low, lang),
        high=number(facts.high, lang),
        unit=unit,
    )
    text += _CAVEAT[lang] if null is None else ". " + null_sentence(null, lang)
    return text + (_YEARS[lang] if facts.years else "")


def null_sentence(facts: NullFacts, lang: Lang) -> str:
    """See `BoundsNull.says`."""
    return _NULL[lang].format(
        what=_WHAT[lang][facts.kind],
        draws=_whole(facts.n_draws, lang),
        models=_whole(facts.n_models, lang),
        middle=percent(facts.middle, lang),
        low=percent(facts.low, lang),
        high=percent(facts.high, lang),
        observed=percent(facts.observed, lang),
        p=p_words(facts.p_value, lang, error=facts.p_error),
        events=_whole(facts.n_events, lang),
        clusters=clusters_words(facts.n_clusters, "iso3", lang),
        chance=percent(facts.robust, lang),
        caveat=_NULL_CAVEAT[lang][facts.kind],
    )


def null_headline(facts: NullFacts, lang: Lang) -> str:
    """See `BoundsNull.headline`."""
    return _NULL_HEADLINE[lang].format(
        kind=facts.kind,
        draws=_whole(facts.n_draws, lang),
        models=_whole(facts.n_models, lang),
        events=_whole(facts.n_events, lang),
        clusters=facts.n_clusters,
    )
