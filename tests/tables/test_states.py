"""The states table: spells, codes and names, against the list and an independent concordance."""

from __future__ import annotations

import warnings
from functools import cache

import pandas as pd
import pytest

from sahelkit.catalog import record
from sahelkit.errors import CoverageWarning, DateError, UnknownPlaceError
from sahelkit.tables.read import read_table
from sahelkit.tables.states import load_states

STATES = read_table("states")
CODES = read_table("states", "codes")
FAR = pd.Timestamp("2200-01-01")


def test_spells_are_clean():
    ends = STATES["end"].fillna(FAR)
    assert (STATES["start"] <= ends).all()
    assert ends.max() == FAR  # no 9999, no other far day
    assert STATES.loc[STATES["end"].notna(), "end"].max() == pd.Timestamp("2006-06-04")
    # Every state existed at some time since 1945, and no two spells of one code overlap.
    assert (STATES.assign(end=ends).groupby("iso3")["end"].max() >= pd.Timestamp("1945-01-01")).all()
    ordered = STATES.assign(end=ends).sort_values(["iso3", "start"])
    before = ordered.groupby("iso3")["end"].shift()
    assert (before.isna() | (before < ordered["start"])).all()


def test_one_code_per_number_and_one_number_per_code_except_germany():
    pairs = STATES[["iso3", "gwcode"]].drop_duplicates()
    assert not pairs["gwcode"].duplicated().any()
    twice = pairs[pairs["iso3"].duplicated(keep=False)]
    assert sorted(twice.itertuples(index=False, name=None)) == [("DEU", 255), ("DEU", 260)]


@pytest.mark.parametrize(("iso3", "iso2", "gwcode", "cowcode", "vdem_id", "start", "end"), [
    ("MLI", "ML", 432, 432, 28, "1960-09-22", None),
    ("BFA", "BF", 439, 439, 54, "1960-08-05", None),
    ("GIN", "GN", 438, 438, 63, "1958-10-02", None),
    ("GNQ", "GQ", 411, 411, 160, "1968-10-12", None),
    ("NER", "NE", 436, 436, 60, "1960-08-03", None),
    ("NGA", "NG", 475, 475, 45, "1960-10-01", None),
    ("NAM", "NA", 565, 565, 127, "1990-03-21", None),
    ("SSD", "SS", 626, 626, 32, "2011-07-09", None),
    ("XKX", "XK", 347, 347, 43, "2008-02-17", None),
    ("YMD", None, 680, 680, 23, "1967-11-30", "1990-05-21"),
    ("DDR", None, 265, 265, 137, "1949-10-05", "1990-10-02"),
    ("VDR", None, 817, 817, 35, "1954-05-01", "1975-04-30"),
    ("ZZB", None, 511, 511, 236, "1963-12-19", "1964-04-26"),
    ("RWA", "RW", 517, 517, 129, "1962-07-01", None),
    ("VUT", "VU", 935, 935, 206, "1980-07-30", None),
    ("NRU", "NR", 971, 970, None, "1968-01-31", None),
])  # fmt: skip
def test_well_known_states(iso3, iso2, gwcode, cowcode, vdem_id, start, end):
    (row,) = STATES[STATES["iso3"] == iso3].to_dict("records")
    assert (row["gwcode"], row["cowcode"], row["start"]) == (gwcode, cowcode, pd.Timestamp(start))
    for found, expected in ((row["iso2"], iso2), (row["vdem_id"], vdem_id), (row["end"], end)):
        assert pd.isna(found) if expected is None else found == type(found)(expected)


def test_a_code_means_one_state_on_any_day():
    ordered = CODES.assign(end=CODES["end"].fillna(FAR)).sort_values(["system", "code", "start"])
    before = ordered.groupby(["system", "code"])["end"].shift()
    assert (before.isna() | (before < ordered["start"])).all()
    assert set(CODES["iso3"].dropna()) == set(STATES["iso3"])
    assert CODES[CODES["iso3"].isna()]["code"].tolist() == ["HKG", "PSB", "PSE", "PSG", "SML"]


def test_names_have_an_end_where_another_follows():
    names = read_table("states", "names")
    former = names[names["kind"] == "former"]
    assert former["end"].notna().sum() == len(former) - 2  # Serbia and Montenegro lasted to the end of its state
    assert former.loc[former["end"].isna(), "iso3"].unique().tolist() == ["YUG"]
    current = names[names["kind"] == "current"]
    for language in ("en", "fr"):
        assert sorted(current.loc[current["language"] == language, "iso3"]) == sorted(STATES["iso3"].unique())
    assert not names["name"].str.contains(r"^\s|\s$|\s{2}|[<>\d]").any()


def test_the_loader_selects_countries_and_a_day():
    focus = load_states(countries="focus", on="2012-03-22")
    assert sorted(focus["iso3"]) == ["BFA", "CIV", "GIN", "MLI", "NER"]
    assert load_states(countries="Mali", on="1960-09-21").empty
    assert len(load_states(countries="Mali", on="1960-09-22")) == 1
    assert load_states(countries=["YUG", "SRB"], on="2006-06-04")["iso3"].tolist() == ["YUG"]
    assert load_states(countries=["YUG", "SRB"], on="2006-06-05")["iso3"].tolist() == ["SRB"]
    assert len(load_states()) == len(STATES)
    assert focus.attrs["sahelkit"]["datasets"] == {"states": record("states").version}
    assert str(focus["start"].dtype) == "datetime64[ns]"


