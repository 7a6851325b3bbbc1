"""Country numbers and codes of other projects, to ISO 3166 alpha-3 codes and back, at a date."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sahelkit.errors import OptionError, UnknownNameError, UnknownPlaceError, is_known
from sahelkit.geography.place_index import Meaning, index

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    from sahelkit._types import DateLike

SYSTEMS = {"gw": "Gleditsch-Ward number", "cow": "Correlates of War number", "vdem": "V-Dem country_text_id"}


def day_of(on: DateLike, *, what: str = "on") -> str | None:
    """ISO day that `on` names: for a year or month, its last day; None stays None."""
    if on is None:
        return None
    from sahelkit.dates import parse_date

    day = parse_date(on, what=what, last=True)
    return None if day is None else day.strftime("%Y-%m-%d")


def pick(meanings: tuple[Meaning, ...], day: str | None) -> set[str]:
    """Codes that the meanings leave open; a day narrows them down only where there are several."""
    found = {meaning.iso3 for meaning in meanings}
    if len(found) > 1 and day is not None:
        found = {meaning.iso3 for meaning in meanings if meaning.covers(day)} or found
    return found


def _translate(system: str, code: object, day: str | None) -> str:
    text = _as_text(code)
    meanings = index().codes[system].get(text)
    if meanings is None and system == "cow":
        meanings = index().codes["gw"].get(text)
    if meanings is None:
        raise UnknownPlaceError(f"{SYSTEMS[system]} {text}")
    found = sorted(pick(meanings, day))
    if len(found) > 1:
        raise UnknownPlaceError(f"{SYSTEMS[system]} {text}", found, ambiguous=True)
    return found[0]


def translate_one(system: str, code: object, day: str | None) -> str:
    """Alpha-3 code of one code of a system.

    Raises
    ------
    UnknownNameError
        If there is no such system.
    UnknownPlaceError
        If the code is unknown, is that of no state, or has several meanings on the day.
    """
    if not is_known(system, SYSTEMS):
        raise UnknownNameError("code system", system, SYSTEMS)
    found = _translate(system, code, day)
    if not found:
        raise UnknownPlaceError(f"{SYSTEMS[system]} {_as_text(code)} (not a state)")
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
    return _translate("gw", gwcode, day_of(date, what="date"))


def iso3_of_cow(cowcode: int | str, date: DateLike = None) -> str:
    """Alpha-3 code of a Correlates of War number at a date.

    Parameters
    ----------
    cowcode : int or str
        Number of a state that was in the system at some time since 1945. A number that Correlates of War does not
        use is read as a Gleditsch-Ward number (340, Serbia, as some coup lists have it). Polity's ``ccode`` is not
        quite this number: 626 is Sudan there from 2011 on and South Sudan here, 347 is Serbia and Montenegro there
        and Kosovo here.
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
    return _translate("cow", cowcode, day_of(date, what="date"))


def iso3_of_vdem(country_text_id: str, year: int | None = None) -> str | None:
    """Alpha-3 code of a V-Dem ``country_text_id`` in a year.

    Parameters
    ----------
    country_text_id : str
        V-Dem's three letters, e.g. ``"MLI"``.
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
    return _translate("vdem", country_text_id, day_of(year, what="year")) or None


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


def translate(codes: pd.Series[Any], *, system: str, dates: pd.Series[Any] | None = None) -> pd.Series[Any]:
    """Alpha-3 codes of a column of codes.

    Parameters
    ----------
    codes : pandas.Series
        Codes, numbers or text; an empty value stays empty.
    system : str
        ``"gw"``, ``"cow"`` or ``"vdem"``.
    dates : pandas.Series, optional
        Date-like values or years beside the codes, with the same index.

    Returns
    -------
    pandas.Series
        ISO 3166 alpha-3 codes with the same index; NA for an empty code or a V-Dem territory that is no state.

    Raises
    ------
    UnknownNameError
        If the system is unknown.
    OptionError
        If `codes` or `dates` is no column of pandas, or their rows cannot be matched.
    UnknownPlaceError
        If codes are unknown, or have several meanings where no date is given; all of them are named, with the rows in
        which they stand.
    DateError
        If a date that is needed cannot be read.

    Examples
    --------
    >>> import pandas as pd
    >>> translate(pd.Series([345, 345]), system="cow", dates=pd.Series([1991, 2012])).tolist()
    ['YUG', 'SRB']
    """
    import pandas as pd

    from sahelkit._types import TEXT

    if not is_known(system, SYSTEMS):
        raise UnknownNameError("code system", system, SYSTEMS)
    for what, column in (("codes", codes), ("dates", dates)):
        if not isinstance(column, pd.Series) and not (what == "dates" and column is None):
            repair = f"Type pandas.Series({what}{'' if what == 'codes' else ', index=codes.index'})"
            raise OptionError(what, column, "it is no column (Series) of pandas", repair=repair)
    several = {code for code, found in index().codes[system].items() if len(pick(found, None)) > 1}
    text = codes.astype("object").map(_as_text, na_action="ignore")
    days = _days(dates, codes.index, needed=text.isin(several).to_numpy())
    known: dict[tuple[Any, str | None], str | None] = {}
    bad = []
    values: list[str | None] = []
    for code, day in zip(text, days, strict=True):
        if (code, day) not in known:
            try:
                known[code, day] = None if pd.isna(code) else _translate(system, code, day) or None
            except UnknownPlaceError as error:
                bad.append((code, error))
                known[code, day] = None
        values.append(known[code, day])
    if len(bad) == 1 and (text == bad[0][0]).sum() == 1:
        raise bad[0][1]
    if bad:
        given = text[text.isin([code for code, _ in bad])]
        meanings = {code: error.suggestions for code, error in bad if error.ambiguous}
        raise UnknownPlaceError.several(SYSTEMS[system], given, len(codes), meanings=meanings)
    return pd.Series(values, index=codes.index, name="iso3", dtype=TEXT)


def _as_text(code: object) -> str:
    return str(code).strip().removesuffix(".0")


def _days(dates: pd.Series[Any] | None, rows: pd.Index, *, needed: npt.NDArray[np.bool_]) -> list[str | None]:
    """Last day of each date as ISO text, read only where a code has several meanings."""
    out: list[str | None] = [None] * len(rows)
    if dates is not None and needed.any():
        from sahelkit.dates import read_column

        if not dates.index.equals(rows) and not (dates.index.is_unique and rows.is_unique):
            why = "its index differs from that of the codes, and has labels twice"
            raise OptionError("dates", dates.name, why, repair="Take both from one frame")
        given = dates if dates.index.equals(rows) else dates.reindex(rows)
        times = read_column(given[needed], what="dates", blanks=True, typed="dates")
        for place, day in zip(needed.nonzero()[0], times.last.astype(str), strict=True):
            out[place] = None if day == "NaT" else day
    return out
