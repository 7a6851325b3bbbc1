"""Exact simulation, given a history: by clusters of offspring, many paths at once, or by thinning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sahelkit._types import Floats, Ints
from sahelkit.errors import ModelError
from sahelkit.estimation.hawkes.integral import Process
from sahelkit.estimation.hawkes.observed import Windows

# More events than this per path and country mean that the process has no finite size.
_TOO_MANY = 20_000


@dataclass(frozen=True)
class Marked:
    """Events with their marks, in no order.

    Attributes
    ----------
    path : array of int, shape (K,)
        Which simulated world the event belongs to.
    place : array of int, shape (K,)
        Position of the country.
    time : array, shape (K,)
        Years since 1970.
    own_mark, cross_mark : arrays, shape (K,)
        What the event counts for at home and abroad.
    """

    path: Ints
    place: Ints
    time: Floats
    own_mark: Floats
    cross_mark: Floats

    def __len__(self) -> int:
        return len(self.time)

    def pick(self, rows: Ints) -> Marked:
        """Some of the events."""
        return Marked(self.path[rows], self.place[rows], self.time[rows], self.own_mark[rows], self.cross_mark[rows])

    @staticmethod
    def joined(parts: list[Marked]) -> Marked:
        """Events of several lists."""
        names = ("path", "place", "time", "own_mark", "cross_mark")
        return Marked(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


@dataclass(frozen=True)
class Segments:
    """Stretches of constant baseline rate of one country each, between `start` and `end`, shape (S,) each."""

    place: Ints
    start: Floats
    end: Floats
    rate: Floats


def segments(process: Process, windows: Windows, start: float, end: float) -> Segments:
    """Cut the observed time of each country from `start` to `end` where its baseline changes.

    Beyond the grid of the baseline the rate of the nearest period holds.
    """
    edges = process.baseline.edges.copy()
    edges[0], edges[-1] = min(edges[0], start), max(edges[-1], end)
    rates = process.baseline.rates(process.point.coef)
    begin = np.maximum(np.maximum(windows.start, start)[:, None], edges[:-1])
    finish = np.minimum(np.minimum(windows.end, end)[:, None], edges[1:])
    window, column = np.nonzero(begin < finish)
    place = windows.place[window]
    return Segments(place, begin[window, column], finish[window, column], rates[place, column])


def _new(path: Ints, place: Ints, time: Floats, marks: Floats, rng: np.random.Generator) -> Marked:
    drawn = marks[rng.integers(0, len(marks), len(time))] if len(marks) > 1 else np.repeat(marks, len(time), axis=0)
    return Marked(path, place, time, drawn[:, 0], drawn[:, 1])


def immigrants(stretches: Segments, n_paths: int, marks: Floats, rng: np.random.Generator) -> Marked:
    """Events of the baseline: a Poisson process on each stretch.

    Parameters
    ----------
    stretches : Segments
    n_paths : int
    marks : array, shape (M, 2)
        Own and cross marks from which each new event draws one row.
    rng : numpy.random.Generator
    """
    mean = stretches.rate * (stretches.end - stretches.start)
    number = rng.poisson(mean * n_paths)
    at = np.repeat(np.arange(len(mean)), number)
    time = rng.uniform(stretches.start[at], stretches.end[at])
    return _new(rng.integers(0, n_paths, len(at)), stretches.place[at], time, marks, rng)


def offspring(
    process: Process,
    parents: Marked,
    windows: Windows,
    start: float,
    end: float,
    marks: Floats,
    rng: np.random.Generator,
    *,
    copies: int = 0,
) -> Marked:
    """Events that the parents set off directly, between `start` and `end`, in the windows of their countries.

    Parameters
    ----------
    process : Process
    parents : Marked
    windows : Windows
    start, end : float
        Years since 1970.
    marks : array, shape (M, 2)
        As in `immigrants`.
    rng : numpy.random.Generator
    copies : int
        When above 0 the parents happened in each of that many paths, whatever their own path: a common history.
    """
    point, kernel, weights = process.point, process.kernel, process.weights
    given = weights.sum(axis=0)
    born = []
    for cross, pull, lag in (
        (False, point.own * parents.own_mark, point.own_lag),
        (True, point.cross * parents.cross_mark * given[parents.place], point.cross_lag),
    ):
        young = kernel.mass(np.maximum(start - parents.time, 0.0) / lag)
        old = kernel.mass(np.maximum(end - parents.time, 0.0) / lag)
        number = rng.poisson(pull * (old - young) * max(copies, 1))
        parent = np.repeat(np.arange(len(parents)), number)
        share = rng.random(len(parent))
        age = lag * kernel.quantile(young[parent] + share * (old - young)[parent])
        place = parents.place[parent]
        if cross and len(parent):
            ladder = np.cumsum(weights, axis=0) / np.where(given > 0, given, 1.0)
            step = rng.random(len(parent))
            place = np.argmax(step < ladder[:, place], axis=0)
        path = rng.integers(0, copies, len(parent)) if copies else parents.path[parent]
        born.append(_new(path, place, parents.time[parent] + age, marks, rng))
    children = Marked.joined(born)
    inside = windows.holds(children.time, children.place) & (children.time > start) & (children.time <= end)
    return children.pick(np.flatnonzero(inside))


def branch(
    process: Process,
    windows: Windows,
    history: Marked,
    *,
    start: float,
    end: float,
    n_paths: int,
    rng: np.random.Generator,
    marks: Floats | None = None,
    baseline: bool = True,
) -> Marked:
    """Continue a history by clusters: baseline events, their offspring, the offspring of these, and so on.

    The process is linear, so that a path is the sum of independent clusters, one per baseline event and one per event
    of the history. With ``baseline=False`` only the clusters of `history` are drawn: what these events add.

    Parameters
    ----------
    process : Process
    windows : Windows
        When each country can have events.
    history : Marked
        Events before `start`, common to all paths.
    start, end : float
        Years since 1970.
    n_paths : int
    rng : numpy.random.Generator
    marks : array, shape (M, 2), optional
        Own and cross marks that new events draw from; 1 and 1 when absent.
    baseline : bool
        Whether the baseline sets off events.

    Returns
    -------
    Marked
        The events after `start`.

    Raises
    ------
    ModelError
        If the number of events runs away.

    References
    ----------
    Hawkes, A. G., & Oakes, D. (1974). A cluster process representation of a self-exciting process. Journal of Applied
    Probability, 11(3), 493-503. https://doi.org/10.2307/3212693
    """
    pool = np.ones((1, 2)) if marks is None else marks
    found = [offspring(process, history, windows, start, end, pool, rng, copies=n_paths)]
    if baseline:
        found.append(immigrants(segments(process, windows, start, end), n_paths, pool, rng))
    young = Marked.joined(found)
    limit = _TOO_MANY * n_paths * len(process.weights)
    born = [young]
    while len(young):
        young = offspring(process, young, windows, start, end, pool, rng)
        born.append(young)
        if sum(map(len, born)) > limit:
            raise _runaway(process)
    return Marked.joined(born)


def _runaway(process: Process) -> ModelError:
    return ModelError(
        f"the simulated events run away: one event sets off {process.point.own:.2f} at home and "
        f"{process.point.cross:.2f} abroad. Shorten the window, or use parameters whose branching ratio is below 1"
    )


def thin(
    process: Process,
    windows: Windows,
    history: Marked,
    *,
    start: float,
    end: float,
    rng: np.random.Generator,
    marks: Floats | None = None,
) -> Marked:
    """Continue a history by thinning: candidates at a rate never below the intensity, each kept with its share of it.

    Slower than `branch` and free of its argument; the two agree in distribution.

    Parameters
    ----------
    process, windows, history, start, end, rng, marks
        As in `branch`.

    Returns
    -------
    Marked
        The events of one path after `start`.

    Raises
    ------
    ModelError
        If the number of events runs away.

    References
    ----------
    Ogata, Y. (1981). On Lewis' simulation method for point processes. IEEE Transactions on Information Theory, 27(1),
    23-31. https://doi.org/10.1109/TIT.1981.1056305
    """
    pool = np.ones((1, 2)) if marks is None else marks
    stretches = segments(process, windows, start, end)
    breaks = np.unique(np.concatenate([stretches.start, stretches.end, [start, end]]))
    events = history
    n_old = len(history)
    now, n = start, len(process.weights)
    for stop in breaks[breaks > start]:
        alive = (stretches.start <= now) & (stretches.end >= stop)
        rate = np.bincount(stretches.place[alive], stretches.rate[alive], n)
        open_now = np.bincount(stretches.place[alive], minlength=n) > 0
        while True:
            # Every kernel falls with age, so that the intensity now bounds it until the next event or break.
            bound = float((rate + open_now * _pulled(process, events, now)).sum())
            now = now + rng.exponential(1.0 / bound) if bound > 0 else stop
            if now >= stop:
                now = float(stop)
                break
            intensity = rate + open_now * _pulled(process, events, now)
            ladder = np.cumsum(intensity)
            draw = rng.random() * bound
            if draw < ladder[-1]:
                place = np.array([np.searchsorted(ladder, draw, side="right")], dtype=np.intp)
                new = _new(np.zeros(1, dtype=np.intp), place, np.array([now]), pool, rng)
                events = Marked.joined([events, new])
                if len(events) - n_old > _TOO_MANY * n:
                    raise _runaway(process)
    return events.pick(np.arange(n_old, len(events)))


def _pulled(process: Process, events: Marked, now: float) -> Floats:
    """Excitation of every country just after `now`, shape (n,)."""
    point, kernel = process.point, process.kernel
    age = np.maximum(now - events.time, 0.0)
    at_home = point.own * events.own_mark * kernel.shape(age / point.own_lag) / point.own_lag
    abroad = point.cross * events.cross_mark * kernel.shape(age / point.cross_lag) / point.cross_lag
    n = len(process.weights)
    return np.asarray(np.bincount(events.place, at_home, n) + process.weights @ np.bincount(events.place, abroad, n))
