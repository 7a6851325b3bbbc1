"""Firth's penalised likelihood for 0 and 1, on arrays: estimates, likelihood ratio tests, profile intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelkit._options import check_options
from sahelkit.errors import ModelError, UnknownNameError
from sahelkit.models.links import Floats, linear_predictor, row_terms
from sahelkit.models.newton import gram, solve

CONVENTIONS = ("full", "reduced")
MOST_STEPS = 500
# The steps of Fisher scoring shrink by a constant factor, so it stops later than Newton's method does.
_SHORT = 1e-18
_LONGEST = 3.0  # change of a linear predictor in one step
_FARTHEST = 60.0  # standard errors that a profile is followed before its end is called infinite


@dataclass(frozen=True)
class Penalised:
    """Where the penalised likelihood is largest.

    Attributes
    ----------
    coef : array, shape (k,)
        Estimates.
    loglik : float
        Log-likelihood plus half the log determinant of the expected information.
    information : array, shape (k, k)
        Expected information, without the penalty.
    hat : array, shape (n,)
        Leverage of each row; they add to k.
    score : array, shape (n,)
        Derivative of each row's share of the penalised likelihood with respect to its linear predictor.
    converged : bool
        Whether the steps became short before they became too many.
    """

    coef: Floats
    loglik: float
    information: Floats
    hat: Floats
    score: Floats
    converged: bool


def firth_maximise(
    design: Floats,
    outcome: Floats,
    *,
    link: str,
    weights: Floats | None = None,
    offset: Floats | None = None,
    start: Floats | None = None,
    free: npt.NDArray[np.bool_] | None = None,
) -> Penalised:
    """Maximise the likelihood times Jeffreys' prior, the square root of the determinant of the expected information.

    For the logit link this removes the bias of first order (Firth 1993); for both links the estimates are finite,
    also where events are separated perfectly and maximum likelihood gives none (Kosmidis and Firth 2021). For the
    cloglog link it is the Jeffreys penalty, not the adjusted score of Firth, which differs for links other than the
    logit.

    Parameters
    ----------
    design : array, shape (n, k)
        Columns of the model, none a combination of others.
    outcome : array, shape (n,)
        0 and 1, or shares of events.
    link : {"cloglog", "logit"}
        Link function.
    weights : array, shape (n,), optional
        Number of trials per row; 1 when absent.
    offset : array, shape (n,), optional
        Known part of the linear predictor.
    start : array, shape (k,), optional
        First guess, and the value of the coefficients that are not free.
    free : array of bool, shape (k,), optional
        Coefficients to move; the penalty is that of all of them. All when absent.

    Returns
    -------
    Penalised

    References
    ----------
    Firth, D. (1993). Bias reduction of maximum likelihood estimates. Biometrika, 80(1), 27-38.
    doi:10.1093/biomet/80.1.27

    Heinze, G., & Schemper, M. (2002). A solution to the problem of separation in logistic regression. Statistics in
    Medicine, 21(16), 2409-2419. doi:10.1002/sim.1047

    Kosmidis, I., & Firth, D. (2021). Jeffreys-prior penalty, finiteness and shrinkage in binomial-response
    generalized linear models. Biometrika, 108(1), 71-82. doi:10.1093/biomet/asaa052

    Examples
    --------
    For a 2 x 2 table it is maximum likelihood with half an event added to each cell; here events are separated:

    >>> x = np.column_stack([np.ones(6), [0, 0, 0, 1, 1, 1]])
    >>> fit = firth_maximise(x, np.array([0.0, 0, 0, 1, 1, 1]), link="logit")
    >>> bool(np.allclose(fit.coef, [-np.log(7), 2 * np.log(7)]))
    True
    """
    many = np.ones(len(outcome)) if weights is None else weights
    given = np.zeros(len(outcome)) if offset is None else offset
    moved = np.ones(design.shape[1], dtype=bool) if free is None else free
    coef = _start(design, outcome, many, given, link) if start is None else np.array(start, dtype=float)
    level, score, information, hat = _at(design, outcome, many, given, link, coef)
    converged = not moved.any()
    for _ in range(MOST_STEPS):
        if converged:
            break
        gradient = (design.T @ score)[moved]
        step = np.zeros(len(coef))
        step[moved] = solve(information[np.ix_(moved, moved)], gradient)
        length = float(gradient @ step[moved])
        # Far from the maximum a whole step may jump to where chances are 0 or 1 to the last bit: there the information
        # of a rare covariate is rounding error, and so is the penalty.
        size = min(1.0, _LONGEST / (1e-300 + float(np.abs(design @ step).max())))
        least = 1e-8 * size
        reached = _at(design, outcome, many, given, link, coef + size * step)
        while reached[0] < level - 1e-11 * (1 + abs(level)) and size > least:
            size /= 2
            reached = _at(design, outcome, many, given, link, coef + size * step)
        coef = coef + size * step
        level, score, information, hat = reached
        converged = length < _SHORT
    return Penalised(coef, level, information, hat, score, converged)


def _start(design: Floats, outcome: Floats, many: Floats, given: Floats, link: str) -> Floats:
    guess = np.zeros(design.shape[1])
    constant = np.flatnonzero((design == design[0]).all(axis=0) & (design[0] != 0))
    if constant.size:
        share = float((many @ outcome + 0.5) / (many.sum() + 1.0))
        guess[constant[0]] = (linear_predictor(link, share) - float(given.mean())) / design[0, constant[0]]
    return guess


def _at(
    design: Floats, outcome: Floats, many: Floats, given: Floats, link: str, coef: Floats
) -> tuple[float, Floats, Floats, Floats]:
    rows = row_terms(link, design @ coef + given, outcome)
    information = gram(design, many * rows.expected)
    sign, volume = np.linalg.slogdet(information)
    if sign <= 0 or not np.isfinite(volume):
        return -np.inf, rows.score, information, np.zeros(len(outcome))
    hat = many * rows.expected * np.einsum("ij,ij->i", design, design @ np.linalg.inv(information))
    level = float(many @ rows.loglik) + 0.5 * float(volume)
    return level, many * rows.score + 0.5 * hat * rows.tilt, information, hat


def penalised_lr(
    design: Floats, outcome: Floats, positions: Sequence[int], *, link: str, convention: str = "full"
) -> tuple[float, int, float]:
    """Penalised likelihood ratio test that some coefficients are 0.

    Parameters
    ----------
    design, outcome, link
        As in `firth_maximise`.
    positions : sequence of int
        Columns under test.
    convention : {"full", "reduced"}
        Two conventions exist. ``"full"``, that of R's logistf: the restricted fit keeps the penalty of the full model
        and only holds the coefficients at 0. ``"reduced"``: the restricted fit has the penalty of the smaller model.
        Their p-values differ a little.

    Returns
    -------
    statistic : float
        Twice the difference of the penalised log-likelihoods. Under the reduced convention, which does not compare
        one function with itself, it can be negative; the p-value is then 1.
    freedom : int
        Number of coefficients under test.
    p_value : float
        From the chi-squared distribution.

    Raises
    ------
    UnknownNameError
        If the convention is unknown.

    References
    ----------
    Heinze, G., & Schemper, M. (2002). doi:10.1002/sim.1047
    """
    from scipy import stats

    if convention not in CONVENTIONS:
        raise UnknownNameError("convention", convention, CONVENTIONS)
    kept = np.ones(design.shape[1], dtype=bool)
    kept[list(positions)] = False
    best = firth_maximise(design, outcome, link=link)
    if convention == "full":
        start = np.where(kept, best.coef, 0.0)
        level = firth_maximise(design, outcome, link=link, start=start, free=kept).loglik
    elif kept.any():
        level = firth_maximise(design[:, kept], outcome, link=link).loglik
    else:
        level = float(row_terms(link, np.zeros(len(outcome)), outcome).loglik.sum())
    statistic = 2 * (best.loglik - level)
    return statistic, len(positions), float(stats.chi2.sf(max(statistic, 0.0), len(positions)))


def profile_interval(
    design: Floats, outcome: Floats, position: int, *, link: str, level: float = 0.95, best: Penalised | None = None
) -> tuple[float, float]:
    """Interval of one coefficient from the profile of the penalised likelihood.

    The values at which twice the penalised log-likelihood, maximised over the other coefficients with the penalty of
    the full model, lies less than the quantile of chi-squared with 1 degree of freedom below its maximum.

    Parameters
    ----------
    design, outcome, link
        As in `firth_maximise`.
    position : int
        Column.
    level : float
        Confidence level.
    best : Penalised, optional
        The fit, if it is there already.

    Returns
    -------
    low, high : float
        Infinite where the profile stays high for 60 standard errors.

    Raises
    ------
    ModelError
        If the fit did not converge.

    References
    ----------
    Heinze, G., & Schemper, M. (2002). doi:10.1002/sim.1047
    """
    from scipy import stats

    check_options(level=level)

    fit = firth_maximise(design, outcome, link=link) if best is None else best
    if not fit.converged:
        raise ModelError("the penalised fit did not converge, so its profile has no meaning. Rescale the covariates")
    depth = float(stats.chi2.ppf(level, 1))
    free = np.arange(design.shape[1]) != position
    error = float(np.sqrt(np.linalg.inv(fit.information)[position, position]))
    return (
        _end(design, outcome, link, fit, free, position, -error, depth),
        _end(design, outcome, link, fit, free, position, error, depth),
    )


def _end(
    design: Floats,
    outcome: Floats,
    link: str,
    fit: Penalised,
    free: npt.NDArray[np.bool_],
    position: int,
    unit: float,
    depth: float,
) -> float:
    """Where the signed root of the likelihood ratio, nearly a straight line, meets its quantile."""
    from scipy.optimize import brentq

    start = fit.coef.copy()
    wanted = float(np.sqrt(depth))

    def gap(distance: float) -> float:
        start[position] = fit.coef[position] + distance * unit
        held = firth_maximise(design, outcome, link=link, start=start, free=free)
        start[:] = held.coef
        return float(np.sqrt(max(2 * (fit.loglik - held.loglik), 0.0))) - wanted

    inner, outer = 0.0, wanted
    while gap(outer) < 0:
        if outer > _FARTHEST:
            return float(np.sign(unit) * np.inf)
        inner, outer = outer, outer * 1.6
    return float(fit.coef[position] + unit * brentq(gap, inner, outer, xtol=1e-9, rtol=1e-10))
