"""Which state exists in which period."""

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from sahelkit.panels import panel
from sahelkit.panels.universe import make_grid, ordinals

SPELLS = pd.DataFrame(
    {
        "iso3": ["AAA", "AAA", "BBB"],
        "gwcode": [1, 2, 3],
        "start": pd.to_datetime(["1999-01-31", "2000-03-01", "1990-06-15"]),
        "end": pd.to_datetime(["2000-01-01", None, "2000-02-29"]),
    }
)
MONTH = 360  # January 2000


def test_one_day_is_enough_and_the_day_after_the_end_is_not():
    grid = make_grid(SPELLS, ["BBB", "AAA"], freq="M", first=MONTH - 1, last=MONTH + 3)  # 1999-12 to 2000-04
    assert grid.iso3 == ("AAA", "BBB")
    assert grid.exists.tolist() == [[True, True, False, True, True], [True, True, True, False, False]]
    assert grid.gwcode.tolist() == [[1, 1, 0, 2, 2], [3, 3, 3, 0, 0]]


def test_a_year_of_two_spells_is_one_row_with_the_later_number():
    grid = make_grid(SPELLS, ["AAA", "BBB"], freq="Y", first=28, last=31)  # 1998 to 2001
    assert grid.exists.tolist() == [[False, True, True, True], [True, True, True, False]]
    assert grid.gwcode.tolist() == [[0, 1, 2, 2], [3, 3, 3, 0]]


def test_days_of_the_periods():
    grid = make_grid(SPELLS, ["AAA"], freq="M", first=MONTH, last=MONTH + 1)
    assert grid.starts.astype(str).tolist() == ["2000-01-01", "2000-02-01"]
    assert grid.ends.astype(str).tolist() == ["2000-01-31", "2000-02-29"]


def test_a_period_is_covered_only_when_all_of_it_is():
    grid = make_grid(SPELLS, ["AAA", "BBB"], freq="M", first=MONTH, last=MONTH + 3)
    assert grid.within(["BBB"], "2000-01-02", "2000-03-31").tolist() == [[False] * 4, [False, True, True, False]]
    assert grid.within(["AAA"], "2000", "2000-04-29").tolist() == [[True, True, True, False], [False] * 4]


@given(st.dates(min_value=pd.Timestamp("1816-01-01").date(), max_value=pd.Timestamp("2100-12-31").date()))
def test_ordinals_are_those_of_pandas(day):
    for freq in ("M", "Y"):
        assert ordinals(np.array([day], dtype="datetime64[D]"), freq)[0] == pd.Period(day, freq).ordinal


# Independence and end by the Gleditsch-Ward list, as the states dataset has them.
def test_real_states_enter_and_leave():
    frame = panel(["Mali", "South Sudan", "South Vietnam", "Zanzibar"], "1950", "2025").frame
    spans = frame.groupby("iso3")["period"].agg(["min", "max"]).astype(str)
    assert spans.loc["SSD"].tolist() == ["2011-07", "2025-12"]
    assert spans.loc["VDR"].tolist() == ["1954-05", "1975-04"]
    assert spans.loc["ZZB"].tolist() == ["1963-12", "1964-04"]
    assert spans.loc["MLI", "max"] == "2025-12"


def test_every_row_is_one_existing_state_in_one_period():
    frame = panel("world", "1950", "2025").frame
    assert not frame.duplicated(["iso3", "period"]).any()
    assert frame.equals(frame.sort_values(["iso3", "period"], kind="stable"))
    assert frame.index.equals(pd.RangeIndex(len(frame)))
    assert 140_000 < len(frame) < 150_000
    germany = frame[frame["iso3"] == "DEU"].drop_duplicates("gwcode")
    assert germany["gwcode"].tolist() == [260]
