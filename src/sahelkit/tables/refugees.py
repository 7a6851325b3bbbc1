"""Refugees from one state to another, by year."""

from __future__ import annotations

import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.geography import places
from sahelkit.tables.read import read_table, record_of
from sahelkit.tables.select import kept, select

DATASET = "refugees"


def load_refugees(
    *,
    countries: Places = None,
    asylum: Places = None,
    start: DateLike = None,
    end: DateLike = None,
    version: str | None = None,
) -> pd.DataFrame:
    """Refugees by state of origin and of asylum at the end of each year, world, 1951 to 2025.

    From UNHCR's Refugee Population Statistics Database; licence CC BY 4.0. People of unknown origin, stateless people
    and territories are left out. A pair without a row is unknown before 2000; from then on it is 0 where the state of
    asylum has other rows in that year. UNHCR rounds small numbers. `sahelkit.dyads` has them as a column of pairs.

    Parameters
    ----------
    countries, asylum : str, int or sequence of these, optional
        States of origin and of asylum, as in `sahelkit.places.resolve_many`; all when absent.
    start, end : date-like, optional
        First and last year.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``iso3``, ``gwcode`` (origin), ``asylum_iso3``, ``asylum_gwcode``, ``year``, ``unhcr_refugees`` (people).
        Sorted by state of asylum, of origin, and year.

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
        If the window reaches outside 1951 to 2025.

    References
    ----------
    United Nations High Commissioner for Refugees (2026). Refugee Population Statistics Database.
    https://www.unhcr.org/refugee-statistics/

    Examples
    --------
    >>> fled = load_refugees(countries="Mali", asylum="Niger", start=2011, end=2013)
    >>> fled[["asylum_iso3", "year", "unhcr_refugees"]].to_numpy().tolist()
    [['NER', 2012, 50204], ['NER', 2013, 48928]]
    """
    frame = select(
        read_table(DATASET, version=version), record_of(DATASET, version), countries=countries, start=start, end=end
    )
    if asylum is None:
        return frame
    return kept(frame, frame["asylum_iso3"].isin(places.resolve_many(asylum)))
