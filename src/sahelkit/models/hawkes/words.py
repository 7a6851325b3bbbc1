"""The sentence that a fit says of itself, and its summary."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sahelkit._types import Lang
from sahelkit.language.numbers import decimal, give_or_take, number
from sahelkit.language.texts import words

if TYPE_CHECKING:
    from sahelkit.models.hawkes.result import HawkesFit

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


def overview(fit: HawkesFit) -> str:
    """A fit as plain text: sizes, what was left out, and the table."""
    o, size = fit.observed, fit.baseline.exposure.sum()
    lines = [
        f"Network Hawkes process, {fit.settings.kernel.replace('_', ' ')} kernel, "
        f"{fit.start:%Y-%m-%d} to {fit.end:%Y-%m-%d}",
        f"{o.n_events} events in {len(fit.countries)} countries, {size:,.0f} country-years; {o.n_history} earlier "
        f"events as history; left out: {o.n_elsewhere} of other countries, {o.n_later} later",
    ]
    if o.n_ties:
        lines.append(f"{o.n_ties} events share their day with another: they do not set one another off")
    if fit.dropped:
        rows = ", ".join(f"{code} {count}" for code, count in fit.dropped.items())
        lines.append(f"Periods left out because a covariate is NA: {rows}")
    if fit.isolated:
        lines.append(f"Without ties, so outside contagion: {', '.join(fit.isolated)}")
    given = fit.weights.sum(axis=0)
    if not np.isclose(given[given > 0], 1.0).all():
        lines.append("The columns of the weights do not sum to 1: cross is not a number of events abroad")
    state = "below 1: stationary" if fit.stationary else "NOT below 1: not stationary, events would run away"
    lines.append(f"Branching ratio {fit.spectral_radius:.2f}, {state}")
    lines.append(f"Log-likelihood {fit.loglik:.2f}; LR of contagion {fit.lr:.2f} (p-value: contagion_test)")
    table = fit.tidy()[["quantity", "estimate", "low", "high", "unit"]]
    text = table.to_string(
        index=False, float_format=lambda value: f"{value:.3f}" if abs(value) >= 0.01 else f"{value:.3g}"
    )
    return "\n".join([*lines, f"{fit.level:.0%} intervals", text])
