"""The same event in two files, and in several rows of one. All rows are made up."""

from __future__ import annotations

import gzip

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.events import native, repeats
from sahelkit.events.reading import open_source

HEADER = "event_id_cnty,event_date,event_type,iso,fatalities\n"
COLUMNS = ["event_id_cnty", "fatalities"]


@pytest.fixture(params=["polars", "pyarrow"], autouse=True)
def engine(request, monkeypatch):
    if request.param == "polars":
        pytest.importorskip("polars")
    else:
        real = native.find_spec
        for module in (native, repeats):
            monkeypatch.setattr(module, "find_spec", lambda name: None if name == "polars" else real(name))


def export(*rows):
    return HEADER + "".join(f"{number},2012-03-22,Riots,466,{deaths}\n" for number, deaths in rows)


def rows(source, columns=COLUMNS, *, numbered=False):
    frames = source.frames(columns, numbered=numbered)
    return [row for frame in frames for row in (frame.collect() if isinstance(frame, nw.LazyFrame) else frame).rows()]


@pytest.fixture
def three(tmp_path):
    """Exports that overlap, in three forms: B and C stand in two, D in all; a row without a number repeats none."""
    (tmp_path / "1.csv").write_text(export(("A", 1), ("B", 2), ("", 3), ("D", 4)))
    (tmp_path / "2.csv.gz").write_bytes(gzip.compress(export(("B", 20), ("C", 30), ("", 3), ("D", 40)).encode()))
    frame = pd.DataFrame({"event_id_cnty": ["D", "C", "E"], "event_date": "2012-03-22", "event_type": "Riots"})
    pq.write_table(pa.Table.from_pandas(frame.assign(iso=466, fatalities=["400", "300", "5"])), tmp_path / "3.parquet")
    return [tmp_path / name for name in ("1.csv", "2.csv.gz", "3.parquet")]


def test_exports_that_overlap_are_refused_with_the_rows_of_one(three):
    source = open_source(three, "acled")
    said = r"4 rows repeat events .*: row 1 of '.*2.csv.gz' has the number of row 2 of '.*1.csv'. Type repeats='first'"
    with pytest.raises(OptionError, match=said):
        rows(source)
    with pytest.raises(OptionError, match=said):  # and again
        rows(source)


def test_each_event_counts_once_as_the_first_file_has_it(three):
    source = open_source(three, "acled", repeats="first")
    found = sorted(rows(source), key=str)
    assert found == sorted(
        [("A", "1"), ("B", "2"), (None, "3"), ("D", "4"), ("C", "30"), (None, "3"), ("E", "5")], key=str
    )
    assert source.note()["repeated"] == 4
    numbers = {(row[0], row[-1]) for row in rows(source, numbered=True) if row[0] in ("C", "E")}
    assert numbers == {("C", 2), ("E", 3)}  # the rows of the files, not of what is left


def test_all_rows_can_be_kept_and_one_file_is_not_looked_through(three):
    assert len(rows(open_source(three, "acled", repeats="keep"))) == 11
    three[0].write_text(export(("A", 1), ("A", 1)))
    assert len(rows(open_source(three[0], "acled"))) == 2
    with pytest.raises(UnknownNameError, match="unknown treatment of repeated events 'drop'"):
        open_source(three[0], "acled", repeats="drop")


def test_files_without_a_repetition_pass_and_say_nothing(three):
    three[1].write_bytes(gzip.compress(export(("F", 1)).encode()))
    source = open_source(three[:2], "acled")
    assert len(rows(source)) == 5
    assert "repeated" not in source.note()


@pytest.mark.parametrize("kind", ["csv", "pandas"])
def test_an_event_of_scad_with_two_places_counts_once(kind, tmp_path):
    frame = pd.DataFrame(
        {"eventid": [1, 1, 2], "startdate": "22-Mar-12", "etype": 1, "ccode": 432, "elocal": ["Gao", "Kidal", "Gao"]}
    )
    given = frame
    if kind == "csv":
        given = tmp_path / "scad.csv"
        frame.to_csv(given, index=False)
    source = open_source(given, "scad")
    assert [place for (place,) in rows(source, ["elocal"])] == ["Gao", "Gao"]
    assert [row[-1] for row in rows(source, ["elocal"], numbered=True)] == [1, 3]
    assert source.note()["repeated"] == 1
    assert len(rows(open_source(given, "scad", repeats="keep"), ["elocal"])) == 3


def test_positions_are_those_of_a_plain_search(tmp_path):
    rng = np.random.default_rng(5)
    paths, numbers = [], []
    for name in range(4):
        drawn = rng.integers(0, 60, 50)
        numbers += drawn.tolist()
        paths.append(tmp_path / f"{name}.csv")
        paths[-1].write_text(export(*((f"X{number}", name) for number in drawn)))
    source = open_source(paths, "acled", repeats="first")
    kept = list(dict.fromkeys(f"X{number}" for number in numbers))
    assert [number for number, _ in rows(source)] == kept
    assert source.note()["repeated"] == 200 - len(kept)
