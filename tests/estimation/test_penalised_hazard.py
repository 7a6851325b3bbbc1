"""The penalised hazard as a classifier: scikit-learn's own checks, and the same numbers as the arithmetic beneath."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.estimator_checks import parametrize_with_checks

from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.estimation.links import chances
from sahelkit.estimation.penalised_hazard import PenalisedHazard
from sahelkit.estimation.ridge import ridge_maximise


# No check is excluded: the estimator reads bare arrays, so all that scikit-learn asks of a binary classifier holds.
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([PenalisedHazard(), PenalisedHazard(penalty=1.0, link="cloglog")])
def test_it_keeps_the_rules_of_scikit_learn(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(8)
    x = rng.normal(size=(800, 3))
    y = np.where(rng.random(800) < chances("cloglog", x @ [0.8, -0.4, 0.0] - 2.0), "coup", "calm")
    return x, y, rng.uniform(0.2, 2.0, 800)


def test_the_logit_is_that_of_scikit_learn(sample):
    x, y, w = sample
    theirs = LogisticRegression(C=0.25, tol=1e-10, max_iter=5000).fit(x, y, sample_weight=w)
    ours = PenalisedHazard(penalty=4.0).fit(x, y, sample_weight=w)
    # Theirs stops at a gradient of about 1e-6; probabilities are of order 0.1.
    np.testing.assert_allclose(ours.predict_proba(x), theirs.predict_proba(x), atol=1e-5)
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)


def test_the_other_link_is_the_arithmetic_of_the_forecaster(sample):
    x, y, _ = sample
    design = np.column_stack([np.ones(800), x])
    plain = ridge_maximise(design, (y == "coup").astype(float), penalty=2.0, weights=np.ones(800), link="cloglog")
    fit = PenalisedHazard(penalty=2.0, link="cloglog").fit(x, y)
    np.testing.assert_array_equal([*fit.intercept_, *fit.coef_[0]], plain.coef)
    chance = fit.predict_proba(x)[:, 1]
    np.testing.assert_array_equal(fit.predict(x) == "coup", chance > 0.5)
    np.testing.assert_array_equal(fit.decision_function(x) > 0, chance > 0.5)


def test_it_stands_in_a_pipeline_and_a_search(sample):
    x, y, _ = sample
    pipe = make_pipeline(StandardScaler(), PenalisedHazard())
    grid = {"penalisedhazard__link": ["logit", "cloglog"], "penalisedhazard__penalty": [1.0, 1e6]}
    best = GridSearchCV(pipe, grid, scoring="neg_log_loss", cv=3).fit(x, y)
    assert best.best_params_["penalisedhazard__penalty"] == 1.0


@pytest.mark.parametrize(
    ("options", "outcome", "error", "message"),
    [
        ({"penalty": -1.0}, [0, 1, 1], OptionError, "penalty=-1.0: it is not negative"),
        ({"link": "probit"}, [0, 1, 1], UnknownNameError, "unknown link 'probit'"),
        ({}, [1, 1, 1], ValueError, "needs rows of two classes, and y holds one class"),
        ({}, [0, 1, 2], ValueError, "Only binary classification is supported"),
    ],
)
def test_what_cannot_be_fitted_is_refused_in_words(options, outcome, error, message):
    with pytest.raises(error, match=message):
        PenalisedHazard(**options).fit([[0.0], [1.0], [2.0]], outcome)
