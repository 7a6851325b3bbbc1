"""The events and windows that the relation is estimated from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sahelkit._types import DateLike, Floats, Ints, Places, Rule
from sahelkit.dates import parse_window
from sahelkit.errors import ModelError, OptionError
from sahelkit.estimation.hawkes.baseline import grid_edges, natural_spline
from sahelkit.estimation.hawkes.observed import Observed
from sahelkit.exposure.weights import spatial_weights
from sahelkit.geography import places
from sahelkit.models.hawkes.observing import observe, state_windows
from sahelkit.tables.coups import JOINT_RULES, load_coups
from sahelkit.tables.own_coders import speaking
from sahelkit.tables.read import record_of

FIRST = "1960-01-01"


@dataclass(frozen=True)
class Evidence:
    """What the model sees.

    Attributes
    ----------
    observed : Observed
        Events and windows.
    weights : array, shape (n, n)
        W[target, source], columns summing to 1 (or 0 for a country without neighbours).
    edges : array, shape (P + 1,)
        Ends of the calendar years, years since 1970.
    basis : array, shape (P, q)
        Smooth functions of calendar time.
    exposure : array, shape (n, P)
        Years under observation.
    rule : str
        Whose list of events it is.
    first, last : pandas.Timestamp
        First and last day.
    """

    observed: Observed
    weights: Floats
    edges: Floats
    basis: Floats
    exposure: Floats
    rule: str
    first: pd.Timestamp
    last: pd.Timestamp

    @property
    def countries(self) -> tuple[str, ...]:
        """Codes, in the order of the arrays."""
        return self.observed.countries

    def positions(self, codes: Sequence[str]) -> Ints:
        """Positions of some countries in the arrays."""
        return np.array([self.countries.index(code) for code in codes], dtype=np.intp)


def reach_of(
    rule: Rule, start: DateLike, end: DateLike, *, version: str | None = None
) -> tuple[pd.Timestamp, pd.Timestamp]:
    """First and last day of a study under one coder: what was asked for, else what the coder covers from 1960 on."""
    coders = speaking(rule, record_of("coups", version)).values()
    known = [coder for coder in coders if coder["places"] == "world" or rule not in JOINT_RULES]
    first, last = parse_window(start, end)
    opens = max(pd.Timestamp(FIRST), pd.Timestamp(min(coder["first"] for coder in known)))
    closes = pd.Timestamp(max(coder["last"] for coder in known))
    return opens if first is None else first, closes if last is None else last


def gather(
    *,
    countries: Places = "west_africa",
    rule: Rule = "powell_thyne",
    start: DateLike = None,
    end: DateLike = None,
    events: pd.DataFrame | None = None,
    weights: Floats | None = None,
    period_df: int = 4,
    version: str | None = None,
) -> Evidence:
    """Collect events, windows and neighbours.

    Parameters
    ----------
    countries : str, int or sequence of these
        Countries of the model.
    rule : str
        Which attempts count, as in `load_coups`.
    start, end : date-like, optional
        Window; from 1960, or the coder's first day, to the coder's last day when absent.
    events : pandas.DataFrame, optional
        Events of your own with ``iso3`` and ``date``, in place of the coders'; then ``rule`` is a label.
    weights : array, shape (n, n), optional
        W[target, source] in place of land borders, in any unit: they are divided by the largest sum of a column, so
        that the prior speaks of attempts abroad.
    period_df : int
        Number of smooth functions of calendar time.
    version : str, optional
        Data version.

    Raises
    ------
    ModelError
        If there are fewer than two countries or no event.
    OptionError
        If the weights have another shape than the countries, or are negative, not finite or a country's for itself.
    """
    if events is None:
        start, end = reach_of(rule, start, end, version=version)
    elif end is None:
        end = str(max(events["date"], default=FIRST))
    first, last = parse_window(start or FIRST, end)
    assert first is not None
    assert last is not None
    codes = places.chosen(countries, default="west_africa", during=(first, last))
    if len(codes) < 2:
        raise ModelError(f"a relation needs at least two countries; there is only {', '.join(codes) or 'none'}")
    rows = load_coups(rule=rule, countries=codes, end=last, version=version) if events is None else events
    windows = state_windows(codes, first, last, version=version)
    observed = observe(rows, codes, windows, own_mark=None, cross_mark=None)
    matrix = spatial_weights(codes, version=version).to_numpy() if weights is None else np.asarray(weights, dtype=float)
    if matrix.shape != (len(codes), len(codes)):
        raise OptionError("weights", matrix.shape, f"they are {len(codes)} by {len(codes)}, target by source")
    if not (np.isfinite(matrix).all() and (matrix >= 0).all() and not np.diag(matrix).any()):
        raise OptionError("weights", "some", "they are finite, not negative, and a country has none for itself")
    matrix = matrix / (matrix.sum(axis=0).max() or 1.0)
    edges = grid_edges(first, last, "Y")
    calendar = np.floor((edges[:-1] + edges[1:]) / 2 + 1970.0)
    columns = min(period_df, len(calendar) - 1)
    basis = natural_spline(calendar, columns) if columns > 0 else np.zeros((len(calendar), 0))
    exposure = windows.exposure(edges, len(codes))
    return Evidence(observed, matrix, edges, basis, exposure, rule, first, last)
