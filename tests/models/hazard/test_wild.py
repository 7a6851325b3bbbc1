"""The wild score bootstrap against enumeration by hand, its dual interval, and its size."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import ModelError, OptionError, UnknownNameError
from sahelkit.estimation.links import row_terms
from sahelkit.estimation.newton import maximise
from sahelkit.models.hazard.fitting import fit_hazard
from sahelkit.models.hazard.wild import bootstrap_p, effective_scores, signed_sums, wild_score_test


def test_p_value_is_the_share_of_all_sign_patterns():
    scores = np.random.default_rng(1).normal(size=7)
    sums = [abs(np.dot(signs, scores)) for signs in itertools.product([-1, 1], repeat=7)]
    expected = np.mean([value >= abs(scores.sum()) - 1e-12 for value in sums])
    statistic, p_value, draws, exact = bootstrap_p(scores, weights="rademacher", replicates=99, seed=None)
    assert exact
    assert len(draws) == 128
    assert p_value == pytest.approx(expected)
    assert statistic == pytest.approx(scores.sum() / np.sqrt(np.sum(scores**2)))
    assert sorted(np.abs(signed_sums(scores))) == pytest.approx(sorted(sums)[::2])


def test_drawn_p_value_comes_near_the_counted_one():
    scores = np.random.default_rng(3).normal(0.2, 1, size=16)
    exact = bootstrap_p(scores, weights="rademacher", replicates=99, seed=None)[1]
    padded = np.concatenate([scores, np.full(5, 1e-9)])  # 21 clusters: drawn, of which five say nothing
    drawn = bootstrap_p(padded, weights="rademacher", replicates=20_000, seed=1)
    assert not drawn[3]
    assert drawn[1] == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 20_000))
    assert drawn[1] == bootstrap_p(padded, weights="rademacher", replicates=20_000, seed=1)[1]


@pytest.mark.parametrize("link", ["cloglog", "logit"])
def test_effective_scores_are_those_of_the_restricted_fit(months, link):
    fit = fit_hazard("attempt ~ x + z", months, link=link)
    design, outcome = fit.data.matrix, fit.data.outcome
    held = maximise(design[:, :2], outcome, link=link, offset=0.1 * design[:, 2])
    eta = design[:, :2] @ held.coef + 0.1 * design[:, 2]
    rows = row_terms(link, eta, outcome)
    # projecting z on the other columns, weighted by the information, by least squares
    root = np.sqrt(rows.expected)
    part = np.linalg.lstsq(design[:, :2] * root[:, None], design[:, 2] * root, rcond=None)[0]
    left = (design[:, 2] - design[:, :2] @ part) * rows.score
    expected = pd.Series(left).groupby(fit.data.groups).sum().to_numpy()
    found = effective_scores(design, outcome, fit.data.groups, 2, link=link, null=0.1)
    assert found == pytest.approx(expected, abs=1e-8)
    at_estimate = effective_scores(design, outcome, fit.data.groups, 2, link=link, null=float(fit.coef[2]))
    assert at_estimate.sum() == pytest.approx(0, abs=1e-8)


def test_interval_holds_what_the_test_does_not_reject(months):
    fit = fit_hazard("attempt ~ x + z", months, link="logit", level=0.75)
    test = wild_score_test(fit, "x")
    for end, inside, outside in ((0, 0.01, -0.01), (1, -0.01, 0.01)):
        assert wild_score_test(fit, "x", null=test.interval[end] + inside).p_value >= 0.25
        assert wild_score_test(fit, "x", null=test.interval[end] + outside).p_value < 0.25
    row = test.tidy().iloc[0]
    assert row["ratio_low"] == pytest.approx(np.exp(test.interval[0]))
    assert row["n_clusters"] == 6


def test_six_clusters_cannot_reject_at_one_percent_and_it_is_said(months):
    test = wild_score_test(fit_hazard("attempt ~ x + z", months, level=0.99), "x")
    assert test.p_value >= 2 / 64
    assert np.isinf(test.interval).all()
    assert "p cannot fall below 0.031" in test.says()
    assert "p ne peut descendre sous 0,031" in test.says(lang="fr")


def test_a_model_of_one_term_has_no_nuisance():
    frame = pd.DataFrame({"iso3": list("ABCD") * 5, "x": 1.0, "event": [0, 0, 0, 1, 0] + [0, 0, 0, 1] * 3 + [0, 0, 1]})
    test = wild_score_test(fit_hazard("event ~ 0 + x", frame, link="logit"), "x")
    scores = frame.groupby("iso3")["event"].sum().to_numpy() - 2.5  # five rows each, score y - 1/2
    assert test.p_value == bootstrap_p(scores, weights="rademacher", replicates=99, seed=None)[1]


@pytest.mark.parametrize("sure", [0, 1])
def test_no_estimate_is_printed_where_events_are_separated(months, sure):
    months.loc[months["x"] == 1, "attempt"] = sure
    test = wild_score_test(fit_hazard("attempt ~ x + z", months, method="firth"), "x")
    row = test.tidy().iloc[0]
    assert row[["coef", "ratio", "ratio_low", "ratio_high"]].isna().all()
    assert 0 < row["p_value"] < 0.1
    assert "events are separated: no estimate exists" in test.summary()
    assert "tells events from non-events perfectly, so that no estimate exists (p = 0.0" in test.says()
    assert "si bien qu’aucune estimation n’existe" in test.says(lang="fr")
    assert not any(word in test.says() for word in ("ratio", "interval", "nan", "infinity"))


def test_firth_fit_without_separation_has_the_estimate_of_maximum_likelihood(months):
    test = wild_score_test(fit_hazard("attempt ~ x + z", months, method="firth"), "x")
    assert test.coef == pytest.approx(fit_hazard("attempt ~ x + z", months).coef[1], abs=1e-8)


def test_bad_requests_are_named(months):
    fit = fit_hazard("attempt ~ x + z", months)
    with pytest.raises(UnknownNameError, match="unknown term 'y'"):
        wild_score_test(fit, "y")
    with pytest.raises(UnknownNameError, match="Did you mean 'webb'"):
        wild_score_test(fit, "x", multipliers="web")
    with pytest.raises(OptionError, match="too few to give a p-value"):
        wild_score_test(fit, "x", replicates=9)
    with pytest.raises(OptionError, match="between 0 and 1"):
        wild_score_test(fit, "x", level=95)
    from dataclasses import replace

    with pytest.raises(ModelError, match="does not hold its data"):
        wild_score_test(replace(fit, data=None), "x")


@pytest.mark.slow
def test_size_with_ten_unequal_clusters_is_nominal_where_that_of_cr0_is_not():
    """1,000 panels without effect, a covariate that is nearly constant within clusters, 5 % level (MC error 0.7 %)."""
    rng = np.random.default_rng(8)
    codes = np.repeat([f"C{i}" for i in range(10)], [200, 150, 120, 100, 80, 80, 60, 60, 40, 40])
    wild, naive, done = 0, 0, 0
    for _ in range(1000):
        frame = pd.DataFrame({"iso3": codes})
        effect = pd.Series(rng.normal(0, 0.5, 10), index=sorted(set(codes)))
        level = pd.Series(rng.normal(size=10), index=sorted(set(codes)))
        frame["x"] = frame["iso3"].map(level) + 0.3 * rng.normal(size=len(frame))
        frame["event"] = (rng.random(len(frame)) < 0.1 * np.exp(frame["iso3"].map(effect))).astype(int)
        fit = fit_hazard("event ~ x", frame, errors="CR0", level=0.5)
        scores = effective_scores(fit.data.matrix, fit.data.outcome, fit.data.groups, 1, link="cloglog")
        wild += bootstrap_p(scores, weights="rademacher", replicates=999, seed=1)[1] <= 0.05
        naive += abs(fit.coef[1] / fit.std_error[1]) > 1.96
        done += 1
    assert naive / done > 0.12
    assert 0.02 < wild / done < 0.08
