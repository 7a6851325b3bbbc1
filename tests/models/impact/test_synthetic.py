"""Synthetic control and synthetic differences against published values, brute force and simulation."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import ModelError, OptionError
from sahelkit.estimation.did_weights import did_weights, weighted_did
from sahelkit.estimation.simplex import simplex_weights
from sahelkit.models.impact import backdate, event_study, synthetic_control, synthetic_did
from sahelkit.models.impact.windows import EventWindow


def _window(values, n_before, *, scale="count", names=None):
    names = names or [f"C{number:02d}" for number in range(values.shape[1])]
    times = np.array([*range(-n_before, 0), *range(1, len(values) - n_before + 1)])
    months = pd.period_range("2000-01", periods=len(values), freq="M")
    table = pd.DataFrame(values, index=months, columns=names)
    day = months[n_before].to_timestamp()
    return EventWindow(names[0], day, "deaths", scale, 1, times, months, table, table)


def _factors(seed, *, donors=15, before=16, after=6, effect=0.0, noise=0.3):
    rng = np.random.default_rng(seed)
    common = rng.normal(size=(before + after, 2)).cumsum(axis=0)
    load = rng.uniform(0.2, 1.0, size=(2, donors + 1))
    values = common @ load + rng.normal(scale=noise, size=(before + after, donors + 1))
    values[before:, 0] += effect
    return values


@pytest.mark.parametrize("ridge", [0.0, 0.7])
def test_simplex_weights_against_a_grid(ridge):
    rng = np.random.default_rng(4)
    for _ in range(20):
        columns, target = rng.normal(size=(5, 3)), rng.normal(size=5)
        found = simplex_weights(columns, target, ridge=ridge)
        steps = np.linspace(0, 1, 101)
        grid = np.array([(a, b, 1 - a - b) for a in steps for b in steps if a + b <= 1 + 1e-9])
        losses = ((grid @ columns.T - target) ** 2).sum(axis=1) + ridge * (grid**2).sum(axis=1)
        own = ((columns @ found - target) ** 2).sum() + ridge * (found**2).sum()
        assert own <= losses.min() + 1e-10
        assert found == pytest.approx(grid[losses.argmin()], abs=0.02)


def test_simplex_weights_against_a_general_solver():
    from scipy.optimize import minimize

    rng = np.random.default_rng(6)
    columns, target = rng.normal(size=(30, 12)) * 40 + 100, rng.normal(size=30) * 40 + 100
    ours = simplex_weights(columns, target)
    theirs = minimize(
        lambda w: ((columns @ w - target) ** 2).sum() / 1e4,
        np.full(12, 1 / 12),
        bounds=[(0, 1)] * 12,
        constraints={"type": "eq", "fun": lambda w: w.sum() - 1},
        options={"ftol": 1e-14, "maxiter": 1000},
    ).x
    assert ours == pytest.approx(theirs, abs=1e-4)
    assert ours.min() >= 0
    assert ours.sum() == pytest.approx(1.0)


def test_a_country_inside_the_hull_is_met_exactly():
    values = _factors(1, effect=2.0)
    values[:, 0] = values[:, 1:] @ np.r_[0.6, 0.4, np.zeros(13)]
    values[16:, 0] += 2.0
    found = synthetic_control(_window(values, 16))
    assert found.effect == pytest.approx(2.0)
    assert found.p_value == pytest.approx(1 / 16)
    assert found.smallest_p == pytest.approx(1 / 16)
    assert set(found.without.columns) == {"C01", "C02"}


def test_the_p_value_counts_ratios_at_least_as_large():
    found = synthetic_control(_window(_factors(2, effect=0.5), 16))
    table = found.placebos()
    assert found.p_value == (table["ratio"] >= found.ratio - 1e-12).mean()
    rest = np.arange(2, 16)
    values = _factors(2, effect=0.5)
    weights = simplex_weights(values[:16, rest], values[:16, 1])
    gap = values[:, 1] - values[:, rest] @ weights
    assert table["effect"][1] == pytest.approx(gap[16:].mean())
    assert table["ratio"][1] == pytest.approx(np.sqrt((gap[16:] ** 2).mean() / (gap[:16] ** 2).mean()))


def test_leaving_a_donor_out_is_the_same_as_not_having_it():
    values = _factors(3)
    found = synthetic_control(_window(values, 16))
    gone = found.without.columns[0]
    place = int(gone[1:])
    fewer = synthetic_control(_window(np.delete(values, place, axis=1), 16))
    assert found.leave_one_out()[gone] == pytest.approx(fewer.effect)


def test_the_same_whatever_the_number_of_workers():
    window = _window(_factors(5), 16)
    one, two = (synthetic_control(window, n_jobs=n) for n in (1, 2))
    pd.testing.assert_frame_equal(one.placebo_gaps, two.placebo_gaps)


def test_equal_weights_are_plain_differences():
    values = _factors(7, effect=1.0)
    found = synthetic_did(_window(values, 16))
    change = values[16:].mean(axis=0) - values[:16].mean(axis=0)
    assert found.plain == pytest.approx(change[0] - change[1:].mean())


def test_weighted_differences_are_the_weighted_least_squares_of_two_way_effects():
    """Arkhangelsky et al., equation (1): regression on unit and time effects with the product of the weights."""
    import statsmodels.api as sm

    values = _factors(8, effect=1.0)
    found = did_weights(values[:, 0], values[:, 1:], 16)
    ours = weighted_did(values[:, 0], values[:, 1:], 16, found.units, found.times)
    unit = np.r_[1.0, found.units]
    time = np.r_[found.times, np.full(6, 1 / 6)]
    rows, columns = np.indices(values.shape)
    effects = [columns == place for place in range(16)] + [rows == place for place in range(1, 22)]
    design = np.column_stack([effect.ravel() for effect in effects] + [((columns == 0) & (rows >= 16)).ravel()])
    weights = np.outer(time, unit).ravel() + 1e-12
    theirs = sm.WLS(values.ravel(), design.astype(float), weights=weights).fit().params[-1]
    assert ours == pytest.approx(theirs, abs=1e-5)


def test_unit_weights_minimise_the_published_objective():
    from scipy.optimize import minimize

    values = _factors(9)
    treated, donors = values[:16, 0], values[:16, 1:]
    found = did_weights(values[:, 0], values[:, 1:], 16)
    noise = np.std(np.diff(donors, axis=0), ddof=1)
    assert found.penalty == pytest.approx(6**0.25 * noise)

    def loss(x):
        return ((x[0] + donors @ x[1:] - treated) ** 2).sum() + found.penalty**2 * 16 * (x[1:] ** 2).sum()

    start = np.r_[0.0, np.full(15, 1 / 15)]
    limits = [(None, None)] + [(0, 1)] * 15
    sum_to_one = {"type": "eq", "fun": lambda x: x[1:].sum() - 1}
    best = minimize(loss, start, bounds=limits, constraints=sum_to_one, options={"ftol": 1e-14, "maxiter": 2000})
    assert found.units == pytest.approx(best.x[1:], abs=1e-3)


def test_a_known_effect_is_recovered_where_levels_differ():
    """A constant distance between the country and its donors fools the synthetic control, not the differences."""
    values = _factors(10, effect=1.0, noise=0.05)
    values[:, 0] += 20.0
    assert synthetic_did(_window(values, 16)).effect == pytest.approx(1.0, abs=0.25)
    assert abs(synthetic_control(_window(values, 16)).effect - 1.0) > 5.0


def test_without_donors_there_is_no_figure():
    few = _window(_factors(11)[:, :4], 16)
    with pytest.raises(ModelError, match=r"C00 2001-05 has 3 donors .* wants 5 at least"):
        synthetic_control(few)
    with pytest.raises(ModelError, match="3 donors, and the scatter"):
        synthetic_did(few)
    for function in (synthetic_control, synthetic_did):
        with pytest.raises(OptionError, match="level=90"):
            function(_window(_factors(11), 16), level=90)


def test_backdating_uses_nothing_that_came_after_the_event():
    values = _factors(12)
    later = values.copy()
    later[16:] += 100.0
    one, two = (backdate(_window(part, 16), 6) for part in (values, later))
    assert one.times.tolist() == [*range(-10, 0), *range(1, 7)]
    assert synthetic_control(one).effect == synthetic_control(two).effect
    with pytest.raises(OptionError, match="it leaves 2 periods before, of 16"):
        backdate(_window(values, 16), 14)


def test_words_name_the_smallest_p_and_the_rival_explanation():
    window = _window(_factors(13), 16, scale="log1p", names=["MLI", *(f"C{n:02d}" for n in range(15))])
    found, differences = synthetic_control(window), synthetic_did(window)
    assert "no p-value here can be below 0.062" in found.says()
    assert "only if nothing else befell Mali alone" in found.says()
    assert "aucune valeur p ne peut être ici inférieure à 0,062" in found.says(lang="fr")
    assert "what else befell Mali alone is counted in" in differences.says()
    assert "95\u00a0%" in differences.says(lang="fr")
    assert found.to_xarray().sizes == {"time": 22, "donor": 15}
    assert found.tidy()["n_donors"].item() == 15


def test_the_interval_is_the_rank_test_turned_round():
    """An effect lies in the interval if, taken out of the gaps, at least a share of 1 - level is as large."""
    found = synthetic_control(_window(_factors(2, effect=0.5, donors=24), 16), level=0.8)
    table = found.placebos()
    sizes = (table["effect"].abs() / table["rmspe_before"])[1:].to_numpy()

    def kept(effect):
        own = abs(found.effect - effect) / found.rmspe()[0]
        return (1 + (sizes >= own).sum()) / 25 > 0.2 + 1e-9

    low, high = found.interval()
    assert found.effect - low == pytest.approx(high - found.effect)
    width = high - low
    for share in (0.001, 0.3, 0.999):
        assert kept(low + share * width)
    for outside in (low - 0.001 * width, high + 0.001 * width):
        assert not kept(outside)
    first, last = found.band()
    gaps = found.placebo_gaps.to_numpy()
    relative = np.sort(np.abs(gaps) / np.sqrt((gaps[:16] ** 2).mean(axis=0)), axis=1)[:, -5]
    assert last - found.synthetic == pytest.approx(relative * found.rmspe()[0])
    assert found.synthetic - first == pytest.approx(relative * found.rmspe()[0])


@pytest.mark.parametrize(
    ("donors", "level", "finite"), [(8, 0.9, False), (9, 0.9, True), (18, 0.95, False), (19, 0.95, True)]
)
def test_too_few_donors_for_the_level_have_no_finite_interval_and_say_so(donors, level, finite):
    found = synthetic_control(
        _window(_factors(4, donors=donors), 16, names=["MLI", *(f"C{n}" for n in range(donors))]), level=level
    )
    assert np.isfinite(found.interval()).all() == finite
    assert np.isfinite(found.band()).all() == finite
    assert bool(found.no_interval) != finite
    if not finite:
        assert found.interval() == (-np.inf, np.inf)
        assert f"ranks want {donors + 1} at least" in found.summary()
        assert "so few countries give no finite" in found.says()
        assert "ne donnent pas d’intervalle fini" in found.says(lang="fr")
        assert "no band" not in found.says()
        found.plot()


def test_a_country_that_is_met_exactly_has_no_interval():
    values = _factors(1)
    values[:, 0] = values[:, 1:] @ np.r_[0.6, 0.4, np.zeros(13)]
    still = synthetic_control(_window(values, 16))
    assert (still.ratio, still.p_value) == (0.0, 1.0)
    values[16:, 0] += 2.0
    found = synthetic_control(_window(values, 16))
    assert np.isnan(found.interval()).all()
    assert "met exactly before the event" in found.summary()
    assert "meets the country exactly before" in found.says()


def test_effect_low_and_high_are_the_interval_at_the_level_in_every_result():
    window = _window(_factors(2, effect=0.5), 16)
    seen = set()
    for found in (synthetic_control(window), synthetic_control(window, level=0.8), synthetic_did(window)):
        row = found.tidy().iloc[0]
        assert (row["effect_low"], row["effect_high"]) == pytest.approx(found.interval())
        assert row["level"] == found.level
        seen.add(type(found).__name__)
    others = synthetic_control(window).leave_one_out()
    row = synthetic_control(window).tidy().iloc[0]
    assert (row["without_one_low"], row["without_one_high"]) == (others.min(), others.max())
    assert seen == _that_name("effect_low") - {"ImpactTable"}  # its rows are these results': see the tests of the study


def _that_name(column):
    """Results of the package whose source names a column."""
    import importlib
    import inspect
    import pkgutil

    import sahelkit.models
    from sahelkit.results.base import Result

    for module in pkgutil.walk_packages(sahelkit.models.__path__, "sahelkit.models."):
        importlib.import_module(module.name)
    todo, found = [Result], set()
    while todo:
        for kind in todo.pop().__subclasses__():
            todo.append(kind)
            if f'"{column}"' in inspect.getsource(kind):
                found.add(kind.__name__)
    return found


@pytest.mark.parametrize("estimator", [synthetic_control, synthetic_did, lambda w: event_study([w], seed=1)])
@pytest.mark.parametrize("how", ["constant", "one constant", "as one"])
def test_donors_that_do_not_scatter_give_no_error_of_zero(estimator, how):
    values = _factors(5)
    path = {"constant": np.arange(15.0), "one constant": np.full(15, 3.0), "as one": values[:, [1]] + np.arange(15.0)}[
        how
    ]
    values[:, 1:] = path
    if how == "as one" and estimator is synthetic_control:
        values[:, 1:] = values[:, [1]]
    with pytest.raises(ModelError, match="no error, no interval and no p-value can be had"):
        estimator(_window(values, 16))


@pytest.mark.parametrize(("scale", "shift"), [(1e-8, 0.0), (1e8, 0.0), (1.0, 1e6), (-1.0, 0.0)])
def test_the_unit_and_the_origin_of_the_outcome_make_no_difference(scale, shift):
    values = _factors(6, effect=0.5)
    windows = [_window(part, 16) for part in (values, values * scale + shift)]
    for make in (synthetic_control, synthetic_did):
        one, two = (make(window) for window in windows)
        assert two.effect == pytest.approx(scale * one.effect, rel=1e-5)
        assert sorted(two.interval()) == pytest.approx(sorted(scale * end for end in one.interval()), rel=1e-5)
        assert two.p_value == one.p_value
    one, two = (event_study([window], replicates=300, seed=1) for window in windows)
    assert two.effect == pytest.approx(scale * one.effect, rel=1e-6)
    assert two.effect_error == pytest.approx(abs(scale) * one.effect_error, rel=1e-6)
    assert (two.p_value, two.pre_trend_p) == (one.p_value, one.pre_trend_p)


def test_the_order_of_the_donors_makes_no_difference():
    window = _window(_factors(7, effect=0.5), 16)
    names = ["C00", *sorted(window.donors, key=lambda name: (int(name[1:]) * 7) % 16)]
    other = replace(window, values=window.values[names], counts=window.counts[names])
    for make in (synthetic_control, synthetic_did, lambda w: event_study([w], replicates=300, seed=1)):
        one, two = make(window), make(other)
        assert two.effect == pytest.approx(one.effect)
        assert two.interval() == pytest.approx(one.interval())
        assert two.p_value == one.p_value


@pytest.mark.slow
@pytest.mark.parametrize("donors", [10, 19])
def test_coverage_of_the_rank_interval(donors):
    """Factor panels with a known effect. The binomial error of 600 panels at 0.9 is 0.012; figures are printed."""
    kept = finite = 0
    for seed in range(600):
        found = synthetic_control(_window(_factors([seed, donors], donors=donors, effect=0.5), 16))
        low, high = found.interval()
        kept += low <= 0.5 <= high
        finite += np.isfinite(high)
    print(f"\n{donors} donors: coverage of 90 % intervals {kept / 600:.3f}, finite {finite / 600:.3f}")
    assert finite == 600
    assert 0.864 <= kept / 600 <= 0.936


@pytest.mark.slow
def test_coverage_and_size_in_simulated_panels():
    """Factor panels with a known effect: coverage of the intervals, size of the rank test. Figures are printed."""
    kept, rejected, errors = 0, 0, []
    for seed in range(300):
        found = synthetic_did(_window(_factors([seed, 1], donors=20, effect=0.5), 16))
        kept += found.interval()[0] <= 0.5 <= found.interval()[1]
        errors.append(found.effect - 0.5)
        rejected += synthetic_control(_window(_factors([seed, 2], donors=19), 16)).p_value <= 0.1
    print(f"\nSDID: coverage {kept / 300:.3f}, bias {np.mean(errors):.3f}; SC: size at 0.1 {rejected / 300:.3f}")
    assert 0.88 <= kept / 300 <= 0.99
    assert abs(np.mean(errors)) < 0.05
    assert rejected / 300 < 0.16


def test_weights_of_donors_are_read_under_their_old_name_with_a_warning():
    values = _factors(8, effect=1.0)
    window = _window(values, 16)
    control, did = synthetic_control(window), synthetic_did(window)
    for made, old, new in (
        (control, "weights", "donor_weights"),
        (did, "units", "donor_weights"),
        (did, "weights", "period_weights"),
    ):
        with pytest.warns(DeprecationWarning, match=rf"\w+\.{old} is called {new} since"):
            assert getattr(made, old) is getattr(made, new)
