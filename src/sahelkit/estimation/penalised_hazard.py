"""The penalised hazard as a classifier of scikit-learn, for pipelines and searches of one's own.

It imports scikit-learn, so that nothing here imports it.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_consistent_length, check_is_fitted, column_or_1d

from sahelkit._types import Floats
from sahelkit.errors import OptionError
from sahelkit.estimation.links import chances, check_link, linear_predictor
from sahelkit.estimation.ridge import ridge_maximise

try:
    from sklearn.utils.validation import validate_data
except ImportError:  # a method until scikit-learn 1.6

    def validate_data(estimator: Any, *arrays: Any, **options: Any) -> Any:
        """Check arrays, and note or compare the names of their columns."""
        return estimator._validate_data(*arrays, **options)


class PenalisedHazard(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Binary regression with a ridge penalty and a logit or complementary log-log link.

    The arithmetic of `sahelkit.models.forecast.HazardForecaster` on arrays, see
    `sahelkit.estimation.ridge.ridge_maximise`. The complementary log-log link is the discrete-time form of a
    proportional hazard. Columns are taken as they are: put ``StandardScaler`` in front, since one penalty holds for
    all of them.

    Parameters
    ----------
    penalty : float
        Inverse variance of the normal prior of each coefficient but the intercept.
    link : {"logit", "cloglog"}
        Link function.

    Attributes
    ----------
    classes_ : array, shape (2,)
        Both values of the outcome, in order; the second is the event.
    coef_ : array, shape (1, k)
        Coefficients.
    intercept_ : array, shape (1,)
        Intercept.
    n_iter_ : int
        Newton steps.
    n_features_in_ : int
        k.

    References
    ----------
    le Cessie, S., & van Houwelingen, J. C. (1992). Ridge estimators in logistic regression. Applied Statistics, 41(1),
    191-201. https://doi.org/10.2307/2347628

    Examples
    --------
    >>> model = PenalisedHazard(penalty=1.0).fit([[-1.0], [-1], [1], [1]], [0, 1, 1, 1])
    >>> model.predict_proba([[-1.0], [1.0]]).round(2).tolist()
    [[0.35, 0.65], [0.15, 0.85]]
    """

    def __init__(self, penalty: float = 10.0, link: str = "logit") -> None:
        self.penalty = penalty
        self.link = link

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike, sample_weight: npt.ArrayLike | None = None) -> Self:  # noqa: N803
        """Maximise the penalised likelihood.

        Parameters
        ----------
        X : array-like, shape (n, k)
            Numbers without gaps.
        y : array-like, shape (n,)
            Two classes.
        sample_weight : array-like, shape (n,), optional
            Weights; 1 when absent.

        Raises
        ------
        OptionError
            If the penalty is negative.
        UnknownNameError
            If the link is unknown.
        ValueError
            If the arrays do not fit together, or `y` has not two classes.
        ModelError
            If the fit does not converge.
        """
        check_link(self.link)
        if not self.penalty >= 0:
            raise OptionError("penalty", self.penalty, "it is not negative", repair="Type penalty=10")
        values, outcome = validate_data(self, X, y, dtype=np.float64)
        check_classification_targets(outcome)
        weights = np.ones(len(values)) if sample_weight is None else column_or_1d(sample_weight, dtype=np.float64)
        check_consistent_length(values, weights)
        self.classes_, happened = np.unique(outcome, return_inverse=True)
        if len(self.classes_) > 2:
            raise ValueError(f"Only binary classification is supported. y holds {len(self.classes_)} classes.")
        if len(np.unique(happened[weights > 0])) < 2:
            what = "holds one class" if weights.any() else "has zero weight in every row"
            raise ValueError(f"PenalisedHazard needs rows of two classes, and y {what}.")
        design = np.column_stack([np.ones(len(values)), values])
        fit = ridge_maximise(design, happened.astype(np.float64), penalty=self.penalty, weights=weights, link=self.link)
        self.intercept_, self.coef_, self.n_iter_ = fit.coef[:1], fit.coef[None, 1:], fit.steps
        return self

    def _linear(self, values: npt.ArrayLike) -> Floats:
        check_is_fitted(self)
        read = validate_data(self, values, reset=False, dtype=np.float64)
        return np.asarray(read @ self.coef_[0] + self.intercept_[0])

    def decision_function(self, X: npt.ArrayLike) -> Floats:  # noqa: N803
        """Linear predictor of each row, shape (n,), less its value at a probability of one half."""
        return self._linear(X) - linear_predictor(self.link, 0.5)

    def predict_proba(self, X: npt.ArrayLike) -> Floats:  # noqa: N803
        """Probabilities of the two classes, shape (n, 2)."""
        chance = chances(self.link, self._linear(X))
        return np.column_stack([1 - chance, chance])

    def predict(self, X: npt.ArrayLike) -> npt.NDArray[Any]:  # noqa: N803
        """The more probable class of each row, shape (n,)."""
        above = self.decision_function(X) > 0
        return np.asarray(self.classes_[above.astype(np.intp)])

    def __sklearn_tags__(self) -> Any:
        """Tags of scikit-learn: two classes only."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags

    def _more_tags(self) -> dict[str, bool]:  # the same for scikit-learn before 1.6
        return {"binary_only": True}
