"""No event is known before it has ended, nor before its source took it in; no number of deaths is negative."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk

TYPES = {"numbers": lambda frame: frame, "texts": lambda frame: frame.astype(str)}


def _seen(panel, day, column):
    return panel.as_of(day).frame[column].to_numpy(dtype=float, na_value=np.nan)


@pytest.mark.parametrize("given", TYPES.values(), ids=TYPES)
@pytest.mark.parametrize("added", ["20120915", "20120915093000"])
def test_an_event_is_known_when_its_source_took_it_in(given, added):
    rows = {"GLOBALEVENTID": [1, 2], "SQLDATE": [20120322, 20120323], "DATEADDED": [int(added), int(added[:8]) - 591]}
    frame = pd.DataFrame(rows | {"EventRootCode": ["19", "19"], "ActionGeo_CountryCode": ["ML", "ML"]})
    events = sk.read_events(given(frame), layout="gdelt", coverage=("2012-01", "2012-12"))
    assert events.frame()["published"].astype(str).tolist() == ["2012-09-16", "2012-03-25"]
    months = events.tally(by=("iso3", "month"), values=None, start="2012-02", end="2012-04")
    assert months["published"].astype(str).tolist() == ["2012-03-01", "2012-09-16", "2012-05-01"]
    panel = sk.panel("Mali", "2012-02", "2012-04").add_events(events, by=None)
    assert np.isnan(_seen(panel, "2012-09-15", "gdelt_events")).tolist() == [False, True, False]
    assert _seen(panel, "2012-09-16", "gdelt_events").tolist() == [0, 2, 0]


@pytest.mark.parametrize(("span", "deaths"), [("first", [103, 0, 0]), ("share", [11.95, 20.16, 21.55])])
def test_an_event_that_lasts_is_known_after_its_end(span, deaths):
    rows = {"id": [1, 2], "country_id": 432, "year": 2012, "date_start": ["2012-01-22", "2012-01-03"]}
    rows |= {"date_end": ["2012-06-10", "2012-01-03"], "best": [98, 5], "low": 0, "high": 100, "type_of_violence": 1}
    source = {"layout": "ged_candidate", "coverage": ("2011-01", "2012-12"), "span": span}
    events = sk.read_events(pd.DataFrame(rows), **source)
    panel = sk.panel("Mali", "2012-01", "2012-03").add_events(events, by=None, published="+10d")
    column = "ged_candidate_fatalities"
    assert np.isnan(_seen(panel, "2012-06-19", column)[0])
    assert _seen(panel, "2012-06-20", column) == pytest.approx(deaths, abs=0.01)
    if span == "first":  # months in which nothing began were quiet when they ended
        assert _seen(panel, "2012-04-10", column)[1:].tolist() == [0, 0]


def test_a_panel_says_which_events_fall_before_their_state():
    rows = {"event_date": ["2010-03-01", "2011-06-30", "2011-07-10", "2011-08-02"], "iso": [728, 728, 728, 729]}
    frame = pd.DataFrame(rows | {"event_type": "Battles", "fatalities": 1})
    events = sk.read_events(frame, layout="acled", coverage=("2010-01", "2011-12", ["SDN", "SSD"]))
    panel = sk.panel(["SDN", "SSD"], "2011-01", "2011-12").add_events(events, by=None)
    with pytest.warns(sk.CoverageWarning, match="before it began, as if it had always been one: 1 of SSD"):
        assert panel.frame.groupby("iso3")["acled_events"].sum().tolist() == [1, 1]


@pytest.mark.parametrize("given", TYPES.values(), ids=TYPES)
def test_deaths_below_zero_or_without_end_are_unknown_and_listed(given):
    rows = {"event_date": "2010-03-01", "iso": 430, "event_type": "Battles", "fatalities": [8.0, -5.0, np.inf]}
    events = sk.read_events(given(pd.DataFrame(rows)), layout="acled", coverage=("2010-03", "2010-03"))
    month = events.tally(by=("iso3", "month"))
    assert (month["events"].item(), month["fatalities"].isna().item()) == (3, True)
    assert events.refused()[["row", "column"]].to_numpy().tolist() == [[2, "fatalities"], [3, "fatalities"]]
