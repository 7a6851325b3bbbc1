"""What is to be run: a pool of columns, and for each of many models the numbers of its columns."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sahelkit._types import Floats
from sahelkit.errors import ModelError, OptionError, UnknownNameError, is_known

LINKS = ("logit", "cloglog", "identity")
KEEP = ("all_coefficients", "columns")
_AT_ONCE = 100_000  # models whose column numbers are checked at a time


@dataclass(frozen=True)
class Plan:
    """Models that share one sample.

    Attributes
    ----------
    pool : array, shape (n, p)
        Every column that a model may use; column 0 is 1 everywhere. Dummies of fixed effects are columns too.
    names : tuple of str, length p
        Their names.
    outcome : array, shape (n,)
        0 and 1; any real number when all links are ``"identity"``.
    groups : array of int, shape (n,)
        Cluster of each row; any whole numbers.
    models : array of int, shape (M, k)
        Column numbers of each model, padded with -1 at the end. Position 0 is the intercept, column 0; position 1
        the focus column. Columns of fixed effects are not listed here.
    effects : array of int, shape (M,)
        Which of `effect_sets` the model has; the first for all models when absent.
    effect_sets : tuple of tuples of int
        Columns of each block of fixed effects; one empty block when absent.
    link : array of int, shape (M,)
        Number of the link in ``("logit", "cloglog", "identity")``; logit for all models when absent.
    keep : tuple of str
        What else to store of each model: ``"all_coefficients"``, ``"columns"``.

    Raises
    ------
    OptionError
        If the shapes do not fit together, or a model names a column that does not exist, or one twice.
    ModelError
        If a value is NA or infinite, a used column never varies, the outcome never varies or is not 0 and 1, or
        there is one cluster only.

    Examples
    --------
    >>> x = np.column_stack([np.ones(6), [0.0, 1, 0, 1, 0, 1], [1.0, 2, 3, 3, 2, 1]])
    >>> plan = Plan(x, ("1", "near", "growth"), [0, 1, 0, 0, 1, 1], [1, 1, 2, 2, 3, 3], [[0, 1, -1], [0, 1, 2]])
    >>> len(plan)
    2
    """

    pool: Floats
    names: tuple[str, ...]
    outcome: Floats
    groups: npt.NDArray[np.intp]
    models: npt.NDArray[np.int32]
    effects: npt.NDArray[np.int32] = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    effect_sets: tuple[tuple[int, ...], ...] = ((),)
    link: npt.NDArray[np.int8] = field(default_factory=lambda: np.zeros(0, dtype=np.int8))
    keep: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.models)
        for name, value in {
            "pool": np.asfortranarray(self.pool, dtype=np.float64),
            "names": tuple(map(str, self.names)),
            "outcome": np.ascontiguousarray(self.outcome, dtype=np.float64),
            "groups": np.unique(np.asarray(self.groups), return_inverse=True)[1].reshape(-1).astype(np.intp),
            "models": np.ascontiguousarray(self.models, dtype=np.int32),
            "effects": _per_model(self.effects, count, np.int32),
            "link": _per_model(self.link, count, np.int8),
            "effect_sets": tuple(tuple(int(column) for column in block) for block in self.effect_sets),
            "keep": tuple(self.keep),
        }.items():
            object.__setattr__(self, name, value)
        _check_shapes(self)
        _check_models(self)
        _check_values(self)

    def __len__(self) -> int:
        """Models."""
        return len(self.models)


def _per_model(values: npt.ArrayLike, count: int, dtype: npt.DTypeLike) -> npt.NDArray[np.int32]:
    given = np.asarray(values)
    return np.zeros(count, dtype=dtype) if given.size == 0 else np.ascontiguousarray(given, dtype=dtype)


def _check_shapes(plan: Plan) -> None:
    if plan.pool.ndim != 2 or plan.models.ndim != 2 or plan.models.shape[1] < 2 or len(plan) == 0:
        raise OptionError(
            "models", plan.models.shape, "a plan needs a pool (n, p) and at least one model of an intercept and a focus"
        )
    rows, columns = plan.pool.shape
    for name, have, want in (
        ("names", len(plan.names), columns),
        ("outcome", len(plan.outcome), rows),
        ("groups", len(plan.groups), rows),
        ("effects", len(plan.effects), len(plan)),
        ("link", len(plan.link), len(plan)),
    ):
        if have != want:
            raise OptionError(name, have, f"its length must be {want}")
    for word in plan.keep:
        if not is_known(word, KEEP):
            raise UnknownNameError("column to keep", word, KEEP)


def _check_models(plan: Plan) -> None:
    columns = plan.pool.shape[1]
    _within("link", plan.link, len(LINKS))
    _within("effects", plan.effects, len(plan.effect_sets))
    blocks = [np.zeros(columns, dtype=bool) for _ in plan.effect_sets]
    for block, listed in zip(blocks, plan.effect_sets, strict=True):
        _within("effect_sets", listed, columns)
        block[list(listed)] = True
        if block.sum() != len(listed) or block[0]:
            raise OptionError("effect_sets", listed, "a block names each of its columns once, and not the intercept")
    inside = np.array(blocks)
    for begin in range(0, len(plan), _AT_ONCE):
        part = plan.models[begin : begin + _AT_ONCE]
        used = part >= 0
        wrong = (
            (part >= columns).any(axis=1)
            | (part < -1).any(axis=1)
            | (part[:, 0] != 0)
            | (part[:, 1] < 1)
            | (used[:, 1:] & ~used[:, :-1]).any(axis=1)
        )
        ordered = np.sort(part, axis=1)
        wrong |= ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)).any(axis=1)
        in_block = inside[plan.effects[begin : begin + _AT_ONCE, None], np.clip(part, 0, columns - 1)] & used
        wrong |= in_block.any(axis=1)
        if wrong.any():
            first = begin + int(np.argmax(wrong))
            raise OptionError(
                f"models[{first}]",
                plan.models[first].tolist(),
                f"a model is the intercept 0, a focus column and others below {columns}, each once, none of its "
                "fixed effects, padded with -1 at the end",
            )


def _within(what: str, values: npt.ArrayLike, limit: int) -> None:
    given = np.asarray(values)
    if given.size and not (given.min() >= 0 and given.max() < limit):
        raise OptionError(what, given[(given < 0) | (given >= limit)][0], f"the numbers run from 0 to {limit - 1}")


def _check_values(plan: Plan) -> None:
    bad: npt.NDArray[np.bool_] = np.asarray(~np.isfinite(plan.pool).all(axis=0))
    if bad.any():
        raise ModelError(f"NA or infinite values in {_named(plan, bad)}: leave out these rows or columns first")
    if not np.isfinite(plan.outcome).all():
        raise ModelError("NA or infinite values in the outcome: leave out these rows first")
    used = used_columns(plan)
    flat: npt.NDArray[np.bool_] = np.asarray((plan.pool == plan.pool[0]).all(axis=0))
    if not (flat[0] and plan.pool[0, 0] == 1.0):
        raise OptionError("pool", plan.names[0], "column 0 must be the intercept, 1 in every row")
    flat[0] = False
    flat &= used
    if flat.any():
        raise ModelError(f"never varies in these rows: {_named(plan, flat)}. Leave it out of the models")
    if (plan.outcome == plan.outcome[0]).all():
        raise ModelError(f"the outcome is {plan.outcome[0]:g} in every row: there is nothing to explain")
    if (plan.link < LINKS.index("identity")).any() and not np.isin(plan.outcome, (0.0, 1.0)).all():
        raise ModelError("the outcome of a logit or cloglog model must be 0 or 1")
    if plan.groups.max() < 1:
        raise ModelError("there is one cluster only: errors cannot be clustered. Use more countries")


def used_columns(plan: Plan) -> npt.NDArray[np.bool_]:
    """Which columns of the pool at least one model has, shape (p,)."""
    used = np.zeros(plan.pool.shape[1], dtype=bool)
    used[0] = True
    used[plan.models[plan.models > 0]] = True
    for number in np.unique(plan.effects):
        used[list(plan.effect_sets[number])] = True
    return used


def _named(plan: Plan, which: npt.NDArray[np.bool_], *, most: int = 12) -> str:
    found = [plan.names[column] for column in np.flatnonzero(which)]
    more = f" and {len(found) - most} others" if len(found) > most else ""
    return ", ".join(map(repr, found[:most])) + more


def columns_of(plan: Plan, model: int) -> Sequence[int]:
    """Columns of one model: intercept, focus, others, fixed effects."""
    own: Collection[int] = plan.models[model][plan.models[model] >= 0].tolist()
    return [*own, *plan.effect_sets[int(plan.effects[model])]]
