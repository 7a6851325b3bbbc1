"""What is to be run: what was chosen for each of many models, and, by number, which columns of a pool it has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from sahelkit._types import Floats, Ints32
from sahelkit.errors import ModelError, OptionError, UnknownNameError, is_known
from sahelkit.estimation.many.effects import Block
from sahelkit.estimation.many.roles import Roles, control_sets
from sahelkit.estimation.many.sample import Sample

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


@dataclass(frozen=True)
class Choices:
    """What was chosen for each model.

    Attributes
    ----------
    roles : Roles
    effects, links : tuple of str
        Fixed effects and links, in the order of their numbers.
    sets : tuple of tuples of str
        Combinations of doubtful controls, in the order of their numbers.
    focus, effect, link, controls : arrays of int, shape (M,)
        Numbers of each model's focus variable, effects, link and combination.
    """

    roles: Roles
    effects: tuple[str, ...]
    links: tuple[str, ...]
    sets: tuple[tuple[str, ...], ...] = field(repr=False)
    focus: Ints32 = field(repr=False)
    effect: Ints32 = field(repr=False)
    link: Ints32 = field(repr=False)
    controls: Ints32 = field(repr=False)

    def __len__(self) -> int:
        """Models."""
        return len(self.focus)

    def take(self, rows: npt.NDArray[np.intp]) -> Choices:
        """Some of the models, in the order given."""
        numbers = {name: getattr(self, name)[rows] for name in ("focus", "effect", "link", "controls")}
        return replace(self, **numbers)

    def sizes(self) -> npt.NDArray[np.intp]:
        """Doubtful controls of each model, shape (M,)."""
        return np.array([len(chosen) for chosen in self.sets], dtype=np.intp)[self.controls]


def choose(
    roles: Roles,
    sizes: Sequence[int],
    exclusive: Sequence[frozenset[str]],
    *,
    effects: Sequence[str],
    links: Sequence[str],
    absorbed: Mapping[str, frozenset[str]],
) -> Choices:
    """List all models: by effects, link, focus variable, and combination.

    Parameters
    ----------
    roles, sizes, exclusive
        As in `sahelkit.estimation.many.roles.control_sets`.
    effects, links : sequence of str
    absorbed : dict of str to frozenset of str
        By effects: the columns that the dummies absorb. A model with an absorbed control would repeat the one without
        it, and an absorbed focus variable has no coefficient: neither is made.
    """
    among = [group for group in exclusive if len(group & set(roles.doubtful)) > 1]
    sets = tuple(control_sets(roles, sizes, among, ""))
    parts: list[npt.NDArray[np.intp]] = []
    for place, name in enumerate(effects):
        gone = absorbed[name]
        free = np.array([not gone & set(chosen) for chosen in sets], dtype=bool)
        for link in range(len(links)):
            for number, focus in enumerate(roles.focus):
                if focus in gone:
                    continue
                rivals = {member for group in exclusive if focus in group for member in group} - {focus}
                able = free & np.array([not rivals & set(chosen) for chosen in sets]) if rivals else free
                found = np.flatnonzero(able)
                parts.append(np.column_stack([np.full((len(found), 3), (number, place, link)), found]))
    table = np.concatenate(parts) if parts else np.zeros((0, 4), dtype=np.intp)
    focus_, effect, link_, controls = table.astype(np.int32).T
    return Choices(roles, tuple(effects), tuple(links), sets, focus_, effect, link_, controls)


def plan_of(choices: Choices, sample: Sample, block: Block, *, keep: tuple[str, ...] = ()) -> Plan:
    """Plan of models that share one block of fixed effects.

    Parameters
    ----------
    choices : Choices
        Models, all with the effects of `block`.
    sample : Sample
    block : Block
    keep : tuple of str
        As in `Plan`.
    """
    roles = choices.roles
    names = list(dict.fromkeys((*roles.free, *roles.doubtful, *roles.focus)))
    number = {name: place + 1 for place, name in enumerate(names)}
    dummies = range(len(names) + 1, len(names) + 1 + block.dummies.shape[1])
    rows = int(block.keep.sum())
    pool = np.column_stack([np.ones(rows), *(sample.columns[name][block.keep] for name in names), block.dummies])
    free = [number[name] for name in roles.free if name not in block.absorbed]
    sets = [[number[name] for name in chosen if number[name] not in free] for chosen in choices.sets]
    width = max(len(chosen) for chosen in sets)
    wide = np.full((len(sets), width), -1, dtype=np.int32)
    for place, chosen in enumerate(sets):
        wide[place, : len(chosen)] = chosen
    focus = np.array([number[name] for name in roles.focus], dtype=np.int32)
    count = len(choices)
    models = np.column_stack(
        [
            np.zeros(count, dtype=np.int32),
            focus[choices.focus],
            np.tile(np.array(free, dtype=np.int32), (count, 1)),
            wide[choices.controls],
        ]
    )
    link = np.array([LINKS.index(name) for name in choices.links], dtype=np.int8)[choices.link]
    return Plan(
        pool=np.asfortranarray(pool),
        names=("1", *names, *(f"effect {place}" for place in range(1, len(dummies) + 1))),
        outcome=sample.outcome[block.keep],
        groups=sample.groups[block.keep],
        models=models,
        effect_sets=(tuple(dummies),),
        link=link,
        keep=keep,
    )
