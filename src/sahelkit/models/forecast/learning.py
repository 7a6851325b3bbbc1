"""Any forecaster in the place of the penalised hazard: what it learnt, and what moves its forecasts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import Floats
from sahelkit.errors import ModelError
from sahelkit.models.forecast.classifiers import FittedClassifier, SklearnForecaster, covariates_of
from sahelkit.models.forecast.covariates import TERMS, Covariates
from sahelkit.models.forecast.own import computed_columns
from sahelkit.models.forecast.protocol import check_forecaster, probabilities
from sahelkit.panels import Panel


@dataclass(frozen=True)
class Learnt:
    """A fitted forecaster of any kind.

    Attributes
    ----------
    fitted : object
        What its ``fit`` returned.
    name : str
    n_rows, n_events : int
        Rows learnt from, and those with an event.
    """

    fitted: Any
    name: str
    n_rows: int
    n_events: int

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Probability of each row, shape (n,)."""
        return probabilities(self.fitted, frame.reset_index(drop=True), name=self.name)

    def contributions(self, frame: pd.DataFrame) -> pd.DataFrame | None:
        """Log odds that each column moves a row's forecast by, against the same row with that column at its median.

        The median (of texts: the most frequent one) is that of the rows, all states of one month. None for models
        other than classifiers of scikit-learn, of which it is not known what they read.
        """
        if not isinstance(self.fitted, FittedClassifier):
            return None
        values = covariates_of(frame.reset_index(drop=True), self.fitted.columns)
        if not isinstance(values, pd.DataFrame):
            return None
        here = _log_odds(self.fitted.predict_values(values))
        found = {}
        for name, column in values.items():
            if isinstance(column.dtype, pd.CategoricalDtype):
                usual = column.mode()
                even: Any = pd.Categorical(list(usual[:1]) * len(column), dtype=column.dtype) if len(usual) else column
            else:
                even = column.median()
            found[name] = here - _log_odds(self.fitted.predict_values(values.assign(**{str(name): even})))
        return pd.DataFrame(found)


def _log_odds(chance: Floats) -> Floats:
    inside = np.clip(chance, 1e-4, 1 - 1e-4)
    return np.asarray(np.log(inside / (1 - inside)))


def learn(model: Any, rows: pd.DataFrame, labels: Floats, *, name: str) -> Learnt:
    """Fit a forecaster to rows with their outcomes.

    Raises
    ------
    ModelError
        If there is no row.
    """
    if not len(rows):
        raise ModelError("no row is left to learn from: the origin lies before the data begin. Choose a later one")
    frame = rows.reset_index(drop=True).assign(**{name: labels})
    fitted = model.fit(frame, name)
    return Learnt(fitted, name_of(model), len(rows), int(labels.sum()))


def name_of(model: Any) -> str:
    """Name of a forecaster in tables."""
    return str(getattr(model, "name", type(model).__name__))


def as_forecaster(model: Any, panel: Panel) -> Any:
    """A forecaster as it is; a bare classifier of scikit-learn with what it is to read.

    A bare classifier reads the covariates of `HazardForecaster` and every lag, window and clock of the user's own
    columns.

    Raises
    ------
    OptionError
        If it is neither.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sahelkit.models.forecast import forecast_panel
    >>> len(as_forecaster(LogisticRegression(), forecast_panel(end="1960-12")).columns.terms)
    15
    """
    if hasattr(model, "predict_proba") and not isinstance(model, type):
        return SklearnForecaster(model, columns=Covariates((*TERMS, *computed_columns(panel))))
    return check_forecaster(model, what="forecaster")
