"""The baseline: a log-linear rate of country effects, calendar time and covariates, constant within each period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from sahelkit._types import Floats, Ints
from sahelkit.errors import ModelError, OptionError, UnknownNameError
from sahelkit.estimation.hawkes.observed import years

PERIODS = ("half_decade", "decade", "country_decade", "none")
# Prior standard deviation of the period's effects on the log rate: wide (a factor of 7 either way), but it keeps a
# decade without an attempt at a finite rate.
PERIOD_SD = 2.0


@dataclass(frozen=True)
class Baseline:
    """Design of the log rate.

    Attributes
    ----------
    terms : tuple of str, length p
        Names of the columns.
    block : tuple of str, length p
        Kind of each column: intercept, period, covariate, country, country_decade.
    edges : array, shape (P + 1,)
        Ends of the periods, years since 1970.
    row : array of int, shape (n, P)
        Row of `design` of each country and period; -1 where the country is not observed.
    design : array, shape (C, p)
        The different rows; observed countries and periods with equal columns share one.
    exposure : array, shape (C,)
        Years under observation.
    units : dict of str to float
        Standard deviation of each covariate, which was centred and divided by it.
    """

    terms: tuple[str, ...]
    block: tuple[str, ...]
    edges: Floats
    row: Ints
    design: Floats
    exposure: Floats
    units: dict[str, float] = field(default_factory=dict)

    def columns(self, *blocks: str) -> Ints:
        """Positions of the columns of some kinds."""
        return np.flatnonzero(np.isin(self.block, blocks))

    def rows_of(self, time: Floats, place: Ints) -> Ints:
        """Row of the design that holds at each event; beyond the grid, that of the country's nearest period."""
        column = np.clip(np.searchsorted(self.edges, time, side="left") - 1, 0, self.row.shape[1] - 1)
        return np.asarray(self.filled[place, column])

    @cached_property
    def filled(self) -> Ints:
        """`row` with each unobserved period given the row of the country's last observed period before it.

        Periods before the first observed one have the row of that one.
        """
        known = self.row >= 0
        latest = np.maximum.accumulate(np.where(known, np.arange(self.row.shape[1]), -1), axis=1)
        first = np.argmax(known, axis=1)[:, None]
        return np.asarray(np.take_along_axis(self.row, np.where(latest >= 0, latest, first), axis=1))

    def rates(self, coef: Floats) -> Floats:
        """Baseline rate of each country and period, events per year, shape (n, P); held constant where unobserved."""
        return np.asarray(np.exp(self.design @ coef)[self.filled])


def natural_spline(x: Floats, df: int) -> Floats:
    """Natural cubic spline without intercept, its knots evenly spaced over `x`, columns orthogonal with mean square 1.

    Parameters
    ----------
    x : array, shape (P,)
    df : int
        Number of columns, at least 1; 1 is a straight line.

    Returns
    -------
    array, shape (P, df)

    References
    ----------
    Hastie, T., Tibshirani, R., & Friedman, J. (2009). The elements of statistical learning (2nd ed.), section 5.2.1.
    https://doi.org/10.1007/978-0-387-84858-7

    Examples
    --------
    >>> basis = natural_spline(np.arange(60.0), 3)
    >>> float(np.abs(basis.T @ basis / 60 - np.eye(3)).max().round(9)), float(np.abs(basis.mean(axis=0)).max().round(9))
    (0.0, 0.0)
    """
    low, high = float(x.min()), float(x.max())
    unit = (x - low) / (high - low)
    knots = np.linspace(0.0, 1.0, df + 1)
    cubes = np.maximum(unit[:, None] - knots, 0.0) ** 3
    bend = (cubes[:, :-1] - cubes[:, -1:]) / (1.0 - knots[:-1])
    raw = np.column_stack([unit, bend[:, :-1] - bend[:, -1:]])
    q, r = np.linalg.qr(raw - raw.mean(axis=0))
    return np.asarray(q * np.sign(np.diag(r)) * np.sqrt(len(x)))


def grid_edges(first: pd.Timestamp, last: pd.Timestamp, freq: str) -> Floats:
    """Ends of the calendar years or months from `first` to `last`."""
    periods = pd.period_range(first.to_period(freq), last.to_period(freq) + 1, freq=freq)
    return years(periods.start_time.to_numpy())


def _dummies(labels: Floats | Ints, prefix: str) -> tuple[list[str], Floats]:
    found = np.unique(labels)
    return [f"{prefix}{value}" for value in found], (labels[:, None] == found).astype(float)


