"""What the forecaster could know: by hand, by scrambling the future, and against the back-test."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import DateError, UnknownNameError
from sahelkit.models.forecast import HazardForecaster, forecast_panel
from sahelkit.models.forecast.choices import CANDIDATES, SCORES, development
from sahelkit.models.forecast.covariates import covariates
from sahelkit.models.forecast.inputs import silent
from sahelkit.models.forecast.past import World, januaries, past_forecasts, world


@pytest.fixture(scope="module")
def history():
    return world("powell_thyne", None)


def _ordinal(month):
    return pd.Period(month, freq="M").ordinal


def test_labels_by_hand():
    months = pd.period_range("2000-01", "2000-06", freq="M")
    rows = pd.DataFrame({"iso3": ["MLI"] * 6 + ["NER"] * 6, "period": [*months, *months]})
    rows["period"] = pd.PeriodIndex(rows["period"], freq="M")
    counts = np.array([0, 0, 1, 0, 0, np.nan, 0, 2, 0, 0, 1, np.nan])
    toy = World(rows, (), np.empty((12, 0)), rows["period"].array.asi8, {"attempt": counts})
    known = [1, 1, 1, np.nan, np.nan, np.nan], [1, 1, 1, np.nan, np.nan, np.nan]
    np.testing.assert_array_equal(toy.labels("attempt", 3), [*known[0], *known[1]])
    np.testing.assert_array_equal(toy.labels("attempt", 1), [0, 0, 1, 0, 0, np.nan, 0, 1, 0, 0, 1, np.nan])


@pytest.mark.parametrize("month", ["1975-07", "2012-03", "2020-01"])
def test_each_row_is_what_the_panel_showed_on_its_first_day(history, month):
    with silent():
        seen = forecast_panel(start=month, end=month).as_of(f"{month}-01").frame
    here = history.ordinal == _ordinal(month)
    assert seen["iso3"].tolist() == history.rows["iso3"][here].tolist()
    np.testing.assert_allclose(history.values[here], covariates(seen), rtol=1e-12)


def test_nothing_after_the_origin_moves_a_forecast(history):
    origin = _ordinal("2012-03")
    rng = np.random.default_rng(5)
    later = history.ordinal >= origin - 1  # February 2012 was not wholly known on 1 March
    counts = {name: np.where(later, rng.integers(0, 3, later.size), old) for name, old in history.counts.items()}
    values = np.where((history.ordinal > origin)[:, None], rng.normal(size=history.values.shape), history.values)
    scrambled = replace(history, counts=counts, values=values)
    plain, moved = (past_forecasts(one, [origin])["probability"] for one in (history, scrambled))
    np.testing.assert_array_equal(plain, moved)
    # And one month earlier does count: the scrambling can be seen.
    counts["attempt"] = np.where(history.ordinal == origin - 2, 1.0, history.counts["attempt"])
    changed = past_forecasts(replace(history, counts=counts), [origin])["probability"]
    assert np.abs(plain - changed).max() > 1e-4


@pytest.mark.parametrize(("horizon", "event"), [(12, "attempt"), (1, "success")])
def test_the_same_numbers_as_the_back_test(history, horizon, event):
    from sahelkit.evaluate import backtest

    with silent():
        panel = forecast_panel(start="1985-01", end="2012-01")
        found = backtest(HazardForecaster(), panel, outcome=event, origins=["2008-01", "2012-01"], horizon=horizon)
    theirs = found.tidy()
    theirs = theirs[theirs["model"] == "hazard"]
    young = history.ordinal >= _ordinal("1985-01")
    short = World(
        history.rows[young].reset_index(drop=True),
        history.terms,
        history.values[young],
        history.ordinal[young],
        {name: counts[young] for name, counts in history.counts.items()},
    )
    ours = past_forecasts(short, januaries(2008, 2008) + januaries(2012, 2012), event=event, horizon=horizon)
    both = theirs.merge(ours, on=["origin", "iso3"], how="outer")
    assert len(both) == len(ours) == len(theirs)
    np.testing.assert_allclose(both["probability_x"], both["probability_y"], rtol=1e-9)
    np.testing.assert_array_equal(both["outcome_x"].astype(float), both["outcome_y"])


def test_windows_past_the_list_are_unscored(history):
    found = past_forecasts(history, [_ordinal("2025-02")])
    assert found["outcome"].isna().all()
    assert found["probability"].notna().all()


@pytest.mark.parametrize(("month", "why"), [("1958-01", "forecasts begin in 1961-01"), ("2031-01", "ends in 2025-12")])
def test_origins_outside_the_data_are_refused(history, month, why):
    with pytest.raises(DateError, match=why):
        past_forecasts(history, [_ordinal(month)])


def test_an_unknown_outcome_is_refused(history):
    with pytest.raises(UnknownNameError, match="attempt, success"):
        past_forecasts(history, [_ordinal("2012-01")], event="failure")


def test_more_risk_where_the_model_says_so(history):
    """On forecasts that the choices were made on: the top tenth holds most of the attempts."""
    found = past_forecasts(history, januaries(1996, 2000))
    top = found["probability"] >= found["probability"].quantile(0.9)
    assert found["outcome"][top].sum() > 0.45 * found["outcome"].sum()
    assert 0.6 < found["probability"].sum() / found["outcome"].sum() < 1.7


def test_every_candidate_has_its_score_and_the_chosen_one_is_the_default():
    assert set(SCORES) == set(CANDIDATES)
    assert CANDIDATES["chosen"] == HazardForecaster()
    assert development(["chosen"])["log"].item() == pytest.approx(SCORES["chosen"], abs=1e-5)


def test_an_unknown_candidate_is_refused():
    with pytest.raises(UnknownNameError, match="penalty 30"):
        development(["penalty 31"])


@pytest.mark.slow
def test_scores_on_which_choices_were_made_come_out_again():
    found = development().set_index("candidate")["log"]
    print(found.round(5).to_string())
    for name, score in SCORES.items():
        assert found[name] == pytest.approx(score, abs=1e-5), name


@pytest.mark.slow
def test_a_random_forest_beside_it_did_not_earn_its_place(history):
    """Averaged on the log-odds scale, on the forecasts on which choices were made; the interval resamples years."""
    from sklearn.ensemble import RandomForestClassifier

    plain = past_forecasts(history, januaries(1981, 2010))
    labels, forest = history.labels("attempt", 12), []
    for origin in januaries(1981, 2010):
        newest = origin - 13
        learn = (history.ordinal <= newest) & ((newest - history.ordinal) % 12 == 0)
        middle = np.nan_to_num(np.nanmedian(history.values[learn], axis=0))
        filled, gaps = np.where(np.isnan(history.values), middle, history.values), np.isnan(history.values)
        both = np.column_stack([filled, gaps[:, gaps[learn].mean(axis=0) > 0.01]])
        weights = 0.5 ** ((newest - history.ordinal[learn]) / 12 / 20)
        trees = RandomForestClassifier(300, min_samples_leaf=20, max_features=0.33, random_state=0)
        trees.fit(both[learn], labels[learn], weights)
        forest.append(trees.predict_proba(both[history.ordinal == origin])[:, 1])
    other = np.clip(np.concatenate(forest), 1e-4, 1 - 1e-4)
    own, happened = plain["probability"].to_numpy(), plain["outcome"].to_numpy()
    mean = 1 / (1 + np.exp(-(np.log(own / (1 - own)) + np.log(other / (1 - other))) / 2))
    gain = np.log(np.where(happened == 1, mean / own, (1 - mean) / (1 - own)))
    years = pd.DataFrame({"gain": gain, "year": plain["origin"].dt.year}).groupby("year")["gain"].agg(["sum", "size"])
    draws = np.random.default_rng(0).integers(0, 30, (4000, 30))
    spread = years["sum"].to_numpy()[draws].sum(axis=1) / years["size"].to_numpy()[draws].sum(axis=1)
    low, high = np.quantile(spread, [0.05, 0.95])
    print(f"gain of the mean with a forest: {gain.mean():.5f} (90 % interval {low:.5f} to {high:.5f})")
    assert low < 0 < high
