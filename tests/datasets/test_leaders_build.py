"""Leaders: no overlap, no unexplained gap, every correction in place, and every coup changes the leader."""

from __future__ import annotations

import importlib.util

import pandas as pd
import pytest

from sahelkit.catalog import locate, record
from sahelkit.errors import TableError
from sahelkit.geography import places
from sahelkit.tables.read import read_table

FRAME = read_table("leaders")
FIXES = read_table("leaders", "corrections")
RECORD = record("leaders")
LAST = pd.Timestamp("2026-02-10")
# Days without a listed leader, where more than a week passes between two.
LONG_GAPS = {("LBR", "1990-11-22"): 74, ("SLE", "1968-04-26"): 8, ("SLE", "1998-03-10"): 26}
# Successful coups after which the list keeps the same leader: what they removed was a government beside him.
SAME_LEADER = {"BFA-1974-02-08", "SDN-2021-10-25"}
# At the end of 2025, from the news.
IN_OFFICE_2025 = {
    "BEN": "Patrice Talon", "BFA": "Ibrahim Traoré", "CIV": "Alassane Ouattara", "CMR": "Paul Biya",
    "CPV": "Ulisses Correia e Silva", "DZA": "Abdelmadjid Tebboune", "GAB": "Brice Oligui Nguema",
    "GHA": "John Mahama", "GIN": "Mamadi Doumbouya", "GMB": "Adama Barrow", "GNB": "Horta Inta-A Na Man",
    "LBR": "Joseph Boakai", "MLI": "Assimi Goïta", "MRT": "Mohamed Ould Ghazouani", "NER": "Abdourahamane Tiani",
    "NGA": "Bola Tinubu", "SDN": "Abdel Fattah al-Burhan", "SEN": "Bassirou Diomaye Faye",
    "SLE": "Julius Maada Bio", "TCD": "Mahamat Idriss Déby", "TGO": "Faure Gnassingbé",
}  # fmt: skip


