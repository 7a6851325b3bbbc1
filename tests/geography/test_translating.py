"""Codes of many systems to states: against other lists, in what fails, and in what looks like another system."""

from __future__ import annotations

import warnings
from functools import cache

import pandas as pd
import pytest

from sahelkit.errors import PlaceWarning, UnknownNameError, UnknownPlaceError
from sahelkit.geography import places
from sahelkit.geography.code_systems import SYSTEMS, meanings
from sahelkit.geography.likeness import another_system
from sahelkit.tables.read import read_table

STATES = read_table("states")
FOCUS = ["MLI", "BFA", "GIN", "NER", "CIV"]
# Numbers of ISO 3166 of the 54 members of the United Nations in Africa.
AFRICAN_NUMBERS = [
    12, 24, 72, 108, 120, 132, 140, 148, 174, 178, 180, 204, 226, 231, 232, 262, 266, 270, 288, 324, 384, 404, 426, 430,
    434, 450, 454, 466, 478, 480, 504, 508, 516, 562, 566, 624, 646, 678, 686, 690, 694, 706, 710, 716, 728, 729, 748,
    768, 788, 800, 818, 834, 854, 894,
]  # fmt: skip
MEANT = [
    ("iso_numeric", "012", "DZA"),
    ("iso_numeric", 736, "SDN"),
    ("iso_numeric", 810.0, "RUS"),
    ("polity", 626, "SDN"),
    ("polity", 525, "SSD"),
    ("polity", 529, "ETH"),
    ("polity", 530, "ETH"),
    ("polity", 345, "YUG"),
    ("polity", 347, "YUG"),
    ("polity", 342, "SRB"),
    ("polity", 341, "XKX"),
    ("polity", 348, "MNE"),
    ("polity", 364, "RUS"),
    ("polity", 769, "PAK"),
    ("polity", 818, "VNM"),
    ("polity", 437, "CIV"),
    ("cowc", "SWZ", "CHE"),
    ("cowc", "NIR", "NER"),
    ("cowc", "NIG", "NGA"),
    ("cowc", "CZE", "CSK"),
    ("cowc", "ROM", "ROU"),
    ("gwc", "RUM", "ROU"),
    ("gwc", "BFO", "BFA"),
    ("fips", "ML", "MLI"),
    ("fips", "uv", "BFA"),
    ("fips", "NG", "NER"),
    ("fips", "NI", "NGA"),
    ("fips", "GV", "GIN"),
    ("fips", "PU", "GNB"),
    ("fips", "EK", "GNQ"),
    ("fips", "IV", "CIV"),
    ("fips", "OD", "SSD"),
    ("fips", "CH", "CHN"),
    ("vdem", "28", "MLI"),
    ("worldbank", "ZAR", "COD"),
    ("worldbank", "ROM", "ROU"),
    ("worldbank", "TMP", "TLS"),
    ("worldbank", "KSV", "XKX"),
    ("worldbank", "XKX", "XKX"),
]


@pytest.mark.parametrize(("system", "code", "iso3"), MEANT)
def test_what_a_code_of_each_system_means(system, code, iso3):
    assert places.resolve(code, system=system) == iso3
    assert places.translate(pd.Series([code]), system=system).tolist() == [iso3]


def test_every_state_today_has_a_code_in_every_system():
    today = STATES[STATES["end"].isna()]
    for system in SYSTEMS:
        meant = {spell.iso3 for spells in meanings(system).values() for spell in spells}
        lacking = set(today["iso3"]) - meant
        small = set(today.loc[today["microstate"], "iso3"])
        known = {"XAB", "XSO", "XKX"} if system in {"iso_numeric", "cow", "cowc", "fips", "polity"} else {"XAB", "XSO"}
        allowed = {"vdem": small | {"BHS", "BLZ", "BRN"}}.get(system, set())
        assert lacking <= known | allowed, system


# System, column of the concordance.
CONCORDANCE = [
    ("iso_numeric", "iso3n"),
    ("polity", "p5n"),
    ("polity", "p4n"),
    ("cowc", "cowc"),
    ("gwc", "gwc"),
    ("fips", "fips"),
    ("worldbank", "wb"),
    ("vdem", "vdem"),
]


@cache
def _concordance(folder):
    import rdata

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return next(iter(rdata.read_rda(folder / "country_codes_check.rda").values()))


@pytest.mark.sources
@pytest.mark.parametrize(("system", "column"), CONCORDANCE)
def test_codes_agree_with_an_independent_concordance(sources_dir, system, column):
    check = _concordance(sources_dir).dropna(subset=["iso3c", column])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = places.translate(check[column], system=system, errors="report", dates=pd.Series(2020, check.index))
    state = check["iso3c"].isin(STATES["iso3"])
    wrong = state & (found.codes.fillna("") != check["iso3c"])
    # The concordance gives Vietnam the letters of the state that ended in 1893.
    assert check.loc[wrong, "iso3c"].tolist() == (["VNM"] if column == "gwc" else [])
    assert state.sum() > 160
    territories = check[~state & ~check["iso3c"].isin(["VAT"])]
    assert found.codes[territories.index].isna().all()
    assert not set(territories[column].astype(str)) & set(
        found.failures.loc[found.failures["why"] == "unknown", "code"]
    )


