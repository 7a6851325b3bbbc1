"""load_democracy and load_regime_episodes: choice of columns, rows and shape."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import CoverageWarning, DateError, UnknownNameError, UnknownPlaceError
from sahelkit.tables.democracy import load_democracy, load_regime_episodes
from sahelkit.tables.read import read_table


def test_all_columns_in_the_order_of_the_record():
    frame = load_democracy()
    assert frame.columns[:4].tolist() == ["iso3", "gwcode", "year", "independent"]
    assert len(frame.columns) == len(read_table("democracy").columns)
    assert not frame.duplicated(["iso3", "year"]).any()
    assert frame["year"].dtype == "int64"
    assert frame["independent"].dtype == "bool"
    assert frame.attrs == {"sahelkit": {"datasets": {"democracy": "2026.3"}}}


def test_variables_one_or_several_once_each():
    one = load_democracy(variables="vdem_polyarchy", countries="focus", start=2010, end=2012)
    assert one.columns.tolist() == ["iso3", "gwcode", "year", "independent", "vdem_polyarchy"]
    assert len(one) == 15
    twice = load_democracy(variables=["owid_regime", "vdem_liberal", "owid_regime"], countries="MLI", start=2025)
    assert twice.columns[4:].tolist() == ["owid_regime", "vdem_liberal"]
    assert twice["vdem_liberal"].isna().all()  # V-Dem v15 ends in 2024: unknown, not zero
    assert twice["owid_regime"].tolist() == [0]


@pytest.mark.parametrize(("given", "near"), [("vdem_polyarky", "vdem_polyarchy"), ("v2x_polyarchy", "vdem_polyarchy")])
def test_unknown_variable_names_its_neighbour(given, near):
    with pytest.raises(UnknownNameError, match=f"unknown variable of democracy '{given}'") as caught:
        load_democracy(variables=given)
    assert near in caught.value.suggestions
    assert "codebook('democracy')" in str(caught.value)


def test_a_year_that_touches_the_window_belongs_to_it():
    frame = load_democracy(variables="vdem_regime", countries="Niger", start="2010-02-18", end="2011-01-01")
    assert frame["year"].tolist() == [2010, 2011]


def test_xarray_has_dimensions_units_and_gaps():
    array = load_democracy(
        variables=["vdem_polyarchy", "vdem_regime", "ert_aut_ep"], countries=["MLI", "SEN"], shape="xarray"
    )
    assert dict(array.sizes) == {"iso3": 2, "year": 126}
    assert array["vdem_polyarchy"].attrs == {
        "long_name": "Electoral democracy (v2x_polyarchy)",
        "units": "index from 0 to 1",
        "sources": "vdem_v15_core",
    }
    assert array["ert_aut_ep"].sel(iso3="MLI", year=[2015, 2020]).values.tolist() == [0.0, 1.0]
    assert np.isnan(array["vdem_regime"].sel(iso3="SEN", year=2025))
    assert array.attrs == {"dataset_democracy": "2026.3"}


def test_shape_and_place_and_dates_are_checked():
    with pytest.raises(UnknownNameError, match=r"unknown shape 'wide'. Known: tidy, xarray."):
        load_democracy(shape="wide")
    with pytest.raises(UnknownPlaceError, match=r"Did you mean .*Mali \(MLI\)"):
        load_democracy(variables="vdem_regime", countries="Malli")
    with pytest.raises(DateError, match="it lies before start=2012"):
        load_democracy(variables="vdem_regime", start=2012, end=2011)


def test_outside_coverage_warns_and_names_it():
    with pytest.warns(CoverageWarning, match="democracy covers 1900-01-01 to 2025-12-31"):
        load_democracy(variables="vdem_regime", countries="MLI", start=1890)
    with pytest.warns(CoverageWarning, match="democracy covers 1900-01-01 to 2024-12-31"):
        load_regime_episodes(countries="MLI", end=2025)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        load_regime_episodes(countries="MLI", start=1960, end=2024)


def test_episodes_that_touch_the_window():
    episodes = load_regime_episodes(countries="MLI", start=2013, end=2014)
    assert episodes["episode_id"].tolist() == ["MLI-aut-2007", "MLI-dem-2014"]
    everything = load_regime_episodes()
    assert len(everything) == len(read_table("democracy", "episodes"))
    assert (everything["ert_start"] <= everything["ert_end"]).all()
    assert pd.api.types.is_bool_dtype(everything["ert_ongoing"])
