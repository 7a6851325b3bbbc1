"""Weights that are not negative and sum to one: the nearest point of a convex hull."""

from __future__ import annotations

import numpy as np

from sahelkit._types import Floats


def simplex_weights(columns: Floats, target: Floats, *, ridge: float = 0.0) -> Floats:
    """Weights ``w >= 0`` with sum 1 that minimise ``||columns @ w - target||^2 + ridge * ||w||^2``.

    Because the weights sum to one, ``columns @ w - target`` is ``(columns - target) @ w``: the problem is to find the
    point of a convex hull that is nearest to the origin. Non-negative least squares finds it exactly, without a
    penalty: the minimum of ``||B u||^2 + (sum(u) - 1)^2`` over ``u >= 0`` is a multiple of the wanted weights.

    Parameters
    ----------
    columns : array, shape (m, J)
        One column per donor.
    target : array, shape (m,)
        What the weighted sum of the columns should come near to.
    ridge : float
        Penalty on the squared length of the weights; with 0 they need not be unique.

    Returns
    -------
    array, shape (J,)

    References
    ----------
    Lawson, C. L., & Hanson, R. J. (1995). Solving Least Squares Problems (ch. 23). SIAM.
    doi:10.1137/1.9781611971217

    Examples
    --------
    >>> simplex_weights(np.array([[0.0, 1.0], [0.0, 0.0]]), np.array([0.25, 3.0])).round(9).tolist()
    [0.75, 0.25]
    """
    from scipy.optimize import nnls

    rows, number = columns.shape
    penalty = number if ridge > 0 else 0
    stacked = np.zeros((rows + penalty + 1, number))
    stacked[:rows] = columns - target[:, None]
    if penalty:
        np.fill_diagonal(stacked[rows:-1], np.sqrt(ridge))
    size = float(np.sqrt(np.vdot(stacked, stacked) / number))
    if size == 0:
        return np.full(number, 1 / number)
    stacked /= size
    stacked[-1] = 1.0
    wanted = np.zeros(len(stacked))
    wanted[-1] = 1.0
    found, _ = nnls(stacked, wanted, maxiter=50 * number)
    return np.asarray(found / found.sum(), dtype=np.float64)
