"""Rolling-origin back-test: at each origin a model sees what was known, forecasts, and is scored by what came."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import COPY_DEEP, TEXT
from sahelkit.dates import parse_date
from sahelkit.errors import DateError, ModelError, OptionError
from sahelkit.estimation.replicates import on_one_thread
from sahelkit.evaluate.baselines import baselines, windows
from sahelkit.evaluate.labels import Labels, check_outcome, labels, release_on, with_release
from sahelkit.evaluate.result import Backtest
from sahelkit.models.forecast.protocol import check_forecaster, probabilities
from sahelkit.options import check_options, check_whole_number
from sahelkit.panels.builder import Panel
from sahelkit.panels.realtime import real_time
from sahelkit.tables.read import record_of

NO_FORECAST, NOT_KNOWN = "no forecast", "outcome not yet known"


@dataclass(frozen=True)
class Task:
    """One fit of every model, and the origins that it serves.

    Attributes
    ----------
    models : mapping of str to forecaster
    rows : pandas.DataFrame
        All real-time rows of the panel.
    train : array of int, shape (n,)
        Positions of the rows whose outcome was known at the first of the origins.
    happened : array, shape (n,)
        Their outcomes, as they were known then.
    ahead : array of int, shape (m,)
        Positions of the rows that are forecast.
    label : str
        Name of the outcome column.
    """

    models: Mapping[str, Any]
    rows: pd.DataFrame
    train: npt.NDArray[np.intp]
    happened: npt.NDArray[np.float64]
    ahead: npt.NDArray[np.intp]
    label: str

    def run(self) -> dict[str, npt.NDArray[np.float64]]:
        """Probabilities of the rows ahead, by model."""
        known = self.rows.iloc[self.train].reset_index(drop=True)
        known[self.label] = self.happened
        coming = self.rows.iloc[self.ahead].reset_index(drop=True)
        found = {}
        for name, model in self.models.items():
            try:
                found[name] = probabilities(model.fit(_own(known), self.label), _own(coming), name=name)
            except Exception as error:
                error.add_note(f"This came from {name!r} at the origin {coming['period'].min()}.")
                raise
        return found


def _own(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy, so that no model can change what the next one sees."""
    return frame.copy(deep=COPY_DEEP)


def with_history(panel: Panel, outcome: str) -> Panel:
    """The panel with the columns that the baselines read."""
    if f"since_last_{outcome}" not in panel.columns:
        panel = panel.since_last(outcome)
    for length in windows(panel.freq):
        if f"{outcome}_past{length}_known" not in panel.columns:
            panel = panel.past(outcome, periods=length, partial=True)
    return panel


def read_origins(panel: Panel, origins: Any) -> list[pd.Period]:
    """Origins as periods of the panel, in order.

    Parameters
    ----------
    origins : tuple of two, or sequence
        A tuple of two is the first and the last of a range: with years in a monthly panel, from the first January to
        the last December. Any other sequence names the origins one by one.

    Raises
    ------
    DateError
        If an origin cannot be read, or lies outside the panel.
    OptionError
        If there is none.
    """
    single = isinstance(origins, str) or not isinstance(origins, Iterable)
    given = (origins,) if single else tuple(origins)
    if isinstance(origins, tuple) and len(origins) == 2:
        first, last = (parse_date(bound, what="origins", last=bool(end)) for end, bound in enumerate(origins))
        found = [] if first is None or last is None else list(pd.period_range(first, last, freq=panel.freq))
    else:
        days = [parse_date(origin, what="origins", least=panel.freq) for origin in given]
        found = [day.to_period(panel.freq) for day in days if day is not None]
    if not found:
        raise OptionError("origins", origins, "there is no origin", repair="Type origins=('1991', '2025')")
    for origin in (min(found), max(found)):
        if origin < panel.start:
            raise DateError("origins", str(origin), f"it lies before the panel begins ({panel.start})")
        if origin > panel.end:
            raise DateError("origins", str(origin), f"it lies after the panel ends ({panel.end}): give it a later end")
    return sorted(set(found))


