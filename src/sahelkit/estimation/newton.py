"""Maximum likelihood for 0 and 1 by Newton's method, on arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sahelkit._types import Floats
from sahelkit.estimation.links import linear_predictor, row_terms

MOST_STEPS = 60
# A step this short, in standard errors squared, leaves an error far below the last printed digit.
_SHORT = 1e-14
# After a step this short the information hardly changes, and computing it costs more than a further step.
_NEAR = 1e-4
# A gradient below this, in columns of one scale, is rounding; a share of it that no step answers to is not.
_FLAT, _LOST = 1e-6, 1e-3
_BLOCK = 8192  # rows per pass, so that a block stays in the processor's cache
_LARGE = 20_000  # rows above which a first fit to a part of the non-events pays
# From that start two or three passes suffice. Where it takes more, the part was separated or unlike the whole, and the
# search begins again from the share of events.
_FEW = 8


@dataclass(frozen=True)
class Scaled:
    """Columns of mean 0 and standard deviation 1 that span what the columns of a design span.

    Attributes
    ----------
    design : array, shape (n, k)
        The intercept, where there is one, becomes 1; without one, columns are scaled and keep their means.
    back : array, shape (k, k)
        Turns coefficients of these columns into those of the design.
    forth : array, shape (k, k)
        Its inverse.
    """

    design: Floats
    back: Floats
    forth: Floats


@dataclass(frozen=True)
class Maximum:
    """Where a likelihood is largest.

    Attributes
    ----------
    coef : array, shape (k,)
        Estimates.
    loglik : float
        Log-likelihood there.
    information : array, shape (k, k)
        Observed information there.
    converged : bool
        Whether the steps became short before they became too many.
    steps : int
        Passes through all rows.
    """

    coef: Floats
    loglik: float
    information: Floats
    converged: bool
    steps: int


def constant_column(design: Floats) -> int | None:
    """Position of the first column that has one value other than 0 in all rows."""
    found = np.flatnonzero((design == design[0]).all(axis=0) & (design[0] != 0))
    return int(found[0]) if found.size else None


def scaled(design: Floats) -> Scaled:
    """Bring the columns of a design to one scale, so that no unit of measurement decides what can be computed.

    Examples
    --------
    >>> x = np.array([[1.0, 1e9], [1.0, 1e9 + 2]])
    >>> found = scaled(x)
    >>> found.design.tolist(), bool(np.allclose(x @ found.back, found.design))
    ([[1.0, -1.0], [1.0, 1.0]], True)
    """
    place, k = constant_column(design), design.shape[1]
    middle = np.zeros(k) if place is None else design.mean(axis=0)
    spread = np.sqrt(np.mean((design - middle) ** 2, axis=0))
    # What is left of a constant without its mean is rounding error.
    spread[spread <= 10 * np.finfo(float).eps * np.abs(design).max(axis=0, initial=0.0)] = 1.0
    back, forth = np.diag(1.0 / spread), np.diag(spread)
    if place is not None:
        level = float(design[0, place])
        middle[place], spread[place] = 0.0, level
        back[place], forth[place] = -middle / spread / level, middle / level
        back[place, place], forth[place, place] = 1.0 / level, level
    return Scaled(np.asfortranarray((design - middle) / spread), back, forth)


def inverse_gram(design: Floats, weights: Floats) -> Floats:
    """Inverse of `gram`, computed in columns of one scale; a covariance where the weights are information.

    Raises
    ------
    numpy.linalg.LinAlgError
        If the columns are not independent.

    Examples
    --------
    >>> x = np.column_stack([np.ones(3), 1e9 + np.arange(3.0)])
    >>> round(float(inverse_gram(x, np.ones(3))[1, 1]), 9)
    0.5
    """
    inner = scaled(design)
    return np.asarray(inner.back @ np.linalg.inv(gram(inner.design, weights)) @ inner.back.T)


def gram(design: Floats, weights: Floats) -> Floats:
    """Weighted cross-products ``X' diag(w) X``, shape (k, k); the weights are not negative.

    Examples
    --------
    >>> gram(np.array([[1.0, 2.0], [1.0, 3.0]]), np.array([1.0, 4.0])).tolist()
    [[5.0, 14.0], [14.0, 40.0]]
    """
    total = np.zeros((design.shape[1], design.shape[1]))
    for begin in range(0, len(design), _BLOCK):
        cut = slice(begin, begin + _BLOCK)
        total += _cross(design[cut].T, weights[cut])
    return total


def _cross(wide: Floats, weights: Floats) -> Floats:
    scaled = wide * np.sqrt(np.maximum(weights, 0.0))
    return np.asarray(scaled @ scaled.T)


def solve(information: Floats, vector: Floats) -> Floats:
    """Solve a symmetric system; the least-squares answer where it is singular."""
    try:
        return np.asarray(np.linalg.solve(information, vector))
    except np.linalg.LinAlgError:
        return np.asarray(np.linalg.lstsq(information, vector, rcond=None)[0])


def maximise(
    design: Floats,
    outcome: Floats,
    *,
    link: str,
    weights: Floats | None = None,
    offset: Floats | None = None,
    start: Floats | None = None,
) -> Maximum:
    """Fit a binary regression by maximum likelihood.

    Newton's method with the observed information, which is never negative definite for either link, so that the
    maximum is unique. Large samples start from a fit to all events and one non-event in ten, with the offset that
    this choice asks for: one or two passes through all rows then suffice. Columns are brought to one scale first: no
    unit of measurement matters.

    Parameters
    ----------
    design : array, shape (n, k)
        Columns of the model; fastest in Fortran order.
    outcome : array, shape (n,)
        0 and 1, or shares of events.
    link : {"cloglog", "logit"}
        Link function.
    weights : array, shape (n,), optional
        Number of trials per row; 1 when absent.
    offset : array, shape (n,), optional
        Known part of the linear predictor.
    start : array, shape (k,), optional
        First guess.

    Returns
    -------
    Maximum

    References
    ----------
    McCullagh, P., & Nelder, J. A. (1989). Generalized Linear Models (2nd ed.). Chapman & Hall.

    Examples
    --------
    >>> x = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1], [1, 1]])
    >>> fit = maximise(x, np.array([0.0, 1, 1, 1, 0]), link="logit")
    >>> bool(np.allclose(fit.coef, [0, np.log(2)]))
    True
    """
    inner = scaled(design)
    if start is None and weights is None and offset is None and len(outcome) > _LARGE:
        near = inner.forth @ _part(design, outcome, link)
        found = _climb(inner.design, outcome, near, link=link, weights=weights, offset=offset)
        if found.converged and found.steps <= _FEW:
            return _unscaled(found, inner)
    first = _constant(design, outcome, link, weights, offset) if start is None else np.array(start, dtype=float)
    return _unscaled(
        _climb(inner.design, outcome, inner.forth @ first, link=link, weights=weights, offset=offset), inner
    )


def _unscaled(found: Maximum, inner: Scaled) -> Maximum:
    information = inner.forth.T @ found.information @ inner.forth
    return Maximum(inner.back @ found.coef, found.loglik, information, found.converged, found.steps)


def _climb(
    design: Floats, outcome: Floats, coef: Floats, *, link: str, weights: Floats | None, offset: Floats | None
) -> Maximum:
    def at(coef: Floats, *, informed: bool) -> tuple[float, Floats, Floats]:
        level, gradient, information = 0.0, np.zeros(len(coef)), np.zeros((len(coef), len(coef)))
        for begin in range(0, len(outcome), _BLOCK):
            cut = slice(begin, begin + _BLOCK)
            wide = design[cut].T
            eta = coef @ wide if offset is None else coef @ wide + offset[cut]
            rows = row_terms(link, eta, outcome[cut])
            many = 1.0 if weights is None else weights[cut]
            level += float(np.sum(many * rows.loglik))
            gradient += wide @ (many * rows.score)
            if informed:
                information += _cross(wide, many * rows.observed)
        return level, gradient, information

    level, gradient, information = at(coef, informed=True)
    last, taken = False, 0
    while not last and taken < MOST_STEPS:
        taken += 1
        step = solve(information, gradient)
        if _unsolved(information, step, gradient):
            break
        length = float(gradient @ step)
        last = length < _SHORT
        size = 1.0
        renewed = last or length > _NEAR
        reached, slope, bend = at(coef + step, informed=renewed)
        while not reached >= level - 1e-12 * abs(level) and size > 1e-6:
            size /= 2
            reached, slope, bend = at(coef + size * step, informed=renewed)
        coef, level, gradient = coef + size * step, reached, slope
        information = bend if renewed else information
    return Maximum(coef, level, information, last, taken)


def _unsolved(information: Floats, step: Floats, gradient: Floats) -> bool:
    """Whether the curvature has died out, far from any maximum, in a direction in which the likelihood still rises."""
    steepest = float(np.abs(gradient).max())
    return steepest > _FLAT and not float(np.abs(information @ step - gradient).max()) <= _LOST * steepest


def _part(design: Floats, outcome: Floats, link: str) -> Floats:
    """Fit to all events and every tenth non-event, to start from; what it says of separation is no news of the whole.

    By position, not by lot: the same data give the same bits. Dropping nine tenths of the non-events shifts the log
    odds by log 10, nearly so for the cloglog link when events are rare.
    """
    kept = outcome > 0
    kept[np.flatnonzero(~kept)[::10]] = True
    few = np.asfortranarray(design[kept])
    return maximise(few, outcome[kept], link=link, offset=np.full(int(kept.sum()), np.log(10.0))).coef


def _constant(design: Floats, outcome: Floats, link: str, weights: Floats | None, offset: Floats | None) -> Floats:
    """Start at the share of events."""
    guess = np.zeros(design.shape[1])
    place = constant_column(design)
    if place is not None:
        trials = np.ones(len(outcome)) if weights is None else weights
        share = float(np.clip(trials @ outcome / trials.sum(), 1e-8, 1 - 1e-8))
        shift = 0.0 if offset is None else float(np.mean(offset))
        guess[place] = (linear_predictor(link, share) - shift) / design[0, place]
    return guess
