"""The democracy tables: versions apart, the right state in each row, nothing that is no state, nothing invented."""

from __future__ import annotations

from runpy import run_path

import pandas as pd
import pytest

from sahelkit.build.dating import check_dating
from sahelkit.catalog import record
from sahelkit.errors import TableError
from sahelkit.tables.read import read_table

FRAME = read_table("democracy")
EPISODES = read_table("democracy", "episodes")
RECORD = record("democracy")
INDICES = [
    f"vdem_{name}"
    for name in (
        "polyarchy",
        "liberal",
        "participatory",
        "deliberative",
        "egalitarian",
        "additive_polyarchy",
        "multiplicative_polyarchy",
    )
]


@pytest.mark.parametrize("index", INDICES)
def test_intervals_hold_the_estimate(index):
    rows = FRAME[[f"{index}_low", index, f"{index}_high"]].dropna()
    assert len(rows) > 18_900
    assert (rows.min().min(), rows.max().max()) >= (0, 0)
    assert rows.to_numpy().max() <= 1
    assert ((rows[f"{index}_low"] <= rows[index]) & (rows[index] <= rows[f"{index}_high"])).all()


def test_each_column_comes_from_one_file_and_one_version():
    prefixes = {"vdem_": {"vdem_v15_core", "ert_v15"}, "ert_": {"ert_v15"}, "vdem12_": {"vdem_v12_detail"}}
    for table in RECORD.tables:
        for field in table.fields:
            for prefix, allowed in {**prefixes, "owid_": {"owid_regime"}}.items():
                if field.name.startswith(prefix):
                    assert len(field.sources) == 1
                    assert set(field.sources) <= allowed, field.name


def test_versions_differ_so_that_mixing_them_would_show():
    both = FRAME[["vdem_regime", "owid_regime"]].dropna()
    assert 0.96 < (both["vdem_regime"] == both["owid_regime"]).mean() < 0.98


@pytest.mark.parametrize(
    ("prefix", "first", "last"), [("vdem_", 1900, 2024), ("vdem12_", 1970, 2021), ("owid_", 1945, 2025)]
)
def test_coverage_is_what_the_record_says(prefix, first, last):
    columns = [name for name in FRAME.columns if name.startswith(prefix)]
    years = FRAME.loc[FRAME[columns].notna().any(axis=1), "year"]
    assert (years.min(), years.max()) == (first, last)
    for name in columns:
        field = RECORD.table().field(name)
        assert (field.first, field.last) == (str(first), str(last)), name


def test_what_is_no_state_is_left_out():
    assert not FRAME["iso3"].isin(["HKG", "PSE", "PSG", "PSB", "SML"]).any()
    assert FRAME["iso3"].notna().all()
    # V-Dem's CZE and SRB are Czechoslovakia and Yugoslavia before they are Czechia and Serbia.
    spans = FRAME[FRAME["vdem_polyarchy"].notna()].groupby("iso3")["year"].agg(["min", "max"])
    assert spans.loc[["CSK", "CZE", "YUG", "SRB"]].to_numpy().tolist() == [
        [1918, 1992], [1993, 2024], [1900, 2005], [2006, 2024],
    ]  # fmt: skip


def test_independence_follows_the_states_table():
    mali = FRAME[FRAME["iso3"] == "MLI"].set_index("year")["independent"]
    assert not mali.loc[:1959].any()
    assert mali.loc[1960:].all()
    states = read_table("states")
    for iso3 in ("DEU", "DZA", "ETH", "SSD", "VDR"):
        spells = states[states["iso3"] == iso3]
        for year, independent in FRAME.loc[FRAME["iso3"] == iso3, ["year", "independent"]].to_numpy().tolist():
            day = pd.Timestamp(year, 12, 31)
            held = (spells["start"] <= day) & (spells["end"].isna() | (spells["end"] >= day))
            assert held.any() == independent, (iso3, year)


def test_every_independent_focus_year_is_complete():
    focus = FRAME[FRAME["iso3"].isin(["MLI", "BFA", "GIN", "NER", "CIV"]) & FRAME["independent"]]
    assert (focus.groupby("iso3")["year"].max() == 2025).all()
    assert focus.loc[focus["year"] <= 2024, INDICES].notna().all().all()
    detail = [name for name in FRAME.columns if name.startswith("vdem12_")]
    assert focus.loc[focus["year"].between(1970, 2021), detail].notna().all().all()


