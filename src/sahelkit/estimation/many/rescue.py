"""Models that Newton's method did not settle: Firth's method where events are separated, patience elsewhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelkit._types import Floats
from sahelkit.estimation.clustered import clustered_covariance
from sahelkit.estimation.few_clusters import balance_freedom
from sahelkit.estimation.firth import firth_maximise
from sahelkit.estimation.links import row_terms
from sahelkit.estimation.newton import gram, maximise
from sahelkit.estimation.separation import separated_terms


@dataclass(frozen=True)
class Rescued:
    """Estimates of one model.

    Attributes
    ----------
    coef, se, se_cluster, freedom : array, shape (k,)
        Estimates, errors by the expected information, errors clustered (CR1) and their degrees of freedom; these two
        NaN where clusters cannot be compared.
    loglik : float
        Log-likelihood, without the penalty.
    converged, separated : bool
        Whether the maximum was found; whether events are separated, so that it is the penalised one.
    """

    coef: Floats
    se: Floats
    se_cluster: Floats
    freedom: Floats
    loglik: float
    converged: bool
    separated: bool


def rescue(design: Floats, outcome: Floats, groups: npt.NDArray[np.intp], *, link: str) -> Rescued:
    """Fit one model with the careful routines.

    Parameters
    ----------
    design : array, shape (n, k)
        Columns of the model, intercept first; none a combination of others.
    outcome, groups : array, shape (n,)
        0 and 1; cluster numbers from 0.
    link : {"cloglog", "logit"}
        Link function.

    Returns
    -------
    Rescued
        With Firth's penalty where a combination of columns separates events from the rest; a linear programme decides
        where no single column does.

    Examples
    --------
    >>> x = np.column_stack([np.ones(6), [0.0, 0, 0, 1, 1, 1]])
    >>> fit = rescue(x, np.array([0.0, 0, 0, 1, 1, 1]), np.array([0, 1, 2, 0, 1, 2]), link="logit")
    >>> fit.separated, round(float(fit.coef[1]), 4), round(float(2 * np.log(7)), 4)
    (True, 3.8918, 3.8918)
    """
    names = tuple(map(str, range(design.shape[1])))
    # Centred columns of variance 1: both likelihoods have the same maximum in any such coordinates, and the long first
    # steps of Firth's method are held by the size of the columns.
    centre, spread = design.mean(axis=0), design.std(axis=0)
    centre[0], spread[0] = 0.0, 1.0
    scaled = np.asfortranarray((design - centre) / spread)
    back = np.diag(1.0 / spread)
    back[0] -= centre / spread
    separated = one_column_separates(design, outcome) or bool(separated_terms(outcome, scaled, names))
    if separated:
        fit = firth_maximise(scaled, outcome, link=link)
        coef, score, converged = fit.coef, fit.score, fit.converged
    else:
        best = maximise(scaled, outcome, link=link)
        coef, converged = best.coef, best.converged
        score = row_terms(link, scaled @ coef, outcome).score
    if not (converged and np.isfinite(coef).all()):
        nothing = np.full(len(coef), np.nan)
        return Rescued(nothing, nothing, nothing, nothing, np.nan, False, separated)
    rows = row_terms(link, scaled @ coef, outcome)
    cov = back @ np.linalg.inv(gram(scaled, rows.expected)) @ back.T
    observed = None if separated else rows.observed
    found = clustered_covariance(design, score, rows.expected, groups, kind="CR1", observed=observed, outcome=outcome)
    freedom = np.minimum(found.freedom, balance_freedom(design, rows.expected, groups))
    se, se_cluster = np.sqrt(np.diag(cov)), np.sqrt(np.diag(found.cov))
    return Rescued(back @ coef, se, se_cluster, freedom, float(rows.loglik.sum()), True, separated)


def one_column_separates(design: Floats, outcome: Floats) -> bool:
    """Whether all rows above the least value of some column, or below its largest, have the same outcome.

    The common case, a rare dummy without events or with events only, settled without a linear programme.

    Examples
    --------
    >>> x = np.column_stack([np.ones(4), [0.0, 1, 0, 0]])
    >>> one_column_separates(x, np.array([0.0, 0, 1, 0])), one_column_separates(x, np.array([0.0, 1, 1, 0]))
    (True, True)
    >>> one_column_separates(np.repeat(x, 2, axis=0), np.array([0.0, 0, 0, 1, 1, 0, 0, 0]))
    False
    """
    event = outcome[:, None] > 0
    for inside in (design > design.min(axis=0), design < design.max(axis=0)):
        size, events = inside.sum(axis=0), (inside & event).sum(axis=0)
        if ((size > 0) & ((events == 0) | (events == size))).any():
            return True
    return False
