"""Numbers and codes of other projects, at a date, against the files that use them."""

from __future__ import annotations

import pandas as pd
import pytest

from sahelkit.errors import DateError, OptionError, UnknownNameError, UnknownPlaceError
from sahelkit.geography import codes
from sahelkit.tables.read import read_table

COW_AT = [
    (255, "1944-06-06", "DEU"),
    (255, "2012-03-22", "DEU"),
    (260, "1970-01-01", "DEU"),
    (265, "1970-01-01", "DDR"),
    (340, "1991-06-25", "SRB"),
    (345, "1991-06-25", "YUG"),
    (345, "2006-06-04", "YUG"),
    (345, "2006-06-05", "SRB"),
    (678, "1962-09-26", "YEM"),
    (679, "2012-03-22", "YEM"),
    (680, "1978-06-26", "YMD"),
    (511, "1964-01-12", "ZZB"),
    (817, "1963-11-01", "VDR"),
    (946, None, "KIR"),
    (947, None, "TUV"),
    (955, None, "TON"),
    (970, "2012-03-22", "NRU"),
    (411, "1979-08-03", "GNQ"),
    (438, "1984-04-03", "GIN"),
    ("439.0", "1980-11-25", "BFA"),
]


@pytest.mark.parametrize(("number", "day", "iso3"), COW_AT)
def test_correlates_of_war_numbers(number, day, iso3):
    assert codes.iso3_of_cow(number, day) == iso3


def test_a_number_with_two_meanings_needs_a_day():
    with pytest.raises(UnknownPlaceError, match="Correlates of War number 345' names several countries: SRB, YUG"):
        codes.iso3_of_cow(345)


@pytest.mark.parametrize("number", [393, 533, 0, 240, None, "Mali"])
def test_unknown_numbers_are_refused(number):
    with pytest.raises(UnknownPlaceError, match="unknown country or place set 'Correlates of War number"):
        codes.iso3_of_cow(number)


@pytest.mark.parametrize(("number", "iso3"), [(970, "KIR"), (971, "NRU"), (972, "TON"), (345, "YUG"), (678, "YEM")])
def test_gleditsch_ward_numbers(number, iso3):
    assert codes.iso3_of_gw(number) == codes.iso3_of_gw(str(number), "2012") == iso3


@pytest.mark.parametrize(("code", "year", "iso3"), [
    ("MLI", 1905, "MLI"),
    ("CZE", 1992, "CSK"),
    ("CZE", 1993, "CZE"),
    ("SRB", 2005, "YUG"),
    ("SRB", 2006, "SRB"),
    ("VDR", 1963, "VDR"),
    ("ZZB", 2012, "ZZB"),
    ("PSE", 2012, None),
    ("SML", 2012, None),
])  # fmt: skip
def test_vdem_codes(code, year, iso3):
    assert codes.iso3_of_vdem(code, year) == iso3


def test_numbers_of_iso_codes_go_back():
    states = read_table("states")
    for row in states.itertuples():
        assert codes.gwcode_of(row.iso3, row.start) == row.gwcode
    with pytest.raises(UnknownPlaceError, match="unknown country or place set 'XXX'"):
        codes.gwcode_of("XXX")
    with pytest.raises(DateError, match="date='soon'"):
        codes.gwcode_of("MLI", "soon")


def test_a_column_of_codes_keeps_its_index_and_gaps():
    numbers = pd.Series([345.0, None, 432.0, 345.0], index=[3, 1, 2, 9])
    years = pd.Series([2012, 2012, 1991, 1991], index=[3, 1, 2, 9])
    found = codes.translate(numbers, system="cow", dates=years)
    assert found.index.tolist() == [3, 1, 2, 9]
    assert found.isna().tolist() == [False, True, False, False]
    assert found.dropna().tolist() == ["SRB", "MLI", "YUG"]
    territories = codes.translate(pd.Series(["HKG", "MLI"]), system="vdem")
    assert territories.isna().tolist() == [True, False]
    with pytest.raises(UnknownNameError, match=r"unknown code system 'politi'.*Did you mean 'polity'"):
        codes.translate(numbers, system="politi")


# File, column of codes, system, column of years; the numbers that are slips in the file itself.
USERS = [
    ("cline_2023.csv", "cowcode", "cow", "year", {393}),
    ("cam_3_0.csv", "cowcode", "cow", "year", set()),
    ("powell_thyne_2022.csv", "ccode", "cow", "year", set()),
    ("elections_2025.csv", "ccode", "cow", "elec_year", {533}),
    ("military_regimes_2025.csv", "ccode", "cow", "year", set()),
    ("leaders_2026.csv", "ccode", "cow", "syear", set()),
    ("ucdp_country_month.csv", "gwno", "gw", "year", set()),
    ("ucdp_country_year.csv", "gwno", "gw", "year", set()),
    ("covariates_tocsin.csv", "gwno", "gw", "year", set()),
    ("population_owid.csv", "gwno", "gw", "year", set()),
    ("ert_v15.csv", "country_text_id", "vdem", "year", set()),
]


