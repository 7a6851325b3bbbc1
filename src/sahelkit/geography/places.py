"""Countries by any of their names and codes, and named sets of countries.

A place may be given as an ISO 3166 code of two or three letters, a Gleditsch-Ward or Correlates of War number,
or a name in English or French, current or former. Nothing is guessed: what is not known exactly is an error
that lists the near matches.
"""

from __future__ import annotations

import difflib
import numbers
import re
import warnings
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, cast

from sahelkit._types import Lang, Place
from sahelkit.errors import OptionError, PlaceWarning, UnknownPlaceError
from sahelkit.geography.code_systems import clear_codes, day_of, pick
from sahelkit.geography.codes import (
    Translation,
    gwcode_of,
    iso3_of_cow,
    iso3_of_gw,
    iso3_of_vdem,
    translate,
    translate_one,
)
from sahelkit.geography.place_index import ARTICLES, index, key, words
from sahelkit.geography.place_sets import (
    INITIALS,
    clear_sets,
    codes_of,
    is_dated,
    members,
    set_named,
    set_names,
    sets,
)
from sahelkit.options import check_language

if TYPE_CHECKING:
    import pandas as pd

    from sahelkit._types import DateLike, Places

__all__ = [
    "Translation",
    "chosen",
    "clear_caches",
    "gwcode_of",
    "iso3_of_cow",
    "iso3_of_gw",
    "iso3_of_vdem",
    "members",
    "name",
    "resolve",
    "resolve_many",
    "sets",
    "translate",
]

_BRACKET = re.compile(r"^([^()]+)\(([^()]+)\)$")
_COMMA = re.compile(r"^([^,()]+),([^,()]+)$")


def _labelled(iso3: str) -> str:
    return f"{index().titles[iso3, 'en'][-1][1]} ({iso3})"


def _near(text: str) -> list[str]:
    wanted, names = key(text), index().names
    close = difflib.get_close_matches(wanted, names, n=6, cutoff=0.72)
    if len(wanted) >= 3:
        close += [known for known in names if wanted in known or (len(known) >= 4 and known in wanted)]
    found = dict.fromkeys(meaning.iso3 for known in close for meaning in names[known])
    groups = difflib.get_close_matches(wanted, set_names(), n=1, cutoff=0.8)
    return [*(repr(set_names()[group]) for group in groups), *(_labelled(iso3) for iso3 in list(found)[:5])]


def _number(number: int, day: str | None) -> str | None:
    gw, cow = (index().codes[system].get(str(number), ()) for system in ("gw", "cow"))
    if day is not None and not any(meaning.covers(day) for meaning in gw):
        for meaning in cow:
            if meaning.covers(day):
                return meaning.iso3
    found = pick(gw or cow, day)
    return min(found) if len(found) == 1 else None


def _named(text: str, day: str | None) -> str | None:
    known = index().names
    parts = words(text)
    meanings = known.get("".join(parts))
    if meanings is None and len(parts) > 1 and parts[0] in ARTICLES:
        meanings = known.get("".join(parts[1:]))
    if meanings is None:
        return None
    found = pick(meanings, day)
    if len(found) > 1:
        raise UnknownPlaceError(text, [_labelled(iso3) for iso3 in sorted(found)], ambiguous=True)
    return min(found)


def _in_two_parts(text: str, day: str | None) -> str | None:
    # "Korea, Republic of" and "Korea (Republic of)", as lists of countries write it
    bracket = _BRACKET.match(text)
    halves = bracket or _COMMA.match(text)
    if halves is None:
        return None
    first, second = halves.groups()
    found = _named(f"{second} {first}", day)
    if found is None and bracket:
        # "Burkina Faso (Upper Volta)", "Guinea (GIN)": both halves must mean the same country.
        outer, inner = _text(first, day), _text(second, day)
        found = outer if outer == inner else None
    return found


def _text(text: str, day: str | None) -> str | None:
    stripped = text.strip()
    if stripped.isascii() and stripped.isdigit():
        return _number(int(stripped), day)
    upper = stripped.upper() if stripped.isascii() else ""
    if upper in index().spells:
        return upper
    if upper in index().iso2:
        return index().iso2[upper]
    return _named(stripped, day) or _in_two_parts(stripped, day)


@lru_cache(maxsize=4096)
def _resolve(place: str | int, day: str | None) -> str:
    found = _text(place, day) if isinstance(place, str) else _number(place, day)
    if found is None:
        group = set_named(str(place))
        if group is not None:
            some = [_labelled(iso3) for iso3 in codes_of(group)]
            raise UnknownPlaceError(place, [*some[:5], "…"] if len(some) > 5 else some, ambiguous=True)
        raise UnknownPlaceError(place, _near(str(place)))
    return found


