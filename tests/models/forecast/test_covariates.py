"""Covariates of the forecaster on rows worked by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import MissingColumnsError, OptionError, UnknownNameError
from sahelkit.models.forecast import HazardForecaster, forecast_panel
from sahelkit.models.forecast.covariates import TERMS, covariates
from sahelkit.models.forecast.inputs import YEARLY


def toy(countries=("MLI", "NER", "FRA"), years=(2000, 2001), **known):
    rows = [(code, pd.Period(str(year), freq="Y")) for code in countries for year in years]
    frame = pd.DataFrame(rows, columns=["iso3", "period"])
    frame["period"] = pd.PeriodIndex(frame["period"], freq="Y")
    frame["since_last_attempt"], frame["never_attempt"] = 3.0, 0.0
    for window in (5, 10, 15):
        frame[f"attempt_past{window}_known"] = 0.0
    for name in YEARLY:
        for lag in range(1, 9):
            frame[f"{name}_lag{lag}"] = np.nan
    return frame.assign(**known)


def column(frame, term):
    return covariates(frame, [term])[:, 0]


def test_rates_of_the_world_and_of_the_other_states_of_the_region():
    frame = toy(attempt_past5_known=[1, 0, 2, 0, 0, 0], attempt_past10_known=[1, 0, 3, 0, 0, 5])
    np.testing.assert_allclose(column(frame, "world_5y"), np.log([(0.6 + 0.3) / 3, 0.3 / 3] * 3))
    # Mali sees the three of Niger, Niger the one of Mali; a region of two counts as one of at least five others.
    np.testing.assert_allclose(
        column(frame, "region_10y"), np.log(np.array([3 / 5 / 10, 0, 1 / 5 / 10, 0, 0, 0]) + 0.003)
    )


def test_the_newest_published_value_counts_and_is_dropped_after_five_years():
    frame = toy(vdem_polyarchy_lag2=[0.2, np.nan] * 3, vdem_polyarchy_lag4=0.9, vdem_polyarchy_lag5=0.1)
    assert column(frame, "polyarchy").tolist() == [0.2, 0.9] * 3
    assert np.isnan(column(toy(vdem_polyarchy_lag6=0.5), "polyarchy")).all()


def test_change_over_three_years_starts_from_the_newest_pair():
    frame = toy(vdem_polyarchy_lag2=0.2, vdem_polyarchy_lag5=0.6, vdem_polyarchy_lag3=0.9, vdem_polyarchy_lag6=0.1)
    np.testing.assert_allclose(column(frame, "polyarchy_change"), -0.4)


def test_history_income_growth_and_regime_are_transformed_as_said():
    frame = toy(
        attempt_past5_known=2.0,
        wdi_gdp_per_capita_lag2=1000.0,
        wdi_gdp_per_capita_growth_lag2=-40.0,
        vdem_polyarchy_lag1=0.3,
    )
    wanted = ["log_since", "past_5y", "log_income", "growth", "polyarchy_middle"]
    np.testing.assert_allclose(
        covariates(frame, wanted)[0], [np.log(3.25), np.log(3), np.log(1000), -15, 0.04], atol=1e-12
    )


def test_a_panel_without_the_columns_is_refused_in_words():
    with pytest.raises(MissingColumnsError, match="forecast_panel"):
        covariates(toy().drop(columns="never_attempt"))


def test_an_unknown_covariate_is_answered_with_a_near_one():
    with pytest.raises(UnknownNameError, match="Did you mean 'polyarchy'"):
        covariates(toy(), ["polyarky"])


def test_the_panel_has_every_column_the_forecaster_reads():
    for freq in ("M", "Y"):
        recipe = forecast_panel(freq=freq, start=2011, end=2011, leaders=True)
        unit = 12 if freq == "M" else 1
        assert {f"vdem_polyarchy_lag{8 * unit}", f"owid_population_lag{5 * unit}"} <= set(recipe.columns)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"penalty": -1.0}, "it is not negative"),
        ({"half_life": 0.0}, "positive number of years"),
        ({"step": 0}, "at least one period apart"),
        ({"link": "probit"}, "unknown link 'probit'"),
    ],
)
def test_options_out_of_range_are_refused(options, message):
    with pytest.raises((OptionError, UnknownNameError), match=message):
        HazardForecaster(**options).fit(_learnable(), "attempt_within_1")


def _learnable(n=60):
    rng = np.random.default_rng(0)
    frame = toy(years=range(1960, 1960 + n))
    frame["since_last_attempt"] = rng.integers(1, 30, len(frame)).astype(float)
    frame["attempt_within_1"] = (rng.random(len(frame)) < 1 / frame["since_last_attempt"]).astype(float)
    return frame


def test_it_learns_keeps_every_country_and_does_not_change_itself():
    frame = _learnable()
    model = HazardForecaster()
    fit = model.fit(frame, "attempt_within_1")
    assert model == HazardForecaster()
    new = toy(years=[2020], since_last_attempt=[1.0, 20.0, np.nan])
    chance = fit.predict(new)
    assert chance[0] > 2 * chance[1] > 0
    assert np.isnan(chance[2])  # where the list of coups does not speak there is no forecast
    middle, low, high = fit.predict_interval(new, level=0.5)
    assert (low[:2] < middle[:2]).all()
    assert (middle[:2] < high[:2]).all()
    assert fit.n_rows == 180


def test_windows_that_overlap_share_one_weight():
    frame = _learnable()
    plain = HazardForecaster(step=1).fit(frame, "attempt_within_1")
    frame = frame.rename(columns={"attempt_within_1": "attempt_within_4"})
    weaker = HazardForecaster(step=1).fit(frame, "attempt_within_4")
    place = 1 + TERMS.index("log_since")
    assert abs(weaker.coef[place]) < abs(plain.coef[place])  # a quarter of the weight, the same penalty


def test_a_part_of_the_world_is_not_forecast_alone():
    fit = HazardForecaster().fit(_learnable(), "attempt_within_1")
    with pytest.raises(OptionError, match="Forecast all states of the period at once"):
        fit.predict(toy(countries=["MLI"], years=[2020]))


def test_a_label_that_is_absent_is_named():
    with pytest.raises(MissingColumnsError, match="attempt_within_2"):
        HazardForecaster().fit(_learnable(), "attempt_within_2")
