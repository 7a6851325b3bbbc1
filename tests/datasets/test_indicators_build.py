"""The indicators table: what must hold in every series, and that no country stands in another's place."""

from __future__ import annotations

import importlib.util

import numpy as np
import pandas as pd
import pytest

from sahelkit.build import Sources
from sahelkit.catalog import locate, record, source
from sahelkit.errors import TableError
from sahelkit.geography import places
from sahelkit.tables.read import read_table

TABLE = read_table("indicators")
RECORD = record("indicators")
SERIES = {item.name: item for item in RECORD.table().series}
STUDY = places.members("study")
LOST_IN_COVARIATES = [
    "ATG", "BFA", "BHS", "BLR", "BRN", "CPV", "FSM", "IRN", "KGZ", "KNA", "LCA", "LKA", "MKD", "NRU", "SOM", "TUR",
    "VCT", "VNM", "WSM",
]  # fmt: skip
# Smallest and largest value that a series may hold; beyond them a unit or a column has been mistaken.
BOUNDS = {
    "ei_oil_production": (0, 1e9),
    "emdat_drought_affected": (0, 5e7),
    "igme_under5_mortality": (1, 800),
    "owid_population": (3_000, 1.5e9),
    "undp_hdi": (0.1, 1),
    "wdi_aid_of_investment": (-4_000, 4_000),
    "wdi_aid_received": (-2e9, 4e10),
    "wdi_armed_forces": (1, 5e6),
    "wdi_cpi_inflation": (-20, 25_000),
    "wdi_deflator_inflation": (-40, 250_000),
    "wdi_fdi_inflows": (-1_400, 1_800),
    "wdi_gdp_per_capita": (100, 300_000),
    "wdi_gdp_per_capita_growth": (-70, 150),
    "wdi_infant_mortality": (1, 500),
    "wdi_merchandise_trade": (0, 1_000),
    "wdi_population_growth": (-30, 25),
    "wdi_terms_of_trade": (10, 1_000),
    "wdi_urban_growth": (-150, 50),
    "wpp_median_age": (12, 60),
    "sipri_arms_imports": (0, 1e10),
    "wdi_external_debt": (0, 1_500),
    "wdi_mobile_subscriptions": (0, 450),
    "wdi_exports": (0, 250),
    "wdi_imports": (0, 250),
    "sipri_military_spending": (0.01, 120),
}
PERCENT = (0, 100)


def wide(name: str) -> pd.DataFrame:
    return TABLE[TABLE["indicator"] == name].pivot(index="iso3", columns="year", values="value")


def module():
    path = locate.datasets_dir() / "indicators" / "build.py"
    spec = importlib.util.spec_from_file_location("indicators_build", path)
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def test_coverage_of_each_series_is_what_its_record_says():
    found = TABLE.groupby("indicator")["year"].agg(["min", "max"])
    recorded = pd.DataFrame({name: (int(item.first), int(item.last)) for name, item in SERIES.items()}).T
    assert (found.to_numpy() == recorded.loc[found.index].to_numpy()).all()
    for item in SERIES.values():
        assert item.unit
        assert item.missing
        assert item.label_fr != item.label_en


def test_only_states_and_no_year_after_a_state_has_ended():
    states = read_table("states")
    last = states.assign(end=states["end"].fillna(pd.Timestamp("2100-01-01"))).groupby("iso3")["end"].max().dt.year
    assert (TABLE["year"] <= TABLE["iso3"].map(last)).all()
    assert TABLE["year"].between(1960, 2025).all()
    # Population upstream runs on to 2025 for the German Democratic Republic, Czechoslovakia and South Yemen.
    dissolved = TABLE[TABLE["indicator"] == "owid_population"].groupby("iso3")["year"].max()
    assert dissolved[["DDR", "CSK", "YMD"]].to_dict() == {"DDR": 1990, "CSK": 1992, "YMD": 1990}


