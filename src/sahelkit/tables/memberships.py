"""Who belongs to which regional organisation, and who is suspended."""

from __future__ import annotations

import warnings
from collections.abc import Sequence

import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.catalog import record
from sahelkit.dates import parse_date
from sahelkit.errors import CoverageWarning
from sahelkit.frames import chosen_names
from sahelkit.tables.day_bounds import day_span, may_touch, surely_touch
from sahelkit.tables.read import read_table
from sahelkit.tables.select import kept
from sahelkit.tables.states import warn_outside_spells
from sahelkit.tables.study_region import study_window

DATASET = "memberships"


def load_memberships(
    *,
    countries: Places = None,
    organisations: str | Sequence[str] | None = None,
    start: DateLike = None,
    end: DateLike = None,
    on: DateLike = None,
    version: str | None = None,
) -> pd.DataFrame:
    """Spells of membership and of suspension in six regional organisations, study region, 1973-09 to 2026-01.

    Collected by hand from public pages. A suspension is a row of its own inside the spell of membership, for a
    suspended state is still a member: count members on the rows whose ``status`` is ``"member"``. Memberships are
    complete, but six states joined CILSS on a day of which only bounds are known; suspensions are those found, from
    2005 on. ``datasets/memberships/README.md`` names the doubtful days. Licence CC BY 4.0.

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        Countries or place sets, as in `sahelkit.places.resolve_many`; the study region when absent.
    organisations : str or sequence of str, optional
        ``"AES"`` (Alliance of Sahel States), ``"AU"`` (African Union, from 2002), ``"CILSS"`` (committee against
        drought in the Sahel), ``"ECOWAS"``, ``"G5S"`` (G5 Sahel), ``"UEMOA"``; all when absent.
    start, end : date-like, optional
        First and last day; a spell that touches the window belongs to it, and so does one that may touch it.
    on : date-like, optional
        Only spells that hold, or may hold, on that day (of a year or month: on its last day).
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``membership_id``, ``iso3``, ``gwcode``, ``organisation``, ``status`` (member, suspended), ``start`` (first
        day; NA where only bounds are known), ``start_precision`` (day; month and year: the day is a placeholder;
        before: a member by ``start_max``), ``start_min``, ``start_max`` (what the first day may be; ``start_min`` is NA
        where nothing bounds it), ``end`` (the day on which the spell no longer holds; NA when it held at the last
        revision), ``end_precision``, ``end_min``, ``end_max``, ``confidence`` (one_source, two_sources), ``source_1``,
        ``source_2``, ``note_en``, ``note_fr``, ``certain`` (False: whether the spell touches the window or holds on
        the day is not known). Sorted by organisation, country, status and first day.

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or means several.
    UnknownNameError
        If an organisation or the version is unknown.
    DateError
        If a date cannot be read, or `end` lies before `start`.

    Warns
    -----
    CoverageWarning
        If the window or `on` reaches outside the coverage, if it is not known whether a spell holds on the day, or
        if a country lies outside the study region.

    Examples
    --------
    >>> uemoa = load_memberships(organisations="UEMOA", on="2012-03-22")
    >>> uemoa["iso3"].tolist()
    ['BEN', 'BFA', 'CIV', 'GNB', 'MLI', 'NER', 'SEN', 'TGO']
    >>> mali = load_memberships(countries="Mali", organisations="ECOWAS", on="2022-01")
    >>> mali[["status", "start"]].astype(str).to_numpy().tolist()
    [['member', '1975-05-28'], ['suspended', '2021-05-30']]
    """
    names = chosen_names("organisation", organisations, record(DATASET).table().field("organisation").enum)
    wanted, first, last = study_window(DATASET, countries, start, end)
    frame = read_table(DATASET, version=version)
    if "start_max" not in frame.columns:  # version 2026.1 left what a day may be to its precision
        for side in ("start", "end"):
            span = day_span(frame[side], frame[f"{side}_precision"])
            frame[f"{side}_min"], frame[f"{side}_max"] = span["first"], span["last"]
    keep = frame["iso3"].isin(wanted) & frame["organisation"].isin(names) & may_touch(frame, first, last)
    certain = surely_touch(frame, first, last)
    day = parse_date(on, what="on", last=True)
    if day is not None:
        warn_outside_spells(DATASET, day)
        keep &= may_touch(frame, day, day)
        on_day = surely_touch(frame, day, day)
        _warn_unsure(frame[keep & ~on_day], day)
        certain &= on_day
    return kept(frame.assign(certain=certain), keep, by=["organisation", "iso3", "status", "start"])


def _warn_unsure(spells: pd.DataFrame, day: pd.Timestamp) -> None:
    if spells.empty:
        return
    named = ", ".join(spells["organisation"] + " " + spells["iso3"] + " (" + spells["status"] + ")")
    text = (
        f"whether these spells hold on {day:%Y-%m-%d} is not known: {named}. Their rows have certain=False; "
        "leave them out with frame[frame['certain']]."
    )
    warnings.warn(text, CoverageWarning, stacklevel=3)
