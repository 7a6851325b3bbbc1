"""Estimated models read as statsmodels' results are: the same numbers where both have them, and their tables."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
import statsmodels.formula.api as smf
from statsmodels.iolib.summary2 import summary_col

from sahelkit.errors import LackingError, MissingColumnsError, ModelError, OptionError
from sahelkit.models.hazard.fitting import fit_hazard
from sahelkit.models.hazard.random_intercepts import fit_random_intercepts
from sahelkit.models.hazard.split_population import fit_split_population
from sahelkit.models.hazard.success import fit_success

# Both sides stop when a step no longer changes the eighth digit; slopes of the mean are central differences.
CLOSE = 1e-6
FAMILIES = {
    "logit": sm.families.Binomial(),
    "cloglog": sm.families.Binomial(link=sm.families.links.CLogLog()),
}


@pytest.fixture(scope="module")
def rows():
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"iso3": np.repeat(list("ABCDEFGH"), 100), "x": rng.integers(0, 2, 800)})
    frame["z"] = rng.normal(size=800)
    frame["event"] = (rng.random(800) < 0.06 + 0.1 * frame["x"]).astype(int)
    frame["duration"] = np.tile(np.arange(1, 101), 8)
    return frame


def _glm(rows, link):
    return smf.glm("event ~ x + z", rows, family=FAMILIES[link]).fit(tol=1e-14)


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_numbers_are_those_of_a_glm(rows, link):
    ours, theirs = fit_hazard("event ~ x + z", rows, link=link, errors="model"), _glm(rows, link)
    for name in ("params", "bse", "tvalues", "pvalues"):
        pd.testing.assert_series_equal(getattr(ours, name), getattr(theirs, name), rtol=CLOSE, check_names=False)
    pd.testing.assert_frame_equal(ours.cov_params(), theirs.cov_params(), rtol=CLOSE)
    for alpha in (0.05, 0.1):
        pd.testing.assert_frame_equal(ours.conf_int(alpha), theirs.conf_int(alpha), rtol=CLOSE)
    for name in ("llf", "aic", "nobs", "df_resid"):
        assert getattr(ours, name) == pytest.approx(getattr(theirs, name), rel=CLOSE)
    assert ours.bic == pytest.approx(theirs.bic_llf, rel=CLOSE)


def test_numbers_are_those_of_a_logit(rows):
    ours = fit_hazard("event ~ x + z", rows, link="logit", errors="observed")
    theirs = smf.logit("event ~ x + z", rows).fit(disp=False, tol=1e-14)
    assert [ours.llf, ours.aic, ours.bic] == pytest.approx([theirs.llf, theirs.aic, theirs.bic], rel=CLOSE)
    assert ours.bse.to_numpy() == pytest.approx(theirs.bse.to_numpy(), rel=CLOSE)
    assert ours.predict() == pytest.approx(np.asarray(theirs.predict()), rel=CLOSE)
    assert (ours.cov_type, ours.model.endog_names) == ("observed", "event")


@pytest.mark.parametrize("link", ["logit", "cloglog"])
def test_predictions_and_their_intervals_are_those_of_a_glm(rows, link):
    ours, theirs = fit_hazard("event ~ x + z", rows, link=link, errors="model"), _glm(rows, link)
    fresh = pd.DataFrame({"x": [0, 1, 1], "z": [-1.0, 0.0, 3.0]}, index=["a", "b", "c"])
    assert ours.predict(fresh) == pytest.approx(theirs.predict(fresh).to_numpy(), rel=CLOSE)
    for alpha in (0.05, 0.2):
        found = ours.get_prediction(fresh).summary_frame(alpha)
        wanted = theirs.get_prediction(fresh).summary_frame(alpha)
        # The oldest statsmodels numbers the rows anew; ours keep their labels.
        pd.testing.assert_frame_equal(found, wanted.set_axis(fresh.index), rtol=CLOSE)
    whole = ours.get_prediction()
    assert whole.predicted == pytest.approx(ours.predict())
    assert whole.summary_frame()["mean_se"].to_numpy() == pytest.approx(theirs.get_prediction().se_mean, rel=CLOSE)


def test_a_row_with_an_unknown_value_has_no_prediction(rows):
    found = fit_hazard("event ~ x + z", rows).get_prediction(pd.DataFrame({"x": [1.0, np.nan], "z": 0.0}))
    assert found.summary_frame().notna().all(axis=1).tolist() == [True, False]


def test_an_error_that_does_not_exist_leaves_the_others_known(rows):
    rows = rows.assign(own=(rows["iso3"] == "A") * 1.0)
    fit = fit_hazard("event ~ x + own", rows)
    assert fit.unclustered == ("own",)
    fresh = pd.DataFrame({"x": [1.0, 1.0], "own": [0.0, 1.0]})
    assert np.isnan(fit.get_prediction(fresh).se).tolist() == [False, True]


def test_predictions_use_the_fewest_degrees_of_freedom_of_their_terms(rows):
    fit = fit_hazard("event ~ x + z", rows)
    fresh = pd.DataFrame({"x": [1.0, 0.0], "z": [0.0, 0.0]})
    freedom = fit.get_prediction(fresh).freedom
    assert freedom == pytest.approx([min(fit.freedom[:2]), fit.freedom[0]])
    low, high = fit.get_prediction(fresh).conf_int()[0]
    ratio = np.log1p(-np.array([low, high]))
    assert np.log(-ratio).mean() == pytest.approx(fit.coef[:2].sum())


@pytest.mark.parametrize("correction", ["none", "flic"])
def test_intervals_of_a_penalised_fit_come_from_its_profile_at_any_level(rows, correction):
    options = {"method": "firth", "correction": correction}
    fit, wide = (fit_hazard("event ~ x + z", rows, level=level, **options) for level in (0.95, 0.99))
    assert fit.conf_int().to_numpy().tolist() == fit.interval().tolist()
    assert fit.conf_int(0.01).to_numpy() == pytest.approx(wide.interval(), rel=1e-9)
    middle = fit.conf_int(0.01).mean(axis=1)["x"]
    assert abs(middle - fit.params["x"]) > 1e-4  # a profile is not symmetric
    assert fit.aic == pytest.approx(-2 * fit.loglik + 6)


def _fits(rows):
    tries = rows.assign(success=(rows["event"] * rows["x"]))
    spells = rows[rows.groupby("iso3")["event"].cumsum() - rows["event"] == 0]
    split = pd.concat([spells.assign(iso3=spells["iso3"] + str(k), event=spells["event"] * (k < 3)) for k in range(4)])
    return {
        "hazard": fit_hazard("event ~ x + z", rows),
        "firth": fit_hazard("event ~ x", rows, method="firth"),
        "success": fit_success("success ~ z", tries, attempt="event", repeats="keep"),
        "intercepts": fit_random_intercepts("event ~ x + z", rows),
        "split": fit_split_population("event ~ x", "event ~ 1", split),
    }


@pytest.fixture(scope="module")
def fits(rows):
    return _fits(rows)


def test_all_stand_side_by_side_in_a_table_of_statsmodels(rows, fits):
    theirs = smf.logit("event ~ x + z", rows).fit(disp=False)
    counts = {"N": lambda fit: f"{int(fit.nobs)}", "AIC": lambda fit: f"{fit.aic:.3f}"}
    table = summary_col([*fits.values(), theirs], model_names=[*fits, "logit"], info_dict=counts, stars=True).tables[0]
    assert list(table.columns) == [*fits, "logit"]
    for name, fit in fits.items():
        for term, value in fit.params.items():
            assert table.loc[term, name].rstrip("*") == f"{value:.4f}", (name, term)
        assert table.loc["N", name] == str(fit.nobs)
        assert table.loc["AIC", name] == f"{fit.aic:.3f}"
    assert table.loc["x", "logit"].rstrip("*") == f"{theirs.params['x']:.4f}"
    errors = table.iloc[list(table.index).index("x") + 1]
    assert errors["hazard"] == f"({fits['hazard'].bse['x']:.4f})"


def test_models_of_the_maker_of_tables_of_pyfixest_stand_beside_ours(rows, fits):
    maketables = pytest.importorskip("maketables", reason="maketables, which makes pyfixest's tables, is absent")
    theirs = smf.logit("event ~ x + z", rows).fit(disp=False)
    made = maketables.ETable([fits["hazard"], fits["firth"], theirs], model_stats=["N", "ll", "aic", "se_type"]).df
    table = made.droplevel(0) if made.index.nlevels > 1 else made
    assert table.loc["x"].str.split("\n").str[0].str.strip().str.rstrip("*").tolist() == [
        f"{fit.params['x']:.3f}" for fit in (fits["hazard"], fits["firth"], theirs)
    ]
    assert (table.loc["Observations"] == "800").all()
    assert table.loc["S.E. type"].tolist() == ["CR2", "profile", "nonrobust"]


def test_terms_are_named_once_and_counted_with_the_spread(fits):
    assert list(fits["split"].params.index) == ["duration_Intercept", "duration_x", "risk_Intercept", "log_alpha"]
    mixed = fits["intercepts"]
    assert list(mixed.params.index) == ["Intercept", "x", "z"]
    assert mixed.aic == pytest.approx(-2 * mixed.loglik + 8)
    assert mixed.df_resid == 796
    assert mixed.tidy()["p_value"].iloc[:-1].tolist() == mixed.pvalues.tolist()


def test_the_middle_country_is_what_a_mixed_model_predicts(rows, fits):
    fit = fits["intercepts"]
    eta = fit.params["Intercept"] + fit.params["x"] * rows["x"] + fit.params["z"] * rows["z"]
    assert fit.predict() == pytest.approx(1 - np.exp(-np.exp(eta.to_numpy())))
    assert fit.predict(rows.iloc[:5]) == pytest.approx(fit.predict()[:5])


def test_what_does_not_exist_is_said(rows, fits):
    with pytest.raises(LackingError, match="SplitPopulationFit has no predict: a row has two chances"):
        fits["split"].predict()
    with pytest.raises(LackingError, match="has no predict"):
        fits["split"].get_prediction(rows)
    for alpha in (0, 1, "x", True, None):
        with pytest.raises(OptionError, match=r"alpha=.*Type alpha=0.05"):
            fits["hazard"].conf_int(alpha)
        with pytest.raises(OptionError, match=r"alpha=.*Type alpha=0.05"):
            fits["hazard"].get_prediction().summary_frame(alpha)
    with pytest.raises(MissingColumnsError, match="'z'"):
        fits["hazard"].get_prediction(pd.DataFrame({"x": [1.0]}))

    with pytest.raises(ModelError, match="does not hold its data"):
        dataclasses.replace(fits["hazard"], data=None).predict()
