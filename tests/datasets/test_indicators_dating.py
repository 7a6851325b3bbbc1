"""Each indicator stands in the years that it describes: by a second copy, by a relative, or by known events."""

from __future__ import annotations

import importlib.util

import numpy as np
import pandas as pd
import pytest

from sahelkit.build import Sources
from sahelkit.build.dating import check_dating
from sahelkit.catalog import locate, record, source
from sahelkit.errors import TableError
from sahelkit.tables.read import read_table

TABLE = read_table("indicators")
RECORD = record("indicators")
SERIES = {item.name: item for item in RECORD.table().series}
DATING = RECORD.details["dating"]
COPIES = DATING["copies"]
# Under-five mortality per 1,000 births as the World Bank gives it, to one decimal.
WORLD_BANK = {("BFA", 2011): 116.3, ("BFA", 2012): 111.9, ("HTI", 2010): 136.5, ("RWA", 1994): 385.5}
# Deaths of one year, and the year: earthquakes of January 2010 and of December 1988, a genocide, the tsunami of
# December 2004, a famine and its war, the cyclone of May 2008.
DEATHS = [("HTI", 2010), ("ARM", 1988), ("RWA", 1994), ("LKA", 2004), ("MMR", 2008)]
# The year in which a series is highest or lowest within a window, and why.
EVENTS = [
    ("ei_oil_production", "KWT", "lowest", 1991, (1985, 2000)),  # occupation, and burning wells
    ("ei_oil_production", "LBY", "lowest", 2011, (1995, 2012)),  # war from February to October
    ("ei_oil_production", "IRN", "lowest", 1981, (1970, 1990)),  # revolution, then war from September 1980
    ("sipri_military_spending", "KWT", "highest", 1991, (1980, 2010)),  # the Gulf war
    ("sipri_military_spending", "UKR", "highest", 2023, (2000, 2023)),
    ("sipri_arms_imports", "NGA", "highest", 2021, (2000, 2024)),  # twelve Super Tucano, delivered in 2021
    ("sipri_arms_imports", "TCD", "highest", 2008, (1990, 2020)),  # fighter planes after the raid of February
    ("emdat_drought_affected", "NER", "highest", 2009, (1990, 2020)),  # the failed rains of 2009
    ("emdat_drought_affected", "BFA", "highest", 2011, (1995, 2013)),  # the failed rains of 2011
    ("wdi_agriculture", "RWA", "highest", 1994, (1985, 2010)),  # all else stood still
    ("wdi_gini", "BRA", "lowest", 2020, (1985, 2023)),  # emergency aid of the pandemic
    ("wdi_gdp_per_capita_growth", "RWA", "lowest", 1994, (1961, 2020)),
    ("wdi_deflator_inflation", "DEU", "highest", 1992, (1985, 2020)),
    ("undp_hdi", "HTI", "lowest", 2010, (2000, 2023)),  # the earthquake
    ("undp_hdi", "LKA", "lowest", 2004, (2000, 2023)),  # the tsunami
]
# Fall from the year before, in all exporters of oil named: the price halved in these years.
OIL_PRICE_FALLS = (1986, 1998, 2009, 2015, 2020)
# A war or a coup that broke out in the year: political stability falls by more than in any other year of the index.
OUTBREAKS = {"MLI": 2012, "UKR": 2014, "SYR": 2011, "MMR": 2021}


def wide(name: str) -> pd.DataFrame:
    return TABLE[TABLE["indicator"] == name].pivot(index="iso3", columns="year", values="value")


