"""What the back-test asks of a model."""

from __future__ import annotations

from dataclasses import dataclass
from inspect import signature
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Floats
from sahelkit.errors import ModelError, OptionError


class Fitted(Protocol):
    """A forecaster that has seen its rows."""

    def predict(self, frame: pd.DataFrame) -> npt.ArrayLike:
        """Probability of the outcome for each row, in the order of the rows; NaN for no forecast."""
        ...


@runtime_checkable
class Forecaster(Protocol):
    """A model that can be fitted to past rows and asked about coming ones."""

    def fit(self, frame: pd.DataFrame, outcome: str) -> Fitted:
        """Learn from rows whose column `outcome` holds 0 or 1; must not change the forecaster itself."""
        ...


@dataclass(frozen=True)
class Constant:
    """The same probability for every row."""

    rate: float

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Probability of each row."""
        return np.full(len(frame), self.rate)


def event_share(happened: Floats) -> float:
    """Share of events; half an event and half a quiet row are added, so that it is never 0 (Jeffreys' prior).

    Examples
    --------
    >>> event_share(np.array([0.0, 0.0, 1.0]))
    0.375
    """
    return float((happened.sum() + 0.5) / (len(happened) + 1))


def check_forecaster(model: object, *, what: str = "model") -> Forecaster:
    """Return the model, or say what it lacks.

    Raises
    ------
    OptionError
        If it has no method ``fit``, or one that takes arrays, as the estimators of scikit-learn have.

    Examples
    --------
    >>> check_forecaster("logit")
    Traceback (most recent call last):
    sahelkit.errors.OptionError: model='str': it has no method fit(frame, outcome). A forecaster is any object whose
    fit(frame, outcome) returns an object with predict(frame), which gives one probability per row.
    """
    if isinstance(model, type) or not callable(getattr(model, "fit", None)):
        name = model.__name__ if isinstance(model, type) else type(model).__name__
        why = "it is a class, not an object" if isinstance(model, type) else "it has no method fit(frame, outcome)"
        raise OptionError(what, name, why, repair=_REPAIR)
    if "X" in signature(model.fit).parameters:  # type: ignore[attr-defined]
        why = "its fit(X, y) takes arrays, and a forecaster reads the rows of a panel"
        repair = "Type SklearnForecaster(model, columns=[...]), which names the columns that it reads"
        raise OptionError(what, type(model).__name__, why, repair=repair)
    return model  # type: ignore[return-value]  # the protocol has been checked by hand


_REPAIR = (
    "A forecaster is any object whose fit(frame, outcome) returns an object with predict(frame), which gives one "
    "probability per row"
)


def probabilities(fitted: Any, frame: pd.DataFrame, *, name: str) -> Floats:
    """Probabilities of a fitted forecaster, checked.

    Raises
    ------
    OptionError
        If it has no method ``predict``.
    ModelError
        If it gives another number of values than rows, values outside 0 to 1, or a column in another order.
    """
    if not callable(getattr(fitted, "predict", None)):
        why = f"fit() of {name!r} returned an object without method predict(frame)"
        raise OptionError("model", type(fitted).__name__, why, repair=_REPAIR)
    given = fitted.predict(frame)
    if isinstance(given, pd.Series):
        if not given.index.equals(frame.index):
            raise ModelError(f"predict() of {name!r} returned a column whose index is not that of the rows")
        given = given.to_numpy(dtype="float64", na_value=np.nan)
    try:
        values = np.asarray(given, dtype=None if np.iscomplexobj(given) else np.float64)
    except (TypeError, ValueError):
        values = np.array(given, dtype=object)
    if values.dtype != np.float64:
        raise ModelError(f"predict() of {name!r} returned something other than numbers. {_REPAIR}")
    if values.shape != (len(frame),):
        text = f"predict() of {name!r} returned values of shape {values.shape} for {len(frame):,} rows"
        raise ModelError(f"{text}. One probability per row is needed, that of the event")
    wrong = values[(values < 0) | (values > 1)]
    if len(wrong):
        raise ModelError(f"predict() of {name!r} returned {wrong[0]:.4g}, which is no probability")
    return values
