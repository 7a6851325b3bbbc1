"""Forecasts held against what came: scores, calibration, and back-tests that see only what was known.

A forecaster is any object whose ``fit(frame, outcome)`` returns an object with ``predict(frame)``; `backtest` runs it.
`SklearnForecaster` makes one of any classifier of scikit-learn. Those of sahelkit keep scikit-learn's rules for
parameters (``get_params``, ``set_params``, ``clone``); unlike its estimators, ``fit`` leaves them as they are.
"""

from __future__ import annotations

from sahelkit._door import open_room

__getattr__, __dir__, __all__ = open_room(__name__, __file__)
