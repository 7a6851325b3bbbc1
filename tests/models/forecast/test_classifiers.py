"""Plain classifiers of scikit-learn in a back-test: gaps, categories, early origins, the same numbers as by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import LinearSVC

from sahelkit.errors import MissingColumnsError, OptionError, UnknownNameError
from sahelkit.evaluate import SklearnForecaster, backtest
from sahelkit.models.forecast.classifiers import covariates_of
from sahelkit.models.forecast.protocol import event_share
from sahelkit.panels import panel
from sahelkit.panels.realtime import real_time

pytestmark = pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")

CLOCK = ["since_last_attempt", "never_attempt"]
COLUMNS = [*CLOCK, "vdem_polyarchy_lag2"]


@pytest.fixture(scope="module")
def west():
    recipe = panel("west_africa", 1960, 2025, freq="Y").add_coups(rule="powell_thyne").since_last("attempt")
    return recipe.add_democracy("vdem_polyarchy").lag("vdem_polyarchy", years=2)


@pytest.fixture(scope="module")
def done(west):
    trees = HistGradientBoostingClassifier(max_iter=5, random_state=0, categorical_features="from_dtype")
    filled = make_pipeline(SimpleImputer(add_indicator=True), StandardScaler(), LogisticRegression())
    coded = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), ["iso3"]), remainder=SimpleImputer())
    models = {
        "trees": SklearnForecaster(trees, [*COLUMNS, "iso3"]),
        "filled": SklearnForecaster(filled, COLUMNS),
        "coded": SklearnForecaster(make_pipeline(coded, LogisticRegression()), [*COLUMNS, "iso3"]),
        "clock": SklearnForecaster(LogisticRegression(), CLOCK),
        "left out": SklearnForecaster(LogisticRegression(), COLUMNS, missing="leave_out"),
        "filled up": SklearnForecaster(LogisticRegression(), COLUMNS, missing="base_rate"),
        "none known": SklearnForecaster(trees, [*CLOCK, "vdem_polyarchy"]),
    }
    return backtest(models, west, origins=("1963", "2003"), refit=10)


def _rows(done, model):
    return done.tidy().query("model == @model").set_index(["origin", "iso3"])


def test_a_plain_classifier_gives_what_it_gives_by_hand(done, west):
    rows = real_time(west)
    happened = west.frame.set_index(["iso3", "period"])["attempt"] > 0
    y = happened.reindex(pd.MultiIndex.from_frame(rows[["iso3", "period"]])).to_numpy()
    year = rows["period"].dt.year
    known = year <= 2001  # on 1 January 2003 the attempts of 2002 are not yet out
    by_hand = LogisticRegression().fit(rows.loc[known, CLOCK].astype(float), y[known])
    wanted = by_hand.predict_proba(rows.loc[year == 2003, CLOCK].astype(float))[:, 1]
    given = _rows(done, "clock").loc[pd.Period("2003", "Y")]
    assert given.index.tolist() == rows.loc[year == 2003, "iso3"].tolist()
    np.testing.assert_allclose(given["probability"], wanted, rtol=1e-6)


def test_estimators_that_meet_gaps_forecast_every_row(done):
    for model in ("trees", "filled", "coded", "none known"):
        assert _rows(done, model)["probability"].between(0, 1, inclusive="neither").all(), model


def test_rows_with_gaps_are_left_out_or_get_the_share_of_events(done):
    out, filled = _rows(done, "left out"), _rows(done, "filled up")
    gaps = out["probability"].isna()
    assert 0 < gaps.sum() < len(out)
    assert set(out.loc[gaps, "why"]) == {"no forecast"}
    base = _rows(done, "base_rate")["probability"]
    pd.testing.assert_series_equal(filled.loc[gaps, "probability"], base[gaps], check_names=False)
    pd.testing.assert_series_equal(filled.loc[~gaps, "probability"], out.loc[~gaps, "probability"])


def _toy():
    return pd.DataFrame(
        {
            "x": pd.array([0, 1, 2, None, 4, 5], dtype="Int64"),
            "who": ["MLI", "MLI", None, "NER", "NER", "NER"],
            "known": pd.array([True, False, None, True, False, True], dtype="boolean"),
            "empty": np.nan,
            "event": [0.0, 0.0, 1.0, 0.0, 1.0, np.nan],
        }
    )


def test_numbers_become_floats_and_texts_categories():
    given = covariates_of(_toy(), ["x", "who", "known"])
    assert given.dtypes.astype(str).tolist() == ["float64", "category", "float64"]
    assert given.isna().sum().tolist() == [1, 1, 1]


def test_an_outcome_that_never_varied_is_forecast_by_the_share_of_events():
    quiet = _toy().assign(event=0.0)
    fit = SklearnForecaster(LogisticRegression(), ["x"]).fit(quiet, "event")
    np.testing.assert_array_equal(fit.predict(_toy()), np.full(6, 0.5 / 7))


def test_rows_whose_outcome_is_not_known_teach_nothing():
    model = SklearnForecaster(LogisticRegression(), "x", missing="base_rate")
    whole, cut = model.fit(_toy(), "event"), model.fit(_toy().iloc[:5], "event")
    np.testing.assert_array_equal(whole.predict(_toy()), cut.predict(_toy()))
    assert whole.predict(_toy())[3] == event_share(np.array([0.0, 0, 1, 0, 1]))


def test_a_column_of_which_nothing_is_known_tells_nothing():
    trees = HistGradientBoostingClassifier(max_iter=3, min_samples_leaf=1, random_state=0)
    with_it = SklearnForecaster(trees, ["x", "empty"]).fit(_toy(), "event")
    without = SklearnForecaster(trees, ["x"]).fit(_toy(), "event")
    later = _toy().assign(empty=np.arange(6.0))
    np.testing.assert_array_equal(with_it.predict(later), without.predict(later))


def test_a_callable_makes_the_covariates_from_whole_rows():
    def squares(frame):
        return np.column_stack([frame["x"].to_numpy(dtype=float, na_value=np.nan) ** 2, np.ones(len(frame))])

    fit = SklearnForecaster(LogisticRegression(), squares, missing="leave_out").fit(_toy(), "event")
    rows = _toy().assign(square=[0.0, 1, 4, np.nan, 16, 25], one=1.0)
    named = SklearnForecaster(LogisticRegression(), ["square", "one"], missing="leave_out").fit(rows, "event")
    np.testing.assert_allclose(fit.predict(_toy()), named.predict(rows), rtol=1e-12)


def test_the_forecaster_and_its_classifier_are_left_as_they_were():
    plain = LogisticRegression()
    SklearnForecaster(plain, ["x"], missing="leave_out").fit(_toy(), "event")
    assert not hasattr(plain, "coef_")


def test_it_is_called_after_its_classifier():
    assert SklearnForecaster(LogisticRegression(), ["x"]).name == "LogisticRegression"
    assert SklearnForecaster(make_pipeline(StandardScaler(), LogisticRegression()), ["x"]).name == "LogisticRegression"


@pytest.mark.parametrize(
    ("model", "error", "message"),
    [
        (
            SklearnForecaster(LogisticRegression, ["x"]),
            OptionError,
            r"it is a class, not an object. Type Logistic.*\(\)",
        ),
        (SklearnForecaster(Ridge(), ["x"]), OptionError, "estimator='Ridge': it gives no probabilities"),
        (SklearnForecaster(LinearSVC(), ["x"]), OptionError, "CalibratedClassifierCV makes one"),
        (SklearnForecaster(LogisticRegression(), []), OptionError, "at least one column"),
        (SklearnForecaster(LogisticRegression(), ["y"]), MissingColumnsError, "SklearnForecaster needs the column 'y'"),
        (SklearnForecaster(LogisticRegression(), ["day"]), OptionError, "columns='day': it holds datetime64"),
        (
            SklearnForecaster(LogisticRegression(), ["x"], missing="drop"),
            UnknownNameError,
            "base_rate, keep, leave_out",
        ),
    ],
)
def test_what_cannot_forecast_is_refused_in_words(model, error, message):
    with pytest.raises(error, match=message):
        model.fit(_toy().assign(day=pd.Timestamp("2012-03-22")), "event")


@pytest.mark.parametrize("column", ["x", "who"])
def test_the_error_of_a_classifier_says_what_to_do_about_gaps_and_categories(column):
    with pytest.raises(ValueError, match=r"NaN|could not convert") as caught:
        SklearnForecaster(LogisticRegression(), [column]).fit(_toy(), "event")
    assert "SimpleImputer" in caught.value.__notes__[0]
    assert "OneHotEncoder(handle_unknown='ignore')" in caught.value.__notes__[0]


def test_a_gap_that_comes_later_is_explained_too():
    fit = SklearnForecaster(LogisticRegression(), ["x"]).fit(_toy().dropna(subset=["x"]), "event")
    with pytest.raises(ValueError, match="NaN") as caught:
        fit.predict(_toy())
    assert "missing='leave_out'" in caught.value.__notes__[0]


def test_a_calibrated_machine_forecasts():
    rows = pd.DataFrame({"x": np.arange(40.0) % 8, "event": (np.arange(40) % 8 > 3) * 1.0})
    chance = SklearnForecaster(CalibratedClassifierCV(LinearSVC(), cv=2), ["x"]).fit(rows, "event").predict(rows)
    assert chance[rows["event"] == 1].min() > chance[rows["event"] == 0].max()
