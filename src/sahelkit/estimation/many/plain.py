"""The fits of many models in plain NumPy: what `kernel` compiles, said shortly; it runs where numba is missing."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

import numpy as np

from sahelkit._types import Floats, Ints
from sahelkit.estimation.few_clusters import LEAST
from sahelkit.estimation.links import row_terms
from sahelkit.estimation.many.plan import LINKS

CONVERGED, TOO_MANY_STEPS, NO_STEP, DIVERGING, SINGULAR = 0, 1, 2, 3, 4
MOST_STEPS = 25
# Squared length of a step, in standard errors: after a shorter one the weights err by 3e-10 at most, which robust
# errors of near 0 (those of a country's own dummy) may magnify, and the estimates by nothing to speak of.
SHORT = 1e-19
# Predictor by the cloglog link whose chance is 1 but for 1e-13: from an event there the likelihood is flat, whether or
# not it has a maximum, and a linear programme must tell.
SURE = 3.4
COLLINEAR = 1e-9  # share of a column's variance that the others leave
PIVOT = 1e-13  # likewise, of the information on a coefficient
ROWS_AT_ONCE = 512  # a block of rows of about ten columns stays in the first-level cache


def quickest() -> Any:
    """The module that fits: `kernel` where numba is installed, else this one, which gives the same and is slower."""
    return import_module(f"sahelkit.estimation.many.{'kernel' if find_spec('numba') else 'plain'}")


def pool_gram(wide: Floats, weight: Floats) -> Floats:
    """Cross-products of all rows of `wide`, weighted."""
    return np.asarray((wide * weight) @ wide.T)


class _Rows(NamedTuple):
    """Scores of the rows, and weights of their observed and of their expected information; log-likelihood."""

    score: Floats
    observed: Floats
    expected: Floats
    loglik: float


def _rows(link: str, eta: Floats, outcome: Floats) -> _Rows:
    if link != "identity":
        rows = row_terms(link, eta, outcome)
        return _Rows(rows.score, rows.observed, rows.expected, float(rows.loglik.sum()))
    score, one = outcome - eta, np.ones(len(outcome))
    return _Rows(score, one, one, -0.5 * len(score) * (float(np.log(2 * np.pi * np.mean(score**2))) + 1))


def _factor(matrix: Floats, beside: Floats, least: float) -> Floats | None:
    """Lower factor of a symmetric matrix; None where a pivot vanishes beside a value."""
    try:
        factor = np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError:
        return None
    return np.asarray(factor) if (np.diag(factor) ** 2 > least * beside).all() else None


def _solve(factor: Floats, right: Floats) -> Floats:
    return np.asarray(np.linalg.solve(factor.T, np.linalg.solve(factor, right)))


def _climb(link: str, design: Floats, outcome: Floats, theta: Floats) -> tuple[int, Floats, _Rows, Floats | None]:
    """Newton's method from `theta`: status, estimate, rows and the factor of the information there."""
    step, power, halved = np.zeros_like(theta), 0.0, 0
    factor: Floats | None = None
    for taken in range(MOST_STEPS + 1):
        rows = _rows(link, theta @ design, outcome)
        slope, gram = design @ rows.score, pool_gram(design, rows.observed)
        # The likelihood is concave: where it falls along the last step as steeply as it rose, the step was too long.
        if power > 0 and halved < 20 and not slope @ step >= -power:
            halved, power, step = halved + 1, power / 2, step / 2
            theta = theta - step
            continue
        factor = _factor(gram, np.diag(gram), PIVOT)
        if factor is None:
            return NO_STEP, theta, rows, None
        step = _solve(factor, slope)
        power = float(slope @ step)
        if not power < 1e30:
            return NO_STEP, theta, rows, None
        theta = theta + step
        if power < SHORT or (link == "identity" and taken):
            flat = link == "cloglog" and (theta @ design)[outcome > 0].max() > SURE
            return DIVERGING if flat else CONVERGED, theta, rows, None if flat else factor
        gain = np.where(outcome > 0.5, 1, -1) * (step @ design)
        if taken > 8 and gain.max() > 0.1 and gain.min() > -1e-2 * gain.max():
            return DIVERGING, theta, rows, None
    return TOO_MANY_STEPS, theta, rows, None