@pytest.mark.sources
@pytest.mark.filterwarnings("error::sahelkit.errors.PlaceWarning")
@pytest.mark.parametrize(("file", "column", "system", "year", "slips"), USERS)
def test_every_code_in_an_upstream_file_means_a_state(sources_dir, file, column, system, year, slips):
    used = pd.read_csv(sources_dir / file, encoding="latin1", low_memory=False, usecols=[column, year])
    used = used.dropna().drop_duplicates()
    used = used[used[year] >= 1945]
    assert slips <= set(used[column])
    used = used[~used[column].isin(slips)]
    found = codes.translate(used[column], system=system, dates=used[year].astype(int))
    none = set(used.loc[found.isna(), column])
    assert none == ({"HKG", "PSE", "PSG", "PSB", "SML"} if system == "vdem" else set())
    assert set(found.dropna()) <= set(read_table("states")["iso3"])


def test_every_code_that_cannot_be_read_is_named_with_its_rows():
    given = pd.Series([432, 480, 533, 436, 480.0, 345], index=list("abcdef"))
    with pytest.raises(UnknownPlaceError) as error:
        codes.translate(given, system="cow")
    said = str(error.value)
    assert said.startswith("4 of 6 rows hold Correlates of War number codes that cannot be read: ")
    for part in ("'480' at index 'b', 'e'", "'533' at index 'c'", "'345' (SRB or YUG, by the date) at index 'f'"):
        assert part in said
    many = pd.Series(range(9001, 9031))
    with pytest.raises(UnknownPlaceError, match=r"30 of 30 rows .*'9010' at index 9; and 20 more codes"):
        codes.translate(many, system="gw")


def test_one_unknown_code_is_named_with_its_row():
    with pytest.raises(UnknownPlaceError, match=r"1 of 2 rows holds Gleditsch-Ward number codes .*'999' at index 1"):
        codes.translate(pd.Series([432, 999]), system="gw")


@pytest.mark.parametrize("index", [[0, 1, 2], [5, 5, 7]])
def test_dates_are_read_by_the_one_reader_and_only_where_needed(index):
    given = pd.Series([345, 432, 345], index=index)
    for dates in (["1991-06-25", "soon", 2012], [pd.Timestamp("1991-06-25"), None, pd.Period("2012", "Y")]):
        found = codes.translate(given, system="cow", dates=pd.Series(dates, index=index, dtype=object))
        assert found.tolist() == ["YUG", "MLI", "SRB"]
    with pytest.raises(DateError, match=r"dates=201203 in row 1 of 2 \(index"):
        codes.translate(given, system="cow", dates=pd.Series([201203, 1, 1], index=index))


def test_dates_with_another_index_are_found_by_label_or_refused():
    given = pd.Series([345, 345], index=[0, 1])
    dates = pd.Series([2012, 1991], index=[1, 0])
    assert codes.translate(given, system="cow", dates=dates).tolist() == ["YUG", "SRB"]
    with pytest.raises(OptionError, match="its index differs from that of the codes, and has labels twice"):
        codes.translate(given, system="cow", dates=pd.Series([2012, 1991], index=[0, 0]))


@pytest.mark.parametrize(("year", "code"), [(1968, "CSK"), ("1968", "CSK"), (1968.0, "CSK"), (2012, "CZE")])
def test_a_year_of_vdem_is_read_like_any_other(year, code):
    assert codes.iso3_of_vdem("CZE", year) == code
    with pytest.raises(DateError, match="year='12'"):
        codes.iso3_of_vdem("CZE", "12")


@pytest.mark.parametrize("dates", [[1991, 2012], 2012, "2012", pd.DataFrame({"year": [1991, 2012]})])
def test_dates_that_are_no_column_are_refused(dates):
    with pytest.raises(OptionError, match=r"^dates=.*Type pandas.Series\(dates, index=codes.index\)"):
        codes.translate(pd.Series([345, 345]), system="cow", dates=dates)


@pytest.mark.parametrize("given", [[432], 432, None, pd.DataFrame({"code": [432]})])
def test_codes_that_are_no_column_are_refused(given):
    with pytest.raises(OptionError, match=r"^codes=.*Type pandas.Series\(codes\)"):
        codes.translate(given, system="gw")


@pytest.mark.parametrize("odd", [["MLI"], {"MLI"}, pd.DataFrame({"a": [1]}), None, 432.5])
def test_what_is_no_code_is_unknown_and_no_error_of_python(odd):
    with pytest.raises(UnknownPlaceError):
        codes.gwcode_of(odd)
    with pytest.raises(UnknownNameError):
        codes.translate(pd.Series([432]), system=odd)


def test_the_recipe_for_dates_speaks_of_dates():
    with pytest.raises(DateError, match=r"pandas.to_datetime\(dates, format='%d/%m/%Y'\)"):
        codes.translate(pd.Series([345]), system="cow", dates=pd.Series(["05/02/2012"]))
