"""Rules and coders of coups by the names that readers know."""

from __future__ import annotations

from sahelkit._types import Lang
from sahelkit.tables.coups import coup_coders
from sahelkit.tables.own_coders import own_named, session

__all__ = ["coup_coders", "own_lists", "rule_name", "rule_text"]


def rule_name(rule: str, lang: Lang) -> str:
    """Name of a rule as a reader knows it; an own list of coups is said to be one.

    Examples
    --------
    >>> rule_name("any", "fr"), rule_name("powell_thyne", "en")
    ('au moins un codeur', 'Powell and Thyne')
    """
    joint = {
        "en": {"any": "any coder", "majority": "most coders", "all": "all coders"},
        "fr": {"any": "au moins un codeur", "majority": "majorité des codeurs", "all": "tous les codeurs"},
    }[lang]
    if rule in joint:
        return joint[rule]
    own = own_named(rule)
    if own is not None:
        return own.described(lang)
    coders = coup_coders().set_index("rule")[f"label_{lang}"]
    return str(coders.get(rule, rule))


def rule_text(rule: str, lang: Lang) -> str:
    """A rule as one types it; an own list of coups by what it is called.

    Examples
    --------
    >>> rule_text("powell_thyne", "en")
    'powell_thyne'
    """
    own = own_named(rule)
    return rule if own is None else own.described(lang)


def own_lists(lang: Lang) -> dict[str, str]:
    """What the user's own lists of this session are called, by the prefix of their columns."""
    return {coder.name: coder.described(lang) for coder in session()}
