"""Organised violence (UCDP) by state and month or year."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from sahelkit._types import DateLike, Freq, Places
from sahelkit.catalog import record
from sahelkit.errors import UnknownNameError, is_known
from sahelkit.tables.read import read_table
from sahelkit.tables.select import select

_TABLES = {"M": "conflict", "Y": "conflict_yearly"}


def load_conflict(
    *,
    countries: Places = None,
    start: DateLike = None,
    end: DateLike = None,
    freq: Freq = "M",
    version: str | None = None,
) -> pd.DataFrame:
    """Load events and deaths of organised violence by state and month, or by state and year.

    One row is one state in one month (January 1989 to May 2026) or year (1946 to 2025) of its existence, world.
    Months and years without an event have rows, with zeros. The table was made from the country-month and
    country-year files of UCDP 26.1 and the list of states; its totals equal those of the files. Licence: CC BY 4.0.

    Parameters
    ----------
    countries : str, int or sequence, optional
        Countries or place sets in any form that `sahelkit.places.resolve` knows; all when absent.
    start, end : date-like, optional
        First and last day, month or year wanted, inclusive.
    freq : {"M", "Y"}
        Months or years.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        Columns ``iso3``, ``gwcode`` and

        ``month`` (Period) or ``year`` (int)
            The time of the row.
        ``ucdp_events_state_based``, ``ucdp_events_non_state``, ``ucdp_events_one_sided``
            Number of events: a government fights; organised groups fight each other; civilians are killed.
        ``ucdp_deaths_state_based``, ``ucdp_deaths_non_state``, ``ucdp_deaths_one_sided``
            Deaths in them, best estimate. A toll reported for a longer time stands in one month (Rwanda in April
            1994, Ethiopia in August 2022).
        ``provisional`` (months only)
            True from January 2026 on: candidate figures that the next yearly release will revise.
        ``ucdp_intensity`` (years only)
            Highest intensity of an armed conflict on the state's territory: 0 none, 1 minor (25 to 999 battle
            deaths), 2 war (1,000 or more), since 1946.

        NA means not recorded: events before 1989, and Abkhazia and South Ossetia, which the source counts under
        Georgia. Zero means that the source looked and found none.

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or ambiguous.
    DateError
        If a date cannot be read or `end` lies before `start`.
    UnknownNameError
        If `freq` or `version` is unknown.

    Warns
    -----
    CoverageWarning
        If the window reaches outside the months or years of the table.

    References
    ----------
    Davies, S., Pettersson, T., & Öberg, M. (2026). Organized violence 1989-2025, and violent political protests.
    Journal of Peace Research, 63(4), 705-723. doi:10.1093/jopres/xjag046

    Sundberg, R., & Melander, E. (2013). Introducing the UCDP Georeferenced Event Dataset. Journal of Peace
    Research, 50(4), 523-532. doi:10.1177/0022343313484347

    Gleditsch, N. P., Wallensteen, P., Eriksson, M., Sollenberg, M., & Strand, H. (2002). Armed conflict 1946-2001:
    A new dataset. Journal of Peace Research, 39(5), 615-637. doi:10.1177/0022343302039005007

    Examples
    --------
    >>> mali = load_conflict(countries="Mali", start="2012-01", end="2012-04")
    >>> mali[["month", "ucdp_events_state_based", "ucdp_deaths_one_sided"]].to_string(index=False).splitlines()
    ['  month  ucdp_events_state_based  ucdp_deaths_one_sided',
     '2012-01                        9                      6',
     '2012-02                        8                      1',
     '2012-03                        3                      0',
     '2012-04                        2                      8']
    >>> load_conflict(countries="Mali", start=2012, end=2012, freq="Y")["ucdp_intensity"].tolist()
    [1]
    """
    if not is_known(freq, _TABLES):
        raise UnknownNameError("freq", freq, _TABLES, repair="'M' gives months, 'Y' gives years")
    table = _TABLES[freq]
    description = record("conflict")
    if freq == "Y":
        intensity = description.table(table).field("ucdp_intensity")
        cover = replace(description.coverage, first=intensity.first, last=intensity.last)
        description = replace(description, coverage=cover)
    frame = read_table("conflict", table, version=version)
    return select(frame, description, countries=countries, start=start, end=end, table=table, stacklevel=4)
