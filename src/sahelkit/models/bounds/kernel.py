"""Compiled arithmetic of many small binary regressions on one sample.

All functions are one file, because numba's cache of compiled code watches the file of a function only.

Rows are ordered so that clusters are contiguous, and within them the rows that share the same fixed effects: these are
the *runs*. Columns that are constant within runs (intercept and fixed effects, the *block*) never enter the sums over
rows one by one; sums over runs give all their cross-products. The other columns of a model are its *own*.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

LOGIT, CLOGLOG, IDENTITY = 0, 1, 2
CONVERGED, TOO_MANY_STEPS, NO_STEP, DIVERGING, SINGULAR = 0, 1, 2, 3, 4
ROWS_AT_ONCE = 512  # a block of rows of about ten columns stays in the first-level cache
_MOST_STEPS = 25
_SHORT = 1e-17  # of a Newton step, in standard errors squared: errors of 3e-9 in the weights at most, none to speak of after it
_COLLINEAR = 1e-9  # share of a column's variance that the others leave
# Sums may be regrouped and products fused, so that loops use the processor's vector units; NaN and infinity keep
# their meaning.
_REGROUP = {"reassoc", "contract", "nsz"}


def compiled(fastmath: set[str]) -> Callable[[Callable[..., Any]], Any]:
    """Compile when first called, and keep the machine code on disk where some folder can be written."""

    def decorate(function: Callable[..., Any]) -> Any:
        options: dict[str, Any] = {"nogil": True, "error_model": "numpy", "fastmath": fastmath}
        try:
            return njit(cache=True, **options)(function)
        except RuntimeError:  # neither the package's folder nor the user's cache can be written
            return njit(**options)(function)

    return decorate


@intrinsic
def _as_integer(typingctx: Any, value: Any) -> Any:  # the bits of a double
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), codegen


@intrinsic
def _as_double(typingctx: Any, value: Any) -> Any:  # a double of these bits
    def codegen(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), codegen


@compiled({"contract"})
def exp(x):
    """Exponential without branches, so that a loop of it uses vector units; within 1 unit in the last place or two."""
    x = x if x > -700.0 else -700.0
    x = x if x < 700.0 else 700.0
    shifted = x * 1.4426950408889634 + 6755399441055744.0  # adding 1.5 x 2^52 rounds to a whole number ...
    whole = shifted - 6755399441055744.0
    rest = x - whole * 6.93147180369123816490e-01
    rest = rest - whole * 1.90821492927058770002e-10
    total = 2.08767569878681e-09
    total = total * rest + 2.505210838544172e-08
    total = total * rest + 2.755731922398589e-07
    total = total * rest + 2.7557319223985893e-06
    total = total * rest + 2.48015873015873e-05
    total = total * rest + 1.984126984126984e-04
    total = total * rest + 1.388888888888889e-03
    total = total * rest + 8.333333333333333e-03
    total = total * rest + 4.1666666666666664e-02
    total = total * rest + 1.6666666666666666e-01
    total = total * rest + 0.5
    total = total * rest + 1.0
    total = total * rest + 1.0
    return total * _as_double((_as_integer(shifted) + 1023) << 52)  # ... and leaves it in the lowest bits


@compiled(_REGROUP)
def _predict(wide, own, k, b, theta, edges, first, last, starts, places, values, into):
    """Linear predictor of the rows of some runs."""
    for run in range(first, last):
        level = 0.0
        for z in range(starts[run], starts[run + 1]):
            level += values[z] * theta[places[z]]
        into[edges[run] : edges[run + 1]] = level
    low, high = edges[first], edges[last]
    out = into[low:high]
    c = 0
    while c + 4 <= k:
        x0, x1 = wide[own[c], low:high], wide[own[c + 1], low:high]
        x2, x3 = wide[own[c + 2], low:high], wide[own[c + 3], low:high]
        t0, t1, t2, t3 = theta[b + c], theta[b + c + 1], theta[b + c + 2], theta[b + c + 3]
        for i in range(out.size):
            out[i] += t0 * x0[i] + t1 * x1[i] + t2 * x2[i] + t3 * x3[i]
        c += 4
    while c < k:
        x, t = wide[own[c], low:high], theta[b + c]
        for i in range(out.size):
            out[i] += t * x[i]
        c += 1


@compiled({"contract"})
def _logit_rows(eta, outcome, weight, score):
    for i in range(eta.size):
        chance = 1.0 / (1.0 + exp(-eta[i]))
        score[i] = outcome[i] - chance
        weight[i] = chance * (1.0 - chance)


@compiled({"contract"})
def _cloglog_rows(eta, weight, score):
    """As if no row had an event: the rate is then minus the score, and the observed information."""
    for i in range(eta.size):
        rate = exp(eta[i] if eta[i] < 100.0 else 100.0)
        score[i] = -rate
        weight[i] = rate


@compiled({"contract"})
def _cloglog_events(rows, eta, weight, score):
    for row in rows:
        rate = np.exp(min(max(eta[row], -500.0), 100.0))
        per = rate / -np.expm1(-rate)
        survive = np.exp(-rate)
        score[row] = per * survive
        weight[row] = rate - per * (1.0 - per * survive)


@compiled(_REGROUP)
def _eight(a0, a1, x0, x1, x2, x3):
    s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
    for i in range(a0.size):
        s0 += a0[i] * x0[i]
        s1 += a0[i] * x1[i]
        s2 += a0[i] * x2[i]
        s3 += a0[i] * x3[i]
        s4 += a1[i] * x0[i]
        s5 += a1[i] * x1[i]
        s6 += a1[i] * x2[i]
        s7 += a1[i] * x3[i]
    return s0, s1, s2, s3, s4, s5, s6, s7


@compiled(_REGROUP)
def _four_sums(a0, a1, a2, a3):
    s0 = s1 = s2 = s3 = 0.0
    for i in range(a0.size):
        s0 += a0[i]
        s1 += a1[i]
        s2 += a2[i]
        s3 += a3[i]
    return s0, s1, s2, s3


@compiled(_REGROUP)
def accumulate(link, wide, own, k, theta, b, outcome, events, block, eta, lefts, gram, slope):
    """Information matrix and gradient at `theta`; the last two rows of `lefts` receive scores and weights."""
    edges, first_run, first_event, starts, places, values = block
    gram[:] = 0.0
    slope[:] = 0.0
    n = eta.size
    weight, score = lefts[k + 1, :n], lefts[k, :n]
    for part in range(first_run.size - 1):
        first, last = first_run[part], first_run[part + 1]
        low, high = edges[first], edges[last]
        _predict(wide, own, k, b, theta, edges, first, last, starts, places, values, eta)
        if link == LOGIT:
            _logit_rows(eta[low:high], outcome[low:high], weight[low:high], score[low:high])
        elif link == IDENTITY:
            weight[low:high] = 1.0
            score[low:high] = outcome[low:high] - eta[low:high]
        else:
            _cloglog_rows(eta[low:high], weight[low:high], score[low:high])
            _cloglog_events(events[first_event[part] : first_event[part + 1]], eta, weight, score)
        w = weight[low:high]
        for c in range(k):
            x, a = wide[own[c], low:high], lefts[c, low:high]
            for i in range(w.size):
                a[i] = w[i] * x[i]
        # Sums over runs, four of the rows (own columns times weights, score, weights) at a time.
        c = 0
        while c < k + 2:
            c0, c1, c2, c3 = c, min(c + 1, k + 1), min(c + 2, k + 1), min(c + 3, k + 1)
            for run in range(first, last):
                f, l = edges[run], edges[run + 1]
                sums = _four_sums(lefts[c0, f:l], lefts[c1, f:l], lefts[c2, f:l], lefts[c3, f:l])
                for z in range(starts[run], starts[run + 1]):
                    place, value = places[z], values[z]
                    for j in range(4):
                        if c + j < k:
                            gram[b + c + j, place] += value * sums[j]
                        elif c + j == k:
                            slope[place] += value * sums[j]
                        elif c + j == k + 1:
                            for y in range(starts[run], z + 1):
                                gram[place, places[y]] += value * values[y] * sums[j]
            c += 4
        # Own columns with each other and with the score: tiles of two by four.
        d = 0
        while d < k:
            d1, d2, d3 = min(d + 1, k - 1), min(d + 2, k - 1), min(d + 3, k - 1)
            x0, x1 = wide[own[d], low:high], wide[own[d1], low:high]
            x2, x3 = wide[own[d2], low:high], wide[own[d3], low:high]
            c = d
            while c <= k:
                e = min(c + 1, k)
                sums8 = _eight(lefts[c, low:high], lefts[e, low:high], x0, x1, x2, x3)
                for j in range(min(4, k - d)):
                    if c < k:
                        gram[b + c, b + d + j] += sums8[j]
                    else:
                        slope[b + d + j] += sums8[j]
                    if e > c:
                        if e < k:
                            gram[b + e, b + d + j] += sums8[4 + j]
                        else:
                            slope[b + d + j] += sums8[4 + j]
                c += 2
            d += 4


@compiled(_REGROUP)
def cholesky(matrix):
    """Factor in place, lower triangle; False where a pivot vanishes beside its diagonal."""
    for i in range(matrix.shape[0]):
        for j in range(i + 1):
            total = matrix[i, j]
            a, b = matrix[i, :j], matrix[j, :j]
            for m in range(a.size):
                total -= a[m] * b[m]
            if j < i:
                matrix[i, j] = total / matrix[j, j]
            elif total > 1e-13 * matrix[i, i]:
                matrix[i, i] = np.sqrt(total)
            else:
                return False
    return True


@compiled(_REGROUP)
def solve(factor, vector, answer):
    """Solve with a factor of `cholesky`."""
    size = vector.size
    for i in range(size):
        total = vector[i]
        for j in range(i):
            total -= factor[i, j] * answer[j]
        answer[i] = total / factor[i, i]
    for i in range(size - 1, -1, -1):
        answer[i] /= factor[i, i]
        for j in range(i):
            answer[j] -= factor[i, j] * answer[i]


@compiled(_REGROUP)
def _dot(a, b):
    total = 0.0
    for i in range(a.size):
        total += a[i] * b[i]
    return total


@compiled(_REGROUP)
def _predict_all(wide, own, k, b, theta, block, into):
    edges, first_run, _, starts, places, values = block
    for part in range(first_run.size - 1):
        first, last = first_run[part], first_run[part + 1]
        _predict(wide, own, k, b, theta, edges, first, last, starts, places, values, into)


@compiled(_REGROUP)
def climb(link, wide, own, k, b, theta, step, power, outcome, events, block, eta, lefts, gram, slope, most):
    """Newton's method from `theta`, to which `step` of squared length `power` has just been added.

    Leaves the factor of the information in `gram`, scores and predictors in `lefts` and `eta`, the last step in `step`.
    """
    halved = 0
    for taken in range(most):
        accumulate(link, wide, own, k, theta, b, outcome, events, block, eta, lefts, gram, slope)
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
        if power < _SHORT or link == IDENTITY:
            return CONVERGED
        if taken > 7 and _one_sided(wide, own, k, b, step, outcome, block, eta):
            return DIVERGING
    return TOO_MANY_STEPS


@compiled(_REGROUP)
def _one_sided(wide, own, k, b, step, outcome, block, eta):
    """Whether a step moves each row to its outcome or leaves it, as it does where events are separated."""
    _predict_all(wide, own, k, b, step, block, eta)
    worst = best = 0.0
    for i in range(eta.size):
        gain = eta[i] if outcome[i] > 0.5 else -eta[i]
        worst = min(worst, gain)
        best = max(best, gain)
    return best > 0.1 and worst > -1e-2 * best


@compiled(_REGROUP)
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


@compiled(_REGROUP)
def _errors(wide, own, k, b, target, factor, block, groups, score, robust, answer, eta):
    """Variances of a combination of coefficients: by the information (or HC0), and clustered."""
    solve(factor, target, answer)
    _predict_all(wide, own, k, b, answer, block, eta)
    plain, clustered = _dot(target, answer), 0.0
    if robust:
        plain = 0.0
        for i in range(eta.size):
            plain += (eta[i] * score[i]) ** 2
    for g in range(groups.size - 1):
        e, s = eta[groups[g] : groups[g + 1]], score[groups[g] : groups[g + 1]]
        clustered += _dot(e, s) ** 2
    count = groups.size - 1
    return plain, clustered * count / (count - 1)


@compiled(_REGROUP)
def pool_gram(wide, weight):
    """Cross-products of all rows of `wide`, weighted."""
    p, n = wide.shape
    gram, scaled = np.zeros((p, p)), np.empty((p, ROWS_AT_ONCE))
    for low in range(0, n, ROWS_AT_ONCE):
        w = weight[low : low + ROWS_AT_ONCE]
        for c in range(p):
            x, a = wide[c, low : low + w.size], scaled[c, : w.size]
            for i in range(w.size):
                a[i] = w[i] * x[i]
        for d in range(0, p, 4):
            x0, x1 = wide[d, low : low + w.size], wide[min(d + 1, p - 1), low : low + w.size]
            x2, x3 = wide[min(d + 2, p - 1), low : low + w.size], wide[min(d + 3, p - 1), low : low + w.size]
            for c in range(d, p, 2):
                e = min(c + 1, p - 1)
                sums = _eight(scaled[c, : w.size], scaled[e, : w.size], x0, x1, x2, x3)
                for j in range(min(4, p - d)):
                    gram[c, d + j] += sums[j]
                    if e > c:
                        gram[e, d + j] += sums[4 + j]
    for c in range(p):
        for d in range(c):
            gram[d, c] = gram[c, d]
    return gram


@compiled(_REGROUP)
def _inflation(own, k, squares, left_over, small, start, answer, into):
    """Variance inflation of the first ``into.size`` own columns; False where one is a combination of others."""
    for i in range(k):
        for j in range(i + 1):
            small[i, j] = left_over[own[i], own[j]]
        if not small[i, i] > _COLLINEAR * squares[own[i]]:
            return False
    if not cholesky(small):
        return False
    for i in range(k):
        if not small[i, i] ** 2 > _COLLINEAR * squares[own[i]]:
            return False
    for i in range(into.size):
        start[:] = 0.0
        start[i] = 1.0
        solve(small, start, answer)
        into[i] = answer[i] * squares[own[i]]
    return True


@compiled(_REGROUP)
def _first_step(own, k, b, columns, base, small, start, theta, step):
    """Newton's step from the base model, which costs no pass through the rows; returns its squared length."""
    home, schur, slopes, lifted, fill = base
    for i in range(k):
        start[i] = slopes[own[i]]
        for j in range(i + 1):
            small[i, j] = schur[own[i], own[j]]
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


