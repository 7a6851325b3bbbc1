"""Who governs month by month: the leader in office, and for how long."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import pandas as pd

from sahelkit._types import TEXT, DateLike, Places
from sahelkit.catalog import record
from sahelkit.dates import read_column
from sahelkit.errors import UnknownNameError, is_known
from sahelkit.tables.leaders import DATASET
from sahelkit.tables.read import read_table
from sahelkit.tables.select import coverage_days
from sahelkit.tables.study_region import state_months, study_window

Moment: TypeAlias = Literal["end", "start"]
MOMENTS: tuple[Moment, ...] = get_args(Moment)
_OF_SPELL = ("spell_id", "leader_id", "leader", "start", "reign_military_career", "reign_birth_year", "reign_gender")


def leaders_at(spells: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """The spell that holds at the end of each unit's day.

    Parameters
    ----------
    spells : pandas.DataFrame
        As `load_leaders` returns them.
    units : pandas.DataFrame
        Columns ``iso3`` and ``day`` (dates, or text such as ``"2012-03-22"``), any index, in any order.

    Returns
    -------
    pandas.DataFrame
        One row per unit with the same index: ``spell_id``, ``leader_id``, ``leader``, ``start``,
        ``reign_military_career``, ``reign_birth_year``, ``reign_gender``; NA where nobody is listed.

    Examples
    --------
    >>> from sahelkit.tables.leaders import load_leaders
    >>> units = pd.DataFrame({"iso3": ["MLI", "LBR"], "day": pd.to_datetime(["2012-03-22", "1990-10-01"])})
    >>> leaders_at(load_leaders(), units)["leader"].fillna("nobody").tolist()
    ['Amadou Haya Sanogo', 'nobody']
    """
    asked = units[["iso3", "day"]].reset_index(drop=True).rename_axis("row").reset_index()
    days = read_column(units["day"], what="day", declared="D", owner=units["iso3"]).first
    asked["day"] = days.astype("datetime64[ns]")
    known = spells[["iso3", "end", *_OF_SPELL]].assign(day=spells["start"]).sort_values("day", kind="stable")
    found = pd.merge_asof(asked.sort_values("day", kind="stable"), known, on="day", by="iso3")
    found = found.sort_values("row")
    gone = found["end"].notna() & (found["end"] <= found["day"])
    out = found[list(_OF_SPELL)].mask(gone)
    out.index = units.index
    kinds = {name: spells[name].dtype for name in _OF_SPELL}
    return out.astype(kinds)


def load_leader_months(
    *,
    countries: Places = None,
    start: DateLike = None,
    end: DateLike = None,
    at: Moment = "end",
    version: str | None = None,
) -> pd.DataFrame:
    """Leader in office month by month: one row per existing state and month, study region, 1950-01 to 2026-02.

    Made from the spells of `sahelkit.load_leaders` (REIGN, continued, with corrections). Licence CC BY 4.0.

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        Countries or place sets, as in `sahelkit.places.resolve_many`; the study region when absent.
    start, end : date-like, optional
        First and last day, both inclusive; a month that touches the window belongs to it.
    at : {"end", "start"}
        Who counts: the leader at the end of the month's last day, or of its first. A model of what happens in the
        month needs ``"start"``: with ``"end"`` the row of a coup already shows its maker.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``iso3``, ``gwcode``, ``month``, ``spell_id``, ``leader_id``, ``leader``, ``reign_military_career``,
        ``reign_gender``, ``reign_months_in_office`` (months since the month of entry, 0 in it), ``reign_age`` (years:
        calendar year less year of birth), ``reign_entries`` (leaders who took office in the month). NA where
        nobody is listed. Months whose day of reference lies after the coverage have no row.

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or means several.
    DateError
        If a date cannot be read, or `end` lies before `start`.
    UnknownNameError
        If `at` or the version is unknown.

    Warns
    -----
    CoverageWarning
        If the window reaches outside the coverage, or a country lies outside the study region.

    References
    ----------
    Bell, C., Besaw, C., & Frank, M. (2021). The Rulers, Elections, and Irregular Governance (REIGN) dataset. One
    Earth Future. https://arresteddictatorship.com/reign/

    Examples
    --------
    >>> mali = load_leader_months(countries="MLI", start="2012-02", end="2012-04")
    >>> mali[["leader", "reign_months_in_office"]].values.tolist()
    [['Amadou Toumani Touré', 116], ['Amadou Haya Sanogo', 0], ['Dioncounda Traoré', 0]]
    """
    if not is_known(at, MOMENTS):
        raise UnknownNameError("moment", at, MOMENTS)
    description = record(DATASET)
    wanted, first, last = study_window(DATASET, countries, start, end)
    begins, ends = coverage_days(description.coverage)
    grid = state_months(wanted, max(first or begins, begins), min(last or ends, ends))
    day = (grid["month"].dt.end_time if at == "end" else grid["month"].dt.start_time).dt.normalize()
    grid, day = grid[day <= ends], day[day <= ends]
    spells = read_table(DATASET, version=version)
    held = leaders_at(spells, grid.assign(day=day))
    months = grid["month"].dt.year * 12 + grid["month"].dt.month
    entered = held["start"].dt.year * 12 + held["start"].dt.month
    out = grid.assign(**{name: held[name] for name in ("spell_id", "leader_id", "leader")})
    out["reign_military_career"] = held["reign_military_career"]
    out["reign_gender"] = held["reign_gender"]
    out["reign_months_in_office"] = (months - entered).astype("Int64")
    out["reign_age"] = (grid["month"].dt.year - held["reign_birth_year"]).astype("Int64")
    entries = spells.groupby(["iso3", spells["start"].dt.to_period("M")]).size()
    keys = pd.MultiIndex.from_frame(grid[["iso3", "month"]])
    out["reign_entries"] = entries.reindex(keys, fill_value=0).to_numpy()
    out = out.astype({"iso3": TEXT}).sort_values(["iso3", "month"], ignore_index=True)
    out.attrs = spells.attrs
    return out
