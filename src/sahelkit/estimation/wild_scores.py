"""Scores of clusters, and the distribution of their sum under random signs."""

from __future__ import annotations

import numpy as np

from sahelkit._types import Floats, Ints
from sahelkit.errors import ModelError
from sahelkit.estimation.cluster_parts import cluster_sums
from sahelkit.estimation.links import row_terms
from sahelkit.estimation.newton import gram, maximise, solve

# Up to this many clusters all sign patterns are counted (65,536 of them); beyond it they are drawn.
_COUNTED = 17
_WEBB = np.sqrt(np.array([1.5, 1.0, 0.5]))


def effective_scores(
    design: Floats, outcome: Floats, groups: Ints, position: int, *, link: str, null: float = 0.0
) -> Floats:
    """Clusters' scores of one coefficient at the fit that holds it at its null, the other coefficients projected out.

    Parameters
    ----------
    design : array, shape (n, k)
    outcome : array, shape (n,)
    groups : array of int, shape (n,)
        Cluster numbers, 0 to G - 1.
    position : int
        Column.
    link : {"cloglog", "logit"}
    null : float
        Value of the coefficient.

    Returns
    -------
    array, shape (G,)

    Raises
    ------
    ModelError
        If the restricted fit does not converge.
    """
    free = np.arange(design.shape[1]) != position
    offset = null * design[:, position]
    eta = offset
    if free.any():
        held = maximise(np.asfortranarray(design[:, free]), outcome, link=link, offset=offset)
        if not held.converged:
            raise ModelError(
                "the fit without the term under test did not converge: its other terms separate events perfectly. "
                "Leave them out"
            )
        eta = offset + design[:, free] @ held.coef
    rows = row_terms(link, eta, outcome)
    sums = cluster_sums(design * rows.score[:, None], groups)
    if not free.any():
        return sums[:, position]
    information = gram(design, rows.expected)
    nuisance = solve(information[np.ix_(free, free)], information[free, position])
    return np.asarray(sums[:, position] - sums[:, free] @ nuisance)


def signed_sums(scores: Floats) -> Floats:
    """Sums of the scores under every pattern of signs with the first sign fixed, shape (2 ** (G - 1),).

    Examples
    --------
    >>> signed_sums(np.array([4.0, 2.0, 1.0])).tolist()
    [7.0, 3.0, 5.0, 1.0]
    """
    sums = scores[:1].astype(float)
    for score in scores[1:]:
        sums = np.concatenate([sums + score, sums - score])
    return sums


def bootstrap_p(
    scores: Floats, *, weights: str, replicates: int, seed: int | None
) -> tuple[float, float, Floats, bool]:
    """Studentised sum of the scores, its two-sided p-value, its distribution, and whether that was counted in full.

    Parameters
    ----------
    scores : array, shape (G,)
        Effective scores of the clusters.
    weights : {"rademacher", "webb"}
        Random signs, or Webb's six points, whose squares vary.
    replicates : int
        Draws, where the sign patterns are not counted.
    seed : int or None
        Seed of the draws.
    """
    spread = float(np.sqrt(scores @ scores))
    if spread == 0:
        return 0.0, 1.0, np.zeros(1), True
    statistic = float(scores.sum()) / spread
    if weights == "rademacher" and len(scores) <= _COUNTED:
        half = signed_sums(scores) / spread
        found = np.concatenate([half, -half])
        near = np.abs(found) >= abs(statistic) - 1e-12
        return statistic, float(near.mean()), found, True
    rng = np.random.default_rng(seed)
    points = np.array([-1.0, 1.0]) if weights == "rademacher" else np.concatenate([-_WEBB, _WEBB])
    signs = points[rng.integers(0, len(points), size=(replicates, len(scores)))]
    found = (signs @ scores) / np.sqrt(signs**2 @ scores**2)
    near = np.abs(found) >= abs(statistic) - 1e-12
    return statistic, float((1 + near.sum()) / (1 + replicates)), found, False
