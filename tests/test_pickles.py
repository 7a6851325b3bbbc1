"""Panels and results survive pickle, joblib and deepcopy, as workers, clusters and saved sessions need."""

from __future__ import annotations

import copy
import dataclasses
import functools
import io
import pickle
import pkgutil
from importlib import import_module

import joblib
import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.results.base import Result

DONORS = ["NGA", "TCD", "UGA", "KEN", "ETH", "AGO", "COD", "SOM"]
WAYS = {
    "pickle": lambda made: pickle.loads(pickle.dumps(made)),
    "deepcopy": copy.deepcopy,
    "joblib": lambda made: _through_joblib(made),
}


def _through_joblib(made):
    file = io.BytesIO()
    joblib.dump(made, file)
    file.seek(0)
    return joblib.load(file)


@functools.cache
def _panel():
    rows = pd.DataFrame({"iso3": ["MLI", "NER"], "year": [1990, 1991], "mine": [1.0, 2.0]})
    built = sk.panel("focus", 1960, 2000, freq="Y").add_coups().since_last("attempt").lag("attempt", years=1)
    return built.add_leaders().add_elections().add_frame(rows, published="+30d").add_neighbours("attempt")


def _rows():
    return _panel().frame.assign(a=lambda frame: frame["attempt"].clip(upper=1))


def _fit(**options):
    return sk.fit_hazard("a ~ np.log1p(since_last_attempt) + C(iso3)", _rows(), method="firth", **options)


@functools.cache
def _window():
    from sahelkit.models.impact import event_window

    return event_window(sk.load_conflict(countries="africa"), "MLI", "2012-03-22", width=3, donors=DONORS)


def _series():
    from sahelkit.models.impact import fit_series

    months = pd.period_range("2000-01", periods=48, freq="M")
    return fit_series(pd.Series([10, 12] * 12 + [20, 24] * 12, index=months), "2002-01", slope=False)


def _breaks():
    from sahelkit.models.impact.break_dates import break_dates

    return break_dates(_series())


def _study():
    from sahelkit.models.impact import event_window

    frame, donors = sk.load_conflict(countries="africa"), DONORS
    options = {"before": 24, "width": 3, "donors": donors}
    return sk.event_study(
        [event_window(frame, unit, day, **options) for unit, day in (("MLI", "2012-03"), ("NER", "2023-07"))], seed=1
    )


def _success():
    from sahelkit.models.hazard.success import fit_success

    return fit_success("success ~ np.log1p(since_last_attempt)", _panel())


def _random():
    from sahelkit.models.hazard.random_intercepts import fit_random_intercepts

    return fit_random_intercepts("a ~ 1", _rows())


def _placebo():
    from sahelkit.models.placebo.placebos import placebo_test

    panel = sk.panel("west_africa", "1970", "2020", freq="Y").add_coups(rule="powell_thyne")
    return placebo_test(
        "onset ~ 1", panel.frame.assign(onset=lambda f: f["attempt"].clip(upper=1)), replicates=200, window=1, seed=1
    )


def _bounds():
    rows = _rows()
    return sk.extreme_bounds("a ~ 1 | attempt_lag1 | since_last_attempt", rows.dropna(subset=["attempt_lag1"]), k=1)


def _hawkes():
    coups = sk.load_coups(countries="focus", rule="powell_thyne")
    return sk.fit_hawkes(coups, countries="focus", start=1970, end=2020, contagion=False, own_lag=1.0)


def _captures():
    from sahelkit.record.captures import capture_lags

    return capture_lags(sk.load_crisis(countries="MLI"), coup="2012-03-22", start="2012-01-16", end="2012-04-30")


def _backtest():
    from sahelkit.evaluate.baselines import BaseRate

    west = sk.panel("west_africa", 1990, 2020, freq="Y").add_coups(rule="powell_thyne")
    return sk.backtest(BaseRate(), west, origins=("2010", "2015"))


MADE = {
    "Panel": _panel,
    "Coverage": lambda: sk.coverage(_panel()),
    "HazardFit": _fit,
    "WildTest": lambda: import_module("sahelkit.models.hazard.wild").wild_score_test(
        sk.fit_hazard("a ~ since_last_attempt", _rows()), "since_last_attempt"
    ),
    "OutcomeFit": _success,
    "RandomInterceptFit": _random,
    "Placebo": _placebo,
    "ExtremeBounds": _bounds,
    "HawkesFit": _hawkes,
    "EventWindow": _window,
    "SyntheticControl": lambda: sk.synthetic_control(_window()),
    "SyntheticDid": lambda: sk.synthetic_did(_window()),
    "InterruptedSeries": _series,
    "BreakDates": _breaks,
    "EventStudy": _study,
    "CaptureLags": _captures,
    "Backtest": _backtest,
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", MADE)
def test_what_was_made_survives(name):
    made = MADE[name]()
    assert type(made).__name__ == name
    for way, through in WAYS.items():
        again = through(made)
        assert type(again) is type(made), way
        if isinstance(made, sk.panels.Panel):
            pd.testing.assert_frame_equal(again.frame, made.frame)
        elif hasattr(made, "tidy"):
            pd.testing.assert_frame_equal(again.tidy(), made.tidy())


@pytest.mark.filterwarnings("ignore")
def test_a_fit_predicts_alike_afterwards():
    fit, rows = _fit(), _rows()
    for through in WAYS.values():
        np.testing.assert_array_equal(through(fit).predict(rows), fit.predict(rows))


@pytest.mark.filterwarnings("ignore")
def test_a_panel_is_no_larger_for_having_been_looked_at():
    fresh = sk.panel("focus", 1960, 2000, freq="Y").add_coups()
    before = len(pickle.dumps(fresh))
    assert len(fresh.frame) > 0
    assert len(pickle.dumps(fresh)) == before


def _classes(root):
    for found in pkgutil.walk_packages(sk.__path__, "sahelkit."):
        if not found.name.endswith("__main__"):
            import_module(found.name)
    waiting = [root]
    while waiting:
        subclasses = waiting.pop().__subclasses__()
        waiting += subclasses
        yield from subclasses


def test_no_result_holds_a_function():
    """A function within a function cannot be pickled; results hold what it was made from instead."""
    for kind in _classes(Result):
        if kind.__module__.startswith("sahelkit."):
            held = [item.name for item in dataclasses.fields(kind) if "Callable" in str(item.type)]
            assert held == [], kind
