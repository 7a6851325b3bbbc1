"""Classifiers of scikit-learn as forecasters."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, get_args

import numpy as np
import pandas as pd

from sahelkit._types import Bools, Floats
from sahelkit.errors import OptionError, UnknownNameError, is_known
from sahelkit.estimation.parameters import Parameters
from sahelkit.frames import check_columns, check_frame
from sahelkit.models.forecast.protocol import Constant, Fitted, event_share
from sahelkit.panels import Panel

Missing: TypeAlias = Literal["keep", "leave_out", "base_rate"]
Columns: TypeAlias = "str | Sequence[str] | Callable[[pd.DataFrame], Any]"

_WHERE = "SklearnForecaster"


@dataclass
class SklearnForecaster(Parameters):
    """A classifier of scikit-learn, or a pipeline that ends in one, as a forecaster for `backtest`.

    The classifier is cloned at each fit. Where the outcome never varied in the rows to learn from, as at an early
    origin, no classifier can be fitted and the forecast is the share of events (`event_share`).

    Parameters
    ----------
    estimator : classifier
        Has ``predict_proba``. It is deterministic, or has a ``random_state``, if the back-test is to come out again.
    columns : str, sequence of str, or callable
        Columns of the panel that are handed over, as a frame with their names: numbers and truth values as floats,
        texts as categories. In a back-test a column holds what was known on the first day of the row's period. A
        callable gets the rows, whole, and returns a frame or an array of as many rows, e.g.
        `sahelkit.models.forecast.covariates.covariates`.
    missing : {"keep", "leave_out", "base_rate"}
        What becomes of rows with a gap. ``"keep"``: the estimator gets NaN and deals with it, as
        ``HistGradientBoostingClassifier`` does, or a pipeline that begins with ``SimpleImputer``. With the others such
        rows are not learnt from, and have no forecast (``"leave_out"``: the back-test counts them as not scored) or
        the share of events (``"base_rate"``). A column that has no value at all yet, as at an early origin, is handed
        over as zeros, and tells nothing.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sahelkit.evaluate import backtest
    >>> from sahelkit.panels import panel
    >>> west = panel("west_africa", 1960, 2025, freq="Y").add_coups(rule="powell_thyne").since_last("attempt")
    >>> model = SklearnForecaster(LogisticRegression(), columns=["since_last_attempt", "never_attempt"])
    >>> backtest(model, west, origins=("2001", "2025")).n_rows
    400
    """

    estimator: Any
    columns: Columns
    missing: Missing = "keep"

    @property
    def name(self) -> str:
        """Name of the classifier, the last of a pipeline, for tables."""
        last = getattr(self.estimator, "steps", [("", self.estimator)])[-1][1]
        return type(last).__name__

    def prepared(self, panel: Panel) -> Panel:
        """The panel with what `columns` asks for beside what it has."""
        prepared = getattr(self.columns, "prepared", None)
        return panel if prepared is None else prepared(panel)

    def fit(self, frame: pd.DataFrame, outcome: str) -> Fitted:
        """Learn from the rows whose outcome is known.

        Parameters
        ----------
        frame : pandas.DataFrame
            Rows with `columns` and the column `outcome`.
        outcome : str
            Column of 0 and 1.

        Raises
        ------
        OptionError
            If the estimator gives no probabilities, or a column holds neither numbers nor categories.
        MissingColumnsError
            If a column is absent.
        UnknownNameError
            If there is no such treatment of gaps.
        ValueError
            As the estimator raises it, with a note on what to do about gaps and categories.
        """
        if isinstance(self.estimator, type):
            name = self.estimator.__name__
            raise OptionError("estimator", name, "it is a class, not an object", repair=f"Type {name}()")
        if not hasattr(self.estimator, "predict_proba"):
            repair = "Give a classifier with predict_proba; sklearn.calibration.CalibratedClassifierCV makes one"
            raise OptionError("estimator", type(self.estimator).__name__, "it gives no probabilities", repair=repair)
        if not is_known(self.missing, get_args(Missing)):
            raise UnknownNameError("treatment of missing values", self.missing, get_args(Missing))
        frame = check_frame(frame, where=_WHERE)
        check_columns(frame, [outcome], where=_WHERE)
        happened = frame[outcome].to_numpy(dtype="float64", na_value=np.nan)
        known = ~np.isnan(happened)
        rate = event_share(happened[known])
        values = covariates_of(frame, self.columns)
        learnt = known if self.missing == "keep" else known & ~_gaps(values)
        if len(np.unique(happened[learnt])) < 2:
            return Constant(rate)
        from sklearn.base import clone

        empty = np.asarray(pd.isna(values))[learnt].all(axis=0)
        with _advised():
            fitted = clone(self.estimator).fit(_blanked(values, empty)[learnt], happened[learnt])
        return FittedClassifier(fitted, self.columns, self.missing, empty, rate)


@contextmanager
def _advised() -> Iterator[None]:
    try:
        yield
    except ValueError as error:
        error.add_note(
            "If gaps are the reason, begin the pipeline with SimpleImputer, or type missing='leave_out'; if categories "
            "are, put OneHotEncoder(handle_unknown='ignore') before the classifier."
        )
        raise


@dataclass(frozen=True)
class FittedClassifier:
    """A classifier that has seen its rows.

    Attributes
    ----------
    classifier : object
        The fitted estimator.
    columns, missing
        As in `SklearnForecaster`.
    empty : array of bool, shape (k,)
        Columns without a value in the rows learnt from.
    rate : float
        Share of events among the rows learnt from.
    """

    classifier: Any
    columns: Columns
    missing: Missing
    empty: Bools
    rate: float

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Probability of each row, shape (n,); NaN where there is no forecast."""
        return self.predict_values(covariates_of(frame, self.columns))

    def predict_values(self, values: Any) -> Floats:
        """As `predict`, from what `covariates_of` gave."""
        usable = np.full(len(values), True) if self.missing == "keep" else ~_gaps(values)
        out = np.full(len(values), np.nan if self.missing == "leave_out" else self.rate)
        if usable.any():
            event = list(self.classifier.classes_).index(1)
            with _advised():
                out[usable] = self.classifier.predict_proba(_blanked(values, self.empty)[usable])[:, event]
        return out


