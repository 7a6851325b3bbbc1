"""The look-up tables behind `sahelkit.geography.places`, read once from the states dataset."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

from sahelkit import store

ARTICLES: Final = frozenset({"the", "le", "la", "les", "l"})
_WORDS = re.compile(r"[^\W_]+")
_SPELLED = {"st": "saint", "ste": "sainte"}
# ISO dates compare as text, so a look-up needs neither pandas nor date objects.
_ALWAYS, _NEVER_ENDS = "0001-01-01", "9999-12-31"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name or code means from `start` to `end` (ISO days, inclusive); `iso3` is empty for no state."""

    iso3: str
    start: str
    end: str
    gwcode: int | None = None

    def covers(self, day: str) -> bool:
        """Whether the meaning holds on `day`."""
        return self.start <= day <= self.end

    def touches(self, first: str | None, last: str | None) -> bool:
        """Whether the meaning holds on some day from `first` to `last`; None is open."""
        return (last is None or self.start <= last) and (first is None or self.end >= first)


@dataclass(frozen=True, slots=True)
class Index:
    """Everything needed to turn a place into its code.

    Attributes
    ----------
    iso2 : dict of str to str
        ISO 3166 alpha-2 to alpha-3.
    codes : dict of str to dict
        By system (``gw``, ``cow``, ``vdem``), the meanings of each code.
    names : dict of str to tuple of Meaning
        Meanings by `key` of a name.
    titles : dict of (str, str) to tuple of (Meaning, str)
        Names by code and language: former ones first, the current one last.
    spells : dict of str to tuple of Meaning
        System spells by alpha-3 code, in order of time.
    sets : dict of str to tuple of str
        Members of each place set.
    regions : dict of str to str
        Region of the world by alpha-3 code.
    vdem_ids : dict of str to str
        V-Dem's ``country_id`` by alpha-3 code.
    """

    iso2: dict[str, str]
    codes: dict[str, dict[str, tuple[Meaning, ...]]]
    names: dict[str, tuple[Meaning, ...]]
    titles: dict[tuple[str, str], tuple[tuple[Meaning, str], ...]]
    spells: dict[str, tuple[Meaning, ...]]
    sets: dict[str, tuple[str, ...]]
    regions: dict[str, str]
    vdem_ids: dict[str, str]


def words(text: str) -> list[str]:
    """Words of `text` without case, accents and punctuation.

    Examples
    --------
    >>> words("l’Île St. Côme")
    ['l', 'ile', 'saint', 'come']
    """
    decomposed = unicodedata.normalize("NFKD", text.replace("&", " and "))
    plain = "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()
    return [_SPELLED.get(word, word) for word in _WORDS.findall(plain)]


def key(text: str) -> str:
    """What is compared: the words of `text` in one piece.

    Examples
    --------
    >>> key("Côte d’Ivoire") == key("COTE D IVOIRE") == key("cote-d'ivoire")
    True
    """
    return "".join(words(text))


def table_rows(table: str, *, dataset: str = "states") -> Iterator[dict[str, str]]:
    """Rows of a bundled table that is written as text, without pandas."""
    with store.data_path(dataset, f"{table}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def spell_of(row: dict[str, str]) -> Meaning:
    """Meaning that a row of a table states; an empty start or end is open."""
    number = row.get("gwcode", "")
    return Meaning(row["iso3"], row["start"] or _ALWAYS, row["end"] or _NEVER_ENDS, int(number) if number else None)


def _codes() -> dict[str, dict[str, tuple[Meaning, ...]]]:
    codes: dict[str, dict[str, tuple[Meaning, ...]]] = {}
    for row in table_rows("codes"):
        system = codes.setdefault(row["system"], {})
        system[row["code"]] = (*system.get(row["code"], ()), spell_of(row))
    return codes


@cache
def index() -> Index:
    """The look-up tables; read on first use, then kept."""
    iso2: dict[str, str] = {}
    spells: dict[str, tuple[Meaning, ...]] = {}
    regions: dict[str, str] = {}
    vdem_ids: dict[str, str] = {}
    for row in sorted(table_rows("states"), key=lambda row: row["start"]):
        spells[row["iso3"]] = (*spells.get(row["iso3"], ()), spell_of(row))
        if row["iso2"]:
            iso2[row["iso2"]] = row["iso3"]
        if row["vdem_id"]:
            vdem_ids[row["iso3"]] = row["vdem_id"]
        regions[row["iso3"]] = row["region"]
    names: dict[str, tuple[Meaning, ...]] = {}
    titles: dict[tuple[str, str], tuple[tuple[Meaning, str], ...]] = {}
    for row in table_rows("names"):
        meaning, name = spell_of(row), row["name"]
        names[key(name)] = (*names.get(key(name), ()), meaning)
        known = titles.get((row["iso3"], row["language"]), ())
        if row["kind"] == "former":
            titles[row["iso3"], row["language"]] = ((meaning, name), *known)
        elif row["kind"] == "current":
            titles[row["iso3"], row["language"]] = (*known, (meaning, name))
    sets: dict[str, tuple[str, ...]] = {}
    for row in sorted(table_rows("sets"), key=lambda row: int(row["position"])):
        sets[row["set"]] = (*sets.get(row["set"], ()), row["iso3"])
    return Index(iso2, _codes(), names, titles, spells, sets, regions, vdem_ids)