def test_no_regime_is_borrowed_from_the_state_that_ruled():
    borrowed = FRAME["owid_regime"].notna() & ~FRAME["independent"] & FRAME["vdem_polyarchy"].isna()
    # Turkmenistan in 1990 is coded by V-Dem, but without an index.
    assert FRAME.loc[borrowed, ["iso3", "year"]].to_numpy().tolist() == [["TKM", 1990]]
    assert FRAME[(FRAME["iso3"] == "EST") & FRAME["owid_regime"].notna() & FRAME["year"].between(1945, 1989)].empty


def test_detail_keeps_the_direction_of_v_dem():
    # The file turns one corruption index round; corruption must be high where it is notorious and low in Denmark.
    by_state = FRAME[FRAME["year"] == 2012].set_index("iso3")["vdem12_corr"]
    assert by_state["DNK"] < 0.05 < 0.85 < by_state["GIN"]
    military = FRAME[FRAME["year"] == 2021].set_index("iso3")["vdem12_ex_military"]
    assert military[["MLI", "GIN"]].min() == 1.0
    assert military["SEN"] == 0.3


@pytest.mark.parametrize("kind", ["dem", "aut"])
def test_episodes_and_years_tell_the_same_story(kind):
    wanted = EPISODES[EPISODES["ert_kind"].str.startswith(kind)]
    years = {
        (row.iso3, year) for row in wanted.itertuples() for year in range(int(row.ert_start), int(row.ert_end) + 1)
    }
    flagged = FRAME.loc[FRAME[f"ert_{kind}_ep"].fillna(False), ["iso3", "year"]]
    assert set(flagged.itertuples(index=False, name=None)) == years


def test_episodes_of_the_focus_states():
    mali = EPISODES[(EPISODES["iso3"] == "MLI") & (EPISODES["ert_kind"] == "autocratization")]
    assert mali[["ert_start", "ert_end", "ert_outcome", "ert_ongoing"]].to_numpy().tolist() == [
        [1964, 1969, "regressed autocracy", False],
        [2007, 2013, "democratic breakdown", False],
        [2017, 2024, "regressed autocracy", True],
    ]


def test_hindsight_is_kept_from_as_of():
    layout = RECORD.table()
    for name in ("ert_dem_ep", "ert_aut_ep"):
        assert layout.field(name).published.text == "t+9-03-15"
    for field in RECORD.table("episodes").fields:
        if field.name.startswith("ert_"):
            assert field.published.text == "t+6-03-15"
    # By the time a year counts as published, nearly all episodes had reached the change that makes them one.
    polyarchy = FRAME.set_index(["iso3", "year"])["vdem_polyarchy"]
    reached = []
    for row in EPISODES.itertuples():
        before = polyarchy.get((row.iso3, row.ert_start - 1))
        path = [
            polyarchy.get((row.iso3, year)) for year in range(row.ert_start, min(row.ert_start + 9, row.ert_end + 1))
        ]
        reached.append(max(abs(value - before) for value in path) >= 0.0995 if before == before else None)
    settled = pd.Series(reached).dropna().astype(bool)
    assert settled.mean() > 0.95


@pytest.mark.sources
def test_the_file_repeats_a_ruling_state_and_we_do_not(sources_dir):
    # The defect that build.py corrects, so that a better file upstream is noticed.
    raw = pd.read_csv(sources_dir / "owid_regime.csv")
    estonia, russia = (raw[(raw["gwno"] == code) & raw["year"].between(1945, 1989)] for code in (366, 365))
    assert len(estonia) == 45
    assert estonia["regime"].tolist() == russia["regime"].tolist()


def test_an_index_in_another_year_stops_the_build():
    # The older edition of polyarchy is not in our table; the additive index stands in for it.
    frame = FRAME.set_index(["iso3", "year"]).copy()
    frame["lag0_v2x_polyarchy"] = frame["vdem_additive_polyarchy"]
    without = RECORD.details["dating"]["without"]
    checked = set()
    for name, copy, ours, theirs in run_path(str(RECORD.folder / "build.py"))["pairs"](frame, without):
        check_dating("democracy", name, copy, ours, theirs)
        with pytest.raises(TableError):
            check_dating("democracy", name, copy, ours.rename(columns=lambda year: year + 1), theirs)
        checked.add(name)
    details = {name for name in FRAME if name.startswith("vdem12_")}
    assert checked == {*INDICES, "vdem_regime", *(details - set(without))}
    assert set(without) < details


@pytest.mark.sources
def test_the_older_edition_is_read_and_not_given(sources_dir):
    detail = run_path(str(RECORD.folder / "build.py"))["_detail"](sources_dir / "vdem_v12_detail.rds")
    assert "lag0_v2x_polyarchy" in detail
    assert "lag0_v2x_polyarchy" not in FRAME