def _freedom(eta: Floats, rows: _Rows, held: Ints, holders: int, groups: Ints) -> tuple[Floats, Floats]:
    """Clustered variances of combinations, and their degrees of freedom; see `sahelkit.estimation.few_clusters`."""
    count, first = len(groups) - 1, groups[:-1]
    sums = np.add.reduceat(eta * rows.score, first, axis=1)
    parts = np.add.reduceat(eta**2 * rows.expected, first, axis=1)
    whole, second, third = (np.sum(parts**power, axis=1) for power in (1, 2, 3))
    enough = (whole**2 >= LEAST * second) & (holders >= 2)
    if held.size:
        of_held = np.zeros_like(eta)
        of_held[:, held] = eta[:, held] ** 2
        shares = np.add.reduceat(of_held, first, axis=1)
        known = shares.sum(axis=1)
        enough &= (known**2 >= LEAST * (shares**2).sum(axis=1)) & (known > 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        second, third = second / whole**2, third / whole**3
        freedom = np.minimum((1 - second) ** 2 / (second - 2 * third + second**2), holders - 1)
    clustered = (sums**2).sum(axis=1) * count / (count - 1)
    return np.where(enough, clustered, np.nan), np.where(enough, freedom, np.nan)


def _targets(own: Ints, columns: Ints, shift: Floats, scale: Floats) -> Floats:
    """What gives the coefficients of the raw columns, one row each: intercept, own, fixed effects."""
    b, k = len(columns), len(own)
    found = np.zeros((b + k, b + k))
    found[0, 0], found[0, b:] = 1.0, -shift[own] / scale[own]  # the columns have their own zeros
    found[np.arange(1, k + 1), b + np.arange(k)] = 1 / scale[own]
    found[np.arange(k + 1, b + k), np.arange(1, b)] = 1 / scale[columns[1:]]
    return found


def fit_many(
    link: int,
    wide: Floats,
    shift: Floats,
    scale: Floats,
    outcome: Floats,
    events: Ints,
    held: Ints,
    holders: int,
    groups: Ints,
    columns: Ints,
    block: Any,
    base: Any,
    plain: tuple[Floats, Floats],
    models: Ints,
    out: tuple[Any, ...],
) -> None:
    """Fit the models of one base; parameters as of `kernel.fit_many`."""
    variation, left_over = plain
    coef, se, clustered, freedom, vif, loglik, status = out
    everything, name = coef.shape[1] > 1, LINKS[link]
    for values in out[:-1]:
        values[:] = np.nan
    for m, model in enumerate(models):
        own = model[1:][model[1:] >= 0]
        used, k = np.concatenate([columns, own]), len(own)
        small, most = left_over[np.ix_(own, own)], variation[own]
        factor = _factor(small, most, COLLINEAR) if (np.diag(small) > COLLINEAR * most).all() else None
        if factor is None:
            status[m] = SINGULAR
            continue
        inflation = np.diag(_solve(factor, np.eye(k))) * most
        kept = slice(1, k + 1) if everything else slice(0, 1)
        vif[m, kept] = inflation if everything else inflation[0]
        design = wide[used]
        status[m], theta, rows, factor = _climb(name, design, outcome, base[0][used])
        if factor is None:
            continue
        loglik[m] = rows.loglik
        target = _targets(own, columns, shift, scale)[slice(None) if everything else slice(1, 2)]
        answer = _solve(factor, target.T).T
        eta = answer @ design
        if name == "identity":  # HC0
            variance = ((eta * rows.score) ** 2).sum(axis=1)
        else:
            expected = pool_gram(design, rows.expected)
            variance = (target * np.linalg.solve(expected, target.T).T).sum(axis=1)
        size = len(target)
        coef[m, :size], se[m, :size] = target @ theta, np.sqrt(variance)
        variance, freedom[m, :size] = _freedom(eta, rows, held, holders, groups)
        clustered[m, :size] = np.sqrt(variance)
