"""Results of the Hawkes tests can be drawn and taken to xarray."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import LackingError, ModelError, OptionError, UnknownNameError
from sahelkit.models.hawkes import (
    GoodnessOfFit,
    bias_corrected,
    contagion_bound,
    contagion_test,
    detectable_contagion,
    excitation_intervals,
    fit_hawkes,
    goodness_of_fit,
    simulate_hawkes,
)


@pytest.fixture(scope="module")
def fit():
    events = sk.load_coups(rule="powell_thyne", countries="west_africa")
    return fit_hawkes(events, countries="west_africa", start=1960, end=2025)


def _texts(figure):
    from matplotlib.text import Text

    return [item.get_text() for item in figure.findobj(Text)]


def test_contagion_test(fit):
    found = contagion_test(fit, replicates=19, seed=1)
    data = found.to_xarray()
    np.testing.assert_array_equal(data["null"], found.null)
    assert data.attrs["p_value"] == found.p_value
    for lang, words in {"en": "19 simulated histories", "fr": "19 histoires simulées"}.items():
        assert any(words in text for text in _texts(found.plot(lang=lang)))
    with pytest.raises(UnknownNameError, match="unknown language"):
        found.plot(lang="de")


def test_goodness_of_fit(fit):
    found = goodness_of_fit(fit, replicates=19, seed=1)
    data = found.to_xarray()
    table = found.table.set_index("scope")
    assert data["ks"].sel(scope="pooled").item() == table.loc["pooled", "ks"]
    figure = found.plot(lang="fr")
    assert any("temps d’attente, 16 pays" in text for text in _texts(figure))
    for test in ("ks", "ljung_box"):
        p_value, error = table.loc["pooled", [f"{test}_p", f"{test}_p_error"]]
        assert error == pytest.approx((p_value * (1 - p_value) / 20) ** 0.5)
    (dots,) = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert len(dots.get_xdata()) == int(table.loc["pooled", "n_gaps"])
    assert (np.diff(dots.get_ydata()) >= 0).all()


@pytest.mark.parametrize(
    ("ks", "order", "rejected", "english", "french"),
    [
        (0.2, 0.3, (), "only a gross misfit would show", "seul un grave désaccord"),
        (0.03, 0.3, ("ks",), "rejected for the distribution of the waiting times, so", "rejeté pour la loi"),
        (0.3, 0.049, ("ljung_box",), "rejected for their order, so", "rejeté pour leur ordre"),
        (0.01, 0.01, ("ks", "ljung_box"), "of the waiting times and their order, so", "d’attente et leur ordre"),
        (0.05, 0.05, (), "only a gross misfit would show", "seul un grave désaccord"),
    ],
)
def test_sentences_say_where_a_test_of_fit_rejects(fit, ks, order, rejected, english, french):
    table = pd.DataFrame(
        {
            "scope": ["pooled"],
            "n_gaps": [105],
            "ks_p": [ks],
            "ks_p_error": [0.004],
            "ljung_box_p": [order],
            "ljung_box_p_error": [0.004],
        }
    )
    found = GoodnessOfFit(table, {}, 3, 1999, 105, 16)
    assert found.rejects() == rejected
    assert english in found.says()
    assert french in found.says(lang="fr")
    for lang, text in (("en", "a test of fit rejects the model for"), ("fr", "un test d’ajustement rejette le modèle")):
        assert (text in fit.says(lang=lang, goodness=found)) is bool(rejected)
    if rejected == ("ks",):
        assert fit.says(goodness=found).endswith(
            "for the distribution of the waiting times (p = 0.030 ± 0.004) (coups: Powell and Thyne)."
        )
    with pytest.raises(UnknownNameError, match="unknown scope 'whole'"):
        found.rejects(scope="whole")


def test_samples_of_a_few_events_have_no_raw_errors():
    """Their replicates may hold no event at all, whose likelihood has no curvature."""
    events = sk.load_coups(rule="powell_thyne", countries="west_africa", start=1960).iloc[:2]
    two = fit_hawkes(events, countries="west_africa", start=1960, end=2025)
    assert contagion_test(two, replicates=19, seed=1, n_jobs=1).p_value > 0.05
    with pytest.raises(ModelError, match="there are 2 waiting times between attempts"):
        goodness_of_fit(two, replicates=19, seed=1)
    said = {lang: excitation_intervals(two, replicates=19, seed=1, n_jobs=1).says(lang=lang) for lang in ("en", "fr")}
    assert " inf;" not in said["en"]
    assert "infini" in said["fr"]


@pytest.mark.parametrize("lags", [0, 53, 500])
def test_lags_that_the_gaps_cannot_show(fit, lags):
    with pytest.raises(OptionError, match=f"lags={lags}: it is a whole number from 1 to 52"):
        goodness_of_fit(fit, lags=lags, replicates=19, seed=1)


@pytest.mark.parametrize(
    "odd", [{"cross": (-0.2,)}, {"cross": ()}, {"cross": 0.2}, {"cross_lag": (0.0,)}, {"cross_lag": ("a",)}]
)
def test_strengths_and_lags_that_cannot_be_tried(fit, odd):
    with pytest.raises(OptionError, match="it is a list of numbers"):
        detectable_contagion(fit, replicates=19, seed=1, n_jobs=1, **odd)


def test_power_of_a_model_without_contagion_is_refused():
    events = sk.load_coups(rule="powell_thyne", countries="west_africa")
    plain = fit_hawkes(events, countries="west_africa", start=1960, end=2025, contagion=False)
    with pytest.raises(ModelError, match="fitted without contagion"):
        detectable_contagion(plain, replicates=19, seed=1)


@pytest.mark.parametrize("function", [contagion_test, goodness_of_fit, contagion_bound, excitation_intervals])
def test_fewer_replicates_than_five_percent_needs_are_refused(fit, function):
    with pytest.raises(OptionError, match=r"replicates=18: with fewer than 19 replicates .* is as small as 0\.05"):
        function(fit, replicates=18, seed=1)


def test_wider_intervals_need_more_replicates(fit):
    with pytest.raises(OptionError, match=r"with fewer than 199 replicates .* is as small as 0\.005"):
        contagion_bound(replace(fit, level=0.99), replicates=99)


@pytest.mark.parametrize(
    "function",
    [
        *(contagion_test, goodness_of_fit, contagion_bound, excitation_intervals, detectable_contagion),
        *(bias_corrected, simulate_hawkes),
    ],
)
@pytest.mark.parametrize("wrong", [None, pd.DataFrame({"iso3": ["MLI"]}), "fit"])
def test_what_is_no_fit_is_refused(function, wrong):
    with pytest.raises(OptionError, match=r"it is no fitted Hawkes process\. Type fit=fit_hawkes"):
        function(wrong)


def test_country_of_the_figure_is_one_of_the_fit(fit):
    with pytest.raises(OptionError, match="country='TCD': it is not among the countries of the fit"):
        fit.plot(country="TCD")
    assert any("Burkina Faso" in text for text in _texts(fit.plot()))  # most attempts


def test_source_of_a_figure_is_what_the_events_came_with(fit):
    assert any("sahelkit coups" in text for text in _texts(fit.plot(lang="fr", country="MLI")))
    assert any("Source: mine" in text for text in _texts(fit.plot(country="MLI", source="mine")))


def test_fit_speaks_statsmodels(fit):
    from statsmodels.iolib.summary2 import summary_col

    table = fit.tidy().set_index("quantity")
    names = ["own", "own_lag", "cross", "cross_lag"]
    assert fit.params.to_dict() == table.loc[names, "estimate"].to_dict()
    np.testing.assert_array_equal(fit.conf_int(alpha=0.1), table.loc[names, ["low", "high"]])
    assert (fit.nobs, fit.llf) == (105, fit.loglik)
    assert fit.bse[["own_lag", "cross_lag"]].isna().all()
    assert fit.pvalues.isna().all()
    with pytest.raises(LackingError, match="HawkesFit has no predict"):
        fit.predict()
    assert "0.3547" in str(summary_col([fit, fit]))


def test_covariate_has_the_error_of_its_interval():
    coups = sk.load_coups(rule="powell_thyne", countries="focus")
    rows = [(code, year, year % 7) for code in ("MLI", "BFA", "GIN", "NER", "CIV") for year in range(1960, 2026)]
    given = pd.DataFrame(rows, columns=["iso3", "year", "turn"])
    fitted = fit_hawkes(coups, countries="focus", start=1960, end=2025, covariates=given, country_sd=0.3)
    low, high = np.log(fitted.tidy().set_index("quantity").loc["turn", ["low", "high"]].astype(float))
    assert fitted.bse["turn"] == pytest.approx((high - low) / 2 / 1.6448536, rel=1e-6)
    assert fitted.params["turn"] == pytest.approx(fitted.coefficients["turn"])
    # All of the intercept, the period and the covariate; less of the effects that are drawn towards 0.
    effects = len(fitted.baseline.columns("country"))
    fixed = 1 + len(fitted.baseline.columns("period")) + 1 + sum(fitted.searched.values())
    assert fixed - 5 < fitted._parameters() < fixed + effects
    assert fitted.aic == pytest.approx(2 * fitted._parameters() - 2 * fitted.llf)
