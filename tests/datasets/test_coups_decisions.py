"""What is decided by hand in the coups tables: wrong days, steps of a takeover, successes without a new ruler."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pandas as pd
import pytest

from sahelkit.build import Sources
from sahelkit.build.engine import _module
from sahelkit.catalog import locate, record
from sahelkit.errors import TableError
from sahelkit.tables.read import read_table

CODERS = ("pt", "cline", "csp", "colpus", "cam", "sahelkit")


@pytest.fixture(scope="module")
def coups() -> pd.DataFrame:
    return read_table("coups")


def hand_made(table: str) -> list[dict[str, str]]:
    with (Path(locate.datasets_dir()) / "coups" / table).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


RIGHT_DAYS = {
    "Ben Ali's fall": ("TUN-2011-01-14", "cline_date", "2019-01-14"),
    "Milošević's fall": ("YUG-2000-10-07", "cline_date", "1999-10-07"),
    "the end of Husák": ("CSK-1987-12-17", "cline_date", "1987-12-18"),
    "the arrest of Slánský": ("CSK-1951-11-24", "cline_date", "1951-11-20"),
    "the rising of Paraguay's navy": ("PRY-1947-04-26", "cline_date", "1947-04-30"),
    "the plot made public in Minsk": ("BLR-2021-04-17", "cline_date", "2021-07-05"),
    "the coup in Turkey": ("TUR-1980-09-12", "pt_date", "1980-09-10"),
    "the end of the band of three in Mali": ("MLI-1978-02-28", "pt_date", "1978-02-15"),
    "Sarit's coup": ("THA-1957-09-16", "csp_date", "1956-09-16"),
    "Rolón's coup": ("PRY-1949-01-30", "csp_date", "1948-12-30"),
    "the August putsch": ("RUS-1991-08-19", "pt_date", "1991-08-21"),
}


@pytest.mark.parametrize(("event", "column", "given"), RIGHT_DAYS.values(), ids=RIGHT_DAYS.keys())
def test_a_day_known_to_be_wrong_stays_in_the_coders_column_only(coups, event, column, given):
    row = coups.set_index("coup_id").loc[event]
    assert row["date"] == row["date_min"] == row["date_max"] == pd.Timestamp(event[4:])
    assert row[column] == pd.Timestamp(given)
    # Other coders had the events right that the Center for Systemic Peace puts elsewhere.
    assert column == "csp_date" or row["former_id"] == f"{event[:3]}-{given}"
    assert any(word in row["note_en"] for word in (str(pd.Timestamp(given).day), given[:4]))
    assert row["note_fr"]


def test_each_correction_of_a_day_has_two_pages(coups):
    for row in hand_made("hand_dates.csv"):
        assert row["source_1"].startswith("http"), row
        assert row["source_2"].startswith("http"), row
        assert row["source_1"] != row["source_2"], row


PAGES = {
    "hand_dates.csv": {"source_1": "seen_1", "source_2": "seen_2"},
    "hand_withdrawn.csv": {"source_1": "seen_1", "source_2": "seen_2"},
    "hand_links.csv": {"address": "seen"},
    "hand_rulers.csv": {"address": "seen"},
}


@pytest.mark.parametrize(("table", "columns"), PAGES.items(), ids=PAGES.keys())
def test_each_page_is_marked_with_what_was_read_of_it(table, columns):
    for row in hand_made(table):
        for page, seen in columns.items():
            undecided = row.get("decision") == "undecided"
            assert undecided == (row[page] == "" and row[seen] == "not_read"), row
            assert undecided or row[page].startswith("http"), row
            assert row[seen] in ("page_read", "copy_read", "in_part", "not_read"), row


def test_a_day_is_corrected_by_pages_that_were_read():
    for row in hand_made("hand_dates.csv"):
        assert "not_read" not in (row["seen_1"], row["seen_2"]), row


def test_steps_of_a_takeover_name_the_event_and_no_step(coups):
    steps = coups.dropna(subset=["part_of"]).set_index("coup_id")
    assert set(steps["part_of"]) <= set(coups["coup_id"]) - set(steps.index)
    assert (steps["part_of"].str[:3] == steps["iso3"]).all()
    assert (steps["n_listing"] == 1).all()
    assert steps["note_en"].notna().all()
    assert steps.loc[["TCD-1975-04-15", "TGO-1967-04-14", "SLE-1992-04-30-2"], "part_of"].tolist() == [
        *("TCD-1975-04-13", "TGO-1967-01-13", "SLE-1992-04-30")
    ]


def test_successes_without_a_new_ruler_are_marked(coups):
    mark = coups.set_index("coup_id")["ruler_change"]
    assert mark[["BFA-1974-02-08", "SDN-2021-10-25", "TUN-2021-07-25"]].tolist() == ["none"] * 3
    assert mark[["GAB-1964-02-17", "BFA-2015-09-16", "SDN-1971-07-19"]].tolist() == ["undone"] * 3
    assert mark[["GAB-1964-02-19", "BFA-2015-09-23", "SDN-1971-07-22"]].tolist() == ["restored"] * 3
    assert mark[["LBR-1990-09-09", "KOR-1980-05-17"]].tolist() == ["later"] * 2
    assert mark[["BRA-1945-10-29", "SYR-1949-03-30"]].tolist() == ["changed"] * 2
    assert mark[["MLI-2012-03-22", "GAB-2023-08-30", "CHL-1973-09-11"]].isna().all()
    marked = coups[coups["ruler_change"].notna()]
    assert (marked[[f"{p}_outcome" for p in CODERS]] == "success").any(axis=1).all()
    assert marked["note_en"].notna().all()
    assert "not_reviewed" not in set(marked["ruler_change"])


@pytest.mark.sources
def test_each_success_has_a_new_ruler_or_a_mark_and_a_remark(coups, sources_dir):
    # Counted anew, by the tidy table's own days.
    leaders = pd.read_csv(sources_dir / "leaders_2026.csv").query("smonth <= 12")
    days = {"year": leaders["syear"], "month": leaders["smonth"], "day": leaders["sdate"]}
    leaders["day"] = pd.to_datetime(pd.DataFrame(days))
    # South Yemen and South Vietnam have numbers of their own; the others have those of Gleditsch and Ward or of COW.
    by_code = leaders.groupby("ccode")["day"].apply(list).to_dict()
    cow = {"gwcode": [678, 260, 340, 345], "ccode": [679, 255, 345, 345]}
    other = dict(zip(cow["gwcode"], cow["ccode"], strict=True))
    for event in coups[coups["outcome"] == "success"].itertuples():
        known = [*by_code.get(event.gwcode, []), *by_code.get(other.get(event.gwcode), [])]
        if not any(abs((day - event.date).days) <= 60 for day in known):
            assert isinstance(event.ruler_change, str), event.coup_id
            assert isinstance(event.note_en, str), event.coup_id


UNDECIDED = {
    "a pair of near events": (
        "hand_links.csv",
        "TCD,pt,1975-04-13",
        r"1 pairs of events that may be one.*TCD 1975-04-13",
    ),
    "a success without a new ruler": ("hand_rulers.csv", "BFA,pt,1974-02-08", r"nothing is decided: BFA pt 1974-02-08"),
    "the year of a coder": (
        "hand_dates.csv",
        "TUN,cline,2019-01-14",
        r"nothing is decided: .*TUN cline 2019-01-14",
    ),
    "what a day was corrected for": (
        "hand_notes.csv",
        "PRY-1947-04-26",
        r"hand_notes.csv does not say so: PRY-1947-04-26",
    ),
}


@pytest.mark.sources
@pytest.mark.parametrize(("table", "row", "message"), UNDECIDED.values(), ids=UNDECIDED.keys())
def test_the_build_stops_where_nothing_is_decided(table, row, message, tmp_path, sources_dir, monkeypatch):
    monkeypatch.setenv("SAHELKIT_MIRRORS", str(sources_dir))
    here = shutil.copytree(Path(locate.datasets_dir()) / "coups", tmp_path / "coups")
    lines = (here / table).read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not line.startswith(row)]
    assert len(kept) == len(lines) - 1
    (here / table).write_text("".join(kept), encoding="utf-8")
    with pytest.raises(TableError, match=message):
        _module(record("coups")).build(Sources(here))


def test_cline_and_powell_thyne_tell_of_the_same_november_in_bangladesh(coups):
    by_id = coups[coups["coup_id"].str.startswith("BGD-1975-11")].set_index("coup_id")
    assert by_id.index.tolist() == ["BGD-1975-11-03", "BGD-1975-11-07"]
    assert by_id["pt_outcome"].tolist() == ["absent", "success"]
    assert by_id["cline_date"].tolist() == [pd.Timestamp("1975-11-07"), pd.Timestamp("1975-11-08")]
    assert by_id["csp_date"].tolist() == [pd.Timestamp("1975-11-07"), pd.Timestamp("1976-11-08")]
    assert by_id["former_id"].tolist()[1] == "BGD-1975-11-08"


@pytest.mark.sources
def test_the_build_stops_at_a_mark_of_a_page_that_it_does_not_know(tmp_path, sources_dir, monkeypatch):
    monkeypatch.setenv("SAHELKIT_MIRRORS", str(sources_dir))
    here = shutil.copytree(Path(locate.datasets_dir()) / "coups", tmp_path / "coups")
    text = (here / "hand_rulers.csv").read_text(encoding="utf-8")
    (here / "hand_rulers.csv").write_text(text.replace(",page_read", ",seen", 1), encoding="utf-8")
    with pytest.raises(TableError, match=r"hand_rulers.csv: 'seen' in seen is none of page_read, "):
        _module(record("coups")).build(Sources(here))
