"""Words that the results about an event share."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from sahelkit import places
from sahelkit.errors import UnknownPlaceError
from sahelkit.models.wording import number

_MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
}
_OUTCOMES = {
    "deaths": ("deaths in organised violence", "morts dues à la violence organisée"),
    "events": ("events of organised violence", "événements de violence organisée"),
    "ucdp_deaths_state_based": ("deaths in state-based violence", "morts dues à la violence étatique"),
    "ucdp_deaths_one_sided": (
        "deaths in violence against civilians",
        "morts dues à la violence contre les civils",
    ),
}


@dataclass(frozen=True)
class Mark:
    """An event to show in a figure: its day and its name in both languages."""

    date: str
    en: str
    fr: str

    def name(self, lang: str) -> str:
        """The name in a language."""
        return self.en if lang == "en" else self.fr


def country_of(code: str, lang: str) -> str:
    """Name of a country; what is no country keeps its own name, and what has none is called the series."""
    if not code:
        return "this series" if lang == "en" else "cette série"
    try:
        return places.name(code, lang=lang)
    except UnknownPlaceError:
        return code


def month_of(date: pd.Timestamp, lang: str) -> str:
    """Month and year in words.

    Examples
    --------
    >>> month_of(pd.Timestamp("2012-03-22"), "fr")
    'mars 2012'
    """
    return f"{_MONTHS[lang][date.month - 1]} {date.year}"


def outcome_of(name: str, lang: str) -> str:
    """What is counted, in the plural; the column's own name when it is not known."""
    english, french = _OUTCOMES.get(name, (f"“{name}”", f"« {name} »"))
    return english if lang == "en" else french


def change_words(effect: float, lang: str, *, logs: bool = True) -> str:
    """How an outcome compares with what it is compared with: so many times, or so much more or less.

    Examples
    --------
    >>> change_words(0.6931, "en"), change_words(-3.0, "fr", logs=False)
    ('were 2.00 times those of', 'a été inférieur de 3,00 à celui que donne')
    """
    import math

    if logs:
        times = number(math.exp(effect), lang)
        return f"were {times} times those of" if lang == "en" else f"a été de {times} fois celui que donne"
    size = number(abs(effect), lang)
    if lang == "en":
        return f"were {size} {'above' if effect >= 0 else 'below'} those of"
    return f"a été {'supérieur' if effect >= 0 else 'inférieur'} de {size} à celui que donne"
