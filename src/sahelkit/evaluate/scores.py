"""Scores of probability forecasts: how far they lie from what happened.

All take what happened (0 or 1) and the probability that was forecast for it, one value per row, and optional weights,
of which only the ratios matter (`check_weights`).
scikit-learn computes what it has.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit._types import Floats
from sahelkit.errors import OptionError
from sahelkit.evaluate.checks import Weights, check_forecasts, check_weights
from sahelkit.options import check_whole_number

# Scores that are better when they are lower; of the others, higher is better.
LOWER_IS_BETTER = ("log", "brier")


def _counted(
    happened: npt.ArrayLike, probability: npt.ArrayLike, sample_weight: Weights
) -> tuple[Floats, Floats, Floats]:
    """Outcomes, probabilities and weights of the rows that count."""
    y, p = check_forecasts(happened, probability)
    w = check_weights(sample_weight, len(y))
    return y[w > 0], p[w > 0], w[w > 0]


@renamed(weights="sample_weight")
def log_score(happened: npt.ArrayLike, probability: npt.ArrayLike, sample_weight: Weights = None) -> float:
    """Mean of minus the logarithm of the probability that was given to what happened; 0 is best.

    Infinite where an event had probability 0, or a non-event 1: nothing is clipped.

    Parameters
    ----------
    happened : array-like, shape (n,)
        Outcomes, 0 or 1.
    probability : array-like, shape (n,)
        Forecasts, from 0 to 1.
    sample_weight : array-like, shape (n,), optional
        What each row counts; the same when absent.

    Returns
    -------
    float
        At least 0.

    References
    ----------
    Good, I. J. (1952). Rational decisions. Journal of the Royal Statistical Society B, 14(1), 107-114.
    https://doi.org/10.1111/j.2517-6161.1952.tb00104.x

    Examples
    --------
    >>> round(log_score([0, 1], [0.5, 0.5]), 4), log_score([1], [0.0])
    (0.6931, inf)
    """
    y, p, w = _counted(happened, probability, sample_weight)
    return float(np.average(log_losses(y, p), weights=w))


def log_losses(y: Floats, p: Floats) -> Floats:
    """Log score of each row."""
    given = np.where(y == 1, p, 1 - p)
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log(given))


@renamed(weights="sample_weight")
def brier_score(happened: npt.ArrayLike, probability: npt.ArrayLike, sample_weight: Weights = None) -> float:
    """Mean squared distance between the probability and what happened; 0 is best.

    Parameters
    ----------
    happened : array-like, shape (n,)
        Outcomes, 0 or 1.
    probability : array-like, shape (n,)
        Forecasts, from 0 to 1.
    sample_weight : array-like, shape (n,), optional
        What each row counts; the same when absent.

    Returns
    -------
    float
        From 0 to 1.

    References
    ----------
    Brier, G. W. (1950). Verification of forecasts expressed in terms of probability. Monthly Weather Review, 78(1),
    1-3. https://doi.org/10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2

    Examples
    --------
    >>> round(brier_score([0, 1], [0.1, 0.9]), 4)
    0.01
    """
    from sklearn.metrics import brier_score_loss

    y, p, w = _counted(happened, probability, sample_weight)
    return float(brier_score_loss(y, p, sample_weight=w, pos_label=1))


@renamed(weights="sample_weight")
def brier_skill(
    happened: npt.ArrayLike,
    probability: npt.ArrayLike,
    reference: npt.ArrayLike | None = None,
    sample_weight: Weights = None,
) -> float:
    """One minus the Brier score over that of a reference forecast; 1 is best, 0 no better than the reference.

    Parameters
    ----------
    happened : array-like, shape (n,)
        Outcomes, 0 or 1.
    probability : array-like, shape (n,)
        Forecasts, from 0 to 1.
    reference : array-like, shape (n,), optional
        Probabilities of the reference; the share of events among the rows when absent, which no forecaster knew.
    sample_weight : array-like, shape (n,), optional
        What each row counts; the same when absent.

    Returns
    -------
    float
        At most 1; NaN where the reference is without fault.

    Examples
    --------
    >>> round(brier_skill([0, 0, 0, 1], [0.1, 0.1, 0.1, 0.7]), 3)
    0.84
    """
    y, p = check_forecasts(happened, probability)
    w = check_weights(sample_weight, len(y))
    shares = np.full(len(y), np.average(y, weights=w)) if reference is None else reference
    base = brier_score(y, shares, w)
    return 1 - brier_score(y, p, w) / base if base > 0 else float("nan")


@renamed(weights="sample_weight")
def roc_auc(happened: npt.ArrayLike, probability: npt.ArrayLike, sample_weight: Weights = None) -> float:
    """Chance that a row with an event has a higher probability than one without; ties count half; 0.5 is no skill.

    NaN where there are no events, or nothing else.

    Parameters
    ----------
    happened : array-like, shape (n,)
        Outcomes, 0 or 1.
    probability : array-like, shape (n,)
        Forecasts, from 0 to 1.
    sample_weight : array-like, shape (n,), optional
        What each row counts; the same when absent.

    Returns
    -------
    float
        From 0 to 1, or NaN.

    Examples
    --------
    >>> roc_auc([0, 0, 1], [0.1, 0.4, 0.4])
    0.75
    """
    from sklearn.metrics import roc_auc_score

    y, p, w = _counted(happened, probability, sample_weight)
    return float("nan") if len(np.unique(y)) < 2 else float(roc_auc_score(y, p, sample_weight=w))


@renamed(weights="sample_weight")
def average_precision(happened: npt.ArrayLike, probability: npt.ArrayLike, sample_weight: Weights = None) -> float:
    """Area under the precision-recall curve as a sum of steps, scikit-learn's convention; NaN without events.

    The chance level is the share of events. `pr_auc_trapezoid` is the other convention in use: with few events the
    two differ by a third or more, so that a figure means nothing without its convention.

    Parameters
    ----------
    happened : array-like, shape (n,)
        Outcomes, 0 or 1.
    probability : array-like, shape (n,)
        Forecasts, from 0 to 1.
    sample_weight : array-like, shape (n,), optional
        What each row counts; the same when absent.

    Returns
    -------
    float
        From 0 to 1, or NaN.

    Examples
    --------
    >>> average_precision([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4])
    0.8333333333333333
    """
    from sklearn.metrics import average_precision_score

    y, p, w = _counted(happened, probability, sample_weight)
    return float("nan") if not y.any() else float(average_precision_score(y, p, sample_weight=w))


@renamed(weights="sample_weight")
def pr_auc_trapezoid(happened: npt.ArrayLike, probability: npt.ArrayLike, sample_weight: Weights = None) -> float:
    """Area under the precision-recall curve with its points joined by lines; NaN without events.

    The convention of the R package yardstick, in which Beger and Ward published. It is optimistic: precision does not
    fall in a line between two points.

    Parameters
    ----------
    happened : array-like, shape (n,)
        Outcomes, 0 or 1.
    probability : array-like, shape (n,)
        Forecasts, from 0 to 1.
    sample_weight : array-like, shape (n,), optional
        What each row counts; the same when absent.

    Returns
    -------
    float
        From 0 to 1, or NaN.

    References
    ----------
    Davis, J., & Goadrich, M. (2006). The relationship between precision-recall and ROC curves. Proceedings of the 23rd
    International Conference on Machine Learning, 233-240. https://doi.org/10.1145/1143844.1143874

    Examples
    --------
    >>> round(pr_auc_trapezoid([0, 1, 0, 1], [0.1, 0.2, 0.3, 0.4]), 4)
    0.7917
    """
    from sklearn.metrics import auc, precision_recall_curve

    y, p, w = _counted(happened, probability, sample_weight)
    if not y.any():
        return float("nan")
    precision, recall, _ = precision_recall_curve(y, p, sample_weight=w)
    return float(auc(recall, precision))


def top_recall(
    happened: npt.ArrayLike, probability: npt.ArrayLike, origins: npt.ArrayLike | None = None, *, k: int = 10
) -> float:
    """Share of the events that stood among the `k` highest probabilities of their origin; NaN without events.

    Rows that tie for the last places share them: each counts as far as a lot would put it on the list.

    Parameters
    ----------
    happened : array-like, shape (n,)
        Outcomes, 0 or 1.
    probability : array-like, shape (n,)
        Forecasts, from 0 to 1.
    origins : array-like, shape (n,), optional
        Origin of each row; all rows are one list when absent.
    k : int
        Length of each list.

    Returns
    -------
    float
        From 0 to 1, or NaN.

    Examples
    --------
    >>> top_recall([1, 0, 0, 1], [0.9, 0.8, 0.1, 0.1], k=2), top_recall([1, 0], [0.5, 0.5], k=1)
    (0.5, 0.5)
    """
    y, p = check_forecasts(happened, probability)
    group = np.zeros(len(y), dtype=np.int64) if origins is None else _groups(origins, len(y))
    places = listed(p, group, k)
    return float("nan") if not y.any() else float((places * y).sum() / y.sum())


def _groups(origins: Any, number: int) -> npt.NDArray[np.int64]:
    given = pd.Series(origins) if not isinstance(origins, str) else pd.Series([origins])
    if len(given) != number:
        raise OptionError("origins", len(given), f"not one origin for each of {number:,} rows")
    if given.isna().any():
        raise OptionError("origins", None, f"the origin of {int(given.isna().sum()):,} rows is not known")
    return np.asarray(pd.factorize(given)[0], dtype=np.int64)


def listed(p: Floats, group: npt.NDArray[np.int64], k: int) -> Floats:
    """How far each row stands among the `k` highest of its group: 1, 0, or a share for those that tie.

    Raises
    ------
    OptionError
        If `k` is not a whole number of at least 1.
    """
    check_whole_number("k", k, example=10, why="the length of a list is a whole number of at least 1")
    order = np.lexsort((-p, group))
    firsts = np.flatnonzero(np.diff(group[order], prepend=-1))
    above = np.arange(len(p)) - np.repeat(firsts, np.diff(np.append(firsts, len(p))))
    # The rows of one group that tie: how many stand above them, and how many they are.
    tie = np.cumsum(np.diff(p[order], prepend=np.inf).astype(bool) | (above == 0)) - 1
    size = np.bincount(tie)
    best = above[np.flatnonzero(np.diff(tie, prepend=-1))]
    share = np.clip((k - best) / size, 0, 1)
    out = np.empty(len(p))
    out[order] = share[tie]
    return out
