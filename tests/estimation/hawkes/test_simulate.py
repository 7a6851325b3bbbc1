"""Simulation against closed forms, and its two methods against each other."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import DateError, MissingColumnsError, ModelError, OptionError, UnknownNameError
from sahelkit.estimation.hawkes.baseline import Baseline
from sahelkit.estimation.hawkes.integral import Process, cumulative
from sahelkit.estimation.hawkes.kernel import KERNELS
from sahelkit.estimation.hawkes.likelihood import Point
from sahelkit.estimation.hawkes.observed import Observed, Windows
from sahelkit.estimation.hawkes.simulate import Marked, branch, thin
from sahelkit.models.hawkes import fit_hawkes, simulate_hawkes
from sahelkit.models.hawkes.paths import marked
from sahelkit.models.placebo.simulate import simulate_panel

# Monte Carlo means are compared within this many standard errors: about one false alarm in 15,000.
SIGMAS = 4.0
START, END = 0.0, 3.0


def _two(own=0.3, cross=0.4, own_lag=1.5, cross_lag=0.5, kernel="exponential", rates=(0.5, 0.2)):
    """Two countries, all of the first one's pull going to the second and the reverse."""
    edges = np.array([START, END])
    baseline = Baseline(("a", "b"), ("cell", "cell"), edges, np.array([[0], [1]]), np.eye(2), np.full(2, END - START))
    point = Point(np.log(np.array(rates)), own, cross, own_lag, cross_lag)
    windows = Windows(np.array([0, 1]), np.full(2, START), np.full(2, END))
    return Process(point, baseline, np.array([[0.0, 1.0], [1.0, 0.0]]), KERNELS[kernel]), windows


def _past(*events):
    time, place = (
        (np.array(column) for column in zip(*events, strict=True)) if events else (np.zeros(0), np.zeros(0, int))
    )
    ones = np.ones(len(time))
    return marked(time.astype(float), place.astype(np.intp), ones, ones)


def _counts(events: Marked, n_paths, until=END):
    out = np.zeros((n_paths, 2))
    early = events.time <= until
    np.add.at(out, (events.path[early], events.place[early]), 1)
    return out


def _expected(process, history, until, steps=3000):
    """E N(until) from the linear equations of the mean intensity (exponential kernel), by matrix exponential.

    State: intensity pulled by own events (2), by the other's events (2), and the counts (2), driven by a constant.
    """
    from scipy.linalg import expm

    p = process.point
    mu = np.exp(p.coef)
    matrix = np.zeros((7, 7))
    swap = np.array([[0.0, 1.0], [1.0, 0.0]])
    total = np.hstack([np.eye(2), np.eye(2)])
    matrix[:2, :4] = p.own / p.own_lag * total
    matrix[:2, 6] = p.own / p.own_lag * mu
    matrix[:2, :2] -= np.eye(2) / p.own_lag
    matrix[2:4, :4] = p.cross / p.cross_lag * swap @ total
    matrix[2:4, 6] = p.cross / p.cross_lag * swap @ mu
    matrix[2:4, 2:4] -= np.eye(2) / p.cross_lag
    matrix[4:6, :4] = total
    matrix[4:6, 6] = mu
    state = np.zeros(7)
    state[6] = 1.0
    for time, place in zip(history.time, history.place, strict=True):
        state[place] += p.own / p.own_lag * math.exp((time - START) / p.own_lag)
        state[2 + 1 - place] += p.cross / p.cross_lag * math.exp((time - START) / p.cross_lag)
    return (expm(matrix * (until - START)) @ state)[4:6]


@pytest.mark.parametrize("until", [0.5, 3.0])
@pytest.mark.parametrize("past", [(), ((-0.2, 0), (-1.0, 1))], ids=["empty", "history"])
def test_expected_counts_of_two_countries(past, until):
    process, windows = _two()
    n = 40_000
    events = branch(process, windows, _past(*past), start=START, end=END, n_paths=n, rng=np.random.default_rng(1))
    counts = _counts(events, n, until)
    truth = _expected(process, _past(*past), until)
    error = counts.std(axis=0) / math.sqrt(n)
    assert np.abs(counts.mean(axis=0) - truth).max() < SIGMAS * error.max()


