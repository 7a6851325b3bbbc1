"""Who exists when: the states dataset."""

from __future__ import annotations

import warnings

import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.catalog import record
from sahelkit.dates import parse_date, parse_window
from sahelkit.errors import CoverageWarning
from sahelkit.tables.read import read_table
from sahelkit.tables.select import coverage_days, kept, select, warn_outside


def existing(frame: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Which rows of a frame with columns ``start`` and ``end`` hold on a day; an empty end is still open."""
    return (frame["start"] <= day) & (frame["end"].isna() | (frame["end"] >= day))


def touching(frame: pd.DataFrame, first: pd.Timestamp | None, last: pd.Timestamp | None) -> pd.Series:
    """Which rows of a frame with columns ``start`` and ``end`` hold on some day of a window."""
    keep = pd.Series(True, index=frame.index)
    if first is not None:
        keep &= frame["end"].isna() | (frame["end"] >= first)
    if last is not None:
        keep &= frame["start"] <= last
    return keep


def warn_outside_spells(name: str, day: pd.Timestamp, *, stacklevel: int = 3) -> None:
    """Warn when a table of spells is asked about a day that it does not cover."""
    first, last = coverage_days(record(name).coverage)
    if day > last:
        text = f"{name} was last revised for {last:%Y-%m-%d}; open spells are taken to last on {day:%Y-%m-%d}."
        warnings.warn(text, CoverageWarning, stacklevel=stacklevel)
    elif day < first:
        text = f"{name} begins on {first:%Y-%m-%d}; nothing is known of {day:%Y-%m-%d}."
        warnings.warn(text, CoverageWarning, stacklevel=stacklevel)


def load_states(
    *,
    countries: Places = None,
    start: DateLike = None,
    end: DateLike = None,
    on: DateLike = None,
    version: str | None = None,
) -> pd.DataFrame:
    """States of the international system since 1945, one row per spell of membership.

    Spells follow the Gleditsch-Ward list with its micro-states, back to 1816. Codes and names are our own; licence
    CC BY 4.0. ``datasets/states/README.md`` tells which code a dissolved state has and which dates were corrected.

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        Countries or place sets, as in `sahelkit.places.resolve_many`; all when absent.
    start, end : date-like, optional
        First and last day; a spell that touches the window belongs to it.
    on : date-like, optional
        Only states that existed on that day (of a year or month: on its last day).
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``iso3``, ``iso2``, ``gwcode``, ``cowcode``, ``ucdpcode``, ``vdem_id``, ``wbcode``, ``name_en``, ``name_fr``,
        ``start`` and ``end`` (days, both inclusive; ``start`` 1816-01-01 means then or earlier, an empty ``end``
        that the state still exists), ``region`` (africa, americas, asia, europe, oceania), ``microstate``.
        ``cowcode`` and ``vdem_id`` are NA where those projects do not have the state; ``iso2`` and ``wbcode``
        where no code is in force today. Sorted by ``gwcode`` and ``start``.

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or means several.
    DateError
        If a date cannot be read, or `end` lies before `start`.
    UnknownNameError
        If there is no such version.

    Warns
    -----
    CoverageWarning
        If the window or `on` reaches beyond the last revision of the list or before 1816.

    References
    ----------
    Gleditsch, K. S., & Ward, M. D. (1999). A revised list of independent states since the Congress of Vienna.
    International Interactions, 25(4), 393-413. https://doi.org/10.1080/03050629908434958

    Examples
    --------
    >>> states = load_states(countries="focus", on="2012-03-22")
    >>> states[["iso3", "gwcode", "start"]].to_string(index=False, header=False).split()[:3]
    ['MLI', '432', '1960-09-22']
    >>> len(load_states(countries="africa", on="1960-01-01"))
    11
    """
    description = record("states")
    first, last = parse_window(start, end)
    warn_outside("states", first, last, description.coverage)
    frame = select(read_table("states", version=version), description, countries=countries)
    keep = touching(frame, first, last)
    day = parse_date(on, what="on", last=True)
    if day is not None:
        warn_outside_spells("states", day)
        keep &= existing(frame, day)
    return kept(frame, keep)
