"""The world as it was known month by month, and forecasts made from it at past origins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Bools, Floats, Rule
from sahelkit.catalog import record
from sahelkit.catalog.publication import Published
from sahelkit.errors import DateError, UnknownNameError, is_known
from sahelkit.models.forecast.covariates import TERMS, covariates
from sahelkit.models.forecast.forecaster import FittedForecaster, HazardForecaster
from sahelkit.models.forecast.inputs import FIRST_YEAR, forecast_panel, silent
from sahelkit.models.forecast.learning import Learnt, learn
from sahelkit.options import check_options
from sahelkit.panels import Panel
from sahelkit.panels.realtime import real_time
from sahelkit.tables.own_coders import known_of, remembered
from sahelkit.tables.read import record_of

EVENTS = ("attempt", "success")
BASE_YEARS = 15
# Fewer years of rows than this teach a forecaster little.
_YEARS = 5


@dataclass(frozen=True)
class World:
    """Country-months of the world, each as it was known on the first day of its month.

    Attributes
    ----------
    rows : pandas.DataFrame
        ``iso3``, ``country``, ``period`` (months).
    terms : tuple of str, length k
        Names of the covariates.
    values : array, shape (n, k)
        Covariates.
    ordinal : array of int, shape (n,)
        Months since January 1970.
    counts : dict of str to array, shape (n,)
        Attempts and successes of the month as known today; NaN outside the list of coups.
    columns : pandas.DataFrame, optional
        All columns of the panel, for models that read them.
    published : Publication or TwoRules, optional
        When the events of a month become known; as the table of coups says when absent.
    """

    rows: pd.DataFrame
    terms: tuple[str, ...]
    values: Floats
    ordinal: npt.NDArray[np.int64]
    counts: dict[str, Floats]
    columns: pd.DataFrame | None = None
    published: Published | None = None

    def labels(self, event: str, horizon: int) -> Floats:
        """Whether an event falls into the `horizon` months from each row's own on, shape (n,); NaN if not known.

        A window that the list of coups does not cover to its end is NaN even if an event is known in it, so that
        the rows near the end are not those with events alone.
        """
        counts = self.counts[event]
        codes = pd.factorize(self.rows["iso3"])[0]
        first, last = int(self.ordinal.min()), int(self.ordinal.max())
        column = self.ordinal - first
        grid = np.zeros((codes.max() + 1, last - first + 1 + horizon))
        grid[codes, column] = np.nan_to_num(counts)
        total = np.cumsum(np.pad(grid, ((0, 0), (1, 0))), axis=1)
        inside = total[codes, column + horizon] - total[codes, column]
        end = int(self.ordinal[~np.isnan(counts)].max())
        return np.where(self.ordinal + horizon - 1 <= end, (inside > 0).astype(float), np.nan)

    def recent_labels(self, origin: int, event: str, horizon: int) -> pd.Series:
        """Outcomes of the windows of the last fifteen years that were known at an origin, by ``iso3``."""
        newest = newest_known(origin, horizon, self.published)
        recent = (self.ordinal <= newest) & (self.ordinal > newest - 12 * BASE_YEARS)
        return pd.Series(self.labels(event, horizon)[recent], index=self.rows["iso3"][recent].to_numpy())

    def base_rate(self, origin: int, event: str, horizon: int) -> float:
        """Share of the windows of `recent_labels` with an event."""
        return float(self.recent_labels(origin, event, horizon).mean())

    def read(self, terms: Sequence[str]) -> Floats:
        """Covariates by name, shape (n, k)."""
        if self.columns is not None and not set(terms) <= set(self.terms):
            return covariates(self.columns, terms)
        return self.values[:, [self.terms.index(term) for term in terms]]

    def fit(
        self,
        model: Any,
        origin: int,
        *,
        event: str,
        horizon: int,
        values: Floats | None = None,
        labels: Floats | None = None,
    ) -> FittedForecaster | Learnt:
        """Fit a forecaster on what was known on the first day of the month `origin` (its ordinal).

        `values` and `labels`, where given, are those that `read` and `labels` give.
        """
        labels = self.labels(event, horizon) if labels is None else labels
        newest = newest_known(origin, horizon, self.published)
        hazard = isinstance(model, HazardForecaster)
        step = model.stride(horizon) if hazard else max(horizon // 2, 1)
        # The forecaster would thin the rows itself; to do it before they are copied saves most of the time.
        chosen = (self.ordinal <= newest) & ((newest - self.ordinal) % step == 0)
        if not hazard:
            assert self.columns is not None
            chosen &= ~np.isnan(labels)
            return learn(model, self.columns[chosen], labels[chosen], name=f"{event}_within_{horizon}")
        values = self.read(model.terms) if values is None else values
        found: FittedForecaster = model.fit_arrays(self.rows[chosen], values[chosen], labels[chosen], horizon=horizon)
        return found

    def ahead(self, fit: FittedForecaster | Learnt, here: Bools, values: Floats | None) -> Floats:
        """Probabilities of some rows, by what was fitted to others."""
        if isinstance(fit, Learnt):
            assert self.columns is not None
            return fit.predict(self.columns[here])
        assert values is not None
        return fit.predict_arrays(values[here])[0]


@remembered(maxsize=4)
def world(rule: Rule = "powell_thyne", version: str | None = None, *, leaders: bool = False) -> World:
    """All country-months since 1955, row by row as they were known; computed once per session (some seconds)."""
    terms = (*TERMS, *(("tenure", "election_year") if leaders else ()))
    known, today = _real_rows(forecast_panel(rule=rule, leaders=leaders, version=version))
    return _world(known, today, terms, None, known_of(rule, record_of("coups", version)))


def world_of(recipe: Panel, terms: Sequence[str], rule: Rule = "powell_thyne") -> World:
    """All rows of a panel with coups by a rule, each as it was known on the first day of its month."""
    try:
        known, today = _kept_rows(recipe, rule)
    except TypeError:  # a step of the user's that cannot be hashed
        known, today = _real_rows(recipe)
    return _world(known, today, terms, known, known_of(rule, record_of("coups", recipe.version)))


def _world(
    known: pd.DataFrame,
    today: pd.DataFrame,
    terms: Sequence[str],
    columns: pd.DataFrame | None,
    published: Published,
) -> World:
    return World(
        rows=known[["iso3", "country", "period"]],
        terms=tuple(terms),
        values=covariates(known, terms),
        ordinal=known["period"].array.asi8.astype(np.int64),
        counts={event: today[event].to_numpy(dtype="float64") for event in EVENTS},
        columns=columns,
        published=published,
    )


def _real_rows(recipe: Panel) -> tuple[pd.DataFrame, pd.DataFrame]:
    with silent():
        return real_time(recipe), recipe.frame[list(EVENTS)]


@remembered(maxsize=2)
def _kept_rows(recipe: Panel, rule: Rule) -> tuple[pd.DataFrame, pd.DataFrame]:
    return _real_rows(recipe)


def newest_known(origin: int, horizon: int, published: Published | None = None) -> int:
    """Last month whose window of `horizon` months had been published on the first day of the month `origin`.

    On 1 March of most years January is not: it is out 30 days after its end, on 2 March.

    Examples
    --------
    >>> months = [pd.Period(name, freq="M").ordinal for name in ("2013-01", "2013-03", "2012-03")]
    >>> [str(pd.Period(ordinal=newest_known(month, 12), freq="M")) for month in months]
    ['2011-12', '2012-01', '2011-02']
    """
    day = np.datetime64(pd.Period(ordinal=origin, freq="M").start_time, "D")
    rule = published or record("coups").published
    last = origin - 1
    while rule.dates([np.datetime64(pd.Period(ordinal=last, freq="M").end_time, "D")])[0] > day:
        last -= 1
    return last - horizon + 1


def check_event(event: str) -> str:
    """Return the event, or raise UnknownNameError."""
    if not is_known(event, EVENTS):
        raise UnknownNameError("outcome", event, EVENTS)
    return event


def past_forecasts(
    history: World,
    origins: Iterable[int],
    *,
    model: Any = None,
    event: str = "attempt",
    horizon: int = 12,
) -> pd.DataFrame:
    """Forecasts for all states at past origins, each by a model fitted to what was known then.

    The same numbers as `sahelkit.evaluate.backtest` gives for a monthly panel with ``refit=1``, without rivals and
    scores.

    Parameters
    ----------
    history : World
    origins : iterable of int
        Months, as ordinals (months since January 1970).
    model : forecaster, optional
        `HazardForecaster` as it stands when absent. One that reads columns of its own needs a world that has them
        (`world_of`); all but `HazardForecaster` learn from rows half a horizon apart.
    event : {"attempt", "success"}
    horizon : int
        Months.

    Returns
    -------
    pandas.DataFrame
        ``origin`` (Period), ``iso3``, ``probability``, ``outcome`` (NaN when not yet known).

    Raises
    ------
    DateError
        If an origin lies before there are rows to learn from, or after the rows end.
    """
    check_options(horizon=horizon)
    model = model or HazardForecaster()
    check_event(event)
    labels = history.labels(event, horizon)
    values = history.read(model.terms) if isinstance(model, HazardForecaster) else None
    parts = []
    for origin in origins:
        check_origin(origin, history, horizon)
        fit = history.fit(model, origin, event=event, horizon=horizon, values=values, labels=labels)
        here = history.ordinal == origin
        parts.append(
            pd.DataFrame(
                {
                    "origin": history.rows["period"][here],
                    "iso3": history.rows["iso3"][here],
                    "probability": history.ahead(fit, here, values),
                    "outcome": labels[here],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def check_origin(origin: int, history: World, horizon: int) -> None:
    """Raise DateError if there is nothing to learn from, or no row to forecast, at an origin."""
    month = pd.Period(ordinal=origin, freq="M")
    first = int(history.ordinal.min()) + horizon + 12 * _YEARS
    if origin < first:
        begins = pd.Period(ordinal=first, freq="M")
        why = f"the rows to learn from begin in {FIRST_YEAR}, so that forecasts begin in {begins}"
        raise DateError("date", str(month), why)
    if origin > history.ordinal.max() + 1:
        ends = pd.Period(ordinal=int(history.ordinal.max()), freq="M")
        raise DateError("date", str(month), f"the list of coups ends in {ends}")


def januaries(first: int, last: int) -> Sequence[int]:
    """Ordinals of the Januaries of the years `first` to `last`."""
    return [12 * (year - 1970) for year in range(first, last + 1)]
