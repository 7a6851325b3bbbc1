"""Speed of the hazard model against statsmodels, and of the placebos; run by hand.

``pytest tests/benchmarks/test_hazard.py -o addopts= -s``. Targets: a fit of the world by months (about 146,000 rows,
20 coefficients) at least five times as fast as statsmodels' Logit in the same run, formula and frame to estimates and
errors on both sides (twice as fast with clustered errors); 10,000 permuted maps of West Africa within 60 s on two
cores.
"""

from __future__ import annotations

import time
import warnings

import numpy as np
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf

import sahelkit as sk
from sahelkit.estimation.newton import maximise
from sahelkit.estimation.splines import duration_terms
from sahelkit.models.hazard.fitting import fit_hazard
from sahelkit.models.placebo.placebos import KINDS, placebo_test
from sahelkit.models.placebo.power import contagion_power

ROUNDS = 7


@pytest.fixture(scope="module")
def world():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        panel = sk.panel("world", "1950-01", "2025-12").add_coups().since_last("attempt").frame
    frame = panel.dropna(subset=["attempt", "since_last_attempt"]).reset_index(drop=True)
    frame = frame.join(duration_terms(frame["since_last_attempt"])[["t", "t2", "t3"]])
    frame["onset"] = (frame["attempt"] > 0).astype(int)
    rng = np.random.default_rng(1)
    for number in range(15):
        frame[f"x{number}"] = rng.normal(size=len(frame))
    return frame


@pytest.fixture(scope="module")
def formula(world):
    names = ["t", "t2", "t3", "never_attempt", *(f"x{number}" for number in range(15))]
    return "onset ~ " + " + ".join(names)


def _race(*runners):
    """Least seconds of each, in turns, so that both meet the same load of the machine."""
    taken = [[] for _ in runners]
    for _ in range(ROUNDS):
        for times, runner in zip(taken, runners, strict=True):
            begin = time.perf_counter()
            runner()
            times.append(time.perf_counter() - begin)
    return [min(times) for times in taken]


def _said(what, ours, theirs):
    print(f"\n{what}: {ours * 1e3:.0f} ms against {theirs * 1e3:.0f} ms, {theirs / ours:.1f} times as fast")
    return theirs / ours


def test_formula_to_estimates(world, formula):
    ours, theirs = _race(
        lambda: fit_hazard(formula, world, link="logit", errors="model"),
        lambda: smf.logit(formula, world).fit(disp=0),
    )
    mine, other = fit_hazard(formula, world, link="logit", errors="model"), smf.logit(formula, world).fit(disp=0)
    assert mine.n_rows > 140_000
    assert mine.coef == pytest.approx(other.params.to_numpy(), abs=1e-7)
    assert mine.std_error == pytest.approx(other.bse.to_numpy(), rel=1e-6)
    assert _said("logit by formula, 20 coefficients", ours, theirs) >= 5


def test_formula_to_clustered_errors(world, formula):
    groups = world["iso3"].astype("category").cat.codes.to_numpy()
    ours, theirs = _race(
        lambda: fit_hazard(formula, world, link="logit", errors="CR1"),
        lambda: smf.logit(formula, world).fit(disp=0, cov_type="cluster", cov_kwds={"groups": groups}),
    )
    # Half of the time of ours goes to the question whether clusters can be compared, which theirs does not ask.
    assert _said("logit by formula, clustered errors (CR1)", ours, theirs) >= 2


def test_default_errors_take_seconds_at_most(world, formula):
    begin = time.perf_counter()
    assert fit_hazard(formula, world, link="logit").errors == "CR2"  # statsmodels has none of these
    taken = time.perf_counter() - begin
    print(f"\nlogit by formula, CR2: {taken * 1e3:.0f} ms")
    assert taken < 5


def test_arrays_to_estimates(world, formula):
    data = fit_hazard(formula, world).data
    plain = np.ascontiguousarray(data.matrix)
    ours, theirs = _race(
        lambda: maximise(data.matrix, data.outcome, link="logit"), lambda: sm.Logit(data.outcome, plain).fit(disp=0)
    )
    assert _said("logit on arrays", ours, theirs) >= 5


def test_cloglog_against_the_general_model(world, formula):
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    ours, theirs = _race(
        lambda: fit_hazard(formula, world, errors="model"), lambda: smf.glm(formula, world, family=family).fit()
    )
    assert _said("cloglog by formula", ours, theirs) >= 5


@pytest.fixture(scope="module")
def region():
    frame = sk.panel("west_africa", "1960-01", "2025-12").add_coups(rule="powell_thyne").since_last("attempt").frame
    frame = frame.join(duration_terms(frame["since_last_attempt"])[["t", "t2", "t3"]])
    return frame.assign(onset=frame["attempt"].clip(upper=1))


@pytest.mark.parametrize("kind", KINDS)
def test_ten_thousand_placebos(region, kind):
    begin = time.perf_counter()
    test = placebo_test("onset ~ t + t2 + t3 + never_attempt", region, kind=kind, replicates=10_000, seed=1, n_jobs=2)
    taken = time.perf_counter() - begin
    print(f"\n10,000 draws of {kind}: {taken:.1f} s, p = {test.p_value:.4f}")
    assert len(test.null) == 10_000
    assert taken <= 60


def test_power_table(region):
    begin = time.perf_counter()
    contagion_power(region, replicates=300, seed=1, n_jobs=2)
    print(f"\npower, five sizes of 300 histories: {time.perf_counter() - begin:.1f} s")
