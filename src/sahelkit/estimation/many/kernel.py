"""Compiled Newton's method for many small regressions on one sample.

What models share is computed once (`prepare`): for each kind of fixed effects and link, a base model of the columns
that all its models have, and the cross-products of all columns at its maximum. The first step of a model from there
is a tiny linear system and no pass through the rows; about four passes follow, each with one exponential per row.

How close this is to the limit of arithmetic, measured on one core with 256-bit units (logit, no fixed effects):

- 1,008 rows, 5 columns. A pass needs 22 multiply-adds per row (predictor 4, weighted columns 4, cross-products and
  gradient 14) and an exponential of 13 more, with a division. Four passes are 141,000 multiply-adds and 4,000
  divisions: about 10 microseconds if all units were always busy. A model takes 24 to 26, two fifths of the limit's
  speed. Of the rest, a pass of 5 microseconds spends 1.2 on chances and weights, 0.5 on predictors, 1.2 on tiles of
  cross-products (24 products where 14 are needed, since tiles are two by four), 1.0 on storing weighted columns and
  summing them, and 1 on calls between these; the log-likelihood and the clustered errors take 2 per model.
- 12,169 rows, 8 columns: 51 + 13 multiply-adds per row and pass, 3.8 passes: 3.0 million, 140 microseconds with the
  divisions at best; measured 420 to 580, as weighted columns come from the second-level cache.
- The errors of the cloglog link take one pass more than those of the logit: theirs is not the information of the climb.
- Fixed effects cost no multiply-adds per row, but sums over short runs of rows do not fill vector units: decades add
  25 microseconds to a model of 1,008 rows and 9 columns, country and decade effects 50, half of them for linear systems
  of 30 unknowns.

Chunks go to processes at little cost: 60,000 models took 11.3 s in one local process and 5.7 s in two, 11.8 s on a
local Dask cluster of one worker and 6.8 s of two (medians on a machine that had other work).

Models whose events are separated leave this path for `rescue`, at about 4 milliseconds each, and 7 more where a linear
programme must prove it: two such models in a hundred double the time of a run.
"""

from __future__ import annotations

import numpy as np

from sahelkit.estimation.few_clusters import LEAST
from sahelkit.estimation.many.arithmetic import (
    CLOGLOG,
    EXPECTED,
    IDENTITY,
    REGROUP,
    accumulate,
    cholesky,
    compiled,
    pool_gram,
    predict,
    room,
    solve,
)
from sahelkit.estimation.many.plain import (
    COLLINEAR,
    CONVERGED,
    DIVERGING,
    MOST_STEPS,
    NO_STEP,
    SHORT,
    SINGULAR,
    SURE,
    TOO_MANY_STEPS,
)

__all__ = ["fit_many", "pool_gram"]


@compiled(REGROUP)
def _dot(a, b):
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@compiled(REGROUP)
def _predict_all(wide, own, k, b, theta, block, into):
    edges, first_run, _, starts, places, values = block
    for part in range(first_run.size - 1):
        first, last = first_run[part], first_run[part + 1]
        predict(wide, own, k, b, theta, edges, first, last, starts, places, values, into)


@compiled(REGROUP)
def climb(link, wide, own, k, b, theta, step, power, outcome, events, block, eta, lefts, sums, gram, slope, most):
    """Newton's method from `theta`, to which `step` of squared length `power` has just been added.

    Leaves the factor of the information in `gram`, scores and predictors in `lefts` and `eta`, the last step in `step`.
    """
    halved = 0
    for taken in range(most):
        accumulate(link, wide, own, k, theta, b, outcome, events, block, eta, lefts, sums, gram, slope)
        # The likelihood is concave: where it falls along the last step as steeply as it rose, the step was too long.
        if power > 0.0 and halved < 20 and not _dot(slope, step) >= -power:
            halved += 1
            power *= 0.5
            for i in range(step.size):
                step[i] *= 0.5
                theta[i] -= step[i]
            continue
        if not cholesky(gram):
            return NO_STEP
        solve(gram, slope, step)
        power = _dot(slope, step)
        if not power < 1e30:
            return NO_STEP
        for i in range(step.size):
            theta[i] += step[i]
        if power < SHORT or link == IDENTITY:
            return CONVERGED
        if taken > 7 and _one_sided(wide, own, k, b, step, outcome, block, eta):
            return DIVERGING
    return TOO_MANY_STEPS


