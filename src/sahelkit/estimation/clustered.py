"""Covariances that allow for correlation within clusters, also when clusters are few."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sahelkit._types import Bools, Floats, Ints
from sahelkit.errors import ModelError, UnknownNameError, is_known
from sahelkit.estimation.cluster_parts import cluster_information, cluster_rows, cluster_sums, column_sums, unit_basis
from sahelkit.estimation.few_clusters import FULL_LEVERAGE, clusters_with_events, uncomparable
from sahelkit.estimation.inverse_root import inverse_root
from sahelkit.estimation.newton import gram

__all__ = ["KINDS", "Clustered", "cluster_information", "cluster_sums", "clustered_covariance", "without"]

KINDS = ("CR0", "CR1", "CR1S", "CR2", "CR3")


@dataclass(frozen=True)
class Clustered:
    """A covariance matrix and how many degrees of freedom stand behind each coefficient.

    Attributes
    ----------
    cov : array, shape (k, k)
        Covariance of the coefficients; NaN in the rows and columns of those that clusters cannot be compared for.
    freedom : array, shape (k,)
        Degrees of freedom for t tests: G - 1 for CR0 and CR1, Satterthwaite's for CR2 and CR3; for 0 and 1 at most the
        number of clusters with an event less one.
    kind : str
        Which correction.
    n_clusters : int
        G; of several kinds of clusters, the scarcest.
    repaired : bool
        Whether negative eigenvalues, which several kinds of clusters can give, were set to zero.
    """

    cov: Floats
    freedom: Floats
    kind: str
    n_clusters: int
    repaired: bool = False


def clustered_covariance(
    design: Floats,
    scores: Floats,
    weights: Floats,
    groups: Ints,
    *,
    kind: str = "CR2",
    observed: Floats | None = None,
    variance: Floats | None = None,
    outcome: Floats | None = None,
) -> Clustered:
    """Sandwich covariance of a linear, logit or cloglog regression with clusters.

    A coefficient that clusters cannot be compared for has no clustered error, but NaN: see
    `sahelkit.estimation.few_clusters`.

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
    observed : array, shape (n,), optional
        Observed information of each row, for CR0 and CR1, where it is not the expected one: gives Stata's and
        statsmodels' errors for links other than the logit. CR2 and CR3 do without: what makes them unbiased belongs
        to the expected information.
    variance : array, shape (n,), optional
        Variance of each row's outcome, for CR2. The root in CR2 can be taken on more than one scale, and with all of
        them it is unbiased. With `variance` it is symmetric on the scale of the outcome, as Pustejovsky and Tipton
        define it and clubSandwich has it for generalised linear models; without, on that of residuals divided by
        their standard deviation. For least squares the two are the same.
    outcome : array of 0 and 1, shape (n,), optional
        Where given, clusters must also hold events.

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
    if not is_known(kind, KINDS):
        raise UnknownNameError("kind of clustered covariance", kind, KINDS)
    count = int(groups.max()) + 1
    if count < 2:
        raise ModelError("there is one cluster only: errors cannot be clustered. Use more countries")
    turn = unit_basis(design, weights)
    basis = (turn.T @ design.T).T  # column by column in memory, as a design is
    parts = cluster_information(basis, weights, groups)
    n, k = design.shape
    if kind in ("CR2", "CR3"):
        found = _adjusted(basis, scores, weights, parts, groups, turn, kind=kind, variance=variance)
    else:
        sums = column_sums((column * scores for column in basis.T), groups)
        factor = 1.0 if kind == "CR0" else count / (count - 1)
        if kind == "CR1S":
            factor *= (n - 1) / (n - k)
        whole = np.eye(k) if observed is None else gram(basis, observed)
        half = turn @ np.linalg.solve(whole, sums.T)
        found = Clustered(factor * half @ half.T, np.full(k, count - 1.0), kind, count)
    if outcome is not None:
        found = _as_events_allow(found, clusters_with_events(outcome, groups))
    return without(found, uncomparable(basis, turn, parts, groups, outcome))


def _as_events_allow(found: Clustered, clusters: int) -> Clustered:
    return replace(found, freedom=np.minimum(found.freedom, max(clusters - 1.0, 0.0)))


def without(found: Clustered, weak: Bools) -> Clustered:
    """Unknown errors as NaN: no number at all, rather than one near 0."""
    if not weak.any():
        return found
    cov, freedom = found.cov.copy(), found.freedom.copy()
    cov[weak], cov[:, weak], freedom[weak] = np.nan, np.nan, np.nan
    return replace(found, cov=cov, freedom=freedom)


def _adjusted(
    basis: Floats,
    scores: Floats,
    weights: Floats,
    parts: Floats,
    groups: Ints,
    turn: Floats,
    *,
    kind: str,
    variance: Floats | None,
) -> Clustered:
    """CR2 and CR3 in coordinates in which the information is the identity.

    With Q the rows of a cluster and r its residuals, both divided by the residuals' standard deviations, and A what
    adjusts them, the cluster adds ``Q'A'r``; ``Q'A'AQ`` and ``Q'AQ`` give the degrees of freedom. On that scale A is
    (I - QQ')**-p, which acts on Q as (I - Q'Q)**-p does from the other side: k x k, not n x n. On the scale of the
    outcome it is V (V (I - QQ') V)**-1/2, with V the variances.
    """
    power = 0.5 if kind == "CR2" else 1.0
    added, squares, crosses = [], [], []
    for piece, part in zip(cluster_rows(groups), parts, strict=True):
        root = np.sqrt(np.maximum(weights[piece], 0.0))
        rows = root[:, None] * basis[piece]
        residual = np.divide(scores[piece], root, out=np.zeros(len(piece)), where=root > 0)
        share, axes = np.linalg.eigh(part)
        open_ = 1.0 - share > FULL_LEVERAGE
        if variance is None or kind == "CR3":
            lift = np.where(open_, np.where(open_, 1.0 - share, 1.0) ** -power, 0.0)
            lifted = rows @ ((axes * lift) @ axes.T)
        else:
            own = variance[piece]
            lifted = own[:, None] * inverse_root(own, rows, full=axes[:, ~open_])
        added.append(lifted.T @ residual)
        squares.append(lifted.T @ lifted)
        crosses.append(rows.T @ lifted)
    half = turn @ np.array(added).T
    freedom = np.array([_satterthwaite(target, np.array(squares), np.array(crosses)) for target in turn])
    return Clustered(half @ half.T, freedom, kind, len(parts))


def _satterthwaite(target: Floats, squares: Floats, crosses: Floats) -> float:
    """Degrees of freedom of one variance, from the eigenvalues of its quadratic form under the working model."""
    norm = ((squares @ target) * target).sum(axis=1)
    cross = crosses @ target
    # The form has diag(norm) - CC' of size G x G; its trace and the sum of its squares need C'C alone.
    own = (cross**2).sum(axis=1)
    trace = float(norm.sum() - own.sum())
    return trace**2 / float((norm**2).sum() - 2 * norm @ own + np.sum((cross.T @ cross) ** 2))