def _half_decades(edges: Floats) -> Ints:
    """First year of the half-decade of each period; one that the window cuts to under three years joins the next.

    Examples
    --------
    >>> spans = _half_decades(np.arange(1968.0, 1992.0) - 1970.0)
    >>> dict(zip(*(part.tolist() for part in np.unique(spans, return_counts=True)), strict=True))
    {1970: 7, 1975: 5, 1980: 5, 1985: 6}
    """
    label = (np.floor(((edges[:-1] + edges[1:]) / 2 + 1970.0) / 5) * 5).astype(np.intp)
    for stub, inner in ((label.min(), 5), (label.max(), -5)):
        if label.min() < label.max() and np.diff(edges)[label == stub].sum() < 2.5:
            label[label == stub] += inner
    return label


def make_baseline(
    exposure: Floats,
    edges: Floats,
    countries: Sequence[str],
    *,
    period: int | str,
    covariates: tuple[Sequence[str], Floats] | None,
) -> Baseline:
    """Columns of the log rate for the cells that are observed.

    Parameters
    ----------
    exposure : array, shape (n, P)
        Years under observation per country and period.
    edges : array, shape (P + 1,)
    countries : sequence of str, length n
    period : int or str
        Number of columns of a natural spline of time, or one of `PERIODS`.
    covariates : (names, values), optional
        Values of shape (n, P, q), known wherever `exposure` is above 0.

    Raises
    ------
    UnknownNameError, OptionError
        If the period or the number of columns cannot be.
    ModelError
        If columns repeat one another.
    """
    if isinstance(period, str) and period not in PERIODS:
        raise UnknownNameError("period", period, PERIODS, repair="A whole number asks for a spline")
    if not isinstance(period, str) and not (type(period) is int and 1 <= period <= 20):
        raise OptionError("period", period, "a spline has from 1 to 20 columns", repair="Type period=4")
    place, column = np.nonzero(exposure > 0)
    middle = (edges[:-1] + edges[1:]) / 2
    decade = (np.floor((middle + 1970.0) / 10) * 10).astype(int)
    terms, block, parts = ["rate"], ["intercept"], [np.ones((len(place), 1))]

    def add(kind: str, names: Sequence[str], values: Floats) -> None:
        terms.extend(names)
        block.extend([kind] * len(names))
        parts.append(values)

    if not isinstance(period, str) and len(middle) > 1:
        yearly = np.floor(middle + 1970.0)
        calendar = np.unique(yearly)
        knots = min(period, len(calendar) - 1)
        basis = (
            natural_spline(calendar, knots)[np.searchsorted(calendar, yearly)] if knots else np.zeros((len(middle), 0))
        )
        add("period", [f"period_{k + 1}" for k in range(basis.shape[1])], basis[column])
    elif period == "half_decade":
        names, values = _dummies(_half_decades(edges)[column], "years_from_")
        add("period", names[1:], values[:, 1:])
    elif period in ("decade", "country_decade"):
        names, values = _dummies(decade[column], "decade_")
        add("period", names[1:], values[:, 1:])
    units: dict[str, float] = {}
    if covariates is not None:
        values, spread = _centred(covariates[1][place, column])
        units = dict(zip(covariates[0], spread.tolist(), strict=True))
        add("covariate", covariates[0], values)
    fixed = np.column_stack(parts)
    missing = fixed.shape[1] - np.linalg.matrix_rank(fixed / np.maximum(np.abs(fixed).max(axis=0), 1e-300))
    if missing:
        raise ModelError(
            f"{missing} of the columns {', '.join(terms[1:])} repeat others or never vary. Leave them out, "
            "or use period='none'"
        )
    if len(countries) > 1:
        add("country", [f"country_{code}" for code in countries], (place[:, None] == np.arange(len(countries))) * 1.0)
    if period == "country_decade" and len(countries) > 1:
        label = place * 10_000 + decade[column]
        found = np.unique(label)
        names = [f"country_decade_{countries[value // 10_000]}_{value % 10_000}" for value in found]
        add("country_decade", names, (label[:, None] == found).astype(float))
    design, same = np.unique(np.column_stack(parts), axis=0, return_inverse=True)
    row = np.full(exposure.shape, -1, dtype=np.intp)
    row[place, column] = same.ravel()
    return Baseline(
        terms=tuple(terms),
        block=tuple(block),
        edges=edges,
        row=row,
        design=design,
        exposure=np.asarray(np.bincount(same.ravel(), exposure[place, column], len(design)), dtype=float),
        units=units,
    )


def _centred(values: Floats) -> tuple[Floats, Floats]:
    """Columns with mean 0 and standard deviation 1, and what they were divided by; zeros for one that never varies."""
    top = np.abs(values).max(axis=0)
    top[top == 0] = 1.0
    shifted = values / top
    shifted = shifted - shifted.mean(axis=0)
    spread = shifted.std(axis=0)
    varies = spread > 1e-13  # below this a column differs from a constant by rounding only
    return np.where(varies, shifted / np.where(varies, spread, 1.0), 0.0), top * np.where(varies, spread, 1.0)
