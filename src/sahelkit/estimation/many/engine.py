"""Run all models of a plan in chunks, on this machine or on a cluster, and go on where a run was interrupted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor
from pathlib import Path
from typing import Any

import numpy as np

from sahelkit.errors import ModelError, OptionError
from sahelkit.estimation.many.chunk import Piece, fit_chunk
from sahelkit.estimation.many.plan import Plan
from sahelkit.estimation.many.prepare import Shared, prepare
from sahelkit.estimation.many.progress import watched
from sahelkit.estimation.many.storage import Folder, ModelTable, arrow_table
from sahelkit.estimation.replicates import on_one_thread
from sahelkit.options import check_options

# Changes when the same plan would give other numbers.
_EDITION = 2
# Models per chunk: about a second of work, so that sending costs little and an interruption loses little.
_CHUNK = 5_000


def run(
    plan: Plan,
    *,
    folder: str | Path | None = None,
    chunk: int = _CHUNK,
    n_jobs: int | None = 1,
    progress: bool | None = False,
) -> ModelTable:
    """Fit every model of a plan.

    The first call on a machine compiles for about 15 seconds; the code is kept in numba's cache. Where numba is not
    installed, plain NumPy gives the same numbers to ten digits, about twenty times as slowly.

    Parameters
    ----------
    plan : Plan
        Columns, outcome and models.
    folder : str or path, optional
        Where each finished chunk is written as a Parquet file. The same call with the same folder goes on where an
        earlier one stopped. Without it the table is held in memory, about 100 bytes per model.
    chunk : int
        Models fitted at a time in one process: the most that an interruption loses per process.
    n_jobs : int or None
        Processes, as joblib counts them. None leaves the choice to ``joblib.parallel_config``, so that a Dask
        cluster set there does the work. The numbers are the same, bit for bit, whatever the number of processes.
    progress : bool or None
        Whether to show a bar with the models per second and the time left; None shows it on a terminal.

    Returns
    -------
    ModelTable

    Raises
    ------
    OptionError
        If `chunk` is not a whole number of at least 1.
    ModelError
        If the fixed effects of a block are combinations of each other, or a local worker process is killed. (A Dask
        cluster does the work of a killed worker again.)
    OutputError
        If the folder cannot be written, or holds another run; the message names the difference.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = np.column_stack([np.ones(80), rng.normal(size=(80, 3))])
    >>> outcome = (rng.random(80) < 0.3).astype(float)
    >>> plan = Plan(x, ("1", "near", "growth", "war"), outcome, np.arange(80) % 8, [[0, 1, 2, -1], [0, 1, 2, 3]])
    >>> run(plan, n_jobs=1).to_frame(["model", "converged", "method"])
       model  converged method
    0      0       True     ml
    1      1       True     ml
    """
    check_options(n_jobs=n_jobs)
    if isinstance(chunk, bool) or not isinstance(chunk, (int, np.integer)) or chunk < 1:
        raise OptionError("chunk", chunk, "the models of a chunk are a whole number of at least 1")
    store = None if folder is None else Folder(Path(folder), fingerprint(plan, int(chunk))).open()
    pieces = [piece for piece in _pieces(plan, int(chunk)) if store is None or piece.number not in store.done]
    held: dict[int, dict[str, Any]] = {}
    left = sum(len(piece.models) for piece in pieces)
    with watched("models", total=len(plan), done=len(plan) - left, wanted=progress) as tell:
        for number, columns in _fitted(prepare(plan), pieces, plan.keep, n_jobs) if pieces else ():
            if store is None:
                held[number] = columns
            else:
                store.write(number, columns)
            tell(len(columns["model"]))
    if store is not None:
        return store.table()
    import pyarrow as pa
    import pyarrow.dataset as ds

    return ModelTable(ds.dataset(pa.concat_tables([arrow_table(held[number]) for number in sorted(held)])))


def fingerprint(plan: Plan, chunk: int) -> dict[str, Any]:
    """What makes a run what it is: hashes of its data and models, and its options."""
    return {
        "edition": _EDITION,
        "number of models": len(plan),
        "rows": len(plan.outcome),
        "pool": _digest(plan.pool.T),
        "names of columns": _digest(np.array(plan.names)),
        "outcome": _digest(plan.outcome),
        "clusters": _digest(plan.groups.astype(np.int64)),
        "models": _digest(plan.models),
        "sets of fixed effects": _digest(np.array(repr(plan.effect_sets))),
        "fixed effects": _digest(plan.effects),
        "links": _digest(plan.link),
        "keep": sorted(plan.keep),
        "chunk": chunk,
    }


def _digest(values: Any) -> str:
    given = np.ascontiguousarray(values)
    return hashlib.sha256(repr((given.shape, given.dtype.str)).encode() + given.tobytes()).hexdigest()


def _pieces(plan: Plan, chunk: int) -> Iterator[Piece]:
    for number, first in enumerate(range(0, len(plan), chunk)):
        part = slice(first, first + chunk)
        yield Piece(number, first, plan.models[part], plan.effects[part], plan.link[part])


def _one(shared: tuple[Shared], piece: Piece, keep: tuple[str, ...]) -> tuple[int, dict[str, Any]]:
    return piece.number, on_one_thread(fit_chunk, shared[0], piece, keep)


def _fitted(
    shared: Shared, pieces: list[Piece], keep: tuple[str, ...], n_jobs: int | None
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Finished chunks, in whatever order they come."""
    from joblib import Parallel, delayed

    # In a tuple, what is shared travels with each task. Dask would else keep it on one worker, and a run would end
    # with that worker.
    task = delayed(_one)
    parallel = Parallel(n_jobs=n_jobs, return_as="generator_unordered", batch_size=1)
    try:
        yield from parallel(task((shared,), piece, keep) for piece in pieces)
    except BrokenExecutor as error:
        raise ModelError(
            "a worker process has ended before its work was done, often for lack of memory. With folder= the finished "
            "chunks are kept: run the same call again, perhaps with a smaller n_jobs or chunk"
        ) from error