def test_a_spell_that_touches_the_window_belongs_to_it():
    unions = ["YUG", "SRB"]
    assert load_states(countries=unions, start="2006-06-04", end="2006-06-05")["iso3"].tolist() == ["SRB", "YUG"]
    assert load_states(countries=unions, start="2006-06-05")["iso3"].tolist() == ["SRB"]
    assert load_states(countries=unions, start="2000", end="2006-06-04")["iso3"].tolist() == ["YUG"]
    assert load_states(countries="Mali", end="1960-09-21").empty
    with pytest.raises(DateError, match="it lies before start='2013'"):
        load_states(start="2013", end="2012")
    with pytest.warns(CoverageWarning, match="states covers 1816-01-01 to 2025-12-31") as caught:
        load_states(end="2031")
    assert caught[0].filename == __file__


def test_the_number_of_states_is_that_of_the_list():
    # 193 members of the United Nations, Kosovo, Taiwan, Abkhazia and South Ossetia.
    assert len(load_states(on="2012-03-22")) == 197
    assert len(load_states(countries="africa", on="2012-03-22")) == 54
    assert len(load_states(countries="west_africa", on="2012-03-22")) == 16


def test_a_day_outside_the_list_is_said():
    with pytest.warns(CoverageWarning, match="states was last revised for 2025-12-31"):
        later = load_states(countries="MLI", on="2026-05-31")
    assert later["iso3"].tolist() == ["MLI"]
    with pytest.warns(CoverageWarning, match="states begins on 1816-01-01"):
        assert load_states(on="1815-06-18").empty
    with pytest.raises(DateError, match="on='soon'"):
        load_states(on="soon")
    with pytest.raises(UnknownPlaceError, match="Did you mean Mali"):
        load_states(countries="Malli")


@cache
def upstream(sources_dir, name):
    import rdata

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pd.DataFrame(next(iter(rdata.read_rda(sources_dir / name).values())))


@pytest.mark.sources
def test_every_spell_of_the_list_since_1945_is_here(sources_dir):
    raw = upstream(sources_dir, "gw_states.rda")
    still = raw["end"] > 1e6
    recent = set(raw.loc[still | (raw["end"] >= -9131), "gwcode"])  # -9131: 1 January 1945
    raw = raw[raw["gwcode"].isin(recent)]
    assert set(STATES["gwcode"]) == recent
    assert len(STATES) == len(raw)
    assert STATES["end"].isna().sum() == still.sum()
    listed = set(zip(raw["gwcode"], pd.to_datetime(raw["start"], unit="D"), strict=True))
    ours = set(zip(STATES["gwcode"], STATES["start"], strict=True))
    assert {number for number, _ in ours - listed} == {517, 935, 971}


@pytest.mark.sources
def test_codes_agree_with_an_independent_concordance(sources_dir):
    check = upstream(sources_dir, "country_codes_check.rda").dropna(subset=["iso3c"]).set_index("iso3c")
    latest = STATES.sort_values("start").drop_duplicates("iso3", keep="last").set_index("iso3")
    ours = latest[latest["iso2"].notna()].drop(index="XKX")
    other = check.loc[ours.index].set_index(ours.index)
    assert (other["iso2c"].astype(str) == ours["iso2"]).all()
    for column, code in (("gwcode", "gwn"), ("cowcode", "cown"), ("vdem_id", "vdem"), ("wbcode", "wb")):
        both = other[code].notna() & ours[column].notna()
        if code != "wb":
            differ = ours.index[both & (other[code].astype("Float64") != ours[column].astype("Float64")).fillna(False)]
        else:
            differ = ours.index[both & (other[code].astype(str) != ours[column].astype(str))]
        # The concordance gives Vietnam the number of the state that ended in 1893.
        assert differ.tolist() == (["VNM"] if code == "gwn" else []), code
    # What one has and the other lacks: the concordance leaves out the micro-states' own numbers and Serbia's.
    lacking = other["cown"].isna() & ours["cowcode"].notna()
    assert ours.index[lacking].tolist() == ["SRB"]
    assert not (other["vdem"].notna() & ours["vdem_id"].isna()).any()
    assert ours.index[other["wb"].notna() & ours["wbcode"].isna()].tolist() == []


@pytest.mark.sources
def test_vdem_identifiers_are_those_of_vdem(sources_dir):
    vdem = pd.read_csv(sources_dir / "ert_v15.csv", usecols=["country_id", "country_text_id"]).drop_duplicates()
    ids = dict(zip(vdem["country_text_id"], vdem["country_id"], strict=True))
    coded = CODES[CODES["system"] == "vdem"]
    assert set(coded["code"]) == set(ids)
    of_state = STATES.dropna(subset=["vdem_id"]).set_index("iso3")["vdem_id"].to_dict()
    for row in coded.dropna(subset=["iso3"]).itertuples():
        assert of_state[row.iso3] == ids[row.code]


@pytest.mark.sources
@pytest.mark.parametrize("column", ["country.name.en", "country.name.fr", "iso.name.en", "iso.name.fr", "un.name.fr"])
def test_names_in_common_lists_resolve_to_the_same_country(sources_dir, column):
    from sahelkit.geography import places

    check = upstream(sources_dir, "country_codes_check.rda").dropna(subset=["iso3c", column])
    check = check[check["iso3c"].isin(STATES["iso3"])]
    assert len(check) > 185
    for iso3, name in zip(check["iso3c"], check[column], strict=True):
        if places.key(name).startswith("congo") and len(places.words(name)) < 3:
            continue  # "Congo" alone means two states
        assert places.resolve(name) == iso3, name
