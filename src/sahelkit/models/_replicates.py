"""Many random replicates of one task, the same whatever the number of processes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import numpy as np

from sahelkit._options import check_options

T = TypeVar("T")
# Replicates sent to a process at once: enough that sending costs little beside them.
_BATCH = 20


def on_one_thread(task: Callable[..., T], *arguments: Any, **options: Any) -> T:
    """Call a task with one thread for linear algebra, as joblib's own processes have.

    With several threads products are summed in another order, so that the last digits would tell whether a task ran
    in a process of its own.

    Examples
    --------
    >>> on_one_thread(max, 1, 2)
    2
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):
        return task(*arguments, **options)


def _batch(task: Callable[[np.random.Generator], T], seeds: Sequence[np.random.SeedSequence]) -> list[T]:
    return [task(np.random.default_rng(seed)) for seed in seeds]


def replicate(
    task: Callable[[np.random.Generator], T], number: int, *, seed: int | None, n_jobs: int | None
) -> list[T]:
    """Run a task on independent random streams.

    Parameters
    ----------
    task : callable
        Takes a generator of random numbers; must be picklable to run in several processes.
    number : int
        Replicates, at least 1.
    seed : int or None
        The replicate k draws from the k-th stream spawned from it, in whatever process it runs. None: a new seed.
    n_jobs : int or None
        Processes, as joblib counts them. None leaves the choice to ``joblib.parallel_config``, so that a Dask
        cluster set there does the work.

    Raises
    ------
    OptionError
        If `number` is not a whole number of at least 1.

    Examples
    --------
    >>> from operator import methodcaller
    >>> coin = methodcaller("integers", 0, 2)
    >>> flips = replicate(coin, 30, seed=1, n_jobs=1)
    >>> flips == replicate(coin, 40, seed=1, n_jobs=1)[:30], len(set(map(int, flips)))
    (True, 2)
    """
    from joblib import Parallel, delayed

    check_options(n_boot=number, seed=seed, n_jobs=n_jobs)

    seeds = np.random.SeedSequence(seed).spawn(int(number))
    batches = [seeds[first : first + _BATCH] for first in range(0, len(seeds), _BATCH)]
    done = Parallel(n_jobs=n_jobs)(delayed(on_one_thread)(_batch, task, batch) for batch in batches)
    return [result for batch in cast("list[list[T]]", done) for result in batch]
