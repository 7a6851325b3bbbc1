"""Military rule by month in the study region."""

from __future__ import annotations

import pandas as pd

from sahelkit._types import TEXT, DateLike, Places
from sahelkit.catalog import record
from sahelkit.tables.read import read_table
from sahelkit.tables.select import coverage_days
from sahelkit.tables.study_region import state_months, study_window

DATASET = "military_rule"


def load_military_rule(
    *, countries: Places = None, start: DateLike = None, end: DateLike = None, version: str | None = None
) -> pd.DataFrame:
    """Whether a military regime governs: one row per existing state and month, study region, 1950-01 to 2025-03.

    From the REIGN list, continued, after Geddes, Wright and Frantz. A military regime is rule by the armed forces, not
    by any former officer: Togo under Eyadéma and Mali under Moussa Traoré are false. Months given twice upstream
    are one row; ``datasets/military_rule/README.md`` gives the rule. Licence CC BY 4.0.

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        Countries or place sets, as in `sahelkit.places.resolve_many`; the study region when absent.
    start, end : date-like, optional
        First and last day, both inclusive; a month that touches the window belongs to it.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``iso3``, ``gwcode``, ``month``, ``reign_military`` (true or false, never NA inside the coverage),
        ``reign_type`` (military, military-personal, party-military, provisional; NA without military rule),
        ``reign_type_other`` (a second type in the source), ``note_en``, ``note_fr`` (doubtful months). Months and
        states outside the coverage have no row: they are unknown, not false. Sorted by country and month.

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
        If the window reaches outside the coverage, or a country lies outside the study region.

    References
    ----------
    Bell, C., Besaw, C., & Frank, M. (2021). The Rulers, Elections, and Irregular Governance (REIGN) dataset. One
    Earth Future. https://arresteddictatorship.com/reign/

    Geddes, B., Wright, J., & Frantz, E. (2014). Autocratic breakdown and regime transitions: A new data set.
    Perspectives on Politics, 12(2), 313-331. https://doi.org/10.1017/S1537592714000851

    Examples
    --------
    >>> mali = load_military_rule(countries="Mali", start="2012-01", end="2012-06")
    >>> mali.set_index(mali["month"].astype(str))["reign_military"].astype(int).to_dict()
    {'2012-01': 0, '2012-02': 0, '2012-03': 1, '2012-04': 1, '2012-05': 0, '2012-06': 0}
    """
    description = record(DATASET)
    wanted, first, last = study_window(DATASET, countries, start, end)
    begins, ends = coverage_days(description.coverage)
    frame = read_table(DATASET, version=version)
    grid = state_months(wanted, max(first or begins, begins), min(last or ends, ends))
    attrs = frame.attrs
    out = grid.merge(frame.drop(columns="gwcode"), on=["iso3", "month"], how="left")
    # A month without a row compares as different from true, so it is false: known, not missing.
    out["reign_military"] = out["reign_military"].eq(True).astype(bool)
    text = ["iso3", "reign_type", "reign_type_other", "note_en", "note_fr"]
    out = out.astype(dict.fromkeys(text, TEXT)).sort_values(["iso3", "month"], ignore_index=True)
    out.attrs = attrs
    return out
