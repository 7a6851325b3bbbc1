"""Compiled sums over the rows of a sample: predictors, scores, weights, cross-products; and tiny linear systems.

numba keeps compiled code on disk and watches the file of a function only: who changes this file touches `kernel.py`.

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

from sahelkit.estimation.many.plain import PIVOT, ROWS_AT_ONCE

LOGIT, CLOGLOG, IDENTITY = 0, 1, 2
EXPECTED = 3  # cloglog, weighted by the expected information instead of the observed one
# Sums may be regrouped and products fused, so that loops use the processor's vector units; NaN and infinity keep
# their meaning.
REGROUP = {"reassoc", "contract", "nsz"}


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


@compiled(REGROUP)
def predict(wide, own, k, b, theta, edges, first, last, starts, places, values, into):
    """Linear predictor of the rows of some runs."""
    for run in range(first, last):
        level = 0.0
        for z in range(starts[run], starts[run + 1]):
            level += values[z] * theta[places[z]]
        for i in range(np.uint64(edges[run]), np.uint64(edges[run + 1])):
            into[i] = level
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


@compiled({"contract"})
def _expect(eta, weight):
    """Expected information of cloglog rows."""
    for i in range(eta.size):
        rate = exp(eta[i] if eta[i] < 100.0 else 100.0)
        survive = exp(-rate)
        share = 1.0 - 0.5 * rate if rate < 1e-5 else (1.0 - survive) / rate
        weight[i] = rate * survive / share


@compiled(REGROUP)
def _weigh(lefts, c, weights, wide, d, low, high):
    a, w, x = lefts[c, low:high], lefts[weights, low:high], wide[d, low:high]
    for i in range(a.size):
        a[i] = w[i] * x[i]


@compiled(REGROUP)
def _eight(lefts, c, e, wide, d0, d1, d2, d3, low, high):
    a0, a1, x0, x1 = lefts[c, low:high], lefts[e, low:high], wide[d0, low:high], wide[d1, low:high]
    x2, x3 = wide[d2, low:high], wide[d3, low:high]
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


@compiled(REGROUP)
def _sum_runs(lefts, count, edges, first, last, sums):
    """Sums of `count` rows of `lefts` over each run, four rows at a time; unsigned indices need no check for a sign."""
    for c in range(0, count, 4):
        for run in range(first, last):
            s0 = s1 = s2 = s3 = 0.0
            for i in range(np.uint64(edges[run]), np.uint64(edges[run + 1])):
                s0 += lefts[c, i]
                s1 += lefts[c + 1, i]
                s2 += lefts[c + 2, i]
                s3 += lefts[c + 3, i]
            sums[run, c], sums[run, c + 1], sums[run, c + 2], sums[run, c + 3] = s0, s1, s2, s3


@compiled(REGROUP)
def _spread_runs(k, b, runs, starts, places, values, sums, gram, slope):
    """Cross-products of the block with the own columns, the scores and itself, from the sums over runs."""
    cross = sums[runs : runs + b]
    cross[:] = 0.0
    for run in range(runs):
        for z in range(starts[run], starts[run + 1]):
            place, value = places[z], values[z]
            for c in range(0, k + 1, 4):
                for j in range(4):
                    cross[place, c + j] += value * sums[run, c + j]
            for y in range(z, starts[run + 1]):
                gram[place, places[y]] += value * values[y] * sums[run, k + 1]
    for place in range(b):
        slope[place] = cross[place, k]
        for c in range(k):
            gram[place, b + c] = cross[place, c]


@compiled(REGROUP)
def room(k, b, edges, n):
    """Empty arrays that `accumulate` works in: predictors, weighted columns, sums over runs; rows in multiples of 4."""
    rows = 4 * ((k + 2 + 3) // 4)
    return np.empty(n), np.zeros((rows, n)), np.empty((edges.size + b, rows))


@compiled(REGROUP)
def accumulate(link, wide, own, k, theta, b, outcome, events, block, eta, lefts, sums, gram, slope):
    """Information matrix and gradient at `theta`; `lefts` receives weighted columns, scores (row k) and weights."""
    edges, first_run, first_event, starts, places, values = block
    gram[:] = 0.0
    slope[:] = 0.0
    n = eta.size
    weight, score = lefts[k + 1, :n], lefts[k, :n]
    for part in range(first_run.size - 1):
        first, last = first_run[part], first_run[part + 1]
        low, high = edges[first], edges[last]
        predict(wide, own, k, b, theta, edges, first, last, starts, places, values, eta)
        if link == LOGIT:
            _logit_rows(eta[low:high], outcome[low:high], weight[low:high], score[low:high])
        elif link == IDENTITY:
            weight[low:high] = 1.0
            score[low:high] = outcome[low:high] - eta[low:high]
        else:
            _cloglog_rows(eta[low:high], weight[low:high], score[low:high])
            _cloglog_events(events[first_event[part] : first_event[part + 1]], eta, weight, score)
            if link == EXPECTED:
                _expect(eta[low:high], weight[low:high])
        for c in range(k):
            _weigh(lefts, c, k + 1, wide, own[c], low, high)
        _sum_runs(lefts, k + 2, edges, first, last, sums)
        # Own columns with each other and with the score: tiles of two by four.
        d = 0
        while d < k:
            d1, d2, d3 = min(d + 1, k - 1), min(d + 2, k - 1), min(d + 3, k - 1)
            c = d
            while c <= k:
                e = min(c + 1, k)
                tile = _eight(lefts, c, e, wide, own[d], own[d1], own[d2], own[d3], low, high)
                for j in range(min(4, k - d)):
                    if c < k:
                        gram[b + d + j, b + c] += tile[j]
                    else:
                        slope[b + d + j] += tile[j]
                    if e > c:
                        if e < k:
                            gram[b + d + j, b + e] += tile[4 + j]
                        else:
                            slope[b + d + j] += tile[4 + j]
                c += 2
            d += 4
    _spread_runs(k, b, edges.size - 1, starts, places, values, sums, gram, slope)


@compiled(REGROUP)
def cholesky(matrix):
    """Factor the upper triangle in place, U'U; False where a pivot vanishes beside its diagonal."""
    size = matrix.shape[0]
    for i in range(size):
        before = matrix[i, i]
        for h in range(i):
            before += matrix[h, i] ** 2
        if not matrix[i, i] > PIVOT * before:
            return False
        pivot = np.sqrt(matrix[i, i])
        for j in range(i, size):
            matrix[i, j] /= pivot
        for h in range(i + 1, size):
            factor = matrix[i, h]
            if factor != 0.0:
                for j in range(h, size):
                    matrix[h, j] -= factor * matrix[i, j]
    return True


