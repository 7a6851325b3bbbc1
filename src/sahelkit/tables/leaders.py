"""Who governs: spells of leaders in the study region."""

from __future__ import annotations

import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.dates import parse_date
from sahelkit.tables.read import read_table
from sahelkit.tables.select import kept
from sahelkit.tables.states import touching, warn_outside_spells
from sahelkit.tables.study_region import study_window

DATASET = "leaders"


def in_office(spells: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    """Which spells hold at the end of a day; on the day of a handover the successor does."""
    return (spells["start"] <= day) & (spells["end"].isna() | (spells["end"] > day))


def load_leaders(
    *,
    countries: Places = None,
    start: DateLike = None,
    end: DateLike = None,
    on: DateLike = None,
    version: str | None = None,
) -> pd.DataFrame:
    """Leaders of the study region: one row per spell in office, from independence to 10 February 2026.

    From the REIGN leader list, continued, with 53 hand-made corrections (``leader_corrections()`` lists them). The
    leader is the person with effective power. Licence CC BY 4.0; ``datasets/leaders/README.md`` gives the rules.

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        Countries or place sets, as in `sahelkit.places.resolve_many`; the study region when absent.
    start, end : date-like, optional
        First and last day; a spell that touches the window belongs to it.
    on : date-like, optional
        Only leaders in office at the end of that day (of a year or month: of its last day).
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``spell_id``, ``iso3``, ``gwcode``, ``leader_id`` (the same in all spells of a person), ``leader``,
        ``reign_leader``, ``start`` (first day), ``start_precision``, ``end`` (day of leaving; NA for those in office
        when the list was last revised), ``end_precision`` (day, as that of the start), ``end_basis`` (successor,
        corrected), ``reign_military_career``, ``reign_birth_year``, ``reign_gender``, ``note_en``, ``note_fr``
        (corrections).
        Sorted by country and first day.

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
        If the window or `on` reaches outside the coverage, or a country lies outside the study region.

    References
    ----------
    Bell, C., Besaw, C., & Frank, M. (2021). The Rulers, Elections, and Irregular Governance (REIGN) dataset. One
    Earth Future. https://arresteddictatorship.com/reign/

    Examples
    --------
    >>> leaders = load_leaders(countries="focus", on="2012-03-21")
    >>> dict(zip(leaders["iso3"], leaders["leader"], strict=True))["MLI"]
    'Amadou Toumani Touré'
    >>> load_leaders(countries="MLI", start="2012-03-01", end="2012-04-30")["leader"].tolist()
    ['Amadou Toumani Touré', 'Amadou Haya Sanogo', 'Dioncounda Traoré']
    """
    wanted, first, last = study_window(DATASET, countries, start, end)
    frame = read_table(DATASET, version=version)
    keep = frame["iso3"].isin(wanted) & touching(frame, first, last)
    day = parse_date(on, what="on", last=True)
    if day is not None:
        warn_outside_spells(DATASET, day)
        keep &= in_office(frame, day)
    return kept(frame, keep, by=["iso3", "start"])


def leader_corrections(*, version: str | None = None) -> pd.DataFrame:
    """Every value of the leader list that was corrected: what stood there, what stands now, and why.

    Returns
    -------
    pandas.DataFrame
        ``iso3``, ``upstream_spell`` (country and first day as the source writes it), ``field``, ``old``, ``new``,
        ``reason``, ``evidence`` (a public page, or ``coups:`` and an event; NA for common knowledge), ``note_en``,
        ``note_fr``.

    Examples
    --------
    >>> fixes = leader_corrections().set_index(["upstream_spell", "field"])
    >>> fixes.loc[("NER-2010-02-08", "start"), ["old", "new", "reason"]].tolist()
    ['2010-02-08', '2010-02-18', 'coup_day']
    """
    return read_table(DATASET, "corrections", version=version)