def test_conditional_risk_of_two_countries():
    """P(no event in B by h | events in A's past), when nothing comes back: a closed form up to one integral.

    A is Poisson; B has no events before h in the set-up, so that own excitation of B plays no part:
    P = exp(-mu_B h - pull of the past - mu_A * integral of (1 - exp(-cross G(h - s)))).
    """
    from scipy.integrate import quad

    process, windows = _two(own=0.0)
    process = replace(process, weights=np.array([[0.0, 0.0], [1.0, 0.0]]))
    p, (mu_a, mu_b) = process.point, np.exp(process.point.coef)

    def share(d):
        return 1 - math.exp(-d / p.cross_lag)

    past = _past((-0.3, 0))
    n = 40_000
    events = branch(process, windows, past, start=START, end=END, n_paths=n, rng=np.random.default_rng(2))
    for h in (1.0, 3.0):
        none = (_counts(events, n, h)[:, 1] == 0).mean()
        pulled = p.cross * (share(h + 0.3) - share(0.3))
        met = mu_a * quad(lambda s, h=h: 1 - math.exp(-p.cross * share(h - s)), 0, h)[0]
        truth = math.exp(-mu_b * h - pulled - met)
        assert abs(none - truth) < SIGMAS * math.sqrt(truth * (1 - truth) / n)


@pytest.mark.parametrize("kernel", KERNELS)
def test_clusters_and_thinning_agree(kernel):
    """Counts of both countries: means, variances and the chance of none."""
    process, windows = _two(kernel=kernel)
    past = _past((-0.1, 0), (-0.4, 1))
    n, m = 20_000, 800
    fast = _counts(branch(process, windows, past, start=START, end=END, n_paths=n, rng=np.random.default_rng(3)), n)
    rng = np.random.default_rng(4)
    slow = np.zeros((m, 2))
    for path in range(m):
        one = thin(process, windows, past, start=START, end=END, rng=rng)
        slow[path] = np.bincount(one.place, minlength=2)
    for statistic in (lambda c: c, lambda c: (c == 0) * 1.0, lambda c: (c - fast.mean(axis=0)) ** 2):
        a, b = statistic(fast), statistic(slow)
        error = np.sqrt(a.var(axis=0) / n + b.var(axis=0) / m)
        assert (np.abs(a.mean(axis=0) - b.mean(axis=0)) < SIGMAS * error).all()


def test_rescaled_times_of_simulated_events_are_exponential():
    """hawkes.analytic: compensator increments ~ Exp(1), by Kolmogorov-Smirnov, over many paths."""
    from scipy.stats import kstest

    end = 60.0
    process, windows = _two()
    edges = np.array([START, end])
    process = replace(process, baseline=replace(process.baseline, edges=edges, exposure=np.full(2, end)))
    windows = replace(windows, end=np.full(2, end))
    gaps = []
    for seed in range(12):
        rng = np.random.default_rng(seed)
        new = branch(process, windows, _past(), start=START, end=end, n_paths=1, rng=rng)
        order = np.argsort(new.time)
        o = Observed(
            ("A", "B"),
            new.time[order],
            new.place[order],
            new.own_mark[order],
            new.cross_mark[order],
            np.ones(len(new), dtype=bool),
            windows,
        )
        for place in (0, 1):
            mine = o.time[o.place == place]
            gaps.append(np.diff(cumulative(process, o, place, mine).sum(axis=0), prepend=0.0))
    assert sum(map(len, gaps)) > 1000
    assert kstest(np.concatenate(gaps), "expon").pvalue > 0.01


def test_history_only_adds_what_its_events_set_off():
    """Without baseline the mean number is that of the clusters: (I - A)^-1 A per event over a long time."""
    process, windows = _two(own_lag=0.05, cross_lag=0.05)
    n = 20_000
    events = branch(
        process, windows, _past((0.0, 0)), start=START, end=END, n_paths=n, rng=np.random.default_rng(5), baseline=False
    )
    matrix = process.branching()
    truth = (np.linalg.inv(np.eye(2) - matrix) @ matrix)[:, 0]
    counts = _counts(events, n)
    assert np.abs(counts.mean(axis=0) - truth).max() < SIGMAS * counts.std(axis=0).max() / math.sqrt(n)


def test_no_event_outside_the_windows():
    process, windows = _two(rates=(3.0, 3.0))
    windows = Windows(np.array([0, 1, 1]), np.array([1.0, 0.0, 2.0]), np.array([3.0, 0.5, 2.5]))
    for events in (
        branch(process, windows, _past((-0.1, 0)), start=START, end=END, n_paths=200, rng=np.random.default_rng(1)),
        thin(process, windows, _past((-0.1, 0)), start=START, end=END, rng=np.random.default_rng(1)),
    ):
        assert len(events) > 0
        assert windows.holds(events.time, events.place).all()


def test_runaway_is_stopped():
    process, windows = _two(own=3.0, own_lag=0.01)
    with pytest.raises(ModelError, match="the simulated events run away"):
        branch(process, windows, _past(), start=START, end=END, n_paths=1, rng=np.random.default_rng(1))


