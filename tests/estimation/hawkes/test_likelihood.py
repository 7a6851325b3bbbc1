"""The likelihood, its gradient and its curvature against sums written out and finite differences."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.estimation.hawkes.baseline import Baseline, grid_edges, make_baseline, natural_spline
from sahelkit.estimation.hawkes.estimate import Settings, estimate
from sahelkit.estimation.hawkes.kernel import KERNELS
from sahelkit.estimation.hawkes.likelihood import Point, curvature, log_likelihood, pose
from sahelkit.estimation.hawkes.observed import Observed, Windows
from sahelkit.estimation.hawkes.pull import Stream, pull_of
from sahelkit.models.hawkes import fit_hawkes
from sahelkit.models.hawkes.observing import observe, state_windows

EXACT = 1e-12
# Central differences with step h of a function of size 300 in double precision: truncation h^2, rounding 3e-14 / h.
STEP, DIFFERENCE = 1e-5, 2e-6


def _west_africa(period=4, kernel="exponential", start="1960", end="2025"):
    codes = sk.places.members("west_africa")
    first, last = pd.Timestamp(f"{start}-01-01"), pd.Timestamp(f"{end}-12-31")
    windows = state_windows(codes, first, last, version=None)
    coups = sk.load_coups(rule="powell_thyne", countries="west_africa")
    coups = coups.assign(success=(coups["outcome"] == "success") * 1.0)
    observed = observe(coups, codes, windows, own_mark=None, cross_mark="success")
    edges = grid_edges(first, last, "Y")
    baseline = make_baseline(windows.exposure(edges, 16), edges, codes, period=period, covariates=None)
    weights = sk.exposure.spatial_weights(codes).to_numpy()
    precision = np.where(np.isin(baseline.block, ["intercept"]), 0.0, 4.0)
    return observed, baseline, weights, pose(observed, baseline, weights, KERNELS[kernel], precision)


def _somewhere(baseline, seed=1):
    rng = np.random.default_rng(seed)
    coef = 0.3 * rng.standard_normal(len(baseline.terms))
    coef[0] -= 2.8
    return Point(coef, 0.31, 0.12, 1.7, 0.45).vector()


def one_place(times, end, start=0.0):
    """One country with a constant baseline, in any unit of time."""
    times = np.asarray(times, dtype=float)
    windows = Windows(np.zeros(1, dtype=np.intp), np.array([start]), np.array([end]))
    ones, zeros = np.ones(len(times)), np.zeros(len(times), dtype=np.intp)
    observed = Observed(("A",), times, zeros, ones, ones, np.ones(len(times), dtype=bool), windows)
    row = np.zeros((1, 1), dtype=np.intp)
    baseline = Baseline(
        ("rate",), ("intercept",), np.array([start, end]), row, np.ones((1, 1)), np.array([end - start])
    )
    return observed, baseline


@pytest.mark.parametrize("kernel", ["exponential", "power_law"])
@pytest.mark.parametrize("period", ["half_decade", 4, "decade", "country_decade", "none"])
def test_gradient_is_the_slope_of_the_value(period, kernel):
    _, baseline, _, problem = _west_africa(period, kernel)
    at = _somewhere(baseline)
    _, gradient = log_likelihood(problem, at)
    for k, unit in enumerate(np.eye(len(at))):
        slope = (log_likelihood(problem, at + STEP * unit)[0] - log_likelihood(problem, at - STEP * unit)[0]) / (
            2 * STEP
        )
        assert gradient[k] == pytest.approx(slope, abs=DIFFERENCE * max(1, abs(slope))), k


def test_curvature_is_the_slope_of_the_gradient():
    """By coefficients, own and cross; lag rows are stand-ins and only there on average."""
    _, baseline, _, problem = _west_africa()
    at = _somewhere(baseline)
    matrix = curvature(problem, at)
    for k, unit in enumerate(np.eye(len(at))[:-2]):
        change = log_likelihood(problem, at + STEP * unit)[1] - log_likelihood(problem, at - STEP * unit)[1]
        assert matrix[k, :-2] == pytest.approx(-change[:-2] / (2 * STEP), rel=1e-5, abs=1e-4), k


def _direct(observed, baseline, weights, vector, density, share):
    """Sum over every event of the log of (baseline + a loop over all earlier events), less the integral, in loops."""
    point = Point.of(vector)
    log_rate = baseline.design @ point.coef
    total = 0.0
    for k in np.flatnonzero(observed.counted):
        here, now = observed.place[k], observed.time[k]
        column = next(c for c in range(len(baseline.edges) - 1) if baseline.edges[c] < now <= baseline.edges[c + 1])
        intensity = math.exp(log_rate[baseline.row[here, column]])
        for j, then in enumerate(observed.time):
            if then < now:
                there = observed.place[j]
                if there == here:
                    intensity += point.own * observed.own_mark[j] * density(now - then, point.own_lag)
                tie = weights[here, there]
                intensity += point.cross * tie * observed.cross_mark[j] * density(now - then, point.cross_lag)
        total += math.log(intensity)
    for place, begin, end in zip(observed.windows.place, observed.windows.start, observed.windows.end, strict=True):
        for c, (low, high) in enumerate(zip(baseline.edges[:-1], baseline.edges[1:], strict=True)):
            inside = max(0.0, min(high, end) - max(low, begin))
            if inside:
                total -= inside * math.exp(log_rate[baseline.row[place, c]])
        for j, then in enumerate(observed.time):
            for strength, lag in (
                (point.own * observed.own_mark[j] * (observed.place[j] == place), point.own_lag),
                (point.cross * observed.cross_mark[j] * weights[place, observed.place[j]], point.cross_lag),
            ):
                total -= strength * (share(max(end - then, 0), lag) - share(max(begin - then, 0), lag))
    return total


@pytest.mark.parametrize(
    ("kernel", "density", "share"),
    [
        ("exponential", lambda d, lag: math.exp(-d / lag) / lag, lambda d, lag: 1 - math.exp(-d / lag)),
        ("power_law", lambda d, lag: 2 * lag**2 / (lag + d) ** 3, lambda d, lag: 1 - (lag / (lag + d)) ** 2),
        ("step", lambda d, lag: (d <= 2 * lag) / (2 * lag), lambda d, lag: min(1.0, d / (2 * lag))),
    ],
)
def test_value_is_the_sum_written_out(kernel, density, share):
    observed, baseline, weights, problem = _west_africa(kernel=kernel, start="1972", end="2001")
    assert 0 < observed.n_history < observed.n_events
    at = _somewhere(baseline, seed=7)
    truth = _direct(observed, baseline, weights, at, density, share)
    assert log_likelihood(problem, at, prior=False)[0] == pytest.approx(truth, rel=1e-12)


@pytest.mark.parametrize("name", KERNELS)
def test_kernel_is_a_density_with_mean_lag_one(name):
    from scipy.integrate import quad

    kernel = KERNELS[name]
    for x in (0.3, 1.0, 1.9, 4.0):
        assert float(kernel.mass(np.array(x))) == pytest.approx(
            quad(lambda y: float(kernel.shape(np.array(y))), 0, x, points=[2.0] if x > 2 else None)[0], abs=1e-9
        )
    # The mean is the integral of the share still to come.
    still = quad(lambda y: 1 - float(kernel.mass(np.array(y))), 0, 2 if name == "step" else np.inf)[0]
    assert still == pytest.approx(1.0, abs=1e-8)
    u = np.array([0.0, 0.2, 0.77, 0.999])
    assert kernel.mass(kernel.quantile(u)) == pytest.approx(u, abs=EXACT)


def test_events_at_both_ends_and_no_excitation():
    """hawkes.analytic: log L = n log(mu) - mu T."""
    mu, end = 0.37, 12.5
    observed, baseline = one_place([0.0, end], end)
    problem = pose(observed, baseline, np.zeros((1, 1)), KERNELS["exponential"])
    value, _ = log_likelihood(problem, Point(np.array([math.log(mu)]), 0.0, 0.0, 1.0, 1.0).vector())
    assert value == pytest.approx(2 * math.log(mu) - mu * end, abs=EXACT)


def test_recursion_equals_pairs():
    """The stream used for many events gives what the list of pairs gives, ties and history included."""
    rng = np.random.default_rng(3)
    time = np.sort(np.round(rng.uniform(0, 40, 300), 1))
    assert len(np.unique(time)) < 300
    place, mark = rng.integers(0, 4, 300), rng.uniform(0, 2, 300)
    counted = time > 5
    tie = rng.uniform(0, 1, (4, 4))
    windows = (np.arange(4), np.full(4, 5.0), np.full(4, 40.0))
    kernel = KERNELS["exponential"]
    pairs = pull_of(time, place, mark, counted, tie, windows, kernel)
    at = np.full(300, -1)
    at[counted] = np.arange(counted.sum())
    stream = Stream(time, place, mark, at, tie, int(counted.sum()), pairs.reach)
    for lag in (0.05, 1.0, 30.0):
        for a, b in zip(pairs.at_events(kernel, lag), stream.at_events(kernel, lag), strict=True):
            assert b == pytest.approx(a, rel=1e-10, abs=EXACT)


@pytest.mark.reference
def test_retweets(reference, reference_dir):
    """hawkes.retweets: mu + alpha sum exp(-beta d), alpha = branching * beta, fitted to 4,772 events."""
    case = reference("hawkes.retweets")
    times = pd.read_csv(reference_dir / case["data"])["t_min"].to_numpy()
    observed, baseline = one_place(times, times[-1])
    settings = Settings(own_lag=(1.0, 100.0), contagion=False, starts=(0.5,))
    # A window open on the left would not count the first event, at its very beginning: the source counts it.
    assert observed.n_events == case["expected"]["n"]
    found = estimate(observed, baseline, np.zeros((1, 1)), settings)
    mu, branching = math.exp(found.point.coef[0]), found.point.own
    expected, tolerance = case["expected"], case["tol"]
    assert mu == pytest.approx(expected["mu"], abs=tolerance["mu"])
    assert branching / found.point.own_lag == pytest.approx(expected["alpha"], abs=tolerance["alpha"])
    assert 1 / found.point.own_lag == pytest.approx(expected["beta"], abs=tolerance["beta"])
    assert branching == pytest.approx(expected["branching"], abs=0.005)
    assert -found.loglik == pytest.approx(1114.364122, abs=1e-4)


def test_maximum_is_the_one_another_optimiser_finds():
    from scipy.optimize import minimize

    coups = sk.load_coups(rule="powell_thyne", countries="west_africa")
    fit = fit_hawkes(coups, countries="west_africa", start=1960, end=2025, country_sd=0.3)
    problem = fit.estimate.problem
    limits = [(None, None)] * len(fit.baseline.terms) + [(0, None), (0, None)] + [tuple(np.log([1 / 12, 5]))] * 2
    best = -math.inf
    for lag in (0.1, 0.4, 1.0, 3.0):
        start = Point(np.zeros(len(fit.baseline.terms)), 0.2, 0.1, 1.0, lag).vector()
        start[0] = -2.5

        def loss(x):
            value, gradient = log_likelihood(problem, x)
            return -value, -gradient

        found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=limits, options={"ftol": 1e-13, "gtol": 1e-7})
        best = max(best, -found.fun)
    assert fit.loglik == pytest.approx(best, abs=1e-5)
    null = minimize(
        lambda x: tuple(-part for part in log_likelihood(problem, x)),
        Point(np.append(-2.5, np.zeros(len(fit.baseline.terms) - 1)), 0.2, 0.0, 1.0, 1.0).vector(),
        jac=True,
        method="L-BFGS-B",
        bounds=[*limits[:-3], (0, 0), *limits[-2:]],
        options={"ftol": 1e-13, "gtol": 1e-7},
    )
    assert fit.estimate.null_loglik == pytest.approx(-null.fun, abs=1e-5)


def test_spread_of_the_countries_maximises_the_marginal_likelihood():
    """Against importance sampling of the country effects, at other parameters held at the mode."""
    coups = sk.load_coups(rule="powell_thyne", countries="west_africa")
    draws = np.random.default_rng(5).standard_normal((600, 16))

    def marginal(spread):
        options = {"country_sd": spread, "contagion": False}
        fit = fit_hawkes(coups, countries="west_africa", start=1960, end=2025, **options)
        problem, vector = fit.estimate.problem, fit.estimate.point.vector()
        columns = fit.baseline.columns("country")
        shape = np.linalg.cholesky(np.linalg.inv(curvature(problem, vector)[np.ix_(columns, columns)]))
        logs = []
        for z in draws:
            moved = vector.copy()
            moved[columns] += shape @ z
            logs.append(log_likelihood(problem, moved)[0] + 0.5 * z @ z)
        integral = np.logaddexp.reduce(logs) - math.log(len(draws)) + np.linalg.slogdet(shape)[1]
        return integral - 16 * math.log(spread)

    found = fit_hawkes(coups, countries="west_africa", start=1960, end=2025).estimate.spreads["country"]
    top = marginal(found)
    # The likelihood is flat: 0.03 is far below any difference that matters, 0.15 a spread that would be a mistake.
    assert top >= max(marginal(spread) for spread in np.exp(np.linspace(math.log(0.02), math.log(1.0), 12))) - 0.03
    assert marginal(0.3) < top - 0.15


def test_spline_is_straight_beyond_nothing_and_smooth_within():
    x = np.arange(66.0)
    basis = natural_spline(x, 4)
    assert basis.shape == (66, 4)
    assert np.linalg.matrix_rank(np.column_stack([basis, np.ones(66), x])) == 5
