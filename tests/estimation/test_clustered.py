"""Clustered covariances against Stata, R and dense matrices written out in full."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import ModelError, UnknownNameError
from sahelkit.estimation.clustered import KINDS, cluster_sums, clustered_covariance
from sahelkit.estimation.inverse_root import inverse_root
from sahelkit.estimation.links import row_terms
from sahelkit.estimation.multiway import multiway_covariance
from sahelkit.estimation.newton import maximise
from sahelkit.models.hazard.fitting import fit_hazard

POWERS = {"CR2": 0.5, "CR3": 1.0}


def _parts(frame):
    design = np.column_stack([np.ones(len(frame)), frame["x"]])
    coef = np.linalg.lstsq(design, frame["y"].to_numpy(), rcond=None)[0]
    return frame, design, coef, frame["y"].to_numpy() - design @ coef, pd.factorize(frame["firm"])[0]


@pytest.mark.reference
def test_least_squares_errors_are_statas(reference, petersen):
    _, design, coef, residual, groups = _parts(petersen)
    case = reference("cluster.ols")
    found = clustered_covariance(design, residual, np.ones(len(residual)), groups, kind="CR1S")
    got = dict(zip(("const", "x", "b_const", "b_x"), [*np.sqrt(np.diag(found.cov)), *coef], strict=True))
    assert got == pytest.approx(case["expected"], abs=case["tol"])


@pytest.mark.reference
def test_cr2_is_that_of_bell_and_mccaffrey(reference, petersen):
    _, design, _, residual, groups = _parts(petersen)
    case = reference("cluster.cr2")
    cov = clustered_covariance(design, residual, np.ones(len(residual)), groups, kind="CR2").cov
    got = {"v00": cov[0, 0], "v01": cov[0, 1], "v11": cov[1, 1]}
    assert got == pytest.approx(case["expected"], abs=case["tol"])


def _toy(seed=1, n=40, clusters=5):
    rng = np.random.default_rng(seed)
    design = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
    return design, rng.normal(size=n), rng.uniform(0.5, 2.0, n), rng.integers(0, clusters, n)


@pytest.mark.parametrize("kind", POWERS)
def test_adjustments_and_degrees_of_freedom_equal_the_dense_formulas(kind):
    design, scores, weights, groups = _toy()
    found = clustered_covariance(design, scores, weights, groups, kind=kind)
    x, e = design * np.sqrt(weights)[:, None], scores / np.sqrt(weights)
    inverse = np.linalg.inv(x.T @ x)
    hat = x @ inverse @ x.T
    cov, effects = np.zeros((3, 3)), []
    for cluster in range(5):
        own = np.flatnonzero(groups == cluster)
        values, vectors = np.linalg.eigh(np.eye(len(own)) - hat[np.ix_(own, own)])
        adjust = vectors @ np.diag(values ** -POWERS[kind]) @ vectors.T
        part = inverse @ x[own].T @ adjust @ e[own]
        cov += np.outer(part, part)
        effect = np.zeros((len(x), 3))
        effect[own] = adjust @ x[own] @ inverse
        effects.append((np.eye(len(x)) - hat) @ effect)
    assert found.cov == pytest.approx(cov)
    for place in range(3):
        rows = np.array([effect[:, place] for effect in effects])
        omega = rows @ rows.T
        assert found.freedom[place] == pytest.approx(np.trace(omega) ** 2 / np.sum(omega**2))


def _binary(link, seed=2, n=300, clusters=7):
    """A fitted model of 0 and 1: design, rows, outcome, clusters."""
    rng = np.random.default_rng(seed)
    groups = rng.integers(0, clusters, n)
    design = np.column_stack([np.ones(n), rng.normal(size=n), rng.normal(size=clusters)[groups]])
    outcome = (rng.random(n) < 1 / (1 + np.exp(2 - design[:, 1]))).astype(float)
    fit = maximise(design, outcome, link=link)
    return design, row_terms(link, design @ fit.coef, outcome), outcome, groups


def _on_the_scale_of_the_outcome(design, rows, outcome, groups):
    """CR2 as Pustejovsky and Tipton define it, with the variances of the outcome as target, in n x n matrices."""
    target = rows.chance * (1 - rows.chance)
    steep = np.sqrt(rows.expected * target)[:, None] * design  # derivatives of the chances
    inverse = np.linalg.inv(steep.T @ (steep / target[:, None]))
    residual_maker = np.eye(len(outcome)) - steep @ inverse @ (steep / target[:, None]).T
    cov, effects = 0.0, []
    for group in np.unique(groups):
        own = groups == group
        half = np.diag(np.sqrt(target[own]))
        values, vectors = np.linalg.eigh(half @ residual_maker[np.ix_(own, own)] @ np.diag(target[own]) @ half)
        adjust = half @ vectors @ np.diag(values**-0.5) @ vectors.T @ half
        part = inverse @ (steep[own] / target[own, None]).T @ adjust
        cov = cov + np.outer(part @ (outcome - rows.chance)[own], part @ (outcome - rows.chance)[own])
        effects.append(part @ residual_maker[own] * np.sqrt(target))
    freedom = []
    for place in range(design.shape[1]):
        omega = np.array([effect[place] for effect in effects])
        omega = omega @ omega.T
        freedom.append(np.trace(omega) ** 2 / np.sum(omega**2))
    return cov, freedom


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_cr2_on_the_scale_of_the_outcome_is_that_of_the_paper(link):
    design, rows, outcome, groups = _binary(link)
    variance = rows.chance * (1 - rows.chance)
    found = clustered_covariance(design, rows.score, rows.expected, groups, kind="CR2", variance=variance)
    cov, freedom = _on_the_scale_of_the_outcome(design, rows, outcome, groups)
    assert found.cov == pytest.approx(cov, rel=1e-8)
    assert found.freedom == pytest.approx(freedom, rel=1e-8)
    other = clustered_covariance(design, rows.score, rows.expected, groups, kind="CR2")
    assert np.abs(other.cov / cov - 1).max() > 0.01  # the scale matters with seven clusters


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_hazard_models_have_these_errors_by_default(link):
    design, _, outcome, groups = _binary(link)
    frame = pd.DataFrame({"event": outcome, "x": design[:, 1], "z": design[:, 2], "iso3": groups})
    fit = fit_hazard("event ~ x + z", frame, link=link)
    assert fit.errors == "CR2"
    rows = row_terms(link, design @ fit.coef, outcome)
    cov, freedom = _on_the_scale_of_the_outcome(design, rows, outcome, groups)
    assert fit.cov == pytest.approx(cov, rel=1e-7)
    assert fit._freedom() == pytest.approx(freedom, rel=1e-7)


def test_variances_that_are_equal_leave_the_errors_of_least_squares():
    design, scores, _, groups = _toy()
    plain = clustered_covariance(design, scores, np.ones(40), groups)
    again = clustered_covariance(design, scores, np.ones(40), groups, variance=np.full(40, 3.0))
    assert again.cov == pytest.approx(plain.cov, rel=1e-9)
    assert again.freedom == pytest.approx(plain.freedom, rel=1e-9)


@pytest.mark.parametrize("spread", [1.0, 1e2, 1e5])
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize("n", [12, 80])
def test_inverse_root_equals_that_of_the_whole_matrix(spread, full, n):
    rng = np.random.default_rng(5)
    k = 4
    rows = np.linalg.qr(rng.normal(size=(n + 20, k)))[0][:n]
    if full:  # the first direction lies wholly in this cluster
        lone = np.linalg.qr(rng.normal(size=(n, 1)))[0]
        rows = np.column_stack([lone, rows[:, 1:] - lone @ (lone.T @ rows[:, 1:])])
    variance = np.exp(rng.uniform(-np.log(spread), 0.0, n)) if spread > 1 else np.ones(n)
    share, axes = np.linalg.eigh(rows.T @ rows)
    values, vectors = np.linalg.eigh(variance[:, None] * (np.eye(n) - rows @ rows.T) * variance)
    kept = np.abs(values) > 1e-13
    expected = (vectors[:, kept] / np.sqrt(values[kept])) @ vectors[:, kept].T @ rows
    found = inverse_root(variance, rows, full=axes[:, share > 1 - 1e-10])
    assert kept.sum() == n - full
    assert found == pytest.approx(expected, rel=1e-5, abs=1e-6 * np.abs(expected).max())


def test_clusters_of_single_rows_take_no_room():
    """CR2 of independent rows is HC2, also with so many that matrices of clusters by clusters would be large."""
    rng = np.random.default_rng(1)
    n = 4_000
    design = np.column_stack([np.ones(n), rng.normal(size=n)])
    outcome = (rng.random(n) < 0.1).astype(float)
    rows = row_terms("logit", np.full(n, np.log(1 / 9)), outcome)
    found = clustered_covariance(design, rows.score, rows.expected, np.arange(n), variance=rows.chance * 0.9)
    inverse = np.linalg.inv(design.T @ (design * rows.expected[:, None]))
    hat = rows.expected * np.einsum("ij,jk,ik->i", design, inverse, design)
    meat = design.T @ (design * (rows.score**2 / (1 - hat))[:, None])
    assert found.cov == pytest.approx(inverse @ meat @ inverse, rel=1e-8)
    assert (found.freedom > 300).all()


def test_large_clusters_take_no_longer_than_many_small_ones():
    rng = np.random.default_rng(1)
    n, k = 6000, 8
    design = np.column_stack([np.ones(n), rng.normal(size=(n, k - 1))])
    outcome = (rng.random(n) < 0.02).astype(float)
    rows = row_terms("logit", np.full(n, -4.0), outcome)
    groups = np.repeat(np.arange(4), n // 4)  # 1,500 rows each: their own roots would take a quarter of a minute
    begin = time.perf_counter()
    clustered_covariance(
        design, rows.score, rows.expected, groups, variance=rows.chance * (1 - rows.chance), outcome=outcome
    )
    assert time.perf_counter() - begin < 5


def test_cr2_is_unbiased_under_the_working_model():
    """The mean of the CR2 covariance over independent errors is the true covariance, by its quadratic form."""
    design, _, _, groups = _toy(seed=4, n=24)
    inverse = np.linalg.inv(design.T @ design)
    residual_maker = np.eye(24) - design @ inverse @ design.T
    total = np.zeros((3, 3))
    for column in residual_maker.T:  # E[ee'] = sum over unit vectors of the covariance, which is quadratic in e
        total += clustered_covariance(design, column, np.ones(24), groups, kind="CR2").cov
    assert total == pytest.approx(inverse)


def test_cr2_on_the_scale_of_the_outcome_is_unbiased_too():
    design, rows, _, groups = _binary("logit", n=60, clusters=6)
    variance = rows.chance * (1 - rows.chance)
    root = np.sqrt(rows.expected)
    inverse = np.linalg.inv(design.T @ (design * rows.expected[:, None]))
    residual_maker = np.eye(60) - (root[:, None] * design) @ inverse @ (root[:, None] * design).T
    total = np.zeros((3, 3))
    for column in residual_maker.T:
        total += clustered_covariance(design, root * column, rows.expected, groups, variance=variance).cov
    assert total == pytest.approx(inverse, rel=1e-8)


@pytest.mark.parametrize("kind", KINDS)
def test_country_that_has_its_own_dummy_has_no_error_there_and_the_others_have(kind):
    design, scores, weights, groups = _toy()
    wide = np.column_stack([design, groups == 2])
    found = clustered_covariance(wide, scores, weights, groups, kind=kind)
    assert np.isnan(found.cov[3]).all()
    assert np.isnan(found.freedom[3])
    assert np.isfinite(found.cov[:3, :3]).all()
    assert np.isfinite(found.freedom[:3]).all()


def test_two_ways_equal_one_way_when_both_are_the_same():
    design, scores, weights, groups = _toy()
    both = multiway_covariance(design, scores, weights, [groups, groups], kind="CR1")
    assert both.cov == pytest.approx(clustered_covariance(design, scores, weights, groups, kind="CR1").cov)


def test_two_ways_with_single_rows_in_the_intersection():
    design, scores, weights, _ = _toy(n=40)
    first, second = np.repeat(np.arange(8), 5), np.tile(np.arange(5), 8)
    found = multiway_covariance(design, scores, weights, [first, second], kind="CR1")
    parts = [clustered_covariance(design, scores, weights, g, kind="CR1").cov for g in (first, second, np.arange(40))]
    assert found.cov == pytest.approx(parts[0] + parts[1] - parts[2])
    assert found.freedom.tolist() == [4.0, 4.0, 4.0]


def test_sums_by_cluster():
    assert cluster_sums(np.array([[1.0, 2], [3, 4], [5, 6]]), np.array([1, 0, 1])).tolist() == [[3, 4], [6, 8]]


@pytest.mark.parametrize("kind", [*KINDS, "model"])
def test_kinds_are_ordered_and_reach_the_hazard_model(months, kind):
    fit = fit_hazard("attempt ~ x + z", months, errors=kind, link="logit")
    assert fit.errors == kind
    base = fit_hazard("attempt ~ x + z", months, errors="CR0", link="logit")
    if kind == "CR1":
        assert fit.cov == pytest.approx(base.cov * 6 / 5)
    if kind in POWERS:
        assert (fit.std_error > base.std_error).all()
        assert (fit._freedom() < 5).all()


def test_errors_name_what_is_wrong(months):
    with pytest.raises(UnknownNameError, match="Did you mean"):
        fit_hazard("attempt ~ x", months, errors="CR22")
    design, scores, weights, groups = _toy()
    with pytest.raises(UnknownNameError, match="kind of clustered covariance"):
        clustered_covariance(design, scores, weights, groups, kind="HC1")
    with pytest.raises(ModelError, match="one cluster only"):
        clustered_covariance(design, scores, weights, 0 * groups)


def test_sorted_and_scattered_clusters_give_the_same():
    design, scores, weights, groups = _toy()
    order = np.argsort(groups, kind="stable")
    for kind in KINDS:
        apart = clustered_covariance(design, scores, weights, groups, kind=kind)
        together = clustered_covariance(design[order], scores[order], weights[order], groups[order], kind=kind)
        assert together.cov == pytest.approx(apart.cov)
