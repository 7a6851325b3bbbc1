"""Country numbers and codes of other projects, one at a time, to ISO 3166 alpha-3 codes and back, at a date."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sahelkit.errors import UnknownPlaceError
from sahelkit.geography.code_systems import SYSTEMS, as_text, check_system, day_of, no_state, read_code, spelled
from sahelkit.geography.place_index import index
from sahelkit.geography.translating import Translation, translate

if TYPE_CHECKING:
    from sahelkit._types import DateLike

__all__ = [
    "Translation",
    "gwcode_of",
    "iso3_of_cow",
    "iso3_of_gw",
    "iso3_of_vdem",
    "translate",
    "translate_one",
]


def translate_one(system: str, code: object, day: str | None) -> str:
    """Alpha-3 code of one code of a system.

    Raises
    ------
    UnknownNameError
        If there is no such system.
    UnknownPlaceError
        If the code is unknown, is that of no state, or has several meanings on the day.
    """
    check_system(system)
    found = read_code(system, code, day)
    if not found:
        kind, name = no_state(system, spelled(system, code)) or ("", "")
        what = f"{name}, {'an' if kind == 'aggregate' else 'a'} {kind}: not a state" if name else "not a state"
        raise UnknownPlaceError(f"{SYSTEMS[system]} {as_text(code)} ({what})")
    return found


def iso3_of_gw(gwcode: int | str, date: DateLike = None) -> str:
    """Alpha-3 code of a Gleditsch-Ward number (also the numbers of UCDP).

    Parameters
    ----------
    gwcode : int or str
        Number of a state that was in the system at some time since 1945.
    date : date-like, optional
        Not needed: each number stands for one code. Taken so that all three functions are called alike.

    Returns
    -------
    str
        ISO 3166 alpha-3 code, also for a date before or after the state's membership.

    Raises
    ------
    UnknownPlaceError
        If no state since 1945 has this number.
    DateError
        If `date` cannot be read.

    References
    ----------
    Gleditsch, K. S., & Ward, M. D. (1999). A revised list of independent states since the Congress of Vienna.
    International Interactions, 25(4), 393-413. https://doi.org/10.1080/03050629908434958

    Examples
    --------
    >>> iso3_of_gw(432), iso3_of_gw(411), iso3_of_gw(438)
    ('MLI', 'GNQ', 'GIN')
    """
    return read_code("gw", gwcode, day_of(date, what="date"))


def iso3_of_cow(cowcode: int | str, date: DateLike = None) -> str:
    """Alpha-3 code of a Correlates of War number at a date.

    Parameters
    ----------
    cowcode : int or str
        Number of a state that was in the system at some time since 1945. A number that Correlates of War does not
        use is read as a Gleditsch-Ward number (340, Serbia, as some coup lists have it). Polity's ``ccode`` is not
        quite this number (626 is Sudan there from 2011 on and South Sudan here): it is the system ``"polity"`` of
        `translate`.
    date : date-like, optional
        Needed only for 345, which is Yugoslavia (YUG) to 4 June 2006 and Serbia (SRB) after.

    Returns
    -------
    str
        ISO 3166 alpha-3 code, also for a date before or after the state's membership.

    Raises
    ------
    UnknownPlaceError
        If no state since 1945 has this number, or it has several meanings and no date is given.
    DateError
        If `date` cannot be read.

    Examples
    --------
    >>> iso3_of_cow(345, "1991-06-25"), iso3_of_cow(345, "2012-03-22"), iso3_of_cow(679), iso3_of_cow(255)
    ('YUG', 'SRB', 'YEM', 'DEU')
    """
    return read_code("cow", cowcode, day_of(date, what="date"))


def iso3_of_vdem(country_text_id: str, year: int | None = None) -> str | None:
    """Alpha-3 code of a V-Dem ``country_text_id`` in a year.

    Parameters
    ----------
    country_text_id : str
        V-Dem's three letters, e.g. ``"MLI"``, or its number ``country_id``.
    year : int, optional
        Needed only for ``CZE`` (Czechoslovakia, CSK, to 1992) and ``SRB`` (Yugoslavia, YUG, to 2005); V-Dem
        describes a year as it stood on 31 December.

    Returns
    -------
    str or None
        ISO 3166 alpha-3 code; None for what V-Dem codes and no list of states holds: Hong Kong (HKG), Palestine
        (PSE, PSG, PSB) and Somaliland (SML).

    Raises
    ------
    UnknownPlaceError
        If V-Dem has no such country since 1900, or it has two meanings and no year is given.
    DateError
        If `year` cannot be read.

    Examples
    --------
    >>> iso3_of_vdem("CZE", 1968), iso3_of_vdem("CZE", 2012), iso3_of_vdem("HKG") is None
    ('CSK', 'CZE', True)
    """
    return read_code("vdem", country_text_id, day_of(year, what="year")) or None


def gwcode_of(iso3: str, date: DateLike = None) -> int:
    """Gleditsch-Ward number of an alpha-3 code at a date.

    Parameters
    ----------
    iso3 : str
        ISO 3166 alpha-3 code.
    date : date-like, optional
        Matters only for Germany (255 to 7 May 1945, 260 after); the latest number when absent.

    Returns
    -------
    int
        Gleditsch-Ward number.

    Raises
    ------
    UnknownPlaceError
        If no state since 1945 has this code.
    DateError
        If `date` cannot be read.

    Examples
    --------
    >>> gwcode_of("MLI"), gwcode_of("DEU"), gwcode_of("DEU", "1945-01-15")
    (432, 260, 255)
    """
    spells = index().spells.get(iso3) if isinstance(iso3, str) else None
    if spells is None:
        raise UnknownPlaceError(iso3)
    day = day_of(date, what="date")
    held = [spell for spell in spells if day is None or spell.start <= day] or [spells[0]]
    number = held[-1].gwcode
    assert number is not None
    return number
