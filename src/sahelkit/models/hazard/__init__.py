"""Discrete-time hazard of an event, and what stands beside it: success, mixed models, tests for few clusters."""

from sahelkit.estimation.splines import duration_terms, restricted_cubic_spline, spline_knots
from sahelkit.models.hazard.fitting import fit_hazard
from sahelkit.models.hazard.random_intercepts import fit_random_intercepts
from sahelkit.models.hazard.result import HazardFit
from sahelkit.models.hazard.robustness import beside, leave_one_out
from sahelkit.models.hazard.split_population import fit_split_population
from sahelkit.models.hazard.success import fit_success
from sahelkit.models.hazard.wild import wild_score_test

__all__ = [
    "HazardFit",
    "beside",
    "duration_terms",
    "fit_hazard",
    "fit_random_intercepts",
    "fit_split_population",
    "fit_success",
    "leave_one_out",
    "restricted_cubic_spline",
    "spline_knots",
    "wild_score_test",
]
