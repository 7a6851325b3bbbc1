"""Own lists of coups that stand beside the coders of this session; nothing of them is written to disk."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar

import numpy as np
import pandas as pd

from sahelkit._types import Lang
from sahelkit.catalog import Record
from sahelkit.catalog.publication import Publication, Published, TwoRules
from sahelkit.errors import UnknownNameError, is_known
from sahelkit.geography import places
from sahelkit.options import check_name
from sahelkit.tables.own_list import OwnRow
from sahelkit.tables.read import record_of

DATASET = "coups"
# Rules that weigh the coders; every other rule is one coder's own list.
JOINT_RULES = ("any", "majority", "all")
# A row of last night is known this morning; it is in a list of the user's because he knows it.
LAST_NIGHT = "+1d"
# Codes of states that a message names.
_SHOWN = 5

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class OwnCoder:
    """A user's own list of coups.

    Attributes
    ----------
    name : str
        Prefix of its columns, and the rule by which it counts.
    label_en, label_fr : str
        What figures call it.
    extends : str
        Rule of the coder that it carries on or corrects; "" for a list of its own.
    places : str
        Place set, or codes of countries, with commas between them.
    first, last : str
        Days between which a country without a row had no coup.
    plots : bool
        Whether it records plots.
    published : str
        Publication rule; "" for that of the table, and of the extended coder.
    rows : tuple of OwnRow
    links : tuple of (str, str)
        Names of rows and the ``coup_id`` to which each belongs by hand; "" for none.
    frame : pandas.DataFrame
        The list as it was given.
    """

    name: str
    label_en: str
    label_fr: str
    extends: str
    places: str
    first: str
    last: str
    plots: bool
    published: str
    rows: tuple[OwnRow, ...]
    links: tuple[tuple[str, str], ...]
    frame: pd.DataFrame = field(compare=False, hash=False, repr=False)

    @property
    def token(self) -> str:
        """A text that differs where the list does."""
        parts = repr((self.name, self.extends, self.places, self.first, self.last, self.plots, self.published))
        return hashlib.sha256(f"{parts}{self.rows!r}{self.links!r}".encode()).hexdigest()

    def entry(self) -> dict[str, Any]:
        """What a record says of a coder."""
        return {
            "rule": self.name,
            "label_en": self.label_en,
            "label_fr": self.label_fr,
            "source": "",
            "places": self.places,
            "places_when_built": self.places,
            "first": self.first,
            "last": self.last,
            "plots": self.plots,
            "scope_en": f"{self.described('en')}, of this session only.",
            "scope_fr": f"{self.described('fr')}, de cette session seulement.",
        }

    def described(self, lang: Lang) -> str:
        """The list as sentences and source lines name it."""
        n, base = len(self.rows), shipped_label(self.extends, lang)
        if lang == "fr":
            more = f", prolonge {base}" if base else ""
            return f"liste personnelle « {self.name} » ({n} ligne{'s' if n > 1 else ''}{more})"
        more = f", extends {base}" if base else ""
        return f"own list {self.name!r} ({n} row{'' if n == 1 else 's'}{more})"


Coders: TypeAlias = dict[str, dict[str, Any]]
_LISTS: dict[str, OwnCoder] = {}
# A result outlives the list by which it counted, and still names it.
_NAMED: dict[str, OwnCoder] = {}


def shipped_label(rule: str, lang: Lang) -> str:
    """Name of a shipped coder by its rule; "" where there is none."""
    coders = record_of(DATASET, None).details["coders"].values()
    return next((str(coder[f"label_{lang}"]) for coder in coders if coder["rule"] == rule), "")


def register(coder: OwnCoder) -> None:
    """Put a list beside the coders, in place of one of the same name."""
    _LISTS[coder.name] = _NAMED[coder.name] = coder


def forget(name: str) -> OwnCoder:
    """Take a list away.

    Raises
    ------
    UnknownNameError
        If there is none of this name.
    """
    check_name("name", name)
    if not is_known(name, _LISTS):
        raise UnknownNameError("own list of coups", name, _LISTS, repair="sahelkit.add_coder adds one")
    return _LISTS.pop(name)


def session() -> tuple[OwnCoder, ...]:
    """All lists of this session, in the order in which they were added."""
    return tuple(_LISTS.values())


def own_named(name: str) -> OwnCoder | None:
    """The list of this name: of the session, else the last one that was taken away."""
    return _LISTS.get(name) or _NAMED.get(name)


def lists_for(rule: str) -> tuple[OwnCoder, ...]:
    """Lists of the session on which the events of a rule depend: itself, or all that joint rules count."""
    if rule in JOINT_RULES:
        return tuple(coder for coder in _LISTS.values() if not coder.extends)
    return (_LISTS[rule],) if isinstance(rule, str) and rule in _LISTS else ()


def token_of(rule: str) -> str:
    """A text that differs wherever the events of a rule may: part of the key of what is remembered by rule."""
    return " ".join(coder.token for coder in lists_for(rule))


def remembered(maxsize: int) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """``lru_cache`` for functions with an argument ``rule``; it tells own lists of one name apart by what they hold.

    Examples
    --------
    >>> @remembered(maxsize=2)
    ... def shout(rule):
    ...     print("computed")
    ...     return rule.upper()
    >>> shout("any"), shout(rule="any")
    computed
    computed
    ('ANY', 'ANY')
    >>> shout("any")
    'ANY'
    """

    def wrap(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)

        @lru_cache(maxsize=maxsize)
        def kept(token: str, *given: Any, **options: Any) -> R:
            return function(*given, **options)

        @wraps(function)
        def call(*given: P.args, **options: P.kwargs) -> R:
            bound = signature.bind(*given, **options)
            bound.apply_defaults()
            return kept(token_of(str(bound.arguments["rule"])), *given, **options)  # type: ignore[arg-type]

        return call

    return wrap


def coders_of(description: Record, lists: Iterable[OwnCoder] | None = None) -> Coders:
    """Column prefix of each coder and what is known of it: those of the record, then own lists.

    Parameters
    ----------
    description : Record
        Record of the table of coups.
    lists : iterable of OwnCoder, optional
        Those of the session when absent.
    """
    own = session() if lists is None else lists
    return dict(description.details["coders"]) | {coder.name: coder.entry() for coder in own}


def speaking(rule: str, description: Record, lists: Iterable[OwnCoder] | None = None) -> Coders:
    """Coders whose silence means no event under a rule: one, or all that a joint rule counts.

    Raises
    ------
    UnknownNameError
        If there is no such rule.
    """
    own = session() if lists is None else tuple(lists)
    coders = coders_of(description, own)
    check_name("rule", rule)
    if rule in JOINT_RULES:
        extending = {coder.name for coder in own if coder.extends}
        return {prefix: coder for prefix, coder in coders.items() if prefix not in extending}
    chosen = {prefix: coder for prefix, coder in coders.items() if coder["rule"] == rule}
    if not chosen:
        known = [*JOINT_RULES, *(coder["rule"] for coder in coders.values())]
        repair = "coup_coders() lists the coders, and sahelkit.add_coder adds a list of your own"
        raise UnknownNameError("rule", rule, known, repair=repair)
    return chosen


def states_of(coder: Mapping[str, Any]) -> list[str]:
    """Codes of the states that a coder covers."""
    return places.resolve_many(str(coder["places"]).split(", "))


def places_text(covered: str, lang: Lang = "en") -> str:
    """What a coder covers, for a message: the place set or the codes; of more than five their number and the first.

    Examples
    --------
    >>> places_text("world"), places_text("MLI, NER")
    ('world', 'MLI, NER')
    >>> places_text("BEN, BFA, CIV, GHA, GIN, MLI, NER, TGO")
    '8 states: BEN, BFA, CIV, GHA, GIN …'
    """
    codes = covered.split(", ")
    if len(codes) <= _SHOWN:
        return covered
    head = f"{len(codes)} États\u00a0: " if lang == "fr" else f"{len(codes)} states: "
    return f"{head}{', '.join(codes[:_SHOWN])} …"


def known_of(rule: str, description: Record, lists: Iterable[OwnCoder] | None = None) -> Published:
    """When the events of a rule become known.

    An own list has the rule of the table, unless it states another. What it adds after the end of the coder that it
    extends is known on the next day: whoever types the coup of last night knows it.
    """
    own = {coder.name: coder for coder in (session() if lists is None else lists)}
    coder = own.get(rule)
    if coder is None:
        return description.published
    if not coder.extends:
        return Publication(coder.published) if coder.published else description.published
    base = next(entry for entry in description.details["coders"].values() if entry["rule"] == coder.extends)
    after = Publication(coder.published or LAST_NIGHT)
    return TwoRules(description.published, after, base["last"])


def noted(rule: str, lists: Iterable[OwnCoder] | None = None) -> dict[str, Any]:
    """What ``attrs`` say of own lists behind the events of a rule."""
    found = lists_for(rule) if lists is None else tuple(lists)
    if not found:
        return {}
    return {
        "own_lists": {
            coder.name: {
                "en": coder.described("en"),
                "fr": coder.described("fr"),
                "rows": len(coder.rows),
                "extends": coder.extends,
            }
            for coder in found
        }
    }


def own_days(rows: Iterable[OwnRow]) -> tuple[str, str]:
    """First day of the earliest month and last day of the latest month of a list."""
    rows = list(rows)
    first = np.datetime64(min(row.first for row in rows), "M").astype("datetime64[D]")
    last = (np.datetime64(max(row.last for row in rows), "M") + 1).astype("datetime64[D]") - 1
    return str(first), str(last)
