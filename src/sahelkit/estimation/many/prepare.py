"""What the models of a plan share, computed once: row order, scales, runs, base models, cross-products."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from sahelkit._types import Floats
from sahelkit.errors import ModelError
from sahelkit.estimation.few_clusters import rarer
from sahelkit.estimation.links import linear_predictor, row_terms
from sahelkit.estimation.many.plain import ROWS_AT_ONCE, quickest
from sahelkit.estimation.many.plan import LINKS, Plan, used_columns
from sahelkit.estimation.newton import maximise

Integers = npt.NDArray[np.int64]
# A linear predictor beyond this in a base model is on its way to infinity.
_FAR = 20.0
# Share of the variance of a column below which nothing is left of it.
_NOTHING = 1e-9


@dataclass(frozen=True)
class Shared:
    """Arrays that every model of a plan needs; cheap to send to another process.

    Attributes
    ----------
    wide : array, shape (p, n)
        Used columns of the pool, one after the other in memory, rows in the order of `order`. Columns that are
        fixed effects in no model are centred; all but dummies have variance 1.
    shift, scale : array, shape (p,)
        What was taken from a column, and what divided it then.
    place : array of int
        Position in `wide` of each column of the pool; -1 for unused ones.
    outcome : array, shape (n,)
    events : array of int
        Rows with an event.
    held : array of int
        Rows of the rarer outcome, as a rule `events`.
    holders : int
        Clusters that hold one of these.
    groups : array of int, shape (G + 1,)
        First row of each cluster, and the number of rows.
    blocks : dict
        By number of the set of fixed effects: columns of the block and its runs, as the kernel wants them, and the
        unweighted cross-products that the fixed effects leave.
    bases : dict
        By (set, link): the base model (all columns that its models share) and the first Newton step from it.
    lone : dict
        By number of the set of fixed effects: of which columns nothing is known, beside the effects, without some one
        cluster, such as the dummy of a country.
    null : dict
        Log-likelihood of the intercept alone, by link.
    """

    wide: Floats
    shift: Floats
    scale: Floats
    place: Integers
    outcome: Floats
    events: Integers
    held: Integers
    holders: int
    groups: Integers
    blocks: dict[int, tuple[Any, ...]]
    bases: dict[tuple[int, int], tuple[Any, ...]]
    lone: dict[int, npt.NDArray[np.bool_]]
    null: dict[int, float]


def prepare(plan: Plan) -> Shared:
    """Order the rows, scale the columns, and fit the base models of a plan."""
    used = used_columns(plan)
    place = np.where(used, np.cumsum(used) - 1, -1).astype(np.int64)
    pool = plan.pool[:, used]
    in_effects = np.zeros(pool.shape[1], dtype=bool)
    for number in np.unique(plan.effects):
        in_effects[place[list(plan.effect_sets[number])]] = True
    # Within clusters, rows with the same fixed effects come together; a panel in its usual order stays as it is.
    keys = [pool[:, column] for column in np.flatnonzero(in_effects)]
    order = np.lexsort([*keys, plan.groups]) if keys else np.argsort(plan.groups, kind="stable")
    shift = np.where(in_effects, 0.0, pool.mean(axis=0))
    scale = pool.std(axis=0)
    dummies = in_effects & np.isin(pool, (0.0, 1.0)).all(axis=0)
    shift[0], scale[0] = 0.0, 1.0
    scale[dummies] = 1.0
    wide = np.ascontiguousarray(((pool - shift) / scale)[order].T)
    outcome = np.ascontiguousarray(plan.outcome[order])
    ordered = plan.groups[order]
    groups = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1], [True]])).astype(np.int64)
    events = np.flatnonzero(outcome > 0).astype(np.int64)
    held = np.flatnonzero(rarer(outcome)).astype(np.int64)
    holders = len(np.unique(ordered[held]))

    plain = quickest().pool_gram(wide, np.ones(len(outcome)))
    squares = (wide - wide.mean(axis=1, keepdims=True)) ** 2
    variation = squares.sum(axis=1)
    blocks: dict[int, tuple[Any, ...]] = {}
    bases: dict[tuple[int, int], tuple[Any, ...]] = {}
    lone: dict[int, npt.NDArray[np.bool_]] = {}
    for number in map(int, np.unique(plan.effects)):
        columns = np.concatenate([[0], place[list(plan.effect_sets[number])]]).astype(np.int64)
        if np.linalg.matrix_rank(wide[columns]) < len(columns):
            names = ", ".join(plan.names[column] for column in plan.effect_sets[number][:4])
            raise ModelError(
                f"the fixed effects {names} ... are combinations of each other or the intercept: "
                "leave out one of each kind"
            )
        runs = _runs(wide, columns, events, at_once=ROWS_AT_ONCE)
        _, left_over = _partial_out(plain, columns)
        blocks[number] = (columns, runs, (variation, left_over))
        lone[number] = _lone(wide, columns, groups)
        for link in map(int, np.unique(plan.link[plan.effects == number])):
            chosen = plan.models[(plan.effects == number) & (plan.link == link)]
            common = _common(chosen, place)
            bases[number, link] = _base(link, wide, common, columns, outcome, plain)
    return Shared(wide, shift, scale, place, outcome, events, held, holders, groups, blocks, bases, lone, _null(plan))


def _lone(wide: Floats, columns: Integers, groups: Integers) -> npt.NDArray[np.bool_]:
    """Columns of whose coefficient, beside the fixed effects, nothing is known without some one cluster, shape (p,)."""
    found = np.zeros(len(wide), dtype=bool)
    if len(groups) - 1 == wide.shape[1]:  # errors are not clustered
        return found
    parts = [wide[:, first:last] @ wide[:, first:last].T for first, last in pairwise(groups)]
    whole = np.sum(parts, axis=0)
    least = _NOTHING * np.diag(whole)
    for part in parts:
        rest = whole - part
        size, axes = np.linalg.eigh(rest[np.ix_(columns, columns)])
        gone = size < _NOTHING * size[-1]
        found[columns] |= (np.abs(axes[:, gone]) > 1e-6).any(axis=1)
        left = np.diag(_partial_out(rest, columns)[1]) < least
        left[columns] = False
        found |= left
    return found


def _runs(wide: Floats, columns: Integers, events: Integers, *, at_once: int) -> tuple[Integers | Floats, ...]:
    """Rows that share their fixed effects, cut at the ends of blocks of rows; and the values they share."""
    n = wide.shape[1]
    block = wide[columns]
    cuts = np.linspace(0, n, -(-n // at_once) + 1).astype(np.int64)
    changes = np.flatnonzero((block[:, 1:] != block[:, :-1]).any(axis=0)) + 1
    edges = np.unique(np.concatenate([cuts, changes])).astype(np.int64)
    first_run = np.searchsorted(edges, cuts).astype(np.int64)
    first_event = np.searchsorted(events, cuts).astype(np.int64)
    run, position = np.nonzero(block[:, edges[:-1]].T)
    starts = np.searchsorted(run, np.arange(len(edges))).astype(np.int64)
    values = np.ascontiguousarray(block[position, edges[run]])
    return edges, first_run, first_event, starts, position.astype(np.int64), values


def _partial_out(gram: Floats, columns: Integers) -> tuple[Floats, Floats]:
    """Coefficients of all columns on a block, shape (b, p), and the cross-products that it leaves, shape (p, p).

    The block may have columns that are combinations of others, e.g. two sets of dummies; its pseudo-inverse serves.
    """
    inside = gram[np.ix_(columns, columns)]
    fill = np.linalg.pinv(inside, rcond=1e-12, hermitian=True) @ gram[columns]
    return np.ascontiguousarray(fill), np.ascontiguousarray(gram - gram[columns].T @ fill)


def _common(models: npt.NDArray[np.int32], place: Integers) -> Integers:
    """Own columns that all these models have, as positions in the wide array."""
    shared = models[0, 1:][models[0, 1:] > 0]
    for column in shared:
        if not (models == column).any(axis=1).all():
            shared = shared[shared != column]
    return place[shared]


def _base(
    link: int, wide: Floats, common: Integers, columns: Integers, outcome: Floats, plain: Floats
) -> tuple[Floats, ...]:
    home = np.zeros(len(wide))
    if LINKS[link] == "identity":
        score, gram = outcome, plain
    else:
        held = np.concatenate([columns, common])
        design = wide[held].T
        fit = maximise(design, outcome, link=LINKS[link])
        if fit.converged and np.abs(design @ fit.coef).max() < _FAR:
            home[held] = fit.coef
        else:  # the fixed effects separate events from the rest: start from the mean
            home[0] = linear_predictor(LINKS[link], float(outcome.mean()))
        rows = row_terms(LINKS[link], home @ wide, outcome)
        score, gram = rows.score, quickest().pool_gram(wide, rows.observed)
    slopes = wide @ score
    fill, schur = _partial_out(gram, columns)
    lifted = np.linalg.pinv(gram[np.ix_(columns, columns)], rcond=1e-12, hermitian=True) @ slopes[columns]
    return home, schur, slopes - fill.T @ slopes[columns], lifted, fill


def _null(plan: Plan) -> dict[int, float]:
    y, n = plan.outcome, len(plan.outcome)
    found = {}
    for link in map(int, np.unique(plan.link)):
        if LINKS[link] == "identity":
            found[link] = -n / 2 * (float(np.log(2 * np.pi * np.mean((y - y.mean()) ** 2))) + 1)
        else:
            share = float(y.mean())
            found[link] = n * (share * float(np.log(share)) + (1 - share) * float(np.log(1 - share)))
    return found