def test_aggregates_of_the_world_bank_are_no_countries_and_said_to_be_so():
    codes = pd.Series(["MLI", "SSF", "WLD", "SSF", "AFE", "AFW"])
    with pytest.warns(PlaceWarning, match=r"5 of 6 rows hold aggregates.* 'SSF' \(Sub-Saharan Africa\), 'WLD' \(World"):
        found = places.translate(codes, system="worldbank")
    assert found.isna().tolist() == [False, True, True, True, True, True]
    with pytest.raises(UnknownPlaceError, match=r"World Bank WLD \(World, an aggregate: not a state\)"):
        places.resolve("WLD", system="worldbank")
    aggregates = [
        code
        for code in meanings("worldbank")
        if not places.translate(pd.Series([code]), system="worldbank", errors="report")
        .failures.query("why == 'aggregate'")
        .empty
    ]
    assert len(aggregates) >= 79  # as many as the Bank's list of economies names today; older ones beside them


def test_codes_that_fail_are_na_and_counted_or_stand_in_a_table():
    codes = pd.Series(["ML", "XQ", None, "HK", "XQ", "NI"], index=list("abcdef"))
    with pytest.warns(PlaceWarning, match=r"2 of 6 rows hold FIPS 10-4 codes .* are NA: 'XQ'\. Type errors='report'"):
        found = places.translate(codes, system="fips", errors="coerce")
    assert found.dropna().to_dict() == {"a": "MLI", "f": "NGA"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read = places.translate(codes, system="fips", errors="report")
    assert read.codes.equals(found)
    assert read.failures["code"].tolist() == ["XQ", "HK"]
    assert read.failures["why"].tolist() == ["unknown", "territory"]
    assert read.failures["meaning"].tolist() == [None, "Hong Kong"]
    assert read.failures["rows"].tolist() == [2, 1]
    assert read.failures["first"].tolist() == ["b", "d"]
    with pytest.raises(UnknownPlaceError, match=r"'XQ' at index 'b', 'e'"):
        places.translate(codes, system="fips")
    with pytest.raises(UnknownNameError, match="Known: coerce, raise, report"):
        places.translate(codes, system="fips", errors="ignore")


def test_one_code_that_fails_is_named_with_its_row():
    with pytest.raises(UnknownPlaceError, match=r"1 of 2 rows .*ISO 3166 number.*'999' at index 1\. Leave .*system="):
        places.translate(pd.Series([466, 999]), system="iso_numeric")
    with pytest.raises(UnknownPlaceError, match=r"'345' \(SRB or YUG, by the date\) at index 0"):
        places.translate(pd.Series([345]), system="cow")


def test_a_code_with_two_meanings_fails_only_where_no_date_settles_it():
    codes, dates = pd.Series([345, 345, 345]), pd.Series([1991, None, 2012])
    read = places.translate(codes, system="cow", dates=dates, errors="report")
    assert read.codes.isna().tolist() == [False, True, False]
    assert read.failures.loc[0, ["why", "meaning", "rows", "first"]].tolist() == ["several", "SRB or YUG", 1, 1]


def test_african_numbers_of_iso_given_as_another_list_are_noticed():
    assert len(AFRICAN_NUMBERS) == 54
    assert places.translate(pd.Series(AFRICAN_NUMBERS), system="iso_numeric").nunique() == 54
    silent = [number for number in AFRICAN_NUMBERS if str(number) in meanings("gw")]
    assert len(silent) == 11
    for given in (AFRICAN_NUMBERS, silent):
        with pytest.warns(PlaceWarning, match=r"look like those of another list.*type system='iso_numeric'"):
            places.translate(pd.Series(given), system="gw", errors="report")
    with pytest.raises(UnknownPlaceError, match=r"known as ISO 3166 number, and 11 as Gleditsch-Ward.*'iso_numeric'"):
        places.translate(pd.Series(AFRICAN_NUMBERS), system="gw")


@pytest.mark.parametrize("system", list(SYSTEMS))
@pytest.mark.parametrize("members", ["focus", "sahel", "west_africa", "study", "africa", "world"])
def test_codes_given_under_their_own_name_raise_no_doubt(system, members):
    wanted = set(places.members(members))
    codes = [code for code, spells in meanings(system).items() if wanted >= {spell.iso3 for spell in spells}]
    assert another_system(system, codes) == ""
    assert another_system(system, codes[:5]) == ""


def test_letters_of_one_list_given_as_those_of_another_are_noticed():
    cow = ["NIR", "NIG", "MLI", "BFO", "CDI", "GUI"]
    with pytest.raises(UnknownPlaceError, match=r"6 of 6 are known as .* letter, and 1 as World Bank"):
        places.translate(pd.Series(cow), system="worldbank")
    with pytest.warns(PlaceWarning, match="in one region of the world"):
        places.translate(pd.Series(["AUS", "SLV", "SWZ"]), system="worldbank")


def test_two_million_rows_are_read_by_their_distinct_codes():
    import time

    import numpy as np

    codes = pd.Series(np.random.default_rng(0).choice(AFRICAN_NUMBERS, 2_000_000))
    before = time.process_time()
    found = places.translate(codes, system="iso_numeric")
    assert time.process_time() - before < 2.0  # 0.1 s on the machine it was written on
    assert found.nunique() == 54


def test_a_column_of_another_list_is_noticed_beside_slips_of_the_pen():
    given = pd.Series(["12", "24", "72", "999x"])
    with pytest.raises(
        UnknownPlaceError, match=r"'999x' at index 3\. The codes look like .* 3 of 4 are known as ISO 3166"
    ):
        places.translate(given, system="gw")
