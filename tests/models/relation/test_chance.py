"""The chance of at least one attempt: closed forms and an integral."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sahelkit.models.relation.average import grid_log_survival, quarters
from sahelkit.models.relation.chance import log_survival, reach
from sahelkit.models.relation.evidence import gather
from sahelkit.models.relation.prior import Excitation, Prior, prior_excitation


def one_way(alpha, lag):
    """Country 1 sets off attempts in country 0 and nothing else happens."""
    return Excitation(np.zeros((1, 2)), np.array([[[0.0, alpha], [0.0, 0.0]]]), np.ones(1), np.full(1, lag))


@pytest.mark.parametrize(("alpha", "lag", "months"), [(0.1, 1.0, 12), (0.5, 0.25, 24), (0.3, 3.0, 36)])
def test_two_countries_one_way_is_the_closed_form(alpha, lag, months):
    """1 - exp(-mu h - alpha (1 - exp(-h / L))) after an attempt, 1 - exp(-mu h) without."""
    evidence = gather(countries=["MLI", "BFA"])
    rate, h = 0.08, months / 12
    rates = np.zeros((1, 2, 1))
    rates[0, 0, 0] = rate
    solved = reach(one_way(alpha, lag), np.array([0]), months)
    o = evidence.observed
    history = replace(o, time=np.array([0.0]), place=np.array([1]), counted=np.array([True]))
    edges = np.array([-10.0, 10.0])
    given = (one_way(alpha, lag), rates, edges, solved, history, 0.0, (months,))
    after = 1 - np.exp(log_survival(*given))[0, 0, 0]
    before = 1 - np.exp(log_survival(*given, without=0))[0, 0, 0]
    assert before == pytest.approx(1 - np.exp(-rate * h), abs=1e-12)
    assert after == pytest.approx(1 - np.exp(-rate * h - alpha * (1 - np.exp(-h / lag))), abs=1e-12)


def test_chain_through_the_source_is_the_integral():
    """With attempts of its own in the source: exp(-mu_0 h - mu_1 int (1 - exp(-alpha G(u))) du), by quadrature."""
    from scipy.integrate import quad

    alpha, lag, h = 0.4, 0.7, 2.0
    rates = np.array([[[0.05], [0.3]]])
    solved = reach(one_way(alpha, lag), np.array([0]), 24, substeps=8)
    o = gather(countries=["MLI", "BFA"]).observed
    empty = replace(o, time=np.zeros(0), place=np.zeros(0, dtype=np.intp), counted=np.zeros(0, dtype=bool))
    found = log_survival(one_way(alpha, lag), rates, np.array([-10.0, 10.0]), solved, empty, 0.0, (24,))[0, 0, 0]
    chain = quad(lambda u: 1 - np.exp(-alpha * (1 - np.exp(-u / lag))), 0, h)[0]
    assert found == pytest.approx(-0.05 * h - 0.3 * chain, abs=1e-5)


def test_country_without_ties_is_reached_through_nobody():
    weights = np.array([[0, 1.0, 0], [1.0, 0, 0], [0, 0, 0]])
    drawn = prior_excitation(Prior(), weights, 50, np.random.SeedSequence(2))
    assert (reach(drawn, np.array([2]), 36).offspring[:, :, 0, :2] == 0).all()


def test_steps_are_fine_enough_for_short_lags():
    drawn = prior_excitation(Prior(lag=0.25), gather(countries="focus").weights, 200, np.random.SeedSequence(3))
    coarse, fine = (reach(drawn, np.arange(5), 24, substeps=k) for k in (2, 12))
    # Half a month against a quarter of a day: probabilities agree to a hundredth of a point on average.
    assert np.abs(np.exp(-coarse.offspring[-1]) - np.exp(-fine.offspring[-1])).mean() < 1e-4


def test_all_quarters_at_once_are_the_quarters_one_by_one():
    evidence = gather(countries="focus")
    drawn = prior_excitation(Prior(), evidence.weights, 20, np.random.SeedSequence(4))
    rates = 0.1 * np.exp(0.3 * np.random.default_rng(5).normal(size=(20, 5, len(evidence.basis))))
    solved = reach(drawn, np.arange(5), 36)
    given = (drawn, rates, evidence.edges, solved, evidence.observed)
    days = quarters(evidence)
    together = grid_log_survival(*given, days, (12, 30, 36))
    for at in (0, 37, 150, len(days) - 1):
        alone = log_survival(*given, days[at], (12, 30, 36))
        # The ends of the years are moved by two days at most.
        np.testing.assert_allclose(together[..., at], alone, atol=0.01 * np.abs(alone).max())
