"""Likelihood of the split-population Weibull model, and its peaks."""

from __future__ import annotations

import numpy as np

from sahelkit._types import Floats
from sahelkit.errors import ModelError
from sahelkit.estimation.design import Design


def split_population_loglik(
    theta: Floats, duration: Floats, risk: Floats, time: Floats, before: Floats, failed: Floats
) -> tuple[float, Floats]:
    """Log-likelihood of the split-population Weibull model with time-varying covariates, and its gradient.

    With ``lambda = exp(-X b)``, shape ``a = exp(-log_alpha)``, survivor ``S(t) = exp(-(lambda t)**a)`` and chance of
    being at risk ``p = 1 / (1 + exp(-Z g))``, a row that lasts from `before` to `time` contributes
    ``log(1 - p + p S(time)) - log(1 - p + p S(before))``, and one that fails
    ``log p + log f(time) - log(1 - p + p S(before))``.

    Parameters
    ----------
    theta : array, shape (k + m + 1,)
        Duration coefficients b, risk coefficients g, log_alpha.
    duration, risk : arrays, shapes (n, k) and (n, m)
        Covariates X and Z.
    time, before : arrays, shape (n,)
        Duration at the end and at the start of each row, in the same unit; `time` above 0.
    failed : array, shape (n,)
        1 where the spell ends in an event at the end of the row.

    Returns
    -------
    loglik : float
    gradient : array, shape (k + m + 1,)

    References
    ----------
    Beger, A., Hill, D. W., Metternich, N. W., Minhas, S., & Ward, M. D. (2017). Splitting it up: the spduration
    split-population duration regression package for time-varying covariates. The R Journal, 9(2), 474-486.
    doi:10.32614/RJ-2017-056
    """
    k = duration.shape[1]
    slope = np.exp(-np.clip(theta[-1], -6.0, 6.0))
    eta = np.clip(duration @ theta[:k], -200.0, 200.0)
    z = np.clip(risk @ theta[k:-1], -200.0, 200.0)
    in_risk, out_of_risk = -np.log1p(np.exp(-z)), -np.log1p(np.exp(z))  # log p and log(1 - p)
    chance = np.exp(in_risk)

    def clock(at: Floats) -> tuple[Floats, Floats]:
        """(lambda t)**a and log(lambda t)."""
        logged = np.log(np.where(at > 0, at, 1.0)) - eta
        return np.where(at > 0, np.exp(np.clip(slope * logged, -600.0, 30.0)), 0.0), logged

    def lasting(power: Floats, logged: Floats) -> tuple[Floats, Floats, Floats, Floats]:
        """log(1 - p + p S) and its derivatives by eta, z and log_alpha."""
        value = np.logaddexp(out_of_risk, in_risk - power)
        still = np.exp(in_risk - power - value)  # chance of being at risk, given survival
        return value, still * power * slope, still - chance, still * power * logged * slope

    power, logged = clock(time)
    kept, kept_eta, kept_z, kept_alpha = lasting(power, logged)
    start, start_eta, start_z, start_alpha = lasting(*clock(before))
    density = in_risk + np.log(slope) + slope * logged - np.log(time) - power
    event = failed > 0
    loglik = float(np.sum(np.where(event, density, kept) - start))
    by_eta = np.where(event, slope * (power - 1), kept_eta) - start_eta
    by_z = np.where(event, 1 - chance, kept_z) - start_z
    by_alpha = np.where(event, -1 - slope * logged + slope * power * logged, kept_alpha) - start_alpha
    return loglik, np.concatenate([duration.T @ by_eta, risk.T @ by_z, [by_alpha.sum()]])


def likelihood_peaks(
    left: Design, right: Design, time: Floats, before: Floats, *, start: str
) -> list[tuple[float, Floats]]:
    """Log-likelihood and place of each peak that the search finds, highest first.

    Parameters
    ----------
    left, right : Design
        Of the duration and of the risk equation.
    time, before : arrays, shape (n,)
        As in `split_population_loglik`.
    start : {"several", "weibull"}
        As in `sahelkit.models.hazard.split_population.fit_split_population`.

    Raises
    ------
    ModelError
        If no peak is found.
    """
    from scipy.optimize import minimize

    k, m = len(left.terms), len(right.terms)

    def loss(theta: Floats) -> tuple[float, Floats]:
        value, slope = split_population_loglik(theta, left.matrix, right.matrix, time, before, left.outcome)
        return -value, -slope

    def plain(theta: Floats) -> tuple[float, Floats]:
        """The Weibull model in which all are at risk."""
        z = np.concatenate([theta[:k], [40.0], theta[k:]])
        value, slope = split_population_loglik(z, left.matrix, ones, time, before, left.outcome)
        return -value, -np.delete(slope, k)

    ones = np.ones((len(time), 1))
    first = np.zeros(k + 1)
    if "Intercept" in left.terms:
        first[left.terms.index("Intercept")] = np.log((time - before).sum() / left.outcome.sum())
    weibull = minimize(plain, first, jac=True, method="BFGS").x
    starts = [np.concatenate([weibull[:k], np.zeros(m), weibull[k:]])]
    if start == "several":
        starts += [np.concatenate([first[:k], risk, first[k:]]) for risk in _leanings(right.terms)]
    found: list[tuple[float, Floats]] = []
    for theta in starts:
        answer = minimize(loss, theta, jac=True, method="BFGS", options={"gtol": 1e-6, "maxiter": 2000})
        level = -float(answer.fun)
        if np.abs(answer.jac).max() < 1e-2 and all(abs(level - other) > 1e-4 for other, _ in found):
            found.append((level, np.asarray(answer.x)))
    if not found:
        raise ModelError("the split-population likelihood has no maximum that could be found. Take fewer terms")
    return sorted(found, key=lambda peak: -peak[0])


def _leanings(terms: tuple[str, ...]) -> list[Floats]:
    starts = [np.zeros(len(terms))]
    if "Intercept" in terms:
        for value in (2.0, -2.0):
            lean = np.zeros(len(terms))
            lean[terms.index("Intercept")] = value
            starts.append(lean)
    return starts


def likelihood_hessian(theta: Floats, data: tuple[Floats, Floats, Floats, Floats, Floats]) -> Floats:
    """Second derivatives of `split_population_loglik`, by central differences of the analytic gradient."""
    step = 1e-5 * np.maximum(1.0, np.abs(theta))
    columns = []
    for place, width in enumerate(step):
        up, down = theta.copy(), theta.copy()
        up[place] += width
        down[place] -= width
        columns.append((split_population_loglik(up, *data)[1] - split_population_loglik(down, *data)[1]) / (2 * width))
    matrix = np.array(columns)
    return np.asarray((matrix + matrix.T) / 2)
