"""Responses: rows agree with coups and memberships, days with days, the check with its draw."""

from __future__ import annotations

import importlib.util

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta

import sahelkit as sk
from sahelkit.build import build_dataset
from sahelkit.catalog import record
from sahelkit.errors import TableError
from sahelkit.tables.read import read_table

RECORD = record("responses")
FRAME = read_table("responses")
SEARCHES = read_table("responses", "searches")
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
    for again in build_dataset("responses", out=tmp_path).values():
        assert again.read_bytes() == (RECORD.folder / again.name).read_bytes(), again.name


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
    # A row that was looked up on its own page counts by the second look that it had on another.
    again = CHECKS[CHECKS["drawn"] == "again"].set_index("row_id")["verdict"]
    last = random["row_id"].map(again).fillna(random["verdict"])
    counts = last.value_counts()
    assert counts.to_dict() == {name: told[name] for name in ("confirmed", "corrected", "not_found")}
    # Wrong are those corrected, and the one whose day was mended from its own page and found nowhere else.
    mended_from_own = random[(random["page"] == "own") & random["finding"].str.contains("first verdict corrected")]
    assert mended_from_own["row_id"].tolist() == ["R-NER199904-01"]
    assert told["wrong"] == told["corrected"] + 1
    assert not CHECKS.duplicated(["row_id", "drawn"]).any()
    assert set(CHECKS["row_id"]) <= set(collected)
    found = CHECKS["verdict"] != "not_found"
    assert CHECKS.loc[found, "address"].str.startswith("http").all()
    gone = set(DROPPED["response_id"]) - set(FRAME["response_id"])
    assert gone == set(DROPPED["response_id"])
    low, high = beta.ppf([0.025, 0.975], [told["wrong"], told["wrong"] + 1], [39, 38])
    text = (RECORD.folder / "README.md").read_text(encoding="utf-8")
    assert f"{told['wrong']} of 42 wrong, {100 * told['wrong'] / 42:.1f} %" in text
    assert f"interval {100 * low:.1f} to {100 * high:.1f} %" in text
    assert f"holds {len(FRAME)} acts" in text


def test_a_row_checked_with_its_own_page_is_not_confirmed_by_it():
    own = CHECKS[CHECKS["page"] == "own"]
    assert sorted(own["row_id"]) == [
        "R-GIN202109-01", "R-MLI202008-04", "R-MRT200508-03", "R-NER199904-01", "R-NER200908-02",
    ]  # fmt: skip
    assert set(own["verdict"]) == {"same_page"}
    assert set(CHECKS.loc[CHECKS["drawn"] == "again", "row_id"]) == set(own["row_id"])


# The first reactions and days that were wrong or missing: each read on a page named in the table.
@pytest.mark.parametrize(("coup_id", "body", "act", "day"), [
    ("MLI-2020-08-18", "ECOWAS", "suspension", "2020-08-18"),
    ("MLI-2020-08-18", "ECOWAS", "border_closure", "2020-08-18"),
    ("MLI-2020-08-18", "ECOWAS", "economic_sanctions", "2020-08-18"),
    ("MLI-2020-08-18", "ECOWAS", "threat_of_force", "2020-08-18"),
    ("GNB-2012-04-12", "ECOWAS", "condemnation", "2012-04-12"),
    ("GNB-2012-04-12", "AU", "condemnation", "2012-04-13"),
    ("GIN-2021-09-05", "ECOWAS", "condemnation", "2021-09-05"),
    ("GIN-2021-09-05", "AU", "condemnation", "2021-09-05"),
    ("BFA-2022-01-24", "ECOWAS", "condemnation", "2022-01-24"),
    ("SDN-2019-04-11", "AU", "condemnation", "2019-04-11"),
    ("SDN-2019-04-11", "AU", "ultimatum", "2019-04-15"),
    ("SDN-2019-04-11", "AU", "ultimatum", "2019-04-30"),
    ("MLI-2021-05-24", "AU", "condemnation", "2021-05-24"),
    ("GNB-2025-11-26", "AU", "condemnation", "2025-11-26"),
])  # fmt: skip
def test_named_days(coup_id, body, act, day):
    rows = FRAME[(FRAME["coup_id"] == coup_id) & (FRAME["body"] == body) & (FRAME["act"] == act)]
    assert day in set(rows["date"].dt.strftime("%Y-%m-%d"))
    if act != "ultimatum":
        assert rows["date"].min() == pd.Timestamp(day)


