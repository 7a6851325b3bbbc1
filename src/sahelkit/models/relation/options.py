"""Options that the relation's functions share, checked."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.errors import DateError, OptionError
from sahelkit.geography import places
from sahelkit.tables.states import load_states

# The baseline rate is held after the last year; longer than this nobody should believe it.
LONGEST = 60


def check_horizons(horizon: int | Sequence[int]) -> tuple[int, ...]:
    """Horizons in months, in order and each once.

    Raises
    ------
    OptionError
        If one is not a whole number from 1 to 60, or there is none.

    Examples
    --------
    >>> check_horizons([24, 12])
    (12, 24)
    """
    several = [horizon] if horizon is None or isinstance(horizon, (int, float, np.number, str)) else list(horizon)
    repair = "Type horizon=12, or horizon=(12, 24, 36)"
    if not several:
        raise OptionError("horizon", horizon, "there is none", repair=repair)
    for value in several:
        whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
        if not (whole and 1 <= value <= LONGEST):
            raise OptionError("horizon", value, f"it is a whole number of months from 1 to {LONGEST}", repair=repair)
    return tuple(sorted({int(value) for value in several}))


def check_members(
    what: str, given: Places, countries: Sequence[str], window: tuple[pd.Timestamp, pd.Timestamp]
) -> list[str]:
    """Codes of countries that must be in the model; of a place set, those that were states in the window.

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or means several.
    OptionError
        If one is not among the countries of the model, or there is none.
    """
    codes = places.chosen(given, what=what, default="focus", during=window)
    outside = [f"{places.name(code)} ({code})" for code in codes if code not in countries]
    if outside:
        raise OptionError(
            what,
            given,
            f"{', '.join(outside)} is not among the {len(countries)} countries of the model ({', '.join(countries)})",
            repair="Add the country to countries=, such as countries=['west_africa', 'TCD'], or choose another",
        )
    return codes


def check_day(
    what: str,
    given: DateLike,
    day: pd.Timestamp,
    window: tuple[pd.Timestamp, pd.Timestamp],
    codes: Sequence[str],
    *,
    version: str | None = None,
) -> None:
    """Refuse a day that the model knows nothing of.

    Parameters
    ----------
    what, given : str, date-like
        The option and what was given.
    day : pandas.Timestamp
    window : (pandas.Timestamp, pandas.Timestamp)
        First and last day of the model.
    codes : sequence of str
        Countries that must be states on that day.
    version : str, optional
        Data version.

    Raises
    ------
    DateError
        If it lies outside the window, or one of the countries was no state.
    """
    if not window[0] <= day <= window[1]:
        raise DateError(
            what, given, f"it lies outside the window from {window[0]:%Y-%m-%d} to {window[1]:%Y-%m-%d} of the model"
        )
    spells = load_states(countries=list(codes), version=version)
    alive = set(spells.loc[(spells["start"] <= day) & ~(spells["end"] < day), "iso3"])
    absent = [places.name(code) for code in dict.fromkeys(codes) if code not in alive]
    if absent:
        raise DateError(
            what, given, f"{', '.join(absent)} {'was' if len(absent) == 1 else 'were'} no state on that day"
        )
