"""Firth's penalised likelihood for 0 and 1, on arrays: estimates, likelihood ratio tests, profile intervals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sahelkit._types import Floats
from sahelkit.errors import ModelError, UnknownNameError, is_known
from sahelkit.estimation.links import linear_predictor, row_terms
from sahelkit.estimation.newton import constant_column, gram, solve
from sahelkit.options import check_options

CONVENTIONS = ("full", "reduced")
MOST_STEPS = 500
# Leverages move with the estimates, so that steps shrink by a constant factor only, and it stops later than Newton's.
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
    first = _start(design, outcome, many, given, link) if start is None else np.array(start, dtype=float)
    if not moved.any():
        there = _at(design, outcome, many, given, link, first)
        return Penalised(first, there.level, there.information, there.hat, there.score, True)
    # Orthonormal columns, of which those of the coefficients that are held come last: then holding a coefficient is
    # holding that of its column, and neither units nor a far zero of a covariate decide what can be computed.
    order = np.concatenate([np.flatnonzero(moved), np.flatnonzero(~moved)])
    inner, triangle = _flat(design, order)
    coef, there, converged = _climb(inner, outcome, many, given, link, triangle @ first[order], int(moved.sum()))
    found = first.copy()
    found[order] = np.linalg.solve(triangle, coef)
    found[~moved] = first[~moved]
    back = np.zeros(design.shape[1], dtype=np.intp)
    back[order] = np.arange(len(order))
    forth = triangle[:, back]
    level = there.level + _volume(triangle)
    return Penalised(found, level, forth.T @ there.information @ forth, there.hat, there.score, converged)


class _There(NamedTuple):
    level: float
    score: Floats
    information: Floats
    hat: Floats
    steep: Floats


def _climb(
    design: Floats, outcome: Floats, many: Floats, given: Floats, link: str, coef: Floats, moved: int
) -> tuple[Floats, _There, bool]:
    """Newton's method for the likelihood of the real rows and those that stand for the penalty, halving steps.

    Rows of leverage 1, such as the only ones of a country with its own dummy, count twice: without the penalty's own
    curvature a step would be twice too long there and come back for ever.
    """
    there = _at(design, outcome, many, given, link, coef)
    converged = False
    for _ in range(MOST_STEPS):
        gradient = design[:, :moved].T @ there.score
        step = np.zeros(len(coef))
        step[:moved] = solve(gram(design[:, :moved], there.steep), gradient)
        length = float(gradient @ step[:moved])
        # Far from the maximum a whole step may jump to where chances are 0 or 1 to the last bit: there the information
        # of a rare covariate is rounding error, and so is the penalty.
        size = min(1.0, _LONGEST / (1e-300 + float(np.abs(design @ step).max())))
        least = 1e-8 * size
        reached = _at(design, outcome, many, given, link, coef + size * step)
        while not reached.level >= there.level - 1e-11 * (1 + abs(there.level)) and size > least:
            size /= 2
            reached = _at(design, outcome, many, given, link, coef + size * step)
        coef, there = coef + size * step, reached
        converged = length < _SHORT
        if converged:
            break
    return coef, there, converged


def _start(design: Floats, outcome: Floats, many: Floats, given: Floats, link: str) -> Floats:
    guess = np.zeros(design.shape[1])
    place = constant_column(design)
    if place is not None:
        share = float((many @ outcome + 0.5) / (many.sum() + 1.0))
        guess[place] = (linear_predictor(link, share) - float(given.mean())) / design[0, place]
    return guess


def _at(design: Floats, outcome: Floats, many: Floats, given: Floats, link: str, coef: Floats) -> _There:
    rows = row_terms(link, design @ coef + given, outcome)
    information = gram(design, many * rows.expected)
    sign, volume = np.linalg.slogdet(information)
    if sign <= 0 or not np.isfinite(volume):
        nothing = np.zeros(len(outcome))
        return _There(-np.inf, rows.score, information, nothing, many * rows.expected)
    hat = many * rows.expected * np.einsum("ij,ij->i", design, design @ np.linalg.inv(information))
    level = float(many @ rows.loglik) + 0.5 * float(volume)
    score = many * rows.score + 0.5 * hat * rows.tilt
    return _There(level, score, information, hat, many * rows.expected + 0.5 * hat * rows.bend)


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

    if not is_known(convention, CONVENTIONS):
        raise UnknownNameError("convention", convention, CONVENTIONS)
    kept = np.ones(design.shape[1], dtype=bool)
    kept[list(positions)] = False
    best = _found(firth_maximise(design, outcome, link=link))
    if convention == "full":
        order = np.concatenate([np.flatnonzero(kept), np.flatnonzero(~kept)])
        inner, triangle = _flat(design, order)
        start = np.where(kept[order], triangle @ best.coef[order], 0.0)
        held = firth_maximise(inner, outcome, link=link, start=start, free=kept[order])
        level = _found(held).loglik + _volume(triangle)
    elif kept.any():
        level = _found(firth_maximise(design[:, kept], outcome, link=link)).loglik
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
    fit = _found(firth_maximise(design, outcome, link=link) if best is None else best)
    depth = float(stats.chi2.ppf(level, 1))
    # In orthonormal columns with the wanted one last, its coefficient is that of the last column but for a factor, and
    # moving it leaves the others where they were.
    order = np.append(np.delete(np.arange(design.shape[1]), position), position)
    inner, triangle = _flat(design, order)
    rows = row_terms(link, design @ fit.coef, outcome)
    error = float(np.sqrt(np.linalg.inv(gram(inner, rows.expected))[-1, -1]))
    top = triangle @ fit.coef[order]
    factor = float(triangle[-1, -1])
    level = fit.loglik - _volume(triangle)
    low, high = sorted(_end(inner, outcome, link, top, level, unit, depth) / factor for unit in (-error, error))
    return low, high


def _flat(design: Floats, order: npt.NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Orthonormal columns times the root of n, and the triangle that turns coefficients of the design into theirs."""
    flat, triangle = np.linalg.qr(design[:, order])
    width = np.sqrt(len(design))
    return flat * width, triangle / width


def _volume(triangle: Floats) -> float:
    """Half the logarithm of what the determinant of the information gains from the units of the design."""
    return float(np.log(np.abs(np.diag(triangle))).sum())


def _found(fit: Penalised) -> Penalised:
    if not fit.converged:
        raise ModelError("the penalised fit did not converge, so its profile has no meaning. Leave some covariates out")
    return fit


def _end(design: Floats, outcome: Floats, link: str, top: Floats, level: float, unit: float, depth: float) -> float:
    """Where the signed root of the likelihood ratio, nearly a straight line, meets its quantile; by the last column."""
    from scipy.optimize import brentq

    start, free = top.copy(), np.arange(len(top)) < len(top) - 1
    wanted = float(np.sqrt(depth))

    def gap(distance: float) -> float:
        start[-1] = top[-1] + distance * unit
        held = _found(firth_maximise(design, outcome, link=link, start=start, free=free))
        start[:] = held.coef
        return float(np.sqrt(max(2 * (level - held.loglik), 0.0))) - wanted

    inner, outer = 0.0, wanted
    while gap(outer) < 0:
        if outer > _FARTHEST:
            return float(np.sign(unit) * np.inf)
        inner, outer = outer, outer * 1.6
    return float(top[-1] + unit * brentq(gap, inner, outer, xtol=1e-9, rtol=1e-10))
