"""A small result of every class, made once a session: the tests of the contract and of pickling run over them.

`EXAMPLES` names each subclass of `sahelkit.results.base.Result`; a class without an entry fails
`tests/results/test_contract.py`. Keep what is made small: seconds count thrice here.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from user_frames import COUP, DONORS, acts, cases, crisis, own_coups, spells, years

import sahelkit as sk


@cache
def panel() -> Any:
    """A panel with columns of every kind."""
    rows = pd.DataFrame({"iso3": ["MLI", "NER"], "year": [1990, 1991], "mine": [1.0, 2.0]})
    built = sk.panel("focus", 1960, 2000, freq="Y").add_coups().since_last("attempt").lag("attempt", years=1)
    return built.add_leaders().add_elections().add_frame(rows, published="+30d").add_neighbours("attempt")


def rows() -> pd.DataFrame:
    """The rows of that panel, with an outcome."""
    return panel().frame.assign(a=lambda frame: frame["attempt"].clip(upper=1))


@cache
def window() -> Any:
    """Deaths in Mali around March 2012, with donors."""
    from sahelkit.models.impact import event_window

    return event_window(sk.load_conflict(countries="africa"), "MLI", "2012-03-22", width=3, donors=DONORS)


def _fit() -> Any:
    return sk.fit_hazard("a ~ np.log1p(since_last_attempt) + C(iso3)", rows(), method="firth")


def _wild() -> Any:
    from sahelkit.models.hazard.wild import wild_score_test

    return wild_score_test(sk.fit_hazard("a ~ since_last_attempt", rows()), "since_last_attempt")


def _success() -> Any:
    from sahelkit.models.hazard.success import fit_success

    return fit_success("success ~ np.log1p(since_last_attempt)", panel())


def _random() -> Any:
    from sahelkit.models.hazard.random_intercepts import fit_random_intercepts

    return fit_random_intercepts("a ~ 1", rows())


def _split() -> Any:
    from sahelkit.models.hazard.split_population import fit_split_population

    return fit_split_population("event ~ x", "event ~ z", spells(), time="duration", before="begin")


def _placebo() -> Any:
    from sahelkit.models.placebo.placebos import placebo_test

    return placebo_test("attempt ~ z", years(), event="attempt", window=2, replicates=99, seed=1)


def _trap() -> Any:
    from sahelkit.models.placebo.period_effects import fixed_effects_trap

    return fixed_effects_trap(years(), window=2, replicates=20, seed=1)


def _power() -> Any:
    from sahelkit.models.placebo.power import contagion_power

    return contagion_power(years(), sizes=(0.0, 0.2), window=2, replicates=20, seed=1)


def _bounds() -> Any:
    known = rows().dropna(subset=["attempt_lag1"])
    return sk.extreme_bounds("a ~ 1 | attempt_lag1 | since_last_attempt", known, k=1)


def _bounds_null() -> Any:
    from sahelkit.models.bounds import exposure_measures

    frame = years()
    near = exposure_measures(frame, events=["attempt"], windows=[2, 5], weights=["land"], fades=["window"])
    found = sk.extreme_bounds(f"onset ~ never | {near.terms} | z + w", frame, measures=near, k=1)
    return found.null(replicates=19, models=None, own_lag=2.0, seed=1)


def _series() -> Any:
    from sahelkit.models.impact import fit_series

    months = pd.period_range("2000-01", periods=48, freq="M")
    return fit_series(pd.Series([10, 12] * 12 + [20, 24] * 12, index=months), "2002-01", slope=False)


def _breaks() -> Any:
    from sahelkit.models.impact.break_dates import break_dates

    return break_dates(example("InterruptedSeries"))


def _study() -> Any:
    from sahelkit.models.impact import event_window

    frame, options = sk.load_conflict(countries="africa"), {"before": 24, "width": 3, "donors": DONORS}
    return sk.event_study(
        [event_window(frame, unit, day, **options) for unit, day in (("MLI", "2012-03"), ("NER", "2023-07"))],
        replicates=199,
        seed=1,
    )


def _impact_table() -> Any:
    from sahelkit.exposure import spatial_weights

    coups = sk.load_coups(countries="africa", rule="powell_thyne")
    events = coups[(coups["iso3"] == "MLI") & (coups["date"] >= "2020-06") & (coups["outcome"] == "success")]
    options = {"coups": coups, "weights": spatial_weights("africa"), "methods": ["its_quasipoisson", "synthetic_did"]}
    return sk.impact_table(sk.load_conflict(countries="africa"), events, **options)


@cache
def _hawkes() -> Any:
    coups = sk.load_coups(countries="focus", rule="powell_thyne")
    return sk.fit_hawkes(coups, countries="focus", start=1970, end=2020)


def _of_hawkes(name: str) -> Any:
    from sahelkit.models import hawkes

    return getattr(hawkes, name)(example("HawkesFit"), replicates=19, seed=1)


def _robustness() -> Any:
    from sahelkit.models.hawkes import robustness

    return robustness(countries="focus", start=1970, end=2020, rules=["cline"], replicates=9, seed=1)


def _related(name: str, *given: Any) -> Any:
    from sahelkit.models import relation

    return getattr(relation, name)(*given, horizon=12, countries=["focus", "SEN"], draws=100)


def _backtest(forecaster: str) -> Any:
    from sahelkit.evaluate import baselines

    west = sk.panel("west_africa", 1990, 2020, freq="Y").add_coups(rule="powell_thyne")
    return sk.backtest(getattr(baselines, forecaster)(), west, origins=("2008", "2015"))


def _coup_match() -> Any:
    return sk.match_coups(own_coups(), "powell_thyne")


def _captures() -> Any:
    from sahelkit.record.captures import capture_lags

    return capture_lags(crisis(), coup="2012-03-22", start="2012-01-16", end="2012-04-30")


def _reach() -> Any:
    from sahelkit.record.group_reach import group_reach

    near = sk.neighbours("MLI", on="2012-03-22")
    return group_reach(sk.load_conflict_actors(), country="MLI", neighbours=near, date="2012-03-22")


def _answer(name: str, *given: Any, frame: Callable[[], pd.DataFrame] = cases, **options: Any) -> Any:
    from sahelkit.record import responses

    return getattr(responses, name)(frame(), *given, **options)


def _scoreboard() -> Any:
    from sahelkit.study.scoreboard import scoreboard

    return scoreboard()


def _added() -> Any:
    from dataclasses import fields

    from sahelkit.evaluate import AddedValue, Comparison

    plain = example("Comparison")
    given = {item.name: getattr(plain, item.name) for item in fields(Comparison)}
    return AddedValue(**given, columns=("rain_lag1",), n_all=plain.n_rows)


EXAMPLES: Mapping[str, Callable[[], Any]] = {
    "CoupMatch": _coup_match,
    "HazardFit": _fit,
    "WildTest": _wild,
    "OutcomeFit": _success,
    "RandomInterceptFit": _random,
    "SplitPopulationFit": _split,
    "Placebo": _placebo,
    "FixedEffectsTrap": _trap,
    "ContagionPower": _power,
    "ExtremeBounds": _bounds,
    "BoundsNull": _bounds_null,
    "InterruptedSeries": _series,
    "BreakDates": _breaks,
    "SyntheticControl": lambda: sk.synthetic_control(window()),
    "SyntheticDid": lambda: sk.synthetic_did(window()),
    "EventStudy": _study,
    "TrendBounds": lambda: example("EventStudy").bounds(),
    "ImpactTable": _impact_table,
    "HawkesFit": _hawkes,
    "ContagionTest": lambda: _of_hawkes("contagion_test"),
    "ContagionBound": lambda: _of_hawkes("contagion_bound"),
    "ExcitationIntervals": lambda: _of_hawkes("excitation_intervals"),
    "GoodnessOfFit": lambda: _of_hawkes("goodness_of_fit"),
    "Robustness": _robustness,
    "RelationMatrix": lambda: _related("relation_matrix"),
    "WhatIf": lambda: _related("what_if", "Mali", "2012-03-22"),
    "RiskTable": lambda: sk.risk_table("2012-03"),
    "RiskPath": lambda: sk.risk_path("Mali", "2012-03", horizons=(6, 12)),
    "Backtest": lambda: _backtest("OwnHistory"),
    "Comparison": lambda: example("Backtest").against(_backtest("BaseRate"), replicates=50),
    "AddedValue": _added,
    "CaptureLags": _captures,
    "GroupReach": _reach,
    "WaitingTimes": lambda: _answer("waiting_times", "suspension", body="ECOWAS"),
    "Rank": lambda: _answer("rank_among", COUP, "suspension", body="ECOWAS"),
    "Association": lambda: _answer("association", "suspension_days", "censored_days", replicates=99, seed=1),
    "Contrast": lambda: _answer("contrast", "suspension_days", "succeeded", first=True, names=("success", "failure")),
    "SeverityRanks": lambda: _answer(
        "severity_ranks", [COUP, "NER-2023-07-26", "GIN-2021-09-05"], COUP, frame=acts, replicates=99, seed=1
    ),
    "Scoreboard": _scoreboard,
    "Coverage": lambda: sk.coverage(panel()),
}


@cache
def example(name: str) -> Any:
    """The result of a class, made once."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return EXAMPLES[name]()
