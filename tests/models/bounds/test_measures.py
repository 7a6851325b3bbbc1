"""Measures of exposure: against sums written out by hand, and never a look into the future."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import ModelError, OptionError, UnknownNameError
from sahelkit.estimation.splines import duration_terms
from sahelkit.exposure import spatial_weights
from sahelkit.models.bounds import exposure_measures


@pytest.fixture(scope="module")
def panel():
    return sk.panel("west_africa", "1960", "2020", freq="Y").add_coups(rule="powell_thyne").since_last("attempt").frame


@pytest.fixture(scope="module")
def made(panel):
    return exposure_measures(panel, windows=[1, 3, 5], weights=["land", "inverse_distance", "region"])


def test_each_measure_is_the_sum_written_out(panel, made):
    frame = made.join(panel).assign(year=panel["period"].dt.year)
    wide = frame.pivot_table(index="year", columns="iso3", values=["attempt", "success"]).fillna(0.0)
    near = spatial_weights(sorted(frame["iso3"].unique()), kind="inverse_distance", normalise=None).to_pandas()
    rng = np.random.default_rng(1)
    for place in rng.choice(len(frame), 60, replace=False):
        row = frame.iloc[place]
        others = [code for code in near.columns if code != row["iso3"]]
        for event in ("attempt", "success"):
            counts = wide[event]
            for window in (1, 3, 5):
                past = counts[(counts.index < row["year"]) & (counts.index >= row["year"] - window)]
                known = row["year"] - window >= 1960
                flat = (past[others].sum() * near.loc[row["iso3"], others]).sum() if known else np.nan
                assert row[f"inverse_distance_{event}_w{window}"] == pytest.approx(flat, nan_ok=True)
                whole = past[others].to_numpy().sum() if known else np.nan
                assert row[f"region_{event}_w{window}"] == pytest.approx(whole, nan_ok=True)
            ages = row["year"] - counts.index.to_numpy()
            stay = 1 - 1 / 2  # a window of three years has a mean lag of two
            faded = np.where(ages > 0, (1 - stay) * stay ** np.maximum(ages - 1, 0), 0.0) @ counts[others].to_numpy()
            value = faded @ near.loc[row["iso3"], others].to_numpy() if row["year"] >= 1963 else np.nan
            assert row[f"inverse_distance_{event}_d3"] == pytest.approx(value, nan_ok=True)


def test_neither_the_own_country_nor_the_present_nor_the_future_counts(panel, made):
    now = (panel["iso3"] == "MLI") & (panel["period"].dt.year == 1991)
    later = panel["period"].dt.year >= 1991
    names = (*made.names, "t", "t2", "t3", "never")
    before = pd.DataFrame(made.columns(names))
    for change in (later, (panel["iso3"] == "MLI") & (panel["period"].dt.year < 1991)):
        other = panel.copy()
        other.loc[change, ["attempt", "success"]] += 3
        again = exposure_measures(other, windows=[1, 3, 5], weights=["land", "inverse_distance", "region"])
        after = pd.DataFrame(again.columns(made.names))
        pd.testing.assert_series_equal(before.loc[now, list(made.names)].iloc[0], after[now].iloc[0])
    history = pd.DataFrame(
        exposure_measures(panel.assign(attempt=panel["attempt"] + later), windows=[1], weights=["land"]).columns(names)
    )
    pd.testing.assert_frame_equal(history.loc[now, ["t", "never"]], before.loc[now, ["t", "never"]])


def test_the_own_history_is_that_of_the_panel(panel, made):
    mine = made.join(panel)
    theirs = duration_terms(panel["since_last_attempt"], scale=10.0)
    # The panel knows attempts before 1960; from the first attempt in it on, both clocks agree.
    after = mine["never"] == 0
    assert after.sum() > 700
    np.testing.assert_allclose(mine.loc[after, ["t", "t2", "t3"]], theirs.loc[after, ["t", "t2", "t3"]])
    assert mine["onset"].tolist() == panel["attempt"].clip(upper=1).tolist()


def test_countries_that_trade_places_get_the_neighbours_of_others(panel, made):
    order = np.random.default_rng(2).permutation(16)
    moved = made.columns(["land_attempt_w3"], order=order)["land_attempt_w3"]
    codes = np.array(made.grid.codes)
    table = spatial_weights(codes.tolist(), normalise=None)
    table.values[:] = table.to_numpy()[np.ix_(order, order)]
    by_hand = exposure_measures(panel, events=["attempt"], windows=[3], weights={"land": table}, fades=["window"])
    np.testing.assert_array_equal(moved, by_hand.columns(["land_attempt_w3"])["land_attempt_w3"])


def test_common_organisations_are_those_of_the_year():
    panel = sk.panel("west_africa", "1970", "2025", freq="Y").add_coups(rule="powell_thyne").frame
    made = exposure_measures(panel, events=["attempt"], windows=[1], weights=["organisation"], fades=["window"])
    frame = made.join(panel).assign(year=panel["period"].dt.year)
    value = frame.set_index(["iso3", "year"])["organisation_attempt_w1"]
    assert value.loc[("GHA", 1975)] == 0.0  # ECOWAS was founded in May 1975
    assert value.loc[("MRT", 2021)] == 0.0  # Mauritania had left, Mali's coup of 2020 counts for the others
    # 2020: one attempt in the region, in Mali. Ghana shares ECOWAS with it, Niger ECOWAS and UEMOA.
    assert panel[panel["period"].dt.year == 2020].set_index("iso3")["attempt"].loc[lambda x: x > 0].to_dict() == {
        "MLI": 1
    }
    assert (value.loc[("GHA", 2021)], value.loc[("NER", 2021)]) == (1.0, 2.0)


def test_the_same_window_is_not_made_twice(made):
    assert len(made.names) == 3 * 2 * 5
    assert len(set(made.names)) == len(made.names)
    assert made.only("weights == 'land' and event == 'success'").terms == " + ".join(
        f"land_success_{kind}" for kind in ("w1", "w3", "w5", "d3", "d5")
    )


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"windows": [0]}, OptionError, "at least one period"),
        ({"windows": []}, OptionError, "at least one period"),
        ({"weights": ["lnad"]}, UnknownNameError, "Did you mean 'land'"),
        ({"fades": ["slow"]}, UnknownNameError, "unknown fade"),
        ({"events": []}, OptionError, "none of them can be empty"),
    ],
)
def test_measures_that_cannot_be_are_refused(panel, options, error, message):
    with pytest.raises(error, match=message):
        exposure_measures(panel, **options)


def test_measures_of_other_rows_are_refused(panel, made):
    with pytest.raises(ModelError, match="made from 941 rows, the frame has 10"):
        sk.extreme_bounds("onset ~ 1 | land_attempt_w1 | 1", panel.head(10), measures=made)


def test_windows_of_months_are_those_of_the_panel():
    """Countries all of whose neighbours lie in West Africa, against the panel's own count of events next door."""
    made = sk.panel("west_africa", "1990-01", "2005-12").add_coups(rule="powell_thyne").add_neighbours("attempt")
    frame = made.past("neighbours_attempt", months=24).frame
    measures = exposure_measures(frame, events=["attempt"], windows=[24], weights=["land"], fades=["window"])
    joined = measures.join(frame)
    inner = joined[joined["iso3"].isin(["SLE", "LBR", "GIN", "SEN", "GMB", "GNB", "CIV", "BFA"])]
    inner = inner[inner["period"] >= pd.Period("1992-01", "M")]
    assert inner["neighbours_attempt_past24"].sum() > 100
    np.testing.assert_array_equal(inner["land_attempt_w24"], inner["neighbours_attempt_past24"])
