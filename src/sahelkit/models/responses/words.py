"""Words for measures, bodies and small numbers of cases."""

from __future__ import annotations

MEASURE_WORDS = {
    "en": {
        "suspension": "suspension",
        "sanctions": "sanctions",
        "threat": "a threat of sanctions or force",
        "force": "the decision or use of force",
        "easing": "a first easing",
    },
    "fr": {
        "suspension": "d’une suspension",
        "sanctions": "de sanctions",
        "threat": "d’une menace de sanctions ou de force",
        "force": "de la décision ou de l’usage de la force",
        "easing": "d’un premier allègement",
    },
}
# The measure alone, as a title has it.
NOUNS = {
    "en": {
        "suspension": "suspension",
        "sanctions": "sanctions",
        "threat": "a threat",
        "force": "force",
        "easing": "a first easing",
    },
    "fr": {
        "suspension": "la suspension",
        "sanctions": "les sanctions",
        "threat": "une menace",
        "force": "le recours à la force",
        "easing": "un premier allègement",
    },
}
_BODIES = {
    "AU": ("by the African Union", "par l’Union africaine"),
    "ECOWAS": ("by ECOWAS", "par la CEDEAO"),
    "UEMOA": ("by UEMOA", "par l’UEMOA"),
}


def body_words(body: str, lang: str) -> str:
    """By whom.

    Examples
    --------
    >>> body_words("ECOWAS", "fr")
    'par la CEDEAO'
    """
    english, french = _BODIES.get(body, (f"by {body}", f"par {body}"))
    return english if lang == "en" else french


def cases_words(count: int, lang: str) -> str:
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
