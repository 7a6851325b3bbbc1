"""Covariances that allow for correlation within clusters, also when clusters are few."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sahelkit.errors import ModelError, UnknownNameError
from sahelkit.models.links import Floats
from sahelkit.models.newton import gram

KINDS = ("CR0", "CR1", "CR1S", "CR2", "CR3")
Numbers = npt.NDArray[np.intp]

# A cluster that alone decides a coefficient (a country with its own dummy) has leverage 1 there; it says nothing
# about the error of that coefficient, and its share is set to zero as clubSandwich does.
_FULL_LEVERAGE = 1e-10


@dataclass(frozen=True)
class Clustered:
    """A covariance matrix and how many degrees of freedom stand behind each coefficient.

    Attributes
    ----------
    cov : array, shape (k, k)
        Covariance of the coefficients.
    freedom : array, shape (k,)
        Degrees of freedom for t tests: G - 1 for CR0 and CR1, Satterthwaite's for CR2 and CR3.
    kind : str
        Which correction.
    n_clusters : int
        G.
    """

    cov: Floats
    freedom: Floats
    kind: str
    n_clusters: int


def cluster_sums(values: Floats, groups: Numbers) -> Floats:
    """Sum of the rows of each cluster, shape (G, k); clusters are numbered 0 to G - 1.

    Examples
    --------
    >>> cluster_sums(np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 0])).ravel().tolist()
    [5.0, 2.0]
    """
    return _sums(values.T, groups)


def _sums(columns: Iterable[Floats], groups: Numbers) -> Floats:
    if (groups[1:] >= groups[:-1]).all():  # a sorted panel, the usual case, needs no scattered additions
        starts = np.flatnonzero(np.concatenate([[True], groups[1:] > groups[:-1]]))
        return np.column_stack([np.add.reduceat(column, starts) for column in columns])
    return np.column_stack([np.bincount(groups, weights=column) for column in columns])


def cluster_information(design: Floats, weights: Floats, groups: Numbers) -> Floats:
    """Weighted cross-products ``X' diag(w) X`` of each cluster, shape (G, k, k)."""
    order = np.argsort(groups, kind="stable")
    ends = np.cumsum(np.bincount(groups))
    pieces = np.split(order, ends[:-1])
    return np.stack([gram(design[piece], weights[piece]) for piece in pieces])


def clustered_covariance(
    design: Floats, scores: Floats, weights: Floats, groups: Numbers, *, kind: str = "CR2", bread: Floats | None = None
) -> Clustered:
    """Sandwich covariance of a linear, logit or cloglog regression with clusters.

    Parameters
    ----------
    design : array, shape (n, k)
        Covariates.
    scores : array, shape (n,)
        Derivative of each row's log-likelihood with respect to its linear predictor; the residuals for least squares.
    weights : array, shape (n,)
        Working weights (expected information of each row); 1 for least squares.
    groups : array of int, shape (n,)
        Cluster numbers, 0 to G - 1.
    kind : {"CR0", "CR1", "CR1S", "CR2", "CR3"}
        CR0 has no correction. CR1 multiplies by G / (G - 1), as Stata does for maximum likelihood. CR1S multiplies by
        G / (G - 1) x (n - 1) / (n - k), as Stata does for least squares. CR2 (Bell and McCaffrey) is unbiased when
        the working model is right; CR3 is close to the jackknife that leaves clusters out. CR2 and CR3 use the
        linearised model of the last step of weighted least squares.
    bread : array, shape (k, k), optional
        Information matrix of the whole sample; ``X' diag(w) X`` when absent. Pass the observed information to get
        Stata's and statsmodels' covariance with a link other than the logit.

    Returns
    -------
    Clustered

    Raises
    ------
    UnknownNameError
        If the kind is unknown.
    ModelError
        If there is one cluster only.

    References
    ----------
    Bell, R. M., & McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression with multi-stage
    samples. Survey Methodology, 28(2), 169-181.

    Pustejovsky, J. E., & Tipton, E. (2018). Small-sample methods for cluster-robust variance estimation and
    hypothesis testing in fixed effects models. Journal of Business & Economic Statistics, 36(4), 672-683.
    doi:10.1080/07350015.2016.1247004

    Examples
    --------
    >>> x = np.column_stack([np.ones(6), [0.0, 1, 2, 3, 4, 6]])
    >>> y = np.array([0.1, 0.9, 2.2, 2.8, 4.1, 6.3])
    >>> residual = y - x @ np.linalg.lstsq(x, y, rcond=None)[0]
    >>> out = clustered_covariance(x, residual, np.ones(6), np.array([0, 0, 1, 1, 2, 2]), kind="CR2")
    >>> out.freedom.round(2).tolist()
    [1.12, 1.19]
    """
    if kind not in KINDS:
        raise UnknownNameError("kind of clustered covariance", kind, KINDS)
    count = int(groups.max()) + 1
    if count < 2:
        raise ModelError("there is one cluster only: errors cannot be clustered. Use more countries")
    sums = _sums((column * scores for column in design.T), groups)
    n, k = design.shape
    if kind in ("CR0", "CR1", "CR1S"):
        whole = gram(design, weights) if bread is None else bread
        factor = 1.0 if kind == "CR0" else count / (count - 1)
        if kind == "CR1S":
            factor *= (n - 1) / (n - k)
        half = np.linalg.solve(whole, sums.T)
        return Clustered(factor * half @ half.T, np.full(k, count - 1.0), kind, count)
    parts = cluster_information(design, weights, groups)
    return _adjusted(sums, parts, kind=kind, bread=bread)


