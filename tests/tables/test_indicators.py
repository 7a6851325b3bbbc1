"""Loading indicators: names, shapes, windows, projections, and what a missing value is."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from sahelkit.catalog import record
from sahelkit.errors import CoverageWarning, DateError, OptionError, UnknownNameError, UnknownPlaceError
from sahelkit.tables import series as _series
from sahelkit.tables.indicators import load_indicators

# Read by hand in the upstream files.
KNOWN = [
    ("wdi_gdp_per_capita", "MLI", 2012, 786.32347),
    ("undp_hdi", "MLI", 2012, 0.411),
    ("wdi_deflator_inflation", "BFA", 2012, 5.824),
    ("wdi_cpi_inflation", "NER", 2024, 9.072),
    ("sipri_military_spending", "MLI", 2023, 3.77364),
    ("igme_under5_mortality", "BFA", 2012, 112.57),
    ("wdi_resource_rents", "MLI", 2021, 18.417882),
    ("inform_risk", "MLI", 2024, 7.1),
    ("wgi_rule_of_law", "SEN", 1996, -0.085383),
    ("emdat_drought_affected", "MLI", 2011, 3_500_000),
]


def test_tidy_rows_are_typed_and_sorted():
    frame = load_indicators()
    assert list(frame.columns) == ["indicator", "iso3", "year", "value", "projection", "repeated"]
    assert (frame["year"].dtype, frame["value"].dtype) == ("int64", "float64")
    assert frame["value"].notna().all()
    assert set(frame["indicator"]) == {item.name for item in record("indicators").table().series}
    assert frame.attrs["sahelkit"]["datasets"] == {"indicators": "2026.3"}
    pd.testing.assert_index_equal(
        pd.MultiIndex.from_frame(frame[["indicator", "iso3", "year"]]),
        pd.MultiIndex.from_frame(frame[["indicator", "iso3", "year"]].sort_values(["indicator", "iso3", "year"])),
    )


@pytest.mark.parametrize(("name", "iso3", "year", "value"), KNOWN)
def test_known_values(name, iso3, year, value):
    frame = load_indicators(indicators=name, countries=iso3, start=year, end=year)
    assert frame["value"].tolist() == [pytest.approx(value, rel=1e-4)]


@pytest.mark.parametrize(("given", "name"), [
    ("wdi_gdp_per_capita", "wdi_gdp_per_capita"),
    ("gdp_per_capita", "wdi_gdp_per_capita"),
    ("hdi", "undp_hdi"),
    ("HDI ", "undp_hdi"),
    ("population", "owid_population"),
    ("NY.GDP.PCAP.KD", "wdi_gdp_per_capita"),
])  # fmt: skip
def test_a_name_may_lack_its_prefix(given, name):
    frame = load_indicators(indicators=given, countries="MLI")
    assert frame["indicator"].unique().tolist() == [name]


def test_an_unknown_name_lists_near_ones():
    with pytest.raises(UnknownNameError) as caught:
        load_indicators(indicators="inflation")
    assert caught.value.suggestions == ["wdi_cpi_inflation", "wdi_deflator_inflation"]
    assert "sahelkit.codebook('inflation') searches the series by word." in str(caught.value)
    with pytest.raises(UnknownNameError, match="Did you mean 'wdi_gdp_per_capita'"):
        load_indicators(indicators=["undp_hdi", "wdi_gdp_percapita"])
    with pytest.raises(UnknownNameError, match="unknown indicator 7"):
        load_indicators(indicators=[7])


def test_a_bare_name_with_two_publishers_is_refused():
    names = {item.name: item for item in record("indicators").table().series}
    names["un_population"] = names["owid_population"]
    with pytest.raises(OptionError, match=r"several series bear this name: owid_population, un_population. Type one"):
        _series._find("population", names, {})


def test_wide_has_one_column_per_series_in_the_order_asked_for():
    names = ["undp_hdi", "wdi_gdp_per_capita", "wgi_rule_of_law"]
    wide = load_indicators(indicators=names, countries="focus", shape="wide")
    assert list(wide.columns) == ["iso3", "year", *names]
    assert wide["year"].dtype == "int64"
    assert not wide.duplicated(["iso3", "year"]).any()
    tidy = load_indicators(indicators=names, countries="focus")
    back = wide.melt(["iso3", "year"], var_name="indicator").dropna(subset=["value"])
    merged = tidy.merge(back, on=["indicator", "iso3", "year"], how="outer", suffixes=("", "_wide"))
    assert len(merged) == len(tidy) == len(back)
    assert (merged["value"] == merged["value_wide"]).all()
    # Guinea has no index of human development before 1990, and that is NA, not zero.
    guinea = wide[(wide["iso3"] == "GIN") & (wide["year"] == 1986)]
    assert guinea["wdi_gdp_per_capita"].notna().all()
    assert guinea["undp_hdi"].isna().all()


def test_xarray_has_dimensions_units_and_sources():
    cube = load_indicators(
        indicators=["hdi", "wdi_cpi_inflation"], countries="focus", start=2000, end=2023, shape="xarray"
    )
    assert dict(cube.sizes) == {"iso3": 5, "year": 24}
    assert cube["iso3"].values.tolist() == ["BFA", "CIV", "GIN", "MLI", "NER"]
    assert float(cube["undp_hdi"].sel(iso3="MLI", year=2012)) == 0.411
    assert np.isnan(cube["wdi_cpi_inflation"].sel(iso3="BFA")).all()
    for variable in cube.data_vars.values():
        assert variable.attrs["units"]
        assert variable.attrs["long_name"]
        assert "https://" in variable.attrs["source"]
    assert cube.attrs["licence"] == "CC-BY-4.0"
    assert cube.attrs["version"] == "2026.3"


def test_an_empty_selection_keeps_its_shape():
    with pytest.warns(CoverageWarning):
        tidy = load_indicators(indicators="wgi_rule_of_law", start=1960, end=1961)
    assert len(tidy) == 0
    with pytest.warns(CoverageWarning):
        wide = load_indicators(indicators="wgi_rule_of_law", start=1960, end=1961, shape="wide")
    assert (len(wide), list(wide.columns)) == (0, ["iso3", "year", "wgi_rule_of_law"])
    with pytest.warns(CoverageWarning):
        cube = load_indicators(indicators="wgi_rule_of_law", start=1960, end=1961, shape="xarray")
    assert dict(cube.sizes) == {"iso3": 0, "year": 0}
    assert len(load_indicators(indicators="undp_hdi", countries=[])) == 0


def test_projections_come_only_when_asked_for():
    without = load_indicators(indicators="wpp_median_age", countries="MLI")
    with_them = load_indicators(indicators="wpp_median_age", countries="MLI", projections=True)
    assert without["year"].max() == 2024
    assert with_them["year"].max() == 2025
    assert with_them.loc[with_them["projection"], "year"].tolist() == [2025]


def test_the_window_is_inclusive_and_a_day_stands_for_its_year():
    years = load_indicators(indicators="hdi", countries="MLI", start="2010-06-15", end="2012-03-22")["year"]
    assert years.tolist() == [2010, 2011, 2012]


@pytest.mark.parametrize(("options", "message"), [
    ({"start": 1950, "end": 1970}, "indicators covers 1960-01-01 to 2025-12-31; there is no value outside"),
    (
        {"indicators": ["wgi_rule_of_law", "undp_hdi", "wdi_gdp_per_capita"], "start": 1995, "end": 2020},
        "^wgi_rule_of_law covers 1996 to 2024; there is no value outside",
    ),
    ({"indicators": "owid_population", "end": 2025}, "owid_population covers 1960 to 2023"),
    ({"indicators": "sipri_arms_imports", "countries": ["MLI", "FRA"]}, "covers the place set 'study' only"),
])  # fmt: skip
def test_what_lies_outside_coverage_warns_with_the_coverage(options, message):
    with pytest.warns(CoverageWarning, match=message) as caught:
        load_indicators(**options)
    assert len(caught) == 1
    assert caught[0].filename == __file__


def test_a_window_inside_coverage_does_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_indicators(indicators=["wgi_rule_of_law", "sipri_arms_imports"], countries="study", start=1996, end=2024)
        load_indicators(indicators=["wgi_rule_of_law", "sipri_arms_imports"])


def test_wrong_input_says_what_to_type():
    with pytest.raises(UnknownNameError, match=r"unknown shape 'long'. Known: tidy, wide, xarray."):
        load_indicators(shape="long")
    with pytest.raises(UnknownPlaceError, match="Did you mean"):
        load_indicators(countries="Malli")
    with pytest.raises(DateError, match="it lies before start=2013"):
        load_indicators(start=2013, end=2012)
    with pytest.raises(OptionError, match=r"no series is named. Leave the option out to get all of them."):
        load_indicators(indicators=[])
    with pytest.raises(UnknownNameError, match="version"):
        load_indicators(version="1999.1")
