"""Event files in a panel: zero where covered, unknown elsewhere, known when published, the source named."""

from __future__ import annotations

import pickle

import numpy as np
import pandas as pd
import pytest

from sahelkit import panel, read_events
from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.panels.realtime import real_time

ROWS = pd.DataFrame(
    {
        "event_date": ["2011-01-01", "2011-03-05", "2011-12-31", "2012-02-10", "2012-12-31"],
        "event_type": ["Battles", "Explosions/Remote violence", "Battles", "Battles", "Battles"],
        "country": ["Mali", "Mali", "Niger", "Niger", "Mali"],
        "fatalities": [1, 2, 3, 4, 5],
    }
)
EVENTS = read_events(ROWS, layout="acled")


def test_each_kind_has_a_column_of_counts_and_one_of_deaths():
    frame = panel(["Mali", "Senegal"], "2010-12", "2011-03").add_events(EVENTS).frame
    assert list(frame.columns[4:]) == [
        "acled_battles",
        "acled_fatalities_battles",
        "acled_explosions_remote_violence",
        "acled_fatalities_explosions_remote_violence",
    ]
    mali = frame[frame["iso3"] == "MLI"]
    assert mali["acled_battles"].tolist() == pytest.approx([np.nan, 1, 0, 0], nan_ok=True)
    assert mali["acled_fatalities_explosions_remote_violence"].tolist() == pytest.approx([np.nan, 0, 0, 2], nan_ok=True)
    assert frame.loc[frame["iso3"] == "SEN", "acled_battles"].isna().all()


def test_years_hold_the_sums_of_their_months():
    yearly = panel(["Mali", "Niger"], 2011, 2012, freq="Y").add_events(EVENTS, by=None).frame
    monthly = panel(["Mali", "Niger"], 2011, 2012).add_events(EVENTS, by=None).frame
    names = ["acled_events", "acled_fatalities"]
    sums = monthly.groupby(["iso3", monthly["period"].dt.year])[names].sum()
    assert yearly[names].to_numpy().tolist() == sums.to_numpy().tolist()


def test_no_count_is_known_before_its_period_was_published():
    mali = (
        panel("Mali", "2011-01", "2011-04").add_events(EVENTS, by=None, published="+10d").lag("acled_events", months=1)
    )
    assert mali.as_of("2011-04-09").frame["acled_events"].tolist() == pytest.approx([1, 0, np.nan, np.nan], nan_ok=True)
    assert mali.as_of("2011-04-10").frame["acled_events_lag1"].tolist() == pytest.approx([np.nan, 1, 0, 1], nan_ok=True)
    seen = real_time(mali)
    assert seen["acled_events"].isna().all()
    assert seen["acled_events_lag1"].isna().all()  # ten days late: on the first of a month the last one is unknown


def test_events_without_a_rule_of_publication_are_refused_under_as_of():
    own = read_events(ROWS, layout={"date": "event_date", "country": "country"})
    added = panel("Mali", "2011-01", "2011-04").add_events(own, by=None)
    assert added.columns == ("events",)
    with pytest.raises(OptionError, match=r"add_events\(events, published='\+30d'\)"):
        added.as_of("2012-01-01")


def test_the_frame_names_the_source_and_its_terms_and_holds_no_row():
    added = (
        panel("Mali", "2011-01", "2011-04")
        .add_events(EVENTS, by=None)
        .add_events(read_events(ROWS, layout={"date": "event_date", "country": "country"}, published="none"), by=None)
    )
    notes = added.frame.attrs["sahelkit"]["events"]
    assert set(notes) == {"acled", "own"}
    assert "terms" in notes["acled"]
    assert notes["acled"]["published"] == "+14d"
    assert b"Explosions" not in pickle.dumps(added)


def test_wrong_events_are_refused():
    one = panel("Mali", "2011-01", "2011-04")
    with pytest.raises(OptionError, match="read_events"):
        one.add_events(ROWS)
    with pytest.raises(UnknownNameError, match="event_type"):
        one.add_events(EVENTS, by="country")
    with pytest.raises(OptionError, match="publication rule"):
        one.add_events(EVENTS, published="soon")
