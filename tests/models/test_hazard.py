"""The hazard model against closed forms, an independent maximisation and Stata's clustered errors."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import MissingColumnsError, ModelError, OptionError, UnknownNameError
from sahelkit.models.hazard import duration_terms, fit_hazard, separated_terms

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
def test_clustered_covariance_is_statas(reference_dir):
    cases = {case["id"]: case for case in json.loads((reference_dir / "reference_values.json").read_text())}
    case = cases["cluster.logit"]
    frame = pd.read_csv(reference_dir / case["data"])
    frame["up"] = (frame["y"] > 0).astype(int)
    fit = fit_hazard("up ~ x", frame, link="logit", cluster="firm")
    found = [fit.cov[0, 0], fit.cov[0, 1], fit.cov[1, 1]]
    assert found == pytest.approx([case["expected"][key] for key in ("v00", "v01", "v11")], abs=case["tol"])


@pytest.mark.reference
def test_bliss_beetles(reference_dir):
    cases = {case["id"]: case for case in json.loads((reference_dir / "reference_values.json").read_text())}
    for link in ("cloglog", "logit"):
        case = cases[f"{link}.beetle"]
        grouped = pd.read_csv(reference_dir / case["data"])
        rows = [
            pd.DataFrame(
                {"dose": row.dose, "dead": [1] * int(row.killed) + [0] * int(row.n - row.killed), "iso3": str(i)}
            )
            for i, row in enumerate(grouped.itertuples())
        ]
        fit = fit_hazard("dead ~ dose", pd.concat(rows, ignore_index=True), link=link)
        expected = [case["expected"]["const"], case["expected"]["dose"]]
        assert fit.coef == pytest.approx(expected, abs=10 * case["tol"]), link


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

    fit = fit_hazard("event ~ x", _panel())
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

    fit = fit_hazard("event ~ x", _panel())
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
