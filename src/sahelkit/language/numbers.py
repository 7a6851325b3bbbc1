"""Numbers as a language writes them: decimals, shares, intervals, ratios, ranks."""

from __future__ import annotations

import math

import numpy as np

from sahelkit._types import Lang


def number(value: float, lang: Lang, *, digits: int = 2) -> str:
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


def percent(share: float, lang: Lang, *, digits: int = 0) -> str:
    r"""Return a share as percent.

    Examples
    --------
    >>> percent(0.95, "en"), percent(0.0084, "fr", digits=2)
    ('95%', '0,84\xa0%')
    """
    return number(100 * share, lang, digits=digits) + ("%" if lang == "en" else "\u00a0%")


def reach(low: float, high: float, lang: Lang, *, digits: int = 2) -> str:
    """Return the ends of an interval.

    Examples
    --------
    >>> reach(0.9, 1.3, "fr")
    'de 0,90 à 1,30'
    """
    first, last = number(low, lang, digits=digits), number(high, lang, digits=digits)
    return f"{first} to {last}" if lang == "en" else f"de {first} à {last}"


def give_or_take(value: float, error: float, lang: Lang, *, digits: int = 2) -> str:
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


def p_words(value: float, lang: Lang, *, error: float = float("nan")) -> str:
    """Return a p-value, with the Monte Carlo error of one that was simulated.

    Examples
    --------
    >>> p_words(0.0004, "en"), p_words(0.25, "fr"), p_words(0.25, "en", error=0.04)
    ('p < 0.001', 'p = 0,25', 'p = 0.25 ± 0.04')
    """
    if value < 0.001:
        return "p < 0.001" if lang == "en" else "p < 0,001"
    return f"p = {give_or_take(value, error, lang, digits=3 if value < 0.1 else 2)}"


def ratio_words(log: float, lang: Lang) -> str:
    """Return a ratio of its logarithm; one that is too large to be written says so.

    Examples
    --------
    >>> ratio_words(0.0, "fr"), ratio_words(1e5, "en")
    ('1,00', 'more than 10^308')
    """
    if log > 709.0 and np.isfinite(log):
        return {"en": "more than 10^308", "fr": "plus de 10^308"}[lang]
    return number(float(np.exp(log)), lang)


def decimal(value: float, digits: int, lang: Lang) -> str:
    """Return a number as it is written in the language: a decimal comma in French.

    Examples
    --------
    >>> decimal(1.064, 2, "fr")
    '1,06'
    """
    text = f"{value:.{digits}f}"
    return text.replace(".", ",") if lang == "fr" else text


def count_text(value: float, lang: Lang) -> str:
    """A whole number with its thousands set apart."""
    return f"{value:,.0f}".replace(",", "\u202f" if lang == "fr" else ",")


def chance_text(value: float, lang: Lang) -> str:
    """A probability in percent; "not known" for NaN.

    Examples
    --------
    >>> chance_text(0.0712, "en"), chance_text(0.004, "en")
    ('7.1%', '0.4%')
    """
    if np.isnan(value):
        return "not known" if lang == "en" else "inconnue"
    return percent(value, lang, digits=1)


def ordinal_text(rank: int, lang: Lang) -> str:
    """A rank: 1st, 22nd, 11th; 1er, 22e.

    Examples
    --------
    >>> [ordinal_text(k, "en") for k in (1, 2, 3, 4, 11, 22)], ordinal_text(1, "fr")
    (['1st', '2nd', '3rd', '4th', '11th', '22nd'], '1er')
    """
    if lang == "fr":
        return "1er" if rank == 1 else f"{rank}e"
    ending = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank}{ending}"


def times_of(effect: float, lang: Lang) -> str:
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


def ends_of(low: float, high: float, lang: Lang, *, logs: bool = True) -> str:
    """Ends of an interval, as ratios where they are logarithms.

    Examples
    --------
    >>> ends_of(0.0, 0.6931, "fr")
    'de 1,00 à 2,00'
    """
    first, last = ((times_of if logs else number)(end, lang) for end in (low, high))
    return f"{first} to {last}" if lang == "en" else f"de {first} à {last}"


def cases_words(count: int, lang: Lang) -> str:
    """A small number of cases, written out up to ten.

    Examples
    --------
    >>> cases_words(2, "en"), cases_words(0, "fr"), cases_words(11, "en")
    ('two', 'aucun', '11')
    """
    english = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    french = ("aucun", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix")
    written = english if lang == "en" else french
    return written[count] if 0 <= count <= 10 else str(count)
