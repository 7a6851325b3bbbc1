"""Leamer's and Sala-i-Martin's summaries, against published results and brute force."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import ModelError, UnknownNameError
from sahelkit.estimation.many.effects import block_of
from sahelkit.estimation.many.fitting import fit_blocks
from sahelkit.estimation.many.plan import choose
from sahelkit.estimation.many.roles import Roles
from sahelkit.estimation.many.sample import read_sample
from sahelkit.estimation.many.spread import cdf0_generic, cdf0_normal, leamer_bounds, model_weights, share_significant
from sahelkit.models.bounds import extreme_bounds, influence
from sahelkit.models.bounds.result import ExtremeBounds
from sahelkit.models.bounds.summaries import Settings

EXACT = 1e-12
RIVALS = (frozenset({"am", "gear"}), frozenset({"cyl", "disp", "hp"}))


@pytest.fixture(scope="module")
def mtcars(reference_dir):
    """The analysis of the R package's vignette: wt is free and doubtful, which the formula does not allow.

    Models that draw wt repeat those that do not, and are counted twice.
    """
    frame = pd.read_csv(reference_dir / "eba/mtcars.csv")
    roles = Roles("mpg", ("wt",), ("cyl", "carb", "disp", "hp"), ("vs", "drat", "wt", "qsec", "gear", "am"))
    sample = read_sample(roles, frame, measures=None, cluster=None)
    block = block_of("none", sample, binary=False)
    choices = choose(
        roles, (0, 1, 2, 3), RIVALS, effects=("none",), links=("identity",), absorbed={"none": block.absorbed}
    )
    models, long = fit_blocks(choices, sample, {"none": block}, all_terms=True)
    settings = Settings("mpg ~ ...", (0, 1, 2, 3), RIVALS, "model", 7.0, "lri", 0.95, None)
    return ExtremeBounds(models, choices, sample, None, settings, long, {"none": block.absorbed})


def _terms(found):
    return found.terms().set_index("term").rename(index={"1": "const"})


@pytest.mark.reference
def test_means_counts_and_bounds_of_the_vignette(mtcars, reference):
    terms = _terms(mtcars)
    for name, expected in reference("eba.mtcars")["expected"].items():
        assert terms.loc[name, "mean"] == pytest.approx(expected, abs=reference("eba.mtcars")["tol"]), name
    for name, expected in reference("eba.mtcars.counts")["expected"].items():
        assert terms.loc[name, "n_used"] == expected, name
    for name, expected in reference("eba.mtcars.leamer")["expected"].items():
        found = terms.loc[name, ["low", "high"]].to_list()
        assert found == pytest.approx(expected, abs=reference("eba.mtcars.leamer")["tol"]), name
    for name, expected in reference("eba.mtcars.salaimartin")["expected"].items():
        found = 100 * terms.loc[name, "cdf0_generic"]
        assert found == pytest.approx(expected, abs=reference("eba.mtcars.salaimartin")["tol"]), name


@pytest.mark.reference
def test_each_focus_variable_is_summed_up_like_its_term(mtcars):
    terms, focus = _terms(mtcars), mtcars.by_focus().set_index("focus")
    for name in mtcars.choices.roles.focus:
        for column in ("n_used", "mean", "low", "high", "cdf0_generic", "cdf0_normal"):
            assert focus.loc[name, column] == pytest.approx(terms.loc[name, column], rel=1e-10)


@pytest.mark.reference
def test_the_formula_gives_the_models_without_repetition(mtcars, reference_dir):
    frame = pd.read_csv(reference_dir / "eba/mtcars.csv")
    found = extreme_bounds(
        "mpg ~ wt | cyl + carb + disp + hp | vs + drat + qsec + gear + am",
        frame,
        link="identity",
        cluster=None,
        exclusive=[("am", "gear")],
        vif=7,
        model_weights="lri",
    )
    theirs = mtcars.models[~mtcars.models["controls"].astype(str).str.contains("wt")]
    assert found.models["coef"].to_list() == pytest.approx(theirs["coef"].to_list(), rel=1e-10)
    with pytest.raises(ModelError, match="all_terms=True"):
        found.terms()


def _normal_cdf(x):
    return 0.5 * (1 + math.erf(x / math.sqrt(2)))


def test_cdf0_is_the_share_of_draws_at_or_below_zero():
    rng = np.random.default_rng(3)
    coef, se = rng.normal(0.3, 0.5, 40), rng.uniform(0.1, 1.0, 40)
    weights = rng.dirichlet(np.ones(40))
    by_hand = sum(w * _normal_cdf(-b / s) for w, b, s in zip(weights, coef, se, strict=True))
    assert cdf0_generic(coef, se, weights) == pytest.approx(by_hand, abs=EXACT)
    which = rng.choice(40, 400_000, p=weights)
    drawn = np.mean(coef[which] + se[which] * rng.normal(size=400_000) <= 0)
    assert cdf0_generic(coef, se, weights) == pytest.approx(drawn, abs=0.003)  # four standard errors of the draws
    mean, spread = weights @ coef, math.sqrt(weights @ se**2)
    assert cdf0_normal(coef, se, weights) == pytest.approx(_normal_cdf(-mean / spread), abs=EXACT)


def test_with_one_model_all_summaries_are_its_own():
    one = np.array([0.7]), np.array([0.35])
    assert cdf0_generic(*one, np.ones(1)) == pytest.approx(cdf0_normal(*one, np.ones(1)), abs=EXACT)
    assert leamer_bounds(*one) == pytest.approx((0.7 - 1.959964 * 0.35, 0.7 + 1.959964 * 0.35), abs=1e-6)
    assert share_significant(*one) == (1.0, 0.0)


def test_no_models_give_no_numbers():
    none = np.zeros(0)
    assert np.isnan([*leamer_bounds(none, none), cdf0_generic(none, none, none), *share_significant(none, none)]).all()


@pytest.mark.parametrize("how", ["equal", "likelihood", "lri"])
def test_weights_sum_to_one_even_when_the_likelihood_underflows(how):
    weights = model_weights(np.array([-3000.0, -3001.0, -5000.0]), np.array([0.3, 0.2, -0.1]), how=how)
    assert weights.sum() == pytest.approx(1.0)
    assert (weights >= 0).all()
    assert weights[0] >= weights[1] >= weights[2]


def test_unknown_weights_are_refused():
    with pytest.raises(UnknownNameError, match="equal, likelihood, lri"):
        model_weights(np.zeros(2), np.zeros(2), how="aic")


def test_influence_explains_the_variance_that_one_choice_makes():
    rng = np.random.default_rng(5)
    rows = [(effects, link) for effects in ("none", "decade", "country") for link in ("logit", "cloglog")] * 50
    table = pd.DataFrame(rows, columns=["effects", "link"])
    z = table["effects"].map({"none": 2.0, "decade": 0.0, "country": -1.0}) + 0.1 * rng.normal(size=len(table))
    table = table.assign(effect=0.5 * z, effect_se=0.5, used=True)
    table.loc[0, "used"] = False
    found = influence(table)
    used = table.loc[1:]
    means = z[1:].groupby(used["effects"]).transform("mean")
    by_hand = ((means - z[1:].mean()) ** 2).sum() / ((z[1:] - z[1:].mean()) ** 2).sum()
    effects = found[found["dimension"] == "effects"]
    assert found["dimension"].iloc[0] == "effects"
    assert effects["explained"].to_list() == pytest.approx([by_hand] * 3)
    assert effects["n_models"].sum() == len(table) - 1
    assert (found[found["dimension"] == "link"]["explained"] < 0.01).all()
    positive = effects.set_index("choice").loc["none", "share_significant_positive"]
    assert positive == pytest.approx(np.mean(z[1:][used["effects"] == "none"] > 1.959964))


def test_influence_counts_each_control_in_and_out():
    table = pd.DataFrame({"controls": ["", "a", "b", "a + b"], "effect": [0.0, 1.0, 0.0, 1.0], "effect_se": 1.0})
    found = influence(table.assign(used=True)).set_index(["dimension", "choice"])
    assert found.loc[("a", "in"), "median"] == 1.0
    assert found.loc[("a", "in"), "explained"] == pytest.approx(1.0)
    assert found.loc[("b", "in"), "explained"] == pytest.approx(0.0)


def test_few_clusters_widen_bounds_and_flatten_distributions():
    from scipy import stats

    coef, se, freedom = np.array([1.0, 2.0, -3.0]), np.array([0.5, 0.8, 1.1]), np.array([2.5, 9.0, np.inf])
    ends = stats.t.ppf(0.975, freedom) * se
    assert leamer_bounds(coef, se, freedom=freedom) == pytest.approx(((coef - ends).min(), (coef + ends).max()))
    weights = np.array([0.2, 0.5, 0.3])
    assert cdf0_generic(coef, se, weights, freedom=freedom) == pytest.approx(weights @ stats.t.cdf(-coef / se, freedom))
    assert share_significant(coef, se) == pytest.approx((2 / 3, 1 / 3))
    assert share_significant(coef, se, freedom=freedom) == pytest.approx((1 / 3, 1 / 3))  # 2 errors, 2.5 degrees
    table = pd.DataFrame({"effect": coef, "effect_se": se, "used": True, "link": ["logit", "logit", "cloglog"]})
    found = influence(table.assign(effect_freedom=freedom), ["link"]).set_index("choice")
    assert found.loc["logit", "above"] == pytest.approx(stats.t.cdf(coef / se, freedom)[:2].mean())
    assert found.loc["logit", "share_significant_positive"] == 0.5
    assert influence(table, ["link"]).set_index("choice").loc["logit", "share_significant_positive"] == 1.0
