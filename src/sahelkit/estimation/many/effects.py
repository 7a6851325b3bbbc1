"""Fixed effects: which dummies a block of models has, which rows it can use, and what the dummies absorb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sahelkit._types import Floats
from sahelkit.errors import ModelError, UnknownNameError
from sahelkit.estimation.design import repeated_columns
from sahelkit.estimation.many.sample import Sample

BUILT_IN = ("decade", "5-year", "year", "country")
NONE = "none"
# A column of which less than this share (squared length) is left beside the dummies is absorbed by them.
_ABSORBED = 1e-9


@dataclass(frozen=True)
class Block:
    """Fixed effects, on the rows that can say something beside them.

    Attributes
    ----------
    name : str
        Such as ``"country+decade"``.
    keep : array of bool, shape (n,)
        Rows of the sample. A period or country without an event (or without a non-event) leaves: its own effect has
        no finite estimate, and at its limit its rows add nothing to the likelihood.
    dummies : array, shape (kept rows, d)
    absorbed : frozenset of str
        Columns that are combinations of the dummies, such as a lasting trait of a country beside country effects.
    """

    name: str
    keep: npt.NDArray[np.bool_]
    dummies: Floats
    absorbed: frozenset[str]


def effect_parts(name: str) -> tuple[str, ...]:
    """Parts of a name of fixed effects.

    Examples
    --------
    >>> effect_parts("country + decade"), effect_parts("none")
    (('country', 'decade'), ())
    """
    parts = tuple(part.strip() for part in name.split("+"))
    return () if parts == (NONE,) else parts


def extra_labels(effects: Sequence[str], columns: Sequence[str]) -> tuple[str, ...]:
    """Columns of the frame that serve as fixed effects.

    Raises
    ------
    UnknownNameError
        If a part is neither built in nor a column.
    """
    found = []
    for name in effects:
        for part in effect_parts(name):
            if part in BUILT_IN:
                continue
            if part not in columns:
                raise UnknownNameError(
                    "fixed effect",
                    part,
                    {NONE, *BUILT_IN, *columns},
                    repair="Name a column of the frame, or join two with a plus: 'country+decade'",
                )
            found.append(part)
    return tuple(dict.fromkeys(found))


def block_of(name: str, sample: Sample, *, binary: bool) -> Block:
    """Make the dummies of one kind of fixed effects.

    Parameters
    ----------
    name : str
    sample : Sample
    binary : bool
        Whether the outcome is 0 and 1, so that effects without an event have no finite estimate.

    Raises
    ------
    ModelError
        If the sample has no such labels, or fewer than two events or countries are left.
    """
    parts = effect_parts(name)
    for part in parts:
        if part not in sample.labels:
            raise ModelError(f"effects {name!r}: the frame has no time or no cluster from which {part!r} could be made")
    keep = np.ones(len(sample.outcome), dtype=bool)
    if binary:
        keep = _informative(sample, parts)
    outcome, groups = sample.outcome[keep], sample.groups[keep]
    if binary and (keep.sum() < 10 or outcome.sum() < 2 or len(np.unique(groups)) < 2):
        raise ModelError(f"effects {name!r} leave {int(outcome.sum())} events in {int(keep.sum())} rows: too few")
    columns = [np.ones(int(keep.sum()))]
    for part in parts:
        labels = sample.labels[part][keep]
        columns += [(labels == level).astype(float) for level in np.unique(labels)[1:]]
    names = tuple(str(place) for place in range(len(columns)))
    repeated = set(repeated_columns(np.column_stack(columns), names))
    wide = np.column_stack([column for place, column in zip(names, columns, strict=True) if place not in repeated])
    absorbed = _absorbed(wide, {key: column[keep] for key, column in sample.columns.items()})
    return Block(name, keep, np.asfortranarray(wide[:, 1:]), absorbed)


def with_columns(block: Block, columns: Mapping[str, Floats]) -> Block:
    """The block when some columns of the sample are others, and neither outcome nor labels are.

    Parameters
    ----------
    block : Block
    columns : dict of str to array, shape (n,)
        The columns that are others.
    """
    wide = np.column_stack([np.ones(len(block.dummies)), block.dummies])
    new = _absorbed(wide, {name: column[block.keep] for name, column in columns.items()})
    return replace(block, absorbed=(block.absorbed - set(columns)) | new)


def _informative(sample: Sample, parts: Sequence[str]) -> npt.NDArray[np.bool_]:
    keep = np.ones(len(sample.outcome), dtype=bool)
    while True:
        before = int(keep.sum())
        for part in parts:
            labels = sample.labels[part]
            size = int(labels.max()) + 1
            rows = np.bincount(labels[keep], minlength=size)
            events = np.bincount(labels[keep], weights=sample.outcome[keep], minlength=size)
            keep &= ((events > 0) & (events < rows))[labels]
        if keep.sum() == before:
            return keep


def _absorbed(wide: Floats, columns: dict[str, Floats]) -> frozenset[str]:
    basis = np.linalg.qr(wide)[0]
    found = []
    for name, column in columns.items():
        centred = column - column.mean()
        whole = float(centred @ centred)
        left = centred - basis @ (basis.T @ centred)
        if whole == 0 or float(left @ left) < _ABSORBED * whole:
            found.append(name)
    return frozenset(found)
