"""Named sets of countries: regions, and organisations whose members change, by their names in two languages."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, cast

from sahelkit._types import Lang
from sahelkit.errors import UnknownNameError
from sahelkit.geography.code_systems import day_of
from sahelkit.geography.place_index import Meaning, index, key, table_rows
from sahelkit.options import check_language

if TYPE_CHECKING:
    import pandas as pd

    from sahelkit._types import DateLike, Places

# Sets whose members change: the organisation in the memberships table, its names, and what it is in two languages.
_ORGANISATIONS: Final = {
    "ecowas": (
        "ECOWAS",
        ("ECOWAS", "CEDEAO", "Economic Community of West African States",
         "Communauté économique des États de l'Afrique de l'Ouest"),
        "The members of ECOWAS, by date (from 28 May 1975).",
        "Les membres de la CEDEAO, selon la date (à partir du 28 mai 1975).",
    ),
    "uemoa": (
        "UEMOA",
        ("UEMOA", "WAEMU", "West African Economic and Monetary Union",
         "Union économique et monétaire ouest-africaine"),
        "The members of UEMOA, by date (from 10 January 1994).",
        "Les membres de l’UEMOA, selon la date (à partir du 10 janvier 1994).",
    ),
    "aes": (
        "AES",
        ("AES", "Alliance of Sahel States", "Alliance des États du Sahel", "Confederation of Sahel States",
         "Confédération des États du Sahel"),
        "The members of the Alliance of Sahel States, by date (from 16 September 2023).",
        "Les membres de l’Alliance des États du Sahel, selon la date (à partir du 16 septembre 2023).",
    ),
    "african_union": (
        "AU",
        ("African Union", "Union africaine"),
        "The members of the African Union, by date (from 9 July 2002).",
        "Les membres de l’Union africaine, selon la date (à partir du 9 juillet 2002).",
    ),
    "g5_sahel": (
        "G5S",
        ("G5 Sahel", "G5S", "G5 du Sahel"),
        "The members of the G5 Sahel, by date (19 December 2014 to 5 December 2023).",
        "Les membres du G5 Sahel, selon la date (du 19 décembre 2014 au 5 décembre 2023).",
    ),
}  # fmt: skip
# The memberships table knows the study region; these are the days of the African Union elsewhere. Morocco joined in
# 2017, South Sudan after its independence, all other African states belonged to it from its first day.
_UNION_BEGINS: Final = "2002-07-09"
_UNION_LATER: Final = {"MAR": "2017-01-30", "SSD": "2011-07-27"}
# Short names that are codes of other countries where one country may be meant.
INITIALS: Final = {"AU": "african_union", "UA": "african_union"}


@cache
def _spells() -> dict[str, tuple[Meaning, ...]]:
    """Spells of membership of each set whose members change, in the order of their codes."""
    found: dict[str, list[Meaning]] = {group: [] for group in _ORGANISATIONS}
    of = {organisation: group for group, (organisation, *_) in _ORGANISATIONS.items()}
    for row in table_rows("memberships", dataset="memberships"):
        if row["status"] == "member" and row["organisation"] in of:
            # The table's end is the first day on which the membership no longer holds.
            last = datetime.date.fromisoformat(row["end"]) - datetime.timedelta(1) if row["end"] else "9999-12-31"
            found[of[row["organisation"]]].append(Meaning(row["iso3"], row["start"], str(last)))
    union = found["african_union"]
    for code in sorted(set(index().sets["africa"]) - {spell.iso3 for spell in union}):
        if any(spell.touches(_UNION_BEGINS, None) for spell in index().spells[code]):
            union.append(Meaning(code, _UNION_LATER.get(code, _UNION_BEGINS), "9999-12-31"))
    return {group: tuple(sorted(spells, key=lambda spell: spell.iso3)) for group, spells in found.items()}


def is_dated(group: str) -> bool:
    """Whether the members of a set change with the date."""
    return group in _ORGANISATIONS


def codes_of(group: str, first: str | None = None, last: str | None = None) -> list[str]:
    """Codes of a set: those that belong to it, or exist, on some day from `first` to `last`; all when both are None."""
    if is_dated(group):
        return list(dict.fromkeys(spell.iso3 for spell in _spells()[group] if spell.touches(first, last)))
    return [code for code in index().sets[group] if any(spell.touches(first, last) for spell in index().spells[code])]


def changes_in(group: str, first: str, last: str) -> str:
    """Which members of a set did not belong to it through a whole window, in words; empty if all did.

    Examples
    --------
    >>> changes_in("ecowas", "2024-01-01", "2025-12-31")
    'BFA to 2025-01-28, MLI to 2025-01-28, NER to 2025-01-28'
    """
    parts = []
    for spell in _spells().get(group, ()):
        if spell.touches(first, last):
            begin = f" from {spell.start}" if spell.start > first else ""
            end = f" to {spell.end}" if spell.end < last else ""
            parts += [f"{spell.iso3}{begin}{end}"] if begin or end else []
    return ", ".join(parts)


def set_notes(given: Places, during: tuple[pd.Timestamp, pd.Timestamp]) -> str:
    """How the organisations among `given` were read in a window, in words; empty if there are none.

    Examples
    --------
    >>> import pandas as pd
    >>> set_notes(["AES", "Togo"], (pd.Timestamp(2024, 1, 1), pd.Timestamp(2024, 12, 31)))
    'aes: members on some day from 2024-01-01 to 2024-12-31'
    """
    first, last = (f"{day:%Y-%m-%d}" for day in during)
    single = isinstance(given, (str, bytes)) or not isinstance(given, Iterable)
    named = [given] if single else list(cast("Iterable[object]", given))
    notes = []
    for group in dict.fromkeys(set_named(place) for place in named if isinstance(place, str)):
        if group is not None and is_dated(group):
            changes = changes_in(group, first, last)
            part = f" (not all of it: {changes})" if changes else ""
            notes.append(f"{group}: members on some day from {first} to {last}{part}")
    return "; ".join(notes)


def _descriptions() -> dict[str, dict[str, str]]:
    from sahelkit.catalog import record

    found: dict[str, dict[str, str]] = record("states").details["sets"]
    dated = {name: {"definition_en": en, "definition_fr": fr} for name, (_, _, en, fr) in _ORGANISATIONS.items()}
    return {**found, **dated}


@lru_cache(maxsize=1)
def set_names() -> dict[str, str]:
    """Name of each place set, by its name and its labels, as they are compared.

    Examples
    --------
    >>> set_names()["sahel"]
    'sahel'
    """
    names = {key(group): group for group in index().sets}
    for group, described in _descriptions().items():
        labels = _ORGANISATIONS[group][1] if is_dated(group) else (described["label_en"], described["label_fr"])
        names.update({key(label): group for label in (group, *labels)})
    return names


def set_named(text: str) -> str | None:
    """Name of the place set that is called so, or None.

    Examples
    --------
    >>> set_named("Afrique de l'Ouest"), set_named("Mali")
    ('west_africa', None)
    """
    return set_names().get(key(text))


def sets(*, lang: Lang | None = None) -> dict[str, str]:
    """Place sets and what each holds.

    Parameters
    ----------
    lang : {"en", "fr"}, optional
        Language of the descriptions; English when absent.

    Returns
    -------
    dict of str to str
        Description by name of the set.

    Raises
    ------
    UnknownNameError
        If the language is neither ``"en"`` nor ``"fr"``.

    Examples
    --------
    >>> sets()["sahel"]
    'The five members of the G5 Sahel (2014): Burkina Faso, Chad, Mali, Mauritania and Niger.'
    """
    lang = check_language(lang)
    return {group: described[f"definition_{lang}"] for group, described in _descriptions().items()}


def members(group: str, *, on: DateLike = None) -> list[str]:
    """ISO 3166 alpha-3 codes of the countries of a place set.

    Parameters
    ----------
    group : str
        Name of a set, e.g. ``"west_africa"``, or its label in English or French; ``"ECOWAS"`` or ``"CEDEAO"``,
        ``"UEMOA"`` or ``"WAEMU"``, ``"AES"``, ``"AU"`` or ``"UA"`` (the African Union) and ``"G5 Sahel"`` for the
        organisations whose members the table of memberships dates (`sahelkit.load_memberships`).
    on : date-like, optional
        Day (of a year or month, the last): only the members on that day, or the states that existed. A membership
        without an end is taken to go on.

    Returns
    -------
    list of str
        Codes in alphabetical order, except for ``"focus"``, which begins with Mali. Without a day, every state that
        belonged to an organisation at some time; ``"africa"`` and ``"world"`` hold the dissolved states too.

    Raises
    ------
    UnknownNameError
        If there is no such set.
    DateError
        If `on` cannot be read.

    Examples
    --------
    >>> members("sahel")
    ['BFA', 'MLI', 'MRT', 'NER', 'TCD']
    >>> members("Afrique de l'Ouest") == members("west_africa")
    True
    >>> len(members("ECOWAS")), len(members("CEDEAO", on=1999)), len(members("ECOWAS", on="2025-01-29"))
    (16, 16, 12)
    """
    known = INITIALS.get(str(group)) or set_named(str(group))
    if known is None:
        names = [*index().sets, *_ORGANISATIONS]
        raise UnknownNameError("place set", group, names, repair="sahelkit.places.sets() describes them")
    day = day_of(on)
    return codes_of(known, day, day)


def clear_sets() -> None:
    """Forget what was read."""
    set_names.cache_clear()
    _spells.cache_clear()
