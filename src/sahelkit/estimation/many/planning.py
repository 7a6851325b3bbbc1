"""From roles and choices to plans: which columns each model holds, block by block of fixed effects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from sahelkit._types import Ints32
from sahelkit.estimation.many.combine import control_sets
from sahelkit.estimation.many.effects import Block
from sahelkit.estimation.many.plan import LINKS, Plan
from sahelkit.estimation.many.roles import Roles
from sahelkit.estimation.many.sample import Sample


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
        return Choices(
            self.roles,
            self.effects,
            self.links,
            self.sets,
            self.focus[rows],
            self.effect[rows],
            self.link[rows],
            self.controls[rows],
        )

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
        As in `sahelkit.estimation.many.combine.control_sets`.
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
        As in `sahelkit.estimation.many.plan.Plan`.
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
