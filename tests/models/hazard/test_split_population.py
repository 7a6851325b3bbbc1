"""The split-population Weibull model against spduration, its gradient, a mixture by hand, and simulated data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import optimize, stats

from sahelkit.errors import MissingColumnsError, ModelError, OptionError, UnknownNameError
from sahelkit.estimation.split_likelihood import split_population_loglik
from sahelkit.models.hazard.split_population import fit_split_population

PRINTED = 2e-3  # the published fit stopped a little short of its peak; its errors were computed there


def _spells(n=800, *, shape=1.3, seed=1, length=40):
    """Spells observed in whole periods; half the countries with z = 0 and a third of those with z = 1 are immune."""
    rng = np.random.default_rng(seed)
    z = rng.integers(0, 2, n)
    exposed = rng.random(n) < 1 / (1 + np.exp(-(0.0 + 1.0 * z)))
    x = rng.normal(size=n)
    life = np.where(exposed, stats.weibull_min.rvs(shape, scale=np.exp(2.5 + 0.5 * x), random_state=rng), np.inf)
    rows = []
    for i in range(n):
        last = int(min(np.ceil(life[i]), length))
        frame = pd.DataFrame({"iso3": f"C{i}", "duration": np.arange(1.0, last + 1), "x": x[i], "z": z[i], "event": 0})
        if life[i] <= length:
            frame.loc[frame.index[-1], ["duration", "event"]] = [life[i], 1]
        rows.append(frame)
    out = pd.concat(rows, ignore_index=True)
    return out.assign(begin=out.groupby("iso3")["duration"].shift(fill_value=0.0))


@pytest.mark.reference
def test_published_peak_of_spduration(reference, reference_dir):
    case = reference("splitpop.coups")
    frame = pd.read_csv(reference_dir / case["data"]).assign(iso3="all")
    fit = fit_split_population("fail ~ polity2", "fail ~ polity2", frame, time="t", before="t0", starts="weibull")
    expected = case["expected"]
    names = ["dur_const", "dur_polity2", "risk_const", "risk_polity2", "log_alpha"]
    assert fit.n_rows == 4782
    assert fit.coef == pytest.approx([expected[name] for name in names], abs=case["tol"]["coef"])
    assert np.sqrt(np.diag(fit.cov)) == pytest.approx(expected["se"], abs=PRINTED)
    assert fit.loglik == pytest.approx(expected["logL"], abs=case["tol"]["logL"])


@pytest.mark.reference
def test_published_peak_is_not_the_highest(reference, reference_dir):
    case = reference("splitpop.coups")
    frame = pd.read_csv(reference_dir / case["data"]).assign(iso3="all")
    fit = fit_split_population("fail ~ polity2", "fail ~ polity2", frame, time="t", before="t0")
    assert fit.loglik > case["expected"]["logL"] + 0.6
    assert fit.peaks[1] == pytest.approx(case["expected"]["logL"], abs=1e-6)
    assert fit.coef[1] < 0 < case["expected"]["dur_polity2"]
    assert "2 peaks of nearly equal height" in fit.says()
    assert "2 maxima presque égaux" in fit.says(lang="fr")
    assert ", as if rows of the same country were independent; 1 means" in fit.says()
    assert "intervals take rows as independent, not as alike within iso3" in fit.summary()


def test_likelihood_is_that_of_a_mixture_written_by_hand():
    theta = np.array([2.0, -0.3, 0.4, 0.8, -0.2])
    x = np.array([[1.0, 0.5], [1.0, -1.0], [1.0, 2.0]])
    time, before, failed = np.array([4.0, 9.0, 3.0]), np.array([0.0, 7.0, 2.0]), np.array([0.0, 1.0, 0.0])
    total = 0.0
    for row, t, t0, event in zip(x, time, before, failed, strict=True):
        weibull = stats.weibull_min(np.exp(0.2), scale=np.exp(row @ theta[:2]))
        p = 1 / (1 + np.exp(-(row @ theta[2:4])))
        top = p * weibull.pdf(t) if event else 1 - p + p * weibull.sf(t)
        total += np.log(top / (1 - p + p * weibull.sf(t0)))
    assert split_population_loglik(theta, x, x, time, before, failed)[0] == pytest.approx(total, abs=1e-12)


def test_gradient_equals_finite_differences():
    rng = np.random.default_rng(3)
    x, z = np.column_stack([np.ones(60), rng.normal(size=60)]), np.column_stack([np.ones(60), rng.normal(size=(60, 2))])
    before = rng.integers(0, 5, 60).astype(float)
    data = (x, z, before + 1, before, (rng.random(60) < 0.2).astype(float))
    for _ in range(5):
        theta = rng.normal(0, 0.7, 6)
        found = split_population_loglik(theta, *data)[1]
        numeric = optimize.approx_fprime(theta, lambda t: split_population_loglik(t, *data)[0], 1e-7)
        assert found == pytest.approx(numeric, rel=1e-4, abs=1e-4)


def test_simulated_spells_are_recovered():
    fit = fit_split_population("event ~ x", "event ~ z", _spells(), before="begin")
    truth = np.array([2.5, 0.5, 0.0, 1.0, -np.log(1.3)])
    assert (np.abs(fit.coef - truth) / np.sqrt(np.diag(fit.cov))).max() < 3
    assert fit.shape == pytest.approx(1.3, abs=0.2)
    table = fit.tidy()
    assert table["equation"].tolist() == ["duration"] * 2 + ["risk"] * 2 + ["shape"]
    assert fit.n_clusters == 800
    assert fit.to_xarray()["coef"].sel(equation="risk", term="z").item() == pytest.approx(fit.coef[3])


def test_rows_with_na_in_either_equation_are_left_out():
    frame = _spells(300)
    frame.loc[:4, "x"] = np.nan
    frame.loc[5:9, "z"] = np.nan
    fit = fit_split_population("event ~ x", "event ~ z", frame, before="begin")
    assert fit.n_dropped == 10
    same = fit_split_population("event ~ x", "event ~ z", frame.iloc[10:], before="begin")
    assert fit.coef == pytest.approx(same.coef, abs=1e-3)


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        (lambda f: f.assign(event=0), {}, ModelError, "at least two events"),
        (lambda f: f.drop(columns="begin"), {}, MissingColumnsError, "begin"),
        (lambda f: f.assign(begin=f["duration"]), {}, OptionError, "end later than they begin"),
        (lambda f: f, {"starts": "sevral"}, UnknownNameError, "Did you mean 'several'"),
        (lambda f: f, {"level": 95}, OptionError, "between 0 and 1"),
    ],
)
def test_bad_input_is_named(change, options, error, message):
    with pytest.raises(error, match=message):
        fit_split_population("event ~ x", "event ~ z", change(_spells(60)), before="begin", **options)


def test_both_equations_need_the_same_event():
    with pytest.raises(ModelError, match="same left side; they have event and z"):
        fit_split_population("event ~ x", "z ~ x", _spells(60), before="begin")


@pytest.mark.slow
def test_intervals_cover():
    """200 samples, 90 % intervals: Monte Carlo error 2.1 points."""
    truth = np.array([2.5, 0.5, 0.0, 1.0, -np.log(1.3)])
    inside = []
    for seed in range(200):
        fit = fit_split_population("event ~ x", "event ~ z", _spells(400, seed=seed), before="begin", level=0.9)
        table = fit.tidy()
        inside.append((table["low"].to_numpy() <= truth) & (truth <= table["high"].to_numpy()))
    assert np.mean(inside, axis=0) == pytest.approx(0.9, abs=0.06)
