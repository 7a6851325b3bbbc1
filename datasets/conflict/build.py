"""Organised violence by state and month, with the months without any made explicit, and by state and year."""

from __future__ import annotations

import pandas as pd

from sahelkit.build import Sources
from sahelkit.errors import TableError

KINDS = {"sb": "state_based", "ns": "non_state", "os": "one_sided"}
COUNTS = {f"{short}_{what}": f"ucdp_{what}_{kind}" for what in ("events", "deaths") for short, kind in KINDS.items()}
MONTHS = ("1989-01", "2026-05")
# From here on the source is candidate data, which later releases revise: the months without events too.
PROVISIONAL = pd.Period("2026-01", freq="M")
YEARS = (1946, 2025)
FIRST_YEAR_OF_EVENTS = 1989


def _ordinals(days: pd.Series, freq: str) -> pd.Series:
    return days.dt.to_period(freq).map(lambda period: period.ordinal)


def universe(states: pd.DataFrame, first: str | int, last: str | int, freq: str) -> pd.DataFrame:
    """States by the months or years in which they exist on at least one day: iso3, gwcode, period (ordinal)."""
    low, high = (pd.Period(str(bound), freq=freq).ordinal for bound in (first, last))
    spells = states[["iso3", "gwcode"]].copy()
    spells["begins"] = _ordinals(states["start"], freq).clip(lower=low)
    spells["ends"] = _ordinals(states["end"].fillna(pd.Period(str(last), freq=freq).end_time), freq).clip(upper=high)
    spells = spells[spells["ends"] >= spells["begins"]]
    rows = [
        (iso3, gwcode, period)
        for iso3, gwcode, begins, ends in spells.itertuples(index=False)
        for period in range(begins, ends + 1)
    ]
    return pd.DataFrame(rows, columns=["iso3", "gwcode", "period"]).drop_duplicates()


def outside(rows: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Rows of a source whose state does not exist in that period; they have no place in the table."""
    found = rows.merge(units, on=["gwcode", "period"], how="left", indicator=True)
    return found[found["_merge"] == "left_only"]


def _refuse_outside(rows: pd.DataFrame, units: pd.DataFrame, what: str) -> None:
    lost = outside(rows, units)
    if len(lost):
        example = lost[["gwcode", "period"]].head(5).to_numpy().tolist()
        raise TableError("conflict", f"{len(lost)} rows of {what} lie outside the existence of their state: {example}")


def _not_coded(yearly: pd.DataFrame) -> pd.Series:
    # Abkhazia and South Ossetia: the source lists them without deaths, since it counts events there under Georgia.
    events = yearly[yearly["year"] >= FIRST_YEAR_OF_EVENTS]
    blank = events[["sb_deaths", "ns_deaths", "os_deaths"]].isna().all(axis=1).groupby(events["gwno"]).all()
    return blank[blank].index.to_series()


def _months(raw: pd.DataFrame, states: pd.DataFrame, not_coded: pd.Series) -> pd.DataFrame:
    rows = raw.rename(columns={**COUNTS, "gwno": "gwcode"})
    rows["period"] = (rows["year"] - 1970) * 12 + rows["month"] - 1
    units = universe(states, *MONTHS, freq="M")
    _refuse_outside(rows, units, "ucdp_country_month")
    columns = list(COUNTS.values())
    table = units.merge(rows[["gwcode", "period", *columns]], on=["gwcode", "period"], how="left")
    table[columns] = table[columns].fillna(0).astype("Int64")
    table.loc[table["gwcode"].isin(not_coded), columns] = pd.NA
    table["month"] = pd.PeriodIndex.from_ordinals(table["period"], freq="M")
    table["provisional"] = table["month"] >= PROVISIONAL
    marked = raw["provisional"].astype(bool).to_numpy()
    if not ((rows["period"] >= PROVISIONAL.ordinal).to_numpy() == marked).all():
        raise TableError("conflict", "the source marks other months as provisional than those from January 2026 on")
    return table.drop(columns="period")


def _years(raw: pd.DataFrame, months: pd.DataFrame, states: pd.DataFrame, not_coded: pd.Series) -> pd.DataFrame:
    rows = raw.rename(columns={"gwno": "gwcode", "acd_intensity": "ucdp_intensity"})
    rows["period"] = rows["year"] - 1970
    units = universe(states, *YEARS, freq="Y")
    _refuse_outside(rows, units, "ucdp_country_year")
    columns = list(COUNTS.values())
    final = months[~months["provisional"]]
    # min_count keeps "not coded" apart from a year without events.
    sums = final.groupby(["iso3", "gwcode", final["month"].dt.year], as_index=True)[columns].sum(min_count=1)
    sums.index.names = ["iso3", "gwcode", "year"]
    table = units.merge(rows[["gwcode", "period", "ucdp_intensity"]], on=["gwcode", "period"], how="left")
    table["year"] = table["period"] + 1970
    table = table.merge(sums.reset_index(), on=["iso3", "gwcode", "year"], how="left")
    # Serbia in 2006 is the one state-year that the source leaves out: it has no conflict there.
    table["ucdp_intensity"] = table["ucdp_intensity"].fillna(0).astype("Int64")
    table.loc[table["gwcode"].isin(not_coded), "ucdp_intensity"] = pd.NA
    return table.drop(columns="period")


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    states = sources.table("states")
    yearly = pd.read_csv(sources.path("ucdp_country_year"))
    not_coded = _not_coded(yearly)
    months = _months(pd.read_csv(sources.path("ucdp_country_month")), states, not_coded)
    return {"conflict": months, "conflict_yearly": _years(yearly, months, states, not_coded)}