def _plain(place: object) -> str | int:
    if isinstance(place, str):
        return str(place)
    if isinstance(place, numbers.Integral) and not isinstance(place, bool):
        return int(place)
    if isinstance(place, float) and place.is_integer():  # a column of numbers with gaps is one of floats
        return int(place)
    raise UnknownPlaceError(place)


def resolve(place: Place, *, on: DateLike = None, system: str | None = None) -> str:
    """ISO 3166 alpha-3 code of a country.

    Parameters
    ----------
    place : str or int
        ISO 3166 code of two or three letters, Gleditsch-Ward or Correlates of War number (as a number or as
        digits), or a name in English or French. Case, accents, punctuation and a leading article do not
        matter. Former names are known ("Dahomey", "Haute-Volta", "French Sudan"), at any date.
        Where the two numberings disagree the Gleditsch-Ward one wins: 970 is Kiribati (Nauru in the other),
        345 is Yugoslavia. On a day when the Gleditsch-Ward list does not use the number, the other meaning
        holds: 345 in 2012 is Serbia.
    on : date-like, optional
        Day at which a name or number with several meanings is read: "Congo" in 1985 is Congo-Brazzaville
        alone, since the other was then Zaire. It does not ask whether the state existed.
    system : {"gw", "cow", "vdem", "iso_numeric", "polity", "gwc", "cowc", "fips", "worldbank"}, optional
        What kind of code `place` is, and nothing else; `translate` says what each system is.

    Returns
    -------
    str
        ISO 3166 alpha-3 code, as in the states dataset.

    Raises
    ------
    UnknownPlaceError
        If the name or code is unknown (near matches are listed with their codes) or means several countries
        ("Congo", "Korea", a place set: they are listed).
    UnknownNameError
        If `system` is unknown.
    DateError
        If `on` cannot be read.

    Warnings
    --------
    Without `system`, a code of a list that is not named here is read as one that is, when there is one that looks
    alike. ISO 3166 *numbers* (ACLED's ``iso``) are taken for Gleditsch-Ward numbers: 694, 404 and 516 are Sierra
    Leone, Kenya and Namibia there, and Qatar, Guinea-Bissau and Burundi here; the letters of Correlates of War for
    ISO's (SWZ, AUS and SLV are Switzerland, Austria and Slovenia there). Name the system of such codes.

    Examples
    --------
    >>> [resolve(place) for place in ("Guinea", "guinee-bissau", "cote d ivoire", "Upper Volta", 432, "ne")]
    ['GIN', 'GNB', 'CIV', 'BFA', 'MLI', 'NER']
    >>> resolve("Congo", on=1985)
    'COG'
    >>> resolve(345, on=2012, system="gw"), resolve(345, on=2012, system="cow")
    ('YUG', 'SRB')
    >>> resolve("Congo")
    Traceback (most recent call last):
        ...
    sahelkit.errors.UnknownPlaceError: 'Congo' names several countries: Democratic Republic of the Congo (COD),
    Republic of the Congo (COG). Type the code of the one you mean.
    """
    if system is not None:
        return translate_one(system, place, day_of(on))
    return _resolve(_plain(place), day_of(on))


def resolve_many(places: Place | Iterable[Place], *, on: DateLike = None) -> list[str]:
    """ISO 3166 alpha-3 codes of countries and place sets, in the order given, each once.

    Parameters
    ----------
    places : str, int or iterable of these
        Countries as in `resolve`, and names of sets as in `sets`; of an organisation, every state that was a member
        at some time.
    on : date-like, optional
        As in `resolve`; of an organisation, only its members on that day.

    Returns
    -------
    list of str
        ISO 3166 alpha-3 codes.

    Raises
    ------
    UnknownPlaceError
        If one of them is unknown or means several countries.
    DateError
        If `on` cannot be read.

    Warns
    -----
    PlaceWarning
        If ``"AU"`` or ``"UA"`` stands there, which are Australia and Ukraine: the set is ``"African Union"``.

    Examples
    --------
    >>> resolve_many("focus")
    ['MLI', 'BFA', 'GIN', 'NER', 'CIV']
    >>> resolve_many(["Senegal", "focus", "ML"])
    ['SEN', 'MLI', 'BFA', 'GIN', 'NER', 'CIV']
    """
    day = day_of(on)
    if isinstance(places, (str, bytes)) or not isinstance(places, Iterable):
        places = [places]  # type: ignore[list-item]
    found: dict[str, None] = {}
    for place in places:
        plain = _plain(place)
        group = set_named(plain) if isinstance(plain, str) else None
        if group is None:
            _warn_of_initials(plain)
            found[_resolve(plain, day)] = None
        else:
            # The states of a region are all that it ever had, whatever the day; those of an organisation change.
            found.update(dict.fromkeys(codes_of(group, day, day) if is_dated(group) else codes_of(group)))
    return list(found)


