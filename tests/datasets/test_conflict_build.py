"""The conflict tables: no death is lost, no state-month is lost, and the two tables agree."""

from __future__ import annotations

import importlib.util

import pandas as pd
import pytest

from sahelkit.build.dating import check_dating
from sahelkit.catalog import locate, record
from sahelkit.errors import TableError
from sahelkit.tables.read import read_table

MONTHS = read_table("conflict")
YEARS = read_table("conflict", "conflict_yearly")
RECORD = record("conflict")
SHORT = {"sb": "state_based", "ns": "non_state", "os": "one_sided"}
COUNTS = [f"ucdp_{what}_{kind}" for what in ("events", "deaths") for kind in SHORT.values()]
# State-years to 2021 whose intensity differs between the Armed Conflict Dataset 22.1 and release 26.1, which revised
# them; anything else would be a conflict put into the wrong state.
REVISED = {
    (100, 2003), (100, 2017), (145, 1949), (344, 1994), (344, 1995), (433, 2001), (500, 2018), (500, 2019), (516, 1997),
    (517, 1997), (560, 1989), (666, 2006), (678, 2008), (678, 2009), (702, 2018), (702, 2019), (850, 2019), (850, 2020),
}  # fmt: skip


def module():
    path = locate.datasets_dir() / "conflict" / "build.py"
    spec = importlib.util.spec_from_file_location("conflict_build", path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_totals_are_those_of_the_source():
    final, provisional = MONTHS[~MONTHS["provisional"]], MONTHS[MONTHS["provisional"]]
    assert final[COUNTS].sum().astype(int).to_dict() == RECORD.details["totals_final"]
    assert provisional[COUNTS].sum().astype(int).to_dict() == RECORD.details["totals_provisional"]


def test_years_are_the_sum_of_their_months():
    final = MONTHS[~MONTHS["provisional"]]
    sums = final.groupby(["iso3", final["month"].dt.year])[COUNTS].sum(min_count=1)
    sums.index.names = ["iso3", "year"]
    yearly = YEARS[YEARS["year"] >= 1989].set_index(["iso3", "year"])[COUNTS]
    assert len(yearly) == len(sums)
    pd.testing.assert_frame_equal(yearly, sums.loc[yearly.index])


def test_every_existing_state_month_has_one_row_and_no_other_has():
    states = read_table("states")
    begins = states["start"].dt.to_period("M").clip(lower=pd.Period("1989-01"))
    ends = states["end"].fillna(pd.Timestamp("2026-05-31")).dt.to_period("M").clip(upper=pd.Period("2026-05"))
    expected = {
        (iso3, str(month))
        for iso3, first, last in zip(states["iso3"], begins, ends, strict=True)
        if first <= last
        for month in pd.period_range(first, last, freq="M")
    }
    found = set(zip(MONTHS["iso3"], MONTHS["month"].astype(str), strict=True))
    assert len(found) == len(MONTHS)
    assert found == expected


def test_provisional_means_from_january_2026():
    assert (MONTHS["provisional"] == (MONTHS["month"] >= pd.Period("2026-01"))).all()
    assert RECORD.details["provisional_published"] == "+45d"
    assert RECORD.published.text == "t+1-07-01"


def test_no_death_without_an_event():
    for kind in SHORT.values():
        without = MONTHS[f"ucdp_events_{kind}"] == 0
        assert (MONTHS.loc[without, f"ucdp_deaths_{kind}"] == 0).all()


def test_only_the_states_that_the_source_does_not_code_are_missing():
    assert set(MONTHS.loc[MONTHS[COUNTS].isna().any(axis=1), "iso3"]) == set(RECORD.details["not_coded"])
    since_1989 = YEARS[YEARS["year"] >= 1989]
    assert set(since_1989.loc[since_1989[COUNTS].isna().any(axis=1), "iso3"]) == set(RECORD.details["not_coded"])


def test_events_of_a_state_that_does_not_exist_stop_the_build():
    build = module()
    states = read_table("states")
    raw = pd.DataFrame(
        {"gwno": [626], "year": [2010], "month": [5], **{f"{s}_{w}": [1] for s in SHORT for w in ("events", "deaths")}}
    )
    raw["provisional"] = 0
    with pytest.raises(TableError, match="1 rows of ucdp_country_month lie outside the existence of their state"):
        build._months(raw, states, pd.Series(dtype=int))


@pytest.mark.sources
def test_totals_and_state_years_equal_the_upstream_files(sources_dir):
    upstream = pd.read_csv(sources_dir / "ucdp_country_month.csv")
    for short, kind in SHORT.items():
        for what in ("events", "deaths"):
            assert MONTHS[f"ucdp_{what}_{kind}"].sum() == upstream[f"{short}_{what}"].sum()
    yearly = pd.read_csv(sources_dir / "ucdp_country_year.csv").set_index(["gwno", "year"])
    ours = YEARS[YEARS["year"] >= 1989].set_index(["gwcode", "year"])
    for short, kind in SHORT.items():
        theirs = yearly[f"{short}_deaths"].dropna().astype(int)
        assert (ours.loc[theirs.index, f"ucdp_deaths_{kind}"].astype(int) == theirs).all()
    # Serbia in 2006, beside Yugoslavia, is the one state-year of ours that the source leaves out.
    keys = set(zip(YEARS["gwcode"], YEARS["year"], strict=True))
    assert keys - set(yearly.index) == {(340, 2006)}
    assert not set(yearly.index) - keys


@pytest.mark.sources
def test_intensity_agrees_with_the_armed_conflict_dataset(sources_dir):
    conflicts = pd.read_csv(sources_dir / "ucdp_acd_2021.csv", dtype=str)
    places = conflicts.assign(gwcode=conflicts["gwno_loc"].str.split(", ?", regex=True)).explode("gwcode")
    places = places.astype({"gwcode": int, "year": int, "intensity_level": int})
    worst = places.groupby(["gwcode", "year"])["intensity_level"].max()
    ours = YEARS[YEARS["year"] <= 2021].set_index(["gwcode", "year"])["ucdp_intensity"].dropna().astype(int)
    theirs = worst.reindex(ours.index).fillna(0).astype(int)
    assert set(ours[ours != theirs].index) == REVISED


def test_intensity_by_year_and_deaths_by_month_stand_in_the_same_years():
    intensity, deaths = (
        YEARS.pivot(index="iso3", columns="year", values=name) for name in ("ucdp_intensity", "ucdp_deaths_state_based")
    )
    by_lag = check_dating("conflict", "ucdp_intensity", "deaths", intensity, deaths)
    assert by_lag[0] > 0.5 > 0 > by_lag.drop(0).max()
