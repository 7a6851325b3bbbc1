"""How much each predictor counts when a synthetic control is made to resemble its unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sahelkit._types import Floats
from sahelkit.errors import ModelError, OptionError
from sahelkit.estimation.simplex import simplex_weights

_FOLLOWED = 3  # starting points that are followed beside equal weights
_ROUNDS = 30  # searches begun anew from where the last one ended, at most
_COARSE, _FINE = 1e-2, 1e-5  # shares of the loss below which a further search is no gain: every start, the best one


class Start(NamedTuple):
    """One starting point of the search: its name, the loss there and where the search ended, and whether it settled."""

    name: str
    loss_at_start: float
    loss: float
    settled: bool


class Matched(NamedTuple):
    """What `matched_weights` finds.

    Donor weights (J,); predictor weights (k,) with sum 1; the mean squared gap of the outcome in the periods judged,
    the least that any donor weights could reach there, and the starting points that were followed (none when the
    predictor weights were given).
    """

    weights: Floats
    importance: Floats
    loss: float
    least: float
    starts: tuple[Start, ...]


def matched_weights(
    unit: Floats, donors: Floats, path: Floats, donor_paths: Floats, *, importance: Floats | str | None = None
) -> Matched:
    """Donor weights that match predictors, weighted so that the outcome before the event is matched best.

    Each predictor is divided by its standard deviation over all units. The weights of the predictors are searched for
    by Nelder and Mead's method from several points, none of them random: equal weights; the squared coefficients of a
    regression of the outcome on the predictors; half of the weight on each predictor in turn. Equal weights and the
    three others with the smallest loss are followed, each begun anew where it ended until that gains less than one
    part in a hundred, and none after one has reached the least loss that there can be. The best is taken (of those as
    good to one part in a hundred, for weights of predictors are seldom unique, the first in this order) and followed
    until a new search gains less than one part in 100,000.

    The loss is not convex, so that a smaller one may exist elsewhere. A smaller one is not always better: where it
    comes near `Matched.least` the outcome alone decides, and the predictors no longer count (Kaul et al.).

    Parameters
    ----------
    unit, donors : array, shapes (k,) and (k, J)
        Predictors.
    path, donor_paths : array, shapes (m,) and (m, J)
        Outcome in the periods over which the fit is judged.
    importance : array, shape (k,), or "regression", optional
        Weights of the predictors, of any sum, or the squared coefficients of the regression; searched for when absent.

    Raises
    ------
    OptionError
        If the weights given are not one finite number of at least 0 per predictor, or all are 0.
    ModelError
        If the best search does not settle.

    References
    ----------
    Abadie, A., & Gardeazabal, J. (2003). The economic costs of conflict: A case study of the Basque Country. American
    Economic Review, 93(1), 113-132. doi:10.1257/000282803321455188

    Kaul, A., Kloessner, S., Pfeifer, G., & Schieler, M. (2022). Standard synthetic control methods: The case of using
    all preintervention outcomes together with covariates. Journal of Business & Economic Statistics, 40(3), 1362-1376.
    doi:10.1080/07350015.2021.1930012

    Examples
    --------
    >>> donors = np.array([[0.0, 2.0, 9.0], [1.0, 3.0, 0.0]])
    >>> found = matched_weights(np.array([1.0, 2.0]), donors, np.array([1.5]), np.array([[1.0, 2.0, 7.0]]))
    >>> found.weights.round(3).tolist()
    [0.5, 0.5, 0.0]
    """
    spread = np.column_stack([donors, unit]).std(axis=1, ddof=1)
    spread = np.where(spread > 0, spread, 1.0)
    gaps = (donors - unit[:, None]) / spread[:, None]
    nowhere = np.zeros(len(unit))
    # Only ratios of losses count in the search, so that the unit of the outcome makes no difference to it.
    size = float(np.sqrt(np.mean((donor_paths - path[:, None]) ** 2))) or 1.0
    outcome = (donor_paths - path[:, None]) / size

    def weights_at(raw: Floats) -> Floats:
        share = np.abs(raw) / np.abs(raw).sum()
        return simplex_weights(gaps * np.sqrt(share)[:, None], nowhere)

    def loss(raw: Floats) -> float:
        if not np.abs(raw).sum() > 0:
            return float("inf")
        return float(np.mean((outcome @ weights_at(raw)) ** 2))

    least = float(np.mean((outcome @ simplex_weights(outcome, np.zeros(len(path)))) ** 2))
    starts: tuple[Start, ...] = ()
    if importance is None:
        importance, starts = _search(loss, _starts(gaps, outcome), least)
    elif isinstance(importance, str):
        importance = regression_importance(gaps, outcome)
    elif len(importance) != len(unit) or not np.isfinite(importance).all() or (importance < 0).any():
        raise OptionError("importance", list(importance), f"{len(unit)} finite weights of at least 0 are wanted")
    elif not importance.sum() > 0:
        raise OptionError("importance", list(importance), "one predictor at least has a weight above 0")
    return Matched(
        weights=weights_at(importance),
        importance=np.abs(importance) / np.abs(importance).sum(),
        loss=loss(importance) * size**2,
        least=least * size**2,
        starts=tuple(s._replace(loss_at_start=s.loss_at_start * size**2, loss=s.loss * size**2) for s in starts),
    )


def regression_importance(gaps: Floats, outcome: Floats) -> Floats:
    """Squared coefficients of the regression of the outcome on the predictors over all units, added over the periods.

    Parameters
    ----------
    gaps, outcome : array, shapes (k, J) and (m, J)
        Donors minus the unit, whose own gaps are 0: predictors, each in its standard deviations, and outcome.
    """
    k = len(gaps)
    predictors = np.column_stack([np.ones(gaps.shape[1] + 1), np.column_stack([gaps, np.zeros(k)]).T])
    paths = np.column_stack([outcome, np.zeros(len(outcome))]).T
    squares = (np.linalg.lstsq(predictors, paths, rcond=None)[0][1:] ** 2).sum(axis=1)
    return np.asarray(squares / squares.sum() if squares.sum() > 0 else np.full(k, 1 / k))


def _starts(gaps: Floats, outcome: Floats) -> dict[str, Floats]:
    """Points to start from: equal weights first."""
    k = len(gaps)
    found = {"equal": np.full(k, 1 / k), "regression": regression_importance(gaps, outcome)}
    if k > 1:
        found |= {f"predictor {place + 1}": np.full(k, 0.5 / k) + 0.5 * (np.arange(k) == place) for place in range(k)}
    return found


def _search(
    loss: Callable[[Floats], float], starts: dict[str, Floats], least: float
) -> tuple[Floats, tuple[Start, ...]]:
    first = {name: loss(point) for name, point in starts.items()}
    others = sorted(list(starts)[1:], key=first.__getitem__)[:_FOLLOWED]
    ends: list[Floats] = []
    done: list[Start] = []
    for name in ["equal", *others]:
        point, value, settled = _follow(loss, starts[name], first[name], gain=_COARSE)
        ends.append(point)
        done.append(Start(name, first[name], value, settled))
        if value <= least * (1 + _FINE) + 1e-12:
            break
    enough = min(start.loss for start in done) * (1 + _COARSE) + 1e-12
    best = next(place for place, start in enumerate(done) if start.loss <= enough)
    point, value, settled = _follow(loss, ends[best], done[best].loss, gain=_FINE)
    done[best] = done[best]._replace(loss=value, settled=settled)
    if not settled:
        raise ModelError(
            f"the search for the weights of {len(point)} predictors does not settle. Take fewer, or give importance="
        )
    return point, tuple(done)


def _follow(loss: Callable[[Floats], float], point: Floats, value: float, *, gain: float) -> tuple[Floats, float, bool]:
    """Search from a point, and again from where that ended, until it gains less than this share of the loss."""
    from scipy.optimize import minimize

    for _ in range(_ROUNDS):
        options = {
            "maxiter": 500 * len(point),
            "maxfev": 1000 * len(point),
            "xatol": gain / 10,
            "fatol": gain / 10 * value,
        }
        found = minimize(loss, point, method="Nelder-Mead", options=options)
        before, value = value, float(found.fun)
        point = np.abs(found.x) / np.abs(found.x).sum()
        if found.success and value >= before * (1 - gain):
            return point, value, True
    return point, value, False
