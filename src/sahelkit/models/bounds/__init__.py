"""Extreme bounds: what many models say of one variable, and whether chance would say the same."""

from sahelkit.models.bounds.extreme import extreme_bounds
from sahelkit.models.bounds.influence import influence
from sahelkit.models.bounds.measures import Measures, exposure_measures
from sahelkit.models.bounds.null import BoundsNull, bounds_null
from sahelkit.models.bounds.result import ExtremeBounds

__all__ = [
    "BoundsNull",
    "ExtremeBounds",
    "Measures",
    "bounds_null",
    "exposure_measures",
    "extreme_bounds",
    "influence",
]
