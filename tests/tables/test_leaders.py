"""load_leaders and load_leader_months: windows, days of handover, months, gaps."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from sahelkit.errors import CoverageWarning, DateError, UnknownNameError
from sahelkit.tables.leader_months import leaders_at, load_leader_months
from sahelkit.tables.leaders import leader_corrections, load_leaders


def test_all_spells_in_order():
    frame = load_leaders()
    assert len(frame) == 201
    assert frame["spell_id"].is_unique
    assert frame.equals(frame.sort_values(["iso3", "start"], ignore_index=True))
    assert frame["start"].dtype == frame["end"].dtype == "datetime64[ns]"
    assert frame.attrs == {"sahelkit": {"datasets": {"leaders": "2026.3"}}}


@pytest.mark.parametrize(("iso3", "day", "leader"), [
    ("MLI", "2012-03-21", "Amadou Toumani Touré"),
    ("MLI", "2012-03-22", "Amadou Haya Sanogo"),
    ("NER", "2010-02-17", "Mamadou Tandja"),
    ("NER", "2010-02-18", "Salou Djibo"),
    ("NER", "2023-07-27", "Abdourahamane Tiani"),
    ("GIN", "2021-09-04", "Alpha Condé"),
    ("GIN", "2021-09-05", "Mamadi Doumbouya"),
    ("BFA", "2022-10-03", "Ibrahim Traoré"),
    ("CIV", "2011-01-15", "Laurent Gbagbo"),
    ("GMB", "2017-01-20", "Yahya Jammeh"),
    ("SEN", "1980-06-30", "Léopold Sédar Senghor"),
    ("NGA", "2023-04-30", "Muhammadu Buhari"),
    ("GAB", "2023-08-31", "Brice Oligui Nguema"),
])  # fmt: skip
def test_on_a_day(iso3, day, leader):
    assert load_leaders(countries=iso3, on=day)["leader"].tolist() == [leader]


def test_on_a_day_there_is_at_most_one_leader_per_state():
    for day in pd.date_range("1961-12-31", "2025-12-31", freq="YE"):
        frame = load_leaders(on=day)
        assert frame["iso3"].is_unique, day
    assert load_leaders(countries="LBR", on="1990-10-01").empty


def test_window_takes_spells_that_touch_it():
    assert load_leaders(countries="MLI", start="2012-04", end="2012-04")["leader"].tolist() == [
        "Amadou Haya Sanogo", "Dioncounda Traoré",
    ]  # fmt: skip
    assert load_leaders(countries="MLI", start=2023, end=2024)["leader"].tolist() == ["Assimi Goïta"]


def test_warnings_and_errors():
    with pytest.warns(CoverageWarning, match="leaders was last revised for 2026-02-10; open spells"):
        load_leaders(countries="BEN", on="2026-06-01")
    with pytest.warns(CoverageWarning, match="leaders covers 1950-01-01 to 2026-02-10"):
        load_leaders(countries="LBR", start=1944)
    with pytest.warns(CoverageWarning, match="it has no row for EGY"):
        assert load_leaders(countries="EGY").empty
    with pytest.raises(DateError, match="on='yesterday': not a date"):
        load_leaders(on="yesterday")
    with pytest.raises(UnknownNameError, match=r"unknown moment 'middle'. Known: end, start."):
        load_leader_months(at="middle")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_leaders(countries="study", start=1960, end=2025, on="2012-03-21")


def test_corrections_are_open_to_see():
    fixes = leader_corrections()
    assert len(fixes) == 53
    assert fixes[["note_en", "note_fr", "reason"]].notna().all().all()


def test_months_of_guinea_in_2021():
    frame = load_leader_months(countries="Guinea", start="2021-08", end="2021-10").set_index(["month"])
    assert frame["leader"].tolist() == ["Alpha Condé", "Mamadi Doumbouya", "Mamadi Doumbouya"]
    assert frame["reign_months_in_office"].tolist() == [128, 0, 1]
    assert frame["reign_entries"].tolist() == [0, 1, 0]
    assert frame["reign_military_career"].tolist() == [False, True, True]
    assert frame["reign_age"].tolist() == [83, 41, 41]
    started = load_leader_months(countries="Guinea", start="2021-08", end="2021-10", at="start")
    assert started["leader"].tolist() == ["Alpha Condé", "Alpha Condé", "Mamadi Doumbouya"]


def test_months_without_a_listed_leader_are_unknown():
    frame = load_leader_months(countries="Liberia", start="1990-08", end="1990-11")
    assert frame["leader"].fillna("nobody").tolist() == ["Samuel Doe", "nobody", "nobody", "Amos Sawyer"]
    assert frame["reign_months_in_office"].isna().tolist() == [False, True, True, False]
    assert frame["reign_military_career"].isna().tolist() == [False, True, True, False]


def test_every_month_of_every_state_once():
    frame = load_leader_months()
    assert not frame.duplicated(["iso3", "month"]).any()
    assert frame["iso3"].nunique() == 21
    # February 2026 ends after the list was last revised; its first day does not.
    assert frame["month"].max() == pd.Period("2026-01")
    assert load_leader_months(countries="MLI", at="start")["month"].max() == pd.Period("2026-02")
    # Nobody is listed on the last day: before a first leader, or between two.
    unknown = frame[frame["leader"].isna()]
    assert (unknown["iso3"] + " " + unknown["month"].astype(str)).tolist() == [
        "BFA 2014-10", "DZA 1992-06", "LBR 1990-09", "LBR 1990-10", "SEN 1960-04", "SEN 1960-05", "SEN 1960-06",
        "SEN 1960-07", "SLE 1992-04", "SLE 1998-02",
    ]  # fmt: skip
    assert frame["reign_entries"].sum() == (load_leaders()["start"] >= "1950-01-01").sum()


def test_leaders_at_keeps_the_index_and_order_of_its_units():
    units = pd.DataFrame(
        {"iso3": ["NER", "MLI", "NER"], "day": pd.to_datetime(["2023-07-26", "1968-11-18", "1950-01-01"])},
        index=["c", "a", "b"],
    )
    held = leaders_at(load_leaders(), units)
    assert held.index.tolist() == ["c", "a", "b"]
    assert held["leader"].fillna("").tolist() == ["Abdourahamane Tiani", "Modibo Keïta", ""]


def test_leaders_at_reads_days_like_the_rest():
    units = pd.DataFrame({"iso3": ["MLI", "LBR"], "day": ["2012-03-21", "1990-10-01"]})
    assert leaders_at(load_leaders(), units)["leader"].fillna("?").tolist() == ["Amadou Toumani Touré", "?"]
    for day in ("21/03/2012", None):
        with pytest.raises(DateError, match=r"in row 2 of 2 \(index 1, LBR\)"):
            leaders_at(load_leaders(), units.assign(day=["2012-03-21", day]))
