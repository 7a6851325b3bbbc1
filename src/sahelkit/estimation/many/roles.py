"""Roles in one formula: what every model holds, what is asked about, and what may or may not be held fixed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sahelkit.errors import ModelError, UnknownNameError

_NAME = re.compile(r"[^\W\d]\w*")
_FORM = "outcome ~ free | focus | doubtful"


@dataclass(frozen=True)
class Roles:
    """Which column plays which part.

    Attributes
    ----------
    outcome : str
        What is explained.
    free : tuple of str
        Controls that every model holds.
    focus : tuple of str
        Measures under test; each model holds exactly one.
    doubtful : tuple of str
        Controls of which each model holds a few.
    """

    outcome: str
    free: tuple[str, ...]
    focus: tuple[str, ...]
    doubtful: tuple[str, ...]

    def columns(self) -> tuple[str, ...]:
        """All names, the outcome first."""
        return (self.outcome, *dict.fromkeys((*self.free, *self.focus, *self.doubtful)))


def read_roles(formula: str) -> Roles:
    """Read the roles from a formula.

    Parameters
    ----------
    formula : str
        ``"outcome ~ free | focus | doubtful"``, each part a sum of column names, or ``1`` for none; the focus cannot
        be empty. The intercept is in every model.

    Raises
    ------
    ModelError
        If the formula has another form, names a column twice, or in two roles.

    Examples
    --------
    >>> read_roles("attempt ~ t + t2 | near_3 + near_5 | income + growth").focus
    ('near_3', 'near_5')
    >>> read_roles("attempt ~ 1 | near_3 | 1").doubtful
    ()
    """
    left, tilde, right = formula.partition("~")
    parts = right.split("|")
    if not tilde or len(parts) != 3 or not _NAME.fullmatch(left.strip()):
        raise ModelError(f"{formula!r} is not of the form {_FORM!r}. Write 1 for a part that is empty")
    free, focus, doubtful = (_names(part, formula) for part in parts)
    if not focus:
        raise ModelError(f"{formula!r} has no focus variable: nothing is asked. The form is {_FORM!r}")
    roles = Roles(left.strip(), free, focus, doubtful)
    _apart(roles)
    return roles


def _names(part: str, formula: str) -> tuple[str, ...]:
    if part.strip() in ("1", ""):
        return ()
    names = [name.strip() for name in part.split("+")]
    strange = [name for name in names if not _NAME.fullmatch(name)]
    if strange:
        raise ModelError(
            f"{formula!r}: {strange[0]!r} is not the name of a column. Compute the column in the frame first; "
            "effects= gives dummies of periods and countries"
        )
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ModelError(f"{formula!r} names {', '.join(twice)} twice in one part. Name each column once")
    return tuple(names)


def _apart(roles: Roles) -> None:
    parts = {
        "outcome": {roles.outcome},
        "free": set(roles.free),
        "focus": set(roles.focus),
        "doubtful": set(roles.doubtful),
    }
    names = list(parts)
    for place, first in enumerate(names):
        for second in names[place + 1 :]:
            both = sorted(parts[first] & parts[second])
            if both:
                raise ModelError(
                    f"{', '.join(both)} is both {first} and {second}: its models would be counted twice. "
                    "Give each column one role"
                )


def check_known(names: Iterable[str], columns: Iterable[object]) -> None:
    """Raise UnknownNameError at the first name that is not a column.

    Examples
    --------
    >>> check_known(["incme"], ["income", "growth"])
    Traceback (most recent call last):
    sahelkit.errors.UnknownNameError: unknown column 'incme'. Did you mean 'income'? Known: growth, income.
    """
    present = [str(name) for name in columns]
    for name in names:
        if name not in present:
            raise UnknownNameError("column", name, present)