def module():
    path = locate.datasets_dir() / "leaders" / "build.py"
    spec = importlib.util.spec_from_file_location("leaders_build", path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_all_study_states_and_one_open_spell_each():
    assert set(FRAME["iso3"]) == set(places.members("study"))
    still = FRAME[FRAME["end"].isna()]
    assert dict(zip(still["iso3"], still["leader"], strict=True)) == IN_OFFICE_2025
    last_of_state = FRAME.sort_values("start").drop_duplicates("iso3", keep="last")
    assert set(still["spell_id"]) == set(last_of_state["spell_id"])
    assert FRAME["start"].max() <= LAST


def test_no_overlap_and_no_unexplained_gap():
    ordered = FRAME.sort_values(["iso3", "start"])
    before = ordered.groupby("iso3")["end"].shift()
    gap = (ordered["start"] - before).dt.days
    assert (gap.dropna() >= 0).all()
    long = ordered[gap > 7].assign(gap=gap)
    found = {(row.iso3, f"{row.start:%Y-%m-%d}"): int(row.gap) for row in long.itertuples()}
    assert found == LONG_GAPS
    assert (ordered["end"].dropna() > ordered.loc[ordered["end"].notna(), "start"]).all()


def test_spells_begin_with_the_state():
    first = FRAME.groupby("iso3")["start"].min()
    begins = read_table("states").groupby("iso3")["start"].max()
    late = (first - begins.reindex(first.index)).dt.days.drop("LBR")
    # Algeria's government took over two days before the list of states begins; Senegal's left the Mali Federation
    # four months after; Cabo Verde's first prime minister took office three days after independence.
    assert late[late != 0].to_dict() == {"CPV": 3, "DZA": -2, "SEN": 138}


def test_every_successful_coup_changes_the_leader():
    coups = read_table("coups")
    wanted = coups[coups["iso3"].isin(places.members("study")) & (coups["pt_outcome"] == "success")]
    assert len(wanted) > 70
    unmatched = set()
    for coup in wanted.itertuples():
        spells = FRAME[FRAME["iso3"] == coup.iso3]
        day = coup.date
        if not ((spells["end"] - day).dt.days.abs() <= 2).any():
            unmatched.add(coup.coup_id)
    assert unmatched == SAME_LEADER


def test_same_names_are_told_apart_and_same_persons_brought_together():
    keita = FRAME[FRAME["reign_leader"].eq("Keita")]["leader_id"].tolist()
    assert keita == ["MLI-modibo-keita", "MLI-ibrahim-boubacar-keita"]
    traore = FRAME[(FRAME["iso3"] == "MLI") & (FRAME["reign_leader"] == "Traore")]["leader_id"].nunique()
    assert traore == 2
    assert FRAME[FRAME["leader_id"] == "MLI-assimi-goita"]["start"].dt.year.tolist() == [2020, 2021]
    assert FRAME[FRAME["leader_id"] == "GNB-raimundo-pereira"]["reign_leader"].tolist() == [
        "Raimundo Perreira",
        "Pereira",
    ]
    facts = ["leader", "reign_gender", "reign_birth_year", "reign_military_career"]
    assert FRAME[["leader_id", *facts]].drop_duplicates()["leader_id"].is_unique


@pytest.mark.parametrize("fix", FIXES.to_dict("records"), ids=lambda fix: f"{fix['upstream_spell']} {fix['field']}")
def test_correction_is_in_place(fix):
    iso3 = fix["upstream_spell"][:3]
    state = FRAME[FRAME["iso3"] == iso3]
    moved = FIXES[(FIXES["upstream_spell"] == fix["upstream_spell"]) & (FIXES["field"] == "start")]["new"]
    start = moved.iloc[0] if len(moved) else fix["upstream_spell"][4:]
    row = state[state["start"] == start]
    if fix["field"] == "row":
        assert row.empty
        assert not state["leader"].str.contains("Massaoudou").any()
        return
    assert len(row) == 1
    row = row.iloc[0]
    assert fix["note_en"] in row["note_en"]
    assert fix["note_fr"] in row["note_fr"]
    if fix["field"] == "end" and isinstance(fix["new"], str):
        assert (row["end"], row["end_basis"]) == (pd.Timestamp(fix["new"]), "corrected")
    elif fix["field"] == "end":
        assert pd.isna(row["end"])
    elif fix["field"] == "military_career":
        assert row["reign_military_career"] == (fix["new"] == "1")
    else:
        assert fix["old"] != fix["new"]


def test_evidence_from_the_coups_table_exists():
    named = FIXES["evidence"].dropna()
    coups = set(read_table("coups")["coup_id"])
    assert {text.removeprefix("coups:") for text in named if text.startswith("coups:")} <= coups
    assert all(text.startswith(("coups:", "http")) for text in named)
    # Without a page: facts that any chronicle has.
    assert FIXES["evidence"].isna().sum() == 15


def upstream_like(**changes) -> pd.DataFrame:
    base = {"iso3": "MLI", "start": "2021-05-24", "end": "2022-09", "military_career": "1"}
    return pd.DataFrame([{**base, **changes}], index=pd.Index(["MLI-2021-05-24"], name="upstream_spell"))


def fix_like(**changes) -> pd.DataFrame:
    base = {
        "upstream_spell": "MLI-2021-05-24", "field": "end", "old": "2022-09", "new": "", "note_en": "a", "note_fr": "b",
    }  # fmt: skip
    return pd.DataFrame([{**base, **changes}])


def test_a_correction_written_for_another_value_stops_the_build():
    build = module()
    assert build._corrected(upstream_like(), fix_like()).loc["MLI-2021-05-24", "end"] == ""
    with pytest.raises(TableError, match="MLI-2021-05-24 end is '2026-01' upstream"):
        build._corrected(upstream_like(end="2026-01"), fix_like())
    with pytest.raises(TableError, match="there is no spell MLI-2022-01-01 upstream"):
        build._corrected(upstream_like(), fix_like(upstream_spell="MLI-2022-01-01"))


def two_spells(**first) -> pd.DataFrame:
    rows = [{"start": "2020-01-10", "end": "2020-05", "end_corrected": False, **first}]
    rows.append({"start": "2020-05-07", "end": "", "end_corrected": False})
    return pd.DataFrame(rows, index=["A", "B"]).assign(iso3="MLI")


def test_days_of_leaving():
    build = module()
    columns = ["end", "end_precision", "end_basis"]
    assert build._ends(two_spells())[columns].iloc[0].tolist() == ["2020-05-07", "day", "successor"]
    for month in ("2020-04", "2020-01"):
        with pytest.raises(TableError, match=r"only the month of leaving is known: \['A'\]. Find the day"):
            build._ends(two_spells(end=month))
    corrected = two_spells(end="2020-05-02", end_corrected=True)
    assert build._ends(corrected)[columns].iloc[0].tolist() == ["2020-05-02", "day", "corrected"]
    assert build._ends(two_spells())[columns].iloc[1].isna().all()
    for wrong in ("", "2020-06"):
        with pytest.raises(TableError, match=r"overlap with the next or do not end: \['A'\]"):
            build._ends(two_spells(end=wrong))


@pytest.mark.sources
def test_what_is_not_corrected_is_as_upstream(sources_dir):
    raw = pd.read_csv(sources_dir / "leaders_2026.csv")
    codes = read_table("states").set_index("iso3")["cowcode"]
    study = {int(codes[[code]].iloc[-1]): code for code in places.members("study")}
    raw = raw[raw["ccode"].isin(study)]
    assert len(raw) == len(FRAME) + 1
    spells = raw["ccode"].map(study) + raw.apply(lambda r: f"-{r.syear:.0f}-{r.smonth:02.0f}-{r.sdate:02.0f}", axis=1)
    touched = set(FIXES.loc[FIXES["field"].isin(["start", "row"]), "upstream_spell"])
    assert set(spells) - touched <= set(FRAME["spell_id"])
    assert touched <= set(spells)