def module():
    path = locate.datasets_dir() / "indicators" / "build.py"
    spec = importlib.util.spec_from_file_location("indicators_build", path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


@pytest.fixture(scope="module")
def pairs(sources_dir):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SAHELKIT_MIRRORS", str(sources_dir))
        return list(module().pairs(Sources(RECORD.folder), TABLE, read_table("states"), DATING))


@pytest.mark.parametrize(("iso3", "year"), WORLD_BANK)
def test_under_five_mortality_is_that_of_the_world_bank(iso3, year):
    assert wide("igme_under5_mortality").loc[iso3, year] == pytest.approx(WORLD_BANK[iso3, year], rel=0.01)


@pytest.mark.parametrize(("name", "iso3", "year"), [
    *(("igme_under5_mortality", *event) for event in DEATHS),
    *(("wdi_infant_mortality", *event) for event in DEATHS if event[0] != "LKA"),  # lost in the copy
])  # fmt: skip
def test_deaths_of_one_year_stand_in_that_year(name, iso3, year):
    values = wide(name).loc[iso3]
    assert values[year] > 1.1 * values[year - 1]
    assert values[year] > 1.1 * values[year + 1]


def test_no_year_of_under_five_mortality_was_lost_with_the_shift():
    rows = TABLE[TABLE["indicator"] == "igme_under5_mortality"]
    assert (rows["year"].min(), rows["year"].max()) == (1960, 2023)
    assert (rows.groupby("iso3")["year"].max() == 2023).all()
    assert (rows.groupby("iso3")["year"].agg(np.ptp) + 1 == rows.groupby("iso3").size()).all()


def test_each_series_is_either_dated_or_named_as_one_that_nothing_dates():
    dated = {copy["series"] for copy in COPIES}
    assert dated | set(DATING["without"]) == set(SERIES)
    assert not dated & set(DATING["without"])
    assert all(copy["kind"] in ("copy", "relative") for copy in COPIES)
    for copy in COPIES:
        assert copy["source"] == "indicators" or source(copy["source"]), copy
        assert copy["source"] not in SERIES[copy["series"]].sources, "a file cannot be its own second copy"


def test_the_readme_names_the_series_without_a_copy():
    text = (locate.datasets_dir() / "indicators" / "README.md").read_text(encoding="utf-8")
    section = text.split("## Years checked against second copies\n")[1].split("\n## ")[0]
    rows = dict(line.strip("| ").split(" | ", 1) for line in section.splitlines() if line.startswith("| "))
    kinds = {kind: {copy["series"] for copy in COPIES if copy["kind"] == kind} for kind in ("copy", "relative")}
    expected = {
        "a second copy": kinds["copy"],
        "a relative only": kinds["relative"] - kinds["copy"],
        "neither": set(DATING["without"]),
    }
    for label, names in expected.items():
        assert rows[label].replace("`", "").split(", ") == sorted(names)


def test_a_series_that_nobody_listed_stops_the_build():
    build, states = module(), read_table("states")
    table = pd.concat([TABLE, TABLE.head(1).assign(indicator="wdi_new")])
    with pytest.raises(TableError, match=r"either in copies or in without: \['wdi_new'\]"):
        build.check_years(Sources(RECORD.folder), table, states, DATING)
    twice = {**DATING, "without": {**DATING["without"], "wdi_exports": "x"}}
    with pytest.raises(TableError, match=r"either in copies or in without: \['wdi_exports'\]"):
        build.check_years(Sources(RECORD.folder), TABLE, states, twice)


@pytest.mark.sources
@pytest.mark.parametrize("number", range(len(COPIES)), ids=[f"{c['series']}-{c['column']}" for c in COPIES])
def test_each_check_would_catch_a_shift_by_a_year(pairs, number):
    series, name, ours, copy = pairs[number]
    check_dating("indicators", series, name, ours, copy)
    for years in (1, -1):
        with pytest.raises(TableError):
            check_dating("indicators", series, name, ours.rename(columns=lambda y, by=years: y + by), copy)


@pytest.mark.sources
@pytest.mark.parametrize("number", [
    # The copy of armed forces ends in 2005.
    i for i, copy in enumerate(COPIES) if copy["kind"] == "copy" and copy["series"] != "wdi_armed_forces"
])  # fmt: skip
def test_a_copy_would_catch_a_shift_from_2000_on(pairs, number):
    series, name, ours, copy = pairs[number]
    late = pd.concat([ours.loc[:, :1999], ours.rename(columns=lambda year: year + 1).loc[:, 2000:]], axis=1)
    with pytest.raises(TableError):
        check_dating("indicators", series, name, late, copy)


@pytest.mark.sources
@pytest.mark.parametrize("iso3", ["MLI", "NER", "GIN"])
@pytest.mark.parametrize(("series", "source"), [
    ("igme_under5_mortality", "wdi_rents"), ("wdi_gdp_per_capita", "covariates_tocsin"),
    ("wdi_population_growth", "covariates_tocsin"), ("wdi_urban_share", "covariates_tocsin"),
    ("wdi_fdi_inflows", "wdi_rents"),
])  # fmt: skip
def test_a_copy_would_catch_one_country_a_year_late(pairs, series, source, iso3):
    number = next(i for i, copy in enumerate(COPIES) if (copy["series"], copy["source"]) == (series, source))
    _, name, ours, copy = pairs[number]
    late = ours.copy()
    late.loc[iso3] = ours.loc[iso3].shift(1)
    with pytest.raises(TableError, match=f"{series} of {iso3} stands 1 year late against"):
        check_dating("indicators", series, name, late, copy)


@pytest.mark.sources
def test_the_build_stops_at_the_late_copy(sources_dir, monkeypatch):
    monkeypatch.setenv("SAHELKIT_MIRRORS", str(sources_dir))
    build = module()
    monkeypatch.setattr(build, "LATE", {})
    with pytest.raises(TableError, match="igme_under5_mortality stands 1 year late against wdi_rents"):
        build.build(Sources(RECORD.folder))


@pytest.mark.parametrize(("name", "iso3", "extreme", "year", "window"), EVENTS)
def test_a_known_event_stands_in_its_year(name, iso3, extreme, year, window):
    values = wide(name).loc[iso3, window[0] : window[1]]
    assert (values.idxmax() if extreme == "highest" else values.idxmin()) == year


@pytest.mark.parametrize("year", OIL_PRICE_FALLS)
def test_terms_of_trade_of_exporters_of_oil_fall_with_its_price(year):
    values = wide("wdi_terms_of_trade").loc[["NGA", "AGO", "GAB", "DZA"]]
    assert (values[year] < 0.9 * values[year - 1]).all()


@pytest.mark.parametrize("iso3", OUTBREAKS)
def test_political_stability_falls_in_the_year_of_an_outbreak(iso3):
    falls = wide("wgi_political_stability").loc[iso3].diff()
    assert falls.loc[2005:].idxmin() == OUTBREAKS[iso3]


def test_years_without_a_survey_are_those_without_one():
    """Brazil's household survey pauses in the years of the census; the governance index was not made in three years."""
    years = set(TABLE.loc[(TABLE["indicator"] == "wdi_gini") & (TABLE["iso3"] == "BRA"), "year"])
    assert set(range(1985, 2012)) - years == {1991, 1994, 2000, 2010}
