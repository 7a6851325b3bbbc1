"""Words that the results about an event share."""

from __future__ import annotations

from sahelkit._types import Lang
from sahelkit.language.numbers import number, times_of

_CUTS_FR = {
    "the window ends before the next event in": "la fenêtre s’arrête avant l’événement suivant, en",
    "the frame ends in": "les données s’arrêtent en",
}

_OUTCOMES = {
    "deaths": ("deaths in organised violence", "de morts dues à la violence organisée"),
    "events": ("events of organised violence", "d’événements de violence organisée"),
    "ucdp_deaths_state_based": ("deaths in state-based violence", "de morts dues à la violence étatique"),
    "ucdp_deaths_one_sided": (
        "deaths in violence against civilians",
        "de morts dues à la violence contre les civils",
    ),
}


def outcome_of(name: str, lang: Lang) -> str:
    """What is counted, in the plural; the column's own name when it is not known."""
    english, french = _OUTCOMES.get(name, (f"“{name}”", f"de « {name} »"))
    return english if lang == "en" else french


def counted_words(name: str, lang: Lang) -> str:
    """The outcome as a headline names it.

    Examples
    --------
    >>> counted_words("deaths", "en"), counted_words("deaths", "fr")
    ('deaths', 'nombre de morts dues à la violence organisée')
    """
    return name if lang == "en" else f"nombre {outcome_of(name, lang)}"


def cut_words(cut: str, lang: Lang) -> str:
    """Why a window is shorter than asked for.

    Examples
    --------
    >>> cut_words("the frame ends in 2024-12", "fr")
    'les données s’arrêtent en 2024-12'
    """
    why, _, month = cut.rpartition(" ")
    return cut if lang == "en" or why not in _CUTS_FR else f"{_CUTS_FR[why]} {month}"


def change_words(effect: float, lang: Lang, *, logs: bool = True) -> str:
    """How an outcome compares with what it is compared with: so many times, or so much more or less.

    Examples
    --------
    >>> change_words(0.6931, "en"), change_words(-3.0, "fr", logs=False)
    ('were, in geometric mean, 2.00 times', 'a été inférieur de 3,00 à celui que donne')
    """
    if logs:
        times = times_of(effect, lang)
        if lang == "en":
            return f"were, in geometric mean, {times} times"
        return f"a été, en moyenne géométrique, de {times} fois celui que donne"
    size = number(abs(effect), lang)
    if lang == "en":
        return f"were {size} {'above' if effect >= 0 else 'below'}"
    return f"a été {'supérieur' if effect >= 0 else 'inférieur'} de {size} à celui que donne"
