"""Whether clusters are enough, and hold events enough, for an error that is found by comparing them.

A clustered error is the spread of what clusters say of a coefficient. Where nearly all is said by one cluster nothing
can be compared: the score of that cluster is near 0 by construction, and so is the error, which is in truth unknown.
So it is with a trait that one country alone has, with the dummy of a country, and with every coefficient if all events
lie in one country. Neither the number of clusters nor Satterthwaite's degrees of freedom, which take residuals to be
normal, show it. The rule here, for each coefficient:

* It must be estimable without any one cluster, as the jackknife over clusters wants it.
* One and a half *effective* clusters must stand behind it: the number of equal ones that would be as concentrated, the
  inverse of the sum of the squared shares of the clusters in the information on the coefficient, once of all rows
  (the partial leverage of a cluster) and once of those with an event. With g effective clusters the uncorrected
  sandwich has in the mean the fraction 1 - 1 / g of the variance: below 1.5, where one cluster bears some four fifths
  of what is known, two thirds of an error would be correction and one third comparison.
* A cluster without an event lies below its expectation, by little and always. So the degrees of freedom are at most
  the number of clusters with an event less one.

Events stand for the rarer of both outcomes.

References
----------
Carter, A. V., Schnepel, K. T., & Steigerwald, D. G. (2017). Asymptotic behavior of a t-test robust to cluster
heterogeneity. Review of Economics and Statistics, 99(4), 698-709. doi:10.1162/REST_a_00639

MacKinnon, J. G., Nielsen, M. O., & Webb, M. D. (2023). Cluster-robust inference: A guide to empirical practice.
Journal of Econometrics, 232(2), 272-299. doi:10.1016/j.jeconom.2022.04.001
"""

from __future__ import annotations

import numpy as np

from sahelkit._types import Bools, Floats, Ints
from sahelkit.estimation.cluster_parts import cluster_information, cluster_sums, unit_basis

LEAST = 1.5  # effective clusters
# What is left of a column beside the others, squared, as a share of the largest, that is rounding error.
_NOTHING = 1e-18
# A direction with this much of its information in one cluster has none elsewhere.
FULL_LEVERAGE = 1e-10


def rarer(outcome: Floats) -> Bools:
    """Rows with the rarer of both outcomes, as a rule the events.

    Examples
    --------
    >>> rarer(np.array([1.0, 1.0, 0.0])).tolist()
    [False, False, True]
    """
    event = outcome > 0
    return event if 2 * event.sum() <= event.size else ~event


def clusters_with_events(outcome: Floats, groups: Ints) -> int:
    """Clusters that hold a row of the rarer outcome.

    Examples
    --------
    >>> clusters_with_events(np.array([1.0, 0, 0, 0, 1.0, 0]), np.array([0, 0, 1, 1, 0, 0]))
    1
    """
    return len(np.unique(groups[rarer(outcome)]))


def effective_clusters(design: Floats, weights: Floats, groups: Ints, outcome: Floats | None = None) -> Floats:
    """Effective number of clusters behind each coefficient, shape (k,).

    Parameters
    ----------
    design : array, shape (n, k)
    weights : array, shape (n,)
        Expected information of each row.
    groups : array of int, shape (n,)
        Cluster numbers, 0 to G - 1.
    outcome : array of 0 and 1, shape (n,), optional
        Where given, the smaller of two numbers: by the information of all rows, and by that of rows with an event.

    Examples
    --------
    Four countries of which one alone has a trait; then a trait that two of them share:

    >>> who = np.repeat(np.arange(4), 10)
    >>> x = np.column_stack([np.ones(40), who == 0]).astype(float)
    >>> effective_clusters(x, np.ones(40), who).round(2).tolist()
    [3.0, 1.71]
    >>> x = np.column_stack([np.ones(40), who < 2]).astype(float)
    >>> effective_clusters(x, np.ones(40), who).round(2).tolist()
    [2.0, 4.0]
    """
    turn = unit_basis(design, weights)
    basis = design @ turn
    number = _number(_known(cluster_information(basis, weights, groups), turn))
    return number if outcome is None else np.minimum(number, _number(_known_by_events(basis, turn, groups, outcome)))


def balance_freedom(design: Floats, weights: Floats, groups: Ints) -> Floats:
    """Satterthwaite's degrees of freedom of CR0 and CR1 errors if the other coefficients were known, shape (k,).

    They depend on the shares of the clusters in what is known of a coefficient alone: G - 1 where these are equal.
    Cheaper than those of CR2, and nearer to them than G - 1 is.

    Parameters
    ----------
    design, weights, groups
        As in `effective_clusters`.

    Examples
    --------
    >>> x = np.ones((12, 1))
    >>> even, uneven = np.repeat(np.arange(3), 4), np.repeat(np.arange(3), [8, 2, 2])
    >>> [balance_freedom(x, np.ones(12), groups).round(2).item() for groups in (even, uneven)]
    [2.0, 1.8]
    """
    turn = unit_basis(design, weights)
    sums = _known(cluster_information(design @ turn, weights, groups), turn)
    share = sums / sums.sum(axis=0)
    second, third = (share**2).sum(axis=0), (share**3).sum(axis=0)
    return np.asarray((1.0 - second) ** 2 / (second - 2.0 * third + second**2))


def uncomparable(basis: Floats, turn: Floats, parts: Floats, groups: Ints, outcome: Floats | None) -> Bools:
    """Coefficients that clusters cannot be compared for, shape (k,); see the rule above.

    Parameters
    ----------
    basis : array, shape (n, k)
        Design in the coordinates of `sahelkit.estimation.cluster_parts.unit_basis`.
    turn : array, shape (k, k)
        The matrix that made them.
    parts : array, shape (G, k, k)
        Information of each cluster in these coordinates.
    groups, outcome
        As in `effective_clusters`.
    """
    weak = _number(_known(parts, turn)) < LEAST
    if outcome is not None:
        weak |= _number(_known_by_events(basis, turn, groups, outcome)) < LEAST
    length = np.sqrt((turn**2).sum(axis=1))
    share, axes = np.linalg.eigh(parts)
    for alone, directions in zip(1.0 - share <= FULL_LEVERAGE, axes, strict=True):
        if alone.any():
            weak |= (np.abs(turn @ directions[:, alone]) > 1e-6 * length[:, None]).any(axis=1)
    return np.asarray(weak)


def _known(parts: Floats, turn: Floats) -> Floats:
    """What each cluster knows of each coefficient: information on what the other columns leave of its own, (G, k)."""
    return np.asarray(((turn @ parts) * turn).sum(axis=2))


def _known_by_events(basis: Floats, turn: Floats, groups: Ints, outcome: Floats) -> Floats:
    """The same from rows with an event, each counting alike, shape (clusters with an event, k)."""
    held = rarer(outcome)
    left = (basis[held] @ (turn / np.sqrt((turn**2).sum(axis=1, keepdims=True))).T) ** 2
    left = np.where(left > _NOTHING * left.max(initial=0.0), left, 0.0)
    return cluster_sums(left, np.unique(groups[held], return_inverse=True)[1].ravel())


def _number(sums: Floats) -> Floats:
    """Inverse of the sum of squared shares, by column; 0 where there is nothing to share."""
    whole, squares = sums.sum(axis=0), (sums**2).sum(axis=0)
    return np.asarray(np.divide(whole**2, squares, out=np.zeros(len(whole)), where=squares > 0))
