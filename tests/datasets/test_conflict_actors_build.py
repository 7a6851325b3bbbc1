"""Pairs of actors by month: nothing lost, one state or none, names that find their actors."""

from __future__ import annotations

import pandas as pd
import pytest
import yaml

from sahelkit.catalog import record
from sahelkit.geography import places
from sahelkit.geography.codes import gwcode_of
from sahelkit.geography.place_index import key
from sahelkit.tables.read import read_table

ROWS = read_table("conflict_actors")
ACTORS = read_table("conflict_actors", "actors")
NAMES = read_table("conflict_actors", "actor_names")
STUDY = set(places.members("study"))


def test_every_row_touches_the_study_region_and_has_one_state_or_none():
    codes = ROWS["states"].str.split()
    assert codes.map(lambda found: bool(STUDY & set(found))).all()
    alone = codes.str.len() == 1
    assert (ROWS.loc[alone, "iso3"] == ROWS.loc[alone, "states"]).all()
    assert ROWS.loc[~alone, "iso3"].isna().all()
    assert (ROWS["iso3"].isna() == ROWS["gwcode"].isna()).all()


def test_months_counts_and_candidate_figures():
    assert (ROWS["ucdp_events"] >= 1).all()
    assert (ROWS["ucdp_deaths"] >= 0).all()
    assert str(ROWS["month"].min()) == record("conflict_actors").coverage.first[:7]
    assert str(ROWS["month"].max()) == record("conflict_actors").coverage.last[:7]
    assert (ROWS["provisional"] == (ROWS["month"] >= pd.Period("2026-01"))).all()


def test_state_based_pairs_have_a_government_and_others_none():
    state = ROWS["violence"] == "state_based"
    assert (ROWS.loc[state, "kind_a"] == "government").all()
    assert not (ROWS.loc[~state, ["kind_a", "kind_b"]] == "government").to_numpy().any()


def test_each_name_means_one_actor_that_has_rows():
    sides = pd.concat([ROWS["side_a"], ROWS["side_b"]]).str.split("; ").explode()
    assert set(sides) == set(ACTORS["actor"])
    assert set(NAMES["actor"]) <= set(ACTORS["actor"])
    keys = [*NAMES["name"].map(key), *ACTORS["actor"].map(key)]
    assert len(keys) == len(set(keys))
    codes = NAMES["states"].dropna().str.split().explode()
    assert set(codes) <= STUDY


def test_months_of_mali_do_not_exceed_those_of_the_state():
    """The state's own table counts every event there; listed pairs of its government are part of them."""
    months = read_table("conflict")
    mali = months[months["iso3"] == "MLI"].set_index("month")
    pairs = ROWS[(ROWS["iso3"] == "MLI") & (ROWS["violence"] == "state_based")].groupby("month")["ucdp_events"].sum()
    total = mali["ucdp_events_state_based"].reindex(pairs.index)
    assert pairs.sum() / total.sum() == pytest.approx(1.0, abs=0.06)


@pytest.mark.sources
def test_no_row_of_the_source_is_lost(sources_dir):
    region = {gwcode_of(code) for code in STUDY}
    raw = pd.read_csv(sources_dir / "ucdp_dyad_month.csv")
    ids = set()
    for name in ("ucdp_dyads", "ucdp_nonstate"):
        text = (sources_dir / f"{name}.yaml").read_text(encoding="utf-8")
        for pair in yaml.load(text, yaml.CSafeLoader):
            codes = pair["gwno"]["a"] + pair["gwno"]["b"] if "gwno" in pair else pair["countries"]
            if region & set(codes):
                ids.add((pair["id"], "sb" if "gwno" in pair else "ns"))
    wanted = raw[[pair in ids for pair in zip(raw["dyad_id"], raw["type"], strict=True)]]
    assert len(wanted) == len(ROWS)
    assert wanted["events"].sum() == ROWS["ucdp_events"].sum()
    assert wanted["deaths"].sum() == ROWS["ucdp_deaths"].sum()
