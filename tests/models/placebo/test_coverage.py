"""Coverage of the default intervals with few clusters: a trait that never changes within a country, sixteen countries.

``pytest tests/models/placebo/test_coverage.py -m slow -s`` prints the figures. The event study, the synthetic control,
the Hawkes model, random intercepts with covariates that vary within countries and forecasts have simulations of their
own in their tests.
"""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sahelkit.estimation.firth import penalised_lr
from sahelkit.estimation.many.engine import run
from sahelkit.estimation.many.plan import Plan
from sahelkit.models.hazard.fitting import fit_hazard
from sahelkit.models.hazard.random_intercepts import fit_random_intercepts
from sahelkit.models.hazard.success import fit_success

COUNTRIES = 16


def _history(rng, *, rows=40, rate=0.15, spread=0.6):
    """Countries of unequal risk, for which a lasting trait z does not matter."""
    who = np.repeat(np.arange(COUNTRIES), rows)
    frame = pd.DataFrame({"iso3": who, "z": rng.normal(size=COUNTRIES)[who]})
    hazard = rate * np.exp(rng.normal(0, spread, COUNTRIES)[who])
    return frame.assign(event=(rng.random(len(who)) < -np.expm1(-hazard)).astype(int))


def _holds_zero(fit):
    low, high = fit.interval()[1]
    return bool(low <= 0 <= high)


def _many_models(frame):
    """Whether the interval of `extreme_bounds` for its one model holds zero, with t and with normal quantiles."""
    design = np.column_stack([np.ones(len(frame)), frame["z"]])
    plan = Plan(design, ("1", "z"), frame["event"].to_numpy(float), frame["iso3"].to_numpy(), [[0, 1]], link=[1])
    row = run(plan, n_jobs=1).to_frame().iloc[0]
    ratio = abs(row["coef"]) / row["se_cluster"]
    return ratio < stats.t.ppf(0.975, row["freedom"]), ratio < stats.norm.ppf(0.975)


def _coverage(count, seed, *, careful):
    rng = np.random.default_rng(seed)
    held = defaultdict(list)
    for _ in range(count):
        frame = _history(rng)
        held["CR2"].append(_holds_zero(fit_hazard("event ~ z", frame)))
        held["CR1"].append(_holds_zero(fit_hazard("event ~ z", frame, errors="CR1")))
        t, normal = _many_models(frame)
        held["many models, t"].append(t)
        held["many models, normal"].append(normal)
        if careful:
            firth = fit_hazard("event ~ z", frame, method="firth", errors="CR2")
            held["Firth, CR2"].append(_holds_zero(firth))
            held["Firth, profile"].append(
                penalised_lr(firth.data.matrix, firth.data.outcome, [1], link="cloglog")[2] > 0.05
            )
    return {name: float(np.mean(values)) for name, values in held.items()}


def test_default_covers_better_than_the_errors_it_replaced():
    found = _coverage(60, 4, careful=False)
    assert found["CR2"] >= found["CR1"]
    assert found["CR2"] > 0.87  # 0.95 less three standard errors of 60 histories
    assert found["many models, t"] >= found["many models, normal"]


@pytest.mark.slow
def test_intervals_of_the_hazard_model_and_of_many_models():
    """1,000 histories: a standard error of 0.7 %."""
    found = _coverage(1000, 5, careful=True)
    print(found)
    assert 0.93 < found["CR2"] < 0.97
    assert 0.93 < found["Firth, CR2"] < 0.97
    assert 0.93 < found["many models, t"] < 0.98
    assert found["CR1"] < found["CR2"]
    assert found["many models, normal"] < found["CR1"]
    assert found["Firth, profile"] < 0.85  # takes rows as independent, and says so


@pytest.mark.slow
def test_intervals_of_success_given_an_attempt():
    """300 samples of 16 countries by 12 attempts; the profile takes attempts as independent."""
    rng = np.random.default_rng(6)
    held = defaultdict(list)
    for _ in range(300):
        frame = _history(rng, rows=12, rate=0.6).rename(columns={"event": "success"})
        for name, options in {"default": {}, "profile": {"errors": "profile"}}.items():
            held[name].append(_holds_zero(fit_success("success ~ z", frame, attempt=None, **options).fit))
    found = {name: float(np.mean(values)) for name, values in held.items()}
    print(found)
    assert 0.92 < found["default"] < 0.98
    assert found["profile"] < found["default"]


@pytest.mark.slow
def test_intervals_of_random_intercepts():
    """200 histories; normal intervals, which the sixteen countries make a little too narrow."""
    rng = np.random.default_rng(7)
    held = []
    for _ in range(200):
        row = fit_random_intercepts("event ~ z", _history(rng)).tidy().iloc[1]
        held.append(row["ratio_low"] <= 1 <= row["ratio_high"])
    print(float(np.mean(held)))
    assert 0.86 < np.mean(held) < 0.97
