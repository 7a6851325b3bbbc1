"""Binary regression with a ridge penalty, by Newton's method on arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelkit._types import Floats
from sahelkit.errors import ModelError
from sahelkit.estimation.cluster_parts import cluster_sums
from sahelkit.estimation.few_clusters import clusters_with_events
from sahelkit.estimation.links import linear_predictor, row_terms
from sahelkit.estimation.newton import gram, solve

MOST_STEPS = 60
_SHORT = 1e-12


@dataclass(frozen=True)
class Ridge:
    """Where a penalised likelihood is largest.

    Attributes
    ----------
    coef : array, shape (k,)
        Estimates; the first is the intercept, which bears no penalty.
    information : array, shape (k, k)
        Observed information of the penalised likelihood there.
    score : array, shape (n,)
        Weighted score of each row.
    loglik : float
        Penalised log-likelihood.
    steps : int
        Newton steps.
    """

    coef: Floats
    information: Floats
    score: Floats
    loglik: float
    steps: int


def ridge_maximise(design: Floats, outcome: Floats, *, penalty: float, weights: Floats, link: str = "logit") -> Ridge:
    """Maximise ``sum(w * loglik) - penalty / 2 * sum(coef[1:]**2)``.

    Parameters
    ----------
    design : array, shape (n, k)
        The first column is 1; the others are on comparable scales.
    outcome : array, shape (n,)
        0 and 1.
    penalty : float
        The inverse variance of a normal prior on each slope; not negative.
    weights : array, shape (n,)
        Weight of each row.
    link : {"logit", "cloglog"}
        Link function.

    Returns
    -------
    Ridge

    Raises
    ------
    ModelError
        If the outcome has no event or no non-event, or the fit does not converge.

    References
    ----------
    le Cessie, S., & van Houwelingen, J. C. (1992). Ridge estimators in logistic regression. Applied Statistics, 41(1),
    191-201. https://doi.org/10.2307/2347628

    Examples
    --------
    >>> x = np.array([[1.0, -1], [1, -1], [1, 1], [1, 1]])
    >>> fit = ridge_maximise(x, np.array([0.0, 1, 1, 1]), penalty=1.0, weights=np.ones(4))
    >>> bool(abs(x.T @ fit.score - [0, fit.coef[1]]).max() < 1e-8)
    True
    """
    mean = float(weights @ outcome / weights.sum()) if weights.sum() > 0 else 0.0
    if not 0 < mean < 1:
        raise ModelError("the outcome never varies in the rows to learn from: nothing can be forecast from them")
    bend = np.full(design.shape[1], float(penalty))
    bend[0] = 0.0
    coef = np.zeros(design.shape[1])
    coef[0] = linear_predictor(link, mean)
    rows = row_terms(link, design @ coef, outcome)
    level = float(weights @ rows.loglik)
    for steps in range(1, MOST_STEPS + 1):
        gradient = design.T @ (weights * rows.score) - bend * coef
        information = gram(design, weights * rows.observed) + np.diag(bend)
        step = solve(information, gradient)
        length, size = float(gradient @ step), 1.0
        while True:
            trial = coef + size * step
            rows = row_terms(link, design @ trial, outcome)
            reached = float(weights @ rows.loglik - bend @ trial**2 / 2)
            if reached >= level - 1e-12 * abs(level) or size < 1e-6:
                break
            size /= 2
        coef, level = trial, reached
        if length < _SHORT:
            return Ridge(coef, information, weights * rows.score, level, steps)
    raise ModelError("the penalised fit did not converge. Raise the penalty, or leave covariates out")


def ridge_covariance(
    design: Floats, fit: Ridge, *, penalty: float, groups: npt.NDArray[np.intp], outcome: Floats
) -> Floats:
    """Covariance of ridge estimates about the truth, with rows of a cluster correlated.

    ``H**-1 (B + P) H**-1``, where H is the penalised information, B the sum over clusters of the outer products of
    their scores, and P the penalty as the spread of a prior. With independent rows B tends to the information of the
    data and the whole to ``H**-1``, the covariance of the posterior under that prior.

    Parameters
    ----------
    design : array, shape (n, k)
    fit : Ridge
    penalty : float
        As in `ridge_maximise`.
    groups : array of int, shape (n,)
        Cluster of each row, from 0 on.
    outcome : array, shape (n,)
        0 and 1.

    Returns
    -------
    array, shape (k, k)
        NaN throughout if one cluster alone holds events (or all non-events): clusters can then not be compared.
    """
    if clusters_with_events(outcome, groups) < 2:
        return np.full((design.shape[1], design.shape[1]), np.nan)
    sums = cluster_sums(design * fit.score[:, None], groups)
    # Scores sum to the penalty times the coefficients, not to zero: take their mean out.
    sums = sums - sums.mean(axis=0)
    spread = np.full(design.shape[1], float(penalty))
    spread[0] = 0.0
    count = len(sums)
    meat = sums.T @ sums * (count / max(count - 1, 1)) + np.diag(spread)
    bread = np.linalg.inv(fit.information)
    return np.asarray(bread @ meat @ bread)
