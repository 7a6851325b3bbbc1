"""The own Newton kernel against statsmodels, closed forms and finite differences."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from sahelkit.errors import UnknownNameError
from sahelkit.estimation.links import chances, check_link, linear_predictor, row_terms
from sahelkit.estimation.newton import gram, maximise

CONVERGED = 1e-8  # statsmodels stops when the deviance, flat at its minimum, changes by less than 1e-14
LINKS = {"cloglog": sm.families.links.CLogLog(), "logit": sm.families.links.Logit()}


def _sample(n, k, seed, base=-2.0):
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(n), rng.normal(size=(n, k - 1))])
    outcome = (rng.random(n) < chances("logit", base + 0.4 * design[:, 1:].sum(axis=1))).astype(float)
    return design, outcome


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize(("n", "k"), [(200, 1), (500, 4), (25_000, 6)])  # the last starts from a part of the rows
def test_same_maximum_as_statsmodels(link, n, k):
    design, outcome = _sample(n, k, seed=n)
    theirs = sm.GLM(outcome, design, family=sm.families.Binomial(link=LINKS[link])).fit(tol=1e-14, maxiter=100)
    ours = maximise(design, outcome, link=link)
    assert ours.converged
    assert ours.coef == pytest.approx(theirs.params, abs=CONVERGED)
    assert ours.loglik == pytest.approx(theirs.llf, abs=1e-8)


@pytest.mark.parametrize("link", LINKS)
def test_weights_and_offset_are_those_of_statsmodels(link):
    design, _ = _sample(80, 3, seed=2)
    rng = np.random.default_rng(3)
    trials = rng.integers(1, 9, 80).astype(float)
    share = rng.binomial(trials.astype(int), 0.3) / trials
    offset = rng.normal(size=80)
    family = sm.families.Binomial(link=LINKS[link])
    theirs = sm.GLM(share, design, family=family, freq_weights=trials, offset=offset).fit(tol=1e-14, maxiter=100)
    ours = maximise(design, share, link=link, weights=trials, offset=offset)
    assert ours.coef == pytest.approx(theirs.params, abs=CONVERGED)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("event", [0.0, 1.0, 0.3])
def test_row_terms_are_derivatives_of_one_another(link, event):
    eta, step = np.linspace(-12, 3, 40), 1e-5
    outcome = np.full(40, event)
    here, up, down = (row_terms(link, eta + d, outcome) for d in (0.0, step, -step))
    assert here.score == pytest.approx((up.loglik - down.loglik) / (2 * step), rel=1e-5, abs=1e-6)
    assert here.observed == pytest.approx(-(up.score - down.score) / (2 * step), rel=1e-5, abs=1e-6)
    assert here.tilt == pytest.approx((np.log(up.expected) - np.log(down.expected)) / (2 * step), rel=1e-5, abs=1e-6)
    mean = row_terms(link, eta, here.chance)  # the expected information is the mean of the observed one
    assert mean.observed == pytest.approx(here.expected, rel=1e-9)


@pytest.mark.parametrize("link", LINKS)
def test_extreme_predictors_stay_finite(link):
    eta = np.array([-1e4, -600.0, -40.0, 40.0, 600.0, 1e4])
    for event in (0.0, 1.0):
        rows = row_terms(link, eta, np.full(6, event))
        for values in (rows.chance, rows.loglik, rows.score, rows.expected, rows.observed):
            assert np.isfinite(values).all()
        assert (rows.observed >= 0).all()


def test_gram_does_not_depend_on_blocks():
    design, outcome = _sample(20_001, 3, seed=1)
    assert gram(design, outcome) == pytest.approx(design.T @ (outcome[:, None] * design))


@pytest.mark.parametrize("link", LINKS)
def test_predictor_and_chance_are_inverse(link):
    for chance in (1e-6, 0.02, 0.5, 0.97):
        assert chances(link, np.array([linear_predictor(link, chance)]))[0] == pytest.approx(chance, rel=1e-9)


def test_unknown_link_is_named():
    with pytest.raises(UnknownNameError, match=r"unknown link 'probit'. Known: cloglog, logit"):
        check_link("probit")
