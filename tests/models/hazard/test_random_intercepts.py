"""Random country intercepts against brute-force integration and simulated countries."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import integrate, optimize, stats

from sahelkit.errors import ModelError, OptionError
from sahelkit.estimation.links import chances
from sahelkit.estimation.mixed_likelihood import clusters_of, marginal
from sahelkit.models.hazard.fitting import fit_hazard
from sahelkit.models.hazard.random_intercepts import fit_random_intercepts

LINKS = ("cloglog", "logit")
INTEGRATED = 1e-8  # error of the adaptive nodes and of scipy's integration together


def _countries(count=12, months=80, sigma=0.9, seed=1, link="cloglog"):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"iso3": np.repeat([f"C{i:02d}" for i in range(count)], months)})
    own = np.repeat(rng.normal(0, sigma, count), months)
    frame["x"] = rng.normal(size=len(frame))
    frame["event"] = (rng.random(len(frame)) < chances(link, -2.5 + 0.5 * frame["x"].to_numpy() + own)).astype(int)
    return frame


def _by_integration(theta, frame, link):
    """Marginal log-likelihood by numerical integration, country by country, with no code of the package."""
    total = 0.0
    for _, rows in frame.groupby("iso3"):
        fixed, event = theta[0] + theta[1] * rows["x"].to_numpy(), rows["event"].to_numpy() > 0

        def inside(u, fixed=fixed, event=event):
            eta = fixed + np.exp(theta[2]) * u
            chance = 1 / (1 + np.exp(-eta)) if link == "logit" else 1 - np.exp(-np.exp(eta))
            return np.prod(np.where(event, chance, 1 - chance)) * stats.norm.pdf(u)

        peak = optimize.minimize_scalar(lambda u: -inside(u), bounds=(-4, 4), method="bounded").x
        value = integrate.quad(inside, peak - 8, peak + 8, points=[peak], epsabs=0, epsrel=1e-11, limit=400)[0]
        total += np.log(value)
    return total


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("theta", [(-2.5, 0.5, np.log(0.9)), (-1.0, -0.3, np.log(2.0)), (-3.0, 0.0, np.log(0.05))])
def test_likelihood_is_that_of_brute_force_integration(link, theta):
    frame = _countries(5, 30, link=link)
    design = np.column_stack([np.ones(len(frame)), frame["x"]])
    outcome, groups = frame["event"].to_numpy(float), pd.factorize(frame["iso3"])[0]
    found = marginal(np.array(theta), design, outcome, clusters_of(groups, 50), link=link, start=np.zeros(5))
    assert found.loglik == pytest.approx(_by_integration(theta, frame, link), abs=INTEGRATED)


@pytest.mark.parametrize("link", LINKS)
def test_gradient_equals_finite_differences(link):
    frame = _countries(6, 40, link=link)
    design = np.column_stack([np.ones(len(frame)), frame["x"]])
    outcome, who = frame["event"].to_numpy(float), clusters_of(pd.factorize(frame["iso3"])[0], 25)

    def at(theta):
        return marginal(theta, design, outcome, who, link=link, start=np.zeros(6))

    theta = np.array([-2.2, 0.3, np.log(0.7)])
    numeric = optimize.approx_fprime(theta, lambda t: at(t).loglik, 1e-6)
    assert at(theta).gradient == pytest.approx(numeric, abs=1e-4)


def test_estimate_is_where_the_integrated_likelihood_is_flat():
    frame = _countries(6, 40)
    fit = fit_random_intercepts("event ~ x", frame, nodes=25)
    peak = np.append(fit.coef, np.log(fit.sigma))
    top = _by_integration(peak, frame, "cloglog")
    assert fit.loglik == pytest.approx(top, abs=INTEGRATED)
    for place in range(3):
        for step in (-0.01, 0.01):
            moved = peak.copy()
            moved[place] += step
            assert _by_integration(moved, frame, "cloglog") < top - 1e-5


@pytest.mark.parametrize("link", LINKS)
def test_simulated_spread_is_found_and_tested(link):
    frame = _countries(30, 120, link=link)
    fit = fit_random_intercepts("event ~ x", frame, link=link)
    low, high = fit.sigma_ends
    assert low < 0.9 < high
    assert low < fit.sigma < high
    assert fit.p_spread < 1e-6
    pooled = fit_hazard("event ~ x", frame, link=link, errors="model")
    assert fit.loglik_pooled == pytest.approx(pooled.loglik)
    row = fit.tidy().set_index("term").loc["x"]
    assert abs(row["coef"] - 0.5) < 3.5 * row["std_error"]
    rate = frame.groupby("iso3")["event"].mean()
    assert np.corrcoef(fit.by_country().set_index("iso3")["effect"], rate)[0, 1] > 0.9
    assert "0.00 to" not in fit.says()
    assert "does not say why they differ" in fit.says()


def test_equal_countries_give_zero_and_an_upper_end():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"iso3": np.tile(list("ABCDEF"), 200), "x": rng.normal(size=1200)})
    frame["event"] = 0
    frame.loc[frame.groupby("iso3").head(10).index, "event"] = 1  # ten events each: less different than chance allows
    fit = fit_random_intercepts("event ~ x", frame)
    pooled = fit_hazard("event ~ x", frame, errors="observed")
    assert fit.sigma == 0
    assert fit.sigma_ends[0] == 0
    assert 0 < fit.sigma_ends[1] < 1
    assert fit.p_spread == 1
    assert fit.coef == pytest.approx(pooled.coef)
    assert fit.cov == pytest.approx(pooled.cov)
    assert "ce n’est pas une preuve qu’ils se ressemblent" in fit.says(lang="fr")


def test_country_without_event_is_kept():
    frame = _countries(8, 60)
    frame.loc[frame["iso3"] == "C00", "event"] = 0
    fit = fit_random_intercepts("event ~ x", frame)
    assert len(fit.countries) == 8
    assert fit.by_country().set_index("iso3")["effect"].idxmin() == "C00"


def test_bad_options_and_frames_are_named():
    frame = _countries(3, 20)
    with pytest.raises(OptionError, match="from 1 to 50"):
        fit_random_intercepts("event ~ x", frame, nodes=0)
    with pytest.raises(OptionError, match="between 0 and 1"):
        fit_random_intercepts("event ~ x", frame, level=90)
    with pytest.raises(ModelError, match="never varies"):
        fit_random_intercepts("event ~ x", frame.assign(event=0))


@pytest.mark.slow
def test_intervals_cover():
    """200 samples of 16 countries, 90 % intervals: Monte Carlo error 2.1 points."""
    slope, spread = [], []
    for seed in range(200):
        fit = fit_random_intercepts("event ~ x", _countries(16, 100, sigma=0.6, seed=seed), level=0.9)
        row = fit.tidy().set_index("term").loc["x"]
        slope.append(row["ratio_low"] <= np.exp(0.5) <= row["ratio_high"])
        spread.append(fit.sigma_ends[0] <= 0.6 <= fit.sigma_ends[1])
    assert np.mean(slope) == pytest.approx(0.9, abs=0.05)
    assert np.mean(spread) == pytest.approx(0.9, abs=0.07)
