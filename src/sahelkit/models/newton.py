"""Maximum likelihood for 0 and 1 by Newton's method, on arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sahelkit.models.links import Floats, linear_predictor, row_terms

MOST_STEPS = 60
# A step this short, in standard errors squared, leaves an error far below the last printed digit.
_SHORT = 1e-14
# After a step this short the information hardly changes, and computing it costs more than a further step.
_NEAR = 1e-4
_BLOCK = 8192  # rows per pass, so that a block stays in the processor's cache
_LARGE = 20_000  # rows above which a first fit to a part of the non-events pays


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
    this choice asks for: one or two passes through all rows then suffice.

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
    coef = _start(design, outcome, link, weights, offset) if start is None else np.array(start, dtype=float)

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
        length = float(gradient @ step)
        last = length < _SHORT
        size = 1.0
        renewed = last or length > _NEAR
        reached, slope, bend = at(coef + step, informed=renewed)
        while reached < level - 1e-12 * abs(level) and size > 1e-6:
            size /= 2
            reached, slope, bend = at(coef + size * step, informed=renewed)
        coef, level, gradient = coef + size * step, reached, slope
        information = bend if renewed else information
    return Maximum(coef, level, information, last, taken)


def _start(design: Floats, outcome: Floats, link: str, weights: Floats | None, offset: Floats | None) -> Floats:
    if len(outcome) > _LARGE and weights is None and offset is None:
        # Every tenth non-event by position, not by lot: the same data give the same bits. Dropping nine tenths of
        # the non-events shifts the log odds by log 10, nearly so for the cloglog link when events are rare.
        kept = outcome > 0
        kept[np.flatnonzero(~kept)[::10]] = True
        few = np.asfortranarray(design[kept])
        return maximise(few, outcome[kept], link=link, offset=np.full(int(kept.sum()), np.log(10.0))).coef
    guess = np.zeros(design.shape[1])
    constant = np.flatnonzero((design == design[0]).all(axis=0) & (design[0] != 0))
    if constant.size:
        trials = np.ones(len(outcome)) if weights is None else weights
        share = float(np.clip(trials @ outcome / trials.sum(), 1e-8, 1 - 1e-8))
        shift = 0.0 if offset is None else float(np.mean(offset))
        guess[constant[0]] = (linear_predictor(link, share) - shift) / design[0, constant[0]]
    return guess