def covariates_of(frame: pd.DataFrame, columns: Columns) -> Any:
    """What a classifier reads: a frame of numbers and categories, or what a callable makes of the rows.

    Raises
    ------
    OptionError
        If there is no column, or one holds neither numbers nor categories.
    MissingColumnsError
        If a column is absent.

    Examples
    --------
    >>> rows = pd.DataFrame({"x": [1, 2], "who": ["MLI", None]})
    >>> covariates_of(rows, ["x", "who"]).dtypes.astype(str).tolist()
    ['float64', 'category']
    """
    if callable(columns):
        return columns(frame)
    names = [columns] if isinstance(columns, str) else list(columns)
    if not names:
        raise OptionError("columns", names, "a classifier needs at least one column")
    check_columns(frame, names, where=_WHERE)
    return pd.DataFrame({name: _readable(frame[name]) for name in names}, index=frame.index)


def _readable(column: pd.Series[Any]) -> pd.Series[Any]:
    column = column.infer_objects()
    kind = column.dtype
    if pd.api.types.is_bool_dtype(kind) or pd.api.types.is_numeric_dtype(kind):
        return pd.Series(column.to_numpy(dtype="float64", na_value=np.nan), index=column.index)
    if isinstance(kind, pd.CategoricalDtype) or pd.api.types.is_string_dtype(column.dropna()):
        return column.astype("category")
    raise OptionError("columns", column.name, f"it holds {kind}, and a classifier reads numbers, texts and categories")


def _blanked(values: Any, empty: Bools) -> Any:
    """Zeros in columns of which nothing was known: many estimators fail on a column of NaN alone."""
    if isinstance(values, pd.DataFrame):
        return values.assign(**dict.fromkeys(values.columns[empty], 0.0))
    return np.where(empty, 0.0, values) if empty.any() else values


def _gaps(values: Any) -> Bools:
    return np.asarray(np.asarray(pd.isna(values)).any(axis=1))
