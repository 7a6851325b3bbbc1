"""The penalised fit against scikit-learn, statsmodels and scipy; its intervals by simulation."""

from __future__ import annotations

import numpy as np
import pytest

from sahelkit.errors import ModelError
from sahelkit.estimation.links import chances
from sahelkit.estimation.ridge import ridge_covariance, ridge_maximise
from sahelkit.models.forecast.preparing import prepare

# Solvers of others stop at a gradient of about 1e-6 or less; coefficients are of order one.
CLOSE = 2e-5


@pytest.fixture(scope="module")
def sample():
    rng = np.random.default_rng(3)
    x = np.column_stack([np.ones(1500), rng.normal(size=(1500, 4))])
    y = (rng.random(1500) < chances("logit", x @ [-2.5, 1.0, -0.5, 0.3, 0.0])).astype(float)
    return x, y, rng.uniform(0.2, 1.0, 1500)


@pytest.mark.parametrize("penalty", [0.5, 10.0, 200.0])
def test_logit_reaches_the_optimum_of_scikit_learn(sample, penalty):
    from sklearn.linear_model import LogisticRegression

    x, y, w = sample
    theirs = LogisticRegression(C=1 / penalty, tol=1e-10, max_iter=5000).fit(x[:, 1:], y, sample_weight=w)
    ours = ridge_maximise(x, y, penalty=penalty, weights=w)
    np.testing.assert_allclose(ours.coef, [*theirs.intercept_, *theirs.coef_[0]], atol=CLOSE)


def test_without_penalty_it_is_the_weighted_fit_of_statsmodels(sample):
    import statsmodels.api as sm

    x, y, _ = sample
    many = np.arange(1500) % 3 + 1.0
    theirs = sm.GLM(y, x, family=sm.families.Binomial(), freq_weights=many).fit(tol=1e-12)
    ours = ridge_maximise(x, y, penalty=0.0, weights=many)
    np.testing.assert_allclose(ours.coef, theirs.params, atol=CLOSE)
    np.testing.assert_allclose(np.linalg.inv(ours.information), theirs.cov_params(), rtol=1e-5)


def test_cloglog_reaches_the_optimum_of_scipy(sample):
    from scipy.optimize import minimize

    x, y, w = sample

    def loss(coef):
        eta = x @ coef
        return -(w * np.where(y == 1, np.log(-np.expm1(-np.exp(eta))), -np.exp(eta))).sum() + 4.0 * coef[1:] @ coef[1:]

    theirs = minimize(loss, np.array([-2.0, 0, 0, 0, 0]), method="BFGS", options={"gtol": 1e-7})
    ours = ridge_maximise(x, y, penalty=8.0, weights=w, link="cloglog")
    np.testing.assert_allclose(ours.coef, theirs.x, atol=CLOSE)
    assert ours.loglik == pytest.approx(-theirs.fun, abs=1e-8)


def test_perfect_separation_and_rare_events_still_have_an_answer():
    x = np.column_stack([np.ones(40), np.repeat([-1.0, 1.0], 20)])
    fit = ridge_maximise(x, (x[:, 1] > 0).astype(float), penalty=1.0, weights=np.ones(40))
    assert 1 < fit.coef[1] < 5


@pytest.mark.parametrize("y", [np.zeros(4), np.ones(4)])
def test_an_outcome_that_never_varies_is_refused(y):
    with pytest.raises(ModelError, match="never varies"):
        ridge_maximise(np.ones((4, 1)), y, penalty=1.0, weights=np.ones(4))


def test_doubling_every_country_narrows_nothing_that_is_clustered(sample):
    x, y, w = sample
    once = ridge_maximise(x, y, penalty=10.0, weights=w)
    alone = ridge_covariance(x, once, penalty=10.0, groups=np.arange(1500), outcome=y)
    # Each row twice with half the weight, in one cluster: the same information, and the same error.
    twice = ridge_maximise(np.tile(x, (2, 1)), np.tile(y, 2), penalty=10.0, weights=np.tile(w / 2, 2))
    pairs = {"groups": np.tile(np.arange(1500), 2), "outcome": np.tile(y, 2)}
    paired = ridge_covariance(np.tile(x, (2, 1)), twice, penalty=10.0, **pairs)
    np.testing.assert_allclose(paired, alone, rtol=1e-6)
    # Where one country has all events, countries cannot be compared.
    assert np.isnan(ridge_covariance(x, once, penalty=10.0, groups=(y == 0) * np.arange(1500), outcome=y)).all()


def test_medians_scales_and_flags_come_from_the_rows_learnt_from_alone():
    learnt = prepare(np.array([[1.0, 5], [3, 5], [np.nan, 5], [3, 5]]), ["x", "same"], np.ones(4))
    assert learnt.columns == ("x", "same", "x_unknown")
    design = learnt.design(np.array([[100.0, np.nan], [np.nan, 7.0]]))
    spread = np.std([1, 3, 3, 3])
    np.testing.assert_allclose(design[:, 1], [(100 - 2.5) / spread, 0.5 / spread])
    np.testing.assert_allclose(design[:, 2], [0, 2])  # a constant has no scale, a gap takes its median
    np.testing.assert_allclose(design[:, 3], [-0.25 / np.sqrt(3 / 16), 0.75 / np.sqrt(3 / 16)])


def test_two_covariates_with_the_same_gaps_share_one_flag():
    gap = np.array([[1.0, 2, np.nan], [np.nan, np.nan, 1], [3, 1, 2], [2, 2, 1]])
    assert prepare(gap, ["a", "b", "c"], np.ones(4)).columns == ("a", "b", "c", "a_unknown", "c_unknown")


@pytest.mark.slow
@pytest.mark.parametrize(("country_sd", "low", "high"), [(0.0, 0.87, 0.93), (0.7, 0.83, 0.93)])
def test_intervals_hold_the_truth_nine_times_in_ten(country_sd, low, high):
    """Truths drawn from the prior; 120 countries by 40 years, 2 % events, a lasting country effect in the second case.

    With such an effect the target is the probability of the mean country with these covariates.
    """
    rng = np.random.default_rng(11)
    penalty, inside, widths = 10.0, [], []
    groups = np.repeat(np.arange(120), 40)
    for _ in range(300):
        level = rng.normal(size=(120, 5))[groups] * 0.8 + rng.normal(size=(4800, 5)) * 0.6
        x = np.column_stack([np.ones(4800), level])
        beta = np.array([-4.0, *rng.normal(size=5) / np.sqrt(penalty)])
        effect = country_sd * rng.normal(size=120)[groups]
        y = (rng.random(4800) < chances("logit", x @ beta + effect)).astype(float)
        fit = ridge_maximise(x, y, penalty=penalty, weights=np.ones(4800))
        cov = ridge_covariance(x, fit, penalty=penalty, groups=groups, outcome=y)
        new = np.column_stack([np.ones(50), rng.normal(size=(50, 5))])
        spread = np.sqrt(np.einsum("ij,jk,ik->i", new, cov, new))
        # The logit of the mean over countries, to first order, lies above that of the mean country.
        truth = new @ beta + country_sd**2 / 2
        inside.append(np.mean(np.abs(new @ fit.coef - truth) < 1.6449 * spread))
        widths.append(spread.mean())
    print(f"country effect {country_sd}: coverage {np.mean(inside):.3f}, mean error {np.mean(widths):.3f}")
    assert low < np.mean(inside) < high
