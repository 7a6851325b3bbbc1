"""Exact tests against scipy and against brute force written another way."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from scipy import stats

from sahelkit.errors import ModelError, OptionError
from sahelkit.estimation.exact import exact_share, rank_correlation, ranks, spearman, two_groups

UNTIED = ([3.1, 1.2, 5.5, 4.0, 2.2, 9.0], [10, 30, 20, 50, 40, 60])
TIED = ([1, 1, 2, 3, 3, 7], [5, 2, 2, 8, 1, 9])


@pytest.mark.parametrize(("hits", "trials"), [(0, 20), (3, 42), (20, 20), (7, 9)])
def test_interval_of_a_share_is_that_of_scipy(hits, trials):
    theirs = stats.binomtest(hits, trials).proportion_ci(method="exact")
    assert exact_share(hits, trials) == pytest.approx((theirs.low, theirs.high))


def test_ranks_and_correlation_are_those_of_scipy():
    for x, y in (UNTIED, TIED):
        assert ranks(np.array(x, float)).tolist() == stats.rankdata(x).tolist()
        assert spearman(np.array(x, float), np.array(y, float)) == pytest.approx(stats.spearmanr(x, y).statistic)
    assert np.isnan(spearman(np.ones(4), np.arange(4.0)))


@pytest.mark.parametrize(("x", "y"), [UNTIED, TIED])
def test_rank_correlation_over_all_orders(x, y):
    found = rank_correlation(x, y)
    values = [stats.spearmanr(x, order).statistic for order in permutations(y)]
    assert found.exact
    assert found.n_tried == len(values)
    assert found.p_value == pytest.approx(np.mean(np.abs(values) >= abs(found.statistic) - 1e-9))
    assert found.smallest == pytest.approx(np.mean(np.abs(values) >= np.max(np.abs(values)) - 1e-9))
    assert found.smallest <= found.p_value <= 1


def test_drawn_orders_agree_with_scipy_and_with_the_seed():
    generator = np.random.default_rng(3)
    x = generator.normal(size=13)
    y = 0.6 * x + generator.normal(size=13)
    found = rank_correlation(x, y, replicates=9_999, seed=1)
    theirs = stats.permutation_test(
        (x,),
        lambda drawn: stats.spearmanr(drawn, y).statistic,
        permutation_type="pairings",
        n_resamples=1_000,
        random_state=2,
    )
    # Standard error of two simulated p-values of about 0.03: 0.006.
    assert found.p_value == pytest.approx(theirs.pvalue, abs=0.02)
    assert found.smallest == pytest.approx(1e-4)
    assert not found.exact
    assert rank_correlation(x, y, replicates=9_999, seed=1) == found


def test_an_endless_wait_ranks_last():
    assert rank_correlation([1, 2, 3, 4], [5, 9, np.inf, np.inf]).statistic == pytest.approx(
        stats.spearmanr([1, 2, 3, 4], [5, 9, 1e9, 1e9]).statistic
    )


def test_two_groups_without_ties_is_the_exact_rank_sum_test():
    a, b = [1.0, 4.0, 6.0], [2.0, 3.0, 8.0, 9.0, 10.0]
    found = two_groups(a, b)
    assert found.p_value == pytest.approx(stats.mannwhitneyu(a, b, method="exact").pvalue)
    assert found.n_tried == 56
    # Of 56 groupings two are the farthest apart: the three lowest and the three highest.
    assert found.smallest == pytest.approx(2 / 56)


def test_two_groups_with_ties_by_brute_force():
    a, b = [5, 5, 1], [2, 5, 7, 7]
    place = stats.rankdata(a + b)
    found = two_groups(a, b)
    every = []
    for chosen in combinations(range(7), 3):
        rest = [i for i in range(7) if i not in chosen]
        every.append(place[list(chosen)].mean() - place[rest].mean())
    observed = place[:3].mean() - place[3:].mean()
    assert found.statistic == pytest.approx(observed)
    assert found.p_value == pytest.approx(np.mean(np.abs(every) >= abs(observed) - 1e-9))


def test_what_cannot_be_tested_is_said():
    with pytest.raises(ModelError, match="all cases have the same value on one side"):
        rank_correlation([1, 2, 3], [4, 4, 4])
    with pytest.raises(ModelError, match="at least three cases"):
        rank_correlation([1, 2], [3, 4])
    with pytest.raises(ModelError, match="a value is missing"):
        rank_correlation([1, 2, np.nan], [1, 2, 3])
    with pytest.raises(OptionError, match="replicates=0"):
        rank_correlation(range(9), range(9), replicates=0)
    with pytest.raises(ModelError, match="one of the two groups has no case"):
        two_groups([], [1.0])
    with pytest.raises(ModelError, match="a value is missing"):
        two_groups([np.nan], [1.0])
    with pytest.raises(ModelError, match="too many to try all"):
        two_groups(range(12), range(12))
    with pytest.raises(ModelError, match="3 hits of 2 cases"):
        exact_share(3, 2)
