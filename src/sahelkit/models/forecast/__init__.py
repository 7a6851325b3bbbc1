"""Forecasts of coup attempts: a penalised hazard, and what an analyst reads from it."""

from __future__ import annotations

from sahelkit.models.forecast.forecaster import FittedForecaster, HazardForecaster
from sahelkit.models.forecast.inputs import forecast_panel

__all__ = ["FittedForecaster", "HazardForecaster", "forecast_panel"]
