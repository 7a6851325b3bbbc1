"""Two lists of coups held against each other, by rows, by the object of an own list and by its name."""

import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import OptionError
from sahelkit.tables.own_coders import session


@pytest.fixture(autouse=True)
def _no_list_stays():
    yield
    for coder in session():
        sk.remove_coder(coder.name)


def coups(*rows, **columns):
    """A list with one row for each text such as "MLI 2012-03-22 success"."""
    frame = pd.DataFrame([row.split() for row in rows], columns=["country", "date", "outcome"])
    return frame.assign(**columns)


MALI = coups("MLI 2012-03-22 success", "MLI 2020-08-18 success", "MLI 2021-05-24 success")
NIGHT = coups("TGO 2026-11-30 failure")


def test_lists_compared():
    found = sk.match_coups("cline", "powell_thyne")
    joint = sk.load_coups(rule="any")
    both = joint["cline_outcome"].isin(["success", "failure"]) & joint["pt_outcome"].isin(["success", "failure"])
    same = both & (joint["cline_outcome"] == joint["pt_outcome"])
    matched = found.tidy().query("status == 'matched' and mine_outcome != 'plot'")
    assert found.counts["same"] == same.sum()
    assert len(matched) == both.sum()
    assert found.counts["near"] == 0
    mine, theirs = MALI, MALI.assign(date=["2012-03-23", "2020-09-30", "2021-05-24"])
    pair = sk.match_coups(mine, theirs)
    assert pair.tidy()["status"].tolist() == ["matched", "near", "matched"]
    assert pair.tidy()["other_id"].tolist()[1] == "MLI-2020-09-30"
    added = sk.add_coder("mine", MALI)
    assert sk.match_coups(added, "mine").counts["matched"] == 3
    assert sk.match_coups("mine", theirs).counts["matched"] == 2
    with pytest.raises(OptionError, match=r"date='2012-03' in row 1 of 1.*Give that list first"):
        sk.match_coups(mine, coups("MLI 2012-03 success"))


def test_a_list_compared_by_its_name_its_object_or_its_frame():
    rows = coups("MLI 2012-03-21 success", "MLI 2012-05-20 failure")
    added = sk.add_coder("mine", rows)
    counts = [sk.match_coups(given, "powell_thyne").counts for given in (rows, added, "mine")]
    assert counts == [{"matched": 1, "near": 1, "new": 0, "missing": 0, "same": 1}] * 3
    turned = [sk.match_coups("powell_thyne", given).counts for given in (rows, added, "mine")]
    assert turned[0] == turned[1] == turned[2]
    assert turned[0]["near"] == 1
    apart = {"MLI-2012-03-21": None}
    added = sk.add_coder("mine", rows, links=apart)
    counts = [sk.match_coups(given, "powell_thyne").counts["new"] for given in (added, "mine")]
    assert counts == [1, 1]
    added = sk.add_coder("mine", rows, extends="powell_thyne")
    counts = [sk.match_coups(given, "powell_thyne").counts for given in (added, "mine")]
    assert counts[0] == counts[1]
    # Both events stand in the list that goes on: the one more is new, and nothing is missing.
    assert (counts[0]["near"], counts[0]["new"], counts[0]["missing"]) == (0, 1, 0)
