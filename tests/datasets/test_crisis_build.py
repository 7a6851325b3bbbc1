"""The chronology: days against the other tables, places, order of captures, sources, and the second check."""

from __future__ import annotations

import shutil
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.build import build_dataset
from sahelkit.build.engine import Sources, _module
from sahelkit.catalog import record
from sahelkit.errors import TableError
from sahelkit.geography.shapes import outside_km
from sahelkit.tables.read import read_table

FRAME = read_table("crisis")
HERE = record("crisis").folder
CHECKS = pd.read_csv(HERE / "hand_checks.csv", dtype=str)


def test_rebuilt_byte_for_byte_from_the_hand_made_rows(tmp_path):
    for name, again in build_dataset("crisis", out=tmp_path).items():
        assert again.read_bytes() == (HERE / again.name).read_bytes(), name


def test_days_lie_in_order_and_inside_the_coverage():
    cover = record("crisis").coverage
    assert (FRAME["date_min"] <= FRAME["date"]).all()
    assert (FRAME["date"] <= FRAME["date_max"]).all()
    assert (FRAME["end"].dropna() > FRAME.loc[FRAME["end"].notna(), "date"]).all()
    assert (FRAME["end"].dropna() >= FRAME.loc[FRAME["end"].notna(), "date_max"]).all()
    assert FRAME["date_min"].min() >= pd.Timestamp(cover.first)
    assert FRAME["end"].fillna(FRAME["date"]).max() <= pd.Timestamp(cover.last)
    unsure = FRAME["date_precision"] != "day"
    assert (FRAME.loc[unsure, "date_min"] < FRAME.loc[unsure, "date_max"]).all()
    assert unsure.sum() == 12


def test_coups_are_those_of_the_table_of_coups():
    coups = read_table("coups").set_index("coup_id")
    attempts = FRAME[FRAME["event_type"] == "coup_attempt"]
    assert attempts.loc[attempts["coup_id"].isna(), "event_id"].tolist() == ["BFA-2026-001"]
    linked = attempts.dropna(subset="coup_id")
    assert linked["coup_id"].is_unique
    assert (linked["coup_id"].map(coups["outcome"]).fillna("plot").to_numpy() == linked["outcome"].to_numpy()).all()
    # Every coup of Mali since 2007 that the coders count is in the chronology.
    mali = coups[(coups["iso3"] == "MLI") & (coups["kind"] == "attempt") & (coups["date"] >= "2007")]
    assert set(mali.index) <= set(linked["coup_id"])


def test_leaders_change_on_the_days_of_the_table_of_leaders():
    leaders = read_table("leaders").set_index(["iso3", "leader"])
    for event_id, key, column in (
        ("MLI-2012-038", ("MLI", "Dioncounda Traoré"), "start"),
        ("MLI-2013-025", ("MLI", "Ibrahim Boubacar Keïta"), "start"),
        ("GNB-2012-001", ("GNB", "Malam Bacai Sanhá"), "end"),
        ("CIV-2011-008", ("CIV", "Laurent Gbagbo"), "end"),
        ("GNB-2012-004", ("GNB", "Manuel Serifo Nhamadjo"), "start"),
        ("NER-2023-001", ("NER", "Mohamed Bazoum"), "end"),
    ):
        day = FRAME.set_index("event_id").loc[event_id, "date"]
        assert day in set(pd.Series(leaders.loc[[key], column])), event_id


def test_suspensions_of_mali_carry_the_days_of_the_table_of_memberships():
    spells = read_table("memberships").query("iso3 == 'MLI' and status == 'suspended'")
    days = FRAME.set_index("event_id")["date"]
    assert days["MLI-2012-021"] in set(spells.query("organisation == 'AU'")["start"])
    assert days["MLI-2012-022"] in set(spells.query("organisation == 'ECOWAS'")["start"])
    assert days["MLI-2012-059"] in set(spells.query("organisation == 'AU'")["end"])


def test_places_lie_in_their_country_and_only_named_ones_lack_coordinates():
    shapes = sk.load_map()
    for row in FRAME[FRAME["place_iso3"].isin(list(shapes))].itertuples():
        assert outside_km(shapes[row.place_iso3], row.longitude, row.latitude) <= 10, row.event_id
    nowhere = FRAME[FRAME["latitude"].isna()]
    assert set(nowhere["place_en"].dropna()) == {"Anéfis", "Inata", "Ogossagou"}
    # A place abroad belongs to a summit, a signature or a departure, never to fighting.
    abroad = FRAME[FRAME["place_iso3"].notna() & (FRAME["place_iso3"] != FRAME["iso3"])]
    assert not abroad["event_type"].isin(["armed_attack", "territorial_capture", "territorial_recapture"]).any()


def test_a_place_is_not_lost_twice_nor_regained_twice_in_a_row():
    mali = FRAME[(FRAME["iso3"] == "MLI") & FRAME["control"].isin(["lost", "regained", "shared"])]
    order = mali.sort_values(["date", "event_id"]).groupby("place_en")["control"].apply(list)
    twice = [place for place, steps in order.items() if any(a == b != "shared" for a, b in pairwise(steps))]
    assert twice == []
    assert sorted(place for place, steps in order.items() if steps[0] == "regained") == ["Ansongo", "Hombori", "Ménaka"]


