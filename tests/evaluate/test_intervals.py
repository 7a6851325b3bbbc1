"""Resampled scores against scikit-learn with weights, and simulated coverage of their intervals."""

from __future__ import annotations

import numpy as np
import pytest

from sahelkit.errors import OptionError
from sahelkit.evaluate import scores
from sahelkit.evaluate.intervals import Blocks, Rows, block_weights, blocks_of, ends, estimates, resampled


def _sample(seed, n=300, share=0.1, levels=25):
    """Outcomes and forecasts with many ties."""
    rng = np.random.default_rng(seed)
    p = rng.integers(0, levels, n) / levels
    return (rng.random(n) < share + 0.5 * p * share).astype(float), p, rng.integers(0, 12, n)


def test_resampled_scores_are_those_of_scikit_learn_with_weights():
    """Every replicate equals a score in which each row counts as often as its origin was drawn."""
    y, p, origin = _sample(3)
    p = np.clip(p, 0.02, 0.98)
    reference = np.clip(p * 0.5 + 0.05, 0, 1)
    weights = block_weights(12, block=3, replicates=40, seed=5)
    drawn = resampled(Rows(y, p, origin, reference, k=4), weights)
    for number, row in enumerate(weights):
        times = row[origin]
        kept = np.repeat(np.arange(len(y)), times.astype(int))
        assert drawn["log"][number] == pytest.approx(scores.log_score(y, p, times), rel=1e-10)
        assert drawn["brier"][number] == pytest.approx(scores.brier_score(y, p, times), rel=1e-10)
        assert drawn["brier_skill"][number] == pytest.approx(scores.brier_skill(y, p, reference, times), rel=1e-9)
        for name in ("roc_auc", "average_precision", "pr_auc_trapezoid"):
            assert drawn[name][number] == pytest.approx(getattr(scores, name)(y[kept], p[kept]), rel=1e-9), name
        listed = scores.listed(p, origin, 4)
        assert drawn["top_recall"][number] == pytest.approx((times * listed * y).sum() / (times * y).sum())


def test_every_origin_once_gives_the_estimates():
    y, p, origin = _sample(4)
    rows = Rows(y, p, origin)
    once = resampled(rows, np.ones((1, 12)))
    for name, value in estimates(rows).items():
        assert once[name][0] == pytest.approx(value, rel=1e-10), name


def test_an_infinite_loss_counts_only_where_its_origin_is_drawn():
    y, p, origin = np.array([1.0, 0.0, 1.0]), np.array([0.0, 0.2, 0.7]), np.array([0, 0, 1])
    drawn = resampled(Rows(y, p, origin), np.array([[2.0, 0.0], [0.0, 2.0]]))["log"]
    assert drawn[0] == np.inf
    assert drawn[1] == pytest.approx(-np.log(0.7))
    reach = ends({"log": np.array([0.1, np.inf, np.inf, 0.2])}, {"log": np.inf}, 0.9, stretch=1.2)
    assert reach.loc["log"].tolist() == [0.1, np.inf]


def test_blocks_are_runs_of_origins_on_a_circle():
    weights = block_weights(30, block=10, replicates=300, seed=1)
    assert (weights.sum(axis=1) == 30).all()
    # Three blocks of ten: between one and three runs around the circle, and no origin more than three times
    runs = (np.diff(np.c_[weights, weights[:, :1]], axis=1) != 0).sum(axis=1)
    assert runs.max() <= 6
    assert weights.max() <= 3
    assert weights.mean(axis=0) == pytest.approx(np.ones(30), abs=0.2)
    np.testing.assert_array_equal(weights, block_weights(30, block=10, replicates=300, seed=1))


# Horizon and origins; the intervals are nominally 90 %, and a share of 400 has a standard error of 0.015.
@pytest.mark.slow
@pytest.mark.parametrize(("horizon", "n_origins"), [(1, 35), (1, 9), (12, 312), (12, 120), (36, 312)])
def test_intervals_cover_the_true_score(horizon, n_origins):
    covered = _coverage(horizon, n_origins, trials=400)
    assert 0.85 <= covered <= 0.97, covered


def test_intervals_of_overlapping_windows_cover_the_true_score():
    assert 0.82 <= _coverage(12, 312, trials=100, replicates=200) <= 1.0


def _coverage(horizon, n_origins, *, trials, replicates=400, n_states=40):
    """Share of intervals that hold the log score of a right forecast of 10 %; windows share their draws."""
    rng = np.random.default_rng(horizon + n_origins)
    p = np.full(n_states * n_origins, 0.1)
    origin = np.repeat(np.arange(n_origins), n_states)
    truth = -(0.1 * np.log(0.1) + 0.9 * np.log(0.9))
    blocks = blocks_of(np.arange(n_origins), horizon=horizon)
    inside = 0
    for trial in range(trials):
        noise = rng.random((n_origins + horizon - 1, n_states))
        smallest = np.lib.stride_tricks.sliding_window_view(noise, horizon, axis=0).min(axis=-1)
        y = (smallest < 1 - 0.9 ** (1 / horizon)).astype(float).ravel()
        losses = np.bincount(origin, weights=scores.log_losses(y, p)) / n_states
        weights = blocks.weights(replicates=replicates, seed=trial)
        draws = {"log": weights @ losses / weights.sum(axis=1)}
        low, high = ends(draws, {"log": losses.mean()}, 0.9, stretch=blocks.stretch(0.9)).loc["log"]
        inside += low <= truth <= high
    return inside / trials


def test_one_block_gives_no_interval():
    assert np.isnan(Blocks(n_origins=1, overlap=1).stretch(0.9))
    drawn = {"log": np.array([0.1, 0.1])}
    assert np.isnan(ends(drawn, {"log": 0.1}, 0.9, stretch=float("nan")).loc["log"]).all()


def test_many_single_origins_need_no_stretching():
    assert Blocks(n_origins=5000, overlap=1).stretch(0.95) == pytest.approx(1, abs=1e-3)
    assert Blocks(n_origins=35, overlap=1).stretch(0.95) == pytest.approx(2.0322 / 1.9600 * (35 / 34) ** 0.5, abs=1e-4)


def test_blocks_are_counted_in_origins_not_in_periods():
    assert blocks_of(np.arange(0, 300, 3), horizon=12) == Blocks(n_origins=100, overlap=4)
    assert Blocks(n_origins=100, overlap=4).length == 8


@pytest.mark.parametrize("bad", [0, 1, 95])
def test_a_level_is_a_share(bad):
    with pytest.raises(OptionError, match="not a share between 0 and 1"):
        ends({}, {}, bad, stretch=1.0)
