"""Extreme bounds in the sense of Leamer: the least and the largest that any model allows."""

from __future__ import annotations

import numpy as np

from sahelkit._types import Floats
from sahelkit.options import check_options


def leamer_bounds(
    coef: Floats, se: Floats, *, level: float = 0.95, freedom: Floats | float = np.inf
) -> tuple[float, float]:
    """Smallest lower and largest upper end of the models' confidence intervals.

    Parameters
    ----------
    coef, se : arrays, shape (M,)
        Coefficients and standard errors.
    level : float
        Confidence level of each interval; 0.95 gives 1.96 standard errors. Leamer took two.
    freedom : array, shape (M,), or float
        Degrees of freedom of the t distribution of each coefficient over its error; infinite for a normal one.

    Returns
    -------
    tuple of float
        NaN for no models. An effect is robust in this sense if both have the same sign.

    References
    ----------
    Leamer, E. E. (1985). Sensitivity analyses would help. American Economic Review, 75(3), 308-313.

    Levine, R., & Renelt, D. (1992). A sensitivity analysis of cross-country growth regressions. American Economic
    Review, 82(4), 942-963.

    Examples
    --------
    >>> low, high = leamer_bounds(np.array([1.0, 2.0]), np.array([1.0, 0.1]))
    >>> round(low, 2), round(high, 2)
    (-0.96, 2.96)
    """
    check_options(level=level)
    if not len(coef):
        return float("nan"), float("nan")
    from scipy.special import stdtrit

    reach = stdtrit(freedom, 0.5 + level / 2) * se
    return float((coef - reach).min()), float((coef + reach).max())
