"""Did an event make things worse? Interrupted series, synthetic controls and event studies around dated events."""

from __future__ import annotations

from sahelkit.models.impact.break_dates import break_dates
from sahelkit.models.impact.compare import impact_table
from sahelkit.models.impact.did import synthetic_did
from sahelkit.models.impact.donors import coup_windows, unexposed_donors
from sahelkit.models.impact.event_study import event_study
from sahelkit.models.impact.outcomes import violence
from sahelkit.models.impact.series import fit_series, interrupted_series
from sahelkit.models.impact.synthetic import synthetic_control
from sahelkit.models.impact.windows import EventWindow, backdate, event_window
from sahelkit.plots.impact_marks import Mark

__all__ = [
    "EventWindow",
    "Mark",
    "backdate",
    "break_dates",
    "coup_windows",
    "event_study",
    "event_window",
    "fit_series",
    "impact_table",
    "interrupted_series",
    "synthetic_control",
    "synthetic_did",
    "unexposed_donors",
    "violence",
]
