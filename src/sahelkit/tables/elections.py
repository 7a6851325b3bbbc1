"""Elections and referendums of the study region."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.catalog import record
from sahelkit.frames import chosen_names
from sahelkit.tables.read import read_table
from sahelkit.tables.select import kept, select
from sahelkit.tables.study_region import study_states

DATASET = "elections"


def load_elections(
    *,
    countries: Places = None,
    start: DateLike = None,
    end: DateLike = None,
    types: str | Sequence[str] | None = None,
    status: str | Sequence[str] | None = None,
    version: str | None = None,
) -> pd.DataFrame:
    """Elections that decide who governs, and referendums: one row per round, study region, independence to 2025.

    From the REIGN election list, continued, with 36 corrections (``election_corrections()`` lists them) and four
    referendums added. Rows include votes that were not held: filter by `status` before counting. Licence CC BY 4.0;
    ``datasets/elections/README.md`` tells how the source's codes are read.

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        Countries or place sets, as in `sahelkit.places.resolve_many`; the study region when absent.
    start, end : date-like, optional
        First and last day, both inclusive; a year or month stands for all its days. A vote known to the month belongs
        to every window that touches the month.
    types : str or sequence of str, optional
        ``"executive"``, ``"legislative"`` (where the parliament chooses the leader), ``"referendum"``; all when absent.
    status : str or sequence of str, optional
        ``"held"``, ``"annulled"`` (voted, result void), ``"cancelled"``, ``"postponed"``, ``"not_held"`` (deadline
        passed), ``"scheduled"``; all when absent.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``election_id``, ``iso3``, ``gwcode``, ``date`` (of the vote, or for which it was due), ``date_precision``
        (day; month: the last day stands for it), ``type``, ``round``, ``decisive`` (no second round follows),
        ``status``, ``reign_step`` (the source's code), ``reign_announced`` with its precision, ``reign_delayed``,
        ``reign_incumbent_won`` and ``reign_leader_change`` (NA for referendums, votes not held or annulled and first of
        two rounds), ``reign_direct``, ``reign_regular``, ``note_en``, ``note_fr``. Sorted by country and date.

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or means several.
    DateError
        If a date cannot be read, or `end` lies before `start`.
    UnknownNameError
        If a type, a status or the version is unknown.

    Warns
    -----
    CoverageWarning
        If the window reaches outside 1950-2025 (later rows are scheduled ones), or a country lies outside the
        study region.

    References
    ----------
    Bell, C., Besaw, C., & Frank, M. (2021). The Rulers, Elections, and Irregular Governance (REIGN) dataset. One
    Earth Future. https://arresteddictatorship.com/reign/

    Examples
    --------
    >>> mali = load_elections(countries="MLI", start=2012, end=2013)
    >>> mali["date"].dt.strftime("%Y-%m-%d").tolist(), mali["status"].tolist()
    (['2012-04-29', '2013-07-28', '2013-08-11'], ['cancelled', 'held', 'held'])
    >>> load_elections(status="scheduled")["election_id"].tolist()
    ['BEN-2026-04-12-E1', 'GMB-2026-12-E1']
    """
    description = record(DATASET)
    layout = description.table()
    wanted = study_states(DATASET, countries)
    kinds = chosen_names("type of election", types, layout.field("type").enum)
    states = chosen_names("status of election", status, layout.field("status").enum)
    frame = select(read_table(DATASET, version=version), description, start=start, end=end)
    keep = frame["iso3"].isin(wanted) & frame["type"].isin(kinds) & frame["status"].isin(states)
    return kept(frame, keep, by=["iso3", "date", "election_id"])


def election_corrections(*, version: str | None = None) -> pd.DataFrame:
    """Every value of the election list that was corrected: what stood there, what stands now, and why.

    Returns
    -------
    pandas.DataFrame
        ``iso3``, ``upstream_row`` (country, date, type and step as the source writes them), ``field``, ``old``,
        ``new``, ``reason``, ``evidence`` (a public page; NA for common knowledge), ``note_en``, ``note_fr``.

    Examples
    --------
    >>> fixes = election_corrections().set_index(["upstream_row", "field"])
    >>> fixes.loc[("NGA-2019-02-16 executive as scheduled", "date"), "new"]
    '2019-02-23'
    """
    return read_table(DATASET, "corrections", version=version)