@pytest.mark.parametrize("name", sorted(SERIES))
def test_values_are_of_the_size_that_their_unit_allows(name):
    values = TABLE.loc[TABLE["indicator"] == name, "value"]
    bounds = BOUNDS.get(name, (0, 10) if name.startswith("inform") else (-3.5, 3.5) if name[:3] == "wgi" else PERCENT)
    assert values.between(*bounds).all()


def test_restricted_figures_are_on_the_study_region_only():
    restricted = [name for name, item in SERIES.items() if source(item.sources[0]).redistribute == "study-region-facts"]
    assert sorted(restricted) == ["emdat_drought_affected", "sipri_arms_imports"]
    for name in restricted:
        assert SERIES[name].places == "study"
        assert set(TABLE.loc[TABLE["indicator"] == name, "iso3"]) <= set(STUDY)
    assert all(source(name).redistribute in ("yes", "study-region-facts") for name in RECORD.sources)


def test_governance_has_one_edition_and_its_three_missing_years():
    for name in [name for name in SERIES if name.startswith("wgi_")]:
        assert SERIES[name].sources == ("wgi_2025",)
        years = set(TABLE.loc[TABLE["indicator"] == name, "year"])
        assert years == set(range(1996, 2025)) - {1997, 1999, 2001}


def test_states_whose_rows_were_lost_in_the_covariates_are_named_and_not_filled_from_elsewhere():
    for name in ("wdi_cpi_inflation", "wdi_infant_mortality", "wdi_population_0_14", "wdi_population_15_64"):
        rows = TABLE[TABLE["indicator"] == name]
        assert not set(rows["iso3"]) & set(LOST_IN_COVARIATES)
        assert SERIES[name].sources == ("covariates_tocsin",)
        for iso3 in LOST_IN_COVARIATES:
            assert places.name(iso3) in SERIES[name].missing
    for name in ("igme_under5_mortality", "wdi_deflator_inflation"):
        assert {"BFA", "CPV"} <= set(TABLE.loc[TABLE["indicator"] == name, "iso3"])


def test_the_two_inflations_are_different_series():
    both = TABLE[TABLE["indicator"].isin(["wdi_cpi_inflation", "wdi_deflator_inflation"])]
    both = both.pivot(index=["iso3", "year"], columns="indicator", values="value").dropna()
    assert len(both) > 7000
    assert (both.iloc[:, 0] == both.iloc[:, 1]).mean() < 0.01
    assert both.clip(-50, 50).corr().iloc[0, 1] > 0.7


@pytest.mark.parametrize(("iso3", "first", "share"), [("GIN", 1980, 0.38), ("NER", 1975, 0.18)])
def test_military_spending_keeps_its_gaps(iso3, first, share):
    years = TABLE.loc[(TABLE["indicator"] == "sipri_military_spending") & (TABLE["iso3"] == iso3), "year"]
    assert (years.min(), years.max()) == (first, 2024)
    assert 1 - len(years) / (2024 - first + 1) == pytest.approx(share, abs=0.005)


def test_no_year_repeats_the_one_before_in_most_countries():
    """Population 2024 and 2025 did, upstream: a file carried forward to the current year."""
    carried = set()
    for name in set(SERIES) - set(RECORD.details["repeated"]["not_marked"]):
        values = wide(name)
        before = values.shift(axis=1)
        both = values.notna() & before.notna() & ~values.isin([0, 100])
        share = ((values == before) & both).sum() / both.sum().where(lambda n: n >= 20)
        carried |= {(name, int(year)) for year in share[share > 0.5].index}
    assert {name for name, _ in carried} == {"wdi_armed_forces"}  # marked, and said in the README
    assert ("wdi_armed_forces", 2008) in carried
    assert TABLE.loc[TABLE["indicator"] == "owid_population", "year"].max() == 2023


