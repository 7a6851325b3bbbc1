"""Event files to counts: what is counted where, what is zero and what unknown, what is left out and said."""

from __future__ import annotations

import sys
import warnings
from importlib.util import find_spec

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sahelkit.errors import OptionError, RefusedRowsWarning, UnknownNameError
from sahelkit.events import read_events, read_polygons

ACLED = pd.DataFrame(
    {
        "event_id_cnty": [f"MLI{number}" for number in range(8)],
        "event_date": [
            *("01 January 2012", "2012-01-31", "22 March 2012", "1 May 2012", "31 May 2012", "30 June 2012"),
            *("15 March 2012", "16 March 2012"),
        ],
        "year": 2012,
        "time_precision": [1, 1, 2, 3, 1, 1, 1, 1],
        "event_type": ["Battles", "Riots", "Battles", "Battles", "Protests", "Riots", "Battles", "Riots"],
        "sub_event_type": "Other",
        "iso": [466, 466, 466, 466, 466, 466, 562, 562],
        "country": ["Mali"] * 6 + ["Niger"] * 2,
        "admin1": ["Gao", "Gao", "Kidal", "Kidal", "Gao", "Bamako", "Agadez", "Niamey"],
        "latitude": [16.3, 16.3, 18.4, 18.4, 16.3, 12.6, 17.0, 13.5],
        "longitude": [0.0, 0.0, 1.4, 1.4, 0.0, -8.0, 8.0, 2.1],
        "geo_precision": [1, 1, 1, 2, 3, 1, 1, 1],
        "fatalities": [5, 0, 2, 1, 0, 3, 4, 0],
    }
)
GED = pd.DataFrame(
    {
        "id": [1, 2, 3],
        "year": [2012, 2012, 2012],
        "type_of_violence": [1, 3, 1],
        "date_start": ["2012-01-01 00:00:00.000", "2012-01-31 00:00:00.000", "2012-04-30 00:00:00.000"],
        "date_end": ["2012-01-01 00:00:00.000", "2012-03-02 00:00:00.000", "2012-04-30 00:00:00.000"],
        "date_prec": [1, 4, 1],
        "where_prec": [1, 6, 1],
        "country_id": [432, 432, 432],
        "country": "Mali",
        "best": [10, 32, 1],
        "low": [8, 30, 1],
        "high": [12, 40, 1],
    }
)


def cells(table, *keys, value="events"):
    """Known values of a table by their keys."""
    known = table[table[value].notna()]
    return {tuple(map(str, row[:-1])): row[-1] for row in known[[*keys, value]].itertuples(index=False, name=None)}


def test_a_covered_month_without_an_event_is_zero_and_one_that_is_not_covered_unknown():
    table = read_events(ACLED, layout="acled").tally(("iso3", "month"), start="2011-12", end="2012-07")
    events = table.set_index(["iso3", "month"])["events"]
    assert events["MLI"].tolist() == [pd.NA, 2, 0, 1, 0, 2, 1, pd.NA]
    assert events["NER"].tolist() == [pd.NA, 0, 0, 2, 0, 0, 0, pd.NA]


def test_kinds_and_deaths_are_counted_by_place_and_month():
    table = read_events(ACLED, layout="acled").tally(countries="Mali")
    assert list(table.columns) == ["iso3", "month", "event_type", "events", "fatalities", "published"]
    assert len(table) == 6 * 3
    by_kind = table.groupby("event_type")[["events", "fatalities"]].sum()
    assert by_kind.to_dict("list") == {"events": [3, 1, 2], "fatalities": [8, 0, 3]}
    march = table[(table["month"] == "2012-03") & (table["event_type"] == "Battles")]
    assert march[["events", "fatalities"]].to_numpy().tolist() == [[1, 2]]
    assert march["published"].tolist() == [pd.Timestamp("2012-04-14")]


