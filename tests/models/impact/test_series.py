"""Interrupted time series against published values, statsmodels' parts and formulas written out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import DateError, MissingColumnsError, ModelError, OptionError, UnknownNameError
from sahelkit.models.impact import break_dates, fit_series, interrupted_series
from sahelkit.models.impact.windows import event_window


@pytest.fixture
def sicily(reference_dir):
    """Hospital stays for acute coronary events, Sicily 2002-2006; smoking was banned in January 2005."""
    data = pd.read_csv(reference_dir / "its/sicily.csv")
    months = pd.PeriodIndex(pd.to_datetime(data[["year", "month"]].assign(day=1)), freq="M")
    counts = pd.Series(data["aces"].to_numpy(dtype=float), index=months)
    return counts, pd.Series(data["stdpop"].to_numpy(dtype=float), index=months)


def _fit(sicily, **options):
    counts, population = sicily
    return fit_series(counts, "2005-01", offset=population, errors="model", **options)


@pytest.mark.reference
@pytest.mark.parametrize(
    ("case", "options"),
    [
        ("its.sicily.poisson", {"family": "poisson", "slope": False}),
        ("its.sicily.quasi", {"slope": False}),
        ("its.sicily.harmonic", {"slope": False, "harmonics": 2}),
        ("its.sicily.slope", {"harmonics": 2}),
    ],
)
def test_smoking_ban_in_sicily(sicily, reference, case, options):
    fit = _fit(sicily, **options)
    rows = fit.tidy().set_index("term")
    step = rows.loc["step"]
    found = {"RR": step["ratio"], "lo": step["ratio_low"], "hi": step["ratio_high"], "coef": step["coef"]}
    found |= {"se": step["std_error"], "phi": fit.dispersion, "smokban": step["coef"]}
    if "since" in rows.index:
        found |= {"slope": rows.loc["since", "coef"], "slope_se": rows.loc["since", "std_error"]}
    wanted = reference(case)
    for name, value in wanted["expected"].items():
        assert found[name] == pytest.approx(value, abs=wanted["tol"]), name


def _months(values, first="2000-01"):
    return pd.Series(np.asarray(values, dtype=float), index=pd.period_range(first, periods=len(values), freq="M"))


def _counts(seed=3, n=72, jump=0.5):
    rng = np.random.default_rng(seed)
    return _months(rng.poisson(np.exp(3 + 0.005 * np.arange(n) + jump * (np.arange(n) >= 48))))


def test_hac_errors_are_newey_and_wests_formula():
    fit = fit_series(_counts(), "2004-01", slope=False, lags=4)
    x, y = fit.matrix, fit.observed
    mu = np.exp(x @ fit.coef)
    score = x * (y - mu)[:, None]
    meat = score.T @ score
    for lag in range(1, 5):
        cross = score[lag:].T @ score[:-lag]
        meat += (1 - lag / 5) * (cross + cross.T)
    bread = np.linalg.inv(x.T @ (x * mu[:, None]))
    n, k = x.shape
    assert fit.cov == pytest.approx(bread @ meat @ bread * n / (n - k), rel=1e-6)


def test_two_means_without_trend_differences():
    """Half the months at 10, half at 30, trend taken out by symmetry: the jump is their ratio."""
    fit = fit_series(_months([10, 10] * 12 + [30, 30] * 12), "2002-01", slope=True, errors="model", family="poisson")
    assert np.exp(fit.effect) == pytest.approx(3.0, rel=1e-6)


def test_the_effect_is_the_mean_gap_between_the_two_lines():
    path = (fit := fit_series(_counts(), "2004-01")).path()
    after = fit.since > 0
    assert fit.effect == pytest.approx(np.log(path["fitted"] / path["without"])[after].mean())
    assert (path["fitted"] == path["without"])[~after].all()


def test_negative_binomial_finds_the_spread_and_the_jump():
    rng = np.random.default_rng(5)
    mean = np.exp(3 + 0.7 * (np.arange(240) >= 120))
    counts = _months(rng.negative_binomial(2.0, 2.0 / (2.0 + mean)))
    fit = fit_series(counts, "2010-01", family="negative_binomial", slope=False)
    assert fit.dispersion == pytest.approx(0.5, abs=0.15)
    assert fit.effect == pytest.approx(0.7, abs=3 * fit.effect_error)


def test_negative_binomial_is_that_of_statsmodels():
    import statsmodels.api as sm

    rng = np.random.default_rng(6)
    counts = _months(rng.negative_binomial(1.5, 0.1, size=120))
    fit = fit_series(counts, "2006-01", family="negative_binomial", errors="model", harmonics=1)
    theirs = sm.NegativeBinomial(fit.observed, fit.matrix).fit(disp=0, method="newton", maxiter=200)
    assert fit.coef == pytest.approx(theirs.params[:-1], abs=1e-4)
    assert fit.dispersion == pytest.approx(theirs.params[-1], rel=1e-3)
    # Theirs come from the observed information, ours from the expected one, as in R's glm.nb.
    assert fit.std_error == pytest.approx(theirs.bse[:-1], rel=0.1)


def test_negative_binomial_without_spread_is_poisson():
    poisson = fit_series(_counts(), "2004-01", family="poisson")
    fit = fit_series(_counts(), "2004-01", family="negative_binomial")
    assert fit.dispersion < 0.02
    assert fit.coef == pytest.approx(poisson.coef, abs=0.02)


def test_the_best_break_is_the_true_one():
    found = break_dates(fit_series(_counts(jump=0.8), "2004-01"))
    assert str(found.best) == "2004-01"
    assert found.share == pytest.approx(1 / len(found.table))


def test_a_break_elsewhere_is_found_elsewhere():
    found = break_dates(fit_series(_counts(jump=0.8), "2003-01", slope=False))
    assert str(found.best) == "2004-01"
    assert found.share > 1 / len(found.table)
    assert "January 2004" in found.says()
    assert "janvier 2004" in found.says(lang="fr")


def test_window_leaves_out_the_month_of_the_event():
    frame = pd.DataFrame({"iso3": "MLI", "month": pd.period_range("2000-01", periods=72, freq="M")})
    frame["x"] = _counts().to_numpy()
    fit = interrupted_series(event_window(frame, "MLI", "2004-01-15", outcome="x", before=48, after=20, scale="count"))
    assert (fit.n_before, fit.n_after) == (48, 20)
    assert pd.Period("2004-01", "M") not in fit.months
    assert fit.matrix[-1, fit.terms.index("trend")] == 69


@pytest.mark.parametrize(
    ("values", "options", "match"),
    [
        ([0] * 24 + [3, 4] * 12, {}, "nothing but zeros in the 24 months before"),
        ([3, 4] * 12 + [0] * 24, {}, "nothing but zeros in the 24 months after .* no finite estimate"),
        ([3, np.nan] + [3, 4] * 23, {}, "Unknown is not zero"),
        ([3, -1] * 24, {}, "never negative"),
        ([3] * 48, {}, "the same count in all months"),
        ([3, 4] * 24, {"harmonics": 9}, "allow 0 to 5 pairs"),
        ([3, 4] * 24, {"lags": 40}, "between 0 and half"),
        ([3, 4] * 24, {"level": 95}, "Type level=0.95"),
    ],
)
def test_what_cannot_be_fitted_is_named(values, options, match):
    with pytest.raises((ModelError, OptionError), match=match):
        fit_series(_months(values), "2002-01", **options)


def test_too_few_months_and_unknown_names():
    with pytest.raises(ModelError, match="2 months before the event and 46 after"):
        fit_series(_months([3, 4] * 24), "2000-03")
    with pytest.raises(UnknownNameError, match="Did you mean 'quasipoisson'"):
        fit_series(_months([3, 4] * 24), "2002-01", family="quasi_poisson")
    with pytest.raises(OptionError, match="monthly periods"):
        fit_series(pd.Series([1.0, 2.0]), "2002-01")


@pytest.mark.slow
@pytest.mark.parametrize(("memory", "most"), [(0.0, 0.12), (0.6, 0.35)])
def test_size_of_the_interval_with_and_without_memory(memory, most):
    """Nothing happens at the event: how often does the 95 % interval miss zero? The figures are printed."""
    missed = {"hac": 0, "model": 0}
    for seed in range(400):
        rng = np.random.default_rng([seed, 9])
        noise = np.zeros(84)
        shocks = rng.normal(scale=0.5 * np.sqrt(1 - memory**2), size=84)
        for t in range(84):
            noise[t] = memory * noise[t - 1] + shocks[t] if t else rng.normal(scale=0.5)
        counts = _months(rng.poisson(np.exp(4 + noise)))
        for kind in missed:
            low, high = fit_series(counts, "2005-01", slope=False, errors=kind).interval()
            missed[kind] += not low <= 0 <= high
    print(f"\nmemory {memory}: 95 % intervals miss zero in", {k: v / 400 for k, v in missed.items()})
    assert missed["hac"] / 400 < most


def test_autocorrelation_of_residuals_and_margin():
    fit = fit_series(_months([5, 9] * 36), "2003-01", slope=False, errors="model")
    assert fit.autocorrelation < -0.9
    assert "autocorrelation of residuals -" in fit.headline()
    with pytest.raises(OptionError, match="margin=40: it leaves 0 months"):
        break_dates(fit, margin=40)


@pytest.mark.parametrize("family", ["quasipoisson", "negative_binomial"])
def test_the_gain_of_a_break_is_the_fall_of_statsmodels_deviance(family):
    import statsmodels.api as sm

    fit = fit_series(_counts(), "2004-01", family=family)
    table = break_dates(fit).tidy().set_index("month")
    own = table.loc[pd.Period("2004-01", "M"), "fit"]
    poisson = sm.families.Poisson()
    full = sm.GLM(fit.observed, fit.matrix, family=poisson).fit()
    less = sm.GLM(fit.observed, fit.matrix[:, :2], family=poisson).fit()
    mu = np.exp(fit.matrix @ fit.coef)
    scale = ((fit.observed - mu) ** 2 / mu).sum() / (len(mu) - 4)
    assert own == pytest.approx((less.deviance - full.deviance) / scale)


def _same(one, two, *, rel=1e-7):
    assert two.coef == pytest.approx(one.coef, rel=rel, abs=1e-9)
    assert two.std_error == pytest.approx(one.std_error, rel=rel)


@pytest.mark.parametrize("order", ["shuffled", "reversed"])
def test_the_order_of_the_rows_makes_no_difference(order):
    counts = _counts()
    rows = counts.sample(frac=1, random_state=2) if order == "shuffled" else counts[::-1]
    fit, other = (
        fit_series(counts, "2004-01", harmonics=1),
        fit_series(rows, "2004-01", harmonics=1, offset=rows * 0 + 1),
    )
    _same(fit, other)
    assert other.months.equals(fit.months)
    assert break_dates(other).share == break_dates(fit).share


@pytest.mark.parametrize("kind", ["Int64", "int64[pyarrow]", "float32", object, "text", "days", "text months"])
def test_the_type_of_counts_and_months_makes_no_difference(kind):
    counts = _counts()
    if kind == "text":
        other = counts.astype(int).astype(str).astype(object)
    elif kind == "days":
        other = counts.to_timestamp()
    elif kind == "text months":
        other = counts.set_axis(counts.index.astype(str))
    else:
        other = counts.astype(int).astype(kind)
    _same(fit_series(counts, "2004-01"), fit_series(other, "2004-01"))


@pytest.mark.parametrize("scale", [1e-8, 1e8])
@pytest.mark.parametrize(("family", "errors"), [("quasipoisson", "hac"), ("quasipoisson", "model"), ("poisson", "hac")])
def test_the_unit_of_the_counts_moves_the_intercept_alone(scale, family, errors):
    one, two = (fit_series(_counts() * k, "2004-01", family=family, errors=errors) for k in (1, scale))
    assert two.coef[0] - one.coef[0] == pytest.approx(np.log(scale), rel=1e-7)
    assert two.coef[1:] == pytest.approx(one.coef[1:], rel=1e-5)
    assert two.std_error == pytest.approx(one.std_error, rel=1e-5)
    _same(
        one,
        fit_series(_counts() * scale, "2004-01", family=family, errors=errors, offset=_counts() * 0 + scale),
        rel=1e-5,
    )


def test_only_the_months_just_before_the_event_may_be_left_out():
    counts = _counts()
    fit = fit_series(counts.drop(pd.Period("2003-12", "M")), "2004-01")
    assert (fit.n_before, fit.n_after) == (47, 24)
    for gone in ("2002-05", "2004-01", "2004-06"):
        with pytest.raises(
            ModelError, match=f"no count in {gone}. A month without a row is unknown; .* fill it with 0"
        ):
            fit_series(counts.drop(pd.Period(gone, "M")), "2004-01")


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda counts: pd.concat([counts, counts[:1]]), "'2000-01': this month is there more than once"),
        (lambda counts: counts.astype(object).where(counts.index != counts.index[3], "many"), "counts='many'"),
        (lambda counts: counts.where(counts.index != counts.index[3], np.inf), "no finite number"),
        (lambda counts: counts.reset_index(drop=True), "indexed by monthly periods"),
        (lambda counts: counts.to_frame(), "a series of pandas"),
        (lambda counts: None, "a series of pandas"),
    ],
)
def test_a_series_that_cannot_be_read_is_refused(change, match):
    with pytest.raises(OptionError, match=match):
        fit_series(change(_counts()), "2004-01")


@pytest.mark.parametrize("exposure", [0.0, -1.0, np.nan])
def test_an_exposure_without_logarithm_is_refused(exposure):
    people = _counts() * 0 + 100.0
    people.iloc[5] = exposure
    with pytest.raises(OptionError, match="the exposure in 2000-06 is unknown or not above 0"):
        fit_series(_counts(), "2004-01", offset=people)


def test_counts_without_scatter_have_no_error():
    counts = _months([10] * 24 + [30] * 24)
    for options in ({}, {"family": "poisson"}, {"errors": "model"}):
        with pytest.raises(ModelError, match="without any scatter"):
            fit_series(counts, "2002-01", **options)
    assert fit_series(counts, "2002-01", family="poisson", errors="model").effect == pytest.approx(np.log(3))


def test_a_year_is_no_month_and_half_a_wave_no_wave():
    with pytest.raises(DateError, match="first_after"):
        fit_series(_counts(), "2004")
    with pytest.raises(OptionError, match=r"harmonics=1\.5"):
        fit_series(_counts(), "2004-01", harmonics=1.5)
    with pytest.raises(OptionError, match="margin"):
        break_dates(fit_series(_counts(), "2004-01"), margin=3.5)
    with pytest.raises(OptionError, match="an interrupted series is wanted"):
        break_dates(None)


def test_a_series_without_rows_is_named():
    with pytest.raises(ModelError, match="counts has no rows"):
        fit_series(_counts().iloc[:0], "2004-01")


@pytest.mark.parametrize("family", ["poisson", "negative_binomial", "quasipoisson"])
def test_a_series_speaks_statsmodels(family):
    import statsmodels.api as sm

    rng = np.random.default_rng(4)
    months = pd.period_range("2000-01", periods=60, freq="M")
    counts = pd.Series(rng.negative_binomial(3, 0.2, size=60) + 1, index=months)
    fit = fit_series(counts, "2003-01", family=family, harmonics=1, errors="model")
    alpha = fit.dispersion if family == "negative_binomial" else 0.0
    variance = sm.families.NegativeBinomial(alpha=alpha) if alpha else sm.families.Poisson()
    strict = {"tol_criterion": "params", "atol": 1e-10, "maxiter": 1000}
    model = sm.GLM(counts.to_numpy(), fit.matrix, family=variance)
    theirs = model.fit(scale="X2" if family[0] == "q" else 1.0, **strict)
    np.testing.assert_allclose(fit.params, theirs.params, rtol=1e-6)
    np.testing.assert_allclose(fit.bse, theirs.bse, rtol=1e-5)
    np.testing.assert_allclose(fit.conf_int(), theirs.conf_int(), rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(fit.pvalues, theirs.pvalues, rtol=1e-4, atol=1e-12)
    np.testing.assert_allclose(fit.predict(), theirs.fittedvalues, rtol=1e-6)
    assert (fit.nobs, fit.cov_type) == (60, "model")
    if family == "quasipoisson":
        assert np.isnan([fit.llf, fit.aic]).all()
    else:
        assert fit.llf == pytest.approx(theirs.llf, rel=1e-9)
        assert fit.aic == pytest.approx(theirs.aic + (2 if alpha else 0), rel=1e-9)
    frame = pd.DataFrame({"month": [*months, *pd.period_range("2005-01", periods=2, freq="M")]})
    ahead = fit.get_prediction(frame).summary_frame()
    np.testing.assert_allclose(ahead["mean"][:60], fit.predict(), rtol=1e-12)
    assert (ahead["mean_ci_lower"] < ahead["mean"]).all()


def test_predictions_of_a_series_with_an_exposure_want_the_exposure():
    months = pd.period_range("2000-01", periods=48, freq="M")
    counts = pd.Series([10, 12] * 12 + [20, 24] * 12, index=months)
    fit = fit_series(counts, "2002-01", offset=pd.Series(2.0, index=months), errors="model")
    frame = pd.DataFrame({"month": months})
    with pytest.raises(MissingColumnsError, match="offset"):
        fit.predict(frame)
    np.testing.assert_allclose(fit.predict(frame.assign(offset=4.0)), 2 * fit.predict(), rtol=1e-9)
