"""load_elections: choice by country, window, type and status."""

from __future__ import annotations

import warnings

import pytest

from sahelkit.errors import CoverageWarning, DateError, UnknownNameError
from sahelkit.tables.elections import election_corrections, load_elections
from sahelkit.tables.events import load_events


def test_all_rows_in_order():
    frame = load_elections()
    assert len(frame) == 381
    assert frame["election_id"].is_unique
    assert frame.equals(frame.sort_values(["iso3", "date", "election_id"], ignore_index=True))
    assert frame["status"].value_counts().to_dict() == {
        "held": 326, "not_held": 24, "cancelled": 18, "postponed": 6, "annulled": 5, "scheduled": 2,
    }  # fmt: skip
    assert frame.attrs == {"sahelkit": {"datasets": {"elections": "2026.3"}}}


def test_choice_of_type_status_and_window():
    frame = load_elections(
        countries="focus", types="referendum", status=["held", "postponed"], start="2020-01-01", end="2025-12-31"
    )
    assert frame["election_id"].tolist() == [
        "GIN-2020-03-22-R1", "GIN-2025-09-21-R1", "MLI-2021-10-31-R1", "MLI-2023-06-18-R1",
    ]  # fmt: skip
    day = load_elections(countries="Niger", start="2009-08-04", end="2009-08-04")
    assert day["type"].tolist() == ["referendum"]
    assert load_elections(countries="CPV", status="held", types="legislative")["round"].eq(1).all()


def test_unknown_choices_list_what_exists():
    with pytest.raises(UnknownNameError, match=r"unknown type of election 'presidential'. Known: executive, leg"):
        load_elections(types="presidential")
    with pytest.raises(UnknownNameError, match=r"unknown status of election 'canceled'. Did you mean 'cancelled'"):
        load_elections(status="canceled")
    with pytest.raises(DateError, match="start='soon': not a date"):
        load_elections(start="soon")


def test_coverage():
    with pytest.warns(CoverageWarning, match="elections covers 1950-01-01 to 2025-12-31"):
        later = load_elections(start=2026)
    assert later["status"].tolist() == ["scheduled", "scheduled"]
    with pytest.warns(CoverageWarning, match="elections covers the study region only; it has no row for FRA"):
        assert load_elections(countries="FRA").empty
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_elections(countries="west_africa", start=1960, end=2025)


def test_corrections_are_open_to_see():
    fixes = election_corrections()
    assert len(fixes) == 36
    assert fixes[["old", "note_en", "note_fr"]].notna().sum().tolist() == [23, 36, 36]


def _as_events(**wanted):
    events = load_events(**wanted)
    # The chronology of the crisis has some of the votes too.
    return events[events["dataset"] != "crisis"]


def test_as_events_in_both_languages():
    wanted = {"countries": "GNB", "start": "2025-11-01", "end": "2025-11-30", "kinds": "election"}
    event = _as_events(**wanted).iloc[0]
    assert (event["event_id"], event["outcome"], event["dataset"]) == ("GNB-2025-11-23-E1", "annulled", "elections")
    assert event["description"].startswith("Election of the executive. Held, then annulled. The vote took place")
    french = _as_events(**wanted, lang="fr")["description"].iloc[0]
    assert french.startswith("Élection de l’exécutif. Tenu, puis annulé.")
    second = _as_events(countries="MLI", start="2013-08-11", end="2013-08-11", kinds="election")
    assert second["description"].tolist() == ["Election of the executive. Second round. Held"]
    entry = load_events(countries="MLI", start="2012-03-22", end="2012-03-22", kinds="leader_entry")
    assert entry["description"].tolist() == ["Takes power or office. Amadou Haya Sanogo"]