@pytest.mark.parametrize("unit", ["year", "month", "date"])
def test_each_unit_of_time_counts_the_same_events(unit):
    table = read_events(ACLED, layout="acled", coverage=(2012, 2012)).tally(unit, countries="Mali")
    assert table["events"].sum() == 6
    assert len(table) == {"year": 1, "month": 12, "date": 366}[unit]


def test_a_window_without_a_unit_of_time_is_kept_to_the_day():
    events = read_events(ACLED, layout="acled")
    table = events.tally("iso3", start="2012-01-02", end="2012-03-22")
    assert table[["iso3", "events"]].to_numpy().tolist() == [["MLI", 2], ["NER", 2]]
    assert events.tally("iso3", start="2012-03", end="2012-05")["events"].tolist() == [3, 2]


def test_a_place_that_the_file_does_not_have_is_unknown_unless_it_is_declared():
    events = read_events(ACLED, layout="acled")
    assert events.tally("iso3", countries=["MLI", "SEN"])["events"].tolist() == [6, pd.NA]
    declared = read_events(ACLED, layout="acled", coverage=(2012, 2012, ["MLI", "SEN"]))
    assert declared.tally("iso3", countries=["MLI", "SEN"])["events"].tolist() == [6, 0]


def test_without_zeros_only_what_happened_has_a_row():
    table = read_events(ACLED, layout="acled").tally(("iso3", "month", "event_type"), zeros=False)
    assert len(table) == 8
    assert (table["events"] == 1).all()


def test_regions_and_cells():
    events = read_events(ACLED, layout="acled")
    assert cells(events.tally(("iso3", "admin1"), zeros=False), "iso3", "admin1")["MLI", "Gao"] == 3
    cell = events.tally("cell", countries="Mali", zeros=False).set_index("cell")["events"]
    assert cell.to_dict() == {147945: 1, 153001: 3, 155883: 2}


def test_polygons_of_the_users_own():
    pytest.importorskip("shapely")
    events = read_events(ACLED, layout="acled")
    north = {"type": "Polygon", "coordinates": [[[-5, 15], [5, 15], [5, 20], [-5, 20], [-5, 15]]]}
    shape = {"type": "Feature", "properties": {"name": "North"}, "geometry": north}
    polygons = read_polygons({"type": "FeatureCollection", "features": [shape]})
    table = events.tally(("polygon", "month"), polygons=polygons, countries="Mali")
    assert table["events"].tolist() == [2, 0, 1, 0, 2, 0]
    assert table.attrs["sahelkit"]["events"]["acled"]["outside_polygons"] == 1


def test_the_order_of_by_is_that_of_columns_and_rows():
    table = read_events(ACLED, layout="acled").tally(("month", "event_type", "iso3"))
    assert list(table.columns[:3]) == ["month", "event_type", "iso3"]
    assert table[["month", "event_type", "iso3"]].apply(tuple, axis=1).is_monotonic_increasing


def test_an_unknown_number_of_deaths_leaves_the_sum_unknown_and_the_event_counted():
    rows = ACLED.assign(fatalities=[5, None, 2, 1, 0, 3, 4, 0])
    table = read_events(rows, layout="acled").tally(("iso3", "month"), countries="Mali")
    assert table["events"].tolist()[0] == 2
    assert table["fatalities"].tolist() == [pd.NA, 0, 2, 0, 1, 3]


@pytest.mark.parametrize(
    ("span", "expected"),
    [("first", [[2, 42], [0, 0], [0, 0], [1, 1]]), ("refuse", [[1, 10], [0, 0], [0, 0], [1, 1]])],
)
def test_events_that_span_months(span, expected):
    table = read_events(GED, layout="ged", span=span).tally(("iso3", "month"), values="fatalities")
    assert table[["events", "fatalities"]].to_numpy().tolist() == expected
    assert table.attrs["sahelkit"]["events"]["ged"].get("spanning", 0) == (span == "refuse")


