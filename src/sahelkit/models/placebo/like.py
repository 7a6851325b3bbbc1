"""Histories like those of a panel, simulated with a known contagion, and the arrays of a hazard model for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Ints
from sahelkit.errors import ModelError, OptionError
from sahelkit.estimation.links import check_link
from sahelkit.frames import FrameLike
from sahelkit.models.placebo.draws import EventGrid, read_history, window_sums
from sahelkit.options import check_options, check_real, check_whole_number
from sahelkit.panels.history import clock

if TYPE_CHECKING:
    import xarray as xr


# Events that each country's and each period's rate is drawn towards the mean by: small counts differ by chance too.
_PRIOR_EVENTS = 2.0
_FEWEST = 20  # histories


@dataclass(frozen=True)
class Likeness:
    """What a simulated history shares with the panel.

    Attributes
    ----------
    grid : EventGrid
        Countries, periods and events of the panel.
    rates : array, shape (G, T)
        Events per period that no earlier event sets off.
    ties : array, shape (G, G)
        Weights of the simulation, each column with sum 1 or 0: target, source.
    own, cross : float
        Events that one event sets off at home and abroad.
    own_lag, cross_lag : float
        Their mean lags in periods.
    """

    grid: EventGrid
    rates: Floats
    ties: Floats
    own: float
    cross: float
    own_lag: float
    cross_lag: float


def check_excitation(*, own: float, cross: float, own_lag: float, cross_lag: float, shortest: float) -> None:
    """Raise OptionError unless strengths and mean lags are numbers, and histories do not run away.

    Examples
    --------
    >>> check_excitation(own=0.6, cross=0.6, own_lag=2, cross_lag=1, shortest=0)
    Traceback (most recent call last):
    sahelkit.errors.OptionError: cross=0.6: with own=0.6 one event would set off 1.20 others, and so on. Type cross=0.3.
    """
    for what, value in (("own", own), ("cross", cross)):
        check_real(what, value, least=0, example=0.1)
    for what, value in (("own_lag", own_lag), ("cross_lag", cross_lag)):
        check_real(what, value, least=shortest, above=not shortest, example=12)
    if own + cross >= 1:
        why = f"with own={own} one event would set off {own + cross:.2f} others, and so on"
        raise OptionError("cross", cross, why, repair=f"Type cross={max(0.9 - own, 0):g}")


def check_simulation(
    *, window: int, block: int | None, link: str, replicates: int, seed: int | None, n_jobs: int | None
) -> None:
    """Check what studies by simulated histories have in common."""
    check_options(replicates=replicates, seed=seed, n_jobs=n_jobs)
    check_whole_number("window", window, example=24)
    check_whole_number("block", block, optional=True, example=10)
    check_link(link)
    check_whole_number("replicates", replicates, least=_FEWEST, example=200, why="too few to tell anything")


def likeness(
    grid: EventGrid,
    ties: Floats,
    *,
    own: float,
    cross: float,
    own_lag: float,
    cross_lag: float,
    block: int | None,
) -> Likeness:
    """Take the levels of countries and periods from a panel, and leave room for what events set off.

    The rate of a country in a block of years is the product of the country's and the block's factor, each drawn
    towards 1 as if two more events had happened at the mean rate; all rates together give the panel's number of
    events.

    Parameters
    ----------
    grid : EventGrid
    ties : array, shape (G, G)
        Target, source.
    own, cross, own_lag, cross_lag : float
        As in `Likeness`.
    block : int or None
        Years per block; None for one level over all years.

    Raises
    ------
    OptionError
        If a number cannot be, or ``own + cross`` is not below 1.
    ModelError
        If the panel has no event.
    """
    check_excitation(own=own, cross=cross, own_lag=own_lag, cross_lag=cross_lag, shortest=1)
    total = float(grid.counts.sum())
    if total == 0:
        raise ModelError("the panel has no event, so that nothing like it can be simulated")
    exists = grid.exists.astype(float)
    mean = total / exists.sum()
    country = (grid.counts.sum(axis=1) + _PRIOR_EVENTS) / (mean * exists.sum(axis=1) + _PRIOR_EVENTS)
    label = year_blocks(grid, block)
    events = np.bincount(label, weights=grid.counts.sum(axis=0))
    expected = np.bincount(label, weights=mean * (country[:, None] * exists).sum(axis=0))
    period = (events + _PRIOR_EVENTS) / (expected + _PRIOR_EVENTS)
    rates = country[:, None] * period[label] * exists
    columns = ties.sum(axis=0)
    norm = np.divide(ties, columns, out=np.zeros_like(ties), where=columns > 0)
    given = own + cross * (columns > 0)
    room = float((rates.sum(axis=1) / rates.sum()) @ (1 - given))
    return Likeness(grid, rates * (total * room / rates.sum()), norm, own, cross, own_lag, cross_lag)


def year_blocks(grid: EventGrid, width: int | None) -> Ints:
    """Number of the block of calendar years of each period, shape (T,)."""
    if width is None:
        return np.zeros(grid.counts.shape[1], dtype=np.intp)
    year = grid.first_year + (grid.phase + np.arange(grid.counts.shape[1])) // grid.per_year
    return np.asarray(np.unique(year // width, return_inverse=True)[1].ravel(), dtype=np.intp)


def simulate_counts(like: Likeness, rng: np.random.Generator) -> Floats:
    """One history of events, shape (G, T).

    In each period a country has a Poisson number of events. Its mean is the rate of the country and period, plus what
    earlier events at home and abroad still set off: an event d periods ago gives ``(1 - r) r**(d - 1)`` of its `own`
    or `cross` events, with ``r = 1 - 1 / lag``. Countries have no event while they do not exist.
    """
    own_stay, cross_stay = 1 - 1 / like.own_lag, 1 - 1 / like.cross_lag
    count, length = like.rates.shape
    found = np.zeros((count, length))
    home, abroad = np.zeros(count), np.zeros(count)
    exists = like.grid.exists
    for period in range(length):
        mean = like.rates[:, period] + like.own * home + like.cross * (like.ties @ abroad)
        events = rng.poisson(np.where(exists[:, period], mean, 0.0))
        found[:, period] = events
        home = own_stay * home + (1 - own_stay) * events
        abroad = cross_stay * abroad + (1 - cross_stay) * events
    return found


@dataclass(frozen=True)
class HistoryRows:
    """A hazard model's arrays for one history, at the rows of the panel after the first window.

    Attributes
    ----------
    design : array, shape (n, 5)
        1, t, t2, t3 (in units of ten years since the last event) and never.
    outcome : array, shape (n,)
        1 where there is an event.
    exposure : array, shape (n,)
        Neighbours' events in the window before.
    country, column : arrays of int, shape (n,)
        Where each row lies.
    """

    design: Floats
    outcome: Floats
    exposure: Floats
    country: Ints
    column: Ints


def history_rows(counts: Floats, grid: EventGrid, ties: Floats, window: int) -> HistoryRows:
    """Arrays of the hazard model of a history; `ties` are those of the exposure, such as 1 for each neighbour."""
    if window >= counts.shape[1]:
        raise OptionError("window", window, f"the panel has {counts.shape[1]} periods only")
    since, never = clock(counts > 0, np.ones(grid.exists.shape, dtype=bool), grid.exists)
    keep = grid.exists & (np.arange(counts.shape[1]) >= window)
    country, column = np.nonzero(keep)
    decades = np.nan_to_num(since)[keep] / (10 * grid.per_year)
    design = np.column_stack([np.ones(len(decades)), decades, decades**2, decades**3, np.nan_to_num(never)[keep]])
    exposure = (ties @ window_sums(counts, window))[keep]
    return HistoryRows(np.asfortranarray(design), (counts > 0).astype(float)[keep], exposure, country, column)


def simulate_like(
    frame: FrameLike,
    *,
    event: str = "attempt",
    weights: xr.DataArray | None = None,
    own: float = 0.35,
    cross: float = 0.0,
    own_lag: float = 24.0,
    cross_lag: float = 12.0,
    block: int | None = 10,
    cluster: str = "iso3",
    seed: int | None = 0,
) -> pd.DataFrame:
    """Simulate a history like that of a panel, with a contagion of known size.

    Countries exist as in the panel and have its levels of risk by country and by block of years (shocks that all
    share); what the panel cannot tell, the contagion, is given.

    Parameters
    ----------
    frame : pandas.DataFrame or Panel
        Panel with one row per country and period (column ``period``, ``month`` or ``year``).
    event : str
        Column that counts events, known in every row.
    weights : xarray.DataArray, optional
        Dimensions ``target`` and ``source``; today's land borders when absent. Columns are scaled to sum to 1.
    own, cross : float
        Events that one event sets off at home and abroad; together below 1.
    own_lag, cross_lag : float
        Their mean lags in periods, at least 1.
    block : int or None
        Years that share a level of risk; None for one level over all years.
    cluster : str
        Column of the countries.
    seed : int or None
        Seed.

    Returns
    -------
    pandas.DataFrame
        The country and time columns of `frame`, and ``event`` with the simulated counts.

    Raises
    ------
    OptionError
        If a number cannot be.
    MissingColumnsError, ModelError
        As in `sahelkit.models.placebo.placebos.placebo_test`.

    References
    ----------
    Hawkes, A. G. (1971). Spectra of some self-exciting and mutually exciting point processes. Biometrika, 58(1),
    83-90. doi:10.1093/biomet/58.1.83

    Examples
    --------
    >>> import sahelkit as sk
    >>> panel = sk.panel("west_africa", "1970-01", "2020-12").add_coups(rule="powell_thyne").frame
    >>> again = simulate_like(panel, cross=0.1, seed=1)
    >>> bool(0.5 < again["attempt"].sum() / panel["attempt"].sum() < 2)
    True
    """
    check_options(seed=seed)
    check_whole_number("block", block, optional=True, example=10)
    frame, grid, ties = read_history(frame, event, weights, cluster=cluster, where="simulate_like")
    like = likeness(grid, ties, own=own, cross=cross, own_lag=own_lag, cross_lag=cross_lag, block=block)
    counts = simulate_counts(like, np.random.default_rng(seed))
    time = [name for name in ("period", "month", "year") if name in frame.columns][:1]
    return frame[[cluster, *time]].assign(**{event: counts[grid.country, grid.column]})
