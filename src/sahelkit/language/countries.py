"""Countries as a sentence names them: the Mali of "au Mali" and "in Mali"."""

from __future__ import annotations

from sahelkit._types import Lang
from sahelkit.errors import UnknownPlaceError
from sahelkit.geography import places

# French says where by gender, number and initial; those of the study region that do not take "au".
_IN_FR = {
    "CIV": "en Côte d’Ivoire",
    "GIN": "en Guinée",
    "GNB": "en Guinée-Bissau",
    "MRT": "en Mauritanie",
    "GMB": "en Gambie",
    "SLE": "en Sierra Leone",
    "CPV": "à Cabo Verde",
    "DZA": "en Algérie",
    "LBY": "en Libye",
}
_AU_FR = ("MLI", "BFA", "NER", "BEN", "TGO", "GHA", "NGA", "SEN", "LBR", "TCD", "CMR", "SDN")


def country_of(code: str, lang: Lang) -> str:
    """Name of a country; what is no country keeps its own name, and what has none is called the series."""
    if not code:
        return "this series" if lang == "en" else "cette série"
    try:
        return places.name(code, lang=lang)
    except UnknownPlaceError:
        return code


def in_country(iso3: str, lang: Lang) -> str:
    """Where: "in Mali", "au Mali", "en Guinée"; a country without a known preposition stands in brackets.

    Examples
    --------
    >>> in_country("MLI", "fr"), in_country("CIV", "fr"), in_country("NER", "en")
    ('au Mali', 'en Côte d’Ivoire', 'in Niger')
    """
    if lang == "en":
        return f"in {places.name(iso3)}"
    if iso3 in _IN_FR:
        return _IN_FR[iso3]
    name = places.name(iso3, lang="fr")
    return f"au {name}" if iso3 in _AU_FR else f"({name})"
