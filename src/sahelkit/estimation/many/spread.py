"""How a coefficient is spread over models: its ends, in the sense of Leamer, and the whole, in Sala-i-Martin's."""

from __future__ import annotations

import numpy as np

from sahelkit._types import Floats
from sahelkit.errors import UnknownNameError, is_known
from sahelkit.options import check_options

WEIGHTS = ("equal", "likelihood", "lri")


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


def model_weights(loglik: Floats, lri: Floats, *, how: str) -> Floats:
    """Weights of models, with sum 1.

    Parameters
    ----------
    loglik : array, shape (M,)
        Log-likelihoods, of the same rows.
    lri : array, shape (M,)
        Likelihood-ratio indices (McFadden), ``1 - loglik / loglik of the mean``; below zero counts as zero.
    how : {"equal", "likelihood", "lri"}
        ``"likelihood"`` is Sala-i-Martin's; with samples of hundreds of rows it puts nearly all weight on a handful of
        models. ``"lri"`` is milder.

    Raises
    ------
    UnknownNameError
        If the kind of weight is unknown.

    Examples
    --------
    >>> model_weights(np.array([-10.0, -10.0 - np.log(3)]), np.array([0.2, 0.1]), how="likelihood").round(6).tolist()
    [0.75, 0.25]
    """
    if not is_known(how, WEIGHTS):
        raise UnknownNameError("model weight", how, WEIGHTS)
    if how == "equal" or not len(loglik):
        return np.full(len(loglik), 1.0 / max(len(loglik), 1))
    raw = np.exp(loglik - loglik.max()) if how == "likelihood" else np.maximum(lri, 0.0)
    total = float(raw.sum())
    return raw / total if total > 0 else np.full(len(raw), 1.0 / len(raw))


def cdf0_generic(coef: Floats, se: Floats, weights: Floats, *, freedom: Floats | float = np.inf) -> float:
    """Weighted mean over the models of the chance that the coefficient is not above zero.

    Each model's own distribution is averaged; the mixture need not be of that kind.

    Parameters
    ----------
    coef, se, weights : arrays, shape (M,)
        The weights have sum 1.
    freedom : array, shape (M,), or float
        Degrees of freedom of the t distribution of each coefficient; infinite for a normal one, as its author has it.

    References
    ----------
    Sala-i-Martin, X. X. (1997). I just ran two million regressions. American Economic Review, 87(2), 178-183.

    Examples
    --------
    >>> cdf0_generic(np.array([0.0, 0.0]), np.ones(2), np.full(2, 0.5))
    0.5
    """
    from scipy.special import stdtr

    return float(weights @ stdtr(freedom, -coef / se)) if len(coef) else float("nan")


def cdf0_normal(coef: Floats, se: Floats, weights: Floats) -> float:
    """Chance that the coefficient is not above zero if its distribution over models is normal.

    Mean and variance are the weighted means of the models' coefficients and variances, as in Sala-i-Martin (1997),
    see `cdf0_generic`.

    Examples
    --------
    >>> round(cdf0_normal(np.array([1.0, 3.0]), np.ones(2), np.full(2, 0.5)), 4)
    0.0228
    """
    from scipy.special import ndtr

    if not len(coef):
        return float("nan")
    return float(ndtr(-(weights @ coef) / np.sqrt(weights @ se**2)))


def share_significant(
    coef: Floats, se: Floats, *, level: float = 0.95, freedom: Floats | float = np.inf
) -> tuple[float, float]:
    """Shares of models whose coefficient is significantly above and below zero, each model counting alike.

    `freedom` is as in `cdf0_generic`.

    Examples
    --------
    >>> share_significant(np.array([3.0, -1.0, -3.0, 0.0]), np.ones(4))
    (0.25, 0.25)
    """
    from scipy.special import stdtrit

    check_options(level=level)
    if not len(coef):
        return float("nan"), float("nan")
    ratio = coef / se
    reach = stdtrit(freedom, 0.5 + level / 2)
    return float(np.mean(ratio > reach)), float(np.mean(ratio < -reach))
