"""Covariances by several kinds of clusters, and of pairs: against statsmodels, brute force and simulation."""

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import ModelError, OptionError, UnknownNameError
from sahelkit.estimation.clustered import clustered_covariance
from sahelkit.estimation.links import row_terms
from sahelkit.estimation.multiway import dyadic_covariance, multiway_covariance
from sahelkit.estimation.newton import maximise
from sahelkit.models.hazard import fit_hazard

EXACT = 1e-9  # sums in another order


def _pairs(states: int = 9, periods: int = 8, seed: int = 3) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    source, target, period = (axis.ravel() for axis in np.indices((states, states, periods)))
    kept = source != target
    source, target, period = source[kept], target[kept], period[kept]
    giving, taking = rng.normal(size=(2, states, periods))
    x = giving[source, 0] + taking[target, 0] + rng.normal(size=len(source))
    residual = giving[source, 1] + taking[target, 1] + rng.normal(size=len(source))
    design = np.column_stack([np.ones(len(x)), x, giving[target, 0] - taking[source, 0]])
    y = design @ [0.1, 0.3, -0.2] + residual
    coef = np.linalg.lstsq(design, y, rcond=None)[0]
    return {"source": source, "target": target, "period": period, "design": design, "scores": y - design @ coef, "y": y}


def _brute(design: np.ndarray, scores: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Sandwich whose meat is the sum over all pairs of rows that may be correlated."""
    rows = design * scores[:, None]
    bread = np.linalg.inv(design.T @ design)
    return bread @ (rows.T @ share @ rows) @ bread


def _same(groups: np.ndarray) -> np.ndarray:
    return (groups[:, None] == groups[None, :]).astype(float)


def test_two_ways_are_those_of_statsmodels():
    statsmodels = pytest.importorskip("statsmodels.api")
    from statsmodels.stats.sandwich_covariance import cov_cluster_2groups

    held = _pairs()
    fit = statsmodels.OLS(held["y"], held["design"]).fit()
    plain = cov_cluster_2groups(fit, held["source"], held["target"], use_correction=False)[0]
    ones, ways = np.ones(len(held["y"])), [held["source"], held["target"]]
    found = multiway_covariance(held["design"], held["scores"], ones, ways, kind="CR0")
    assert found.cov == pytest.approx(plain, rel=EXACT)
    # With its correction each part has a factor of its own; statsmodels adds (n - 1) / (n - k) to all three.
    corrected = cov_cluster_2groups(fit, held["source"], held["target"], use_correction=True)[0]
    found = multiway_covariance(held["design"], held["scores"], ones, ways, kind="CR1")
    n, k = held["design"].shape
    assert found.cov * (n - 1) / (n - k) == pytest.approx(corrected, rel=EXACT)
    assert found.freedom.tolist() == [8.0] * 3


def test_three_ways_are_the_sum_over_rows_that_share_any():
    held = _pairs()
    source, target = held["source"], held["target"]
    pair = np.minimum(source, target) * 9 + np.maximum(source, target)
    share = np.maximum.reduce([_same(source), _same(target), _same(pair)])
    ways = [source, target, pair]
    found = multiway_covariance(held["design"], held["scores"], np.ones(len(source)), ways, kind="CR0")
    assert found.cov == pytest.approx(_brute(held["design"], held["scores"], share), rel=EXACT)


def test_jackknife_of_two_ways_is_that_of_each_part():
    held = _pairs()
    first, second = held["source"], held["target"]
    ones = np.ones(len(first))
    parts = [
        clustered_covariance(held["design"], held["scores"], ones, groups, kind="CR3").cov
        for groups in (first, second, np.unique(first * 9 + second, return_inverse=True)[1])
    ]
    found = multiway_covariance(held["design"], held["scores"], ones, [first, second], kind="CR3")
    assert found.cov == pytest.approx(parts[0] + parts[1] - parts[2], rel=EXACT)


def test_dyadic_errors_are_the_sum_over_pairs_of_rows_with_a_common_member():
    held = _pairs()
    source, target = held["source"], held["target"]
    across = (source[:, None] == target[None, :]).astype(float)
    share = np.maximum.reduce([_same(source), _same(target), across, across.T])
    found = dyadic_covariance(held["design"], held["scores"], np.ones(len(source)), source, target)
    assert found.cov == pytest.approx(9 / 8 * _brute(held["design"], held["scores"], share), rel=EXACT)
    assert not found.repaired
    assert (found.n_clusters, found.freedom.tolist()) == (9, [8.0] * 3)
    # Members that stand on one side only, in any numbering, as in the rows of one source.
    part = (source < 3) & (target > 1)
    coded = np.array([40, 7, 12, 3, 99, 5, 6, 1, 0])
    design, scores = held["design"][part], held["scores"][part]
    few = dyadic_covariance(design, scores, np.ones(part.sum()), coded[source[part]], coded[target[part]])
    brute = 9 / 8 * _brute(design, scores, share[np.ix_(part, part)])
    assert few.repaired == (np.linalg.eigvalsh(brute).min() < 0)
    assert few.cov == pytest.approx(brute) or few.repaired
    assert few.n_clusters == 9


def test_units_do_not_matter_also_after_repair():
    held = _pairs(states=5, periods=2, seed=8)
    unit = np.array([1.0, 1000.0, 1e-3])
    ones, ways = np.ones(len(held["y"])), [held["source"], held["target"]]
    found = multiway_covariance(held["design"], held["scores"], ones, ways, kind="CR0")
    assert found.repaired
    assert np.linalg.eigvalsh(found.cov).min() > -1e-12
    again = multiway_covariance(held["design"] * unit, held["scores"], ones, ways, kind="CR0")
    assert again.cov * np.outer(unit, unit) == pytest.approx(found.cov, rel=1e-6)


def test_a_trait_of_one_source_has_no_error():
    held = _pairs()
    alone = (held["source"] == 2).astype(float)
    design = np.column_stack([held["design"], alone])
    ones = np.ones(len(alone))
    several = multiway_covariance(design, held["scores"], ones, [held["source"], held["target"]])
    pairs = dyadic_covariance(design, held["scores"], ones, held["source"], held["target"])
    for found in (several, pairs):
        assert np.isnan(found.freedom).tolist() == [False, False, False, True]


def _history(seed: int = 5) -> pd.DataFrame:
    held = _pairs(seed=seed)
    rng = np.random.default_rng(seed)
    names = np.array(list("ABCDEFGHI"))
    frame = pd.DataFrame({"source": names[held["source"]], "target": names[held["target"]]})
    frame["period"] = pd.PeriodIndex.from_ordinals(held["period"] + 500, freq="M")
    frame["pair"] = ["-".join(sorted(both)) for both in zip(frame["source"], frame["target"], strict=True)]
    frame["x"] = held["design"][:, 1]
    frame["event"] = (rng.random(len(frame)) < 0.2).astype(int)
    return frame


def test_the_hazard_model_takes_several_kinds_of_clusters():
    frame = _history()
    design = np.column_stack([np.ones(len(frame)), frame["x"]])
    coef = maximise(design, frame["event"].to_numpy(float), link="cloglog").coef
    rows = row_terms("cloglog", design @ coef, frame["event"].to_numpy(float))
    ways = [pd.factorize(frame[name])[0] for name in ("source", "target", "pair")]
    for kind, observed in (("CR1", rows.observed), ("CR3", None)):
        fit = fit_hazard("event ~ x", frame, cluster=("source", "target", "pair"), errors=kind)
        found = multiway_covariance(design, rows.score, rows.expected, ways, kind=kind, observed=observed)
        assert fit.cov == pytest.approx(found.cov, rel=1e-6)
    usual = fit_hazard("event ~ x", frame, cluster=("source", "target", "pair"))
    assert (usual.errors, usual.n_clusters, usual.cluster) == ("CR1", 9, "source, target, pair")
    pairs = fit_hazard("event ~ x", frame, cluster=("source", "target"), errors="dyadic")
    assert pairs._freedom().tolist() == [8.0, 8.0]
    assert "(cloglog, ml, dyadic" in pairs.headline()
    assert "In 9 countries and 576 pair-months" in pairs.says()
    assert "576 paires-mois" in pairs.says(lang="fr")
    shuffled = fit_hazard(
        "event ~ x", frame.sample(frac=1, random_state=1), cluster=("source", "target"), errors="dyadic"
    )
    assert shuffled.std_error == pytest.approx(pairs.std_error, rel=1e-8)


def test_a_repaired_covariance_is_said_in_both_languages():
    frame = _history().query("source in ['A', 'B', 'C'] and target in ['A', 'B', 'C', 'D']")
    frame["event"] = (np.arange(len(frame)) % 3 == 0).astype(int)
    fit = fit_hazard("event ~ x", frame, cluster=("source", "target"), errors="CR0")
    assert fit.repaired
    assert "not positive semi-definite" in fit.headline()
    assert "semi-définie positive" in fit.headline(lang="fr")


@pytest.mark.parametrize(
    ("options", "kind", "text"),
    [
        ({"cluster": ("source", "target"), "errors": "CR2"}, OptionError, "Type errors='CR1'"),
        ({"cluster": "source", "errors": "dyadic"}, OptionError, r"Add cluster=\('source', 'target'\)"),
        ({"cluster": ("source", "source")}, OptionError, "stands there twice"),
        ({"cluster": ["source", "target"]}, OptionError, "one name is needed"),
    ],
)
def test_what_does_not_go_together_is_refused(options, kind, text):
    with pytest.raises(kind, match=text):
        fit_hazard("event ~ x", _history(), **options)


def test_pairs_need_two_members_and_rows_that_differ():
    held = _pairs()
    ones = np.ones(len(held["y"]))
    with pytest.raises(ModelError, match="a pair has two members"):
        dyadic_covariance(held["design"], held["scores"], ones, held["source"], held["source"])
    with pytest.raises(ModelError, match="one cluster only of a kind"):
        multiway_covariance(held["design"], held["scores"], ones, [held["source"], ones.astype(int)])
    with pytest.raises(UnknownNameError, match="several kinds of clusters"):
        multiway_covariance(held["design"], held["scores"], ones, [held["source"]], kind="CR2")
    frame = pd.concat([_history(), _history().head(1)])
    with pytest.raises(OptionError, match="one row for each source and target and period"):
        fit_hazard("event ~ x", frame, cluster=("source", "target"))
