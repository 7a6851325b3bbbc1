"""Hazard models at their limits: many rows, one country, leverage 1, corrected intercepts, errors of one meaning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels
import statsmodels.api as sm

from sahelkit.errors import ModelError, OptionError
from sahelkit.estimation.links import linear_predictor
from sahelkit.estimation.separation import separated_terms
from sahelkit.models.bounds import extreme_bounds
from sahelkit.models.hazard.fitting import fit_hazard
from sahelkit.models.hazard.random_intercepts import fit_random_intercepts
from sahelkit.models.hazard.success import attempts_of, fit_success

BIRTHS = Path(statsmodels.__file__).parent / "genmod/tests/results/stata_lbw_glm.csv"  # birthwt of R's package MASS
LINKS = ["cloglog", "logit"]


def _many(n=30_000, shared=40):
    """Rare events in many rows, and a mark that every tenth non-event lacks: in that part it separates."""
    rng = np.random.default_rng(3)
    frame = pd.DataFrame({"iso3": rng.choice(list("ABCDEFGH"), n), "event": (rng.random(n) < 0.01).astype(int)})
    quiet = np.flatnonzero(frame["event"] == 0)
    frame["mark"] = 0
    frame.loc[np.delete(quiet, np.s_[::10])[:shared], "mark"] = 1
    frame.loc[np.flatnonzero(frame["event"] == 1)[:20], "mark"] = 1
    return frame


@pytest.mark.parametrize("link", LINKS)
def test_a_part_that_is_separated_says_nothing_of_the_whole(link):
    frame = _many()
    fit = fit_hazard("event ~ mark", frame, link=link)
    low, high = (linear_predictor(link, share) for share in frame.groupby("mark")["event"].mean())
    assert fit.coef == pytest.approx([low, high - low], abs=1e-8)
    assert fit_hazard("event ~ mark", frame, link=link, method="firth").separated == ()


@pytest.mark.parametrize("n", [30_000, 60_000])
def test_separation_is_found_in_any_number_of_rows(n):
    frame = _many(n)
    frame["calm"] = 0
    frame.loc[np.flatnonzero(frame["event"] == 0)[7:2000:3], "calm"] = 1
    with pytest.raises(ModelError, match="calm separates events from non-events perfectly"):
        fit_hazard("event ~ mark + calm", frame)


def test_the_search_in_parts_agrees_with_one_programme_of_all_rows():
    from scipy.optimize import linprog

    rng = np.random.default_rng(8)
    found = []
    for trial in range(8):
        n = 9000
        design = np.column_stack([np.ones(n), rng.normal(size=n), rng.integers(0, 2, (n, 2))])
        outcome = (rng.random(n) < 0.002).astype(float)
        if trial % 2:
            outcome[design[:, 2] > 0] = 0.0
        signed = np.where(outcome[:, None] > 0, design, -design)
        whole = linprog(-signed.mean(axis=0), A_ub=-signed, b_ub=np.zeros(n), bounds=(-1, 1), method="highs")
        found.append(bool(separated_terms(outcome, design, ("1", "a", "b", "c"))))
        assert found[-1] == ((signed @ whole.x).max() > 1e-4)
    assert {True, False} <= set(found)


@pytest.mark.skipif(not BIRTHS.exists(), reason="statsmodels came without its test data")
def test_flic_of_birth_weights_is_that_of_logistf():
    frame = pd.read_csv(BIRTHS)
    frame["tiny"] = (frame["bwt"] < 1500).astype(int)
    formula = "tiny ~ age + lwt + smoke + ht + ui"
    plain = fit_hazard(formula, frame, link="logit", method="firth", cluster="race")
    moved = fit_hazard(formula, frame, link="logit", method="firth", cluster="race", correction="flic")
    assert plain.std_error[0] == pytest.approx(3.877, abs=5e-4)
    assert moved.std_error[0] == pytest.approx(4.237, abs=5e-4)
    assert moved.std_error[1:] == pytest.approx(plain.std_error[1:], rel=1e-12)
    half = 1.959964 * moved.std_error[0]
    assert moved.interval()[0] == pytest.approx([moved.coef[0] - half, moved.coef[0] + half], rel=1e-6)


@pytest.mark.parametrize("link", LINKS)
def test_flic_takes_the_error_where_the_intercept_stands(link, months):
    fit = fit_hazard("attempt ~ x + z", months, link=link, method="firth", correction="flic")
    design = np.column_stack([np.ones(len(months)), months["x"], months["z"]])
    eta = design @ fit.coef
    chance = 1 / (1 + np.exp(-eta)) if link == "logit" else 1 - np.exp(-np.exp(eta))
    slope = chance * (1 - chance) if link == "logit" else np.exp(eta - np.exp(eta))
    information = design.T @ (design * (slope**2 / (chance * (1 - chance)))[:, None])
    assert fit.std_error[0] == pytest.approx(np.sqrt(np.linalg.inv(information)[0, 0]), rel=1e-9)


def test_errors_of_the_model_are_those_of_the_expected_information_everywhere(months):
    design = sm.add_constant(months[["x", "z"]].astype(float))
    theirs = sm.GLM(months["attempt"], design, family=sm.families.Binomial(link=sm.families.links.CLogLog()))
    wanted = theirs.fit(tol=1e-14).bse.to_numpy()
    ours = fit_hazard("attempt ~ x + z", months, errors="model").std_error
    assert ours == pytest.approx(wanted, rel=1e-7)
    assert fit_hazard("attempt ~ x + z", months, errors="observed").std_error != pytest.approx(wanted, rel=1e-5)
    bounds = extreme_bounds("attempt ~ x | z | 1", months, link="cloglog", cluster=None)
    assert bounds.models["se"].iloc[0] == pytest.approx(wanted[2], rel=1e-7)
    # The pseudo-rows of FLAC are rows of the same model, so that their information is of the same kind.
    from sahelkit.estimation.corrections import flac, pseudo_events
    from sahelkit.estimation.firth import firth_maximise

    x, y = design.to_numpy(), months["attempt"].to_numpy(float)
    penalised = firth_maximise(x, y, link="cloglog")
    joined = flac(x, y, penalised, link="cloglog")
    wide = np.column_stack([np.vstack([x, x]), np.repeat([0.0, 1.0], len(x))])
    happened = np.concatenate([y, pseudo_events("cloglog", x @ penalised.coef)])
    weights = np.concatenate([np.ones(len(x)), penalised.hat])
    family = sm.families.Binomial(link=sm.families.links.CLogLog())
    information = -sm.GLM(happened, wide, family=family, freq_weights=weights).hessian(joined.coef, observed=False)
    ours = fit_hazard("attempt ~ x + z", months, method="firth", correction="flac").std_error
    assert ours == pytest.approx(np.sqrt(np.diag(np.linalg.inv(information)))[:3], rel=1e-7)


def test_one_country_is_enough_where_nothing_is_clustered(months):
    alone = months[months["iso3"] == "MLI"]
    for options in ({"errors": "model"}, {"errors": "observed"}, {"method": "firth"}):
        assert fit_hazard("attempt ~ x", alone, **options).n_clusters == 1
    for kind in ("CR0", "CR1", "CR2", "CR3"):
        with pytest.raises(ModelError, match=r"one cluster only \(MLI\).*Type errors='model'"):
            fit_hazard("attempt ~ x", alone, errors=kind)
    with pytest.raises(ModelError, match="one cluster only"):
        fit_random_intercepts("attempt ~ x", alone)


def test_a_country_with_one_attempt_as_its_own_dummy():
    """The closed form of its log odds is log((s + 1/2) / (f + 1/2))."""
    rows = pd.DataFrame(
        {"iso3": ["BFA"] * 9 + ["GIN"] * 8 + ["MLI"], "success": [1] * 4 + [0] * 5 + [1] * 3 + [0] * 5 + [1]}
    )
    fit = fit_success("success ~ C(iso3)", rows, attempt=None).fit
    odds = np.log((np.array([4, 3, 1]) + 0.5) / (np.array([5, 5, 0]) + 0.5))
    assert fit.coef == pytest.approx(np.append(odds[0], odds[1:] - odds[0]), abs=1e-8)
    assert np.isfinite(fit.interval()).any(axis=1).all()


def test_advice_on_counts_keeps_what_is_not_known():
    rows = pd.DataFrame({"iso3": ["MLI", "NER"] * 30, "x": [0, 0, 1, 1] * 15, "attempt": [0, 1, 2, 0, 0, 1] * 10})
    rows.loc[:5, "attempt"] = np.nan
    with pytest.raises(ModelError, match=r"frame\['attempt'\]\.clip\(upper=1\)"):
        fit_hazard("attempt ~ x", rows)
    advised = rows.assign(attempt=rows["attempt"].clip(upper=1))
    assert fit_hazard("attempt ~ x", advised, errors="model").n_dropped == 6


def test_no_message_advises_what_makes_a_zero_of_an_unknown_value():
    import sahelkit

    root = Path(sahelkit.__file__).parent
    for path in root.rglob("*.py"):
        for line in path.read_text("utf-8").splitlines():
            said = line.strip()
            if said.startswith(('f"', '"', "'", "f'", "raise")):
                assert ").astype(int)" not in said, f"{path}: {said}"
                assert "fillna(0)" not in said, f"{path}: {said}"


@pytest.mark.parametrize("count", [1.5, -1])
def test_attempts_that_are_no_counts_are_named(count):
    rows = pd.DataFrame({"iso3": ["MLI"] * 4, "attempt": [1.0, count, 1, 0], "success": [1, 0, 0, 0]})
    with pytest.raises(ModelError, match="some values are neither whole numbers from 0 nor NA"):
        attempts_of(rows, attempt="attempt", success="success")


@pytest.mark.parametrize("options", [{"cluster": ["iso3"]}, {"formula": None}, {"frame": None}, {"frame": {"x": [1]}}])
def test_names_and_frames_of_the_wrong_kind_are_refused_in_words(months, options):
    given = {"formula": "attempt ~ x", "frame": months, **options}
    with pytest.raises(OptionError):
        fit_hazard(given.pop("formula"), given.pop("frame"), **given)


@pytest.mark.parametrize("link", LINKS)
@pytest.mark.parametrize("shift", range(3))
def test_a_start_far_off_on_a_flat_likelihood_is_no_estimate(link, shift):
    """Many non-events bear the mark, and none of them is in the part: from its end the likelihood is flat."""
    n = 40_000
    event, mark = np.zeros(n), np.zeros(n)
    event[:45], mark[:40] = 1, 1
    mark[200 + shift : 20_000 : 10] = 1
    frame = pd.DataFrame({"iso3": np.arange(n) % 160, "mark": mark, "event": event})
    fit = fit_hazard("event ~ mark", frame, link=link)
    low, high = (linear_predictor(link, share) for share in frame.groupby("mark")["event"].mean())
    assert fit.coef == pytest.approx([low, high - low], abs=1e-7)


def test_ratios_beyond_what_can_be_written_are_said():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"iso3": np.repeat(list("ABCDEFGH"), 50), "x": rng.normal(size=400) * 1e-12})
    frame["event"] = (rng.random(400) < 0.2).astype(int)
    fit = fit_hazard("event ~ x", frame)
    assert fit.coef[1] * 1e-12 == pytest.approx(fit_hazard("event ~ x", frame.assign(x=frame["x"] * 1e12)).coef[1])
    if fit.tidy()["ratio"].iloc[1] in (0.0, np.inf):
        assert "measure in smaller units x" in fit.summary()
    assert fit.says()


@pytest.mark.parametrize("unit", [1e200, 1e-200, 1e-320])
def test_values_whose_squares_no_float_holds_are_refused(unit):
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"iso3": np.repeat(list("ABCDEFGH"), 50), "x": rng.normal(size=400) * unit})
    frame["event"] = (rng.random(400) < 0.2).astype(int)
    with pytest.raises(ModelError, match=r"x reaches .* Measure it in another unit"):
        fit_hazard("event ~ x", frame)


def test_size_is_checked_in_many_models_too():
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"iso3": np.repeat(list("ABCDEFGH"), 50), "year": np.tile(range(50), 8)})
    frame = frame.assign(x=rng.normal(size=400), z=rng.normal(size=400) * 1e200, event=(rng.random(400) < 0.2) * 1)
    with pytest.raises(ModelError, match=r"z reaches .* Measure it in another unit"):
        extreme_bounds("event ~ 1 | x | z", frame, k=1)
