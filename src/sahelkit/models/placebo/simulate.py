"""Made-up histories of attempts whose truth is known, to learn what a method finds and misses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._deprecated import renamed
from sahelkit._types import DateLike, Floats, Freq, Places
from sahelkit.dates import parse_window
from sahelkit.errors import DateError, OptionError, UnknownNameError, is_known
from sahelkit.estimation.hawkes.baseline import Baseline, grid_edges
from sahelkit.estimation.hawkes.integral import Process
from sahelkit.estimation.hawkes.kernel import kernel_named
from sahelkit.estimation.hawkes.likelihood import Point
from sahelkit.estimation.hawkes.observed import Windows, days
from sahelkit.estimation.hawkes.simulate import Marked, branch
from sahelkit.exposure.weights import aligned
from sahelkit.geography import places
from sahelkit.models.hawkes.observing import state_windows
from sahelkit.models.placebo.like import check_excitation
from sahelkit.options import check_options, check_real

if TYPE_CHECKING:
    import xarray as xr

FREQS = ("M", "Y", None)


@renamed(n_paths="replicates")
def simulate_panel(
    *,
    countries: Places = "west_africa",
    start: DateLike = 1960,
    end: DateLike = 2025,
    rate: float = 0.065,
    own: float = 0.35,
    cross: float = 0.0,
    own_lag: float = 2.0,
    cross_lag: float = 1.0,
    country_sd: float = 0.2,
    decade_sd: float = 0.0,
    decade_from: int = 0,
    country_decade_sd: float = 0.0,
    weights: xr.DataArray | None = None,
    kernel: str = "exponential",
    replicates: int = 1,
    freq: Freq | None = None,
    seed: int | None = 0,
) -> pd.DataFrame:
    """Simulate attempts in real countries from a network Hawkes process with known numbers.

    Parameters
    ----------
    countries : str, int or sequence of these
        Countries, while they are states.
    start, end : date-like
        First and last day.
    rate : float
        Baseline attempts per country and year, of the median country and decade, without those set off by others.
    own, cross : float
        Attempts that one attempt sets off at home and abroad.
    own_lag, cross_lag : float
        Their mean lags in years.
    country_sd, decade_sd, country_decade_sd : float
        Standard deviations on the log rate of effects of the country, of the decade (a shock that all countries share)
        and of both together, drawn anew for each path.
    decade_from : int
        Last digit of the year in which decades begin, 0 to 9: shocks of history do not keep to the calendar.
    weights : xarray.DataArray, optional
        W[target, source], as `sahelkit.exposure.spatial_weights` gives it; land borders with columns that
        sum to 1 when absent.
    kernel : str
        As in `sahelkit.models.hawkes.fit_hawkes`.
    replicates : int
        Independent histories.
    freq : {"M", "Y"} or None
        None: one row per attempt. Otherwise one row per path, country and existing month or year.
    seed : int or None
        Seed of the random numbers.

    Returns
    -------
    pandas.DataFrame
        ``path, iso3, date``; or ``path, iso3``, ``month`` (Period) or ``year``, and ``attempts`` (their number).

    Raises
    ------
    OptionError
        If ``own + cross`` is not below 1 or a number is negative.
    UnknownNameError, UnknownPlaceError, DateError
        If a name, a country or a date cannot be read.

    References
    ----------
    Hawkes, A. G. (1971). Spectra of some self-exciting and mutually exciting point processes. Biometrika, 58(1),
    83-90. https://doi.org/10.1093/biomet/58.1.83

    Examples
    --------
    >>> attempts = simulate_panel(replicates=50, cross=0.1, seed=1)
    >>> 90 < len(attempts) / 50 < 135
    True
    >>> months = simulate_panel(countries=["MLI", "CPV"], start=1975, end=1975, freq="M", seed=1)
    >>> months.groupby("iso3").size().to_dict()
    {'CPV': 6, 'MLI': 12}
    """
    check_options(replicates=replicates, seed=seed)
    spreads = {"country_sd": country_sd, "decade_sd": decade_sd, "country_decade_sd": country_decade_sd}
    check_excitation(own=own, cross=cross, own_lag=own_lag, cross_lag=cross_lag, shortest=0)
    for what, value in {"rate": rate, **spreads}.items():
        check_real(what, value, least=0, example=0.2)
    if type(decade_from) is not int or not 0 <= decade_from <= 9:
        raise OptionError("decade_from", decade_from, "it is the last digit of a year", repair="Type decade_from=5")
    if not is_known(freq, FREQS):
        raise UnknownNameError("frequency", freq, [str(name) for name in FREQS])
    first, last = parse_window(start, end)
    if first is None or last is None:
        raise DateError("start" if first is None else "end", None, "the window must be given")
    codes = places.chosen(countries, during=(first, last))
    windows = state_windows(codes, first, last, version=None)
    tie = aligned(weights, codes)
    edges = grid_edges(first, last, "Y")
    rng = np.random.default_rng(seed)
    nobody = np.zeros(0)
    past = Marked(nobody.astype(np.intp), nobody.astype(np.intp), nobody, nobody, nobody)
    span = float(windows.start.min()), float(windows.end.max())
    frames = []
    for path in range(replicates):
        baseline, log_rate = _drawn(windows, edges, len(codes), tuple(spreads.values()), decade_from, rng)
        point = Point(log_rate + np.log(rate) if rate > 0 else log_rate - np.inf, own, cross, own_lag, cross_lag)
        process = Process(point, baseline, tie, kernel_named(kernel))
        events = branch(process, windows, past, start=span[0], end=span[1], n_paths=1, rng=rng)
        date = days(events.time).astype("datetime64[ns]")
        frames.append(pd.DataFrame({"path": path, "iso3": np.array(codes)[events.place], "date": date}))
    found = pd.concat(frames, ignore_index=True).sort_values(["path", "date", "iso3"], ignore_index=True)
    return found if freq is None else _counted(found, windows, codes, replicates, freq)


def _drawn(
    windows: Windows,
    edges: Floats,
    n: int,
    spreads: tuple[float, ...],
    decade_from: int,
    rng: np.random.Generator,
) -> tuple[Baseline, Floats]:
    """One log rate for each country and decade, relative to the median."""
    decade = np.floor(((edges[:-1] + edges[1:]) / 2 + 1970.0 - decade_from) / 10).astype(int)
    labels, column = np.unique(decade, return_inverse=True)
    row = np.arange(n)[:, None] * len(labels) + column.ravel()
    shape = (n, len(labels))
    log_rate = spreads[0] * rng.standard_normal((n, 1)) + spreads[1] * rng.standard_normal((1, len(labels)))
    log_rate = log_rate + spreads[2] * rng.standard_normal(shape)
    size = n * len(labels)
    exposure = np.asarray(np.bincount(row.ravel(), windows.exposure(edges, n).ravel(), size), dtype=float)
    terms = tuple(f"cell_{k}" for k in range(size))
    return Baseline(terms, ("cell",) * size, edges, row, np.eye(size), exposure), log_rate.ravel()


def _counted(events: pd.DataFrame, windows: Windows, codes: list[str], replicates: int, freq: str) -> pd.DataFrame:
    first, last = (pd.PeriodIndex(days(ends), freq=freq) for ends in (windows.start, windows.end - 1e-6))
    cells = [
        (path, codes[place], period)
        for path in range(replicates)
        for place, begin, end in zip(windows.place, first, last, strict=True)
        for period in pd.period_range(begin, end, freq=freq)
    ]
    name = "month" if freq == "M" else "year"
    panel = pd.DataFrame(cells, columns=["path", "iso3", name]).drop_duplicates()
    counts = events.assign(**{name: pd.PeriodIndex(events["date"], freq=freq)}).groupby(["path", "iso3", name]).size()
    panel = panel.merge(counts.rename("attempts").reset_index(), how="left", on=["path", "iso3", name])
    panel["attempts"] = panel["attempts"].fillna(0).astype("int64")
    panel[name] = pd.PeriodIndex(panel[name], freq=freq) if freq == "M" else [period.year for period in panel[name]]
    return panel.sort_values(["path", "iso3", name], ignore_index=True)
