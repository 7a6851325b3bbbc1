"""The hazard model against closed forms, an independent maximisation and Stata's clustered errors."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import MissingColumnsError, ModelError, OptionError, UnknownNameError
from sahelkit.models.hazard.fitting import duration_terms, fit_hazard, separated_terms

EXACT = 1e-8  # iteratively reweighted least squares stops at a relative change of 1e-8


def _panel(seed: int = 1, n: int = 600) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"iso3": rng.choice(["MLI", "NER", "BFA", "GIN"], n), "x": rng.integers(0, 2, n)})
    frame["event"] = (rng.random(n) < 0.05 + 0.1 * frame["x"]).astype(int)
    return frame


def test_one_binary_covariate_has_a_closed_form():
    frame = _panel()
    fit = fit_hazard("event ~ x", frame)
    p0, p1 = frame.groupby("x")["event"].mean()
    log_hazard = np.log(-np.log(1 - np.array([p0, p1])))
    assert fit.coef == pytest.approx([log_hazard[0], log_hazard[1] - log_hazard[0]], abs=EXACT)


def test_logit_closed_form():
    frame = _panel()
    fit = fit_hazard("event ~ x", frame, link="logit")
    p0, p1 = frame.groupby("x")["event"].mean()
    assert fit.coef[1] == pytest.approx(np.log(p1 / (1 - p1)) - np.log(p0 / (1 - p0)), abs=EXACT)


def test_log_likelihood_is_the_maximum_found_by_another_optimiser():
    from scipy.optimize import minimize

    frame = _panel(seed=3)
    frame["z"] = np.random.default_rng(5).normal(size=len(frame))
    fit = fit_hazard("event ~ x + z", frame)
    design = np.column_stack([np.ones(len(frame)), frame["x"], frame["z"]])
    y = frame["event"].to_numpy()

    def loss(beta):
        eta = np.exp(design @ beta)
        return -np.sum(y * np.log(-np.expm1(-eta)) - (1 - y) * eta)

    best = minimize(loss, np.array([-2.0, 0.0, 0.0]), method="BFGS", options={"gtol": 1e-8})
    assert fit.loglik == pytest.approx(-best.fun, abs=1e-7)
    assert fit.coef == pytest.approx(best.x, abs=1e-4)


@pytest.mark.reference
def test_clustered_covariance_is_statas(reference, petersen):
    case = reference("cluster.logit")
    fit = fit_hazard("up ~ x", petersen.assign(up=(petersen["y"] > 0).astype(int)), link="logit", cluster="firm")
    found = [fit.cov[0, 0], fit.cov[0, 1], fit.cov[1, 1]]
    assert found == pytest.approx([case["expected"][key] for key in ("v00", "v01", "v11")], abs=case["tol"])


def _beetles():
    """Bliss (1935): beetles killed by five hours of carbon disulphide, by the logarithm of the dose."""
    dose = [1.6907, 1.7242, 1.7552, 1.7842, 1.8113, 1.8369, 1.8610, 1.8839]
    beetles, killed = [59, 60, 62, 56, 63, 59, 62, 60], [6, 13, 18, 28, 52, 53, 61, 60]
    grouped = pd.DataFrame({"dose": dose, "n": beetles, "killed": killed})
    rows = [
        pd.DataFrame({"dose": row.dose, "dead": [1] * int(row.killed) + [0] * int(row.n - row.killed), "iso3": str(i)})
        for i, row in enumerate(grouped.itertuples())
    ]
    share = grouped["killed"] / grouped["n"]
    parts = grouped["killed"] * np.log(share) + (grouped["n"] - grouped["killed"]) * np.log(1 - share.where(share < 1))
    return pd.concat(rows, ignore_index=True), float(parts.fillna(0.0).sum())


@pytest.mark.reference
@pytest.mark.parametrize("link", ["cloglog", "logit"])
def test_bliss_beetles(reference, link):
    case = reference(f"{link}.beetle")
    frame, saturated = _beetles()
    fit = fit_hazard("dead ~ dose", frame, link=link, errors="model")
    found = {
        "const": fit.coef[0],
        "dose": fit.coef[1],
        "se_const": fit.std_error[0],
        "se_dose": fit.std_error[1],
        "deviance": 2 * (saturated - fit.loglik),
    }
    for name, expected in case["expected"].items():
        # The reference errors come from the weights of the last step but one, ours from those at the estimate.
        lag = 5e-6 if name.startswith("se_") else 0.0
        assert found[name] == pytest.approx(expected, abs=case["tol"] + lag), name


@pytest.mark.reference
def test_belkin_and_schofer(reference, reference_dir):
    """Counts of the published data, and our logit of it in and out of sample."""
    counts, case = reference("belkin_schofer.counts"), reference("belkin_schofer.logit")
    frame = pd.read_csv(reference_dir / case["data"])
    frame["coup"] = (frame["coup"] == "yes").astype(int)
    found = {"rows": len(frame), "countries": frame["countryid"].nunique(), "coups": int(frame["coup"].sum())}
    assert found == counts["expected"]
    formula = "coup ~ couprisk + wealth + milreg + rwar + instab + regconf + samerica + camerica"
    fit = fit_hazard(formula, frame, link="logit", cluster="countryid")
    assert (fit.n_rows, fit.n_events) == (4250, 213)
    assert fit.n_dropped == 5463 - 4250
    assert "wealth" in fit.headline()
    late = frame["year"] >= 1996
    before = fit_hazard(formula, frame[~late], link="logit", cluster="countryid")
    chance = before.predict(frame[late])
    known = ~np.isnan(chance)
    event = frame.loc[late, "coup"].to_numpy()[known]
    found = dict(zip(["const", *fit.terms[1:]], fit.coef, strict=True)) | {
        "llf": fit.loglik,
        "auc_in": _auc(fit.predict(), fit.data.outcome),
        "auc_oos_1996_2000": _auc(chance[known], event),
        "brier_oos": float(np.mean((chance[known] - event) ** 2)),
    }
    assert found == pytest.approx(case["expected"], abs=case["tol"])


def _auc(chance, event):
    """Share of pairs of an event and a non-event that are ordered rightly, ties counting half."""
    from scipy import stats

    yes, no = chance[event > 0], chance[event == 0]
    return float(stats.mannwhitneyu(yes, no).statistic / (len(yes) * len(no)))


@pytest.mark.reference
def test_firth_by_formula_is_logistf(reference, reference_dir):
    frame = pd.read_csv(reference_dir / "firth/sex2.csv")
    frame["iso3"] = frame.index % 5
    fit = fit_hazard("case ~ age + oc + vic + vicl + vis + dia", frame, link="logit", method="firth")
    names = ["const", *fit.terms[1:]]
    for key, values, width in (
        ("firth.sex2", fit.coef, 1),
        ("firth.sex2.se_info", fit.std_error, 1),
        ("firth.sex2.pl_ci", fit.interval(), 2),
        ("firth.sex2.lrt_p", fit.p_values(), 1),
    ):
        case = reference(key)
        found = {name: list(value) if width == 2 else float(value) for name, value in zip(names, values, strict=True)}
        for name, expected in case["expected"].items():
            assert found[name] == pytest.approx(expected, abs=case["tol"]), (key, name)


def test_all_ways_of_fitting_agree_where_they_must():
    """Penalties and corrections vanish in large samples; FLIC moves the intercept alone."""
    frame = _panel(n=40_000)
    plain = fit_hazard("event ~ x", frame, errors="model")
    ways = {
        way: fit_hazard("event ~ x", frame, method="firth", correction=way, errors=None if way == "flac" else "model")
        for way in ("none", "flic", "flac")
    }
    for fit in ways.values():
        assert fit.coef == pytest.approx(plain.coef, abs=0.01)
        assert fit.std_error == pytest.approx(plain.std_error, rel=0.01)
    assert ways["flic"].coef[1] == ways["none"].coef[1]
    assert ways["flic"].predict().sum() == pytest.approx(frame["event"].sum())


def test_flic_gives_the_intercept_a_wald_interval_and_keeps_the_other_profiles():
    frame = _panel(n=200)
    none, moved = (fit_hazard("event ~ x", frame, method="firth", correction=way) for way in ("none", "flic"))
    assert moved.interval()[1].tolist() == none.interval()[1].tolist()
    low, high = moved.interval()[0]
    assert (low + high) / 2 == pytest.approx(moved.coef[0])
    assert moved.p_values()[1] == none.p_values()[1]


def test_observed_and_expected_information_are_those_of_statsmodels():
    import statsmodels.api as sm

    frame = _panel()
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    model = sm.GLM(frame["event"], sm.add_constant(frame["x"]), family=family)
    theirs = model.fit(tol=1e-14)
    expected = fit_hazard("event ~ x", frame, errors="model")
    observed = fit_hazard("event ~ x", frame, errors="observed")
    assert expected.cov == pytest.approx(theirs.cov_params().to_numpy(), rel=1e-6)
    assert observed.cov == pytest.approx(np.linalg.inv(-model.hessian(theirs.params, observed=True)), rel=1e-6)


def test_cr1_errors_are_those_of_statsmodels_times_the_factor():
    import statsmodels.api as sm
    import statsmodels.formula.api as smf

    frame = _panel(seed=9)
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    groups = pd.factorize(frame["iso3"])[0]
    theirs = smf.glm("event ~ x", frame, family=family).fit(
        tol=1e-14, cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    found = fit_hazard("event ~ x", frame, errors="CR1")
    assert found.cov == pytest.approx(theirs.cov_params().to_numpy() * 4 / 3, rel=1e-6)


def test_separation_is_an_error_for_ml_and_a_remark_for_firth():
    frame = _panel()
    frame["event"] *= frame["x"]
    with pytest.raises(ModelError, match=r"x separates events from non-events perfectly.*use method='firth'"):
        fit_hazard("event ~ x", frame)
    fit = fit_hazard("event ~ x", frame, method="firth")
    assert fit.separated == ("x",)
    assert np.isfinite(fit.interval()).all()
    assert "only the penalty bounds the estimate: x" in fit.summary()
    assert "told apart by it perfectly" in fit.says()
    assert "sépare parfaitement" in fit.says(lang="fr")


def test_one_event_is_refused_by_ml_and_shown_by_firth():
    frame = _panel()
    frame["event"] = (frame.index == 17).astype(int)
    with pytest.raises(ModelError, match=r"has one event only.*method='firth'"):
        fit_hazard("event ~ x", frame)
    fit = fit_hazard("event ~ x", frame, method="firth", correction="flic")
    low, high = np.exp(fit.interval()[1])
    assert high / low > 30
    assert fit.predict().sum() == pytest.approx(1.0)


def test_sentences_give_estimate_interval_sample_and_the_caveat_that_bites():
    frame = _panel(n=3000)
    frame["period"] = pd.PeriodIndex.from_ordinals(frame.groupby("iso3").cumcount(), freq="M")
    frame = frame.rename(columns={"event": "attempt"})
    fit = fit_hazard("attempt ~ x", frame, errors="CR1")
    row = fit.tidy().iloc[1]
    said = fit.says(label="a mutiny")
    assert said.startswith(
        f"In 4 countries and 3,000 country-months ({fit.n_events} coup attempts), a mutiny goes with"
    )
    assert f"{row['ratio']:.2f} times as high (95% interval {row['ratio_low']:.2f} to {row['ratio_high']:.2f})" in said
    assert said.endswith(
        "with only 4 countries such intervals tend to be too narrow, and it is an association, not proof of a cause."
    )
    assert "pays-mois" in fit.says(lang="fr")
    assert fit.caveat("x") == "few"
    assert fit_hazard("attempt ~ x", frame, repeats="keep").caveat("x") == "association"
    assert fit_hazard("attempt ~ x", frame, errors="model", repeats="keep").caveat("x") == "association"
    noise = frame.assign(z=np.random.default_rng(1).normal(size=len(frame)))
    assert fit_hazard("attempt ~ x + z", noise, repeats="keep").caveat("z") == "unseen"
    assert fit_hazard("attempt ~ x + z", noise.iloc[::33], repeats="keep").caveat("x") == "scarce"
    with pytest.raises(UnknownNameError, match="unknown language 'de'"):
        fit.says(lang="de")


def test_intervals_that_ignore_clusters_say_so():
    frame = _panel()
    for options in ({"method": "firth"}, {"errors": "model"}, {"errors": "observed"}):
        fit = fit_hazard("event ~ x", frame, **options)
        assert "intervals take rows as independent, not as alike within iso3" in fit.summary()
        assert ", as if rows of the same country were independent)" in fit.says()
        assert ", sans tenir compte de ce que les lignes d’un même pays ont en commun)" in fit.says(lang="fr")
        assert set(fit.tidy()["errors"]) == {fit.errors}
    for options in ({}, {"errors": "CR1"}, {"method": "firth", "errors": "CR2"}):
        fit = fit_hazard("event ~ x", frame, **options)
        assert "independent" not in fit.summary() + fit.says()
    alone = frame.assign(iso3=range(len(frame)))
    assert "independent" not in fit_hazard("event ~ x", alone, errors="model").summary()


def test_labelled_arrays_and_figure_hold_what_the_table_holds():
    fit = fit_hazard("event ~ x", _panel())
    found = fit.to_xarray()
    assert found["ratio"].sel(term="x").item() == pytest.approx(np.exp(fit.coef[1]))
    assert found["cov"].sel(term="x", other="Intercept").item() == fit.cov[1, 0]
    texts = [
        item.get_text()
        for item in fit.plot(lang="fr", labels={"x": "mutinerie"}).findobj()
        if hasattr(item, "get_text")
    ]
    assert any("mutinerie" in text for text in texts)
    assert any("Rapport de risque" in text for text in texts)


def test_new_rows_get_their_chance():
    frame = _panel()
    fit = fit_hazard("event ~ x", frame)
    chance = frame.groupby("x")["event"].mean()
    assert fit.predict(pd.DataFrame({"x": [0.0, 1.0, np.nan]}))[:2] == pytest.approx(chance.to_numpy())
    assert np.isnan(fit.predict(pd.DataFrame({"x": [np.nan]}))).all()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"method": "fisrt"}, UnknownNameError, "Did you mean 'firth'"),
        ({"errors": "CR4"}, UnknownNameError, "unknown kind of error"),
        ({"correction": "flick", "method": "firth"}, UnknownNameError, "Did you mean 'flic'"),
        ({"correction": "flic"}, OptionError, "Add method='firth'"),
        ({"errors": "profile"}, OptionError, "Add method='firth'"),
        ({"errors": "observed", "method": "firth"}, OptionError, "expected information"),
        ({"correction": "flac", "method": "firth", "errors": "CR2"}, OptionError, "Leave errors= out"),
    ],
)
def test_options_that_do_not_go_together_are_named(options, error, message):
    with pytest.raises(error, match=message):
        fit_hazard("event ~ x", _panel(), **options)


def test_rows_with_na_are_counted_not_filled():
    frame = _panel()
    frame["x"] = frame["x"].astype(float)
    frame.loc[:9, "x"] = np.nan
    fit = fit_hazard("event ~ x", frame)
    assert (fit.n_rows, fit.n_dropped) == (590, 10)
    assert fit.n_events == int(frame["event"].iloc[10:].sum())


def test_separation_search_agrees_with_brute_force_over_tables():
    """For one binary covariate, a finite estimate exists exactly when all four cells of the 2 x 2 table are filled."""
    design = np.array([[1.0, 0], [1, 1]])
    for cells in np.ndindex(3, 3, 3, 3):
        x = np.repeat(design[[0, 0, 1, 1]], cells, axis=0)
        y = np.repeat([0.0, 1.0, 0.0, 1.0], cells)
        if len({*x[:, 1]}) == 2 and 0 < y.sum() < y.size:
            assert bool(separated_terms(y, x, ("const", "x"))) == (0 in cells), cells


def test_index_of_the_frame_does_not_matter():
    frame = _panel()
    shuffled = frame.set_index(np.arange(1000, 1000 + len(frame)))
    assert fit_hazard("event ~ x", shuffled).cov == pytest.approx(fit_hazard("event ~ x", frame).cov)


def test_interval_uses_t_with_few_clusters():
    from scipy import stats

    fit = fit_hazard("event ~ x", _panel(), errors="CR1")
    row = fit.tidy().set_index("term").loc["x"]
    width = np.log(row["ratio_high"] / row["ratio_low"]) / (2 * row["std_error"])
    assert width == pytest.approx(stats.t.ppf(0.975, 3))


def test_ratio_of_one_term_is_its_row_in_the_table():
    fit = fit_hazard("event ~ x", _panel())
    row = fit.tidy().set_index("term").loc["x"]
    assert fit.ratio({"x": 1.0}) == pytest.approx((row["ratio"], row["ratio_low"], row["ratio_high"]))
    assert fit.ratio({"x": -2.0})[0] == pytest.approx(row["ratio"] ** -2)
    with pytest.raises(UnknownNameError, match="unknown term 'z'"):
        fit.ratio({"z": 1.0})


def test_detectable_ratio_has_the_stated_power():
    from scipy import stats

    fit = fit_hazard("event ~ x", _panel(), errors="CR1")
    error = float(np.sqrt(fit.cov[1, 1]))
    effect = np.log(fit.detectable_ratio("x", power=0.8)) / error
    assert stats.t.sf(stats.t.ppf(0.975, 3) - effect, 3) == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        (lambda f: f.assign(event=0), ModelError, "never varies"),
        (lambda f: f.assign(event=f["event"] * 2), ModelError, "values other than 0 and 1"),
        (lambda f: f.assign(x=f["event"]), ModelError, "x separates events from non-events perfectly"),
        (lambda f: f.assign(iso3="MLI"), ModelError, "one cluster only"),
        (lambda f: f.drop(columns="x"), ModelError, "does not fit the frame"),
        (lambda f: f.drop(columns="iso3"), MissingColumnsError, "fit_hazard needs the column 'iso3'"),
    ],
)
def test_bad_frames_are_named(change, error, message):
    with pytest.raises(error, match=message):
        fit_hazard("event ~ x", change(_panel()))


def test_bad_options_are_named():
    with pytest.raises(UnknownNameError, match="Did you mean 'cloglog'"):
        fit_hazard("event ~ x", _panel(), link="clogog")
    with pytest.raises(OptionError, match="between 0 and 1"):
        fit_hazard("event ~ x", _panel(), level=95)
    with pytest.raises(UnknownNameError, match="unknown term 'y'"):
        fit_hazard("event ~ x", _panel()).detectable_ratio("y")
    with pytest.raises(ModelError, match="1 of 3 columns repeat others"):
        fit_hazard("event ~ x + I(2 * x)", _panel())


def test_duration_terms_are_powers_and_never_is_flagged():
    terms = duration_terms(pd.Series([0.0, 12.0, 240.0, np.nan]), scale=12.0)
    assert terms["t"].tolist() == [0.0, 1.0, 20.0, 0.0]
    assert terms["t3"].tolist() == [0.0, 1.0, 8000.0, 0.0]
    assert terms["never"].tolist() == [0, 0, 0, 1]
