"""Events and non-events that a combination of covariates tells apart without error."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def separated_terms(
    outcome: npt.NDArray[np.float64], design: npt.NDArray[np.float64], terms: tuple[str, ...]
) -> tuple[str, ...]:
    """Terms along which events and non-events can be told apart without error, so that no finite estimate exists.

    Parameters
    ----------
    outcome : array of 0 and 1, shape (n,)
    design : array, shape (n, k)
    terms : tuple of str, length k

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
    from scipy.optimize import linprog

    scale = np.abs(design).max(axis=0)
    signed = np.where(outcome[:, None] > 0, design, -design) / np.where(scale > 0, scale, 1.0)
    # Rows that repeat others add nothing to the constraints but their number, which the aim keeps.
    unique, count = np.unique(signed, axis=0, return_counts=True)
    answer = linprog(-(count @ unique), A_ub=-unique, b_ub=np.zeros(len(unique)), bounds=(-1, 1), method="highs")
    direction = np.zeros(len(terms)) if answer.x is None else answer.x
    if float((signed @ direction).sum()) < 1e-7:
        return ()
    return tuple(term for term, value in zip(terms, direction, strict=True) if abs(value) > 1e-9)
