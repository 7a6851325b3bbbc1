"""Memberships: no spell twice, suspensions inside memberships, states that existed, sources for each row."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest

from sahelkit.build import build_dataset
from sahelkit.build.engine import Sources, _module
from sahelkit.catalog import record
from sahelkit.errors import TableError
from sahelkit.geography import places
from sahelkit.tables.read import read_table

FRAME = read_table("memberships")
LAST = pd.Timestamp(record("memberships").coverage.last)


def _closed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(end=frame["end"].fillna(LAST + pd.Timedelta(days=1)))


def test_rebuilt_byte_for_byte_from_the_hand_made_rows(tmp_path):
    again = build_dataset("memberships", out=tmp_path)["memberships"]
    assert again.read_bytes() == (record("memberships").folder / "memberships.csv").read_bytes()


def test_spells_are_not_reversed_and_lie_inside_the_coverage():
    spells = _closed(FRAME)
    assert (spells["start_max"] < spells["end"]).all()
    assert spells["start"].min() == pd.Timestamp(record("memberships").coverage.first)
    assert (FRAME["end"].dropna() <= LAST).all()
    assert (FRAME["end"].isna() == FRAME["end_precision"].isna()).all()


@pytest.mark.parametrize("side", ["start", "end"])
def test_a_stated_day_is_its_own_bound_and_others_lie_between_theirs(side):
    day, precision = FRAME[side], FRAME[f"{side}_precision"]
    low, high = FRAME[f"{side}_min"], FRAME[f"{side}_max"]
    stated = precision == "day"
    assert (low[stated] == day[stated]).all()
    assert (high[stated] == day[stated]).all()
    vague = precision.isin(["month", "year"])
    assert vague.sum() == {"start": 2, "end": 5}[side]
    assert ((low[vague] <= day[vague]) & (day[vague] <= high[vague]) & (low[vague] < high[vague])).all()
    assert (low[precision.isna()].isna() & high[precision.isna()].isna()).all()


def test_a_bound_is_not_a_day():
    bounded = FRAME[FRAME["start_precision"] == "before"].set_index("iso3")
    assert bounded.index.tolist() == ["BEN", "CIV", "CPV", "GIN", "GNB", "TGO"]
    assert set(bounded["organisation"]) == {"CILSS"}
    assert bounded["start"].isna().all()
    assert not bounded["membership_id"].str.contains(r"\d").any()
    # Cabo Verde and Guinea-Bissau stood at the end of 2023, decades after they had joined.
    assert set(bounded.loc[["CPV", "GNB"], "start_max"].dt.strftime("%Y-%m-%d")) == {"2003-08-03"}
    assert set(bounded.loc[["BEN", "CIV", "GIN", "TGO"], "start_max"].dt.strftime("%Y-%m-%d")) == {"2012-09-12"}


def test_ecowas_suspended_mali_on_the_day_of_the_coup_of_2020():
    mali = FRAME[(FRAME["iso3"] == "MLI") & (FRAME["organisation"] == "ECOWAS") & (FRAME["status"] == "suspended")]
    assert mali["start"].dt.strftime("%Y-%m-%d").tolist() == ["2012-03-27", "2020-08-18", "2021-05-30"]
    assert mali["start"].tolist()[1] in set(read_table("coups").query("iso3 == 'MLI'")["date"])


@pytest.mark.parametrize("status", ["member", "suspended"])
def test_spells_of_one_kind_do_not_overlap(status):
    spells = _closed(FRAME[FRAME["status"] == status]).sort_values(["organisation", "iso3", "start"])
    before = spells.groupby(["organisation", "iso3"])["end"].shift()
    assert (before.isna() | (before <= spells["start"])).all()


def test_every_suspension_lies_inside_a_membership():
    spells = _closed(FRAME)
    both = spells[spells["status"] == "suspended"].merge(
        spells[spells["status"] == "member"], on=["organisation", "iso3"], how="left", suffixes=("", "_member")
    )
    inside = (both["start"] >= both["start_member"]) & (both["end"] <= both["end_member"])
    assert inside.groupby(both["membership_id"]).any().all()
    assert len(both) == 30


def test_every_member_existed():
    born = read_table("states").groupby("iso3")["start"].max()
    assert set(FRAME["iso3"]) == set(places.members("study"))
    # Cabo Verde became independent in July 1975, after the founding of ECOWAS.
    assert (FRAME["start_max"] >= FRAME["iso3"].map(born)).all()
    assert not (FRAME["start_min"] < FRAME["iso3"].map(born)).any()


def test_two_sources_are_two_pages_and_doubt_has_a_note():
    twice = FRAME[FRAME["confidence"] == "two_sources"]
    assert (twice["source_1"] != twice["source_2"]).all()
    assert twice["source_2"].notna().all()
    assert (FRAME["note_en"].isna() == FRAME["note_fr"].isna()).all()
    vague = FRAME["start_precision"].isin(["year", "before"]) | FRAME["end_precision"].isin(["month", "year"])
    assert FRAME.loc[vague, "note_en"].notna().all()
    assert vague.sum() == 12


def test_founders_of_uemoa_and_every_state_in_the_african_union():
    members = FRAME[FRAME["status"] == "member"].groupby("organisation")["iso3"].apply(list)
    assert members["UEMOA"] == ["BEN", "BFA", "CIV", "GNB", "MLI", "NER", "SEN", "TGO"]
    assert members["AU"] == sorted(places.members("study"))


def test_the_check_is_the_draw_that_the_readme_tells():
    folder = record("memberships").folder
    checks = pd.read_csv(folder / "hand_checks.csv", dtype=str)
    hand = pd.read_csv(folder / "hand_memberships.csv", dtype=str).query("origin == 'collected'")
    now = hand.assign(start=hand["start"].mask(hand["start_precision"] == "before", "before"))
    names = now[["organisation", "iso3", "status", "start"]].agg("-".join, axis=1)
    ids = pd.Series(names.to_numpy(), index=hand["collected_as"].fillna(names))
    random = checks[checks["drawn"] == "random"]
    drawn = np.random.default_rng(20120322).choice(sorted(ids.index), size=20, replace=False)
    assert sorted(random["row_id"]) == sorted(ids[drawn])
    counts = random["verdict"].value_counts().to_dict()
    assert counts == {"confirmed": 14, "same_page": 3, "not_found": 3}
    again = checks[checks["drawn"] == "again"]
    assert set(again["row_id"]) == set(checks.loc[checks["verdict"] == "same_page", "row_id"])
    assert set(again["verdict"]) == {"confirmed"}
    assert set(checks["row_id"]) <= set(FRAME["membership_id"])
    assert checks.loc[checks["verdict"] == "confirmed", "address"].str.startswith("http").all()
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert f"table holds {len(FRAME)} rows" in text
    assert "14 confirmed on another page" in text


@pytest.mark.parametrize("precision", ["day", "month", "year"])
def test_build_refuses_a_bound_that_is_called_a_day(tmp_path, precision):
    folder = record("memberships").folder
    for name in ("hand_memberships.csv", "hand_checks.csv"):
        shutil.copy(folder / name, tmp_path / name)
    rows = pd.read_csv(tmp_path / "hand_memberships.csv", dtype=str)
    cape_verde = (rows["organisation"] == "CILSS") & (rows["iso3"] == "CPV")
    rows.loc[cape_verde, "start_precision"] = precision
    rows.to_csv(tmp_path / "hand_memberships.csv", index=False)
    with pytest.raises(TableError, match=r"only a bound \(before\): CILSS CPV"):
        _module(record("memberships")).build(Sources(tmp_path))