def test_repeated_marks_equal_neighbours_and_nothing_else():
    rows = TABLE[["indicator", "iso3", "year", "value"]].itertuples(index=False, name=None)
    values = {(name, iso3, year): value for name, iso3, year, value in rows}
    not_marked = set(RECORD.details["repeated"]["not_marked"])
    expected = {
        (name, iso3, year)
        for (name, iso3, year), value in values.items()
        if name not in not_marked and value not in (0, 100) and values.get((name, iso3, year - 1)) == value
    }
    marked = TABLE[TABLE["repeated"]]
    assert set(marked[["indicator", "iso3", "year"]].itertuples(index=False, name=None)) == expected
    assert ("igme_under5_mortality", "VEN", 2023) in expected
    assert ("wdi_terms_of_trade", "CPV", 1990) in expected


def test_projections_are_the_population_series_after_2024():
    un_series = {item.name for item in SERIES.values() if item.name.startswith(("wpp_", "wdi_population", "wdi_urban"))}
    assert set(RECORD.details["projections"]["series"]) == un_series
    expected = TABLE["indicator"].isin(un_series) & (TABLE["year"] > 2024)
    assert (TABLE["projection"] == expected).all()
    assert expected.sum() == 545


def test_impossible_values_are_gone_and_true_zeros_are_not():
    def of(name: str, iso3: str, *years: int) -> list[float]:
        rows = TABLE[(TABLE["indicator"] == name) & (TABLE["iso3"] == iso3) & TABLE["year"].isin(years)]
        return rows["value"].tolist()

    assert of("sipri_military_spending", "COD", *range(1964, 1980)) == []
    assert of("sipri_military_spending", "GNB", *range(1982, 1988)) == []
    assert of("wdi_agriculture", "BRA", *range(1960, 1981)) == []
    assert of("owid_population", "DEU", 1973, 1990) == []
    assert of("wdi_deflator_inflation", "IDN", 1966) == []
    assert (TABLE.loc[TABLE["indicator"] == "wdi_armed_forces", "value"] > 0).all()
    # Chad has pumped oil since 2003 and Sudan since 1993; the states cut from larger ones had some before.
    assert of("ei_oil_production", "TCD", 1990, 2000) == [0, 0]
    for iso3, last in {"RUS": 1984, "KAZ": 1984, "AZE": 1984, "SSD": 2011}.items():
        assert of("ei_oil_production", iso3, *range(1965, last + 1)) == []


def test_population_has_no_jump_that_no_event_explains():
    population = wide("owid_population")
    jumps = (population / population.shift(axis=1) - 1).abs()
    cells = np.argwhere(jumps.to_numpy() > 0.15)
    found = {(jumps.index[row], int(jumps.columns[column])) for row, column in cells}
    # Reunion of Yemen, the genocide in Rwanda and the return, the occupation of Kuwait, migrants in the Gulf.
    expected = {
        ("YEM", 1991),
        *(("RWA", year) for year in (1995, 1996, 1997)),
        *(("KWT", y) for y in (1990, 1991, 1992)),
    }
    assert {(iso3, year) for iso3, year in found if iso3 not in ("ARE", "QAT", "OMN")} == expected


def test_publication_rules_agree_with_the_dates_of_the_copies():
    """A copy of a known date lacks the year after its last: the rule must not say that this year was known by then."""
    # A source that has stopped, a copy of fixed years, and a series that a correction cut.
    ended = ("wdi_armed_forces", "inform_", "owid_population")
    for item in SERIES.values():
        if item.name.startswith(ended):
            continue
        rule = item.published or RECORD.published
        vintage = pd.Period(source(item.sources[0]).vintage).end_time.to_datetime64()
        assert rule.dates([f"{int(item.last) + 1}-12-31"])[0] > vintage, item.name
    assert SERIES["wgi_rule_of_law"].published.text == "t+1-10-01"
    assert SERIES["undp_hdi"].published.text == "t+2-04-01"
    assert SERIES["inform_risk"].published.text == "t+0-09-01"
    assert RECORD.published.text == "t+1-07-01"