def backtest(
    model: Any,
    panel: Panel,
    *,
    outcome: str = "attempt",
    origins: tuple[Any, Any] | Sequence[Any],
    horizon: int = 1,
    refit: int | None = 1,
    vintages: bool = False,
    n_jobs: int | None = 1,
    seed: int | None = 0,
) -> Backtest:
    """Forecast from each origin with what was known then, and score by what came.

    The forecast of an origin is made on its first day. Each row, forecast or learned from, holds what the panel could
    know on the first day of its own period (`sahelkit.panels.real_time`), so that a column means the same in both. Of
    the past, only rows count whose whole window of outcomes had been published by the origin. What is forecast is at
    least one `outcome` in the periods ``origin`` to ``origin + horizon - 1``. Four simple forecasters stand beside the
    model: the share of events among all rows known so far, that of the last 15 years, a logit on the time since the
    last event, and one on own history.

    Parameters
    ----------
    model : Forecaster, or mapping of str to Forecaster
        Objects whose ``fit(frame, outcome)`` returns an object with ``predict(frame)``. The first is the one of which
        the result speaks.
    panel : Panel
        Declared panel without `as_of`; rows are learned from its first period on. Of its columns, only lags, windows
        and clocks are known before the period of their row.
    outcome : str
        Count of events in the panel, e.g. ``"attempt"`` or ``"success"``.
    origins : tuple of two, or sequence
        First and last origin, e.g. ``("1991", "2025")``; or a list of origins.
    horizon : int
        Length of the window in periods of the panel.
    refit : int or None
        Fit anew at every so many origins; None fits once, at the first.
    vintages : bool
        Take coups from the release of Powell and Thyne's list that was the newest at the time (2015-05-20, 2022-11-29,
        2026-01-13; before the first of them, that one), for features and for outcomes that were learned from. After the
        day of a release come the events that the next ones added. Outcomes are scored by today's list.
    n_jobs : int or None
        Processes, as joblib counts them; None leaves the choice to ``joblib.parallel_config``. The numbers do not
        depend on it.
    seed : int or None
        Seed of the intervals of the scores.

    Returns
    -------
    Backtest

    Raises
    ------
    OptionError
        If the model has no ``fit`` or what it returns no ``predict``; if `panel` is no panel, has a day of knowledge,
        or holds a frame of your own without a rule of publication (``add_frame(frame, published="+30d")``); if
        `outcome` is no count, or `horizon` or `refit` no whole number of at least 1.
    DateError
        If an origin lies before or after the panel, or cannot be read.
    ModelError
        If no outcome was known at an origin, or a forecast is no probability.

    References
    ----------
    Tashman, L. J. (2000). Out-of-sample tests of forecasting accuracy: An analysis and review. International Journal of
    Forecasting, 16(4), 437-450. https://doi.org/10.1016/S0169-2070(00)00065-0

    Examples
    --------
    >>> from sahelkit.evaluate import BaseRate
    >>> from sahelkit.evaluate import backtest
    >>> from sahelkit.panels import panel
    >>> west = panel("west_africa", 1960, 2025, freq="Y").add_coups(rule="powell_thyne")
    >>> done = backtest({"rate of 20 years": BaseRate(years=20)}, west, origins=("2001", "2025"))
    >>> done.n_rows, done.n_events
    (400, 25)
    """
    check_options(horizon=horizon, n_jobs=n_jobs, seed=seed)
    check_whole_number("refit", refit, optional=True, example=12, why="not a whole number of at least 1 period")
    forecasters = _named(model)
    if not isinstance(panel, Panel):
        raise OptionError("panel", type(panel).__name__, "not a panel", repair="Pass what sahelkit.panel returns")
    check_outcome(panel, outcome)
    chosen = read_origins(panel, origins)
    for one in forecasters.values():
        panel = getattr(one, "prepared", _as_it_is)(panel)
    rows, then, vintage, by_release = _rows(with_history(panel, outcome), outcome, horizon, vintages)
    now = labels(panel, outcome, rows, horizon=horizon)
    everything = {**forecasters, **{k: v for k, v in baselines(outcome).items() if k not in forecasters}}
    tasks = []
    numbers = pd.PeriodIndex(rows["period"]).asi8
    label = f"{outcome}_within_{horizon}"
    for first in range(0, len(chosen), refit or len(chosen)):
        served = [origin.ordinal for origin in chosen[first : first + (refit or len(chosen))]]
        day = np.datetime64(chosen[first].start_time, "D")
        known = by_release[release_on(np.array([day]), panel.version)[0]] if vintages else then
        # NaT compares as false: what is not known is not learned from.
        train = np.flatnonzero((known.known_on <= day) & (numbers < served[0]))
        if not len(train):
            what = f"no outcome within {horizon} periods was known at the origin {chosen[first]}"
            raise ModelError(f"{what}. Start the panel earlier (it begins in {panel.start}), or the origins later")
        ahead = np.flatnonzero(np.isin(numbers, served))
        tasks.append(Task(everything, rows, train, known.happened[train], ahead, label))
    from joblib import Parallel, delayed

    done = Parallel(n_jobs=n_jobs)(delayed(on_one_thread)(task.run) for task in tasks)
    parts = [
        _tidy(rows, task, name, given, now, vintage)
        for task, found in zip(tasks, done, strict=True)
        for name, given in found.items()
    ]
    frame = pd.concat(parts, ignore_index=True)
    order = {name: number for number, name in enumerate(everything)}
    frame = frame.sort_values(["model", "origin", "iso3"], key=lambda c: c.map(order) if c.name == "model" else c)
    return Backtest(
        frame=frame.reset_index(drop=True),
        models=tuple(everything),
        n_own=len(forecasters),
        outcome=outcome,
        freq=panel.freq,
        horizon=int(horizon),
        refit=refit,
        vintages=vintages,
        source=", ".join(f"{name} {record_of(name, panel.version).version}" for name in _datasets(panel)),
        seed=seed,
    )


