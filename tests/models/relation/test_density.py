"""The posterior density and its sampler, against what was not written for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import ModelError, OptionError
from sahelkit.estimation.hamilton import effective_size, mixing, run_chains
from sahelkit.estimation.hawkes.baseline import make_baseline
from sahelkit.estimation.hawkes.kernel import kernel_named
from sahelkit.estimation.hawkes.likelihood import log_likelihood, pose
from sahelkit.models.relation.density import density_of, log_density
from sahelkit.models.relation.evidence import gather
from sahelkit.models.relation.posterior import draw_posterior
from sahelkit.models.relation.prior import Prior, prior_excitation

# Central differences with a step of 1e-5 are good to about 1e-8 here.
GRADIENT_TOLERANCE = 1e-6
# Two computations of one log-likelihood differ by rounding only.
SAME = 1e-9

TOY = pd.DataFrame(
    {
        "iso3": ["MLI", "MLI", "BFA", "MLI", "BFA", "BFA"],
        "date": pd.to_datetime(
            ["1985-03-01", "1985-09-01", "1986-01-15", "2001-06-01", "2001-09-01", "2014-10-30"], format="%Y-%m-%d"
        ),
    }
)


def toy(**options):
    return gather(countries=["MLI", "BFA"], events=TOY, start="1980", end="2019-12-31", period_df=0, **options)


def test_gradient_is_that_of_finite_differences():
    density = density_of(gather(countries=["focus", "SEN"]), Prior())
    rng = np.random.default_rng(3)
    points = 0.3 * rng.normal(size=(3, density.size))
    points[:, 1:8] -= 1.0
    _, gradient = log_density(density, points)
    for at in range(density.size):
        step = np.zeros(density.size)
        step[at] = 1e-5
        slope = (log_density(density, points + step)[0] - log_density(density, points - step)[0]) / 2e-5
        np.testing.assert_allclose(gradient[:, at], slope, atol=GRADIENT_TOLERANCE, rtol=GRADIENT_TOLERANCE)


def test_likelihood_without_deviations_is_that_of_the_network_hawkes_process():
    evidence = gather(countries=["focus", "SEN", "GHA"])
    density = density_of(evidence, Prior())
    rng = np.random.default_rng(4)
    base = make_baseline(evidence.exposure, evidence.edges, evidence.countries, period=4, covariates=None)
    problem = pose(evidence.observed, base, evidence.weights, kernel_named("exponential"))
    ours, theirs = [], []
    for _ in range(3):
        point = 0.5 * rng.normal(size=density.size)
        point[-len(density.weight) - len(evidence.countries) :] = 0.0
        # The prior does not depend on the data: what is left when it is taken away is the likelihood.
        empty = replace(
            density, place=density.place[:0], period=density.period[:0], exposure=0.0 * density.exposure,
            own=_nothing(density.own), cross=_nothing(density.cross),
        )  # fmt: skip
        ours.append(float(log_density(density, point[None])[0][0] - log_density(empty, point[None])[0][0]))
        head, time, country, _, _ = density.parts(point[None])
        prior = density.prior
        level = np.log(prior.rate) + prior.rate_sd * head[0, 0]
        coef = np.concatenate([[level], prior.period * time[0], np.exp(head[0, 1]) * country[0]])
        vector = np.concatenate([coef, np.exp(head[0, 2:4]), head[0, 4:6]])
        theirs.append(log_likelihood(problem, vector, prior=False)[0])
    np.testing.assert_allclose(ours, theirs, rtol=SAME)


def _nothing(pairs):
    none = np.zeros(0, dtype=np.intp)
    return replace(pairs, at=none, gap=np.zeros(0), link=none, upper=np.zeros(0), lower=np.zeros(0), reach_link=none)


def test_sampler_finds_the_moments_of_a_correlated_normal():
    cov = np.array([[4.0, 1.5], [1.5, 1.0]])
    inverse = np.linalg.inv(cov)

    def normal(x):
        slope = -x @ inverse
        return 0.5 * (slope * x).sum(axis=1), slope

    found = run_chains(normal, np.ones((8, 2)), warmup=300, keep=1500, rng=np.random.default_rng(2))
    draws = found.draws.reshape(-1, 2)
    sizes = effective_size(found.draws)
    assert mixing(found.draws).max() < 1.02
    assert found.diverged == 0
    # Four Monte Carlo standard errors.
    assert (np.abs(draws.mean(axis=0)) < 4 * np.sqrt(np.diag(cov) / sizes)).all()
    np.testing.assert_allclose(np.cov(draws.T), cov, atol=0.25)


def test_effective_size_of_an_autoregression_is_the_known_one():
    rng = np.random.default_rng(5)
    rho, length = 0.8, 4000
    draws = np.zeros((length, 4, 1))
    for at in range(1, length):
        draws[at] = rho * draws[at - 1] + rng.normal(size=(4, 1))
    expected = 4 * length * (1 - rho) / (1 + rho)
    assert effective_size(draws)[0] == pytest.approx(expected, rel=0.15)


def _direct(evidence, level, own, cross, own_lag, cross_lag):
    """Log-likelihood of the toy for many parameters, as a plain double loop over events."""
    o = evidence.observed
    begin, end = o.windows.start[0], o.windows.end[0]
    total = -(np.exp(level) * (end - begin)).sum(axis=1)
    for k, (t, i) in enumerate(zip(o.time, o.place, strict=True)):
        rate = np.exp(level[:, i])
        for s, j in zip(o.time[:k], o.place[:k], strict=True):
            lag = own_lag if i == j else cross_lag
            alpha = own[:, i] if i == j else cross[:, i, j]
            rate = rate + alpha * np.exp(-(t - s) / lag) / lag
        total += np.log(rate)
        total -= own[:, i] * -np.expm1(-(end - t) / own_lag)
        total -= cross[:, 1 - i, i] * -np.expm1(-(end - t) / cross_lag)
    return total


def test_posterior_of_two_countries_is_that_of_brute_force_integration():
    """200,000 draws of the prior, weighted by a likelihood written out as loops, against the sampler."""
    evidence, prior = toy(), Prior()
    rng = np.random.default_rng(6)
    count = 200_000
    drawn = prior_excitation(prior, evidence.weights, count, np.random.SeedSequence(7))
    spread = np.abs(rng.normal(0, prior.country, (count, 1)))
    level = np.log(prior.rate) + prior.rate_sd * rng.normal(size=(count, 1)) + spread * rng.normal(size=(count, 2))
    loglik = _direct(evidence, level, drawn.own, drawn.cross, drawn.own_lag, drawn.cross_lag)
    weight = np.exp(loglik - loglik.max())
    weight /= weight.sum()
    assert 1.0 / (weight**2).sum() > 2_000
    found = draw_posterior(evidence, prior=prior, draws=2000, seed=8)
    pairs = {
        "own": (drawn.own[:, 0], found.excitation.own[:, 0]),
        "cross": (drawn.cross[:, 1, 0], found.excitation.cross[:, 1, 0]),
        "own_lag": (np.log(drawn.own_lag), np.log(found.excitation.own_lag)),
        "cross_lag": (np.log(drawn.cross_lag), np.log(found.excitation.cross_lag)),
        "rate": (level[:, 0], np.log(found.rates[:, 0, 0])),
    }
    for name, (brute, ours) in pairs.items():
        mean = weight @ brute
        sd = np.sqrt(weight @ (brute - mean) ** 2)
        # Both have Monte Carlo errors of about 0.02 sd; four times their joint size.
        assert ours.mean() == pytest.approx(mean, abs=0.12 * sd), name
        assert ours.std() == pytest.approx(sd, rel=0.15), name


def test_numbers_do_not_depend_on_the_number_of_processes():
    evidence = toy()
    one, two = (draw_posterior(evidence, draws=100, seed=5, n_jobs=jobs, groups=2) for jobs in (1, 2))
    other = draw_posterior(evidence, draws=100, seed=6, groups=2)
    np.testing.assert_array_equal(one.excitation.cross, two.excitation.cross)
    np.testing.assert_array_equal(one.rates, two.rates)
    assert not np.array_equal(one.excitation.own, other.excitation.own)


def test_prior_says_what_its_docstring_says():
    level = np.abs(np.random.default_rng(1).normal(size=200_000))
    own, cross = np.quantile(0.5 * level, [0.5]), np.quantile(0.25 * level, [0.5, 0.9])
    assert own[0] == pytest.approx(0.34, abs=0.01)
    assert cross == pytest.approx([0.17, 0.41], abs=0.01)
    assert (
        prior_excitation(Prior(), np.array([[0, 1.0], [1, 0]]), 500, np.random.SeedSequence(1)).branching() < 1
    ).all()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Prior(cross=0.0), OptionError, r"prior\.cross=0\.0: a scale of the prior is above 0"),
        (lambda: draw_posterior(toy(), draws=5), OptionError, "draws=5: from 100 to 20,000 draws are made"),
        (lambda: gather(countries=["MLI"]), ModelError, "needs at least two countries; there is only MLI"),
        (lambda: gather(countries=["MLI", "BFA"], weights=np.ones((3, 3))), OptionError, "they are 2 by 2"),
        (
            lambda: gather(countries=["CPV", "SEN"], start="2000"),
            ModelError,
            "none of the .* events lies in the window of one of the 2 countries",
        ),
    ],
)
def test_what_cannot_be_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