def test_the_build_refuses_what_nobody_decided_on():
    build = module()
    states = read_table("states")
    rows = pd.DataFrame({"indicator": "x", "iso3": ["MLI", "ZZZ"], "year": 2000, "value": 1.0})
    with pytest.raises(TableError, match=r"not named in details.left_out: \['ZZZ'\]"):
        build.only_states(rows, states, [])
    assert build.only_states(rows, states, ["ZZZ"])["iso3"].tolist() == ["MLI"]
    correction = pd.DataFrame({"indicator": ["x"], "iso3": ["MLI"], "first": [1990], "last": [1999]})
    with pytest.raises(TableError, match="the correction of x MLI 1990 meets no value"):
        build.corrected(rows, correction)


@pytest.mark.sources
def test_places_left_out_are_those_of_the_files(sources_dir, monkeypatch):
    monkeypatch.setenv("SAHELKIT_MIRRORS", str(sources_dir))
    states = read_table("states")
    raw = module()._raw(Sources(RECORD.folder), RECORD.table().series, states)
    assert set(raw["iso3"]) - set(states["iso3"]) == set(RECORD.details["left_out"]["places"])


@pytest.mark.sources
def test_aid_is_relative_to_investment_whatever_the_file_says(sources_dir):
    other = pd.read_csv(sources_dir / "wdi_rents.csv", keep_default_na=False, na_values=["NA"])
    share = other.assign(share=100 * other["NetAidReceived"] / other["GDP"])
    share = share.pivot(index="ISO3", columns="Year", values="share")
    ratio = (wide("wdi_aid_of_investment") / share).to_numpy()
    ratio = ratio[~np.isnan(ratio)]
    assert len(ratio) > 5000
    # Investment is a fifth to a third of GDP; were the file percent of GNI, the ratio would be near 1.
    assert 3 < np.median(ratio) < 6
    concepts = pd.read_csv(sources_dir / "sg_concepts.csv").set_index("concept")["source_url"]
    assert concepts["aid_received_percent_of_gni"].endswith("DT.ODA.ODAT.GI.ZS")


@pytest.mark.sources
def test_world_bank_codes_are_those_of_the_files(sources_dir):
    addresses = pd.read_csv(sources_dir / "sg_concepts.csv").set_index("concept")["source_url"]
    for name, code in RECORD.details["world_bank_codes"].items():
        file = SERIES[name].sources[0]
        if file.startswith("sg_"):
            assert addresses[file.removeprefix("sg_")].rsplit("/", 1)[-1] == code


@pytest.mark.sources
def test_tax_revenue_is_still_unusable_upstream(sources_dir):
    tax = pd.read_csv(sources_dir / "sg_tax_revenue_percent_of_gdp.csv")
    assert (tax["tax_revenue_percent_of_gdp"] == 0).mean() > 0.4
    assert tax["tax_revenue_percent_of_gdp"].max() < 0.1
    assert "sg_tax_revenue_percent_of_gdp" in RECORD.details["left_out"]["series"]
    assert "sg_tax_revenue_percent_of_gdp" not in RECORD.sources


@pytest.mark.sources
def test_scores_of_governance_are_the_estimates_on_another_scale(sources_dir):
    sheets = pd.read_excel(
        sources_dir / "wgi_2025.xlsx", sheet_name=["Est", "Sc"], keep_default_na=False, na_values=[""]
    )
    est, score = (sheets[name].melt(["INDICATOR", "iso3c"], var_name="year") for name in ("Est", "Sc"))
    both = est.merge(score, on=["INDICATOR", "iso3c", "year"], suffixes=("", "_score")).dropna()
    for _, rows in both.groupby("INDICATOR"):
        slope, level = np.polyfit(rows["value"], rows["value_score"], 1)
        assert (slope * rows["value"] + level - rows["value_score"]).abs().max() < 1e-5


def test_the_two_large_tables_stay_small():
    folder = locate.datasets_dir()
    sizes = [path.stat().st_size for name in ("conflict", "indicators") for path in (folder / name).iterdir()]
    assert sum(sizes) < 6_000_000