@pytest.fixture(scope="module")
def fit():
    coups = sk.load_coups(rule="powell_thyne", countries="west_africa")
    return fit_hawkes(coups, countries="west_africa", start=1960, end=2025)


def test_same_seed_same_paths(fit):
    one, two, other = (simulate_hawkes(fit, start=2020, end=2025, replicates=5, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert not one.equals(other)
    assert one["date"].between("2020-01-01", "2025-12-31").all()


def test_history_raises_the_risk_at_home(fit):
    """Mali in 2026-28 after an attempt on the last day of 2025, and after nothing at all."""
    none = pd.DataFrame({"iso3": [], "date": pd.to_datetime([])})
    after = pd.DataFrame({"iso3": ["MLI"], "date": pd.to_datetime(["2025-12-31"])})
    risk = {}
    for name, history in (("none", none), ("after", after)):
        paths = simulate_hawkes(fit, start=2026, end=2028, history=history, replicates=4000, seed=1)
        risk[name] = paths.loc[paths["iso3"] == "MLI", "path"].nunique() / 4000
    share = fit.own * -math.expm1(-3 / fit.own_lag)
    assert risk["after"] - risk["none"] == pytest.approx(share * (1 - risk["none"]), abs=0.06)


def test_thinning_through_the_public_door(fit):
    paths = simulate_hawkes(fit, start=2024, end=2025, replicates=3, seed=1, method="thinning", contagion=False)
    assert list(paths.columns) == ["path", "iso3", "date"]
    assert set(paths["path"]) <= {0, 1, 2}


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"method": "ogata"}, UnknownNameError, "unknown method 'ogata'"),
        ({"replicates": 0}, OptionError, "replicates=0: it is a whole number of at least 1"),
        ({"start": 2020, "end": 2010}, DateError, "it lies before start=2020-01-01"),
        ({"history": pd.DataFrame({"iso3": ["MLI"]})}, MissingColumnsError, "'date'"),
    ],
)
def test_bad_option_is_named(fit, options, error, text):
    with pytest.raises(error, match=text):
        simulate_hawkes(fit, **options)


def test_panel_counts_the_attempts_it_made():
    options = {"countries": "focus", "start": 1960, "end": 1999, "cross": 0.2, "replicates": 3, "seed": 4}
    attempts, months = simulate_panel(**options), simulate_panel(freq="M", **options)
    assert months["attempts"].sum() == len(attempts)
    begin = sk.load_states(countries="focus")["start"].clip(lower=pd.Timestamp("1960-01-01"))
    assert len(months) == 3 * int((12 * (2000 - begin.dt.year) - begin.dt.month + 1).sum())
    years = simulate_panel(freq="Y", **options)
    assert years["attempts"].sum() == len(attempts)
    assert years.loc[years["iso3"] == "MLI", "year"].min() == 1960


def test_panel_has_the_rate_it_was_given():
    attempts = simulate_panel(replicates=150, rate=0.05, own=0.4, own_lag=0.1, country_sd=0.0, seed=1)
    size = fit_hawkes(
        attempts[attempts["path"] == 0], countries="west_africa", start=1960, end=2025
    ).baseline.exposure.sum()
    per_path = attempts.groupby("path").size()
    truth = 0.05 * size / (1 - 0.4)
    assert abs(per_path.mean() - truth) < SIGMAS * per_path.std() / math.sqrt(150)


def test_panel_refuses_what_runs_away():
    with pytest.raises(OptionError, match=r"would set off 1\.10 others"):
        simulate_panel(own=0.6, cross=0.5)
    with pytest.raises(OptionError, match="it is a number of at least 0"):
        simulate_panel(country_sd=-1)


def test_shocks_of_a_decade_begin_where_they_are_told_to():
    """With strong shocks, years that share one differ far less in their mean rate than years that do not."""
    found = {}
    for first in (0, 5):
        panel = simulate_panel(
            own=0.0, rate=0.5, country_sd=0.0, decade_sd=1.5, decade_from=first, freq="Y", replicates=40, seed=4
        )
        yearly = panel.groupby(["path", "year"])["attempts"].mean().unstack()
        found[first] = {year: float((yearly[year] - yearly[year - 1]).abs().mean()) for year in (1980, 1985)}
    assert found[0][1980] > 3 * found[0][1985]
    assert found[5][1985] > 3 * found[5][1980]
    for wrong in (10, -1, 2.5):
        with pytest.raises(OptionError, match="last digit of a year"):
            simulate_panel(decade_from=wrong)
