"""Named sets of countries: the regions and organisations, by their names and labels in two languages."""

from __future__ import annotations

from functools import lru_cache

from sahelkit._types import Lang
from sahelkit.errors import UnknownNameError
from sahelkit.geography.place_index import index, key
from sahelkit.options import check_language


def _descriptions() -> dict[str, dict[str, str]]:
    from sahelkit.catalog import record

    found: dict[str, dict[str, str]] = record("states").details["sets"]
    return found


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
        names.update({key(described["label_en"]): group, key(described["label_fr"]): group})
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


def members(group: str) -> list[str]:
    """ISO 3166 alpha-3 codes of the countries of a place set.

    Parameters
    ----------
    group : str
        Name of a set, e.g. ``"west_africa"``, or its label in English or French.

    Returns
    -------
    list of str
        Codes in alphabetical order, except for ``"focus"``, which begins with Mali. ``"africa"`` and
        ``"world"`` hold the dissolved states too.

    Raises
    ------
    UnknownNameError
        If there is no such set.

    Examples
    --------
    >>> members("sahel")
    ['BFA', 'MLI', 'MRT', 'NER', 'TCD']
    >>> members("Afrique de l'Ouest") == members("west_africa")
    True
    """
    known = set_named(str(group))
    if known is None:
        raise UnknownNameError("place set", group, index().sets, repair="sahelkit.places.sets() describes them")
    return list(index().sets[known])
