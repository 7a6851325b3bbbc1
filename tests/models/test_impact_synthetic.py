"""Synthetic control and synthetic differences against published values, brute force and simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import ModelError, OptionError
from sahelkit.models.impact import backdate, synthetic_control, synthetic_did
from sahelkit.models.impact.did_weights import did_weights, weighted_did
from sahelkit.models.impact.predictors import matched_weights
from sahelkit.models.impact.simplex import simplex_weights
from sahelkit.models.impact.windows import EventWindow

SECTORS = ("agriculture", "energy", "industry", "construction", "services.venta", "services.nonventa")
SCHOOLS = ("illit", "prim", "med", "high", "post.high")


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


@pytest.fixture
def basque(reference_dir):
    frame = pd.read_csv(reference_dir / "synth" / "basque.csv")
    years = {"gdpcap": range(1960, 1970), "popdens": [1969], "invest": range(1964, 1970)}
    years |= {f"sec.{name}": range(1961, 1970, 2) for name in SECTORS}
    years |= {f"school.{name}": range(1964, 1970) for name in SCHOOLS}
    means = {n: frame[frame["year"].isin(y)].groupby("regionname")[n].mean() for n, y in years.items()}
    income = frame.pivot_table(index="year", columns="regionname", values="gdpcap")
    first = "Basque Country (Pais Vasco)"
    return pd.DataFrame(means), income[[first, *(name for name in income.columns if name != first)]]


@pytest.mark.reference
def test_the_basque_country(basque, reference):
    predictors, income = basque
    wanted, tol = reference("synth.basque")["expected"], reference("synth.basque")["tol"]
    table = predictors.loc[income.columns].to_numpy().T
    fit = income.loc[1960:1969].to_numpy()
    found = matched_weights(table[:, 0], table[:, 1:], fit[:, 0], fit[:, 1:])
    weights = dict(zip(income.columns[1:], found.weights, strict=True))
    assert weights["Cataluna"] == pytest.approx(wanted["Cataluna"], abs=tol)
    assert weights["Madrid (Comunidad De)"] == pytest.approx(wanted["Madrid"], abs=tol)
    assert found.loss == pytest.approx(wanted["mspe"], abs=tol)
    later = income.loc[1975:1997].to_numpy()
    gaps = later[:, 0] - later[:, 1:] @ found.weights
    assert gaps.mean() == pytest.approx(wanted["att"], abs=tol)
    assert gaps.std(ddof=1) / np.sqrt(len(gaps)) == pytest.approx(wanted["se"], abs=tol)


@pytest.mark.reference
def test_predictors_reach_the_result(basque, reference):
    predictors, income = basque
    window = _window(income.loc[1960:1997].to_numpy(), 10, names=list(income.columns))
    found = synthetic_control(window, predictors=predictors, n_jobs=1)
    assert found.weights["Cataluna"] == pytest.approx(reference("synth.basque")["expected"]["Cataluna"], abs=2e-4)
    assert found.importance.sum() == pytest.approx(1.0)
    with pytest.raises(OptionError, match=r"Aragon.*predictor is unknown"):
        synthetic_control(window, predictors=predictors.drop(index="Aragon"))


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
    assert "aucune valeur p ne peut être ici inférieure à 0,062" in found.says("fr")
    assert "what else befell Mali alone is counted in" in differences.says()
    assert "95\u00a0%" in differences.says("fr")
    assert found.to_xarray().sizes == {"time": 22, "donor": 15}
    assert found.tidy()["n_donors"].item() == 15


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
