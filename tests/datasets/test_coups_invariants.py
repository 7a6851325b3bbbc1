"""What must hold in the coups tables, whatever is corrected in them."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest

from sahelkit.build import run_build
from sahelkit.catalog import locate, record
from sahelkit.geography.places import members
from sahelkit.tables.coups import coup_coders, load_coups
from sahelkit.tables.read import read_table

CODERS = ("pt", "cline", "csp", "colpus", "cam", "sahelkit")
LISTED = ("success", "failure", "plot")
# Powell and Thyne, release of 13 January 2026: successes and failures.
FOCUS_POWELL_THYNE = {"MLI": (5, 3), "BFA": (9, 1), "GIN": (3, 3), "NER": (5, 3), "CIV": (1, 3)}
# Counted by hand in the coders' own files: successes, failures, plots.
FOCUS = {
    "cline": {"MLI": (5, 3, 5), "BFA": (11, 0, 4), "GIN": (2, 5, 2), "NER": (4, 3, 3), "CIV": (2, 3, 2)},
    "csp": {"MLI": (2, 4, 3), "BFA": (5, 0, 0), "GIN": (2, 5, 5), "NER": (3, 2, 3), "CIV": (1, 6, 1)},
    "colpus": {"MLI": (5, 1, 0), "BFA": (9, 1, 0), "GIN": (3, 2, 0), "NER": (4, 4, 0), "CIV": (2, 3, 0)},
    "cam": {"MLI": (3, 3, 0), "BFA": (5, 2, 0), "GIN": (2, 3, 0), "NER": (4, 2, 0), "CIV": (1, 3, 0)},
    "sahelkit": {"MLI": (2, 0, 4), "BFA": (2, 0, 7), "GIN": (1, 0, 0), "NER": (1, 1, 0), "CIV": (0, 0, 1)},
}
# Events that lie close together and are two.
REAL_PAIRS = {
    "Sierra Leone, March 1967": ("SLE-1967-03-21", "SLE-1967-03-23"),
    "Benin, November and December 1965": ("BEN-1965-11-29", "BEN-1965-12-22"),
    "Togo, October 1991": ("TGO-1991-10-01", "TGO-1991-10-07"),
    "Togo, November and December 1991": ("TGO-1991-11-28", "TGO-1991-12-03"),
    "Togo, December 1991": ("TGO-1991-12-03", "TGO-1991-12-15"),
    "Burkina Faso, September 2015": ("BFA-2015-09-16", "BFA-2015-09-23"),
    "Burkina Faso, January 2022": ("BFA-2022-01-08", "BFA-2022-01-24"),
    "Ethiopia, 3 February 1977": ("ETH-1977-02-03", "ETH-1977-02-03-2"),
    "Iran, August 1953": ("IRN-1953-08-15", "IRN-1953-08-19"),
    "Fiji, May 2000": ("FJI-2000-05-19", "FJI-2000-05-29"),
}
BEFORE_INDEPENDENCE = ["SDN-1955-08-18"]
# Attempts and plots of which the Center for Systemic Peace gives the month or the year only.
VAGUE = 64
# hand_withdrawn.csv takes back the verdict of this event.
WITHDRAWN = ["BRA-2022-12-29"]


@pytest.fixture(scope="module")
def coups() -> pd.DataFrame:
    return read_table("coups")


def verdicts(frame: pd.DataFrame, prefix: str) -> dict[str, int]:
    counts = frame[f"{prefix}_outcome"].value_counts()
    return {name: int(counts.get(name, 0)) for name in LISTED}


def tally(frame: pd.DataFrame, prefix: str) -> tuple[int, ...]:
    return tuple(verdicts(frame, prefix).values())


def test_published_totals_come_back(coups):
    assert verdicts(coups, "pt") == {"success": 248, "failure": 249, "plot": 0}
    assert verdicts(coups, "cline") == {"success": 441, "failure": 349, "plot": 191}
    assert verdicts(coups, "csp") == {"success": 224, "failure": 325, "plot": 141}
    assert len(load_coups(rule="powell_thyne")) == 497
    assert len(load_coups(rule="cline", include_plots=True)) == 981
    assert len(load_coups(rule="csp")) == 224 + 325
    every = {"success": 224, "failure": 325, "plot": 141, "alleged": 146}
    assert read_table("coups", "csp")["verdict"].value_counts().to_dict() == every


@pytest.mark.parametrize(("iso3", "expected"), FOCUS_POWELL_THYNE.items())
def test_focus_countries_in_powell_thyne(coups, iso3, expected):
    assert tally(coups[coups["iso3"] == iso3], "pt") == (*expected, 0)


@pytest.mark.parametrize("prefix", FOCUS)
def test_focus_countries_in_the_other_coders(coups, prefix):
    assert {iso3: tally(coups[coups["iso3"] == iso3], prefix) for iso3 in FOCUS[prefix]} == FOCUS[prefix]


def test_ids_are_country_and_day_and_unique(coups):
    assert coups["coup_id"].is_unique
    for precision, form, length in (("day", "%Y-%m-%d", 14), ("month", "%Y-%m", 11), ("year", "%Y", 8)):
        known = coups[coups["date_precision"] == precision]
        stem = known["coup_id"].str.replace(rf"^(.{{{length}}})-\d$", r"\1", regex=True)
        assert (stem == known["iso3"] + "-" + known["date"].dt.strftime(form)).all()
        assert not known.empty
    assert "MLI-2012-03-22" in set(coups["coup_id"])


def test_a_success_is_an_attempt_and_a_plot_has_no_outcome(coups):
    assert (coups.loc[coups["outcome"] == "success", "kind"] == "attempt").all()
    assert (coups["outcome"].isna() == (coups["kind"] == "plot")).all()
    attempted = coups[[f"{p}_outcome" for p in CODERS]].isin(["success", "failure"]).any(axis=1)
    assert coups.loc[attempted != (coups["kind"] == "attempt"), "coup_id"].tolist() == WITHDRAWN


def test_outcome_follows_the_majority_and_ties_follow_powell_thyne(coups):
    coups = coups[~coups["coup_id"].isin(WITHDRAWN)]
    lists = coups[[f"{p}_outcome" for p in CODERS]]
    wins, losses = (lists == "success").sum(axis=1), (lists == "failure").sum(axis=1)
    assert (coups.loc[wins > losses, "outcome"] == "success").all()
    assert (coups.loc[losses > wins, "outcome"] == "failure").all()
    tied = coups[(wins == losses) & (wins > 0)]
    assert len(tied) > 0
    by_pt = tied["pt_outcome"].isin(["success", "failure"])
    assert (tied["outcome"] == tied["pt_outcome"].where(by_pt, "failure")).all()
    assert 0 < by_pt.sum() < len(tied)


def test_every_event_lies_within_its_states_existence(coups):
    states = read_table("states")
    merged = coups.dropna(subset=["gwcode"]).merge(states[["gwcode", "iso3", "start", "end"]], on=["gwcode", "iso3"])
    inside = merged[(merged["start"] <= merged["date"]) & (merged["end"].isna() | (merged["date"] <= merged["end"]))]
    assert set(inside["coup_id"]) == set(coups.dropna(subset=["gwcode"])["coup_id"])
    assert coups.loc[coups["gwcode"].isna(), "coup_id"].tolist() == BEFORE_INDEPENDENCE
    assert set(coups["iso3"]) <= set(states["iso3"])


def test_no_guinea_is_taken_for_another(coups):
    names = coups.drop_duplicates("iso3").set_index("iso3")["country"]
    assert names[["GIN", "GNB", "GNQ", "PNG", "NER", "NGA"]].tolist() == [
        *("Guinea", "Guinea-Bissau", "Equatorial Guinea", "Papua New Guinea", "Niger", "Nigeria")
    ]


def hand_made(table: str) -> list[dict[str, str]]:
    with (Path(locate.datasets_dir()) / "coups" / table).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_dates_are_a_vote_of_the_coders(coups):
    corrected = sorted({f"{row['iso3']}-{row['date']}" for row in hand_made("hand_dates.csv")})
    given = coups[[f"{p}_date" for p in CODERS]]
    assert (coups["date_min"] <= coups["date"]).all()
    assert (coups["date"] <= coups["date_max"]).all()
    wrong = pd.concat(
        [given[c].notna() & ~given[c].between(coups["date_min"], coups["date_max"]) for c in given], axis=1
    )
    assert coups.loc[wrong.any(axis=1), "coup_id"].tolist() == corrected, "only hand_dates.csv moves a day"
    free = ~coups["coup_id"].isin(corrected) & (coups["date_precision"] == "day")
    votes = given.eq(coups["date"], axis=0).sum(axis=1)
    assert (votes[free] > 0).all()
    for prefix in CODERS:
        others = given.eq(given[f"{prefix}_date"], axis=0).sum(axis=1)
        assert (others <= votes)[free].all()
        earlier = (given[f"{prefix}_date"] < coups["date"]) & (others == votes)
        assert not earlier[free].any()


def test_days_on_which_coders_differ(coups):
    by_id = coups.set_index("coup_id")
    mali = by_id.loc["MLI-2021-05-24"]
    assert mali["pt_date"] == pd.Timestamp("2021-05-21")
    right = ["date", "date_min", "date_max", "cline_date", "colpus_date", "sahelkit_date"]
    assert set(mali[right]) == {pd.Timestamp("2021-05-24")}
    assert by_id.loc["GIN-2021-09-05", "cline_outcome"] == "absent"
    # Three coders give a later day than the one that has it right.
    gambia = by_id.loc["GMB-1994-07-22"]
    assert gambia[["date", "date_min", "date_max", "colpus_date"]].tolist() == [pd.Timestamp("1994-07-22")] * 4
    assert [day.day for day in gambia[["pt_date", "cline_date", "cam_date"]]] == [23, 24, 23]


def test_a_verdict_has_a_day_and_only_a_verdict_has(coups):
    for prefix in CODERS:
        listed = coups[f"{prefix}_outcome"].isin(LISTED)
        dated = coups[f"{prefix}_date"].notna()
        assert not (dated & ~listed).any()
        assert (listed & ~dated).sum() == {"csp": VAGUE}.get(prefix, 0)
    listed = coups[[f"{p}_outcome" for p in CODERS]].isin(LISTED).sum(axis=1)
    assert (coups["n_listing"] == listed).all()
    assert (listed >= 1).all()


def test_a_month_is_no_day(coups):
    vague = coups[coups["date_precision"] != "day"].set_index("coup_id")
    assert set(vague.loc[vague["csp_outcome"].isin(LISTED), "n_listing"]) == {1}
    assert vague.loc["NPL-1960-10", ["date", "date_min", "date_max"]].tolist() == [
        *(pd.Timestamp("1960-10-01"), pd.Timestamp("1960-10-01"), pd.Timestamp("1960-10-31"))
    ]
    assert vague.loc["CIV-1980", "date_max"] == pd.Timestamp("1980-12-31")
    # One report of a month goes with the event of that month, whose day others know.
    by_id = coups.set_index("coup_id")
    assert by_id.loc["AFG-1990-03-06", ["csp_outcome", "date_precision"]].tolist() == ["failure", "day"]
    assert pd.isna(by_id.loc["AFG-1990-03-06", "csp_date"])


def test_what_is_only_alleged_is_no_event(coups):
    listed = read_table("coups", "csp")
    alleged = listed[listed["verdict"] == "alleged"]
    others = coups.set_index("coup_id").loc[alleged["coup_id"].dropna()]
    assert 0 < len(others) < len(alleged)
    assert set(others["csp_outcome"]) == {"absent"}
    own = listed[listed["verdict"] != "alleged"]
    verdict = coups.set_index("coup_id").loc[own["coup_id"], "csp_outcome"]
    assert verdict.tolist() == own["verdict"].tolist()
    assert own["coup_id"].is_unique


def test_the_list_of_the_center_keeps_deaths_and_names(coups):
    listed = read_table("coups", "csp").set_index("report")
    assert (listed["deaths_low"].isna() == listed["deaths_high"].isna()).all()
    assert (listed["deaths_low"] <= listed["deaths_high"]).dropna().all()
    assert listed["deaths_low"].isna().sum() == 144
    mali = listed[listed["coup_id"] == "MLI-2012-03-22"].iloc[0]
    assert mali[["leaders", "verdict", "regime_change"]].tolist() == ["Capt. Amadou Haya Sanogo", "success", True]
    assert not listed["leaders"].str.contains("unspecified|others|accused", na=False).any()


def test_each_coder_has_a_word_on_each_event(coups):
    assert coups[[f"{p}_outcome" for p in CODERS]].notna().all(axis=None)


def test_absent_and_not_covered_follow_the_coders_coverage(coups):
    known = coups[coups["gwcode"].notna()]
    for coder in coup_coders().itertuples():
        inside = known["date"].between(coder.first, coder.last)
        if coder.places != "world":
            inside &= known["iso3"].isin(members(coder.places))
        verdict = known[f"{coder.prefix}_outcome"]
        # A coder's own day may lie on the other side of its first or last day than the event's.
        assert (verdict[~inside & ~verdict.isin(LISTED)] == "not_covered").all()
        assert "not_covered" not in set(verdict[inside])


def test_counts_and_agreement_can_be_worked_out_from_the_verdicts(coups):
    plots = coup_coders().set_index("prefix")["plots"]
    coups = coups[~coups["coup_id"].isin(WITHDRAWN)]
    is_plot = coups["kind"] == "plot"
    covering = sum((coups[f"{p}_outcome"] != "not_covered") & (~is_plot | bool(plots[p])) for p in CODERS)
    assert (coups["n_covering"] == covering).all()
    verdict = coups["outcome"].fillna("plot")
    agreeing = sum(coups[f"{p}_outcome"] == verdict for p in CODERS)
    assert (coups["agreement"] - agreeing / covering).abs().max() < 5e-5  # four decimals are kept
    assert coups["agreement"].between(0, 1).all()


def test_lists_that_may_not_be_passed_on_are_shown_for_the_study_region_only(coups):
    outside = coups[~coups["iso3"].isin(members("study"))]
    for prefix in ("colpus", "cam", "sahelkit"):
        assert set(outside[f"{prefix}_outcome"]) == {"not_covered"}
    links = [row for row in hand_made("hand_links.csv") if {"colpus", "cam"} & {row["source_1"], row["source_2"]}]
    for table in ("hand_dates.csv", "hand_rulers.csv", "hand_moved.csv", "hand_withdrawn.csv"):
        links += [row for row in hand_made(table) if row["source"] in ("colpus", "cam")]
    assert {row["iso3"] for row in links} <= set(members("study"))


@pytest.mark.parametrize(("first", "second"), REAL_PAIRS.values(), ids=REAL_PAIRS.keys())
def test_real_pairs_stay_apart(coups, first, second):
    assert {first, second} <= set(coups["coup_id"])


def test_events_that_a_hand_made_link_joins(coups):
    by_id = coups.set_index("coup_id")
    assert by_id.loc["MLI-1978-02-28", ["pt_outcome", "cline_outcome", "cam_outcome"]].tolist() == [
        "failure",
        "plot",
        "failure",
    ]
    assert by_id.loc["IRN-1953-08-19", ["pt_outcome", "cline_outcome"]].tolist() == ["success", "success"]
    assert by_id.loc["SDN-1964-10-30", ["colpus_outcome", "cline_outcome"]].tolist() == ["success", "success"]
    assert by_id.loc["SYR-1982-01-06", ["pt_outcome", "cline_outcome"]].tolist() == ["failure", "failure"]


def test_other_tables_link_to_coups_that_are_there(coups):
    known = set(coups.loc[coups["part_of"].isna(), "coup_id"])
    for name in ("crisis", "responses"):
        assert set(read_table(name)["coup_id"].dropna()) <= known


def test_our_verdicts_have_two_different_sources_and_notes_in_both_languages(coups):
    own = read_table("coups", "verdicts")
    assert own["source_1"].str.match(r"https?://").all()
    assert own["source_2"].str.match(r"https?://").all()
    site = own[["source_1", "source_2"]].apply(lambda column: column.str.extract(r"//([^/]+)")[0])
    assert (site["source_1"] != site["source_2"]).all()
    table = coups.set_index("coup_id").loc[own["coup_id"]]
    assert table["sahelkit_outcome"].tolist() == own["verdict"].tolist()
    listed = own[own["verdict"] != "absent"]
    assert listed["iso3"].isin(members("study")).all()
    assert listed["date"].between("2019-01-01", "2025-12-31").all()
    assert set(coups.loc[coups["sahelkit_outcome"].isin(LISTED), "coup_id"]) == set(listed["coup_id"])


def test_our_verdicts_on_what_powell_thyne_leave_out(coups):
    by_id = coups.set_index("coup_id")["sahelkit_outcome"]
    assert by_id["SLE-2023-11-26"] == "failure"
    assert by_id["GNB-2023-12-01"] == "plot"
    assert by_id["DZA-2019-04-02"] == "absent"
    assert by_id["TCD-2021-04-20"] == "success"
    assert by_id["GNB-2020-02-28"] == "success"


def test_notes_stand_in_both_languages_or_in_none(coups):
    assert (coups["note_en"].isna() == coups["note_fr"].isna()).all()
    assert coups["note_en"].notna().sum() >= 40


def test_vintages_hold_each_release_once(coups):
    releases = read_table("coups", "vintages")
    assert releases["vintage"].value_counts().to_dict() == {"2015-05-20": 473, "2022-11-29": 488, "2026-01-13": 497}
    latest = releases[releases["vintage"] == "2026-01-13"].set_index("coup_id")
    listed = coups[coups["pt_outcome"].isin(LISTED)].set_index("coup_id")
    assert latest["outcome"].to_dict() == listed["pt_outcome"].to_dict()
    assert latest["date"].to_dict() == listed["pt_date"].to_dict()
    alone = releases[~releases["coup_id"].isin(coups["coup_id"])]
    assert alone["coup_id"].tolist() == ["TCD-1976-02-05", "UGA-1966-02-22"]


def test_the_record_covers_what_the_table_holds(coups):
    described = record("coups")
    assert coups["date"].between(described.coverage.first, described.coverage.last).all()


@pytest.mark.sources
def test_totals_per_country_and_year_are_those_of_an_independent_count(coups, sources_dir):
    count = pd.read_csv(sources_dir / "powell_thyne_country_year.csv")
    theirs = count[count["attempts"] > 0].set_index(["gwno", "year"])[["attempts", "successes"]]
    assert theirs.sum().tolist() == [497, 248]
    listed = coups[coups["pt_outcome"].isin(LISTED)]
    ours = (
        listed.assign(won=listed["pt_outcome"] == "success", year=listed["pt_date"].dt.year)
        .groupby(["gwcode", "year"])["won"]
        .agg(["size", "sum"])
    )
    assert ours.sum().tolist() == [497, 248]
    differ = theirs.reset_index().merge(
        ours.reset_index(), left_on=["gwno", "year"], right_on=["gwcode", "year"], how="outer"
    )
    differ = differ[(differ["attempts"] != differ["size"]) | (differ["successes"] != differ["sum"])]
    assert differ.empty, differ.to_string()


@pytest.mark.sources
def test_the_world_build_gives_back_the_published_totals(coups, sources_dir, monkeypatch):
    monkeypatch.setenv("SAHELKIT_MIRRORS", str(sources_dir))
    world = run_build("coups", function="build_world")["coups"]
    assert verdicts(world, "colpus") == {"success": 295, "failure": 298, "plot": 0}
    assert verdicts(world, "cam") == {"success": 229, "failure": 248, "plot": 0}
    assert verdicts(world, "pt") == verdicts(coups, "pt")
    assert verdicts(world, "cline") == verdicts(coups, "cline")
    assert world["coup_id"].is_unique


@pytest.mark.sources
def test_the_world_build_links_powell_thyne_and_cline_as_the_shipped_table_does(coups, sources_dir, monkeypatch):
    monkeypatch.setenv("SAHELKIT_MIRRORS", str(sources_dir))
    world = run_build("coups", function="build_world")["coups"]

    def pairs(frame: pd.DataFrame) -> set[tuple[str, str, str]]:
        dates = frame[["pt_date", "cline_date"]].apply(lambda column: column.astype("string").str[:10].fillna(""))
        rows = zip(frame["iso3"], dates["pt_date"], dates["cline_date"], strict=True)
        return {row for row in rows if row[1] or row[2]}

    assert pairs(world) == pairs(coups)
    study = set(members("study"))
    ids = {
        frame_id: set(frame.loc[frame["iso3"].isin(study), "coup_id"]) for frame_id, frame in enumerate([world, coups])
    }
    assert ids[0] == ids[1]
