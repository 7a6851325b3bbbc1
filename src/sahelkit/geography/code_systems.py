"""What the codes of other projects mean: the systems, their tables, and how one code is read.

The states dataset holds the numbers of Gleditsch and Ward and of the Correlates of War, and V-Dem's letters. The
others stand in ``code_systems.csv`` beside this file, written by hand from the lists that their makers publish (ISO
3166-1, FIPS 10-4 with its change notices, the Correlates of War state list, Polity5, the World Bank's list of economies
and aggregates); a test compares it with an independent concordance.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Final

from sahelkit.errors import UnknownNameError, UnknownPlaceError, is_known
from sahelkit.geography.place_index import Meaning, index, spell_of

if TYPE_CHECKING:
    from sahelkit._types import DateLike

SYSTEMS: Final = {
    "gw": "Gleditsch-Ward number",
    "cow": "Correlates of War number",
    "vdem": "V-Dem country_text_id",
    "iso_numeric": "ISO 3166 number",
    "polity": "Polity",
    "gwc": "Gleditsch-Ward letter",
    "cowc": "Correlates of War letter",
    "fips": "FIPS 10-4",
    "worldbank": "World Bank",
}
# A code that one list does not use is read as the other list has it (340, Serbia, among numbers of Correlates of War).
_ELSE: Final = {"cow": "gw", "polity": "cow"}


def day_of(on: DateLike, *, what: str = "on") -> str | None:
    """ISO day that `on` names: for a year or month, its last day; None stays None."""
    if on is None:
        return None
    from sahelkit.dates import parse_date

    day = parse_date(on, what=what, last=True)
    return None if day is None else day.strftime("%Y-%m-%d")


def check_system(system: object) -> None:
    """Refuse a system of codes that there is not."""
    if not is_known(system, SYSTEMS):
        raise UnknownNameError("code system", system, SYSTEMS)


def pick(meanings: tuple[Meaning, ...], day: str | None) -> set[str]:
    """Codes that the meanings leave open; a day narrows them down only where there are several."""
    found = {meaning.iso3 for meaning in meanings}
    if len(found) > 1 and day is not None:
        found = {meaning.iso3 for meaning in meanings if meaning.covers(day)} or found
    return found


def as_text(code: object) -> str:
    """A code as its list writes it: 432.0, as a column with gaps has it, is 432."""
    return str(code).strip().removesuffix(".0")


@cache
def _written() -> tuple[dict[str, dict[str, tuple[Meaning, ...]]], dict[tuple[str, str], tuple[str, str]]]:
    """Meanings by system and code; kind and name of what is no state (a territory, an aggregate)."""
    codes: dict[str, dict[str, tuple[Meaning, ...]]] = {}
    others: dict[tuple[str, str], tuple[str, str]] = {}
    table = resources.files("sahelkit.geography").joinpath("code_systems.csv")
    with table.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            system, code = codes.setdefault(row["system"], {}), row["code"]
            system[code] = (*system.get(code, ()), spell_of(row))
            if row["kind"] != "state":
                others[row["system"], code] = row["kind"], row["name"]
    return codes, others


@cache
def meanings(system: str) -> dict[str, tuple[Meaning, ...]]:
    """Meanings of each code of a system, over time; `iso3` is empty for what is no state.

    Examples
    --------
    >>> [meaning.iso3 for meaning in meanings("fips")["UV"]], sorted({one.iso3 for one in meanings("cow")["345"]})
    (['BFA'], ['SRB', 'YUG'])
    """
    found = {**index().codes.get(system, {}), **_written()[0].get(system, {})}
    if system == "vdem":
        # V-Dem's country_id is a number for the same countries.
        for _code, spells in index().codes["vdem"].items():
            found |= {index().vdem_ids[spell.iso3]: spells for spell in spells if spell.iso3 in index().vdem_ids}
    return {**meanings(_ELSE[system]), **found} if system in _ELSE else found


def spelled(system: str, code: object) -> str:
    """A code as its system spells it: capital letters, numbers without leading zeros where those are no others."""
    text, known = as_text(code), meanings(system)
    return text if text in known else next((t for t in (text.upper(), text.lstrip("0")) if t in known), text)


def no_state(system: str, code: str) -> tuple[str, str] | None:
    """What a code of a system means that is no state: kind (``territory`` or ``aggregate``) and name.

    Examples
    --------
    >>> no_state("worldbank", "SSF"), no_state("worldbank", "MLI")
    (('aggregate', 'Sub-Saharan Africa'), None)
    """
    found = meanings(system).get(code)
    if found is None or any(meaning.iso3 for meaning in found):
        return None
    return _written()[1].get((system, code), ("territory", ""))


def read_code(system: str, code: object, day: str | None) -> str:
    """Alpha-3 code of one code of a system; empty for what is no state.

    Raises
    ------
    UnknownPlaceError
        If the code is unknown, or has several meanings on the day.
    """
    text = spelled(system, code)
    known = meanings(system).get(text)
    if known is None:
        raise UnknownPlaceError(f"{SYSTEMS[system]} {text}")
    found = sorted(pick(known, day))
    if len(found) > 1:
        raise UnknownPlaceError(f"{SYSTEMS[system]} {text}", found, ambiguous=True)
    return found[0]


def clear_codes() -> None:
    """Forget what was read."""
    meanings.cache_clear()
