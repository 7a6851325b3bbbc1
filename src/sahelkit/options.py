"""Checks of the options that many functions share, which say what to type instead."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from numbers import Integral, Real
from pathlib import Path
from typing import get_args

from sahelkit._types import Lang
from sahelkit.errors import OptionError, UnknownNameError

LANGUAGES: tuple[Lang, ...] = get_args(Lang)


def check_whole_number(
    what: str,
    value: object,
    *,
    least: int = 1,
    most: int | None = None,
    optional: bool = False,
    example: int = 0,
    why: str = "",
) -> None:
    """Raise OptionError unless an option is a whole number that is not too small or too large.

    Parameters
    ----------
    what : str
        Name of the option.
    value : object
        What the caller typed. ``2.0`` is no whole number here, nor is True.
    least, most : int
        Smallest and largest value.
    optional : bool
        Whether None will do.
    example : int
        What the message advises to type; the smallest value when 0.
    why : str
        The rule in the words of the option; that of whole numbers when empty.

    Raises
    ------
    OptionError

    Examples
    --------
    >>> check_whole_number("draws", 199.5, example=199)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: draws=199.5: it is a whole number of at least 1. Type draws=199.
    """
    if value is None and optional:
        return
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or int(value) < least or (most is not None and int(value) > most):  # type: ignore[call-overload]
        reach = f"of at least {least}" if most is None else f"from {least} to {most}"
        raise OptionError(what, value, why or f"it is a whole number {reach}", repair=f"Type {what}={example or least}")


def check_seed(seed: object, *, optional: bool = True) -> None:
    """Raise OptionError unless a seed is a whole number from 0, or None where that asks for fresh random numbers.

    Examples
    --------
    >>> check_seed(-1)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: seed=-1: it is a whole number of at least 0. Type seed=1.
    """
    check_whole_number("seed", seed, least=0, optional=optional, example=1)


def check_level(level: object, *, optional: bool = False) -> None:
    """Raise OptionError unless not a share between 0 and 1, or is None where that will do.

    Examples
    --------
    >>> check_level(95)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: level=95: not a share between 0 and 1. Type level=0.95.
    """
    if level is None and optional:
        return
    if not isinstance(level, Real) or not 0 < float(level) < 1:
        raise OptionError("level", level, "not a share between 0 and 1", repair="Type level=0.95")


def check_jobs(n_jobs: object) -> None:
    """Raise OptionError unless a number of processes is one that joblib takes: a whole number but 0, or None.

    Examples
    --------
    >>> check_jobs(-1), check_jobs(None)
    (None, None)
    """
    if n_jobs is not None and (not isinstance(n_jobs, Integral) or isinstance(n_jobs, bool) or n_jobs == 0):
        raise OptionError("n_jobs", n_jobs, "it is a number of processes, or -1 for all", repair="Type n_jobs=1")


def check_alpha(alpha: object) -> None:
    """Raise OptionError unless the size of a test is a share between 0 and 0.5.

    Examples
    --------
    >>> check_alpha(0.95)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: alpha=0.95: the size of a test is a share between 0 and 0.5. Type alpha=0.05.
    """
    if not isinstance(alpha, Real) or isinstance(alpha, bool) or not 0 < float(alpha) < 0.5:
        raise OptionError("alpha", alpha, "the size of a test is a share between 0 and 0.5", repair="Type alpha=0.05")


_PERIODS = "not a whole number of at least 1 period"

# The options that have the same name, and the same meaning, wherever they stand.
_SHARED: dict[str, Callable[[object], None]] = {
    "level": check_level,
    "alpha": check_alpha,
    "seed": check_seed,
    "n_jobs": check_jobs,
    **{
        name: lambda value, name=name: check_whole_number(name, value, example=199)  # type: ignore[misc]
        for name in ("draws", "replicates")
    },
    "horizon": lambda value: check_whole_number("horizon", value, example=12, why=_PERIODS),
    "lags": lambda value: check_whole_number("lags", value, least=0, example=3),
}


def check_options(**given: object) -> None:
    """Check the shared options of a function by their names; call it first, before anything is computed.

    Parameters
    ----------
    **given
        Any of ``level, alpha, seed, n_jobs, draws, replicates, horizon, lags``.

    Raises
    ------
    OptionError
        If one has the wrong form.

    Examples
    --------
    >>> check_options(level=0.9, seed=None, draws=999)
    """
    for name, value in given.items():
        _SHARED[name](value)


def check_name(what: str, value: object, *, optional: bool = False) -> None:
    """Raise OptionError unless an option is a text: the name of one column, or a formula.

    Examples
    --------
    >>> check_name("cluster", ["iso3"])
    Traceback (most recent call last):
    sahelkit.errors.OptionError: cluster=['iso3']: one name is needed, as a text. Type cluster='iso3'.
    """
    if isinstance(value, str) or (value is None and optional):
        return
    single = isinstance(value, list | tuple) and len(value) == 1 and isinstance(value[0], str)
    repair = f"Type {what}={value[0]!r}" if single else ""  # type: ignore[index]
    raise OptionError(what, value, "one name is needed, as a text", repair=repair)


def as_names(what: str, given: str | Iterable[str], *, least: int = 0) -> list[str]:
    """One name or several as a list; raise OptionError for what holds no names, or too few.

    Examples
    --------
    >>> as_names("bodies", "AU"), as_names("bodies", ("AU", "ECOWAS"))
    (['AU'], ['AU', 'ECOWAS'])
    >>> as_names("bodies", 3)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: bodies=3: one name or a list of names is wanted.
    """
    if isinstance(given, str):
        return [given]
    if not isinstance(given, Iterable) or isinstance(given, bytes):
        raise OptionError(what, given, "one name or a list of names is wanted")
    names = list(given)
    if len(names) < least:
        raise OptionError(what, given, "no name is given")
    return names


def check_real(
    what: str,
    value: object,
    *,
    least: float,
    above: bool = False,
    optional: bool = False,
    why: str = "",
    example: float,
) -> None:
    """Raise OptionError unless an option is a finite number of at least `least`, or above it.

    Examples
    --------
    >>> check_real("vif", "7", least=1, example=7)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: vif='7': it is a number of at least 1. Type vif=7.
    """
    if value is None and optional:
        return
    number = isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)
    if not number or float(value) < least or (above and float(value) == least):  # type: ignore[arg-type]
        reach = f"it is a number {'above' if above else 'of at least'} {least:g}"
        raise OptionError(what, value, why or reach, repair=f"Type {what}={example:g}")


def check_flag(what: str, value: object) -> None:
    """Raise OptionError unless an option is True or False.

    Examples
    --------
    >>> check_flag("include_plots", None)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: include_plots=None: it is True or False. Type include_plots=True.
    """
    if not isinstance(value, bool):
        raise OptionError(what, value, "it is True or False", repair=f"Type {what}=True")


def check_path(what: str, value: object, *, optional: bool = False) -> None:
    """Raise OptionError unless an option names a file or folder, as a text or a path.

    Examples
    --------
    >>> check_path("folder", 7)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: folder=7: it is a text or a pathlib.Path. Type folder='results'.
    """
    if not (isinstance(value, str | Path) or (value is None and optional)):
        raise OptionError(what, value, "it is a text or a pathlib.Path", repair=f"Type {what}='results'")


def check_language(lang: str | None) -> Lang:
    """Return the language, English when None; raise UnknownNameError for one that is not spoken here.

    Examples
    --------
    >>> check_language("fr"), check_language(None)
    ('fr', 'en')
    """
    if lang is None:
        return LANGUAGES[0]
    for known in LANGUAGES:
        if isinstance(lang, str) and lang == known:
            return known
    raise UnknownNameError("language", lang, LANGUAGES)
