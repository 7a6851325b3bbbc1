"""Military rule: one row per month, the rule for months given twice, and the doubtful stretches flagged."""

from __future__ import annotations

import pandas as pd
import pytest

from sahelkit.build.dating import agreement
from sahelkit.catalog import record
from sahelkit.geography import places
from sahelkit.tables.read import read_table

FRAME = read_table("military_rule")
RECORD = record("military_rule")
# First and last month of some stretches, from the history of the region.
STRETCHES = [
    ("MLI", "1991-03", "1992-06", "provisional"),
    ("MLI", "2020-08", "2025-03", "provisional"),
    ("NER", "1974-04", "1991-06", "military-personal"),
    ("GIN", "2008-12", "2010-12", "military"),
    ("GIN", "2021-09", "2025-03", "military"),
    ("BFA", "2022-01", "2025-03", "military"),
    ("NER", "2023-07", "2025-03", "military"),
    ("GAB", "2023-08", "2025-03", "military"),
    ("DZA", "1962-07", "1991-12", "party-military"),
    ("TCD", "2021-04", "2024-05", "military"),
]


def months_of(iso3: str) -> pd.DataFrame:
    return FRAME[FRAME["iso3"] == iso3].set_index("month")


def test_one_row_per_month_inside_the_coverage_and_the_state():
    assert not FRAME.duplicated(["iso3", "month"]).any()
    assert FRAME["reign_military"].all()
    assert (FRAME["month"].min() >= pd.Period("1950-01"), FRAME["month"].max()) == (True, pd.Period("2025-03"))
    assert set(FRAME["iso3"]) <= set(places.members("study"))
    begins = read_table("states").groupby("iso3")["start"].max()
    assert (FRAME["month"].dt.end_time >= FRAME["iso3"].map(begins)).all()


@pytest.mark.parametrize(("iso3", "first", "last", "kind"), STRETCHES)
def test_known_stretches(iso3, first, last, kind):
    rows = months_of(iso3).loc[first:last]
    assert len(rows) == len(pd.period_range(first, last, freq="M"))
    assert (rows["reign_type"] == kind).all()
    month_before = pd.Period(first) - 1
    assert month_before not in months_of(iso3).index


def test_months_given_twice_follow_the_rule():
    twice = FRAME[FRAME["reign_type_other"].notna()]
    assert len(twice) == 103
    assert twice["iso3"].value_counts().to_dict() == {
        "TCD": 38, "GIN": 37, "SDN": 23, "NGA": 3, "BEN": 1, "DZA": 1,
    }  # fmt: skip
    order = ["military-personal", "military", "party-military", "provisional"]
    assert (twice["reign_type"].map(order.index) < twice["reign_type_other"].map(order.index)).all()
    guinea = months_of("GIN").loc["2021-09":"2024-09"]
    assert (guinea["reign_type_other"] == "provisional").all()
    assert months_of("GIN").loc["2024-10":, "reign_type_other"].isna().all()
    assert months_of("NGA").loc[pd.Period("1993-11"), ["reign_type", "reign_type_other"]].tolist() == [
        "military-personal", "provisional",
    ]  # fmt: skip


def test_doubtful_stretches_carry_a_note_in_both_languages():
    noted = FRAME[FRAME["note_en"].notna()]
    spans = noted.groupby("iso3")["month"].agg(["min", "max", "size"]).astype(str).to_numpy().tolist()
    assert spans == [["1964-01", "1965-10", "22"], ["1969-10", "1970-07", "10"]]
    assert (FRAME["note_en"].isna() == FRAME["note_fr"].isna()).all()


def test_personal_rule_by_an_officer_is_not_military_rule():
    assert "TGO" not in set(FRAME["iso3"])
    assert months_of("MLI").loc["1968-12":"1991-02"].empty
    assert months_of("BFA").loc["1983-08":"2014-10"].empty


@pytest.mark.sources
def test_no_month_of_the_source_is_lost(sources_dir):
    raw = pd.read_csv(sources_dir / "military_regimes_2025.csv")
    study = read_table("states")
    codes = study.loc[study["iso3"].isin(places.members("study")), "cowcode"]
    raw = raw[raw["ccode"].isin(codes.dropna().astype(int))]
    assert len(raw) == len(FRAME) + FRAME["reign_type_other"].notna().sum() == 2252


def test_state_at_the_end_of_the_year_agrees_with_v_dem_in_the_same_year():
    """V-Dem codes the power of the military over the executive on 31 December."""
    december = FRAME[FRAME["month"].dt.month == 12]
    december = december.assign(year=december["month"].dt.year, military=1.0)
    ours = december.pivot(index="iso3", columns="year", values="military").reindex(columns=range(1970, 2022)).fillna(0)
    democracy = read_table("democracy")
    theirs = democracy.pivot(index="iso3", columns="year", values="vdem12_ex_military").reindex(ours.index)
    by_lag = agreement(ours, theirs).median()
    assert by_lag[0] > 0.3 > 0.1 > by_lag.drop(0).max()