def _as_it_is(panel: Panel) -> Panel:
    return panel


def _datasets(panel: Panel) -> list[str]:
    return list(dict.fromkeys(name for step in panel.steps for name in step.datasets()))


def _named(model: Any) -> dict[str, Any]:
    if isinstance(model, Mapping):
        if not model:
            raise OptionError("model", "{}", "there is no model")
        return {str(name): check_forecaster(one, what=f"model[{name!r}]") for name, one in model.items()}
    check_forecaster(model)
    return {str(getattr(model, "name", type(model).__name__)): model}


def _rows(
    panel: Panel, outcome: str, horizon: int, vintages: bool
) -> tuple[pd.DataFrame, Labels, pd.Series[Any], dict[str, Labels]]:
    """Real-time rows, their outcomes, the release that each row saw, and the outcomes by release."""
    if not vintages:
        rows = real_time(panel)
        today = labels(panel, outcome, rows, horizon=horizon)
        return rows, today, pd.Series([""] * len(rows), dtype=TEXT), {}
    days = pd.PeriodIndex(pd.period_range(panel.start, panel.end, freq=panel.freq)).start_time.to_numpy()
    seen = dict(zip(days, release_on(days, panel.version), strict=True))
    parts, by_release = [], {}
    for release in dict.fromkeys(seen.values()):
        whole = real_time(with_release(panel, release))
        by_release[release] = labels(with_release(panel, release), outcome, whole, horizon=horizon)
        mine = whole["period"].dt.start_time.map(seen) == release
        parts.append(whole[mine].assign(_place=np.flatnonzero(mine), _release=release))
    rows = pd.concat(parts).sort_values("_place", kind="stable").reset_index(drop=True)
    vintage = rows.pop("_release").astype(TEXT)
    rows.pop("_place")
    return rows, next(iter(by_release.values())), vintage, by_release


def _tidy(
    rows: pd.DataFrame, task: Task, name: str, given: npt.NDArray[np.float64], now: Labels, vintage: pd.Series[Any]
) -> pd.DataFrame:
    happened = now.happened[task.ahead]
    why = np.where(np.isnan(happened), NOT_KNOWN, np.where(np.isnan(given), NO_FORECAST, ""))
    part = rows.iloc[task.ahead]
    return pd.DataFrame(
        {
            "model": pd.Series([name] * len(part), dtype=TEXT),
            "origin": part["period"].to_numpy(),
            "iso3": part["iso3"].to_numpy(),
            "country": part["country"].to_numpy(),
            "probability": given,
            "outcome": happened,
            "scored": why == "",
            "why": pd.Series(why, dtype=TEXT),
            "n_train": len(task.train),
            "vintage": vintage.iloc[task.ahead].to_numpy(),
        }
    )
