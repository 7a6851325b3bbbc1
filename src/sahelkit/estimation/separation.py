"""Events and non-events that a combination of covariates tells apart without error."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sahelkit._types import Floats
from sahelkit.estimation.newton import scaled

# The programme's own precision is 1e-7; columns have a standard deviation of 1, directions reach to 1.
_EXACT = 1e-6
_RISEN = 1e-4
_MOVED = 1e-7
_AT_ONCE = 3000  # rows


def separated_terms(
    outcome: npt.NDArray[np.float64], design: npt.NDArray[np.float64], terms: tuple[str, ...]
) -> tuple[str, ...]:
    """Terms along which events and non-events can be told apart without error, so that no finite estimate exists.

    Parameters
    ----------
    outcome : array of float, shape (n,)
        1 where the event happened, else 0.
    design : array of float, shape (n, k)
        One column per term.
    terms : tuple of str, length k
        Their names.

    Returns
    -------
    tuple of str
        Empty when a finite maximum exists.

    References
    ----------
    Konis, K. (2007). Linear programming algorithms for detecting separated data in binary logistic regression
    models. DPhil thesis, University of Oxford.

    Examples
    --------
    >>> x = np.array([[1.0, 0], [1, 0], [1, 1], [1, 1]])
    >>> "x" in separated_terms(np.array([0.0, 0, 1, 1]), x, ("const", "x"))
    True
    >>> separated_terms(np.array([0.0, 1, 0, 1]), x, ("const", "x"))
    ()
    """
    inner = scaled(design)
    signed = np.where(outcome[:, None] > 0, inner.design, -inner.design)
    direction = _direction(signed)
    if direction is None:
        return ()
    found = inner.back @ direction * np.maximum(design.std(axis=0), np.abs(design.mean(axis=0)))
    return tuple(term for term, value in zip(terms, found, strict=True) if abs(value) > _MOVED)


def _direction(signed: Floats) -> Floats | None:
    """Direction along which no row falls and most rise; None where the only such direction is none.

    A linear programme of some rows first. Rows that its answer breaks join it until none is broken: then the answer is
    that of all rows. Where some rows alone forbid any direction, all of them do.
    """
    from scipy.optimize import linprog

    used = np.zeros(len(signed), dtype=bool)
    used[:: max(1, len(signed) // _AT_ONCE)] = True
    while True:
        rows = np.unique(signed[used], axis=0)
        answer = linprog(-signed.mean(axis=0), A_ub=-rows, b_ub=np.zeros(len(rows)), bounds=(-1, 1), method="highs")
        if answer.x is None:
            return None
        gain = signed @ answer.x
        broken = np.flatnonzero(gain < -_EXACT)
        if not broken.size:
            return None if gain.max() < _RISEN else np.asarray(answer.x)
        if used[broken].all():  # broken by the rounding of the programme alone: nothing separates
            return None
        used[broken[np.argsort(gain[broken])[:_AT_ONCE]]] = True
