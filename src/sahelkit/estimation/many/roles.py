"""Roles in one formula: what models hold, what is asked, what may be held fixed; and how many models that makes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

from sahelkit.errors import ModelError, OptionError, UnknownNameError

MOST = 2_000_000
# Combinations that are still counted one by one when some exclude others.
_COUNTABLE = 5_000_000
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


def sizes_of(k: int | Sequence[int], roles: Roles) -> tuple[int, ...]:
    """Sizes of the combinations: 0 to `k`, or those given, cut to the number of doubtful controls.

    Raises
    ------
    OptionError
        If a size is not a whole number from 0, or no size fits.

    Examples
    --------
    >>> sizes_of(3, Roles("y", (), ("x",), ("a", "b")))
    (0, 1, 2)
    """
    if isinstance(k, bool) or (isinstance(k, int) and k < 0):
        raise OptionError("k", k, "the number of doubtful controls is at least 0", repair="Type k=3")
    given = range(k + 1) if isinstance(k, int) else k
    try:
        sizes = sorted({int(size) for size in given if int(size) == size and size >= 0})
        whole = len(sizes) == len(set(given)) and bool(sizes)
    except (TypeError, ValueError):
        whole = False
    if not whole:
        raise OptionError("k", k, "it is a whole number, or several: how many doubtful controls a model may hold")
    fit = tuple(size for size in sizes if size <= len(roles.doubtful))
    if not fit:
        raise OptionError("k", k, f"there are only {len(roles.doubtful)} doubtful controls")
    return fit


def read_exclusive(exclusive: Sequence[Sequence[str]], roles: Roles) -> tuple[frozenset[str], ...]:
    """Sets of which a model holds at most one.

    Raises
    ------
    OptionError
        If it is not a sequence of sets of two or more names.
    UnknownNameError
        If a name is neither focus nor doubtful.
    """
    sets = []
    for group in exclusive if isinstance(exclusive, Collection) else [""]:
        if isinstance(group, str) or not isinstance(group, Collection) or len(set(group)) < 2:
            raise OptionError(
                "exclusive",
                exclusive,
                "each set names at least two columns",
                repair="Type exclusive=[('cpi_inflation', 'deflator_inflation')]",
            )
        check_known(group, (*roles.focus, *roles.doubtful))
        sets.append(frozenset(group))
    return tuple(sets)


def control_sets(
    roles: Roles, sizes: Sequence[int], exclusive: Sequence[frozenset[str]], focus: str
) -> Iterator[tuple[str, ...]]:
    """Yield the doubtful controls of each model of a focus variable, by size and then in the order of the formula.

    Examples
    --------
    >>> roles = Roles("y", (), ("x",), ("a", "b", "c"))
    >>> list(control_sets(roles, (0, 2), [frozenset("ab")], "x"))
    [(), ('a', 'c'), ('b', 'c')]
    """
    for size in sizes:
        for chosen in combinations(roles.doubtful, size):
            held = {focus, *chosen}
            if all(len(group & held) < 2 for group in exclusive):
                yield chosen


def count_models(
    roles: Roles, sizes: Sequence[int], exclusive: Sequence[frozenset[str]] = (), *, branches: int = 1
) -> int:
    """Count the models: focus variables, times combinations, times `branches` (effects and links).

    An upper bound where some controls exclude others and there are more than five million combinations.

    References
    ----------
    Sala-i-Martin, X. X. (1997). I just ran two million regressions. American Economic Review, 87(2), 178-183.

    Examples
    --------
    Sala-i-Martin tested each of 59 variables with three of the other 58.

    >>> others = tuple(f"v{i}" for i in range(58))
    >>> count_models(Roles("growth", ("gdp", "life", "school"), ("tested",), others), (3,))
    30856
    """
    free = sum(comb(len(roles.doubtful), size) for size in sizes)
    if not exclusive or free * len(roles.focus) > _COUNTABLE:
        return free * len(roles.focus) * branches
    return branches * sum(sum(1 for _ in control_sets(roles, sizes, exclusive, focus)) for focus in roles.focus)


def check_number(number: int, *, k: object, most: int, confirm: bool) -> None:
    """Raise OptionError if there are more models than `most` and nobody has confirmed.

    Examples
    --------
    >>> check_number(3_000_000, k=5, most=MOST, confirm=False)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: k=5: that makes 3,000,000 models, more than most=2,000,000. ...
    """
    if number > most and not confirm:
        raise OptionError(
            "k",
            k,
            f"that makes {number:,} models, more than most={most:,}",
            repair="Take a smaller k, fewer focus variables or effects, or add confirm=True",
        )
