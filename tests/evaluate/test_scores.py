"""Scores against scikit-learn, closed forms, brute force, and the figures published for Beger and Ward's forecasts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import OptionError
from sahelkit.evaluate import scores
from sahelkit.tables.forecasts import load_forecasts

REFERENCE_NAMES = {"attempt": "attempt", "success": "coup", "failure": "failed"}


def _sample(seed, n=300, share=0.1, levels=25):
    """Outcomes and forecasts with many ties."""
    rng = np.random.default_rng(seed)
    p = rng.integers(0, levels, n) / levels
    return (rng.random(n) < share + 0.5 * p * share).astype(float), p, rng.integers(0, 12, n)


@pytest.mark.reference
@pytest.mark.parametrize("event", REFERENCE_NAMES)
def test_areas_of_the_published_forecasts(event, reference):
    case = reference("score.beger_ward")
    rows = load_forecasts(outcome=event).dropna(subset="observed")
    roc, pr = case["expected"][REFERENCE_NAMES[event]]
    assert scores.roc_auc(rows["observed"], rows["probability"]) == pytest.approx(roc, abs=case["tol"])
    assert scores.pr_auc_trapezoid(rows["observed"], rows["probability"]) == pytest.approx(pr, abs=case["tol"])


# n events, ROC, Brier, Brier of the share, log, log of the share, as recomputed from the source; rounded as printed
@pytest.mark.parametrize(
    ("event", "n", "roc", "brier", "flat", "log", "flat_log"),
    [
        ("attempt", 18, 0.7944, 0.01195, 0.01172, 0.0610, 0.0644),
        ("success", 10, 0.7810, 0.00656, None, 0.0378, None),
        ("failure", 9, 0.7999, 0.00612, None, 0.0360, None),
    ],
)
def test_figures_of_the_published_forecasts(event, n, roc, brier, flat, log, flat_log):
    rows = load_forecasts(outcome=event).dropna(subset="observed")
    y, p = rows["observed"], rows["probability"]
    assert (len(rows), y.sum()) == (1518, n)
    assert scores.roc_auc(y, p) == pytest.approx(roc, abs=5e-5)
    assert scores.brier_score(y, p) == pytest.approx(brier, abs=5e-6)
    assert scores.log_score(y, p) == pytest.approx(log, abs=5e-5)
    if flat is not None:
        share = np.full(len(y), y.mean())
        assert scores.brier_score(y, share) == pytest.approx(flat, abs=5e-6)
        assert scores.log_score(y, share) == pytest.approx(flat_log, abs=5e-5)
        assert scores.brier_skill(y, p) == pytest.approx(1 - brier / flat, abs=1e-3)


def test_log_score_is_that_of_scikit_learn_where_nothing_is_certain():
    from sklearn.metrics import log_loss

    y, p, _ = _sample(1)
    p = np.clip(p, 0.01, 0.99)
    assert scores.log_score(y, p) == pytest.approx(log_loss(y, p), rel=1e-12)
    weights = np.arange(1.0, len(y) + 1)
    assert scores.log_score(y, p, weights) == pytest.approx(log_loss(y, p, sample_weight=weights), rel=1e-12)


def test_an_event_that_was_called_impossible_costs_infinity():
    assert scores.log_score([0, 1], [0.0, 0.0]) == np.inf
    assert scores.log_score([0, 1], [0.0, 1.0]) == 0


def test_areas_do_not_exist_without_both_outcomes():
    for y in ([0, 0], [1, 1]):
        assert np.isnan(scores.roc_auc(y, [0.1, 0.2]))
    assert np.isnan(scores.average_precision([0, 0], [0.1, 0.2]))
    assert np.isnan(scores.pr_auc_trapezoid([0, 0], [0.1, 0.2]))
    assert np.isnan(scores.top_recall([0, 0], [0.1, 0.2]))


@pytest.mark.parametrize("k", [1, 3, 10, 40])
def test_top_recall_is_what_random_tie_breaking_gives_on_average(k):
    y, p, origin = _sample(2, n=200)
    rng = np.random.default_rng(0)
    found = []
    for _ in range(2000):
        lot = rng.random(len(p))
        hits = 0.0
        for one in np.unique(origin):
            rows = np.flatnonzero(origin == one)
            chosen = rows[np.lexsort((lot[rows], -p[rows]))[:k]]
            hits += y[chosen].sum()
        found.append(hits / y.sum())
    # Standard error of 2,000 draws of a share: below 0.005
    assert scores.top_recall(y, p, origin, k=k) == pytest.approx(np.mean(found), abs=0.015)


@pytest.mark.parametrize(
    ("y", "p", "match"),
    [
        ([0, 1], [0.1], "not one value for each"),
        ([], [], "no row to score"),
        ([0, np.nan], [0.1, 0.1], "unknown outcomes in 1 of 2 rows. Leave such rows out: they are no zeros"),
        ([0, 2], [0.1, 0.1], "an outcome is 0 or 1"),
        ([0, 1], [0.1, 1.1], "between 0 and 1"),
        ([0, 1], [0.1, np.nan], "between 0 and 1"),
    ],
)
def test_bad_rows_are_never_scored(y, p, match):
    with pytest.raises(OptionError, match=match):
        scores.brier_score(y, p)


WEIGHTED = ("log_score", "brier_score", "brier_skill", "roc_auc", "average_precision", "pr_auc_trapezoid")


def _weighted(name, y, p, weights):
    return getattr(scores, name)(y, p, sample_weight=weights)


@pytest.mark.parametrize("name", WEIGHTED)
def test_weights_repeat_rows_in_any_unit_and_kind(name):
    y, p, _ = _sample(5, n=80, share=0.3)
    many = np.random.default_rng(6).integers(0, 4, 80)
    wanted = getattr(scores, name)(np.repeat(y, many), np.repeat(p, many))
    for weights in (
        many,
        many.tolist(),
        pd.Series(many, dtype="Int64"),
        1e-300 * many,
        1e300 * many,
        many.astype("int8"),
    ):
        assert _weighted(name, y, p, weights) == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("name", WEIGHTED)
@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda w: -w, "at least 0"),
        (lambda w: np.where(w == w[3], np.nan, w), "at least 0"),
        (lambda w: np.where(w == w[3], np.inf, w), "at least 0"),
        (lambda w: 0 * w, "all weights are 0"),
        (lambda w: w[:-1], "not one weight for each"),
        (lambda w: w[:, None], "not one weight for each"),
        (lambda w: 2.0, "not one weight for each"),
        (lambda w: ["heavy"] * len(w), "does not hold numbers"),
    ],
)
def test_weights_that_cannot_be_are_refused(name, spoil, message):
    y, p, _ = _sample(5, n=80, share=0.3)
    with pytest.raises(OptionError, match=message):
        _weighted(name, y, p, spoil(np.linspace(1.0, 2.0, 80)))


@pytest.mark.parametrize("origins", [[1, 2], np.full(80, np.nan), "2001"])
def test_origins_that_do_not_match_the_rows_are_refused(origins):
    y, p, _ = _sample(5, n=80, share=0.3)
    with pytest.raises(OptionError, match="origin"):
        scores.top_recall(y, p, origins)


@pytest.mark.parametrize("given", [None, "x", [[0.1], [0.2]], ["a", "b"]])
def test_forecasts_that_are_no_numbers_are_refused(given):
    with pytest.raises(OptionError):
        scores.log_score([0, 1], given)
