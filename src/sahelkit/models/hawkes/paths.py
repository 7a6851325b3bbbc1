"""Simulated worlds as tables of events."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit._types import Bools, DateLike, Floats
from sahelkit.dates import parse_date
from sahelkit.errors import DateError, UnknownNameError, is_known
from sahelkit.estimation.hawkes.observed import DAYS_PER_YEAR, Windows, days, years
from sahelkit.estimation.hawkes.simulate import Marked, branch, thin
from sahelkit.frames import FrameLike
from sahelkit.models.hawkes.observing import dated
from sahelkit.models.hawkes.result import HawkesFit, check_fit
from sahelkit.options import check_options

Method: TypeAlias = Literal["clusters", "thinning"]
METHODS: tuple[Method, ...] = get_args(Method)


def marked(time: Floats, place: npt.NDArray[np.intp], own_mark: Floats, cross_mark: Floats) -> Marked:
    """Events of the one true path."""
    return Marked(np.zeros(len(time), dtype=np.intp), place, time, own_mark, cross_mark)


def history_of(fit: HawkesFit, old: Bools) -> Marked:
    """Some of the events of a fit, as what is given to simulated paths."""
    o = fit.observed
    return marked(o.time[old], o.place[old], o.own_mark[old], o.cross_mark[old])


def mark_pool(fit: HawkesFit) -> Floats:
    """Marks that simulated events draw from: the pairs of the events explained, shape (M, 2)."""
    o = fit.observed
    pairs = np.column_stack([o.own_mark, o.cross_mark])[o.counted]
    return pairs[:1] if (pairs == pairs[0]).all() else pairs


def extended(windows: Windows, until: float) -> Windows:
    """Windows that last to the end of observation, carried on until a later time."""
    final = windows.end == windows.end.max()
    return replace(windows, end=np.where(final, np.maximum(windows.end, until), windows.end))


def _given(history: pd.DataFrame, fit: HawkesFit, before: float) -> Marked:
    history = dated(history, where="simulate_hawkes(history=)")
    place = pd.Index(fit.countries).get_indexer(history["iso3"]).astype(np.intp)
    time = years(history["date"].to_numpy()) + 0.5 / DAYS_PER_YEAR
    keep = (place >= 0) & (time < before)
    ones = np.ones(int(keep.sum()))
    return marked(time[keep], place[keep], ones, ones)


@renamed(n_paths="replicates")
def simulate_hawkes(
    fit: HawkesFit,
    *,
    start: DateLike = None,
    end: DateLike = None,
    history: FrameLike | None = None,
    replicates: int = 1,
    seed: int | None = 0,
    method: Method = "clusters",
    contagion: bool = True,
) -> pd.DataFrame:
    """Simulate the fitted process exactly, from a history on.

    Parameters
    ----------
    fit : HawkesFit
        As `fit_hawkes` gives it.
    start, end : date-like, optional
        First and last day to simulate, both inclusive; those of the fit when absent. After the fit's window the
        baseline of the last period holds.
    history : pandas.DataFrame, optional
        Events with ``iso3`` and ``date``; those before `start` pull the simulated ones, each with mark 1. When absent:
        the events of the fit before `start`.
    replicates : int
        Independent paths.
    seed : int or None
        Seed of the random numbers.
    method : {"clusters", "thinning"}
        Offspring by offspring, all paths at once (fast), or candidate by candidate (slow, a check). Both are exact.
    contagion : bool
        False simulates the process fitted without contagion.

    Returns
    -------
    pandas.DataFrame
        One row per event: ``path`` (0 to ``replicates - 1``), ``iso3``, ``date``; sorted. A path without a row had no
        event.

    Raises
    ------
    DateError
        If a date cannot be read, or `end` lies before `start`.
    UnknownNameError, OptionError
        If the method or `replicates` cannot be.
    MissingColumnsError
        If the history lacks a column.
    ModelError
        If the events run away, as those of a process that is not stationary do in the end.

    References
    ----------
    Ogata, Y. (1981). On Lewis' simulation method for point processes. IEEE Transactions on Information Theory, 27(1),
    23-31. https://doi.org/10.1109/TIT.1981.1056305

    Hawkes, A. G., & Oakes, D. (1974). A cluster process representation of a self-exciting process. Journal of Applied
    Probability, 11(3), 493-503. https://doi.org/10.2307/3212693

    Examples
    --------
    >>> from sahelkit import load_coups
    >>> from sahelkit.models.hawkes import fit_hawkes
    >>> coups = load_coups(rule="powell_thyne", countries="west_africa")
    >>> fit = fit_hawkes(coups, countries="west_africa", start=1960, end=2025)
    >>> paths = simulate_hawkes(fit, start="2026", end="2028", replicates=1000, seed=1)
    >>> list(paths.columns), 3 < len(paths) / 1000 < 6
    (['path', 'iso3', 'date'], True)
    """
    check_options(replicates=replicates, seed=seed)
    check_fit(fit)
    if not is_known(method, METHODS):
        raise UnknownNameError("method", method, METHODS)
    first = parse_date(start, what="start") or fit.start
    last = parse_date(end, what="end", last=True) or fit.end
    if last < first:
        raise DateError("end", end, f"it lies before start={first:%Y-%m-%d}")
    begin, finish = float(years(first)), float(years(last)) + 1.0 / DAYS_PER_YEAR
    past = history_of(fit, fit.observed.time < begin) if history is None else _given(history, fit, begin)
    process = fit.process if contagion else fit.null_process
    windows, pool, rng = extended(fit.observed.windows, finish), mark_pool(fit), np.random.default_rng(seed)
    if method == "clusters":
        events = branch(process, windows, past, start=begin, end=finish, n_paths=replicates, rng=rng, marks=pool)
    else:
        found = []
        for number in range(replicates):
            one = thin(process, windows, past, start=begin, end=finish, rng=rng, marks=pool)
            found.append(replace(one, path=np.full(len(one), number, dtype=np.intp)))
        events = Marked.joined(found)
    order = np.lexsort((events.place, events.time, events.path))
    return pd.DataFrame(
        {
            "path": events.path[order],
            "iso3": np.array(fit.countries)[events.place[order]],
            "date": days(events.time[order]).astype("datetime64[ns]"),
        }
    )
