"""The two links of a model for 0 and 1, and what a likelihood needs of them, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

import numpy as np

from sahelkit._types import Floats
from sahelkit.errors import UnknownNameError, is_known

Link: TypeAlias = Literal["cloglog", "logit"]
LINKS: tuple[Link, ...] = get_args(Link)


# Beyond these the chance is 0 or 1 to the last bit, and exp() would overflow.
_LOWEST, _HIGHEST = -500.0, 100.0


@dataclass(frozen=True)
class Rows:
    """Contribution of each row to the likelihood, all of shape (n,), as functions of the linear predictor.

    Attributes
    ----------
    chance : array
        Probability of an event.
    loglik : array
        Log-likelihood.
    score : array
        Its first derivative.
    expected : array
        Expected information (Fisher): the weights of iteratively reweighted least squares.
    observed : array
        Observed information: minus the second derivative. Equal to `expected` for the logit link.
    tilt : array
        Derivative of the logarithm of `expected`, which Firth's penalty needs.
    bend : array
        Minus the derivative of `tilt`.
    """

    chance: Floats
    loglik: Floats
    score: Floats
    expected: Floats
    observed: Floats
    tilt: Floats
    bend: Floats


def check_link(link: str) -> str:
    """Return the link, or raise UnknownNameError."""
    if not is_known(link, LINKS):
        raise UnknownNameError("link", link, LINKS)
    return link


def ratios(logs: Floats) -> Floats:
    """Ratios of their logarithms; infinite where they are too large to be written, as the end of a profile may be.

    Examples
    --------
    >>> ratios(np.array([0.0, 1e6])).tolist()
    [1.0, inf]
    """
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(logs))


def chances(link: str, eta: Floats) -> Floats:
    """Probability of an event, given the linear predictor.

    Examples
    --------
    >>> chances("logit", np.array([0.0])).item()
    0.5
    >>> round(chances("cloglog", np.array([0.0])).item(), 4)
    0.6321
    """
    eta = np.clip(eta, _LOWEST, _HIGHEST)
    if link == "logit":
        return np.asarray(1.0 / (1.0 + np.exp(-eta)), dtype=np.float64)
    return np.asarray(-np.expm1(-np.exp(eta)), dtype=np.float64)


def linear_predictor(link: str, chance: float) -> float:
    """Linear predictor that gives a chance; the inverse of `chances`."""
    return float(np.log(chance / (1 - chance)) if link == "logit" else np.log(-np.log1p(-chance)))


def row_terms(link: str, eta: Floats, outcome: Floats) -> Rows:
    """Contributions of the rows, unweighted.

    Parameters
    ----------
    link : {"cloglog", "logit"}
        With the complementary log-log link a chance is ``1 - exp(-exp(eta))``.
    eta : array, shape (n,)
        Linear predictor.
    outcome : array, shape (n,)
        0 or 1, or the share of events in a group of trials.

    Returns
    -------
    Rows
    """
    eta = np.clip(eta, _LOWEST, _HIGHEST)
    if link == "logit":
        chance = 1.0 / (1.0 + np.exp(-eta))
        loglik = outcome * eta - np.log1p(np.exp(eta))
        weight = chance * (1.0 - chance)
        return Rows(chance, loglik, outcome - chance, weight, weight, 1.0 - 2.0 * chance, 2.0 * weight)
    rate = np.exp(eta)
    chance = -np.expm1(-rate)
    per = rate / chance  # tends to 1 as the rate tends to 0
    survive = np.exp(-rate)
    loglik = np.where(outcome > 0, outcome * np.log(chance), 0.0) - (1.0 - outcome) * rate
    return Rows(
        chance=chance,
        loglik=loglik,
        score=(outcome - chance) * per,
        expected=rate * per * survive,
        observed=rate - outcome * per * (1.0 - per * survive),
        tilt=2.0 - per,
        bend=per * (1.0 - per * survive),
    )
