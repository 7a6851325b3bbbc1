"""The compiled fits of many models, one by one against statsmodels and against the routines for single models."""

from __future__ import annotations

import numpy as np
import pytest
from plans import columns_of

from sahelkit.errors import ModelError, OptionError, UnknownNameError
from sahelkit.estimation.clustered import cluster_sums
from sahelkit.estimation.firth import firth_maximise
from sahelkit.estimation.links import row_terms
from sahelkit.estimation.many.arithmetic import compiled, exp
from sahelkit.estimation.many.engine import run
from sahelkit.estimation.many.plan import LINKS, Plan
from sahelkit.estimation.many.rescue import one_column_separates
from sahelkit.estimation.newton import maximise
from sahelkit.estimation.separation import separated_terms

EXACT = 1e-8  # relative; what the issue asks for
COUNTRIES, YEARS = 16, 63


def panel(*, models, seed=1, links=(0, 1), pool=24, most=7, keep=(), separating=0):
    """A plan on 16 countries by 63 years: skewed, counted, trending columns; dummies of decades and of countries."""
    rng = np.random.default_rng(seed)
    n = COUNTRIES * YEARS
    country, year = np.repeat(np.arange(COUNTRIES), YEARS), np.tile(np.arange(YEARS), COUNTRIES)
    own = [(rng.normal(size=n) + rng.normal()) * 10.0 ** rng.integers(-3, 4) for _ in range(pool - 6)]
    own += [rng.poisson(0.3, n), rng.integers(0, 2, n), np.exp(rng.normal(size=n))]
    own += [year / 10, (year / 10) ** 2, (year / 10) ** 3]
    own += [np.zeros(n) for _ in range(separating)]
    eta = -2.5 + 0.5 * own[1] / own[1].std() + 0.4 * own[-4 - separating] + rng.normal(0, 0.5, COUNTRIES)[country]
    outcome = (rng.random(n) < 1 / (1 + np.exp(-eta))).astype(float)
    outcome[year == 7 + country] = 1.0  # no country without an event
    for column in own[len(own) - separating :]:  # only events have it
        column[rng.choice(np.flatnonzero(outcome > 0), 5, replace=False)] = 1.0
    decades = [(year // 10 == d) * 1.0 for d in range(1, 7)]
    countries = [(country == c) * 1.0 for c in range(1, COUNTRIES)]
    columns = np.column_stack([np.ones(n), *own, *decades, *countries])
    first = len(own) + 1
    sets = ((), tuple(range(first, first + 6)), tuple(range(first, first + 6 + COUNTRIES - 1)))
    rows = np.full((models, most + 1), -1)
    for row in rows:
        size = rng.integers(1, most + 1)
        row[: size + 1] = [0, *rng.choice(np.arange(1, first), size, replace=False)]
        wanted = rng.random() < 0.3
        if separating and wanted and not (row >= first - separating).any():
            row[size] = first - separating
    shuffled = rng.permutation(n)  # rows in no order at all
    return Plan(
        columns[shuffled],
        ("1", *(f"x{i}" for i in range(1, columns.shape[1]))),
        outcome[shuffled],
        country[shuffled],
        rows,
        rng.integers(0, len(sets), models),
        sets,
        rng.choice(links, models),
        keep,
    )


def by_statsmodels(plan, model):
    """Coefficients, errors and clustered errors (CR1) of one model, all columns."""
    import statsmodels.api as sm

    design = plan.pool[:, columns_of(plan, model)]
    # statsmodels stops when parameters move little in absolute terms: columns of one size make that fair to all.
    size = np.abs(design).max(axis=0)
    groups = plan.groups
    link, factor = LINKS[plan.link[model]], len(np.unique(groups)) / (len(np.unique(groups)) - 1)
    if link == "logit":
        fit = sm.Logit(plan.outcome, design / size).fit(disp=0, tol=1e-14, maxiter=100)
        clustered = sm.Logit(plan.outcome, design / size).fit(
            disp=0, tol=1e-14, maxiter=100, cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
        )
        return fit.params / size, fit.bse / size, clustered.bse * np.sqrt(factor) / size, fit.llf
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    problem = sm.GLM(plan.outcome, design / size, family=family)
    fit = problem.fit(method="newton", start_params=problem.fit().params, tol=1e-13, maxiter=100, disp=0)
    # Model errors by the expected information, as in fit_hazard; clustered ones around the observed, as Stata has it.
    model = -problem.hessian(fit.params, observed=False)
    bread = -problem.hessian(fit.params, observed=True)
    score = problem.score_factor(fit.params)
    sums = cluster_sums(design / size * score[:, None], groups)
    clustered = np.sqrt(factor * (np.linalg.solve(bread, sums.T) ** 2).sum(axis=1))
    return fit.params / size, np.sqrt(np.diag(np.linalg.inv(model))) / size, clustered / size, fit.llf


def compare(plan):
    found = run(plan, n_jobs=1).to_frame()
    assert found["converged"].all()
    assert not found["separated"].any()
    for model, row in found.iterrows():
        coef, se, clustered, loglik = by_statsmodels(plan, model)
        assert row["all_coef"] == pytest.approx(coef, rel=EXACT, abs=EXACT * se.min()), model
        assert row["all_se"] == pytest.approx(se, rel=EXACT), model
        # The level of a country is known from its rows alone: there is nothing to compare. These come last, and the
        # intercept is that of the first country.
        known, levels = np.isfinite(row["all_se_cluster"]), row["columns"] > len(plan.names) - COUNTRIES
        assert known[~levels][1:].all()
        assert not known[levels].any()
        assert row["all_se_cluster"][known] == pytest.approx(clustered[known], rel=EXACT), model
        assert [row["coef"], row["se"], row["se_cluster"]] == pytest.approx([coef[1], se[1], clustered[1]], rel=EXACT)
        assert row["loglik"] == pytest.approx(loglik, rel=1e-10)


def test_a_sample_of_models_is_that_of_statsmodels():
    compare(panel(models=40, keep=("all_coefficients",)))


@pytest.mark.slow
def test_five_hundred_models_are_those_of_statsmodels():
    compare(panel(models=500, seed=2, keep=("all_coefficients",)))


def test_linear_models_are_those_of_statsmodels():
    import statsmodels.api as sm

    plan = panel(models=10, links=(2,), keep=("all_coefficients",))
    for model, row in run(plan, n_jobs=1).to_frame().iterrows():
        design = plan.pool[:, columns_of(plan, model)]
        fit = sm.OLS(plan.outcome, design).fit()
        groups = {"groups": plan.groups, "use_correction": False}
        clustered = fit.get_robustcov_results("cluster", **groups).bse * np.sqrt(COUNTRIES / (COUNTRIES - 1))
        assert row["all_coef"] == pytest.approx(fit.params, rel=EXACT, abs=1e-12)
        assert row["all_se"] == pytest.approx(fit.HC0_se, rel=EXACT)
        known = np.isfinite(row["all_se_cluster"])  # not the levels of countries
        assert known[1]
        assert row["all_se_cluster"][known] == pytest.approx(clustered[known], rel=EXACT)
        assert row["loglik"] == pytest.approx(fit.llf, rel=1e-12)
        null = sm.OLS(plan.outcome, np.ones(len(design))).fit().llf
        assert row["lri"] == pytest.approx(1 - fit.llf / null, rel=1e-9)


def test_inflation_and_mcfadden_are_those_of_statsmodels():
    import statsmodels.api as sm
    from statsmodels.stats.outliers_influence import variance_inflation_factor

    plan = panel(models=12, links=(0,), keep=("all_coefficients",))
    null = sm.Logit(plan.outcome, np.ones(len(plan.outcome))).fit(disp=0, tol=1e-12).llf
    for model, row in run(plan, n_jobs=1).to_frame().iterrows():
        design = plan.pool[:, columns_of(plan, model)]
        own = int((plan.models[model] > 0).sum())
        expected = [variance_inflation_factor(design, place) for place in range(1, own + 1)]
        assert row["all_vif"][1 : own + 1] == pytest.approx(expected, rel=EXACT)
        assert row["vif"] == row["all_vif"][1]
        assert np.isnan(row["all_vif"][[0, *range(own + 1, design.shape[1])]]).all()
        assert row["lri"] == pytest.approx(1 - sm.Logit(plan.outcome, design).fit(disp=0).llf / null, rel=1e-9)
        assert (row["n"], row["events"]) == (len(plan.outcome), plan.outcome.sum())


def test_separated_models_are_those_of_firth_and_the_others_those_of_newton():
    plan = panel(models=60, separating=3, seed=4)
    found = run(plan, n_jobs=1).to_frame()
    first = 25  # the columns that separate come after 24 others
    has = ((plan.models >= first) & (plan.models < first + 3)).any(axis=1)
    assert 10 < has.sum() < 50
    assert (found["separated"] == has).all()
    assert (found["method"] == np.where(has, "firth", "ml")).all()
    assert found["converged"].all()
    for model in [*np.flatnonzero(has)[:8], *np.flatnonzero(~has)[:4]]:
        design = plan.pool[:, columns_of(plan, model)]
        size = np.where(np.arange(design.shape[1]) > 0, design.std(axis=0), 1.0)
        maximiser = firth_maximise if has[model] else maximise
        link, scaled = LINKS[plan.link[model]], np.asfortranarray(design / size)
        fit = maximiser(scaled, plan.outcome, link=link)
        weights = row_terms(link, scaled @ fit.coef, plan.outcome).expected
        se = np.sqrt(np.diag(np.linalg.inv(scaled.T @ (scaled * weights[:, None]))))
        assert found["coef"][model] * size[1] == pytest.approx(fit.coef[1], rel=1e-7)
        assert found["se"][model] * size[1] == pytest.approx(se[1], rel=1e-7)


def test_a_column_that_separates_alone_is_known_to_the_linear_programme_too():
    rng = np.random.default_rng(6)
    names, answers = ("1", "a", "b"), []
    for _ in range(200):
        design = np.column_stack([np.ones(12), rng.integers(0, 3, 12), rng.random(12) < 0.3]).astype(float)
        outcome = (rng.random(12) < 0.4).astype(float)
        answers.append((one_column_separates(design, outcome), bool(separated_terms(outcome, design, names))))
    found = {pair: answers.count(pair) for pair in answers}
    assert found.get((True, False), 0) == 0
    assert min(found[True, True], found[False, True], found[False, False]) >= 10


def test_fixed_effects_of_a_country_without_events_separate():
    plan = panel(models=6, seed=5)
    quiet = Plan(
        plan.pool,
        plan.names,
        np.where(plan.groups == 3, 0.0, plan.outcome),
        plan.groups,
        plan.models,
        np.array([0, 1, 2, 2, 1, 0]),
        plan.effect_sets,
        plan.link,
    )
    found = run(quiet, n_jobs=1).to_frame()
    assert found["separated"].to_list() == [False, False, True, True, False, False]
    assert found["converged"].all()


def test_a_column_that_others_explain_gets_no_numbers():
    plan = panel(models=4, links=(0,), keep=("all_coefficients",))
    spread = plan.pool.std(axis=0)
    mixed = plan.pool[:, 1] / spread[1] + 2 * plan.pool[:, 2] / spread[2]
    pool = np.column_stack([plan.pool, mixed, (plan.groups < 8) * 1.0])
    twice, fixed = pool.shape[1] - 2, pool.shape[1] - 1
    rows = [[0, 1, 2, twice], [0, 1, twice, -1], [0, 3, fixed, -1], [0, 3, fixed, -1]]
    names = (*plan.names, "twice", "colony")
    found = run(
        Plan(pool, names, plan.outcome, plan.groups, rows, [0, 0, 2, 0], plan.effect_sets, keep=plan.keep), n_jobs=1
    ).to_frame()
    assert found["singular"].to_list() == [True, False, True, False]  # a colony is constant within countries
    assert (found["converged"] == ~found["singular"]).all()
    assert (found["coef"].isna() == found["singular"]).all()
    assert np.isnan(found["all_se"][0]).all()


def test_exponential_is_exact_to_two_units():
    @compiled({"contract"})
    def fill(x, into):
        for i in range(x.size):
            into[i] = exp(x[i])

    x = np.concatenate([np.linspace(-699, 699, 20_001), np.random.default_rng(1).normal(size=20_000)])
    found = np.empty_like(x)
    fill(x, found)
    assert np.abs(found / np.exp(x) - 1).max() < 2.1 * np.finfo(float).eps


BAD = [
    ({"pool": lambda x: _with(x, (3, 2), np.nan)}, ModelError, "NA or infinite values in 'x2'"),
    ({"pool": lambda x: _with(x, (3, 5), np.inf)}, ModelError, "NA or infinite values in 'x5'"),
    ({"pool": lambda x: _with(x, (slice(None), 4), 2.0)}, ModelError, "never varies in these rows: 'x4'"),
    ({"pool": lambda x: _with(x, (0, 0), 2.0)}, OptionError, "column 0 must be the intercept"),
    ({"outcome": lambda y: y * 2}, ModelError, "must be 0 or 1"),
    ({"outcome": lambda y: y * 0}, ModelError, "the outcome is 0 in every row"),
    ({"outcome": lambda y: y[1:]}, OptionError, "its length must be 1008"),
    ({"groups": lambda g: g * 0}, ModelError, "one cluster only"),
    ({"models": lambda m: _with(m, (2, 1), 99)}, OptionError, r"models\[2\]"),
    ({"models": lambda m: _with(m, (2, 0), 1)}, OptionError, r"models\[2\]"),
    ({"models": lambda m: _with(m, (1, 1), -1)}, OptionError, r"models\[1\]"),
    ({"models": lambda m: _with(m, (0, slice(1, 3)), 7)}, OptionError, r"models\[0\].*each once"),
    ({"effects": lambda e: e + 9}, OptionError, "numbers run from 0 to 2"),
    ({"link": lambda e: e + 9}, OptionError, "numbers run from 0 to 2"),
    ({"keep": lambda _: ("residuals",)}, UnknownNameError, "unknown column to keep 'residuals'"),
]


def _with(values, where, value):
    changed = values.copy()
    changed[where] = value
    return changed


@pytest.mark.parametrize(("change", "error", "match"), BAD)
def test_bad_plans_are_refused_in_words(change, error, match):
    plan = panel(models=5)
    columns = plan.models.copy()
    columns[:] = [0, 1, 2, 3, 4, -1, -1, -1]
    parts = {name: getattr(plan, name) for name in plan.__dataclass_fields__} | {"models": columns}
    parts |= {name: alter(parts[name]) for name, alter in change.items()}
    with pytest.raises(error, match=match):
        Plan(**parts)


def test_a_block_of_effects_that_repeats_itself_is_refused():
    plan = panel(models=3)
    pool = np.column_stack([plan.pool, (plan.groups == 0) * 1.0])
    sets = ((*plan.effect_sets[2], pool.shape[1] - 1),)
    doubled = Plan(pool, (*plan.names, "first"), plan.outcome, plan.groups, [[0, 1]], effect_sets=sets)
    with pytest.raises(ModelError, match=r"fixed effects .*combinations of each other"):
        run(doubled, n_jobs=1)
