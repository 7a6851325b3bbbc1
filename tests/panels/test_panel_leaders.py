"""Leaders in a panel: those in office on the first day of each period."""

import numpy as np
import pandas as pd
import pytest

from sahelkit.panels import panel
from sahelkit.tables.leader_months import load_leader_months
from sahelkit.tables.leaders import load_leaders

pytestmark = pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")


def test_months_are_those_of_the_loader():
    frame = panel("study", "1950", "2026-02").add_leaders().frame.set_index(["iso3", "period"])
    table = load_leader_months(at="start").set_index(["iso3", "month"]).rename_axis(["iso3", "period"])
    assert frame["leader"].fillna("").to_dict() == table["leader"].fillna("").to_dict()
    for name in ("reign_military_career", "reign_months_in_office"):
        np.testing.assert_array_equal(frame[name], table.loc[frame.index, name].astype("float64"))


def test_years_show_the_leader_of_the_first_of_january():
    frame = panel("study", "1950", "2025", freq="Y").add_leaders().frame
    spells = load_leaders()
    for iso3, period, leader in zip(frame["iso3"], frame["period"], frame["leader"], strict=True):
        day = period.start_time
        held = spells[
            (spells["iso3"] == iso3) & (spells["start"] <= day) & (spells["end"].isna() | (spells["end"] > day))
        ]
        assert (leader if isinstance(leader, str) else None) == next(iter(held["leader"]), None), (iso3, period)


def test_a_coup_shows_in_the_next_month_and_is_known_thirty_days_after_it_begins():
    mali = panel("Mali", "2012-03", "2012-05").add_leaders()
    assert mali.frame["leader"].tolist() == ["Amadou Toumani Touré", "Amadou Haya Sanogo", "Dioncounda Traoré"]
    assert mali.as_of("2012-04-30").frame["leader"].isna().tolist() == [False, True]
    assert mali.as_of("2012-05-01").frame["leader"].isna().tolist() == [False, False, True]


def test_outside_the_study_region_nothing_is_known():
    frame = panel(["Libya", "Mali"], "2012-03", "2012-05").add_leaders().frame
    known = frame.groupby("iso3")[["leader", "reign_military_career", "reign_months_in_office"]].count()
    assert known.loc["LBY"].tolist() == [0, 0, 0]
    assert known.loc["MLI"].tolist() == [3, 3, 3]


def test_the_first_period_of_a_state_has_no_leader_on_its_first_day():
    frame = panel("Mali", "1960-09", "1960-11").add_leaders().frame
    assert pd.isna(frame["leader"].iloc[0])
    assert frame["leader"].tolist()[1:] == ["Modibo Keïta"] * 2
    assert frame["reign_months_in_office"].tolist()[1:] == [1, 2]
