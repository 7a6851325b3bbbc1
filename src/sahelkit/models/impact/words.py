"""Words that the results about an event share."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from sahelkit import places
from sahelkit.errors import UnknownPlaceError
from sahelkit.models.wording import number

_MONTHS = {
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
    "fr": (
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ),
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
    english, french = _OUTCOMES.get(name, (f"“{name}”", f"de « {name} »"))
    return english if lang == "en" else french


def change_words(effect: float, lang: str, *, logs: bool = True) -> str:
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


def times_of(effect: float, lang: str) -> str:
    """A difference of logarithms as a ratio; ratios that no longer tell anything are not written out.

    Examples
    --------
    >>> times_of(0.6931, "en"), times_of(9.0, "fr"), times_of(-9.0, "en")
    ('2.00', 'plus de 100', 'less than 0.01')
    """
    ratio = math.exp(min(effect, 50.0))
    if ratio > 100:
        return "more than 100" if lang == "en" else "plus de 100"
    if ratio < 0.01:
        return "less than 0.01" if lang == "en" else "moins de 0,01"
    return number(ratio, lang)


def ends_of(low: float, high: float, lang: str, *, logs: bool = True) -> str:
    """Ends of an interval, as ratios where they are logarithms.

    Examples
    --------
    >>> ends_of(0.0, 0.6931, "fr")
    'de 1,00 à 2,00'
    """
    first, last = ((times_of if logs else number)(end, lang) for end in (low, high))
    return f"{first} to {last}" if lang == "en" else f"de {first} à {last}"
