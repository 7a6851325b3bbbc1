"""How results are put into words, in English and French."""

from __future__ import annotations

import re

import numpy as np

from sahelkit.errors import UnknownNameError, is_known

LANGUAGES = ("en", "fr")
_PERIODS = re.compile(r"period\[(\w)")

_OUTCOMES = {
    "attempt": ("coup attempts", "tentatives de coup d’État"),
    "success": ("successful coups", "coups d’État réussis"),
    "failure": ("failed attempts", "tentatives échouées"),
}
_UNITS = {
    "M": ("country-months", "pays-mois"),
    "Y": ("country-years", "pays-années"),
    "": ("rows", "lignes"),
}


def check_language(lang: str) -> str:
    """Return the language, or raise UnknownNameError."""
    if not is_known(lang, LANGUAGES):
        raise UnknownNameError("language", lang, LANGUAGES)
    return lang


def number(value: float, lang: str, *, digits: int = 2) -> str:
    """Return a number as the language writes it; whole numbers with ``digits=0`` have their thousands set apart.

    Examples
    --------
    >>> number(12169, "en", digits=0), number(1.064, "fr")
    ('12,169', '1,06')
    """
    if np.isinf(value):
        sign = "" if value > 0 else ("minus " if lang == "en" else "moins l’")
        return sign + ("infinity" if lang == "en" else "infini")
    text = f"{value:,.{digits}f}"
    return text if lang == "en" else text.replace(",", "\u202f").replace(".", ",")


def ratio_words(log: float, lang: str) -> str:
    """Return a ratio of its logarithm; one that is too large to be written says so.

    Examples
    --------
    >>> ratio_words(0.0, "fr"), ratio_words(1e5, "en")
    ('1,00', 'more than 10^308')
    """
    if log > 709.0 and np.isfinite(log):
        return {"en": "more than 10^308", "fr": "plus de 10^308"}[lang]
    return number(float(np.exp(log)), lang)


def percent(share: float, lang: str, *, digits: int = 0) -> str:
    r"""Return a share as percent.

    Examples
    --------
    >>> percent(0.95, "en"), percent(0.0084, "fr", digits=2)
    ('95%', '0,84\xa0%')
    """
    return number(100 * share, lang, digits=digits) + ("%" if lang == "en" else "\u00a0%")


def reach(low: float, high: float, lang: str, *, digits: int = 2) -> str:
    """Return the ends of an interval.

    Examples
    --------
    >>> reach(0.9, 1.3, "fr")
    'de 0,90 à 1,30'
    """
    first, last = number(low, lang, digits=digits), number(high, lang, digits=digits)
    return f"{first} to {last}" if lang == "en" else f"de {first} à {last}"


def give_or_take(value: float, error: float, lang: str, *, digits: int = 2) -> str:
    """Return a number with its Monte Carlo error; alone where the error is unknown or below half the last digit.

    Examples
    --------
    >>> give_or_take(0.07, 0.0257, "en", digits=3), give_or_take(0.07, 0.0001, "fr", digits=3)
    ('0.070 ± 0.026', '0,070')
    """
    text = number(value, lang, digits=digits)
    if not np.isfinite(error) or error < 0.5 * 10.0**-digits:
        return text
    return f"{text} ± {number(error, lang, digits=digits)}"


def p_words(value: float, lang: str, *, error: float = float("nan")) -> str:
    """Return a p-value, with the Monte Carlo error of one that was simulated.

    Examples
    --------
    >>> p_words(0.0004, "en"), p_words(0.25, "fr"), p_words(0.25, "en", error=0.04)
    ('p < 0.001', 'p = 0,25', 'p = 0.25 ± 0.04')
    """
    if value < 0.001:
        return "p < 0.001" if lang == "en" else "p < 0,001"
    return f"p = {give_or_take(value, error, lang, digits=3 if value < 0.1 else 2)}"


def outcome_words(name: str, lang: str) -> str:
    """What an outcome column counts; ``events`` for a name that sahelkit does not know."""
    english, french = _OUTCOMES.get(name, ("events", "événements"))
    return english if lang == "en" else french


def frequency(times: object) -> str:
    """``"M"``, ``"Y"`` or ``""``: whether rows are country-months or country-years."""
    found = _PERIODS.match(str(getattr(times, "dtype", "")))
    return "" if found is None else {"M": "M", "Y": "Y", "A": "Y"}.get(found.group(1), "")


def unit_words(freq: str, lang: str) -> str:
    """What a row of the panel is, in the plural."""
    english, french = _UNITS[freq]
    return english if lang == "en" else french


def cluster_words(column: str, lang: str) -> str:
    """What the clusters are, in the plural."""
    if column in ("iso3", "gwcode", "country", "countryid"):
        return "countries" if lang == "en" else "pays"
    return "clusters" if lang == "en" else "groupes"


def one_cluster(column: str, lang: str) -> str:
    """What one of the clusters is.

    Examples
    --------
    >>> one_cluster("iso3", "en"), one_cluster("region", "fr")
    ('country', 'groupe')
    """
    words = cluster_words(column, lang)
    return {"countries": "country", "clusters": "cluster", "groupes": "groupe"}.get(words, words)


def independence_words(rows: str, cluster: str, lang: str) -> str:
    """What follows an interval that does not allow for clusters; `rows` says what rows are.

    Examples
    --------
    >>> independence_words("attempts", "iso3", "en")
    ', as if attempts of the same country were independent'
    """
    one = one_cluster(cluster, lang)
    if lang == "en":
        return f", as if {rows} of the same {one} were independent"
    return f", sans tenir compte de ce que les {rows} d’un même {one} ont en commun"


def event_words(column: str, lang: str) -> str:
    """One event of a column, with its article."""
    names = {
        "attempt": ("an attempt", "une tentative"),
        "success": ("a successful coup", "un coup d’État réussi"),
        "failure": ("a failed attempt", "une tentative échouée"),
    }
    english, french = names.get(column, ("an event", "un événement"))
    return english if lang == "en" else french
