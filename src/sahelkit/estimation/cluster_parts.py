"""Sums over clusters, and coordinates in which they lose no digits."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sahelkit._types import Floats, Ints
from sahelkit.estimation.newton import gram


def cluster_sums(values: Floats, groups: Ints) -> Floats:
    """Sum of the rows of each cluster, shape (G, k); clusters are numbered 0 to G - 1.

    Examples
    --------
    >>> cluster_sums(np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 0])).ravel().tolist()
    [5.0, 2.0]
    """
    return column_sums(values.T, groups)


def column_sums(columns: Iterable[Floats], groups: Ints) -> Floats:
    """As `cluster_sums`, of columns that need not be held at once."""
    if (groups[1:] >= groups[:-1]).all():  # a sorted panel, the usual case, needs no scattered additions
        starts = np.flatnonzero(np.concatenate([[True], groups[1:] > groups[:-1]]))
        return np.column_stack([np.add.reduceat(column, starts) for column in columns])
    return np.column_stack([np.bincount(groups, weights=column) for column in columns])


def cluster_information(design: Floats, weights: Floats, groups: Ints) -> Floats:
    """Weighted cross-products ``X' diag(w) X`` of each cluster, shape (G, k, k)."""
    return np.stack([gram(design[piece], weights[piece]) for piece in cluster_rows(groups)])


def cluster_rows(groups: Ints) -> list[Ints]:
    """Rows of each cluster."""
    order = np.argsort(groups, kind="stable")
    return [np.asarray(piece) for piece in np.split(order, np.cumsum(np.bincount(groups))[:-1])]


def unit_basis(design: Floats, weights: Floats) -> Floats:
    """Matrix T such that the columns of ``X T`` are orthonormal under the weights, shape (k, k).

    In these coordinates no unit of measurement and no far-off zero of a covariate costs digits.

    Examples
    --------
    >>> x, w = np.array([[1.0, 1e8], [1.0, 2e8], [1.0, 4e8]]), np.array([1.0, 2.0, 1.0])
    >>> turned = x @ unit_basis(x, w)
    >>> bool(np.allclose(turned.T @ (turned * w[:, None]), np.eye(2)))
    True
    """
    length = np.sqrt(np.maximum(weights @ design**2, 1e-300))
    upper = np.linalg.qr(np.sqrt(np.maximum(weights, 0.0))[:, None] * (design / length), mode="r")
    return np.asarray(np.linalg.inv(upper) / length[:, None])
