"""Forecasts held against what came: scores, calibration, and back-tests that see only what was known.

A forecaster is any object whose ``fit(frame, outcome)`` returns an object with ``predict(frame)``; `backtest` runs it.
`SklearnForecaster` makes one of any classifier of scikit-learn. Those of sahelkit keep scikit-learn's rules for
parameters (``get_params``, ``set_params``, ``clone``); unlike its estimators, ``fit`` leaves them as they are.
"""

from __future__ import annotations

from sahelkit.evaluate.backtest import backtest
from sahelkit.evaluate.baselines import BaseRate, OwnHistory, time_since
from sahelkit.evaluate.calibration import Corp, corp, recalibrated, reliability_curve
from sahelkit.evaluate.classifiers import SklearnForecaster
from sahelkit.evaluate.comparison import Comparison
from sahelkit.evaluate.forecaster import Fitted, Forecaster
from sahelkit.evaluate.result import Backtest
from sahelkit.evaluate.scores import (
    average_precision,
    brier_score,
    brier_skill,
    log_score,
    pr_auc_trapezoid,
    roc_auc,
    top_recall,
)

__all__ = [
    "Backtest",
    "BaseRate",
    "Comparison",
    "Corp",
    "Fitted",
    "Forecaster",
    "OwnHistory",
    "SklearnForecaster",
    "average_precision",
    "backtest",
    "brier_score",
    "brier_skill",
    "corp",
    "log_score",
    "pr_auc_trapezoid",
    "recalibrated",
    "reliability_curve",
    "roc_auc",
    "time_since",
    "top_recall",
]
