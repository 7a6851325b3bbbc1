"""Rows of a user's frame that find no place in a panel."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import CoverageWarning, OptionError
from sahelkit.panels import coverage, panel

WORLD = pd.DataFrame(
    {"iso3": ["SRB"] * 3 + ["SSD", "MLI"], "year": [2004, 2005, 2006, 2010, 12], "gdp": [1.0, 2, 3, 4, 5]}
)


def _told(built):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        frame = built.frame
    return frame, [str(each.message) for each in caught if issubclass(each.category, CoverageWarning)]


def test_states_that_did_not_exist_and_years_outside_are_named():
    frame, told = _told(panel(None, 2000, 2012, freq="Y").add_frame(WORLD))
    assert frame["gdp"].notna().sum() == 1
    assert told == [
        "4 of 5 rows of your frame find no place in the panel: 3 describe states that did not exist then "
        "(SRB 2004 to 2005: the state then was YUG; SSD 2010); 1 lies outside 2000 to 2012 (MLI 12)."
    ]


def test_coverage_lists_them():
    with pytest.warns(CoverageWarning, match="4 of 5 rows"):
        known = coverage(panel(None, 2000, 2012, freq="Y").add_frame(WORLD))
    table = known.unplaced.set_index(["reason", "iso3"])
    assert table["n_rows"].to_dict() == {("no_state", "SRB"): 2, ("no_state", "SSD"): 1, ("time", "MLI"): 1}
    assert table.loc[("no_state", "SRB"), ["first", "last", "hint"]].tolist() == [
        "2004",
        "2005",
        "the state then was YUG",
    ]
    assert coverage(panel("Mali", 2000, 2012, freq="Y").add_coups()).unplaced.empty


def test_rows_placed_and_not_placed_add_up():
    """Brute force: a row is placed exactly if its value is seen in the frame."""
    rng = np.random.default_rng(5)
    codes = ["MLI", "SSD", "SDN", "ERI", "YUG", "SRB", "FRA", "USA"]
    keys = pd.MultiIndex.from_product([codes, range(1985, 2020)], names=["iso3", "year"]).to_frame(index=False)
    rows = keys.sample(150, random_state=1).assign(x=rng.permutation(150).astype(float))
    for months in (False, True):
        given = rows.assign(month=pd.PeriodIndex(rows["year"].astype(str) + "-07", freq="M")).drop(columns="year")
        given = given if months else rows
        built = panel(codes[:6], 1990, 2012, freq="M" if months else "Y").add_frame(given)
        frame, told = _told(built)
        seen = frame["x"].dropna().nunique()
        lost = coverage(built).unplaced
        assert seen + lost["n_rows"].sum() == 150
        assert told[0].startswith(f"{lost['n_rows'].sum()} of 150 rows of your frame find no place")
        assert set(lost["reason"]) == {"country", "time", "no_state"}


def test_a_frame_that_fits_says_nothing():
    fitting = WORLD[WORLD["year"] == 2006]
    assert _told(panel(None, 2000, 2012, freq="Y").add_frame(fitting))[1] == []
    yearly = pd.DataFrame({"iso3": ["MLI"], "year": [2012], "x": [1.0]})
    assert _told(panel("Mali", "2012-03", "2012-05").add_frame(yearly))[1] == []


def test_rows_before_the_panel_have_a_place_where_something_looks_back():
    rows = pd.DataFrame({"iso3": ["MLI"] * 3, "year": [2008, 2009, 2010], "x": [1.0, 2, 3]})
    plain = panel("Mali", 2009, 2010, freq="Y").add_frame(rows)
    assert "1 lies outside 2009 to 2010 (MLI 2008)" in _told(plain)[1][0]
    frame, told = _told(plain.lag("x", years=1))
    assert told == []
    np.testing.assert_array_equal(frame["x_lag1"], [1, 2])


def test_a_repeated_key_outside_the_panel_stops_nothing_and_is_unknown():
    rows = pd.DataFrame({"iso3": ["ALB", "ALB", "MLI", "MLI", "MLI"], "x": [1.0, 2, 3, 4, 5]})
    rows["year"] = [2010, 2010, 2009, 2009, 2010]
    frame, told = _told(panel("west_africa", 2010, 2010, freq="Y").add_frame(rows).lag("x", years=1))
    mali = frame.set_index("iso3").loc["MLI"]
    assert (mali["x"], np.isnan(mali["x_lag1"])) == (5, True)
    assert "2 describe states outside the panel (ALB)" in told[0]
    assert "2 repeat a state and period outside the panel, whose value is NA (MLI 2009)" in told[0]
    with pytest.raises(OptionError, match="frame='MLI 2009': 2 rows describe this state and period"):
        panel("Mali", 2009, 2010, freq="Y").add_frame(rows)


def test_neighbours_of_the_panel_are_no_strangers():
    rows = pd.DataFrame({"iso3": ["NER", "FRA"], "year": [2010, 2010], "raids": [1, 1]})
    _, told = _told(panel("Mali", 2010, 2010, freq="Y").add_frame(rows).add_neighbours("raids"))
    assert told == [
        "1 of 2 rows of your frame finds no place in the panel: 1 describes states outside the panel (FRA)."
    ]


def test_a_long_series_is_told_by_its_span():
    codes = ["MLI", "NER", "TCD", "BFA", "SEN", "GIN", "BEN"]
    rows = pd.MultiIndex.from_product([codes, range(1990, 2021)], names=["iso3", "year"]).to_frame(index=False)
    _, told = _told(panel(codes, 1995, 2010, freq="Y").add_frame(rows.assign(x=1.0)))
    assert told == [
        "105 of 217 rows of your frame find no place in the panel: 105 lie outside 1995 to 2010 "
        "(7 states, 1990 to 2020)."
    ]
