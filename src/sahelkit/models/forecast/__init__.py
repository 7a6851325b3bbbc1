"""Forecasts of coup attempts: a penalised hazard, and what an analyst reads from it."""

from __future__ import annotations

from sahelkit.models.forecast.forecaster import FittedForecaster, HazardForecaster
from sahelkit.models.forecast.inputs import forecast_panel
from sahelkit.models.forecast.path import RiskPath, risk_path
from sahelkit.models.forecast.risk import risk_table
from sahelkit.models.forecast.risk_result import RiskTable

__all__ = [
    "FittedForecaster",
    "HazardForecaster",
    "RiskPath",
    "RiskTable",
    "forecast_panel",
    "risk_path",
    "risk_table",
]
