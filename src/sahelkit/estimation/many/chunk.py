"""Fit a chunk of the models of a plan."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sahelkit.estimation.many.plain import CONVERGED, SINGULAR, quickest
from sahelkit.estimation.many.plan import LINKS
from sahelkit.estimation.many.prepare import Shared
from sahelkit.estimation.many.rescue import rescue

_PER_TERM = ("coef", "se", "se_cluster", "freedom", "vif")


class Piece(NamedTuple):
    """Part of a plan: its number, its first model, and per model the columns, the set of fixed effects and the link."""

    number: int
    first: int
    models: npt.NDArray[np.int32]
    effects: npt.NDArray[np.int32]
    link: npt.NDArray[np.int8]


def fit_chunk(shared: Shared, piece: Piece, keep: tuple[str, ...]) -> dict[str, Any]:
    """Columns of the result table for one chunk; lists are given as flat values and offsets."""
    count = len(piece.models)
    everything = "all_coefficients" in keep
    spare = max(len(shared.blocks[int(number)][0]) for number in np.unique(piece.effects)) - 1
    width = piece.models.shape[1] + spare if everything else 1
    found = {name: np.full((count, width), np.nan) for name in _PER_TERM}
    loglik = np.full(count, np.nan)
    status = np.zeros(count, dtype=np.int64)
    places = np.where(piece.models >= 0, shared.place[piece.models], -1)
    for number, link in sorted({*zip(piece.effects.tolist(), piece.link.tolist(), strict=True)}):
        rows = np.flatnonzero((piece.effects == number) & (piece.link == link))
        columns, runs, plain = shared.blocks[number]
        out = (*(np.empty((len(rows), width)) for _ in found), np.empty(len(rows)), np.empty(len(rows), dtype=np.int64))
        quickest().fit_many(
            link,
            shared.wide,
            shared.shift,
            shared.scale,
            shared.outcome,
            shared.events,
            np.zeros(0, dtype=np.int64) if LINKS[link] == "identity" else shared.held,
            len(shared.groups) - 1 if LINKS[link] == "identity" else shared.holders,
            shared.groups,
            columns,
            runs,
            shared.bases[number, link],
            plain,
            np.ascontiguousarray(places[rows]),
            out,
        )
        for values, part in zip([*found.values(), loglik, status], out, strict=True):
            values[rows] = part
    method = np.zeros(count, dtype=np.int8)
    separated = np.zeros(count, dtype=bool)
    converged = status == CONVERGED
    for row in np.flatnonzero(~converged & (status != SINGULAR)):
        columns = shared.blocks[int(piece.effects[row])][0]
        own = places[row][places[row] >= 0]
        used = np.concatenate([own, columns[1:]])
        design = (shared.wide[used] * shared.scale[used, None] + shared.shift[used, None]).T
        groups = np.repeat(np.arange(len(shared.groups) - 1), np.diff(shared.groups))
        fit = rescue(design, shared.outcome, groups, link=LINKS[piece.link[row]])
        wanted = slice(None) if everything else slice(1, 2)
        for name in ("coef", "se", "se_cluster", "freedom"):
            kept = getattr(fit, name)[wanted]
            found[name][row, : len(kept)] = kept
        loglik[row], converged[row], separated[row] = fit.loglik, fit.converged, fit.separated
        method[row] = fit.separated
    _forget(shared, piece, places, found)
    focus = 1 if everything else 0
    null = np.array([shared.null[int(link)] for link in piece.link])
    table: dict[str, Any] = {
        "model": np.arange(piece.first, piece.first + count, dtype=np.int64),
        "focus": piece.models[:, 1],
        "link": piece.link,
        "effects": piece.effects,
        **{name: np.ascontiguousarray(found[name][:, focus]) for name in ("coef", "se", "se_cluster", "freedom")},
        "n": np.full(count, len(shared.outcome), dtype=np.int32),
        "events": np.full(count, len(shared.events), dtype=np.int32),
        "loglik": loglik,
        "lri": 1.0 - loglik / null,
        "vif": np.ascontiguousarray(found["vif"][:, focus]),
        "converged": converged,
        "separated": separated,
        "singular": status == SINGULAR,
        "method": method,
    }
    return table | (_lists(shared, piece, found if everything else {}) if keep else {})


def _forget(shared: Shared, piece: Piece, places: npt.NDArray[np.int64], found: dict[str, Any]) -> None:
    """Take away the clustered errors of columns that one cluster alone knows of."""
    errors = [found["se_cluster"], found["freedom"]]
    for number in map(int, np.unique(piece.effects)):
        lone, effects = shared.lone[number], shared.blocks[number][0][1:]
        rows = np.flatnonzero(piece.effects == number)
        gone = (places[rows] >= 0) & lone[places[rows]]
        if errors[0].shape[1] == 1:  # the focus alone is kept
            gone = gone[:, 1:2]
        else:
            size = (places[rows] >= 0).sum(axis=1)
            gone = np.pad(gone, ((0, 0), (0, errors[0].shape[1] - gone.shape[1])))
            for place in np.flatnonzero(lone[effects]):
                gone[np.arange(len(rows)), size + place] = True
        at, column = np.nonzero(gone)
        for values in errors:
            values[rows[at], column] = np.nan


def _lists(shared: Shared, piece: Piece, found: dict[str, npt.NDArray[np.float64]]) -> dict[str, Any]:
    """What is kept of every column of a model: (offsets, values) of lists of different lengths."""
    pool_column = np.flatnonzero(shared.place >= 0)
    own = (piece.models >= 0).sum(axis=1)
    effects = {number: pool_column[block[0][1:]] for number, block in shared.blocks.items()}
    sizes = own + np.array([len(effects[int(number)]) for number in piece.effects])
    offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    names = [
        np.concatenate([model[:length], effects[int(number)]])
        for model, length, number in zip(piece.models, own, piece.effects, strict=True)
    ]
    lists: dict[str, Any] = {"columns": (offsets, np.concatenate(names).astype(np.int32))}
    for name, values in found.items():
        inside = np.arange(values.shape[1]) < sizes[:, None]
        lists[f"all_{name}"] = (offsets, values[inside])
    return lists
