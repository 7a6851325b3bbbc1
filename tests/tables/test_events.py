"""load_events() reads every dataset that says how its rows read as events, and no other."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sahelkit.catalog import records
from sahelkit.catalog.records import read_record
from sahelkit.errors import CoverageWarning, DateError, RecordError, UnknownNameError, UnknownPlaceError
from sahelkit.tables import events as module
from sahelkit.tables.coups import load_coups
from sahelkit.tables.events import COLUMNS, load_events

RECORD = """
name = "strikes"
title_en = "Strikes"
title_fr = "Grèves"
description_en = "Strikes."
description_fr = "Grèves."
version = "1"
unit_of_observation = "strike"
licence = "CC-BY-4.0"
attribution = "test"
references = []
[coverage]
places = "world"
first = "2000-01-01"
last = "2010-12-31"
absent = "unknown"
[[tables]]
file = "strikes.csv"
key = ["iso3", "number"]
place = "iso3"
time = "begins"
fields = [
  {{ name = "iso3", type = "string", label_en = "x", label_fr = "x" }},
  {{ name = "number", type = "integer", label_en = "x", label_fr = "x" }},
  {{ name = "begins", type = "date", label_en = "x", label_fr = "x" }},
  {{ name = "won", type = "string", label_en = "x", label_fr = "x" }},
  {{ name = "remark", type = "string", label_en = "x", label_fr = "x" }},
]
{mapping}
"""
MAPPING = """
[[details.events]]
kind = { text = "strike" }
outcome = { column = "won", values = { yes = "success", no = "failure" } }
description_en = [{ column = "won", values = { yes = "A strike that won.", "" = "A strike" } }, "remark"]
description_fr = { text = "Une grève" }
"""
ROWS = pd.DataFrame(
    {
        "iso3": ["NER", "MLI", "MLI", "MLI"],
        "number": [1, 2, 3, 4],
        "begins": pd.to_datetime(["2005-05-01", "2004-02-03", None, "2005-05-01"]),
        "won": ["yes", None, "no", "no"],
        "remark": ["In Niamey", "At the port", "No day known", None],
    }
)


@pytest.fixture
def strikes(tmp_path, monkeypatch):
    """A function that makes a dataset of strikes, the only one there is, with the mapping given."""

    def make(mapping: str = MAPPING) -> Path:
        folder = tmp_path / "strikes"
        folder.mkdir()
        (folder / "record.toml").write_text(RECORD.format(mapping=mapping), encoding="utf-8")
        record = read_record(folder / "record.toml")
        monkeypatch.setattr(module, "records", lambda: {"strikes": record})
        monkeypatch.setattr(module, "read_table", lambda *names, **options: ROWS.copy())
        return folder

    return make


def test_each_coup_event_is_an_event():
    events = load_events(kinds=["coup_attempt", "coup_plot"])
    events = events[events["dataset"] == "coups"]
    coups = load_coups(rule="any", include_plots=True)
    assert sorted(events["event_id"]) == sorted(coups["coup_id"])
    plots = events["kind"] == "coup_plot"
    assert set(events.loc[plots, "event_id"]) == set(coups.loc[coups["kind"] == "plot", "coup_id"])
    assert events.loc[plots, "outcome"].isna().all()
    assert events.loc[~plots, "outcome"].isin(["success", "failure"]).all()
    assert events["description"].notna().all()


def test_columns_types_and_order():
    events = load_events()
    assert events.columns.tolist() == list(COLUMNS)
    assert str(events["date"].dtype) == "datetime64[ns]"
    assert events["date"].is_monotonic_increasing
    assert not events[["event_id", "date", "iso3", "kind", "dataset"]].isna().any(axis=None)
    assert not events.duplicated(["dataset", "event_id"]).any()


def test_every_dataset_that_names_events_is_there_and_no_other():
    named = {name for name, record in records().items() if "events" in record.details}
    assert "coups" in named
    events = load_events()
    assert set(events["dataset"]) == named
    assert set(events.attrs["sahelkit"]["datasets"]) == named


def test_descriptions_in_both_languages():
    options = {"kinds": "coup_attempt", "countries": "MLI", "start": "2012-03-22", "end": "2012-03-22"}
    for lang, begins in (("en", "Successful coup. Mutiny at Kati"), ("fr", "Coup d’État réussi. Mutinerie à Kati")):
        events = load_events(lang=lang, **options)
        text = events.loc[events["dataset"] == "coups", "description"].iloc[0]
        assert text.startswith(begins)


def test_a_dataset_joins_by_its_record_alone(strikes):
    strikes()
    events = load_events()
    assert events["event_id"].tolist() == ["MLI-2", "MLI-4", "NER-1"], "sorted by day; rows without a day left out"
    assert events["outcome"].fillna("-").tolist() == ["-", "failure", "success"]
    assert events["description"].tolist() == ["A strike. At the port", "no", "A strike that won. In Niamey"]
    assert set(events["date_precision"]) == {"day"}
    assert set(load_events(lang="fr")["description"]) == {"Une grève"}


def test_an_identifier_and_a_second_kind_of_row(strikes):
    second = """