@compiled(REGROUP)
def _one_sided(wide, own, k, b, step, outcome, block, eta):
    """Whether a step moves each row to its outcome or leaves it, as it does where events are separated."""
    _predict_all(wide, own, k, b, step, block, eta)
    worst = best = 0.0
    for i in range(eta.size):
        gain = eta[i] if outcome[i] > 0.5 else -eta[i]
        worst = min(worst, gain)
        best = max(best, gain)
    return best > 0.1 and worst > -1e-2 * best


@compiled(REGROUP)
def _loglik(link, outcome, events, eta, score):
    total = 0.0
    if link == IDENTITY:
        return -0.5 * score.size * (np.log(2.0 * np.pi * _dot(score, score) / score.size) + 1.0)
    if link == CLOGLOG:
        total = score.sum()
        for row in events:
            total += np.log(-np.expm1(-np.exp(min(max(eta[row], -500.0), 100.0)))) - score[row]
        return total
    for begin in range(0, score.size, 16):
        part = score[begin : begin + 16]
        product, largest = 1.0, 0.0
        for i in range(part.size):  # one logarithm for 16 chances
            miss = abs(part[i])
            product *= 1.0 - miss
            largest = max(largest, miss)
        if largest < 0.99:
            total += np.log(product)
        else:
            for i in range(begin, begin + part.size):
                z = eta[i] if outcome[i] > 0.5 else -eta[i]
                total -= np.log1p(np.exp(-z)) if z > -30.0 else -z
    return total


@compiled(REGROUP)
def _errors(
    wide, own, k, b, target, factor, expected, block, groups, score, weight, held, holders, robust, answer, eta
):
    """Variances of a combination of coefficients, by the expected information (or HC0) and clustered, and freedom.

    The clustered variance is NaN where clusters cannot be compared, see `sahelkit.estimation.few_clusters`: `eta` is
    then what the other columns leave of the combination, and squares of it are shares in what is known.
    """
    solve(expected, target, answer)
    plain, clustered = _dot(target, answer), 0.0
    solve(factor, target, answer)
    _predict_all(wide, own, k, b, answer, block, eta)
    if robust:
        plain = 0.0
        for i in range(eta.size):
            plain += (eta[i] * score[i]) ** 2
    whole = second = third = 0.0
    known = squares = 0.0
    at = 0
    for g in range(groups.size - 1):
        e, s, w = eta[groups[g] : groups[g + 1]], score[groups[g] : groups[g + 1]], weight[groups[g] : groups[g + 1]]
        sum_, part = 0.0, 0.0
        for i in range(e.size):
            sum_ += e[i] * s[i]
            part += w[i] * e[i] * e[i]
        clustered += sum_**2
        whole += part
        second += part**2
        third += part**3
        part = 0.0
        while at < held.size and held[at] < groups[g + 1]:
            part += eta[held[at]] ** 2
            at += 1
        known += part
        squares += part**2
    count = groups.size - 1
    enough = whole * whole >= LEAST * second and holders >= 2
    if held.size:
        enough = enough and known * known >= LEAST * squares and known > 0.0
    if not enough:
        return plain, np.nan, np.nan
    second, third = second / whole**2, third / whole**3
    freedom = (1.0 - second) ** 2 / (second - 2.0 * third + second**2)
    return plain, clustered * count / (count - 1), min(freedom, holders - 1.0)


@compiled(REGROUP)
def _inflation(own, k, squares, left_over, small, start, answer, into):
    """Variance inflation of the first ``into.size`` own columns; False where one is a combination of others."""
    for i in range(k):
        for j in range(i + 1):
            small[j, i] = left_over[own[i], own[j]]
        if not small[i, i] > COLLINEAR * squares[own[i]]:
            return False
    if not cholesky(small):
        return False
    for i in range(k):
        if not small[i, i] ** 2 > COLLINEAR * squares[own[i]]:
            return False
    for i in range(into.size):
        start[:] = 0.0
        start[i] = 1.0
        solve(small, start, answer)
        into[i] = answer[i] * squares[own[i]]
    return True


