"""From files as people have them to counts and to the table of what was refused. All rows are made up."""

from __future__ import annotations

import gzip
import warnings

import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import OptionError, RefusedRowsWarning
from sahelkit.frames import origin_of

HEADER = "event_id_cnty,event_date,event_type,iso,country,admin1,latitude,longitude,fatalities,notes"
ROWS = [
    "X1,01 January 2022,Battles,466,Mali,Ségou,13.43,-6.26,3,calm",
    'X2,28 December 2022,Riots,384,Côte d\'Ivoire,Abidjan,5.32,-4.02,0,"two\nlines, and a comma"',
    "X3,31 December 2022,Riots,466,Mali,Gao,16.27,-0.04,1,",
]
COUNTS = [["CIV", "Riots", 1, 0], ["MLI", "Battles", 1, 3], ["MLI", "Riots", 1, 1]]


def table_of(rows, separator=","):
    return "\n".join([HEADER, *rows]).replace(",", separator) + "\n"


def counts(source, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = sk.read_events(source, **options).tally(by=("iso3", "event_type"), zeros=False)
    return table[["iso3", "event_type", "events", "fatalities"]].to_numpy().tolist()


SEMICOLON = table_of(ROWS, ";").replace("lines; and", "lines, and")
FRENCH = SEMICOLON.replace("13.43", "13,43").replace("5.32", "5,32").replace("16.27", "16,27")
WAYS = {
    "mark": table_of(ROWS).encode("utf-8-sig"),
    "windows": table_of(ROWS).encode("cp1252"),
    "semicolons": FRENCH.encode(),
    "windows semicolons": FRENCH.encode("cp1252"),
    "title": ("Export\n\n" + table_of(ROWS)).encode(),
    "gz": gzip.compress(table_of(ROWS).encode()),
    "trailing empty column": table_of(ROWS)
    .replace(HEADER, HEADER + ",")
    .replace("calm", "calm,")
    .encode()
    .replace(b'comma"', b'comma",')
    .replace(b"-0.04,1,\n", b"-0.04,1,,\n"),
    "blanks around": table_of(ROWS).replace(",", ", ").replace(', "', ',"').encode(),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_counts_are_the_same_however_the_file_is_written(way, tmp_path):
    path = tmp_path / "export.csv"
    path.write_bytes(WAYS[way])
    assert counts(path, layout="acled") == COUNTS
    assert counts(path) == COUNTS


def test_three_bad_rows_among_many_are_three_and_name_file_row_column_and_value(tmp_path):
    good = [f"X{i},{i % 28 + 1:02d} March 2022,Riots,466,Mali,Gao,16.27,-0.04,1,calm" for i in range(5000)]
    rows = list(good)
    rows[10] = rows[10].replace("March", "Smarch")
    rows[2500] = rows[2500].replace(",466,Mali", ",999,Atlantis")
    rows[4999] = rows[4999].replace(",1,calm", ",some,calm")
    path = tmp_path / "export.csv"
    path.write_text(table_of(rows))
    events = sk.read_events(path, layout="acled")
    with pytest.warns(RefusedRowsWarning) as told:
        table = events.tally(by=("iso3", "year"))
    assert len(told) == 1
    assert table["events"].sum() in (4998, 0)  # 0: the year is not wholly covered
    found = events.refused()[["file", "row", "column", "value"]].to_numpy().tolist()
    assert found == [
        [str(path), 11, "event_date", "11 Smarch 2022"],
        [str(path), 2501, "iso", "999"],
        [str(path), 5000, "fatalities", "some"],
    ]


def test_a_time_counts_on_the_day_that_it_has_in_its_own_zone(tmp_path):
    path = tmp_path / "mixed.csv"
    path.write_text(
        "quand,pays\n2022-01-01T00:30:00+01:00,Mali\n2022-12-31T23:30:00-05:00,Mali\n2022-06-30 23:59:59Z,Mali\n"
        "2022-07-01,Mali\n"
    )
    table = sk.read_events(path, layout={"date": "quand", "country": "pays"}).tally(by=("iso3", "month"), values=None)
    busy = table[table["events"] > 0]
    assert busy["month"].astype(str).tolist() == ["2022-01", "2022-06", "2022-07", "2022-12"]


def test_versions_of_an_export_under_one_pattern_count_together(tmp_path):
    (tmp_path / "new.csv").write_text(table_of(ROWS))
    (tmp_path / "old.csv").write_text(
        "COUNTRY,EVENT_DATE,EVENT_TYPE,FATALITIES,EVENT_ID_CNTY\nNiger,18/04/2022,Riots,2,N1\n"
    )
    assert counts(str(tmp_path / "*.csv")) == [*COUNTS, ["NER", "Riots", 1, 2]]


def test_numbers_as_text_in_a_frame_and_codes_as_numbers():
    frame = pd.DataFrame(
        {
            "event_date": ["2022-01-01", "2022-12-31"],
            "event_type": "Riots",
            "iso": pd.Series([466.0, 466.0]),
            "fatalities": pd.Series(["1", 2], dtype=object),
        }
    )
    assert counts(frame, layout="acled") == [["MLI", "Riots", 2, 3]]
    assert counts(frame.assign(iso="466"), layout="acled") == [["MLI", "Riots", 2, 3]]
    assert counts(frame.assign(fatalities=[1.0, None]), layout="acled") == [["MLI", "Riots", 2, pd.NA]]


def test_a_header_alone_is_no_event_and_no_error(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(HEADER + "\n")
    assert counts(path, layout="acled") == []


def test_gdelt_files_are_counted_in_words_and_by_fips(tmp_path):
    def line(number, day, kind, state):
        fields = [""] * 61
        fields[0], fields[1], fields[3], fields[28], fields[29] = number, day, day[:4], kind, "4"
        fields[53], fields[56], fields[57], fields[59], fields[60] = (
            state,
            "12.6",
            "-8",
            f"{day}120000",
            "https://x.org",
        )
        return "\t".join(fields)

    # FIPS, where NI is Nigeria and NG is Niger; in ISO they are Nicaragua and Nigeria.
    lines = [line("1", "20220101", "14", "NI"), line("2", "20220704", "14", "NG"), line("3", "20221231", "19", "ML")]
    path = tmp_path / "20230101.export.CSV"
    path.write_text("\n".join(lines) + "\n")
    table = sk.read_events(path).tally(by=("iso3", "event_type"), values=None, zeros=False)
    assert table[["iso3", "event_type", "events"]].to_numpy().tolist() == [
        ["MLI", "fight", 1],
        ["NER", "protest", 1],
        ["NGA", "protest", 1],
    ]


def test_scad_counts_an_event_once_and_knows_its_unknown_deaths(tmp_path):
    path = tmp_path / "SCAD2018Africa_Final.csv"
    path.write_bytes(
        "eventid,ccode,countryname,startdate,enddate,etype,ndeath,elocal\n"
        "1,432,Mali,1-Jan-12,3-Jan-12,1,2,Ségou\n1,432,Mali,1-Jan-12,3-Jan-12,1,2,Gao\n"
        "2,432,Mali,31-Dec-12,31-Dec-12,8,-99,Gao\n".encode("latin-1")
    )
    table = sk.read_events(path).tally(by=("iso3", "event_type"), zeros=False)
    assert table[["event_type", "events", "fatalities"]].to_numpy().tolist() == [
        ["anti-government violence", 1, pd.NA],
        ["organized demonstration", 1, 2],
    ]
    assert table.attrs["sahelkit"]["events"]["scad"]["repeated"] == 1


def test_a_panel_with_counts_cites_and_signs_their_source(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(table_of(ROWS))
    events = sk.read_events(path, accessed="2026-11-30")
    frame = sk.panel("Mali", "2022-01", "2022-12").add_events(events).frame
    assert "[Data accessed 2026-11-30]" in sk.cite(frame, style="apa")
    assert "Raleigh" in sk.cite(frame)
    assert "ACLED (acleddata.com), 2026-11-30" in origin_of(frame)


def test_rows_of_acled_are_not_written_unless_asked_and_counts_are(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text(table_of(ROWS))
    events = sk.read_events(path)
    with pytest.raises(OptionError, match=r"raw_events=True"):
        sk.export(events.frame(), tmp_path / "rows.csv")
    assert not (tmp_path / "rows.csv").exists()
    sk.export(events.tally(by=("iso3", "year")), tmp_path / "counts.csv")
    beside = "".join(item.read_text(encoding="utf-8") for item in tmp_path.glob("counts*") if item.suffix != ".csv")
    assert "Raleigh" in beside
    assert "calm" not in beside
