"""Headline numbers: how a notebook records one."""

from __future__ import annotations

import math
import numbers
import os
import re
import sys
from dataclasses import asdict
from html import escape
from typing import Any, Literal, TypeAlias, get_args

from sahelkit._types import Lang
from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.options import check_language
from sahelkit.study.values import Finding, Value, shown

MIME = "application/vnd.sahelkit.finding+json"
Effort: TypeAlias = Literal["quick", "full"]
EFFORTS: tuple[Effort, ...] = get_args(Effort)


def effort() -> str:
    """How much computation a notebook should do: ``"quick"`` (minutes, the default) or ``"full"`` (as published).

    Read from the environment variable ``SAHELKIT_EFFORT``, which ``sahelkit reproduce --effort`` sets.

    Returns
    -------
    str

    Raises
    ------
    UnknownNameError
        If ``SAHELKIT_EFFORT`` is neither ``quick`` nor ``full``.

    Examples
    --------
    >>> draws = {"quick": 200, "full": 2000}[effort()]
    """
    return check_effort(os.environ.get("SAHELKIT_EFFORT") or "quick")


def check_effort(given: str) -> Effort:
    """Return `given` when it is an effort; raise `UnknownNameError` otherwise."""
    for known in EFFORTS:
        if isinstance(given, str) and given == known:
            return known
    raise UnknownNameError("effort", given, EFFORTS)


def notebook_language() -> Lang:
    """Language of the running notebook: ``SAHELKIT_LANG``, or English."""
    return check_language(os.environ.get("SAHELKIT_LANG") or "en")


def _number(what: str, value: object) -> float | None:
    if value is None:
        return None
    plain = _plain_value(what, value)
    if isinstance(plain, bool | str) or plain is None:
        raise OptionError(what, value, "is not a number", repair="Give a number, or None when it is unknown")
    return float(plain)


def _error(what: str, value: object) -> float | None:
    """An error of simulation; NaN or 0, where a result has none, is None."""
    if isinstance(value, numbers.Real) and (math.isnan(value) or value == 0):
        return None
    plain = _number(what, value)
    if plain is not None and plain < 0:
        raise OptionError(what, plain, "an error is not negative")
    return plain


def _errors(pair: tuple[object, object] | None) -> tuple[float | None, float | None] | None:
    if pair is None:
        return None
    if len(pair) != 2:
        raise OptionError("interval_mc_error", pair, "does not have two numbers")
    low, high = (_error("interval_mc_error", value) for value in pair)
    return None if low is None and high is None else (low, high)


def _plain_value(what: str, value: object) -> Value:
    if value is None or type(value).__name__ == "NAType":
        return None
    if type(value).__name__ in ("bool_", "bool"):  # numpy's boolean is not registered as any kind of number
        return bool(value)
    if isinstance(value, str):
        return str(value)
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        if not math.isfinite(value):
            raise OptionError(what, float(value), "is not finite", repair="Give None when the number is unknown")
        return float(value)
    kind = type(value).__name__
    repair = "Give one number, text or boolean (of a series or array, take one element), or None when it is unknown"
    raise OptionError(what, kind, f"a {kind} is not a single value", repair=repair)


def finding(
    name: str,
    value: object,
    *,
    text_en: str = "",
    text_fr: str = "",
    unit: str = "",
    interval: tuple[object, object] | None = None,
    n: int | None = None,
    mc_error: object = None,
    interval_mc_error: tuple[object, object] | None = None,
    replicates: int | None = None,
) -> None:
    """Record a headline number of a notebook and show it in one line.

    The number goes into the output of the cell, from where ``sahelkit reproduce`` takes it and compares it with
    ``notebooks/findings.toml``. Nothing is written anywhere else.

    Parameters
    ----------
    name : str
        Small letters, digits and underscores; unique within the notebook.
    value : bool, int, float, str or None
        The number. None (or ``pandas.NA``) means that it is not known; NaN and infinity are refused.
    text_en, text_fr : str
        What the number is, in English and French.
    unit : str
        Unit in words: ``"percent"``, ``"attempts per year"`` ...
    interval : (lower, upper), optional
        Bounds in the unit of `value`; None for an open bound.
    n : int, optional
        Number of observations behind the value.
    mc_error : float, optional
        Monte Carlo standard error of a value that was simulated, as results give it (``p_error``, ``mc_error``). Only
        the digits that it leaves are shown, and ``sahelkit reproduce`` takes its tolerance from it. 0 and NaN, of a
        value that was not drawn after all, are none.
    interval_mc_error : (float, float), optional
        The same of the two bounds.
    replicates : int, optional
        Replicates or draws behind a simulated value.

    Raises
    ------
    OptionError
        If the name has another form, a number is not finite, an error is negative, or the interval is reversed or
        does not have two bounds, or if the same cell records the name twice.

    Examples
    --------
    >>> finding("mali_attempts_pt", 8, text_en="Coup attempts in Mali, 1960-2025", unit="attempts")
    Coup attempts in Mali, 1960-2025: 8 attempts
    >>> finding("contagion_p", 0.0697, text_en="p-value of contagion", n=105, mc_error=0.0025, replicates=9999)
    p-value of contagion: 0.070 ± 0.003 (n = 105; 9999 replicates)
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*", str(name)):
        raise OptionError("name", name, "is not made of small letters, digits and underscores")
    bounds: tuple[float | None, float | None] | None = None
    if interval is not None:
        if len(interval) != 2:
            raise OptionError("interval", interval, "does not have two bounds")
        bounds = (_number("interval", interval[0]), _number("interval", interval[1]))
        if bounds[0] is not None and bounds[1] is not None and bounds[0] > bounds[1]:
            raise OptionError("interval", bounds, "the lower bound lies above the upper one")
    item = Finding(
        name=str(name),
        value=_plain_value("value", value),
        text_en=text_en,
        text_fr=text_fr,
        unit=unit,
        interval=bounds,
        n=None if n is None else int(n),
        mc_error=_error("mc_error", mc_error),
        interval_mc_error=_errors(interval_mc_error),
        replicates=None if replicates is None else int(replicates),
    )
    lang = notebook_language()
    line = f"{item.text(lang)}{_colon(lang)}{shown(item, lang)}"
    shell = _shell()
    if shell is None:
        print(line)
        return
    _refuse_repetition(item.name, shell)
    bundle = {MIME: asdict(item), "text/plain": line, "text/html": _html(item, lang)}
    from IPython.display import display

    display(bundle, raw=True)


def _shell() -> Any:
    ipython = sys.modules.get("IPython")  # looked up, not imported: outside IPython there is no shell to ask
    return ipython.get_ipython() if ipython else None


_last_cell: dict[str, int] = {}


def _refuse_repetition(name: str, shell: Any) -> None:
    # Only within one run of a cell: running a cell again by hand is how people work. Across cells the runner refuses.
    if _last_cell.get(name) == shell.execution_count:
        raise OptionError("name", name, "this cell has recorded a finding of that name already")
    _last_cell[name] = shell.execution_count


def _colon(lang: Lang) -> str:
    return "\u00a0: " if lang == "fr" else ": "  # French sets a space before a colon


def _html(item: Finding, lang: Lang) -> str:
    style = "border-left:3px solid #c8741c;padding:.15em .8em;margin:.4em 0;font-family:sans-serif"
    return f'<div style="{style}">{escape(item.text(lang))}{_colon(lang)}<b>{escape(shown(item, lang))}</b></div>'
