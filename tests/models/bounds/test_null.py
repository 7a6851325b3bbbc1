"""The null distribution of the verdict: what a draw is, and whether its p-value has the size that it promises."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

import sahelkit as sk
from sahelkit.errors import ModelError, OptionError, UnknownNameError
from sahelkit.exposure import spatial_weights
from sahelkit.models.bounds import exposure_measures
from sahelkit.models.placebo.like import simulate_like

HISTORY = "t + t2 + t3 + never"


@pytest.fixture(scope="module")
def panel():
    return sk.panel("west_africa", "1955", "2020", freq="Y").add_coups(rule="powell_thyne").frame


def _analyse(panel, measures, effects=("none", "decade")):
    formula = f"onset ~ {HISTORY} | {measures.terms} | early"
    early = (panel["period"].dt.year < 1990).astype(float)
    return sk.extreme_bounds(formula, panel.assign(early=early), measures=measures, effects=effects, link="logit")


@pytest.fixture(scope="module")
def found(panel):
    measures = exposure_measures(panel, windows=[1, 3], weights=["land", "language", "region"], fades=["window"])
    return _analyse(panel, measures)


def test_a_draw_of_the_geography_is_the_analysis_on_that_map(found, panel):
    null = found.null("geography", replicates=19, models=None, seed=8)
    order = np.random.default_rng(np.random.SeedSequence(8).spawn(19)[4]).permutation(16)
    codes = list(found.measures.grid.codes)
    maps = {kind: spatial_weights(codes, kind=kind, normalise=None) for kind in ("land", "language")}
    for table in maps.values():
        table.values[:] = table.to_numpy()[np.ix_(order, order)]
    again = _analyse(panel, exposure_measures(panel, windows=[1, 3], weights=maps, fades=["window"]))
    z = again.models["effect"] / again.models["effect_se"]
    np.testing.assert_allclose(null.z[4], z, atol=1e-6)
    assert null.draws.loc[4, "above"] == pytest.approx(again.pooled()["above"], abs=1e-7)
    assert null.draws.loc[4, "median"] == pytest.approx(again.pooled()["median"], abs=1e-7)


def test_what_is_the_same_on_every_map_is_left_out_of_the_geography(found):
    null = found.null("geography", replicates=19, models=None, seed=1)
    region = found.models["weights"] == "region"
    assert null.n_models == (~region).sum()
    z = (found.models["effect"] / found.models["effect_se"])[~region]
    assert null.observed["share_significant_positive"] == pytest.approx(np.mean(z > 1.959964))
    only = _analyse_region(found)
    with pytest.raises(ModelError, match="same on every map"):
        only.null("geography", replicates=19)


def _analyse_region(found):
    roles = "onset ~ never | region_attempt_w1 + region_attempt_w3 | 1"
    panel = sk.panel("west_africa", "1955", "2020", freq="Y").add_coups(rule="powell_thyne").frame
    return sk.extreme_bounds(roles, panel, measures=found.measures)


@pytest.mark.parametrize("kind", ["geography", "simulated"])
def test_draws_do_not_depend_on_the_number_of_workers(found, kind):
    one = found.null(kind, replicates=22, models=4, seed=5, n_jobs=1)
    two = found.null(kind, replicates=22, models=4, seed=5, n_jobs=2)
    np.testing.assert_array_equal(one.z, two.z)
    assert one.tidy().equals(two.tidy())
    assert found.null(kind, replicates=19, models=4, seed=6).draws["above"].tolist() != one.draws["above"].tolist()[:19]


def test_p_values_count_the_observed_figure_as_a_draw(found):
    null = found.null("geography", replicates=19, models=6, seed=2)
    above = null.draws["above"].to_numpy()
    assert null.p_value() == (1 + (above >= null.observed["above"] - 1e-12).sum()) / 20
    assert null.tidy().set_index("statistic").loc["above", "p_value"] == null.p_value("above")
    assert null.robust_by_chance(0.0) == 1.0
    assert null.to_xarray()["z"].sizes == {"draw": 19, "model": 6}
    with pytest.raises(UnknownNameError, match="unknown statistic"):
        null.p_value("mean")


def test_sentences_hold_the_verdict_and_its_caveat(found):
    for kind, english, french in (
        ("geography", "traded places", "échangé leurs places"),
        ("simulated", "simulated histories", "histoires simulées"),
    ):
        null = found.null(kind, replicates=19, models=4, seed=3)
        observed = f"{100 * null.observed['above']:.0f}"
        assert english in null.says()
        assert f"the data put {observed}% there" in null.says()
        assert french in null.says(lang="fr")
        assert f"les données y placent {observed}\u00a0%" in null.says(lang="fr")
        assert null.says() in found.says(null=null)


@pytest.mark.parametrize(
    ("kind", "options", "error", "message"),
    [
        ("map", {}, UnknownNameError, "geography, simulated"),
        ("geography", {"replicates": 5}, OptionError, "too few"),
        ("geography", {"models": 1}, OptionError, "at least two"),
        ("simulated", {"own": 1.2}, OptionError, "own"),
    ],
)
def test_nulls_that_cannot_be_are_refused(found, kind, options, error, message):
    with pytest.raises(error, match=message):
        found.null(kind, **options)


def test_the_null_needs_measures_and_their_outcome(panel):
    measures = exposure_measures(panel, windows=[1], weights=["land"])
    joined = measures.join(panel)
    with pytest.raises(ModelError, match="exposure_measures"):
        sk.extreme_bounds("onset ~ never | land_attempt_w1 | 1", joined).null()
    other = sk.extreme_bounds(
        "again ~ never | land_attempt_w1 | 1", joined.assign(again=joined["onset"]), measures=measures
    )
    with pytest.raises(ModelError, match="give the outcome 'onset'"):
        other.null("simulated")
    assert other.null("geography", replicates=19, models=None).n_models == 1


def _p_values(panel, kind, cross, runs, **null):
    """p-values of the verdict in histories with a known contagion along the borders."""
    found = []
    for seed in range(runs):
        again = panel.drop(columns="attempt").merge(
            simulate_like(panel, own_lag=2.0, cross=cross, cross_lag=1.0, seed=seed), on=["iso3", "period"]
        )
        measures = exposure_measures(again, events=["attempt"], windows=[1, 2, 3], weights=["land", "inverse_distance"])
        found.append(_analyse(again, measures).null(kind, seed=seed, **null).p_value())
    return np.array(found)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["geography", "simulated"])
def test_without_contagion_the_p_value_is_uniform(panel, kind):
    p = _p_values(panel, kind, 0.0, 200, replicates=39, models=20)
    share = np.mean(p <= 0.05)
    print(kind, "share of p <= 0.05:", share, "mean:", p.mean(), "KS p:", stats.kstest(p, "uniform").pvalue)
    assert stats.binomtest(int((p <= 0.05).sum()), len(p), 0.05).pvalue > 0.01
    assert stats.kstest(p - 1 / 80, "uniform").pvalue > 0.01  # p has steps of 1/40; half a step is taken off


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["geography", "simulated"])
def test_strong_contagion_is_found(panel, kind):
    p = _p_values(panel, kind, 0.4, 40, replicates=39, models=20)
    print(kind, "share of p <= 0.05 with 0.4 attempts abroad per attempt:", np.mean(p <= 0.05))
    assert np.mean(p <= 0.05) > 0.5
