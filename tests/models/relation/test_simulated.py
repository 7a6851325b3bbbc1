"""What is computed without simulation, against the process simulated attempt by attempt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sahelkit.models.relation.chance import log_survival, reach
from sahelkit.models.relation.evidence import gather
from sahelkit.models.relation.posterior import draw_posterior
from sahelkit.models.relation.prior import Excitation, Prior, prior_excitation

# Steps of half a month, error of second order: far below any Monte Carlo error.
SOLVED = 2e-4


def simulate(excitation, rates, start, end, rng, *, history=(), draw=0):
    """Attempts in (start, end]: immigrants, and the children of every attempt, history included.

    `history` holds (time, place) of attempts at or before `start`. Returns times in order, and places.
    """
    own, cross = excitation.own[draw], excitation.cross[draw]
    lags = excitation.own_lag[draw], excitation.cross_lag[draw]
    n = len(rates)
    waiting = [(when, place, True) for when, place in history]
    for place in range(n):
        number = rng.poisson(rates[place] * (end - start))
        waiting += [(when, place, False) for when in rng.uniform(start, end, number)]
    out = []
    while waiting:
        when, place, old = waiting.pop()
        if not old:
            out.append((when, place))
        for child in range(n):
            mean, lag = (own[place], lags[0]) if child == place else (cross[child, place], lags[1])
            for delay in rng.exponential(lag, rng.poisson(mean)):
                if start < when + delay <= end:
                    waiting.append((when + delay, child, False))
    out.sort()
    return np.array([when for when, _ in out]), np.array([place for _, place in out], dtype=np.intp)


def test_risk_with_own_excitation_cycles_and_history_is_that_of_simulation():
    """Three countries that all excite one another; 15,000 runs each, four standard errors."""
    rng = np.random.default_rng(9)
    cross = np.array([[[0, 0.3, 0.1], [0.25, 0, 0.2], [0.2, 0.3, 0]]])
    drawn = Excitation(np.array([[0.4, 0.2, 0.3]]), cross, np.array([0.8]), np.array([0.4]))
    rates = np.array([0.1, 0.25, 0.15])
    history = [(-0.5, 0), (-0.2, 1), (0.0, 2)]
    o = gather(countries=["MLI", "BFA"]).observed
    known = replace(
        o,
        time=np.array([when for when, _ in history]),
        place=np.array([place for _, place in history]),
        counted=np.ones(3, dtype=bool),
    )
    solved = reach(drawn, np.arange(3), 24)
    runs = 15_000
    for dropped in (None, 2):
        kept = [item for at, item in enumerate(history) if at != dropped]
        hits = np.zeros(3)
        for _ in range(runs):
            _, place = simulate(drawn, rates, 0.0, 2.0, rng, history=kept)
            hits[np.unique(place)] += 1
        given = (drawn, rates[None, :, None], np.array([-10.0, 10.0]), solved, known, 0.0, (24,))
        exact = 1 - np.exp(log_survival(*given, without=dropped))[0, :, 0]
        error = np.sqrt(exact * (1 - exact) / runs)
        assert (np.abs(hits / runs - exact) < 4 * error + SOLVED).all(), (dropped, hits / runs, exact)


@pytest.mark.slow
def test_simulation_based_calibration():
    """Parameters from the prior, data from them, ranks of the parameters in their posterior: uniform.

    Talts, S., et al. (2018). Validating Bayesian inference algorithms with simulation-based calibration.
    """
    from scipy import stats

    # Scales that keep the number of events, and so the time, small; the method does not know them.
    prior = Prior(rate=0.06, rate_sd=0.4, country=0.5, own=0.3, cross=0.2)
    one = pd.DataFrame({"iso3": ["MLI"], "date": pd.to_datetime(["1990-01-01"])})
    blank = gather(countries=["MLI", "BFA", "CIV"], events=one, start="1980", end="2019-12-31", period_df=0)
    rng = np.random.default_rng(11)
    ranks = []
    for turn in range(100):
        drawn = prior_excitation(prior, blank.weights, 1, np.random.SeedSequence([12, turn]))
        level = (
            np.log(prior.rate) + prior.rate_sd * rng.normal() + abs(rng.normal(0, prior.country)) * rng.normal(size=3)
        )
        time, place = simulate(
            drawn, np.exp(level), blank.observed.windows.start[0], blank.observed.windows.end[0], rng
        )
        if not len(time):
            continue
        marks = np.ones(len(time))
        observed = replace(blank.observed, counted=np.ones(len(blank.observed.time), dtype=bool))
        evidence = replace(blank, observed=observed.with_events(time, place, marks, marks))
        found = draw_posterior(evidence, prior=prior, draws=400, seed=turn, groups=1)
        thinned = np.linspace(0, len(found) - 1, 99).astype(int)
        truth = [drawn.own[0, 0], drawn.cross[0, 1, 0], drawn.own_lag[0], drawn.cross_lag[0], np.exp(level[0])]
        answers = [
            found.excitation.own[:, 0],
            found.excitation.cross[:, 1, 0],
            found.excitation.own_lag,
            found.excitation.cross_lag,
            found.rates[:, 0, 0],
        ]
        ranks.append([(answer[thinned] < value).sum() for answer, value in zip(answers, truth, strict=True)])
    table = np.array(ranks)
    for column in table.T:
        counts = np.bincount(column // 10, minlength=10)
        # Five tests at 0.1 %: a false alarm in one run of 200.
        assert stats.chisquare(counts).pvalue > 0.001, counts
