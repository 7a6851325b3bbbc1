"""Coups in a panel: every event has its cell, and zero stands only where a coder looked."""

import pandas as pd
import pytest

from sahelkit.catalog import record
from sahelkit.geography import places
from sahelkit.panels import panel
from sahelkit.tables.coups import load_coups

RULES = ("any", "majority", "all", "powell_thyne", "cline", "csp", "colpus", "cam", "sahelkit")
pytestmark = pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("freq", ["M", "Y"])
def test_totals_are_those_of_the_events(rule, freq):
    frame = panel("world", "1945", "2025", freq=freq).add_coups(rule=rule, include_plots=True).frame
    events = load_coups(rule=rule, include_plots=True)
    events = events[events["gwcode"].notna()]  # one Sudanese event lies before the state
    assert frame["attempt"].sum() == (events["kind"] == "attempt").sum()
    assert frame["success"].sum() == (events["outcome"] == "success").sum()
    assert frame["plot"].sum() == (events["kind"] == "plot").sum()
    pd.testing.assert_series_equal(frame["success"] + frame["failure"], frame["attempt"], check_names=False)


def test_cells_hold_the_events_of_their_month():
    frame = panel("world", "1950", "2025").add_coups(rule="powell_thyne").frame.set_index(["iso3", "period"])
    events = load_coups(rule="powell_thyne")
    wanted = events.groupby(["iso3", events["date"].dt.to_period("M")]).size()
    got = frame.loc[frame["attempt"] > 0, "attempt"].astype("int64")
    assert got.to_dict() == wanted.to_dict()


@pytest.mark.parametrize("rule", RULES[3:])
def test_a_coder_is_na_outside_its_own_coverage(rule):
    coder = next(c for c in record("coups").details["coders"].values() if c["rule"] == rule)
    frame = panel("world", "1945", "2025").add_coups(rule=rule, include_plots=True).frame
    inside = (
        frame["iso3"].isin(places.members(coder["places"]))
        & (frame["period"] >= pd.Period(coder["first"], "M"))
        & (frame["period"] <= pd.Period(coder["last"], "M"))
    )
    assert frame["attempt"].notna().equals(inside)
    assert frame["plot"].notna().equals(inside & coder["plots"])


def test_a_joint_rule_is_zero_where_at_least_one_coder_looks():
    frame = panel("world", "1945", "2025").add_coups(rule="all", include_plots=True).frame
    assert frame["attempt"].notna().all()
    after_cline = frame["period"] > pd.Period("2022-12", "M")
    study = frame["iso3"].isin(places.members("study"))
    assert frame["plot"].isna().equals(after_cline & ~study)
