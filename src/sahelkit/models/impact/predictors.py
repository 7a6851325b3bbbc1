"""How much each predictor counts when a synthetic control is made to resemble its unit."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sahelkit.models.impact.simplex import simplex_weights
from sahelkit.models.links import Floats


class Matched(NamedTuple):
    """Donor weights (J,), predictor weights (k,) with sum 1, and the mean squared gap of the outcome before."""

    weights: Floats
    importance: Floats
    loss: float


def matched_weights(
    unit: Floats, donors: Floats, path: Floats, donor_paths: Floats, *, importance: Floats | None = None
) -> Matched:
    """Donor weights that match predictors, weighted so that the outcome before the event is matched best.

    Each predictor is divided by its standard deviation over all units. The outer search (Nelder and Mead, from equal
    weights) is not convex: it finds a good choice, not surely the best.

    Parameters
    ----------
    unit, donors : array, shapes (k,) and (k, J)
        Predictors.
    path, donor_paths : array, shapes (m,) and (m, J)
        Outcome in the periods over which the fit is judged.
    importance : array, shape (k,), optional
        Weights of the predictors; searched for when absent.

    References
    ----------
    Abadie, A., & Gardeazabal, J. (2003). The economic costs of conflict: A case study of the Basque Country. American
    Economic Review, 93(1), 113-132. doi:10.1257/000282803321455188

    Examples
    --------
    >>> donors = np.array([[0.0, 2.0, 9.0], [1.0, 3.0, 0.0]])
    >>> found = matched_weights(np.array([1.0, 2.0]), donors, np.array([1.5]), np.array([[1.0, 2.0, 7.0]]))
    >>> found.weights.round(3).tolist()
    [0.5, 0.5, 0.0]
    """
    from scipy.optimize import minimize

    spread = np.column_stack([donors, unit]).std(axis=1, ddof=1)
    spread = np.where(spread > 0, spread, 1.0)
    near, goal = donors / spread[:, None], unit / spread

    def weights_at(raw: Floats) -> Floats:
        share = np.sqrt(np.abs(raw) / np.abs(raw).sum())
        return simplex_weights(near * share[:, None], goal * share)

    def loss(raw: Floats) -> float:
        if not np.abs(raw).sum() > 0:
            return float("inf")
        return float(np.mean((path - donor_paths @ weights_at(raw)) ** 2))

    if importance is None:
        start = np.full(len(unit), 1 / len(unit))
        importance = np.asarray(minimize(loss, start, method="Nelder-Mead", options={"maxiter": 1000}).x)
    weights = weights_at(importance)
    return Matched(weights, np.abs(importance) / np.abs(importance).sum(), loss(importance))
