"""The density that is drawn from, and the parameters at a draw, against their description written out plainly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import DateError, OptionError
from sahelkit.estimation.hamilton import mixing
from sahelkit.models.relation.density import SCALARS, baseline_rates, density_of, excitation, log_density
from sahelkit.models.relation.evidence import gather
from sahelkit.models.relation.options import check_day
from sahelkit.models.relation.posterior import draw_posterior
from sahelkit.models.relation.prior import Prior, prior_excitation

CODES = ["MLI", "GIN", "NER"]


@pytest.fixture(scope="module")
def density():
    return density_of(gather(countries=CODES, start="1974", end="2005-12-31", period_df=2), Prior())


def _log_posterior(evidence, prior, point):
    """Log density of one point, up to a constant, from its description."""
    o, n, q = evidence.observed, len(CODES), evidence.basis.shape[1]
    z, *logs = point[: len(SCALARS)]
    country_sd, own, cross, own_lag, cross_lag, own_sd, cross_sd = np.exp(logs)
    time, country, own_dev = np.split(point[len(SCALARS) :][: q + 2 * n], [q, q + n])
    pairs = {tuple(tie): dev for tie, dev in zip(np.argwhere(evidence.weights > 0), point[-4:], strict=True)}
    level = [np.log(prior.rate) + prior.rate_sd * z + country_sd * country[i] for i in range(n)]
    curve = [prior.period * sum(time * evidence.basis[year]) for year in range(len(evidence.basis))]

    def alpha(child, parent):
        if child == parent:
            return own * np.exp(own_sd * own_dev[child]), own_lag
        if (child, parent) not in pairs:
            return 0.0, 1.0
        return cross * evidence.weights[child, parent] * np.exp(cross_sd * pairs[child, parent]), cross_lag

    value = 0.0
    for i in range(n):
        for year in range(len(curve)):
            value -= evidence.exposure[i, year] * np.exp(level[i] + curve[year])
    for k in np.flatnonzero(o.counted):
        i = o.place[k]
        rate = np.exp(level[i] + curve[int(1970 + o.time[k]) - 1974])
        for j in range(len(o.time)):
            if o.time[j] < o.time[k]:
                strength, lag = alpha(i, o.place[j])
                rate += strength * np.exp(-(o.time[k] - o.time[j]) / lag) / lag
        value += np.log(rate)
    for j in range(len(o.time)):
        for place, start, end in zip(o.windows.place, o.windows.start, o.windows.end, strict=True):
            if end > o.time[j]:
                strength, lag = alpha(place, o.place[j])
                value -= strength * (np.exp(-max(start - o.time[j], 0) / lag) - np.exp(-(end - o.time[j]) / lag))
    # Half-normals of the scales, on the log; log-normal lags; standard normals of the rest.
    for scale, log in zip(
        (prior.country, prior.own, prior.cross, prior.pair, prior.pair), np.array(logs)[[0, 1, 2, 5, 6]], strict=True
    ):
        value += -0.5 * (np.exp(log) / scale) ** 2 + log
    for log in logs[3:5]:
        value -= 0.5 * ((log - np.log(prior.lag)) / prior.lag_sd) ** 2
    return value - 0.5 * (z**2 + (time**2).sum() + (country**2).sum() + (own_dev**2).sum() + (point[-4:] ** 2).sum())


def test_posterior_density_is_that_of_its_description(density):
    evidence = gather(countries=CODES, start="1974", end="2005-12-31", period_df=2)
    points = 0.5 * np.random.default_rng(1).normal(size=(4, density.size))
    ours = log_density(density, points)[0]
    plain = np.array([_log_posterior(evidence, density.prior, point) for point in points])
    np.testing.assert_allclose(np.diff(ours), np.diff(plain), rtol=1e-9)


def test_parameters_at_a_point(density):
    points = 0.5 * np.random.default_rng(1).normal(size=(3, density.size))
    felt, rates = excitation(density, points), baseline_rates(density, points)
    prior, n, q = density.prior, len(CODES), density.basis.shape[1]
    for at, point in enumerate(points):
        time, country, own_dev, cross_dev = np.split(point[8:], np.cumsum([q, n, n]))
        assert felt.own_lag[at] == pytest.approx(np.exp(point[4]))
        assert felt.cross_lag[at] == pytest.approx(np.exp(point[5]))
        for i in range(n):
            assert felt.own[at, i] == pytest.approx(np.exp(point[2] + np.exp(point[6]) * own_dev[i]))
            for year in (0, 20):
                level = np.log(prior.rate) + prior.rate_sd * point[0] + np.exp(point[1]) * country[i]
                known = np.exp(level + prior.period * (time @ density.basis[year]))
                assert rates[at, i, year] == pytest.approx(known)
        for pair, (child, parent) in enumerate(density.tie):
            known = np.exp(point[3] + np.exp(point[7]) * cross_dev[pair]) * density.weight[pair]
            assert felt.cross[at, child, parent] == pytest.approx(known)
        assert (felt.cross[at] > 0).sum() == len(density.tie)
        known = max(abs(np.linalg.eigvals(felt.cross[at] + np.diag(felt.own[at]))))
        assert felt.branching()[at] == pytest.approx(known)


def test_levels_and_deviations_make_up_the_excitation():
    evidence = gather(countries=CODES, start="1974", end="2005-12-31")
    drawn = draw_posterior(evidence, draws=100, seed=1, groups=1)
    for child in range(3):
        own = drawn.own_level * np.exp(drawn.spread[:, 0] * drawn.deviation[:, child, child])
        np.testing.assert_allclose(drawn.excitation.own[:, child], own)
        for parent in range(3):
            if child == parent:
                continue
            tie = evidence.weights[child, parent]
            if tie == 0:
                assert np.isnan(drawn.deviation[:, child, parent]).all()
                continue
            known = drawn.cross_level * tie * np.exp(drawn.spread[:, 1] * drawn.deviation[:, child, parent])
            np.testing.assert_allclose(drawn.excitation.cross[:, child, parent], known)
    assert drawn.explosive == pytest.approx(1 - len(drawn) / 100)
    assert (drawn.excitation.branching() < 1).all()


def test_unit_of_the_weights_does_not_matter():
    weights = np.array([[0.0, 3.0, 1.0], [2.0, 0.0, 0.0], [2.0, 1.0, 0.0]])
    options = {"countries": CODES, "start": "1974", "end": "2005-12-31"}
    one, two = (gather(weights=weights * unit, **options) for unit in (1.0, 1e-6))
    np.testing.assert_allclose(one.weights, weights / 4)
    np.testing.assert_allclose(two.weights, one.weights)
    np.testing.assert_array_equal(gather(**options).weights.sum(axis=0), np.ones(3))
    for bad in (-weights, weights + np.eye(3), np.where(weights > 0, np.inf, 0.0)):
        with pytest.raises(OptionError, match="weights='some': they are finite, not negative"):
            gather(weights=bad, **options)


def test_split_r_hat():
    draws = np.random.default_rng(1).normal(size=(50, 3, 2)) + np.array([0.0, 0.5, 1.0])[:, None]
    for column in range(2):
        halves = [chain[part] for chain in draws[:, :, column].T for part in (slice(0, 25), slice(25, 50))]
        within = np.mean([half.var(ddof=1) for half in halves])
        between = 25 * np.var([half.mean() for half in halves], ddof=1)
        known = np.sqrt((24 / 25 * within + between / 25) / within)
        assert mixing(draws)[column] == pytest.approx(known)


def test_prior_draws_have_the_scales_that_they_are_given():
    prior = Prior(own=0.02, cross=0.01, pair=0.3, lag=2.0, lag_sd=0.4)
    weights = np.array([[0.0, 0.5], [1.0, 0.0]])
    drawn = prior_excitation(prior, weights, 40_000, np.random.SeedSequence(1))
    half = 0.6744897501960817
    for lags in (drawn.own_lag, drawn.cross_lag):
        assert np.log(lags).mean() == pytest.approx(np.log(2.0), abs=0.01)
        assert np.log(lags).std() == pytest.approx(0.4, rel=0.02)
    # Medians are those of the half-normal levels: the deviations are symmetric about none.
    assert np.median(drawn.own) == pytest.approx(0.02 * half, rel=0.03)
    assert np.median(drawn.cross[:, 1, 0]) == pytest.approx(0.01 * half, rel=0.03)
    assert np.median(drawn.cross[:, 0, 1]) == pytest.approx(0.005 * half, rel=0.03)
    # Two countries share the level and differ by two deviations of a half-normal spread.
    gap = np.log(drawn.own[:, 0] / drawn.own[:, 1])
    assert gap.std() == pytest.approx(np.sqrt(2) * 0.3, rel=0.03)
    assert (drawn.cross[:, [0, 1], [0, 1]] == 0).all()


def test_the_first_and_the_last_day_of_the_window_belong_to_it():
    window = (pd.Timestamp("1970-01-01"), pd.Timestamp("2020-12-31"))
    for day in window:
        check_day("on", str(day), day, window, ["MLI"])
    for day in (window[0] - pd.Timedelta(days=1), window[1] + pd.Timedelta(days=1)):
        with pytest.raises(DateError, match="it lies outside the window from 1970-01-01 to 2020-12-31"):
            check_day("on", str(day), day, window, ["MLI"])
