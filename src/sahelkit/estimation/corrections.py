"""Corrections of the mean chance that Firth's penalty inflates when events are rare."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

import numpy as np

from sahelkit._types import Floats
from sahelkit.estimation.firth import Penalised
from sahelkit.estimation.links import chances, row_terms
from sahelkit.estimation.newton import Maximum, inverse_gram, maximise

Correction: TypeAlias = Literal["none", "flic", "flac"]
CORRECTIONS: tuple[Correction, ...] = get_args(Correction)


def flic(design: Floats, outcome: Floats, fit: Penalised, position: int, *, link: str) -> Floats:
    """Firth's estimates with the intercept moved so that the mean fitted chance is the observed share of events.

    For the logit link this is maximum likelihood of the intercept with the rest as an offset, as its authors have it;
    for the cloglog link, where the two differ a little, it is the matching of the means.

    Parameters
    ----------
    design : array, shape (n, k)
    outcome : array, shape (n,)
    fit : Penalised
        Firth's fit.
    position : int
        Column of the intercept (all ones).
    link : {"cloglog", "logit"}

    Returns
    -------
    array, shape (k,)
        Coefficients; all but the intercept unchanged.

    References
    ----------
    Puhr, R., Heinze, G., Nold, M., Lusa, L., & Geroldinger, A. (2017). Firth's logistic regression with rare events:
    accurate effect estimates and predictions? Statistics in Medicine, 36(14), 2302-2317. doi:10.1002/sim.7273

    Examples
    --------
    >>> from sahelkit.estimation.firth import firth_maximise
    >>> x, y = np.ones((50, 1)), np.repeat([1.0, 0.0], [1, 49])
    >>> fit = firth_maximise(x, y, link="logit")
    >>> round(float(chances("logit", x @ fit.coef)[0]), 4)  # (1 + 1/2) / (50 + 1)
    0.0294
    >>> round(float(chances("logit", x @ flic(x, y, fit, 0, link="logit"))[0]), 4)
    0.02
    """
    from scipy.optimize import brentq

    eta = design @ fit.coef
    share = float(outcome.mean())

    def excess(shift: float) -> float:
        return float(chances(link, eta + shift).mean()) - share

    coef = fit.coef.copy()
    coef[position] += float(brentq(excess, -40.0, 40.0, xtol=1e-13, rtol=1e-14))
    return coef


def pseudo_events(link: str, eta: Floats) -> Floats:
    """Share of events among the pseudo-rows that stand for Firth's penalty, shape (n,).

    The penalty acts as if each row were joined by one more with its leverage as weight. With the logit link half of
    its events happen; with the cloglog link the share is ``p + p / rate - 1/2``, between 0.5 and 0.8, which makes the
    pseudo-rows' score that of the penalty.
    """
    if link == "logit":
        return np.full(eta.shape, 0.5)
    rate = np.exp(np.clip(eta, -500.0, 100.0))
    chance = chances(link, eta)
    return np.asarray(chance + chance / rate - 0.5)


def flac(design: Floats, outcome: Floats, fit: Penalised, *, link: str) -> Maximum:
    """Firth's penalty as added rows, told apart from the real ones by a further covariate.

    Each real row is joined by a pseudo-row with weight equal to its leverage in Firth's fit; maximum likelihood with
    an indicator of the pseudo-rows then gives real rows a mean chance equal to the observed share (logit link; for
    the cloglog link nearly so when events are rare). The construction for the cloglog link is ours.

    Parameters
    ----------
    design : array, shape (n, k)
    outcome : array, shape (n,)
    fit : Penalised
        Firth's fit.
    link : {"cloglog", "logit"}

    Returns
    -------
    Maximum
        ``coef`` has k + 1 entries, the last one that of the indicator, which predictions leave out.

    References
    ----------
    Puhr, R., Heinze, G., Nold, M., Lusa, L., & Geroldinger, A. (2017). doi:10.1002/sim.7273
    """
    wide, happened, weights = _joined(design, outcome, fit, link)
    return maximise(wide, happened, link=link, weights=weights, start=np.append(fit.coef, 0.0))


def flac_covariance(design: Floats, outcome: Floats, fit: Penalised, joined: Maximum, *, link: str) -> Floats:
    """Inverse expected information of real and pseudo-rows at FLAC's estimates, shape (k, k), without the indicator's.

    Parameters
    ----------
    design, outcome, fit, link
        As for `flac`.
    joined : Maximum
        What `flac` gave.
    """
    wide, happened, weights = _joined(design, outcome, fit, link)
    rows = row_terms(link, wide @ joined.coef, happened)
    return inverse_gram(wide, weights * rows.expected)[:-1, :-1]


def _joined(design: Floats, outcome: Floats, fit: Penalised, link: str) -> tuple[Floats, Floats, Floats]:
    """Design with the indicator, outcome and weights of the real rows and of the pseudo-rows."""
    n = len(outcome)
    flag = np.repeat([0.0, 1.0], n)
    wide = np.asfortranarray(np.column_stack([np.vstack([design, design]), flag]))
    happened = np.concatenate([outcome, pseudo_events(link, design @ fit.coef)])
    return wide, happened, np.concatenate([np.ones(n), fit.hat])
