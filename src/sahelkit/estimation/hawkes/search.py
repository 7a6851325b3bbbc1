"""Minimise a smooth function of few variables inside a box, from a good first guess of its curvature."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sahelkit._types import Floats

# Longest step of one variable: on the log scale a rate then changes at most by a factor of 20 at once.
_LONGEST = 3.0
_ENOUGH = 1e-4


def descend(
    function: Callable[[Floats], tuple[float, Floats]],
    start: Floats,
    low: Floats,
    high: Floats,
    curvature: Floats,
    *,
    tolerance: float = 1e-6,
    steps: int = 300,
) -> tuple[Floats, float]:
    """Local minimum in a box by projected BFGS.

    A general library routine would do, but for problems of this size its calls to threaded linear algebra cost many
    times the arithmetic on a busy machine, and round differently with the number of threads.

    Parameters
    ----------
    function : callable
        Value and gradient at a point.
    start, low, high : arrays, shape (p,)
        Where to begin, and the box.
    curvature : array, shape (p, p)
        First guess of the second derivatives; made positive definite if it is not.
    tolerance : float
        The search ends when no component of the projected gradient exceeds it.
    steps : int
        Most steps.

    Returns
    -------
    point : array, shape (p,)
    value : float

    References
    ----------
    Bertsekas, D. P. (1982). Projected Newton methods for optimization problems with simple constraints. SIAM Journal
    on Control and Optimization, 20(2), 221-246. https://doi.org/10.1137/0320018

    Examples
    --------
    >>> bowl = lambda x: (float((x - 2) @ (x - 2)), 2 * (x - 2))
    >>> point, value = descend(bowl, np.zeros(2), np.zeros(2), np.array([1.0, 5.0]), 2 * np.eye(2))
    >>> point.tolist(), value
    ([1.0, 2.0], 1.0)
    """
    point = np.clip(start, low, high)
    value, gradient = function(point)
    shape = _positive(curvature)
    idle = 0
    for _ in range(steps):
        free = ~(((point <= low) & (gradient > 0)) | ((point >= high) & (gradient < 0)))
        if np.abs(gradient[free]).max(initial=0.0) < tolerance or idle == 3:
            break
        step = np.zeros_like(point)
        try:
            step[free] = np.linalg.solve(shape[np.ix_(free, free)], -gradient[free])
        except np.linalg.LinAlgError:  # rounding has flattened the updated shape: begin again from the first diagonal
            shape = np.diag(np.diag(_positive(curvature)))
            step[free] = -gradient[free] / np.diag(shape)[free]
        step /= max(1.0, np.abs(step).max() / _LONGEST)
        length = 1.0
        while length > 1e-10:
            moved = np.clip(point + length * step, low, high)
            new_value, new_gradient = function(moved)
            if new_value <= value + _ENOUGH * float((gradient * (moved - point)).sum()):
                break
            length *= 0.5
        else:
            break
        idle = idle + 1 if value - new_value < 1e-12 * max(1.0, abs(value)) else 0
        shape = _updated(shape, moved - point, new_gradient - gradient)
        point, value, gradient = moved, new_value, new_gradient
    return point, value


def _positive(matrix: Floats) -> Floats:
    """The matrix, with as much added to its diagonal as makes it positive definite."""
    scale = np.abs(np.diag(matrix))
    typical = float(np.median(scale)) or 1.0
    base: Floats = matrix + np.diag(np.where(scale < 1e-8 * typical, typical, 0.0))
    extra = 0.0
    for _ in range(60):
        try:
            np.linalg.cholesky(base + extra * np.diag(scale + 1e-8 * typical))
        except np.linalg.LinAlgError:
            extra = max(2.0 * extra, 1e-3)
        else:
            return base + extra * np.diag(scale + 1e-8 * typical)
    return np.diag(scale + typical)


def _updated(shape: Floats, step: Floats, change: Floats) -> Floats:
    """BFGS with Powell's damping, which keeps the matrix positive definite where the function is not convex."""
    along = np.einsum("ij,j->i", shape, step)
    bend = float((step * along).sum())
    if not bend > 0.0:
        return shape
    slope = float((step * change).sum())
    if slope < 0.2 * bend:
        mix = 0.8 * bend / (bend - slope)
        change = mix * change + (1.0 - mix) * along
        slope = float((step * change).sum())
    return shape + np.outer(change, change) / slope - np.outer(along, along) / bend