def test_an_event_is_shared_out_by_days():
    table = read_events(GED, layout="ged", span="share").tally(
        ("iso3", "month"), values=["fatalities", "fatalities_low"]
    )
    assert np.allclose(table["fatalities"].astype(float), [10 + 1, 29, 2, 1])
    assert np.isclose(float(table["events"].sum()), 3)
    assert np.isclose(float(table["fatalities_low"].sum()), 39)


def test_imprecise_days_and_places_are_left_out_and_counted():
    events = read_events(ACLED, layout="acled", date_precision="day", place_precision="exact")
    table = events.tally("iso3", countries="Mali")
    assert table["events"].tolist() == [3]
    assert table.attrs["sahelkit"]["events"]["acled"]["imprecise"] == 3
    assert read_events(GED, layout="ged", date_precision="week").tally("iso3", values=None)["events"].tolist() == [2]


def test_numbers_of_kinds_are_words():
    table = read_events(GED, layout="ged").tally(("event_type",), values=("fatalities_low", "fatalities_high"))
    assert table.iloc[:, :-2].to_numpy().tolist() == [["one-sided", 1], ["state-based", 2]]
    assert table["fatalities_high"].tolist() == [40, 13]


def test_a_code_is_read_at_the_date_of_its_event():
    rows = pd.DataFrame({"tag": ["2006-06-04", "2006-06-05"], "ccode": 345})
    table = read_events(rows, layout={"date": "tag", "cow": "ccode"}).tally(("iso3", "month"), zeros=False)
    assert table["iso3"].tolist() == ["SRB", "YUG"]


def test_rows_that_cannot_be_read_are_told_once_and_listed():
    rows = pd.concat([ACLED.astype({"fatalities": object}), ACLED.tail(3)], ignore_index=True)
    rows.loc[8, "event_date"] = "31 February 2012"
    rows.loc[9, "iso"] = 999
    rows.loc[10, "fatalities"] = "many"
    rows["fatalities"] = rows["fatalities"].map(str)
    events = read_events(rows, layout="acled")
    with pytest.warns(RefusedRowsWarning, match=r"2 rows of frame are left out; type events\.refused\(\)"):
        table = events.tally("iso3")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        events.tally("iso3")
    assert table["events"].tolist() == [6, 3]
    assert table["fatalities"].tolist() == [11, pd.NA]
    told = events.refused()
    assert told[["row", "column", "value"]].to_numpy().tolist() == [
        [9, "event_date", "31 February 2012"],
        [10, "iso", "999"],
        [11, "fatalities", "many"],
    ]
    assert told["why"].tolist() == [
        "not a day such as '2012-03-22' or '22 March 2012'",
        "no code of the system 'iso_numeric' of a state since 1945",
        "not a number of deaths; the event counts, with this unknown",
    ]


def test_files_are_read_when_something_is_asked_and_not_before(tmp_path):
    path = tmp_path / "acled.parquet"
    ACLED.to_parquet(path)
    events = read_events(path, layout="acled")
    path.unlink()
    assert repr(events) == f"Events('acled', {path})"
    with pytest.raises(OptionError, match=r"acled\.parquet"):
        events.tally()


def test_rows_in_small():
    events = read_events(ACLED, layout="acled")
    rows = events.frame(countries="Niger")
    assert rows[["date", "iso3", "admin1", "event_type", "fatalities"]].to_numpy().tolist() == [
        [pd.Timestamp("2012-03-15"), "NER", "Agadez", "Battles", 4],
        [pd.Timestamp("2012-03-16"), "NER", "Niamey", "Riots", 0],
    ]
    assert rows["date_precision"].tolist() == ["day", "day"]
    assert rows["row"].tolist() == [7, 8]
    assert rows.attrs["sahelkit"]["events"]["acled"]["rows"]
    assert len(events.head(3)) == 3
    assert events.frame(start="2012-06")["event_id"].tolist() == ["MLI5"]


