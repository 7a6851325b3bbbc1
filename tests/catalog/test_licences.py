from __future__ import annotations

import dataclasses

import pandas as pd
import pytest

from sahelkit import licences
from sahelkit.catalog import Field, Record, record, records, sources
from sahelkit.catalog.licences import ADDRESSES, WITHIN_STUDY, broken_terms
from sahelkit.tables.read import read_table


def _with_field(item: Field, *, places: str = "world", references: tuple[str, ...] | None = None) -> Record:
    """The record of `borders` with one field of ours, as if its table covered `places`."""
    whole = record("borders")
    table = dataclasses.replace(whole.tables[0], fields=(*whole.tables[0].fields, item))
    return dataclasses.replace(
        whole,
        tables=(table,),
        coverage=dataclasses.replace(whole.coverage, places=places),
        references=whole.references if references is None else references,
    )


def _field(source: str, places: str = "") -> Field:
    return Field("mine", "number", "Mine", "Le mien", sources=(source,), places=places)


def test_no_bundled_table_breaks_the_terms_of_its_sources():
    assert broken_terms() == []


@pytest.mark.parametrize(
    ("item", "places", "references", "why"),
    [
        (_field("epr_2023"), "study", ("vogt_2015",), "source 'epr_2023' may not be passed on"),
        (
            _field("colpus_1_1"),
            "world",
            ("chin_carter_wright_2021",),
            "source 'colpus_1_1' may be passed on for the study region only, and the places are 'world'",
        ),
        (
            _field("colpus_1_1", "africa"),
            "study",
            ("chin_carter_wright_2021",),
            "source 'colpus_1_1' may be passed on for the study region only, and the places are 'africa'",
        ),
        (
            _field("powell_thyne_2026"),
            "world",
            ("stinnett_2002", "mayer_zignago_2011"),
            "source 'powell_thyne_2026' must be cited, and the record's references name none of powell_thyne_2011",
        ),
    ],
)
def test_a_record_that_breaks_the_terms_is_refused(item, places, references, why):
    others = ("stinnett_2002", "mayer_zignago_2011")
    broken = broken_terms([_with_field(item, places=places, references=(*others, *references))])
    assert broken == [f"borders/contiguity.csv 'mine': {why}"]


@pytest.mark.parametrize(
    ("item", "places"),
    [(_field("colpus_1_1"), "study"), (_field("colpus_1_1", "focus"), "world"), (_field("cline_2023"), "world")],
)
def test_a_record_within_the_terms_passes(item, places):
    cites = ("stinnett_2002", "mayer_zignago_2011", "chin_carter_wright_2021", "peyton_2023")
    assert broken_terms([_with_field(item, places=places, references=cites)]) == []


def test_sets_within_the_study_region_are_so():
    members = read_table("states", "sets").groupby("set")["iso3"].agg(set)
    for name in WITHIN_STUDY:
        assert members[name] <= members["study"], name
    assert not members["africa"] <= members["study"]


def _restricted_columns() -> list[tuple[str, str, str]]:
    """Columns whose sources may be shown for the study region only."""
    return [
        (name, table.name, item.name)
        for name, description in records().items()
        for table in description.tables
        for item in table.fields
        if item.sources and all(sources()[one].redistribute == "study-region-facts" for one in item.sources)
    ]


@pytest.mark.parametrize(("dataset", "table", "column"), _restricted_columns())
def test_restricted_columns_are_empty_outside_the_study_region(dataset, table, column):
    frame = read_table(dataset, table)
    sets = read_table("states", "sets")
    study = set(sets.loc[sets["set"] == "study", "iso3"])
    layout = record(dataset).table(table)
    place = layout.place or "iso3"
    elsewhere = frame.loc[~frame[place].isin(study), column].dropna()
    assert set(elsewhere.astype(str)) <= {"not_covered"}


def test_restricted_series_have_no_rows_outside_the_study_region():
    sets = read_table("states", "sets")
    study = set(sets.loc[sets["set"] == "study", "iso3"])
    for name, description in records().items():
        for table in description.tables:
            limited = {
                item.name
                for item in table.series
                if any(sources()[one].redistribute == "study-region-facts" for one in item.sources)
            }
            if limited:
                frame = read_table(name, table.name)
                outside = frame[frame["indicator"].isin(limited) & ~frame[table.place].isin(study)]
                assert outside.empty, (name, sorted(set(outside["indicator"])))


def test_licences_lists_code_datasets_and_sources():
    found = licences().set_index("name")
    assert isinstance(found, pd.DataFrame)
    assert set(found.index) == {"sahelkit", *records(), *sources()}
    assert found.loc["sahelkit", "licence"] == "MIT"
    assert "coups" in found.loc["cline_2023", "used_in"]
    assert found.loc[found["kind"] == "dataset", "licence"].isin(ADDRESSES).all()
    assert not found.isna().to_numpy().any()


def test_share_alike_data_stays_in_democracy():
    for name, description in records().items():
        upstream = {sources()[one].licence for one in description.sources}
        expected = "CC-BY-SA-4.0" if name == "democracy" else "CC-BY-4.0"
        assert description.licence == expected, name
        assert name == "democracy" or "CC-BY-SA-4.0" not in upstream, name