@compiled(REGROUP)
def solve(factor, vector, answer):
    """Solve with a factor of `cholesky`."""
    size = vector.size
    answer[:size] = vector
    for i in range(size):
        answer[i] /= factor[i, i]
        for j in range(i + 1, size):
            answer[j] -= factor[i, j] * answer[i]
    for i in range(size - 1, -1, -1):
        total = answer[i]
        for j in range(i + 1, size):
            total -= factor[i, j] * answer[j]
        answer[i] = total / factor[i, i]


@compiled(REGROUP)
def pool_gram(wide, weight):
    """Cross-products of all rows of `wide`, weighted."""
    p, n = wide.shape
    gram, lefts = np.zeros((p, p)), np.empty((p + 1, n))
    lefts[p] = weight
    for low in range(0, n, ROWS_AT_ONCE):
        high = min(low + ROWS_AT_ONCE, n)
        for c in range(p):
            _weigh(lefts, c, p, wide, c, low, high)
        for d in range(0, p, 4):
            d1, d2, d3 = min(d + 1, p - 1), min(d + 2, p - 1), min(d + 3, p - 1)
            for c in range(d, p, 2):
                e = min(c + 1, p - 1)
                sums = _eight(lefts, c, e, wide, d, d1, d2, d3, low, high)
                for j in range(min(4, p - d)):
                    gram[c, d + j] += sums[j]
                    if e > c:
                        gram[e, d + j] += sums[4 + j]
    for c in range(p):
        for d in range(c):
            gram[d, c] = gram[c, d]
    return gram