def test_notes_name_source_terms_and_coverage():
    note = read_events(ACLED, layout="acled").tally().attrs["sahelkit"]["events"]["acled"]
    assert "acleddata.com" in note["attribution"]
    assert note["coverage"].startswith("2012-01-01 to 2012-06-30")
    assert "terms" in note
    assert "MLI0" not in str(note)


@pytest.mark.parametrize(
    ("options", "error", "what"),
    [
        ({"by": "continent"}, UnknownNameError, "column of events"),
        ({"by": ("year", "month")}, OptionError, "two units of time"),
        ({"by": "polygon"}, OptionError, "read_polygons"),
        ({"values": "wounded"}, UnknownNameError, "fatalities"),
    ],
)
def test_wrong_questions_are_refused(options, error, what):
    with pytest.raises(error, match=what):
        read_events(ACLED, layout="acled").tally(**options)


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"span": "half"}, UnknownNameError),
        ({"published": "soon"}, OptionError),
        ({"coverage": 2012}, OptionError),
        ({"date_precision": "hour"}, UnknownNameError),
    ],
)
def test_wrong_rules_are_refused(options, error):
    with pytest.raises(error):
        read_events(ACLED, layout="acled", **options)


# --- where the data live --------------------------------------------------------------------------------------------

ASKED = {"by": ("iso3", "month", "event_type"), "start": "2012-01", "end": "2012-06"}


def kinds_of_source(tmp_path):
    table = pa.Table.from_pandas(ACLED)
    pq.write_table(table, tmp_path / "a.parquet")
    ACLED.to_csv(tmp_path / "a.csv", index=False)
    ACLED.to_csv(tmp_path / "a.csv.zip", index=False)
    yield from (str(tmp_path / name) for name in ("a.parquet", "a.csv", "a.csv.zip"))
    yield table
    if find_spec("duckdb") is not None:  # not among the oldest dependencies
        import duckdb

        yield duckdb.connect().from_arrow(table)


def test_every_source_gives_the_same_table(tmp_path):
    expected = read_events(ACLED, layout="acled").tally(**ASKED)
    for source in kinds_of_source(tmp_path):
        pd.testing.assert_frame_equal(read_events(source, layout="acled").tally(**ASKED), expected)


def test_without_polars_batches_give_the_same_table(tmp_path, monkeypatch):
    expected = read_events(ACLED, layout="acled").tally(**ASKED)
    sources = list(kinds_of_source(tmp_path))
    monkeypatch.setitem(sys.modules, "polars", None)
    for source in sources:
        events = read_events(source, layout="acled")
        pd.testing.assert_frame_equal(events.tally(**ASKED), expected)
        assert len(events.refused()) == 0


def test_files_under_one_pattern_are_one_source(tmp_path):
    ACLED.head(4).to_csv(tmp_path / "1.csv", index=False)
    ACLED.tail(4).to_parquet(tmp_path / "2.parquet")
    expected = read_events(ACLED, layout="acled").tally(**ASKED)
    events = read_events(str(tmp_path / "*"), layout="acled")
    pd.testing.assert_frame_equal(events.tally(**ASKED), expected)


@pytest.mark.parametrize("layout", ["ged", "acled"])
def test_dask_counts_where_its_partitions_lie(layout):
    dask = pytest.importorskip("dask.dataframe")
    rows = GED if layout == "ged" else ACLED
    asked = {"by": ("iso3", "month", "event_type")}
    expected = read_events(rows, layout=layout, span="share").tally(**asked)
    found = read_events(dask.from_pandas(rows, npartitions=2), layout=layout, span="share").tally(**asked)
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.slow
def test_a_cluster_counts_as_one_machine_does():
    dask = pytest.importorskip("dask.dataframe")
    distributed = pytest.importorskip("distributed")
    rows = pd.concat([ACLED] * 50, ignore_index=True)
    expected = read_events(rows, layout="acled").tally(**ASKED)
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
    ):
        events = read_events(dask.from_pandas(rows, npartitions=4), layout="acled")
        pd.testing.assert_frame_equal(events.tally(**ASKED), expected)