def test_the_african_union_took_sudan_back_on_the_6th_of_september_2019():
    row = FRAME.set_index("response_id").loc["R-SDN201904-02"]
    assert [f"{row['date']:%Y-%m-%d}", row["date_precision"]] == ["2019-09-06", "day"]
    spells = read_table("memberships").set_index("membership_id")
    assert spells.loc["AU-SDN-suspended-2019-06-06", "end"] == row["date"]


def test_the_security_council_backed_ouattara_on_the_8th_of_december_2010():
    row = FRAME.set_index("response_id").loc["R-CIV201012-03"]
    assert [row["body"], row["act"], f"{row['date']:%Y-%m-%d}"] == ["UN", "endorsement", "2010-12-08"]


def test_the_united_states_answered_gabon_in_september_2023():
    rows = FRAME[(FRAME["coup_id"] == "GAB-2023-08-30") & (FRAME["body"] == "US")]
    assert rows["date"].between("2023-09-26", "2023-09-27").any()


def test_every_attempt_since_1990_has_acts_or_a_search_for_the_bodies_of_its_time():
    attempts = sk.load_coups(rule="powell_thyne", countries="study", start=1990)
    assert len(attempts) >= 59
    searched = set(zip(SEARCHES["coup_id"], SEARCHES["body"], strict=True))
    ecowas = sk.load_memberships(organisations="ECOWAS").query("status == 'member'").set_index("iso3")
    for row in attempts.itertuples():
        union = "AU" if row.date >= pd.Timestamp("2002-07-09") else "OAU"
        assert (row.coup_id, union) in searched, row.coup_id
        left = ecowas["end"].get(row.iso3)
        if row.iso3 in ecowas.index and (pd.isna(left) or row.date < left):
            assert (row.coup_id, "ECOWAS") in searched, row.coup_id


def test_a_search_in_vain_names_its_pages_and_no_act_contradicts_it():
    none = SEARCHES[SEARCHES["outcome"] == "none_found"]
    assert none["source_1"].str.startswith("http").all()
    coded = set(zip(FRAME["coup_id"], FRAME["body"], strict=True))
    pairs = set(zip(none["coup_id"], none["body"], strict=True))
    assert not pairs & coded
    assert SEARCHES.loc[SEARCHES["outcome"] == "acts_coded", ["coup_id", "body"]].apply(tuple, axis=1).isin(coded).all()


@pytest.mark.parametrize(("change", "why"), [
    ({"coup_id": "MLI-2012-03-23"}, "a search names a coup that is not in the table of coups"),
    ({"outcome": "none_found"}, "contradicts the acts coded: MLI-2012-03-22 AU"),
    (None, "a search stands twice"),
    ("gone", "acts of an African organisation are coded, and no search names it"),
    ("no page", "a search that found nothing names no page: MLI-1991-07-14 OAU"),
])  # fmt: skip
def test_the_build_stops_at_searches_that_contradict_the_acts(change, why):
    hand = pd.read_csv(RECORD.folder / "hand_searches.csv", dtype=str)
    at = hand.index[(hand["coup_id"] == "MLI-2012-03-22") & (hand["body"] == "AU")][0]
    if change is None:
        hand = pd.concat([hand, hand.loc[[at]]], ignore_index=True)
    elif change == "gone":
        hand = hand.drop(index=at)
    elif change == "no page":
        hand.loc[(hand["coup_id"] == "MLI-1991-07-14") & (hand["body"] == "OAU"), "source_1"] = None
    else:
        for name, value in change.items():
            hand.loc[at, name] = value
    with pytest.raises(TableError, match=why):
        _module()._searches(hand, FRAME, COUPS)


def test_no_remark_stands_in_a_description():
    for column in ("description_en", "description_fr"):
        text = FRAME[column].str.lower()
        assert not text.str.contains("from memory|de mémoire|another page|not a coup|pas un coup|verified").any()
        assert (FRAME[column].str.len() < 160).all()
