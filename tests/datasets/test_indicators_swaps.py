"""No country stands in another's place: namesakes, and every copy against every other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.geography import places
from sahelkit.tables.read import read_table

TABLE = read_table("indicators")
# Equatorial Guinea has been mapped to Guinea, and Niger to Nigeria, in public copies: which of two is higher, when.
PAIRS = [
    ("wdi_gdp_per_capita", "GNQ", "GIN", 2000, 2024),
    ("wdi_gdp_per_capita", "NGA", "NER", 1990, 2024),
    ("undp_hdi", "GNQ", "GIN", 2000, 2023),
    ("undp_hdi", "NGA", "NER", 2003, 2023),
    ("owid_population", "NGA", "NER", 1960, 2023),
    ("owid_population", "GIN", "GNQ", 1960, 2023),
    ("igme_under5_mortality", "NER", "NGA", 1975, 1999),
    ("igme_under5_mortality", "GIN", "GNQ", 1996, 2023),
    ("wdi_infant_mortality", "NER", "NGA", 1975, 1999),
    ("wdi_urban_share", "GNQ", "GIN", 2000, 2024),
    ("wdi_urban_share", "NGA", "NER", 1960, 2024),
    ("wdi_mobile_subscriptions", "NGA", "NER", 2001, 2023),
    ("wdi_internet_users", "NGA", "NER", 2005, 2024),
    ("wdi_armed_forces", "NGA", "NER", 1985, 2020),
    ("wdi_armed_forces", "GIN", "GNQ", 1989, 2020),
    ("wpp_median_age", "NGA", "NER", 1990, 2024),
    ("wpp_median_age", "GNQ", "GIN", 1990, 2024),
    ("wdi_population_0_14", "NER", "NGA", 1990, 2024),
    ("wdi_resource_rents", "GNQ", "GIN", 2005, 2014),
    ("wdi_resource_rents", "NGA", "NER", 1990, 2008),
    ("wdi_agriculture", "GIN", "GNQ", 1998, 2024),
    ("wdi_aid_of_investment", "GIN", "GNQ", 2005, 2023),
    ("wgi_voice_accountability", "GIN", "GNQ", 2010, 2020),
    ("wgi_political_stability", "NER", "NGA", 1996, 2024),
    ("wgi_control_of_corruption", "GIN", "GNQ", 2010, 2024),
    ("wgi_rule_of_law", "NER", "NGA", 1996, 2024),
    ("inform_risk", "NER", "GNQ", 2015, 2024),
    ("inform_hazard_exposure", "NGA", "GNQ", 2015, 2024),
    ("inform_lack_of_coping", "NER", "NGA", 2015, 2024),
    ("inform_vulnerability", "GIN", "GNQ", 2015, 2024),
]


def wide(name: str) -> pd.DataFrame:
    return TABLE[TABLE["indicator"] == name].pivot(index="iso3", columns="year", values="value")


def mistaken(ours: pd.DataFrame, theirs: pd.DataFrame, *, least: int = 10) -> dict[str, str]:
    """Places whose figures are nearer to those of another place in the other file than to their own."""
    years = ours.columns.intersection(theirs.columns)
    ours, theirs = ours[years], theirs[years]
    found = {}
    for place in ours.index.intersection(theirs.index):
        distance = (theirs - ours.loc[place]).abs()
        distance = distance.mean(axis=1)[distance.notna().sum(axis=1) >= least]
        if place in distance.index and distance.idxmin() != place:
            found[place] = distance.idxmin()
    return found


def swapped(frame: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    return frame.rename(index={one: other, other: one})


@pytest.mark.parametrize(("name", "higher", "lower", "first", "last"), PAIRS)
def test_namesakes_are_not_confused(name, higher, lower, first, last):
    values = wide(name).loc[:, first:last]
    both = values.loc[[higher, lower]].dropna(axis=1)
    assert both.shape[1] >= 8
    assert (both.loc[higher] > both.loc[lower]).all()


def test_nigeria_and_equatorial_guinea_pump_oil_and_their_namesakes_are_not_listed():
    producers = set(TABLE.loc[TABLE["indicator"] == "ei_oil_production", "iso3"])
    assert {"NGA", "GNQ"} <= producers
    assert not {"NER", "GIN"} & producers


def test_growth_is_that_of_the_level():
    level, growth = wide("wdi_gdp_per_capita"), wide("wdi_gdp_per_capita_growth")
    own = 100 * (level / level.shift(axis=1) - 1)
    gap = (own - growth).abs()
    assert gap.notna().sum().sum() > 10_000
    assert gap.max().max() < 0.5  # rounding
    assert (swapped(own, "GIN", "GNQ") - growth).abs().loc["GIN"].max() > 100


def test_urban_growth_follows_from_share_and_population():
    share, people, urban = (wide(name) for name in ("wdi_urban_share", "wdi_population_growth", "wdi_urban_growth"))
    expected = 100 * np.log(share / share.shift(axis=1)) + people
    assert (expected - urban).abs().max().max() < 1
    assert (swapped(expected, "NER", "NGA") - urban).abs().loc["NER"].max() > 1


def test_population_by_state_number_agrees_with_growth_by_country_code():
    """The two files come from different copies, one by Gleditsch-Ward number, the other by ISO code."""
    population = wide("owid_population")
    growth = 100 * np.log(population / population.shift(axis=1))
    theirs = wide("wdi_population_growth")
    # Two revisions disagree on small states, and on what belongs to Moldova (Transnistria) and Serbia (Kosovo).
    assert set(mistaken(growth, theirs, least=20)) == {"LIE", "MDA", "MNE", "SRB", "SYC"}
    assert mistaken(swapped(growth, "GIN", "GNQ"), theirs, least=20).keys() >= {"GIN", "GNQ"}
    assert mistaken(swapped(growth, "NER", "NGA"), theirs, least=20).keys() >= {"NER", "NGA"}


@pytest.mark.sources
@pytest.mark.parametrize(("ours", "theirs", "exceptions"), [
    # Honduras, Cyprus and Timor-Leste: the World Bank revised the series between the two copies.
    ("wdi_gdp_per_capita_growth", "GDPPerCapGrowth", {"HND"}),
    ("wdi_fdi_inflows", "FDIIn", {"CYP", "TLS"}),
])  # fmt: skip
def test_no_country_is_swapped_between_the_copies_of_the_world_bank(sources_dir, ours, theirs, exceptions):
    other = pd.read_csv(sources_dir / "wdi_rents.csv", keep_default_na=False, na_values=["NA"])
    other = other.pivot(index="ISO3", columns="Year", values=theirs)
    assert set(mistaken(wide(ours), other)) == exceptions
    assert {"GIN", "GNQ"} <= set(mistaken(swapped(wide(ours), "GIN", "GNQ"), other))


@pytest.mark.sources
@pytest.mark.parametrize(("ours", "theirs", "exceptions"), [
    ("wdi_population_growth", "pop_growth", set()),
    ("wdi_gdp_per_capita", "gdp_pc", {"JOR", "UZB"}),  # revised between the two copies
    ("wdi_urban_share", "urban_pct", {"SGP"}),  # 100 percent, as in Monaco
])  # fmt: skip
def test_no_country_is_swapped_in_the_covariates(sources_dir, ours, theirs, exceptions):
    states = read_table("states")
    other = pd.read_csv(sources_dir / "covariates_tocsin.csv")
    other["iso3"] = other["gwno"].map(dict(zip(states["gwcode"], states["iso3"], strict=True)))
    other = other.pivot(index="iso3", columns="year", values=theirs)
    assert set(mistaken(wide(ours), other)) == exceptions
    assert {"NER", "NGA"} <= set(mistaken(wide(ours), swapped(other, "NER", "NGA")))


@pytest.mark.sources
def test_inform_codes_and_country_names_mean_the_same_state(sources_dir):
    rows = pd.read_csv(sources_dir / "inform_trends.csv", keep_default_na=False)[["CountryName", "Iso3"]]
    rows = rows.drop_duplicates()
    rows = rows[~rows["Iso3"].isin(["PSE", "COG"])]  # no state; and "Congo" alone names two
    assert {name: places.resolve(name) for name in rows["CountryName"]} == dict(rows.itertuples(index=False))