def test_captures_name_who_took_the_place_and_who_lost_it():
    captures = FRAME[FRAME["control"].isin(["lost", "between_groups"])]
    assert captures["actors"].notna().all()
    assert captures["place_en"].notna().all()


def test_every_row_has_a_page_and_two_sources_are_two():
    assert FRAME["source_1"].str.match(r"https?://").all()
    twice = FRAME["confidence"] == "two_sources"
    assert FRAME.loc[twice, "source_2"].str.match(r"https?://").all()
    assert (FRAME.loc[twice, "source_1"] != FRAME.loc[twice, "source_2"]).all()
    assert (FRAME["note_en"].isna() == FRAME["note_fr"].isna()).all()
    assert FRAME["event_id"].str.match(r"[A-Z]{3}-\d{4}-\d{3}[bc]?$").all()
    assert (FRAME["event_id"].str[:3] == FRAME["iso3"]).all()


@pytest.mark.parametrize("column", ["description_en", "description_fr"])
def test_descriptions_state_the_event_only(column):
    assert not FRAME[column].str.contains(r"\(|memory|mémoire|another page|autre page|not verified|vérifi").any()
    assert FRAME[column].str.len().max() < 120


def test_second_check_is_the_drawn_fifth_and_the_readme_reports_it():
    random = CHECKS[CHECKS["drawn"] == "random"]
    assert len(random) == 55
    assert random["row_id"].is_unique
    assert set(CHECKS["row_id"]) <= set(FRAME["event_id"])
    assert random["address"].str.match(r"https?://").all()
    assert random["verdict"].value_counts().to_dict() == {"confirmed": 49, "same_page": 4, "corrected": 2}
    # The four looked up on their own page were looked up anew on another.
    again = CHECKS[CHECKS["drawn"] == "again"]
    assert set(again["row_id"]) == set(random.loc[random["verdict"] == "same_page", "row_id"])
    assert again["verdict"].value_counts().to_dict() == {"confirmed": 3, "not_found": 1}
    share, z, n = 2 / 55, 1.959964, 55
    middle = (share + z**2 / 2 / n) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / 4 / n**2)
    said = (
        f"{100 * share:.1f} % (95 % interval, Wilson: {100 * (middle - half):.1f} % to {100 * (middle + half):.1f} %)"
    )
    assert said in (HERE / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("event_id", "days"), [
    # The end of Ansar Dine's ceasefire was made public on 3 January 2013, in a statement dated 26 December.
    ("MLI-2013-001", ["2013-01-03", "2013-01-03", "2013-01-03"]),
    ("MLI-2012-015", ["2012-02-22", "2012-02-22", "2012-02-23"]),
])  # fmt: skip
def test_days_mended_outside_the_sample(event_id, days):
    row = FRAME.set_index("event_id").loc[event_id]
    assert [f"{row[name]:%Y-%m-%d}" for name in ("date", "date_min", "date_max")] == days


def test_readme_counts_the_rows():
    assert f"holds {len(FRAME)} events" in (HERE / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("event_id", "column", "value", "message"),
    [
        ("MLI-2012-020", "date", "2012-03-29", "more than three days from the coup|outside its range"),
        ("MLI-2012-020", "outcome", "failure", "another outcome than in coups"),
        ("MLI-2012-020", "coup_id", "MLI-2012-03-23", "the coup is not in coups"),
        ("MLI-2012-025", "place_id", "kidall", "the place is not in map"),
        ("MLI-2012-025", "control", "", "control belongs to captures only"),
        ("MLI-2012-025", "actors", "mnla;fama;nobody", "codes of actors differ.*nobody"),
        ("MLI-2012-025", "end", "2012-03-30", "ends before it begins"),
        ("MLI-2013-024", "date_max", "2013-08-10", "the day lies outside its range"),
        ("MLI-2020-002", "date_max", "2020-07-31", "may begin after its end"),
    ],
)
def test_build_refuses_a_wrong_row(tmp_path, event_id, column, value, message):
    for name in ("hand_crisis.csv", "hand_actors.csv", "hand_types.csv", "hand_checks.csv"):
        shutil.copy(HERE / name, tmp_path / name)
    rows = pd.read_csv(tmp_path / "hand_crisis.csv", dtype=str, keep_default_na=False).set_index("event_id")
    rows.loc[event_id, column] = value
    rows.to_csv(tmp_path / "hand_crisis.csv")
    with pytest.raises(TableError, match=message):
        _module(record("crisis")).build(Sources(tmp_path))


def test_build_refuses_a_second_look_at_the_own_page_as_confirmation(tmp_path):
    for name in ("hand_crisis.csv", "hand_actors.csv", "hand_types.csv", "hand_checks.csv"):
        shutil.copy(HERE / name, tmp_path / name)
    checks = pd.read_csv(tmp_path / "hand_checks.csv", dtype=str)
    checks.loc[checks["verdict"] == "same_page", ["verdict", "page"]] = ["confirmed", "other"]
    checks.to_csv(tmp_path / "hand_checks.csv", index=False)
    with pytest.raises(TableError, match="second check of MLI-2012-059: the row names the page of the check"):
        _module(record("crisis")).build(Sources(tmp_path))
