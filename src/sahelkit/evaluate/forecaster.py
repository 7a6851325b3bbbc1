"""What the back-test asks of a model; it stands with the forecasts, which ask the same."""

from __future__ import annotations

from sahelkit.models.forecast.classifiers import SklearnForecaster as SklearnForecaster
from sahelkit.models.forecast.protocol import Fitted as Fitted
from sahelkit.models.forecast.protocol import Forecaster as Forecaster
