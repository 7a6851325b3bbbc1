"""Days and months as a language writes them."""

from __future__ import annotations

import pandas as pd

from sahelkit._types import Lang
from sahelkit.options import check_language

MONTHS = {
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
}
SHORT = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
}


def month_text(month: pd.Period | pd.Timestamp, lang: Lang, *, short: bool = False) -> str:
    """A month and its year as they are written.

    Examples
    --------
    >>> month_text(pd.Period("2012-03"), "fr"), month_text(pd.Timestamp("2012-02-03"), "fr", short=True)
    ('mars 2012', 'févr. 2012')
    """
    return f"{(SHORT if short else MONTHS)[check_language(lang)][month.month - 1]} {month.year}"


def span_text(first: pd.Period, last: pd.Period | None, lang: Lang) -> str:
    """From one month to another, in one alone, or from it on.

    Examples
    --------
    >>> span_text(pd.Period("2012-04"), pd.Period("2013-03"), "fr"), span_text(pd.Period("2012-04"), None, "en")
    ('d’avril 2012 à mars 2013', 'from April 2012 on')
    """
    begin = month_text(first, lang)
    if first == last:
        return f"in {begin}" if lang == "en" else f"en {begin}"
    if lang == "en":
        return f"from {begin} on" if last is None else f"from {begin} to {month_text(last, lang)}"
    begin = f"d’{begin}" if begin[0] in "ao" else f"de {begin}"
    return f"à partir {begin}" if last is None else f"{begin} à {month_text(last, lang)}"


def day_text(day: object, lang: Lang, *, year: bool = True) -> str:
    """A day as it is written.

    Examples
    --------
    >>> day_text(pd.Timestamp("2012-04-01"), "fr", year=False), day_text("2012-03-22", "en")
    ('1er avril', '22 March 2012')
    """
    when = pd.Timestamp(day)
    number = "1er" if lang == "fr" and when.day == 1 else str(when.day)
    text = f"{number} {MONTHS[check_language(lang)][when.month - 1]}"
    return f"{text} {when.year}" if year else text