def _adjusted(sums: Floats, parts: Floats, *, kind: str, bread: Floats | None) -> Clustered:
    power = 0.5 if kind == "CR2" else 1.0
    total = parts.sum(axis=0)
    values, vectors = np.linalg.eigh(total)
    root = vectors @ np.diag(1 / np.sqrt(values)) @ vectors.T  # symmetric inverse square root of the information
    whole = total if bread is None else bread
    # With Q the whitened rows of a cluster, (I - QQ')^-p acts on Q's scores as (I - Q'Q)^-p: k x k, not n x n.
    share, axes = np.linalg.eigh(root @ parts @ root)
    left = 1.0 - share
    open_ = left > _FULL_LEVERAGE
    safe = np.where(open_, left, 1.0)
    lift = np.where(open_, safe**-power, 0.0)
    whitened = np.einsum("gba,gb->ga", axes, sums @ root)
    adjusted = np.einsum("gab,gb->ga", axes, lift * whitened) @ np.linalg.inv(root)
    half = np.linalg.solve(whole, adjusted.T)
    freedom = np.array([_satterthwaite(root[:, j], share, axes, lift) for j in range(len(root))])
    return Clustered(half @ half.T, freedom, kind, len(sums))


def _satterthwaite(target: Floats, share: Floats, axes: Floats, lift: Floats) -> float:
    """Degrees of freedom of one variance, from the eigenvalues of its quadratic form under the working model."""
    along = np.einsum("gba,b->ga", axes, target)
    norm = np.einsum("ga,ga->g", along**2, share * lift**2)
    cross = np.einsum("gab,gb->ga", axes, share * lift * along)
    omega = np.diag(norm) - cross @ cross.T
    return float(np.trace(omega) ** 2 / np.sum(omega**2))


def two_way_covariance(
    design: Floats, scores: Floats, weights: Floats, first: Numbers, second: Numbers, *, bread: Floats | None = None
) -> Clustered:
    """CR1 covariance with two crossing kinds of clusters, e.g. countries and years.

    The sum of both one-way covariances less that of their intersection; negative eigenvalues, which few clusters can
    give, are set to zero. Degrees of freedom are those of the scarcer kind of cluster.

    Parameters
    ----------
    design, scores, weights, bread
        As in `clustered_covariance`.
    first, second : array of int, shape (n,)
        Cluster numbers.

    Returns
    -------
    Clustered

    Raises
    ------
    ModelError
        If either kind has one cluster only.

    References
    ----------
    Cameron, A. C., Gelbach, J. B., & Miller, D. L. (2011). Robust inference with multiway clustering. Journal of
    Business & Economic Statistics, 29(2), 238-249. doi:10.1198/jbes.2010.07136
    """
    both = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)[1].ravel()
    found = [
        clustered_covariance(design, scores, weights, groups, kind="CR1", bread=bread)
        for groups in (first, second, both)
    ]
    values, vectors = np.linalg.eigh(found[0].cov + found[1].cov - found[2].cov)
    cov = (vectors * np.maximum(values, 0.0)) @ vectors.T
    fewest = min(found[0].n_clusters, found[1].n_clusters)
    return Clustered(cov, np.full(len(cov), fewest - 1.0), "CR1 two-way", fewest)
