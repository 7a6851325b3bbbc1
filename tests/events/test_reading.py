"""Files as people have them. All rows are made up: none is a row of a source."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile

import narwhals.stable.v2 as nw
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sahelkit.errors import MissingColumnsError, MissingExtraError, OptionError
from sahelkit.events import native, reading
from sahelkit.events.reading import open_source

HEADER = "event_id_cnty,event_date,year,event_type,iso,country,latitude,longitude,fatalities,notes"
ROWS = 'XXX1,28 December 2022,2022,Battles,466,Mali,12.65,-8.0,3,"first line\nsecond, line"\n'
ROWS += "XXX2,29 December 2022,2022,Riots,384,Côte d'Ivoire,5.32,-4.02,0,calm\n"
PLAIN = f"{HEADER}\n{ROWS}"
COLUMNS = ["event_id_cnty", "event_date", "iso", "latitude", "fatalities"]
EXPECTED = [
    ("XXX1", "28 December 2022", "466", "12.65", "3"),
    ("XXX2", "29 December 2022", "384", "5.32", "0"),
]
MINE = {"date": "jour", "country": "pays", "fatalities": "morts"}


@pytest.fixture(params=["polars", "pyarrow"])
def engine(request, monkeypatch):
    """With polars and without."""
    if request.param == "polars":
        pytest.importorskip("polars")
    else:
        real = native.find_spec
        monkeypatch.setattr(native, "find_spec", lambda name: None if name == "polars" else real(name))
    return request.param


def rows(source, columns=COLUMNS, *, numbered=False):
    found = []
    with source.reading():
        for frame in source.frames(columns, numbered=numbered):
            found += (frame.collect() if isinstance(frame, nw.LazyFrame) else frame).rows()
    return found


def write(path, content, encoding="utf-8"):
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def zipped(content, **names):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr(names.get("name", "export.csv"), content)
        archive.writestr("readme.txt", "what this is")
    return sink.getvalue()


SEMICOLON = PLAIN.replace(",", ";").replace("12.65", "12,65").replace("5.32", "5,32").replace("d; l", "d, l")
WAYS = {
    "plain": PLAIN,
    "byte order mark": b"\xef\xbb\xbf" + PLAIN.encode(),
    "windows letters": PLAIN.encode("cp1252"),
    "utf-16": PLAIN.encode("utf-16"),
    "windows line ends": PLAIN.replace("\n", "\r\n"),
    "no last line end": PLAIN.rstrip("\n"),
    "semicolons and decimal commas": SEMICOLON,
    "tabs": PLAIN.replace(",", "\t").replace("second\t line", "second, line"),
    "capital letters and blanks": PLAIN.replace(HEADER, HEADER.upper().replace("_", " ")),
    "a title above the header": f"ACLED export of today\n\n{PLAIN}",
    "gzip": gzip.compress(PLAIN.encode()),
    "zip": zipped(PLAIN),
    "zip of windows letters": zipped(PLAIN.encode("cp1252")),
}


@pytest.mark.parametrize("way", WAYS)
def test_one_table_reads_the_same_however_it_is_written(way, engine, tmp_path):
    path = write(tmp_path / "export.csv", WAYS[way])
    source = open_source(path, "acled")
    assert rows(source) == EXPECTED
    name = f"{path}/export.csv" if way.startswith("zip") else str(path)
    numbered = [(name, 1), (name, 2)]
    assert [row[-2:] for row in rows(source, numbered=True)] == numbered


@pytest.mark.parametrize("way", ["plain", "windows letters", "semicolons and decimal commas"])
def test_quoted_line_breaks_and_letters_stay(way, engine, tmp_path):
    source = open_source(write(tmp_path / "a.csv", WAYS[way]), "acled")
    assert rows(source, ["notes", "country"]) == [("first line\nsecond, line", "Mali"), ("calm", "Côte d'Ivoire")]


def test_a_guessed_layout_and_a_guessed_encoding_are_told(tmp_path):
    path = write(tmp_path / "a.csv", PLAIN, "cp1252")
    assert open_source(path).notes == ("read as ACLED: layout='acled'", f"{path}: read as cp1252")
    assert open_source(write(path, PLAIN), "acled").notes == ()


def test_letters_of_windows_far_down_a_file_are_found(engine, tmp_path):
    line = "XXX,28 December 2022,2022,Battles,466,Mali,12.65,-8.0,3,calm\n"
    text = f"{HEADER}\n{line * 40_000}{line.replace('calm', 'été à Ségou')}{line * 10_000}"
    source = open_source(write(tmp_path / "a.csv", text, "cp1252"), "acled")
    if not source.notes:
        # Looked at in many places, one word may be missed: it is then an error, and never another word.
        with pytest.raises(OptionError, match=r"neither UTF-8 nor told by the samples. Save the file as UTF-8"):
            rows(source, ["notes"])
    else:
        assert [note for (note,) in rows(source, ["notes"]) if note != "calm"] == ["été à Ségou"]


def test_decimal_commas_are_mended_and_thousands_are_not(engine, tmp_path):
    text = "jour;pays;lat;morts\n2012-03-22;Mali;12,65;1,5\n2012-03-23;Mali;-8,125;1,500\n"
    layout = MINE | {"latitude": "lat"}
    source = open_source(write(tmp_path / "a.csv", text), layout)
    assert rows(source, ["lat", "morts"])[0] == ("12.65", "1.5")
    assert rows(source, ["morts"])[1] == ("1,500",)


def test_columns_that_are_empty_or_twice(engine, tmp_path):
    text = "jour,pays,,note,note,morts\n2012-03-22,Mali,,a,b,\n"
    source = open_source(write(tmp_path / "a.csv", text), MINE)
    assert source.columns == ("jour", "pays", "column 3", "note", "note (2)", "morts")
    assert rows(source, ["note", "note (2)", "morts", "column 3"]) == [("a", "b", None, None)]


def test_each_column_of_a_mapping_must_be_there(tmp_path):
    path = write(tmp_path / "a.csv", "Rapport\njour,pays,mort\n2012-03-22,Mali,3\n")
    with pytest.raises(MissingColumnsError, match=r"a.csv.*needs the column 'morts'.*Is 'mort' meant to be 'morts'\?"):
        open_source(path, MINE)


def test_a_header_without_rows_is_a_source_without_events(engine, tmp_path):
    source = open_source(write(tmp_path / "a.csv", f"{HEADER}\n"), "acled")
    assert rows(source) == []
    assert "a header and no row" in source.notes[0]


LOGIN = "<!DOCTYPE html>\n<html><body>Please sign in</body></html>"
BROKEN = {
    "empty": (b"", r"the file is empty: 0 bytes. Get the file again"),
    "blank": (b"\n \n", r"nothing but blanks"),
    "login page": (LOGIN, r"a web page, perhaps one that asks to sign in, and no table. Sign in"),
    "zipped login page": (gzip.compress(LOGIN.encode()), r"a web page"),
    "json": ('{"status": 200, "data": []}', r"it is JSON. Ask the source for CSV"),
    "pointer": ("version https://git-lfs.github.com/spec/v1\noid sha256:0", r"git lfs pull"),
    "picture": (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", r"no table of text"),
    "cut off": (PLAIN.rstrip("\n")[:-20], r"in the middle of a row, after 6 of 10 fields. The download was cut off"),
    "cut archive": (zipped(PLAIN)[:150], r"the archive is damaged"),
    "archive of a picture": (zipped("x", name="a.png"), r"no CSV file, but a.png"),
    "cut parquet": (b"PAR1 and no more", r"the Parquet file is damaged"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_table_is_refused_by_name(kind, tmp_path):
    content, said = BROKEN[kind]
    path = write(tmp_path / "export.csv", content)
    with pytest.raises(OptionError, match=said) as caught:
        open_source(path, "acled")
    assert "export.csv" in str(caught.value)


RAGGED = [
    (PLAIN.replace("calm", "calm, they said"), r"row 2 \(line 4\) has 11 fields, the header 10. Mend the row; a text"),
    (PLAIN.replace(",0,calm", ""), r"row 2 \(line 4\) has 8 fields, the header 10"),
]


@pytest.mark.parametrize(("text", "said"), RAGGED)
def test_rows_of_another_length_are_refused_with_their_number(text, said, engine, tmp_path):
    with pytest.raises(OptionError, match=rf"a.csv.*{said}"):
        open_source(write(tmp_path / "a.csv", text), "acled")
    # In an archive the row is found when it is read.
    path = write(tmp_path / "a.csv.gz", gzip.compress((text + text.partition("\n")[2] * 40_000).encode()))
    with pytest.raises(OptionError, match=rf"a.csv.gz.*{said}"):
        rows(open_source(path, "acled"))


def test_an_archive_that_breaks_off_is_refused(tmp_path):
    import random

    whole = f"{HEADER}\n" + "".join(
        f"X{random.Random(i).random()},28 December 2022,2022,Battles,466,Mali,12.65,-8.0,3,calm\n" for i in range(9000)
    )
    path = write(tmp_path / "a.csv.gz", gzip.compress(whole.encode())[:-2000])
    with pytest.raises(OptionError, match=r"a.csv.gz.*cannot be unpacked to its end"):
        rows(open_source(path, "acled"))


def test_two_columns_that_may_be_one_are_refused(tmp_path):
    path = write(tmp_path / "a.csv", "event_date,EVENT_DATE,event_type,iso\n2012-03-22,2012-03-23,Riots,466\n")
    with pytest.raises(OptionError, match=r"two columns may be 'event_date': 'event_date', 'EVENT_DATE'. Rename one"):
        open_source(path, "acled")
    path = write(tmp_path / "b.csv", "event_date,event_date,event_type,iso\n2012-03-22,2012-03-23,Riots,466\n")
    with pytest.raises(OptionError, match="two columns may be 'event_date'"):
        open_source(path, "acled")


def test_versions_and_orders_of_columns_under_one_pattern_are_aligned(engine, tmp_path):
    write(tmp_path / "1.csv", PLAIN)
    write(tmp_path / "2.csv", "FATALITIES,COUNTRY,EVENT_DATE,EVENT_TYPE\n7,Niger,18/04/2001,Riots\n")
    write(tmp_path / "3.csv", "\ufeffevent_date;country;event_type\n2003-01-02;Bénin;Riots\n")
    source = open_source(str(tmp_path / "*.csv"), "acled")
    found = sorted(rows(source, ["country", "event_date", "fatalities"], numbered=True))
    assert found == [
        ("Bénin", "2003-01-02", None, str(tmp_path / "3.csv"), 1),
        ("Côte d'Ivoire", "29 December 2022", "0", str(tmp_path / "1.csv"), 2),
        ("Mali", "28 December 2022", "3", str(tmp_path / "1.csv"), 1),
        ("Niger", "18/04/2001", "7", str(tmp_path / "2.csv"), 1),
    ]
    assert source.layout.places == (("country", "name"),)
    assert f"'fatalities' is unknown in {tmp_path / '3.csv'}" in source.notes


def test_files_that_cannot_stand_together_are_refused_by_name(tmp_path):
    write(tmp_path / "1.csv", PLAIN)
    write(tmp_path / "2.csv", "id,date_start,date_end,type_of_violence,country_id,best\n1,2012-01-01,,1,432,2")
    with pytest.raises(MissingColumnsError, match=r"2.csv.*It looks like UCDP GED"):
        open_source(str(tmp_path / "*.csv"))
    write(tmp_path / "2.csv", "event_date,event_type,iso3\n2012-01-01,Riots,MLI\n")
    write(tmp_path / "1.csv", "event_date,event_type,iso\n2012-01-01,Riots,466\n")
    with pytest.raises(OptionError, match=r"2.csv.*no column in common with .*1.csv' that says the state. Read"):
        open_source(str(tmp_path / "*.csv"))


def test_parquet_keeps_its_types_and_csv_beside_it_is_read_too(engine, tmp_path):
    frame = pd.DataFrame({"event_date": pd.to_datetime(["2012-03-22"]), "iso": [466], "event_type": ["Riots"]})
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), tmp_path / "a.parquet")
    write(tmp_path / "b.csv", "event_type,iso,event_date\nBattles,562,2013-01-01\n")
    source = open_source([tmp_path / "a.parquet", tmp_path / "b.csv"], "acled")
    found = {str(row[0]): row[1] for row in rows(source, ["iso", "event_type"])}
    assert found == {"466": "Riots", "562": "Battles"}
    assert not source.columnar
    assert open_source(tmp_path / "a.parquet").columnar


@pytest.mark.parametrize(("fields", "country"), [(58, 51), (61, 53)])
def test_gdelt_has_no_header(engine, fields, country, tmp_path):
    line = [""] * fields
    line[0], line[1], line[country], line[-1] = "410000001", "20120322", "ML", "https://example.org"
    lines = "\n".join(["\t".join(line)] * 2)
    path = write(tmp_path / "20120323.export.CSV.zip", zipped(lines, name="20120323.export.CSV"))
    for layout in ("gdelt", None):
        source = open_source(path, layout)
        assert source.layout.name == "gdelt"
        assert (
            rows(source, ["SQLDATE", "ActionGeo_CountryCode", "SOURCEURL"])
            == [("20120322", "ML", "https://example.org")] * 2
        )


def test_a_sheet_with_a_title_reads_as_its_cells_say(tmp_path):
    pytest.importorskip("openpyxl")
    pytest.importorskip("python_calamine")
    path = tmp_path / "mali.xlsx"
    table = [["Incidents", None, None], [None, None, None], ["jour", "pays", "morts"]]
    first, third = pd.Timestamp("2012-03-22"), pd.Timestamp("2012-03-24")
    table += [[first, "Mali", 3], ["2012-03-23", "Mali", "4"], [third, None, None]]
    with pd.ExcelWriter(path) as writer:
        pd.DataFrame([["notes"]]).to_excel(writer, sheet_name="read me", header=False, index=False)
        pd.DataFrame(table).to_excel(writer, sheet_name="data", header=False, index=False)
    found = rows(open_source(path, MINE), ["jour", "pays", "morts"], numbered=True)
    assert [(day[:10], *rest) for day, *rest in found] == [
        ("2012-03-22", "Mali", "3", str(path), 1),
        ("2012-03-23", "Mali", "4", str(path), 2),
        ("2012-03-24", None, None, str(path), 3),
    ]


def test_a_sheet_without_its_reader_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setattr(native, "find_spec", lambda name: None)
    path = write(tmp_path / "a.xls", b"\xd0\xcf\x11\xe0" + b"\x00" * 600)
    with pytest.raises(MissingExtraError, match=r"python-calamine.*pip install 'sahelkit\[events\]'"):
        open_source(path, "acled")


def test_paths_that_lead_nowhere(tmp_path):
    write(tmp_path / "acled_mali.csv", PLAIN)
    cases = {
        tmp_path / "acled_mal.csv": r"there is no such file. Did you mean .*acled_mali.csv'\?",
        tmp_path / "none" / "a.csv": r"There is no folder .*none' either",
        str(tmp_path / "*.parquet"): r"no file fits the pattern. The folder .* has acled_mali.csv",
        tmp_path: r"it is a folder. Type '.*\*.csv'",
        "https://example.org/a.csv": r"it is an address. Get the file first",
        (tmp_path / "acled_mali.csv", tmp_path / "acled_mali.csv"): r"the list has this file twice",
        3: r"source='int': neither a file nor a frame. Give a path",
    }
    for given, said in cases.items():
        with pytest.raises(OptionError, match=said):
            open_source(given, "acled")


def frames_of(kind):
    table = pd.DataFrame({"Jour": ["2012-03-22", "2012-03-23"], "pays": ["Mali", "Niger"], "morts": [3, 0]})
    if kind == "pandas":
        return table
    if kind == "pyarrow":
        return pa.Table.from_pandas(table)
    if kind == "duckdb":
        duckdb = pytest.importorskip("duckdb")
        return duckdb.from_df(table)
    if kind == "dask":
        dask = pytest.importorskip("dask.dataframe")
        return dask.from_pandas(table, npartitions=2)
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(table.to_dict("list"))
    return frame.lazy() if kind == "lazy" else frame


@pytest.mark.parametrize("kind", ["pandas", "pyarrow", "polars", "lazy", "duckdb", "dask"])
def test_frames_of_any_library(kind):
    source = open_source(frames_of(kind), {"date": "jour", "country": "pays", "fatalities": "morts"})
    assert source.columns == ("jour", "pays", "morts")
    assert sorted(rows(source, ["pays", "morts", "jour"])) == [("Mali", 3, "2012-03-22"), ("Niger", 0, "2012-03-23")]
    numbers = sorted(row[-1] if pd.notna(row[-1]) else 0 for row in rows(source, ["pays"], numbered=True))
    assert numbers == ([0, 0] if kind in ("lazy", "duckdb", "dask") else [1, 2])


def test_a_column_of_several_types_in_pandas_becomes_text(engine):
    frame = pd.DataFrame({"jour": ["2012-03-22", pd.Timestamp("2012-03-23", tz="Africa/Bamako")], "pays": "Mali"})
    frame["morts"] = pd.Series([3, "4"], dtype=object)
    found = rows(open_source(frame, MINE), ["jour", "morts"])
    assert [(day[:10], deaths) for day, deaths in found] == [("2012-03-22", "3"), ("2012-03-23", "4")]


def test_two_columns_of_one_name_in_a_frame():
    frame = pd.DataFrame([["2012-03-22", "Mali", "Niger"]], columns=["jour", "pays", "pays"])
    with pytest.raises(OptionError, match=r"'pays'.*two columns of the frame have this name"):
        open_source(frame, MINE)


def test_the_note_is_small_and_says_whom_to_cite(tmp_path):
    source = open_source(write(tmp_path / "a.csv", PLAIN), "acled", accessed="2026-11-30")
    note = source.note()
    assert note["references"] == ["raleigh_2023"]
    assert note["accessed"] == "2026-11-30"
    assert "do not allow" in note["terms"]
    assert "accessed" not in open_source(tmp_path / "a.csv").note()
    own = open_source(pd.DataFrame({"jour": [], "pays": [], "morts": []}), MINE | {"attribution": "Mine (2026)"}).note()
    assert own == {"title": "a file of your own", "files": 1, "attribution": "Mine (2026)"}


def test_nothing_heavy_is_imported_before_a_file_is_read():
    assert "sahelkit.events.reading" in sys.modules
    for name in ("polars", "pandas", "pyarrow"):
        assert not hasattr(reading, name)
