"""Nothing depends on the units of weights, marks and covariates, the order of rows, or the number of processes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.estimation.hawkes.likelihood import log_likelihood
from sahelkit.exposure import spatial_weights
from sahelkit.models.hawkes import (
    bias_corrected,
    contagion_bound,
    contagion_test,
    detectable_contagion,
    excitation_intervals,
    fit_hawkes,
    goodness_of_fit,
    robustness,
    simulate_hawkes,
)

WINDOW = {"countries": "west_africa", "start": 1960, "end": 2025}
# Near enough to tell two optima apart, wide enough for the last digits of a search.
CLOSE = {"rel": 1e-5, "abs": 1e-9}


@pytest.fixture(scope="module")
def coups():
    return sk.load_coups(rule="powell_thyne", countries="west_africa")


def _weights(kind):
    normalise = None if kind == "inverse_distance" else "column"
    return spatial_weights("west_africa", kind=kind, normalise=normalise)


def _numbers(fit, unit):
    """All that a fit reports, that of contagion in one unit."""
    low, high = fit.interval("cross")
    by_lag = fit.bounds_by_lag()
    return {
        "lr": fit.lr,
        "loglik": fit.loglik,
        "own": fit.own,
        "own_lag": fit.own_lag,
        "own_interval": fit.interval("own"),
        "cross": fit.cross * unit,
        "cross_lag": fit.cross_lag,
        "interval": (low * unit, high * unit),
        "by_lag": [*(by_lag["cross"] * unit), *(by_lag["high"] * unit), *by_lag["lr"]],
        "radius": fit.spectral_radius,
        "branching": fit.branching.ravel().tolist(),
        "intensity": float(fit.intensity(freq="Y").sum()),
    }


def _same(one, two):
    assert one.keys() == two.keys()
    for name, value in one.items():
        assert two[name] == pytest.approx(value, **CLOSE), name


@pytest.fixture(scope="module", params=["land", "inverse_distance"])
def by_weights(request, coups):
    weights = _weights(request.param)
    return request.param, _numbers(fit_hawkes(coups, weights=weights, **WINDOW), 1.0)


@pytest.mark.parametrize("unit", [1e-6, 30.0, 700.0, 1e6])
def test_unit_of_the_weights(coups, by_weights, unit):
    kind, plain = by_weights
    _same(plain, _numbers(fit_hawkes(coups, weights=_weights(kind) * unit, **WINDOW), unit))


def test_contagion_is_found_whatever_the_unit_of_the_weights(by_weights):
    """The best of a plain grid over strength and lag, all else as without contagion, is a floor of the ratio."""
    kind, plain = by_weights
    assert plain["lr"] == pytest.approx({"land": 1.343018, "inverse_distance": 0.148428}[kind], abs=1e-5)


def test_strengths_and_weights_as_given_make_up_the_branching(coups):
    """The coefficients belong to the weights and marks that the user gave: own * I + cross * W, at the mean mark."""
    marked = coups.assign(size=3.0 + (coups["outcome"] == "success"))
    weights = _weights("inverse_distance") * 7
    fit = fit_hawkes(marked, weights=weights, own_mark="size", cross_mark="size", **WINDOW)
    mean = marked.loc[marked["date"] >= "1960", "size"].mean()
    known = mean * (fit.own * np.eye(16) + fit.cross * weights.to_numpy())
    assert fit.branching == pytest.approx(known, rel=1e-3, abs=1e-9)
    assert fit.weights == pytest.approx(weights.to_numpy())


def test_no_point_of_a_grid_is_better(coups):
    fit = fit_hawkes(coups, weights=_weights("inverse_distance"), **WINDOW)
    problem, null = fit.estimate.problem, fit.estimate.null.vector()
    best = -np.inf
    for cross in np.geomspace(1e-5, 1.0, 26):
        for lag in np.geomspace(1 / 12, 5.0, 25):
            vector = null.copy()
            vector[-3], vector[-1] = cross, np.log(lag)
            best = max(best, log_likelihood(problem, vector)[0])
    assert fit.loglik >= best
    assert best > fit.estimate.null_loglik


@pytest.mark.parametrize("unit", [1e-6, 1e6])
def test_unit_of_the_marks(coups, unit):
    marked = coups.assign(size=1.0 + (coups["outcome"] == "success"))
    one = fit_hawkes(marked, own_mark="size", cross_mark="size", **WINDOW)
    other = fit_hawkes(marked.assign(size=marked["size"] * unit), own_mark="size", cross_mark="size", **WINDOW)
    assert other.own * unit == pytest.approx(one.own, **CLOSE)
    assert np.array(other.interval("own")) * unit == pytest.approx(one.interval("own"), **CLOSE)
    assert (other.lr, other.loglik) == pytest.approx((one.lr, one.loglik), **CLOSE)
    assert other.branching == pytest.approx(one.branching, **CLOSE)
    assert other.says() == one.says()


@pytest.fixture(scope="module")
def grid():
    rng = np.random.default_rng(4)
    rows = pd.MultiIndex.from_product([sk.places.members("west_africa"), range(1960, 2026)], names=["iso3", "year"])
    return pd.DataFrame({"x": rng.normal(size=len(rows)), "y": rng.normal(size=len(rows))}, index=rows).reset_index()


@pytest.fixture(scope="module")
def with_covariates(coups, grid):
    return fit_hawkes(coups, covariates=grid, **WINDOW)


@pytest.mark.parametrize(("factor", "shift"), [(1e-8, 0.0), (1e8, 0.0), (1.0, 1e6), (-1e-3, 5.0)])
def test_unit_and_origin_of_a_covariate(coups, grid, with_covariates, factor, shift):
    moved = fit_hawkes(coups, covariates=grid.assign(x=grid["x"] * factor + shift), **WINDOW)
    one, other = (fit.tidy().set_index("quantity") for fit in (with_covariates, moved))
    others = [name for name in one.index if name != "x"]
    numbers = ["estimate", "low", "high"]
    np.testing.assert_allclose(other.loc[others, numbers], one.loc[others, numbers], rtol=1e-4, atol=1e-7)
    assert (moved.lr, moved.loglik) == pytest.approx((with_covariates.lr, with_covariates.loglik), abs=1e-5)
    if factor > 1e-5:  # below, the ratio per unit is beyond what a number can hold
        ends = np.sort(factor * np.log(other.loc["x", numbers].to_numpy(dtype=float)))
        assert ends == pytest.approx(np.sort(np.log(one.loc["x", numbers].to_numpy(dtype=float))), rel=1e-4)
    assert moved.coefficients["x"] * factor == pytest.approx(with_covariates.coefficients["x"], rel=1e-4)


@pytest.mark.parametrize("dtype", ["float32", "object", "Float64"])
def test_kind_of_number_of_a_covariate(coups, grid, with_covariates, dtype):
    rounded = grid.assign(x=grid["x"].astype("float32").astype("float64"))
    same = fit_hawkes(coups, covariates=rounded.astype({"x": dtype}).sample(frac=1, random_state=1), **WINDOW)
    assert same.loglik == pytest.approx(with_covariates.loglik, abs=1e-4)


def test_order_of_rows_countries_and_index(coups, by_weights):
    kind, plain = by_weights
    mixed = coups.sample(frac=1, random_state=1).set_axis([7] * len(coups))
    order = [str(code) for code in np.random.default_rng(2).permutation(_weights(kind)["source"].values)]
    found = _numbers(fit_hawkes(mixed, weights=_weights(kind), **{**WINDOW, "countries": order}), 1.0)
    for numbers in (plain, found):
        numbers["branching"] = sorted(numbers["branching"])
    _same(plain, found)


SMALL = {"countries": "focus", "start": 1960, "end": 2025}


@pytest.fixture(scope="module")
def pair():
    """The same history with weights that differ in their unit by a million."""
    coups = sk.load_coups(rule="powell_thyne", countries="focus")
    weights = spatial_weights("focus", kind="inverse_distance", normalise=None)
    return fit_hawkes(coups, weights=weights, **SMALL), fit_hawkes(coups, weights=weights * 1e6, **SMALL)


def test_tests_and_bounds_do_not_depend_on_the_unit_or_the_processes(pair):
    for function in (contagion_test, contagion_bound, excitation_intervals, bias_corrected):
        one, two = (function(fit, replicates=19, seed=1, n_jobs=jobs) for fit, jobs in zip(pair, (1, 2), strict=True))
        first, second = (found if isinstance(found, pd.DataFrame) else found.tidy() for found in (one, two))
        scaled = first["quantity"] == "cross" if "quantity" in first else np.ones(len(first), bool)
        for name in first.select_dtypes("float").columns:
            of_weights = name in {
                *("estimate", "cross", "low", "high", "upper", "profile_upper", "profile_low", "profile_high"),
                *("mc_error", "mc_error_low", "mc_error_high", "bias", "corrected"),
            }
            unit = np.where(scaled & of_weights, 1e6, 1.0)
            np.testing.assert_allclose(second[name] * unit, first[name], rtol=1e-4, atol=1e-7, err_msg=name)
        if hasattr(one, "says"):
            assert one.says() == two.says()


def test_goodness_of_fit_and_power_do_not_depend_on_the_unit(pair):
    one, two = (goodness_of_fit(fit, replicates=19, seed=1).table for fit in pair)
    pd.testing.assert_frame_equal(one, two, rtol=1e-4)
    strengths = [(0.1 / fit.units.cross,) for fit in pair]
    tables = [
        detectable_contagion(fit, cross=cross, cross_lag=(1.0,), replicates=19, seed=1)
        for fit, cross in zip(pair, strengths, strict=True)
    ]
    pd.testing.assert_series_equal(tables[0]["power"], tables[1]["power"])
    np.testing.assert_allclose(tables[1]["mean_estimate"] * 1e6, tables[0]["mean_estimate"], rtol=1e-4, atol=1e-9)


def test_simulated_paths_do_not_depend_on_the_unit(pair):
    one, two = (simulate_hawkes(fit, start="2026", end="2040", replicates=20, seed=1) for fit in pair)
    pd.testing.assert_frame_equal(one, two)


def test_robustness_does_not_depend_on_the_unit():
    weights = spatial_weights("focus", kind="inverse_distance", normalise=None)
    one, two = (robustness(**SMALL, weights=weights * unit, rules=[], replicates=9, seed=1) for unit in (1.0, 1e6))
    assert two.permuted == pytest.approx(one.permuted, abs=1e-5)
    assert two.refits["cross"].to_numpy() * 1e6 == pytest.approx(one.refits["cross"].to_numpy(), rel=1e-4, abs=1e-9)
    assert two.p_error == pytest.approx(np.sqrt(one.p_permuted * (1 - one.p_permuted) / 10))