def _warn_of_initials(place: str | int) -> None:
    if isinstance(place, str) and place in INITIALS:
        text = (
            f"{place!r} is read as the ISO code of {name(place)}. Type 'African Union' for the members of the African "
            f"Union, or {_resolve(place, None)!r} for the country."
        )
        warnings.warn(text, PlaceWarning, stacklevel=4)


def chosen(
    countries: Places,
    *,
    what: str = "countries",
    default: str = "world",
    during: tuple[pd.Timestamp | None, pd.Timestamp | None] | None = None,
    regions: bool = True,
) -> list[str]:
    """What an option such as ``countries=`` names: the one reader of it, so that it takes the same everywhere.

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        Countries and place sets as in `resolve_many`.
    what : str
        Name of the option.
    default : str
        Place set meant when the option is absent.
    during : pair of pandas.Timestamp, optional
        First and last day of a window: of a place set, and of the default, only the states that existed on one of
        its days are taken, of an organisation those that were members on one of its days. A country that is named
        stays, whenever it existed; so do all where none existed, so that an error can name them.
    regions : bool
        False: the window cuts organisations only, and the states of a region stay whenever they existed.

    Returns
    -------
    list of str
        ISO 3166 alpha-3 codes in the order given, each once.

    Raises
    ------
    OptionError
        If no country is named.
    UnknownPlaceError
        If one of them is unknown or means several countries.

    Examples
    --------
    >>> import pandas as pd
    >>> chosen(["MLI", "Sénégal"]), len(chosen(None, default="study"))
    (['MLI', 'SEN'], 21)
    >>> "YUG" in chosen("world"), "YUG" in chosen("world", during=(pd.Timestamp(2010, 1, 1), pd.Timestamp(2020, 1, 1)))
    (True, False)
    >>> chosen([])
    Traceback (most recent call last):
    sahelkit.errors.OptionError: countries=[]: no country is named. Type countries='focus', or leave it out.
    """
    if countries is None:
        countries = default
    single = isinstance(countries, (str, bytes)) or not isinstance(countries, Iterable)
    given = cast("list[Place]", [countries] if single else list(cast("Iterable[Place]", countries)))
    if not given:
        raise OptionError(what, countries, "no country is named", repair=f"Type {what}='focus', or leave it out")
    if during is None:
        return resolve_many(given)
    first, last = (None if day is None else f"{day:%Y-%m-%d}" for day in during)
    found = list(dict.fromkeys(code for place in given for code in _lasting(place, first, last, regions)))
    return found or resolve_many(given)


def _lasting(place: Place, first: str | None, last: str | None, regions: bool) -> list[str]:
    codes = resolve_many(place)
    group = set_named(place) if isinstance(place, str) else None
    if group is None or not (regions or is_dated(group)):
        return codes
    return codes_of(group, first, last)


def name(place: Place, *, lang: Lang | None = None, on: DateLike = None) -> str:
    """Short name of a country, in English or French.

    Parameters
    ----------
    place : str or int
        Country as in `resolve`.
    lang : {"en", "fr"}, optional
        English when absent.
    on : date-like, optional
        The name in use on that day; today's (or the last one) when absent.

    Returns
    -------
    str
        Name with its accents.

    Raises
    ------
    UnknownPlaceError
        If the country is unknown.
    UnknownNameError
        If the language is neither ``"en"`` nor ``"fr"``.
    DateError
        If `on` cannot be read.

    Examples
    --------
    >>> name("TCD", lang="fr"), name("BFA", lang="fr", on="1966-01-03"), name("BFA")
    ('Tchad', 'Haute-Volta', 'Burkina Faso')
    """
    lang = check_language(lang)
    day = day_of(on)
    titles = index().titles[_resolve(_plain(place), day), lang]
    if day is not None:
        for meaning, title in titles:
            if meaning.covers(day):
                return title
    return titles[-1][1]


def clear_caches() -> None:
    """Forget what was read, e.g. after the states dataset has been built anew."""
    index.cache_clear()
    clear_codes()
    _resolve.cache_clear()
    clear_sets()
