"""Responses: rows agree with coups and memberships, days with days, the check with its draw."""

from __future__ import annotations

import importlib.util

import numpy as np
import pandas as pd
import pytest

from sahelkit.build import build_dataset
from sahelkit.catalog import record
from sahelkit.errors import TableError
from sahelkit.tables._read import read_table

RECORD = record("responses")
FRAME = read_table("responses")
COUPS = read_table("coups").set_index("coup_id")
HAND = pd.read_csv(RECORD.folder / "hand_responses.csv", dtype=str)
CHECKS = pd.read_csv(RECORD.folder / "hand_checks.csv", dtype=str)
DROPPED = pd.read_csv(RECORD.folder / "hand_dropped.csv", dtype=str)


def _module():
    spec = importlib.util.spec_from_file_location("responses_build", RECORD.folder / "build.py")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_rebuilt_byte_for_byte_from_the_hand_made_rows(tmp_path):
    again = build_dataset("responses", out=tmp_path)["responses"]
    assert again.read_bytes() == (RECORD.folder / "responses.csv").read_bytes()


def test_days_since_the_coup_stand_in_one_column_each():
    linked = FRAME["coup_id"].notna()
    reaction = FRAME["phase"] == "reaction"
    exact = FRAME["date_precision"] == "day"
    assert (FRAME["reaction_days"].notna() == (linked & reaction & exact)).all()
    assert (FRAME["duration_days"].notna() == (linked & ~reaction & exact)).all()
    assert (FRAME["reaction_days_min"].notna() == (linked & reaction)).all()
    days = (FRAME["date"] - FRAME["coup_date"]).dt.days
    assert (FRAME["reaction_days"].dropna() == days[FRAME["reaction_days"].notna()]).all()
    bounded = FRAME.dropna(subset=["reaction_days"])
    assert (bounded["reaction_days_min"] <= bounded["reaction_days"]).all()
    assert (bounded["reaction_days"] <= bounded["reaction_days_max"]).all()


def test_three_triggers_are_no_coups():
    others = FRAME[FRAME["trigger"] != "coup"]
    assert sorted(set(others["iso3"] + others["coup_date"].dt.strftime("-%Y-%m-%d"))) == [
        "CIV-2010-12-03", "GMB-2016-12-09", "NER-2009-08-04",
    ]  # fmt: skip
    assert others["coup_id"].isna().all()
    assert others["reaction_days_max"].isna().all()


def test_every_suspension_of_the_table_of_memberships_is_an_act_on_its_first_day():
    spells = read_table("memberships").query("status == 'suspended'")
    acts = FRAME[FRAME["act"] == "suspension"]
    wanted = set(zip(spells["organisation"], spells["iso3"], spells["start"], strict=True))
    found = set(zip(acts["body"], acts["iso3"], acts["date"], strict=True))
    assert wanted <= found
    # La Francophonie and the community of Central Africa are not in the table of memberships.
    assert {body for body, _, _ in found - wanted} == {"OIF", "ECCAS"}


def test_a_suspension_is_lifted_after_it_began_and_at_most_once():
    linked = FRAME.dropna(subset=["coup_id"])
    began = linked[linked["act"] == "suspension"].groupby(["coup_id", "body"])["date"].agg(["min", "size"])
    lifted = linked[linked["act"] == "suspension_lifted"].groupby(["coup_id", "body"])["date"].agg(["min", "size"])
    both = began.merge(lifted, how="right", left_index=True, right_index=True, suffixes=("_began", "_lifted"))
    assert both["min_began"].notna().all()
    assert (both["min_began"] < both["min_lifted"]).all()
    assert (both[["size_began", "size_lifted"]] == 1).all().all()


def test_the_build_stops_at_rows_that_contradict_themselves():
    module = _module()
    rows = pd.read_csv(RECORD.folder / "responses.csv", dtype=str)
    for name in ("coup_date", "date", "date_min", "date_max"):
        rows[name] = pd.to_datetime(rows[name])
    module._check(rows, COUPS)
    first = rows.index[rows["response_id"] == "R-MLI201203-09"][0]
    for name, value, why in [
        ("coup_id", "MLI-2012-03-23", "coup_id is not in the table of coups: R-MLI201203-09"),
        ("coup_id", "NER-2010-02-18", "coup_id is of another country"),
        ("coup_id", "MLI-2012-05-01", "more than 3 days from coup_date"),
        ("coup_id", None, "whose trigger is no coup, or is missing"),
        ("date", pd.Timestamp("2012-03-21"), "the act comes before its trigger"),
        ("date_max", pd.Timestamp("2012-03-26"), "outside date_min and date_max"),
        ("date_precision", "month", "a day that is not known has no bounds"),
        ("source_2", None, "two sources are not two"),
        ("note_fr", "Remarque", "a note is in one language only"),
    ]:
        wrong = rows.copy()
        wrong.loc[first, name] = value
        with pytest.raises(TableError, match=why):
            module._check(wrong, COUPS)


def test_the_check_is_the_draw_that_the_readme_tells():
    told = RECORD.details["check"]
    collected = sorted({*HAND.loc[HAND["origin"] == "collected", "response_id"], *DROPPED["response_id"]})
    assert len(collected) == told["collected"]
    drawn = np.random.default_rng(told["seed"]).choice(collected, size=told["drawn"], replace=False)
    random = CHECKS[CHECKS["drawn"] == "random"]
    assert sorted(random["row_id"]) == sorted(drawn)
    counts = random["verdict"].value_counts()
    assert {name: int(counts[name]) for name in ("confirmed", "corrected", "not_found")} == {
        name: told[name] for name in ("confirmed", "corrected", "not_found")
    }
    assert CHECKS["row_id"].is_unique
    assert set(CHECKS["row_id"]) <= set(collected)
    found = CHECKS["verdict"] != "not_found"
    assert CHECKS.loc[found, "address"].str.startswith("http").all()
    gone = set(DROPPED["response_id"]) - set(FRAME["response_id"])
    assert gone == set(DROPPED["response_id"])


def test_no_remark_stands_in_a_description():
    for column in ("description_en", "description_fr"):
        text = FRAME[column].str.lower()
        assert not text.str.contains("from memory|de mémoire|another page|not a coup|pas un coup|verified").any()
        assert (FRAME[column].str.len() < 160).all()
