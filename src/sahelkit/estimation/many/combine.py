"""Combinations of doubtful controls, and how many models they make."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from itertools import combinations
from math import comb

from sahelkit.errors import OptionError
from sahelkit.estimation.many.roles import Roles, check_known

MOST = 2_000_000
# Combinations that are still counted one by one when some exclude others.
_COUNTABLE = 5_000_000


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
