"""What no file can hold is refused with column, row, value and what to type; what is there is not lost."""

from __future__ import annotations

import errno
import os
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from formats_reading import ENDINGS

import sahelkit as sk
from sahelkit.errors import MissingExtraError, OptionError, OutputError, UnknownNameError
from sahelkit.formats import arrow

TWINS = pd.DataFrame([[1, 2]], columns=[1, "1"])
DAYS = pd.Series(np.array(["2012-03-22", "0050-01-01"], dtype="datetime64[s]"))


@pytest.mark.parametrize(
    ("ending", "values", "message"),
    [
        (".dta", [1.0, np.inf], "x=inf in row 2 of 2 (index 1): Stata has no infinite numbers. Type frame"),
        (".sav", [1.0, -np.inf], "x=-inf in row 2 of 2 (index 1): SPSS has no infinite numbers"),
        (".xlsx", [np.inf, 1.0], "x=inf in row 1 of 2 (index 0): Excel has no infinite numbers"),
        (".dta", [1, 2**60], f"x={2**60} in row 2 of 2 (index 1): Stata would round a whole number of this size. Type"),
        (".dta", DAYS, "the days of Stata go from 0100-01-01 to 9999-12-31. Type frame['x'] = frame['x'].dt.strftime"),
        (".sav", DAYS, "the days of SPSS go from 1582-10-15"),
        (".csv", [1, "a"], "x='a' in row 2 of 2 (index 1): no file holds such a value: it is a str, in a column"),
        (".csv", [["a"], None], "x=\"['a']\" in row 1 of 2 (index 0): no file holds such a value: it is a list"),
        (".csv", ["a\0", "b"], "it holds a sign that is no character"),
        (".parquet", pd.Series(["a", "\ud800"], dtype=object), "it holds a sign that is no character"),
        (".parquet", [10**30, 1], "has too many digits. Type frame['x'] = frame['x'].map(str)"),
        (".parquet", pd.to_timedelta(["1D", "2D"]), "Type frame['x'] = frame['x'].dt.total_seconds() / 86400"),
        (".parquet", pd.PeriodIndex(["2012Q1", "2012Q2"], freq="Q"), "Type frame['x'] = frame['x'].dt.to_timestamp()"),
        (".csv", [1 + 2j, 0], "no file holds a column of this type"),
        (".xlsx", ["a", "b" * 32_768], "in row 2 of 2 (index 1): a cell of Excel holds 32,767 characters"),
        (".xlsx", ["bell\x07", "b"], "Excel takes no control characters. Type frame['x'] = frame['x'].str.replace("),
        (".sav", ["a", "b" * 32_768], "a text of SPSS has at most 32,767 bytes, and this one 32,768"),
    ],
)  # fmt: skip
def test_a_value_without_a_place(ending, values, message, tmp_path):
    if ending not in ENDINGS:
        pytest.skip("its library is not installed")
    with pytest.raises(OptionError, match=re.escape(message)):
        sk.export(pd.DataFrame({"x": values}), tmp_path / f"x{ending}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        ({"path": "x.xls"}, UnknownNameError, "unknown kind of file '.xls'. Did you mean '.xlsx'?"),
        ({"path": "x"}, UnknownNameError, "unknown kind of file 'x'. Known: .csv, .dta"),
        ({"path": "nowhere/x.csv"}, OutputError, "there is no folder"),
        ({"path": "."}, OutputError, "it is a folder. Name a file in it"),
        ({"path": 3}, OptionError, "path=3: it is the name of a file. Type path='mali.dta'."),
        ({"path": ""}, OptionError, "path='': it is the name of a file"),
        ({"path": "x.csv", "lang": "de"}, UnknownNameError, "unknown language 'de'"),
        ({"path": "x.csv", "dialect": "excel"}, UnknownNameError, "unknown dialect 'excel'. Did you mean 'excel_fr'?"),
        ({"path": "x.dta", "dialect": "excel_fr"}, OptionError, "only a .csv file has one"),
        ({"path": "x.csv", "labels": {"y": "Y"}}, UnknownNameError, "unknown column 'y'"),
        ({"path": "x.csv", "labels": {"x": 1}}, OptionError, "a label is a text. Type labels={'x': 'What it is'}"),
        ({"path": "x.csv", "frame": {"x": [1]}}, OptionError, "frame=dict: export takes a frame"),
        (
            {"path": "x.csv", "frame": pd.DataFrame([[1, 2]], columns=[1, "1"])},
            OptionError,
            "two columns have this name",
        ),
    ],
)
def test_a_request_that_cannot_be_met(call, kind, message, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(kind, match=re.escape(message)):
        sk.export(**{"frame": pd.DataFrame({"x": [1]}), **call})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("taken", ["x.csv", "x_codebook.csv", "x.bib"])
def test_nothing_is_overwritten_unasked(taken, tmp_path):
    frame = pd.DataFrame({"x": [1]})
    (tmp_path / taken).write_text("mine")
    with pytest.raises(OutputError, match=f"{taken}: it is there already. Type overwrite=True"):
        sk.export(frame, tmp_path / "x.csv")
    assert [file.read_text() for file in tmp_path.iterdir()] == ["mine"]
    made = sk.export(frame, tmp_path / "x.csv", overwrite=True)
    assert all(file.read_text(encoding="utf-8") != "mine" for file in made.files)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_codebook_that_is_the_same_is_shared(tmp_path):
    frame = sk.load_coups(countries="Mali")
    for ending in ENDINGS:
        sk.export(frame, tmp_path / f"coups{ending}", lang="fr")
    assert len(list(tmp_path.iterdir())) == len(ENDINGS) + 2


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (errno.ENOSPC, "no space left on the disk. Free some space"),
        (errno.EACCES, "another program has the file open"),
        (errno.EROFS, "the folder is read-only"),
        (errno.EIO, "Input/output error"),
    ],
)
def test_a_disk_that_fails_leaves_the_old_file(code, message, tmp_path, monkeypatch):
    frame = pd.DataFrame({"x": [1]})
    sk.export(frame, tmp_path / "x.csv")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}

    def fails(path, table, *, dialect):
        Path(path).write_text("half of it")
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(arrow, "write_csv", fails)
    with pytest.raises(OutputError, match=re.escape(message)):
        sk.export(frame.assign(x=2), tmp_path / "x.csv", overwrite=True)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_a_folder_without_leave_to_write(tmp_path):
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    if os.access(folder, os.W_OK):
        pytest.skip("this user may write everywhere")
    with pytest.raises(OutputError, match="you may not write there"):
        sk.export(pd.DataFrame({"x": [1]}), folder / "x.csv")


