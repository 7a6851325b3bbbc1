"""Loader of the chronology: windows, types, actors, and its place among all events."""

from __future__ import annotations

import warnings

import pytest

import sahelkit as sk
from sahelkit.errors import CoverageWarning, DateError, UnknownNameError


def test_the_days_after_the_coup():
    events = sk.load_crisis(countries="MLI", types="territorial_capture", start="2012-03-22", end="2012-04-01")
    assert events["place_fr"].tolist() == ["Anéfis", "Kidal", "Gao", "Tombouctou"]
    assert events["date"].is_monotonic_increasing


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
    types, actors = sk.crisis_types(), sk.crisis_actors()
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