@compiled(_REGROUP)
def fit_many(link, wide, shift, scale, outcome, events, groups, columns, block, base, plain, models, out):
    """Fit the models of one base: a link and a set of fixed effects.

    Parameters
    ----------
    wide : array, shape (p, n)
        Columns of the pool, one after the other; from their raw values `shift` is taken and `scale` divides.
    columns, block, base, plain
        As `prepare` makes them: the block of fixed effects, its runs, the base model, unweighted cross-products.
    models : array of int, shape (m, 1 + k)
        Own columns from position 1 on, padded with -1.
    out : tuple of arrays
        Filled: coef, se, se_cluster, vif of shape (m, 1) for the focus column, or wider for all columns (intercept,
        own, fixed effects); loglik and status of shape (m,).
    """
    squares, left_over = plain
    coef, se, clustered, vif, loglik, status = out
    n, b = outcome.size, columns.size
    eta, lefts = np.empty(n), np.empty((models.shape[1] + 1, n))
    everything = coef.shape[1] > 1
    for m in range(models.shape[0]):
        k = 0
        while k + 1 < models.shape[1] and models[m, k + 1] >= 0:
            k += 1
        own, size = models[m, 1 : k + 1], b + k
        gram, slope, theta = np.empty((size, size)), np.empty(size), np.empty(size)
        step, target, answer = np.empty(size), np.empty(size), np.empty(size)
        small, start = np.empty((k, k)), np.empty(k)
        coef[m], se[m], clustered[m], vif[m], loglik[m] = np.nan, np.nan, np.nan, np.nan, np.nan
        into = vif[m, 1 : k + 1] if everything else vif[m]
        if not _inflation(own, k, squares, left_over, small, start, answer, into):
            status[m] = SINGULAR
            continue
        power = _first_step(own, k, b, columns, base, small, start, theta, step)
        status[m] = climb(
            link, wide, own, k, b, theta, step, power, outcome, events, block, eta, lefts, gram, slope, _MOST_STEPS
        )
        if status[m] != CONVERGED:
            continue
        score = lefts[k]
        loglik[m] = _loglik(link, outcome, events, eta, score)
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
            plain_, robust_ = _errors(
                wide, own, k, b, target, gram, block, groups, score, link == IDENTITY, answer, eta
            )
            coef[m, c], se[m, c], clustered[m, c] = _dot(target, theta), np.sqrt(plain_), np.sqrt(robust_)