@pytest.mark.parametrize(("ending", "library"), [(".sav", "pyreadstat"), (".xlsx", "XlsxWriter")])
def test_a_missing_library_is_named_with_what_to_type(ending, library, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, library.lower(), None)
    with pytest.raises(MissingExtraError, match=rf"needs {library}.*python -m pip install 'sahelkit\[export\]'"):
        sk.export(pd.DataFrame({"x": [1]}), tmp_path / f"x{ending}")
    assert list(tmp_path.iterdir()) == []


def test_more_rows_than_a_sheet_has(tmp_path):
    pytest.importorskip("xlsxwriter")
    with pytest.raises(OptionError, match=r"1,048,576 rows.*holds 1,048,575 rows.*Write .parquet or .csv"):
        sk.export(pd.DataFrame({"x": np.zeros(1_048_576)}), tmp_path / "x.xlsx")


ACLED = {"event_id_cnty": ["MLI1"], "event_date": ["2012-03-22"], "actor1": ["x"], "notes": ["y"]}
TERMS = {"terms": "ACLED terms of use", "attribution": "Source: ACLED, acleddata.com."}


@pytest.mark.parametrize("noted", [True, False])
def test_rows_of_acled_are_written_only_when_asked_for(noted, tmp_path):
    frame = pd.DataFrame(ACLED)
    if noted:
        frame = pd.DataFrame({"date": ["2012-03-22"], "fatalities": [1]})
        frame.attrs["sahelkit"] = {"events": {"acled": TERMS | {"rows": True}}}
    with pytest.raises(OptionError, match=r"single rows of an event file.*type raw_events=True"):
        sk.export(frame, tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []
    assert sk.export(frame, tmp_path / "x.csv", raw_events=True).rows == 1


def test_counts_of_acled_are_written_with_its_attribution(tmp_path):
    frame = pd.DataFrame({"iso3": ["MLI"], "events": [3]})
    frame.attrs["sahelkit"] = {"events": {"acled": TERMS}}
    made = sk.export(frame, tmp_path / "x.csv")
    assert "acled: ACLED terms of use Source: ACLED, acleddata.com." in made.licence
    assert set(pd.read_csv(made.codebook)["file_licence"]) == {made.licence}
    assert made.citation.read_text(encoding="utf-8").startswith("% Licence of the columns: ")


def test_counts_of_own_event_files_are_called_by_their_title_and_owe_nothing_to_ours(tmp_path):
    notes = {"acled": TERMS | {"title": "ACLED", "references": ["raleigh_2023"]}}
    tally = pd.DataFrame({"iso3": ["MLI"], "event_type": ["Riots"], "events": [3]})
    tally.attrs["sahelkit"] = {"events": notes}
    made = sk.export(tally, tmp_path / "tally.csv")
    cited = made.citation.read_text(encoding="utf-8")
    assert "raleigh_2023" in cited
    assert "sahelkit_crisis" not in cited  # it has a column of that name too
    assert made.licence.startswith("acled: ")
    panel = sk.panel("Mali", "2012-01", "2012-02").frame.assign(acled_riots=1.0, acled_riots_lag1=1.0)
    panel.attrs["sahelkit"]["events"] = notes
    book = pd.read_csv(sk.export(panel, tmp_path / "panel.csv").codebook).set_index("name")
    assert book.loc["acled_riots", ["label_en", "label_fr", "citation"]].tolist() == [
        "ACLED: riots",
        "ACLED\u00a0: riots",
        "raleigh_2023",
    ]
    assert book.loc["acled_riots_lag1", "label_en"] == "ACLED: riots [1 period earlier]"
