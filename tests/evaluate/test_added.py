"""Whether a column earned its place: one that was built from the truth did, one of noise did not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.tree import DecisionTreeClassifier

import sahelkit as sk
from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.evaluate import added_value, log_score
from sahelkit.models.forecast import HazardForecaster, forecast_panel
from sahelkit.models.forecast.covariates import TERMS
from sahelkit.models.forecast.past import past_forecasts
from sahelkit.models.forecast.setup import setup

YEARS = [f"{year}-01" for year in range(2006, 2014)]


@pytest.fixture(scope="module")
def given():
    """Invented columns for Africa since 1998: one that leaks the coming year, one of noise."""
    base = sk.panel("africa", "1998-01", "2025-12").add_coups().frame
    rng = np.random.default_rng(2)
    coming = base.groupby("iso3")["attempt"].transform(lambda s: s[::-1].rolling(12, min_periods=1).max()[::-1])
    frame = base[["iso3", "period"]].assign(
        signal=2.0 * coming + rng.normal(size=len(base)), noise=rng.normal(size=len(base))
    )
    return forecast_panel().add_frame(frame, published="+30d").lag(["signal", "noise"], periods=1)


@pytest.fixture(scope="module")
def signal(given):
    return added_value(given, "signal_lag1", origins=YEARS, replicates=300)


def test_a_column_that_knows_the_future_earns_its_place_and_noise_does_not(given, signal):
    noise = added_value(given, "noise_lag1", origins=YEARS, replicates=300)
    assert signal.earned
    assert not noise.earned
    assert "it earned a place" in signal.says()
    assert "elle a mérité sa place" in signal.says(lang="fr")
    assert "it earned no place" in noise.says()
    assert "elle n’a pas mérité sa place" in noise.says(lang="fr")


def test_the_difference_is_that_of_the_log_scores_of_the_same_rows(given, signal):
    model = HazardForecaster(terms=(*TERMS, "signal_lag1"))
    history = setup(panel=given, forecaster=model).history
    origins = [pd.Period(name, "M").ordinal for name in YEARS]
    known = set(zip(history.rows["iso3"], history.ordinal, strict=True)) & {
        (code, number)
        for code, number, value in zip(
            history.rows["iso3"], history.ordinal, history.columns["signal_newest1"], strict=True
        )
        if not np.isnan(value)
    }
    scores = []
    for one in (model, HazardForecaster()):
        found = past_forecasts(history, origins, model=one).dropna()
        keys = zip(found["iso3"], found["origin"].array.asi8, strict=True)
        mine = found[[key in known for key in keys]]
        scores.append(log_score(mine["outcome"], mine["probability"]))
    row = signal.frame.set_index("score").loc["log"]
    assert (row["model"], row["other"]) == pytest.approx(scores)
    assert row["difference"] == pytest.approx(scores[0] - scores[1])
    assert signal.n_rows == len(mine)
    assert signal.n_all == len(found)
    assert (signal.n_origins, signal.span) == (8, ("2006-01", "2013-01"))


def test_origins_before_anything_was_known_are_left_out(given, signal):
    """Data from January 1998: the first window to learn from that was out ends in January 1999."""
    found = added_value(given, "noise_lag1", origins=["1995-01", "1999-01", "2001-01", "2003-01"], replicates=50)
    assert found.span == ("2001-01", "2003-01")


def test_several_columns_and_one_origin(given):
    found = added_value(given, origins=["2012-01"], replicates=50)
    assert found.columns == ("signal_lag1", "noise_lag1")
    assert "this set" in found.says()
    assert not found.earned
    assert "too few origins" in found.says()


def test_a_classifier_is_tried_with_and_without(given):
    model = DecisionTreeClassifier(max_depth=4, min_samples_leaf=50, random_state=0)
    found = added_value(given, "signal_lag1", forecaster=model, origins=YEARS[::6], replicates=50)
    assert found.frame.set_index("score").loc["log", "difference"] != 0


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"columns": "signal_lag7"}, UnknownNameError, r"type \.lag\('signal', periods=7\)"),
        ({"columns": "signal_lag1", "origins": ["1995-01"]}, OptionError, "at no origin .*first was known in 1998-0"),
        ({"columns": "x"}, UnknownNameError, "'x'"),
    ],
)
def test_what_cannot_be_tried_is_refused(given, options, kind, message):
    with pytest.raises(kind, match=message):
        added_value(given, **options)


def test_without_a_column_of_ones_own_there_is_nothing_to_try():
    with pytest.raises(OptionError, match=r"add_frame\(mine, published='\+30d'\)\.lag"):
        added_value(forecast_panel())


def test_the_terms_of_the_forecaster_are_the_base(given):
    small = HazardForecaster(terms=("log_since", "never", "noise_lag1"))
    found = added_value(given, "noise_lag1", forecaster=small, origins=YEARS[::4], replicates=50)
    again = added_value(
        given, "noise_lag1", forecaster=replace(small, terms=small.terms[:2]), origins=YEARS[::4], replicates=50
    )
    pd.testing.assert_frame_equal(found.frame, again.frame)
