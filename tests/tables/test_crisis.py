"""Loader of the chronology: windows, types, actors, and its place among all events."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import CoverageWarning, DateError, UnknownNameError


def test_the_days_after_the_coup():
    events = sk.load_crisis(countries="MLI", types="territorial_capture", start="2012-03-22", end="2012-04-01")
    # Douentza was lost on some day from 1 to 5 April.
    assert events["place_fr"].tolist() == ["Anéfis", "Kidal", "Gao", "Tombouctou", "Douentza"]
    assert events["date"].is_monotonic_increasing
    sure = sk.load_crisis(countries="MLI", types="territorial_capture", start="2012-03-22", end="2012-03-31")
    assert sure["place_fr"].tolist() == ["Anéfis", "Kidal", "Gao"]


@pytest.mark.parametrize("event_id", ["MLI-2012-025", "MLI-2013-024"])
def test_an_event_belongs_to_every_window_that_it_may_touch_and_to_no_other(event_id):
    row = sk.load_crisis().set_index("event_id").loc[event_id]
    stated = row["date_precision"] == "day"
    first, last = (row["date"], row["date"]) if stated else (row["date_min"], row["date_max"])
    last = max(last, row["end"]) if row["end"] == row["end"] else last
    day = pd.Timedelta(days=1)
    for at, inside in ((first - day, False), (first, True), (last, True), (last + day, False)):
        assert (event_id in set(sk.load_crisis(start=at, end=at)["event_id"])) == inside, at


@pytest.mark.parametrize("precision", ["day", "month", "day_unverified"])
def test_windows_by_every_precision(precision):
    frame = sk.load_crisis()
    some = frame[(frame["date_precision"] == precision) & frame["end"].isna()]
    assert len(some)
    for row in some.head(6).itertuples():
        first, last = (row.date, row.date) if precision == "day" else (row.date_min, row.date_max)
        for at in (first, last):
            assert row.event_id in set(sk.load_crisis(start=at, end=at)["event_id"])
        assert row.event_id not in set(sk.load_crisis(end=first - pd.Timedelta(days=1))["event_id"])
        assert row.event_id not in set(sk.load_crisis(start=last + pd.Timedelta(days=1))["event_id"])


def test_an_event_that_lasts_belongs_to_every_window_it_touches():
    embargo = sk.load_crisis(types="international_act", start="2012-04-05", end="2012-04-05", countries="Mali")
    assert embargo["event_id"].tolist() == ["MLI-2012-030"]


def test_actors_are_whole_codes():
    with_au = sk.load_crisis(actors="au")
    assert set(with_au["event_id"]) == {"MLI-2012-021", "MLI-2012-059"}
    both = sk.load_crisis(actors=["mujao", "serval"], countries="Mali", start=2012, end=2013)
    assert both["actors"].map(lambda codes: bool({"mujao", "serval"} & set(codes.split(";")))).all()
    assert len(both) > 10


def test_codes_are_documented_in_both_languages():
    types, actors = sk.tables.crisis_types(), sk.tables.crisis_actors()
    assert set(types["event_type"]) == set(sk.load_crisis()["event_type"])
    assert types.notna().all(axis=None)
    assert actors.notna().all(axis=None)


def test_all_events_know_the_chronology():
    events = sk.load_events(countries="Mali", start="2012-03-22", end="2012-03-22", lang="fr")
    ours = events[events["dataset"] == "crisis"].iloc[0]
    assert ours[["kind", "outcome", "date_precision"]].tolist() == ["coup_attempt", "success", "day"]
    assert "Sanogo" in ours["description"]
    unsure = sk.load_events(kinds="territorial_capture", countries="Mali", start="2012-04-05", end="2012-04-05")
    assert unsure["date_precision"].tolist() == ["month"]


def test_nothing_found_is_an_empty_frame_and_outside_coverage_warns():
    assert sk.load_crisis(countries="Cabo Verde").empty
    with pytest.warns(CoverageWarning, match="crisis covers 2007-01-01 to 2026-01-31"):
        assert sk.load_crisis(start="2006", end="2006-12").empty
    with pytest.warns(CoverageWarning, match="it has no row for FRA"):
        sk.load_crisis(countries="France")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(sk.load_crisis(countries="study", start=2012, end=2013)) > 100


def test_errors_say_what_to_type():
    with pytest.raises(UnknownNameError, match=r"unknown type of event 'mutinies'\. Did you mean 'mutiny'"):
        sk.load_crisis(types="mutinies")
    with pytest.raises(UnknownNameError, match=r"unknown actor 'MNLA'\. Did you mean 'mnla'"):
        sk.load_crisis(actors=["MNLA"])
    with pytest.raises(DateError, match="end"):
        sk.load_crisis(start="2013", end="2012")
