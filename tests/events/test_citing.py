"""Frames made of a user's event files say whose work they are."""

from __future__ import annotations

import json

import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.catalog.references import reference
from sahelkit.events.layouts import LAYOUTS
from sahelkit.events.reading import open_source
from sahelkit.frames import origin_of

COLUMNS = {
    "acled": {"event_date": "2012-03-22", "event_type": "Riots", "iso": 466},
    "ged": {"date_start": "2012-03-22", "type_of_violence": 1, "country_id": 432},
    "gdelt": {"SQLDATE": "20120322", "EventRootCode": "14", "ActionGeo_CountryCode": "ML"},
    "scad": {"eventid": 1, "startdate": "22-Mar-12", "etype": 1, "ccode": 432},
}


def counted(layout, **options):
    note = open_source(pd.DataFrame([COLUMNS[layout]]), layout, **options).note()
    frame = pd.DataFrame({"iso3": ["MLI"], "month": ["2012-03"], "events": [1]})
    frame.attrs["sahelkit"] = {"datasets": {}, "events": {layout: note}}
    return frame


@pytest.mark.parametrize("layout", COLUMNS)
def test_the_works_behind_a_layout_are_cited(layout):
    text = sk.cite(counted(layout), style="apa")
    for key in LAYOUTS[layout].references:
        assert reference(key).title in text
    assert text.splitlines()[0].startswith("The sahelkit developers")
    keys = {
        line.partition("{")[2].rstrip(",") for line in sk.cite(counted(layout)).splitlines() if line.startswith("@")
    }
    assert set(LAYOUTS[layout].references) <= keys


def test_the_day_of_access_is_said_where_it_was_given():
    last = sk.cite(counted("acled", accessed="2026-11-30"), style="apa").splitlines()[-1]
    assert last.endswith("https://doi.org/10.1057/s41599-023-01559-4 [Data accessed 2026-11-30]")
    assert "accessed" not in sk.cite(counted("acled"), style="apa")


def test_the_source_line_holds_the_attribution_and_the_datasets():
    frame = counted("acled", accessed="2026-11-30")
    assert origin_of(frame) == "ACLED (acleddata.com), 2026-11-30"
    frame.attrs["sahelkit"]["datasets"] = {"states": "2026.2"}
    assert origin_of(frame) == "sahelkit states 2026.2; ACLED (acleddata.com), 2026-11-30"


def test_the_note_survives_json_and_stays_small():
    note = counted("acled", accessed="2026-11-30").attrs["sahelkit"]
    assert json.loads(json.dumps(note)) == note
    assert len(json.dumps(note)) < 600


def test_files_of_no_known_source_name_none():
    frame = counted("acled")
    frame.attrs["sahelkit"]["events"] = {"own": {"title": "a file of your own", "files": 1}}
    assert origin_of(frame) == ""
    assert "Raleigh" not in sk.cite(frame)