@compiled(REGROUP)
def _first_step(own, k, b, columns, base, small, start, theta, step):
    """Newton's step from the base model, which costs no pass through the rows; returns its squared length."""
    home, schur, slopes, lifted, fill = base
    for i in range(k):
        start[i] = slopes[own[i]]
        for j in range(i + 1):
            small[j, i] = schur[own[i], own[j]]
    moved = step[b:]
    moved[:] = 0.0
    if cholesky(small):
        solve(small, start, moved)
    for i in range(b):
        step[i] = lifted[i]
        for j in range(k):
            step[i] -= fill[i, own[j]] * moved[j]
        theta[i] = home[columns[i]] + step[i]
    for j in range(k):
        theta[b + j] = home[own[j]] + moved[j]
    return _dot(start, moved)


@compiled(REGROUP)
def fit_many(
    link, wide, shift, scale, outcome, events, held, holders, groups, columns, block, base, plain, models, out
):
    """Fit the models of one base: a link and a set of fixed effects.

    Parameters
    ----------
    wide : array, shape (p, n)
        Columns of the pool, one after the other; from their raw values `shift` is taken and `scale` divides.
    held, holders : array of int, int
        Rows of the rarer outcome, none for the identity link; clusters that hold one.
    columns, block, base, plain
        As `prepare` makes them: the block of fixed effects, its runs, the base model, unweighted cross-products.
    models : array of int, shape (m, 1 + k)
        Own columns from position 1 on, padded with -1.
    out : tuple of arrays
        Filled: coef, se, se_cluster, freedom, vif of shape (m, 1) for the focus column, or wider for all columns
        (intercept, own, fixed effects); loglik and status of shape (m,).
    """
    squares, left_over = plain
    coef, se, clustered, freedom, vif, loglik, status = out
    n, b = outcome.size, columns.size
    eta, lefts, sums = room(models.shape[1] - 1, b, block[0], n)
    everything = coef.shape[1] > 1
    for m in range(models.shape[0]):
        k = 0
        while k + 1 < models.shape[1] and models[m, k + 1] >= 0:
            k += 1
        own, size = models[m, 1 : k + 1], b + k
        gram, slope, theta = np.empty((size, size)), np.empty(size), np.empty(size)
        step, target, answer = np.empty(size), np.empty(size), np.empty(size)
        small, start = np.empty((k, k)), np.empty(k)
        coef[m], se[m], clustered[m], freedom[m], vif[m] = np.nan, np.nan, np.nan, np.nan, np.nan
        loglik[m] = np.nan
        into = vif[m, 1 : k + 1] if everything else vif[m]
        if not _inflation(own, k, squares, left_over, small, start, answer, into):
            status[m] = SINGULAR
            continue
        power = _first_step(own, k, b, columns, base, small, start, theta, step)
        status[m] = climb(
            link,
            wide,
            own,
            k,
            b,
            theta,
            step,
            power,
            outcome,
            events,
            block,
            eta,
            lefts,
            sums,
            gram,
            slope,
            MOST_STEPS,
        )
        if status[m] != CONVERGED:
            continue
        score, weight = lefts[k], lefts[k + 1]
        loglik[m] = _loglik(link, outcome, events, eta, score)
        expected = gram
        if link == CLOGLOG:
            if eta[events].max() > SURE:
                status[m], loglik[m] = DIVERGING, np.nan
                continue
            expected = np.empty((size, size))
            accumulate(EXPECTED, wide, own, k, theta, b, outcome, events, block, eta, lefts, sums, expected, slope)
            if not cholesky(expected):
                status[m] = NO_STEP
                continue
        for c in range(size if everything else 1):
            target[:] = 0.0
            if not everything:
                target[b] = 1.0 / scale[own[0]]
            elif c == 0:  # the intercept, where the columns have their own zeros
                target[0] = 1.0
                for i in range(k):
                    target[b + i] = -shift[own[i]] / scale[own[i]]
            elif c <= k:
                target[b + c - 1] = 1.0 / scale[own[c - 1]]
            else:
                target[c - k] = 1.0 / scale[columns[c - k]]
            plain_, robust_, freedom[m, c] = _errors(
                wide,
                own,
                k,
                b,
                target,
                gram,
                expected,
                block,
                groups,
                score,
                weight,
                held,
                holders,
                link == IDENTITY,
                answer,
                eta,
            )
            coef[m, c], se[m, c], clustered[m, c] = _dot(target, theta), np.sqrt(plain_), np.sqrt(robust_)
