"""Clustered errors where clusters cannot be compared: none, in every place where they are computed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import ModelError
from sahelkit.estimation.clustered import KINDS, clustered_covariance
from sahelkit.estimation.few_clusters import LEAST, balance_freedom, clusters_with_events, effective_clusters
from sahelkit.estimation.links import row_terms
from sahelkit.estimation.many.engine import run
from sahelkit.estimation.many.plan import Plan
from sahelkit.estimation.many.rescue import rescue
from sahelkit.estimation.multiway import multiway_covariance
from sahelkit.estimation.newton import maximise
from sahelkit.models.bounds.extreme import extreme_bounds
from sahelkit.models.hazard.fitting import fit_hazard
from sahelkit.models.hazard.random_intercepts import fit_random_intercepts
from sahelkit.models.hazard.success import fit_success
from sahelkit.models.hazard.wild import wild_score_test


def _panel(events, *, seed=3, clusters=16, rows=100):
    """Countries by months; events at the given rows, or that many anywhere."""
    rng = np.random.default_rng(seed)
    n = clusters * rows
    frame = pd.DataFrame({"iso3": np.repeat([f"C{i:02d}" for i in range(clusters)], rows)})
    frame["x"], frame["z"] = rng.integers(0, 2, n), rng.normal(size=n)
    frame["event"] = 0
    frame.loc[rng.choice(n, events, replace=False) if isinstance(events, int) else events, "event"] = 1
    return frame


def one_event():
    return _panel([37])


def one_country(flip=False):
    frame = _panel([3, 11, 28, 37, 55, 56, 70, 83, 91])
    return frame.assign(event=1 - frame["event"]) if flip else frame


@pytest.mark.parametrize("frame", [one_event(), one_country(), one_country(flip=True)], ids=["one", "all", "flipped"])
@pytest.mark.parametrize("kind", KINDS)
def test_events_of_one_country_leave_the_profile_and_the_errors_of_the_model(frame, kind):
    plain = fit_hazard("event ~ x + z", frame, method="firth", link="logit")
    found = fit_hazard("event ~ x + z", frame, method="firth", link="logit", errors=kind)
    assert (found.errors, found.unclustered) == ("profile", found.terms)
    pd.testing.assert_frame_equal(found.tidy(), plain.tidy())
    assert found.std_error == pytest.approx(
        fit_hazard("event ~ x + z", frame, method="firth", link="logit", errors="model").std_error
    )
    assert "no clustered errors, as one iso3 bears nearly all that is known" in found.summary()
    assert "as if rows of the same country were independent" in found.says(term="z")
    assert "ce que les lignes d’un même pays ont en commun" in found.says(lang="fr", term="z")


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("kind", [*KINDS, None])
def test_maximum_likelihood_refuses_and_says_what_to_type(flip, kind):
    frame = one_country(flip)
    what = "non-events" if flip else "events"
    with pytest.raises(
        ModelError, match=rf"all 9 {what} of 'event' lie in one cluster, C00: .*method='firth'.*errors="
    ):
        fit_hazard("event ~ x + z", frame, errors=kind)
    assert np.isfinite(fit_hazard("event ~ x + z", frame, errors="model").std_error).all()


def test_the_other_places_refuse_too():
    frame = one_country()
    with pytest.raises(ModelError, match="signs of clusters cannot test it"):
        wild_score_test(fit_hazard("event ~ x + z", frame, errors="model"), "z")
    with pytest.raises(ModelError, match="lie in one cluster"):
        fit_random_intercepts("event ~ x", frame)
    with pytest.raises(ModelError, match=r"lie in one of the 16 clusters.*errors='model'"):
        extreme_bounds("event ~ 1 | z | x", frame)
    assert np.isfinite(extreme_bounds("event ~ 1 | z | x", frame, errors="model").pooled()["low"])
    attempts = frame.rename(columns={"event": "success"})
    assert fit_success("success ~ z", attempts, attempt=None, errors="CR2").fit.errors == "profile"


def test_many_models_use_none_whose_focus_one_country_alone_knows():
    frame = _panel(120)
    frame["own"] = (frame["iso3"] == "C03").astype(int)
    found = extreme_bounds("event ~ 1 | z + own | x", frame)
    by = found.models.groupby("focus", observed=True)
    assert by["se_cluster"].count().to_dict() == {"own": 0, "z": 2}
    assert by["used"].sum().to_dict() == {"own": 0, "z": 2}
    assert "2 models are not used: one iso3 bears nearly all that is known" in found.headline()
    alone = extreme_bounds("event ~ 1 | z | x", frame)
    assert found.by_focus().set_index("focus").loc["z"].to_dict() == pytest.approx(
        alone.by_focus().iloc[0, 1:].to_dict()
    )


def _arrays(frame, *terms):
    design = np.column_stack([np.ones(len(frame)), *(frame[term] for term in terms)]).astype(float)
    return design, frame["event"].to_numpy(dtype=float), pd.factorize(frame["iso3"])[0]


def test_compiled_models_and_rescued_ones_follow_the_same_rule():
    for frame, known in ((_panel(120), True), (one_country(), False)):
        design, outcome, groups = _arrays(frame, "z", "x")
        plan = Plan(design, ("1", "z", "x"), outcome, groups, [[0, 1, -1], [0, 1, 2]], link=[0, 1])
        table = run(plan, n_jobs=1).to_frame()
        assert table["se_cluster"].notna().tolist() == [known, known]
        careful = rescue(design, outcome, groups, link="cloglog")
        assert np.isfinite(careful.se_cluster[1]) == known
        if known:
            assert table.loc[1, "se_cluster"] == pytest.approx(careful.se_cluster[1], rel=1e-6)
            # From the observed information there, from the expected one here.
            assert table.loc[1, "freedom"] == pytest.approx(careful.freedom[1], rel=0.01)


def _working(frame, *terms, link="logit"):
    design, outcome, groups = _arrays(frame, *terms)
    rows = row_terms(link, design @ maximise(design, outcome, link=link).coef, outcome)
    return design, rows, outcome, groups


@pytest.mark.parametrize("kind", KINDS)
def test_a_trait_of_one_country_has_no_error_and_takes_none_from_the_others(kind):
    frame = _panel(120)
    frame["own"] = (frame["iso3"] == "C03").astype(int)
    fit = fit_hazard("event ~ z + own", frame, errors=kind)
    assert fit.unclustered == ("own",)
    assert np.isnan(fit.interval()[2]).all()
    assert np.isfinite(fit.interval()[:2]).all()
    assert fit.tidy()["errors"].tolist() == [kind, kind, "none"]
    assert "no clustered error where one iso3 bears nearly all that is known: own" in fit.summary()
    assert "no interval, as one country bears nearly all" in fit.says(term="own")
    assert "sans intervalle, car un seul pays" in fit.says(lang="fr", term="own")
    assert np.isfinite(fit.ratio({"z": 1.0})).all()
    assert np.isnan(fit.ratio({"z": 1.0, "own": 1.0})[1:]).all()
    firth = fit_hazard("event ~ z + own", frame, errors=kind, method="firth")
    assert firth.tidy()["errors"].tolist() == [kind, kind, "profile"]
    plain = fit_hazard("event ~ z + own", frame, method="firth")
    assert firth.interval()[2] == pytest.approx(plain.interval()[2])
    assert firth.p_values()[2] == pytest.approx(plain.p_values()[2])


def test_a_rare_covariate_whose_events_lie_in_one_country():
    frame = _panel(80)
    frame["rare"] = (np.arange(len(frame)) % 10 == 0).astype(int)  # in all countries
    frame.loc[frame["rare"] == 1, "event"] = 0
    frame.loc[[10, 30, 60], "event"] = 1
    for method in ("ml", "firth"):
        fit = fit_hazard("event ~ z + rare", frame, method=method, errors="CR2")
        assert fit.unclustered == ("rare",)


def test_dummies_of_countries_are_unknown_and_slopes_beside_them_are_not():
    fit = fit_hazard("event ~ z + C(iso3)", _panel(160, clusters=8))
    assert set(fit.unclustered) == set(fit.terms) - {"z"}


def test_one_of_three_countries_is_seen_though_it_bears_less_than_four_fifths():
    frame = _panel(60, clusters=3)
    frame["own"] = (frame["iso3"] == "C01").astype(int)
    design, rows, outcome, groups = _working(frame, "own")
    assert effective_clusters(design, rows.expected, groups)[1] > LEAST
    found = clustered_covariance(design, rows.score, rows.expected, groups, outcome=outcome)
    assert np.isnan(found.freedom[1])
    plan = Plan(design, ("1", "own"), outcome, groups, [[0, 1]])
    assert run(plan, n_jobs=1).to_frame()["se_cluster"].isna().all()


def test_two_ways_need_both_kinds_of_clusters():
    design, rows, outcome, groups = _working(_panel(120), "z", "x")
    second = np.tile(np.arange(20), 80)
    known = multiway_covariance(design, rows.score, rows.expected, [groups, second], outcome=outcome)
    assert np.isfinite(known.cov).all()
    for first, other in ((groups, 1 - outcome), (1 - outcome, groups)):
        found = multiway_covariance(
            design, rows.score, rows.expected, [first.astype(np.intp), other.astype(np.intp)], outcome=outcome
        )
        assert np.isnan(found.cov).all()


@pytest.mark.parametrize("kind", KINDS)
def test_degrees_of_freedom_are_fewer_than_clusters_with_events(kind):
    frame = _panel([3, 11, 128, 137, 255, 256, 270, 183, 91, 44])  # in three of sixteen
    design, rows, outcome, groups = _working(frame, "z")
    assert clusters_with_events(outcome, groups) == 3
    found = clustered_covariance(design, rows.score, rows.expected, groups, kind=kind, outcome=outcome)
    free = clustered_covariance(design, rows.score, rows.expected, groups, kind=kind)
    assert (found.freedom <= 2.0).all()
    assert (free.freedom > 5.0).all()


def test_effective_numbers_are_those_of_regressions_on_the_other_columns():
    design, rows, outcome, groups = _working(_panel(60, clusters=5), "z", "x")
    weights = rows.expected
    got = effective_clusters(design, weights, groups, outcome)
    for place in range(3):
        others = np.delete(design, place, axis=1)
        root = np.sqrt(weights)
        part = np.linalg.lstsq(others * root[:, None], design[:, place] * root, rcond=None)[0]
        left = (design[:, place] - others @ part) ** 2
        numbers = []
        for parts in (left * weights, left * outcome):
            share = np.array([parts[groups == g].sum() for g in range(5)]) / parts.sum()
            numbers.append(1 / np.sum(share**2))
        assert got[place] == pytest.approx(min(numbers))


def test_balance_gives_the_satterthwaite_freedom_of_a_model_of_one_column():
    rng = np.random.default_rng(1)
    groups = np.repeat(np.arange(6), [3, 5, 8, 13, 21, 34])
    x = rng.normal(size=(len(groups), 1))
    inverse = 1 / float(x[:, 0] @ x[:, 0])
    maker = np.eye(len(x)) - x @ x.T * inverse
    parts = np.array([maker[:, groups == g] @ x[groups == g, 0] for g in range(6)])
    omega = parts @ parts.T
    expected = np.trace(omega) ** 2 / np.sum(omega**2)
    assert balance_freedom(x, np.ones(len(x)), groups) == pytest.approx([expected])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_errors_do_not_depend_on_units_zeros_or_the_order_of_rows(kind, link):
    design, rows, outcome, groups = _working(_panel(120, clusters=7), "z", "x", link=link)

    def at(matrix, order=slice(None)):
        return clustered_covariance(
            matrix[order],
            rows.score[order],
            rows.expected[order],
            groups[order],
            kind=kind,
            observed=rows.observed[order],
            variance=(rows.chance * (1 - rows.chance))[order],
            outcome=outcome[order],
        )

    plain = at(design)
    order = np.random.default_rng(1).permutation(len(outcome))
    assert at(design, order).cov == pytest.approx(plain.cov, rel=1e-9, abs=1e-15)
    for factor in (1e-8, 1e8):
        scaled = at(design * [1.0, factor, 1.0])
        assert scaled.freedom == pytest.approx(plain.freedom, rel=1e-9)
        assert np.sqrt(scaled.cov[1, 1]) * factor == pytest.approx(np.sqrt(plain.cov[1, 1]), rel=1e-9)
    moved = at(design + np.array([0.0, 1e6, 0.0]))
    assert moved.cov[1:, 1:] == pytest.approx(plain.cov[1:, 1:], rel=1e-6)
    assert moved.freedom[1:] == pytest.approx(plain.freedom[1:], rel=1e-6)
