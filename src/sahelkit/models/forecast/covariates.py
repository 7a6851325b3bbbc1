"""Covariates of the forecaster, computed from the columns of a panel as they were known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from sahelkit._types import Floats
from sahelkit.dates import frequency
from sahelkit.errors import MissingColumnsError
from sahelkit.models.forecast.inputs import CARRIED, CHANGE, INTENSITY, LEADERS, SETTLED
from sahelkit.models.forecast.own import own_values, unknown_term, widened
from sahelkit.panels import Panel
from sahelkit.tables.states import load_states

# Term -> what it belongs to when a forecast is explained.
GROUPS = {
    "log_since": "history",
    "never": "history",
    "past_5y": "history",
    "past_15y": "history",
    "world_5y": "world",
    "region_10y": "region",
    "log_income": "income",
    "log_under5": "income",
    "growth": "growth",
    "log_population": "population",
    "polyarchy": "regime",
    "polyarchy_middle": "regime",
    "polyarchy_change": "change",
    "military": "military",
    "conflict": "conflict",
}
TERMS = tuple(GROUPS)
# Tried on forecasts of 1981 to 2010 and left out: known for the study region only, and no help there.
TRIED = {"tenure": "leader", "election_year": "leader"}
BUILT_IN = (*GROUPS, *TRIED)
_YEARLY = {
    "polyarchy": "vdem_polyarchy",
    "military": "vdem12_ex_military",
    "log_income": "wdi_gdp_per_capita",
    "growth": "wdi_gdp_per_capita_growth",
    "log_under5": "igme_under5_mortality",
    "log_population": "owid_population",
    "conflict": INTENSITY,
}
_BASE = ("iso3", "period", "since_last_attempt", "never_attempt")
# A region with fewer other states than this gives no rate of its own.
_FEWEST = 5


def own_terms(terms: Sequence[str]) -> list[str]:
    """Terms that are columns of the user's.

    Examples
    --------
    >>> own_terms(["growth", "rain_lag1"])
    ['rain_lag1']
    """
    return [term for term in terms if term not in BUILT_IN]


@dataclass(frozen=True)
class Covariates:
    """Reads covariates by name, for a classifier; see `covariates` and `sahelkit.evaluate.SklearnForecaster`.

    Attributes
    ----------
    terms : tuple of str, length k
    """

    terms: tuple[str, ...] = TERMS

    def __call__(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Covariates of each row, one column each."""
        return pd.DataFrame(covariates(frame, self.terms), columns=list(self.terms), index=frame.index)

    def prepared(self, panel: Panel) -> Panel:
        """The panel with what stands in for late values; see `sahelkit.models.forecast.own.widened`."""
        return widened(panel, own_terms(self.terms), built_in=BUILT_IN)


def unit_of(frame: pd.DataFrame) -> int:
    """Periods per year: 12 for country-months, 1 for country-years."""
    return 12 if frequency(frame["period"]) == "M" else 1


@dataclass(frozen=True)
class Known:
    """Newest published values of the yearly columns.

    Attributes
    ----------
    values : dict of str to array, shape (n,)
        By name of the column; NaN where nothing was published for the last five years.
    age : dict of str to array, shape (n,)
        Years between the row's year and the year that the value describes.
    """

    values: dict[str, Floats]
    age: dict[str, Floats]


def newest(frame: pd.DataFrame, column: str, unit: int) -> tuple[Floats, Floats]:
    """Newest known value of a lagged column, and how many years back it lies; both of shape (n,).

    Examples
    --------
    >>> rows = pd.DataFrame({f"x_lag{k}": [np.nan, 1.0 * k] for k in range(1, 6)})
    >>> rows.loc[0, "x_lag3"] = 7.0
    >>> [part.tolist() for part in newest(rows, "x", 1)]
    [[7.0, 1.0], [3.0, 1.0]]
    """
    values = np.full(len(frame), np.nan)
    age = np.full(len(frame), np.nan)
    for years in range(CARRIED, 0, -1):
        lagged = frame[f"{column}_lag{years * unit}"].to_numpy(dtype="float64", na_value=np.nan)
        here = ~np.isnan(lagged)
        values[here], age[here] = lagged[here], years
    return values, age


@lru_cache(maxsize=4)
def _regions() -> dict[str, str]:
    states = load_states().sort_values("start").drop_duplicates("iso3", keep="last")
    return dict(zip(states["iso3"], states["region"], strict=True))


