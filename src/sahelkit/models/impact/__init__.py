"""Did an event make things worse? Interrupted series, synthetic controls and event studies around dated events."""

from __future__ import annotations

from sahelkit.models.impact.donors import coup_windows, unexposed_donors
from sahelkit.models.impact.series import fit_series, interrupted_series
from sahelkit.models.impact.windows import EventWindow, event_window, violence

__all__ = [
    "EventWindow",
    "coup_windows",
    "event_window",
    "fit_series",
    "interrupted_series",
    "unexposed_donors",
    "violence",
]
