"""Parameters of forecasters: scikit-learn's checks that need no arrays, and names that are wrong."""

from __future__ import annotations

import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import estimator_checks

from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.evaluate import BaseRate, OwnHistory, SklearnForecaster
from sahelkit.models.forecast import HazardForecaster

WRAPPED = SklearnForecaster(make_pipeline(StandardScaler(), LogisticRegression(C=3.0)), columns=["x"])
MODELS = [BaseRate(years=15), OwnHistory(penalty=10), HazardForecaster(terms=["never"], penalty=3), WRAPPED]

# The other checks call fit(X, y) with bare arrays; a forecaster reads the rows of a panel, and its fit returns what was
# learnt in an object of its own, so that one forecaster can serve many origins.
CHECKS = ["check_estimator_cloneable", "check_get_params_invariance", "check_set_params", "check_estimator_repr"]


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_checks_of_scikit_learn_that_need_no_arrays(model, check):
    if not hasattr(estimator_checks, check):
        pytest.skip("this release of scikit-learn has no such check")
    getattr(estimator_checks, check)(type(model).__name__, clone(model, safe=False))


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_a_clone_has_equal_parameters_and_is_another_object(model):
    copy = clone(model)
    assert copy is not model
    own, theirs = model.get_params(deep=False), copy.get_params(deep=False)
    assert {key: str(value) for key, value in own.items()} == {key: str(value) for key, value in theirs.items()}


def test_parameters_are_kept_as_they_were_given():
    terms = ["never", "log_since"]
    assert HazardForecaster(terms=terms).terms is terms
    assert clone(HazardForecaster(terms=terms)) == HazardForecaster(terms=terms)


def test_parameters_of_the_classifier_are_reached_through_the_forecaster():
    model = clone(WRAPPED)
    assert model.get_params()["estimator__logisticregression__C"] == 3.0
    model.set_params(estimator__logisticregression__C=7.0, missing="leave_out")
    assert (model.estimator[-1].C, model.missing) == (7.0, "leave_out")
    assert WRAPPED.estimator[-1].C == 3.0
    later = model.set_params(estimator=LogisticRegression(), estimator__C=2.0)
    assert later.estimator.C == 2.0


def test_an_unknown_parameter_is_named():
    with pytest.raises(UnknownNameError, match="unknown parameter of HazardForecaster 'penality'"):
        HazardForecaster().set_params(penality=3)
    with pytest.raises(ValueError, match="Invalid parameter 'D'"):
        clone(WRAPPED).set_params(estimator__logisticregression__D=1)


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (BaseRate(years=0), "years=0: it is a whole number"),
        (OwnHistory(penalty=0), "penalty=0: it is a positive number"),
    ],
)
def test_parameters_are_checked_when_they_are_used(model, message):
    with pytest.raises(OptionError, match=message):
        model.fit(None, "attempt_within_1")
