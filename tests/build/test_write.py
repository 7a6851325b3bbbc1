"""What build.py returns is checked against the record before a byte is written."""

from __future__ import annotations

import pandas as pd
import pytest

from sahelkit.build.write import table_bytes
from sahelkit.catalog import Field, Table
from sahelkit.errors import TableError
from sahelkit.tables.read import read_file


def _field(name, kind, **more):
    return Field(name=name, type=kind, label_en=name, label_fr=name, **more)


FIELDS = (
    _field("iso3", "string", required=True),
    _field("month", "yearmonth"),
    _field("day", "date"),
    _field("deaths", "integer"),
    _field("rate", "number"),
    _field("provisional", "boolean"),
    _field("kind", "string", enum=("a", "b")),
)


def _table(ending):
    return Table(file=f"toy.{ending}", key=("iso3", "month"), place="iso3", time="month", fields=FIELDS)


def _frame():
    return pd.DataFrame(
        {
            "kind": ["b", None, "a"],
            "iso3": ["NER", "MLI", "MLI"],
            "month": pd.PeriodIndex(["2012-03", "2012-04", "2012-03"], freq="M"),
            "day": pd.to_datetime(["2012-03-01", None, "2012-03-22"]),
            "deaths": pd.array([0, None, 153], dtype="Int64"),
            "rate": [0.1, float("nan"), 1e-7],
            "provisional": pd.array([True, None, False], dtype="boolean"),
        }
    )


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_round_trip_sorted_by_key(tmp_path, ending):
    table = _table(ending)
    path = tmp_path / table.file
    path.write_bytes(table_bytes(_frame(), table, dataset="toy"))
    back = read_file(path, table, where="toy")
    assert list(back.columns) == [item.name for item in FIELDS]
    assert back["iso3"].tolist() == ["MLI", "MLI", "NER"]
    assert back["deaths"].tolist() == [153, pd.NA, 0]
    assert back["rate"].tolist()[::2] == [1e-7, 0.1]
    assert back["provisional"].tolist() == [False, pd.NA, True]
    assert back["day"].dtype == "datetime64[ns]"
    assert str(back["month"].dtype) == "period[M]"
    assert back.loc[back["deaths"] == 0, "kind"].tolist() == ["b"]


@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_same_bytes_whatever_the_order_of_rows_and_columns(ending):
    table = _table(ending)
    frame = _frame()
    shuffled = frame.iloc[[2, 0, 1], ::-1]
    assert table_bytes(frame, table, dataset="toy") == table_bytes(shuffled, table, dataset="toy")


def test_csv_is_plain_text_with_unix_line_ends():
    body = table_bytes(_frame(), _table("csv"), dataset="toy")
    assert body.split(b"\n")[1] == b"MLI,2012-03,2012-03-22,153,1e-07,false,a"
    assert b"\r" not in body
    assert body.split(b"\n")[2] == b"MLI,2012-04,,,,,"


FAULTS = [
    (lambda f: f.drop(columns="rate"), r"differ in \['rate'\]"),
    (lambda f: f.assign(extra=1), r"differ in \['extra'\]"),
    (lambda f: f.assign(kind="c"), r"'kind' has values outside its enum: \['c'\]"),
    (lambda f: f.assign(iso3=[None, "MLI", "NER"]), "1 empty values in required 'iso3'"),
    (lambda f: f.assign(iso3="MLI", month=f["month"].iloc[0]), r"2 rows repeat a key, e.g. \['MLI'"),
    (lambda f: f.assign(iso3=["MAL", "MLI", "NER"]), r"'iso3' has codes that no state has: \['MAL'\]"),
    (lambda f: f.assign(deaths=["many", "1", "2"]), "'deaths' of toy.csv is not of type integer"),
]


@pytest.mark.parametrize(("damage", "message"), FAULTS)
def test_fault_is_named(damage, message):
    with pytest.raises(TableError, match=message):
        table_bytes(damage(_frame()), _table("csv"), dataset="toy", known_places={"MLI", "NER"})