[[details.events]]
event_id = "remark"
date_precision = { text = "month" }
kind = "won"
description_en = "remark"
description_fr = "remark"
"""
    strikes(MAPPING + second)
    events = load_events(countries="NER")
    assert events[["event_id", "kind", "date_precision"]].to_numpy().tolist() == [
        ["In Niamey", "yes", "month"],
        ["NER-1", "strike", "day"],
    ]


BAD_MAPPINGS = {
    "unknown key": ('kinds = "won"', r"unknown key 'kinds'"),
    "missing key": ('kind = "won"\ndescription_en = "remark"', r"'description_fr' is missing"),
    "unknown column": (
        'kind = "colour"\ndescription_en = "remark"\ndescription_fr = "remark"',
        r"strikes\.csv has no column 'colour'",
    ),
    "no date": (
        'date = "remark"\nkind = "won"\ndescription_en = "remark"\ndescription_fr = "remark"',
        r"'remark' of strikes\.csv is not a date",
    ),
    "nonsense": (
        'kind = { value = "won" }\ndescription_en = "remark"\ndescription_fr = "remark"',
        r"is neither a column, a text nor a column with values",
    ),
}


@pytest.mark.parametrize(("mapping", "message"), BAD_MAPPINGS.values(), ids=BAD_MAPPINGS.keys())
def test_a_wrong_mapping_names_the_record(strikes, mapping, message):
    folder = strikes(f"[[details.events]]\n{mapping}\n")
    with pytest.raises(RecordError, match=message) as caught:
        load_events()
    assert str(folder / "record.toml") in str(caught.value)


def test_a_mapping_that_is_no_list_is_refused(strikes):
    strikes('[details]\nevents = "all"\n')
    with pytest.raises(RecordError, match="must be a list of tables"):
        load_events()


BAD_OPTIONS = {
    "kind": ({"kinds": "coup_atempt"}, UnknownNameError, r"unknown kind of event 'coup_atempt'\. Did you mean"),
    "one of the kinds": ({"kinds": ["coup_plot", "x"]}, UnknownNameError, r"unknown kind of event 'x'"),
    "language": ({"lang": "de"}, UnknownNameError, r"unknown language 'de'\. Known: en, fr"),
    "country": ({"countries": "Atlantis"}, UnknownPlaceError, r"'Atlantis'"),
    "date": ({"start": "2013", "end": "2012"}, DateError, r"it lies before start='2013'"),
}


@pytest.mark.parametrize(("options", "error", "message"), BAD_OPTIONS.values(), ids=BAD_OPTIONS.keys())
def test_bad_input(options, error, message):
    with pytest.raises(error, match=message):
        load_events(**options)


def test_a_window_outside_all_datasets_warns_where_it_was_asked_for(strikes):
    strikes()
    with pytest.warns(CoverageWarning, match=r"load_events\(\) covers 2000-01-01 to 2010-12-31") as caught:
        assert len(load_events(end="2011")) == 3
    assert caught[0].filename == __file__