def covariates(frame: pd.DataFrame, terms: Sequence[str] = TERMS) -> Floats:
    """Covariates of each row, in the order of `terms`.

    ``log_since`` is the logarithm of the years since the last attempt known (plus a quarter), or since the country
    entered the list; ``never`` tells the two apart. ``past_5y`` and ``past_15y`` are log(1 + attempts). ``world_5y`` is
    the logarithm of the yearly attempts per state in the world, ``region_10y`` that in the other states of the region
    (both with a small number added). Income and population are in logarithms, growth in percent within -15 and 15;
    ``polyarchy_middle`` is the squared distance of the index from one half, ``polyarchy_change`` its change over three
    years, ``conflict`` the highest intensity (0, 1, 2), ``military`` V-Dem's military dimension of the regime (0 to 1).
    Any other name is that of a column of the frame, whose numbers are taken as they are.

    Parameters
    ----------
    frame : pandas.DataFrame
        Rows of `forecast_panel` as they were known; all states of each period, since rates are means over them.
    terms : sequence of str
        Covariates wanted.

    Returns
    -------
    array, shape (n, k)
        NaN where a value is not known.

    Raises
    ------
    MissingColumnsError
        If a column of the panel is absent.
    UnknownNameError
        If a term is neither one of these nor a column.
    OptionError
        If such a column holds text.
    """
    for term in own_terms(terms):
        if term not in frame.columns:
            raise unknown_term(term, BUILT_IN, map(str, frame.columns))
    missing = [name for name in _BASE if name not in frame.columns]
    unit = 1 if missing else unit_of(frame)
    missing += [name for name in _needed(terms, unit) if name not in frame.columns]
    if missing:
        where = "the forecaster"
        repair = "Use the panel that sahelkit.models.forecast.forecast_panel() returns"
        raise MissingColumnsError(where, missing[:4], frame.columns, repair=repair)
    found = {term: _computed(term, frame, unit) for term in terms}
    return np.column_stack([found[term] for term in terms]) if terms else np.empty((len(frame), 0))


def _needed(terms: Sequence[str], unit: int) -> list[str]:
    out = [f"attempt_past{years * unit}_known" for years in (5, 10, 15)]
    for term in terms:
        name = _YEARLY.get(term) or ("vdem_polyarchy" if term.startswith("polyarchy") else "")
        more = CHANGE if term == "polyarchy_change" else 0
        out += [f"{name}_lag{years * unit}" for years in range(1, CARRIED + more + 1)] if name else []
        out += [_leader_column(term, unit)] if term in TRIED else []
    return list(dict.fromkeys(out))


def _computed(term: str, frame: pd.DataFrame, unit: int) -> Floats:
    if term not in BUILT_IN:
        return own_values(frame, term)
    if term == "log_since":
        return np.log(_numbers(frame, "since_last_attempt") / unit + 0.25)
    if term == "never":
        return _numbers(frame, "never_attempt")
    if term in ("past_5y", "past_15y"):
        years = int(term.removeprefix("past_").removesuffix("y"))
        return np.log1p(_numbers(frame, f"attempt_past{years * unit}_known"))
    if term == "world_5y":
        return _world(frame, 5, unit)
    if term == "region_10y":
        return _region(frame, 10, unit)
    if term == "polyarchy_change":
        return _change(frame, unit)
    if term in TRIED:
        value = _numbers(frame, _leader_column(term, unit))
        return np.log1p(value) if term == "tenure" else np.where(np.isnan(value), np.nan, value <= unit)
    if term == "polyarchy_middle":
        return (newest(frame, "vdem_polyarchy", unit)[0] - 0.5) ** 2
    value = newest(frame, _YEARLY[term], unit)[0]
    if term.startswith("log_"):
        return np.log(np.where(value > 0, value, np.nan))
    return np.clip(value, -15.0, 15.0) if term == "growth" else value


def _leader_column(term: str, unit: int) -> str:
    return f"{LEADERS[0] if term == 'tenure' else LEADERS[1]}_lag{SETTLED if unit == 12 else 1}"


def _numbers(frame: pd.DataFrame, name: str) -> Floats:
    return np.asarray(frame[name].to_numpy(dtype="float64", na_value=np.nan))


def _change(frame: pd.DataFrame, unit: int) -> Floats:
    out = np.full(len(frame), np.nan)
    for years in range(CARRIED, 0, -1):
        now = _numbers(frame, f"vdem_polyarchy_lag{years * unit}")
        then = _numbers(frame, f"vdem_polyarchy_lag{(years + CHANGE) * unit}")
        step = now - then
        out = np.where(np.isnan(step), out, step)
    return out


def _world(frame: pd.DataFrame, years: int, unit: int) -> Floats:
    counts = np.nan_to_num(_numbers(frame, f"attempt_past{years * unit}_known"))
    period, _ = pd.factorize(frame["period"].array.asi8)
    states = np.bincount(period)
    return np.asarray(np.log((np.bincount(period, weights=counts) / years + 0.3) / states)[period])


def _region(frame: pd.DataFrame, years: int, unit: int) -> Floats:
    counts = np.nan_to_num(_numbers(frame, f"attempt_past{years * unit}_known"))
    region, labels = pd.factorize(frame["iso3"].map(_regions()).astype("object").fillna("elsewhere"))
    period, _ = pd.factorize(frame["period"].array.asi8)
    cell = period * len(labels) + region
    states = np.bincount(cell)[cell]
    others = np.bincount(cell, weights=counts)[cell] - counts
    return np.asarray(np.log(others / np.maximum(states - 1, _FEWEST) / years + 0.003))
