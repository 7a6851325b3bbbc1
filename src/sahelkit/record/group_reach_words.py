"""The sentence that says which armed groups are found on both sides of a border."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sahelkit._types import Lang
from sahelkit.geography import places
from sahelkit.language.dates import month_text
from sahelkit.language.nouns import group_name
from sahelkit.language.texts import words

_WORDS = {
    "en": {
        "text": "{country}: UCDP names {after} armed groups that fought there in the {window} months from {month} on, "
        "{before} in the {window} months before. Of the {new} groups first recorded there since {month}, {came} had "
        "been recorded across a border before and {went} were afterwards. A first record dates the fighting of a pair "
        "of actors that caused 25 deaths in some year; it does not tell when fighters arrived, nor why.",
        "provinces": " The source gives all provinces of the Islamic State one name, so that its earlier record "
        "next door may be another province.",
        "none": "none",
        "some": "{n} ({names})",
    },
    "fr": {
        "text": "{country} : l’UCDP nomme {after} groupes armés qui y ont combattu dans les {window} mois à partir de "
        "{month}, {before} dans les {window} mois précédents. Sur les {new} groupes qui y sont recensés pour la "
        "première fois depuis {month}, {came} l’avaient déjà été de l’autre côté d’une frontière et {went} l’ont été "
        "ensuite. Une première mention date les combats d’une paire d’acteurs qui a causé 25 morts en une année ; elle "
        "ne dit ni quand des combattants sont arrivés, ni pourquoi.",
        "provinces": " La source donne un seul nom à toutes les provinces de l’État islamique : sa mention "
        "antérieure chez un voisin peut être celle d’une autre province.",
        "none": "aucun",
        "some": "{n} ({names})",
    },
}


def sentence(
    lang: Lang,
    *,
    country: str,
    month: pd.Period,
    window: int,
    groups: tuple[int, int],
    came: Sequence[str],
    went: Sequence[str],
    new: int,
) -> str:
    """Groups before and after, those recorded across a border before or afterwards, and what a record means.

    Raises
    ------
    UnknownNameError
        If the language is neither ``"en"`` nor ``"fr"``.
    """
    say = words(_WORDS, lang)

    def some(names: Sequence[str]) -> str:
        return (
            say["some"].format(n=len(names), names=", ".join(group_name(name, lang) for name in names))
            if names
            else say["none"]
        )

    return (say["text"] + (say["provinces"] if "IS" in came else "")).format(
        country=places.name(country, lang=lang),
        after=groups[1],
        before=groups[0],
        window=window,
        month=month_text(month, lang),
        new=new,
        came=some(came),
        went=some(went),
    )
