"""Likelihood of a binary regression with normal cluster intercepts, integrated out by adaptive quadrature."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sahelkit._types import Floats, Ints
from sahelkit.estimation.links import row_terms

# Range of sigma that is searched, its upper end as a logarithm. A spread below the lower end changes no chance by more
# than a percent.
SMALLEST = 0.01
LARGEST = 5.0


@dataclass(frozen=True)
class Clusters:
    """Who belongs to which cluster, and the nodes of the quadrature.

    Attributes
    ----------
    groups : array of int, shape (n,)
        Cluster numbers, 0 to G - 1.
    count : int
        G.
    nodes, log_weights : arrays, shape (Q,)
        Gauss-Hermite nodes, and the logarithms of their weights times ``exp(node**2)``.
    """

    groups: Ints
    count: int
    nodes: Floats
    log_weights: Floats


@dataclass(frozen=True)
class Marginal:
    """Marginal log-likelihood at one point.

    Attributes
    ----------
    loglik : float
    gradient : array, shape (k + 1,)
        By the coefficients and the logarithm of sigma.
    modes, means, spreads : arrays, shape (G,)
        Mode, mean and standard deviation of each cluster's standard normal effect, given the data.
    """

    loglik: float
    gradient: Floats
    modes: Floats
    means: Floats
    spreads: Floats


def clusters_of(groups: Ints, nodes: int) -> Clusters:
    """Clusters with a Gauss-Hermite rule of some nodes."""
    places, weights = np.polynomial.hermite.hermgauss(nodes)
    return Clusters(groups, int(groups.max()) + 1, places, np.log(weights) + places**2)


def marginal(theta: Floats, design: Floats, outcome: Floats, who: Clusters, *, link: str, start: Floats) -> Marginal:
    """Marginal log-likelihood and its gradient.

    The linear predictor of a row is ``x b + sigma u`` with u standard normal, one for each cluster. The nodes are
    centred on the mode of u given the data and scaled by its curvature. The gradient is the mean of the score over
    the same nodes: exact but for the error of the quadrature itself.

    Parameters
    ----------
    theta : array, shape (k + 1,)
        Coefficients b and the logarithm of sigma.
    design : array, shape (n, k)
    outcome : array, shape (n,)
    who : Clusters
    link : {"cloglog", "logit"}
    start : array, shape (G,)
        First guess of the modes.
    """
    fixed = design @ theta[:-1]
    sigma = float(np.exp(theta[-1]))
    modes, curvature = _modes(fixed, sigma, outcome, who, link, start)
    scale = np.sqrt(2.0 / curvature)
    effects = modes[:, None] + scale[:, None] * who.nodes  # G x Q
    logs = np.empty(effects.shape)
    scores = np.empty((len(who.nodes), len(outcome)))
    for node in range(len(who.nodes)):
        rows = row_terms(link, fixed + sigma * effects[who.groups, node], outcome)
        logs[:, node] = np.bincount(who.groups, weights=rows.loglik, minlength=who.count)
        scores[node] = rows.score
    logs += who.log_weights - effects**2 / 2 + np.log(scale / np.sqrt(2 * np.pi))[:, None]
    top = logs.max(axis=1, keepdims=True)
    shares = np.exp(logs - top)
    total = shares.sum(axis=1, keepdims=True)
    shares /= total
    weighted = scores * shares.T[:, who.groups]
    by_row = weighted.sum(axis=0)
    by_sigma = sigma * float(np.sum(weighted * effects.T[:, who.groups]))
    means = np.sum(shares * effects, axis=1)
    spreads = np.sqrt(np.maximum(np.sum(shares * effects**2, axis=1) - means**2, 0.0))
    return Marginal(
        loglik=float(np.sum(top.ravel() + np.log(total.ravel()))),
        gradient=np.append(design.T @ by_row, by_sigma),
        modes=modes,
        means=means,
        spreads=spreads,
    )


def peak(
    start: Floats,
    design: Floats,
    outcome: Floats,
    who: Clusters,
    *,
    link: str,
    unit: Floats,
    sigma: float | None = None,
) -> tuple[Floats, float, bool]:
    """Coefficients and logarithm of sigma that maximise the marginal likelihood; sigma is held where it is given.

    Parameters
    ----------
    start : array, shape (k + 1,)
        First guess.
    unit : array, shape (k, k)
        Root of a covariance of the coefficients; in its units the likelihood is round, which quasi-Newton steps like.
    sigma : float, optional
        Standard deviation to hold.

    Returns
    -------
    theta : array, shape (k + 1,)
    loglik : float
    inside : bool
        False where sigma ran to the upper end of its range.
    """
    from scipy.optimize import minimize

    k = design.shape[1]
    modes = np.zeros(who.count)
    held = sigma is not None

    def unscaled(steps: Floats) -> Floats:
        return np.append(start[:k] + unit @ steps[:k], np.log(sigma) if sigma is not None else steps[k])

    def loss(steps: Floats) -> tuple[float, Floats]:
        found = marginal(unscaled(steps), design, outcome, who, link=link, start=modes)
        modes[:] = found.modes
        slope = unit.T @ found.gradient[:k]
        return -found.loglik, -(slope if held else np.append(slope, found.gradient[k]))

    first = np.zeros(k) if held else np.append(np.zeros(k), start[k])
    bounds = [(None, None)] * k + ([] if held else [(np.log(SMALLEST), LARGEST)])
    options = {"maxiter": 500, "ftol": 1e-13, "gtol": 1e-6}
    answer = minimize(loss, first, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    theta = unscaled(np.asarray(answer.x))
    return theta, -float(answer.fun), bool(np.isfinite(answer.fun) and theta[k] < LARGEST - 0.1)


def hessian(theta: Floats, design: Floats, outcome: Floats, who: Clusters, *, link: str) -> Floats:
    """Second derivatives of the marginal log-likelihood, by central differences of its gradient."""
    modes = np.zeros(who.count)
    columns = []
    for place, width in enumerate(1e-4 * np.maximum(1.0, np.abs(theta))):
        shift = np.zeros(len(theta))
        shift[place] = width
        up, down = (marginal(theta + s, design, outcome, who, link=link, start=modes).gradient for s in (shift, -shift))
        columns.append((up - down) / (2 * width))
    matrix = np.array(columns)
    return np.asarray((matrix + matrix.T) / 2)


def _modes(
    fixed: Floats, sigma: float, outcome: Floats, who: Clusters, link: str, start: Floats
) -> tuple[Floats, Floats]:
    """Mode of each cluster's effect and minus the second derivative there, by Newton's method, all clusters at once."""
    modes: Floats = start.copy()
    curvature: Floats = np.ones(who.count)
    for _ in range(60):
        rows = row_terms(link, fixed + sigma * modes[who.groups], outcome)
        slope = sigma * np.bincount(who.groups, weights=rows.score, minlength=who.count) - modes
        curvature = np.asarray(
            1.0 + sigma**2 * np.bincount(who.groups, weights=rows.observed, minlength=who.count), dtype=np.float64
        )
        step = np.clip(slope / curvature, -2.0, 2.0)
        modes = modes + step
        if np.abs(step).max() < 1e-9:
            break
    return modes, curvature
