"""Success given attempt: the expansion of counts, the second stage, and both stages together."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.proportion import proportion_confint

from sahelkit.errors import MissingColumnsError, ModelError
from sahelkit.models.hazard.fitting import fit_hazard
from sahelkit.models.hazard.success import attempts_of, fit_success, wilson_interval


def _panel(seed=1, n=3000):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"iso3": rng.choice(["BFA", "GIN", "MLI", "NER"], n), "x": rng.integers(0, 2, n)})
    frame["attempt"] = rng.binomial(2, 0.02, n)
    frame["success"] = rng.binomial(frame["attempt"], 0.3 + 0.4 * frame["x"])
    return frame


def test_every_attempt_becomes_a_row():
    panel = _panel()
    rows = attempts_of(panel, attempt="attempt", success="success")
    assert len(rows) == panel["attempt"].sum()
    assert rows["success"].sum() == panel["success"].sum()
    twice = pd.DataFrame({"iso3": ["MLI"] * 3, "attempt": [2.0, np.nan, 1.0], "success": [1.0, np.nan, np.nan]})
    found = attempts_of(twice.set_index([pd.Index([0, 0, 0])]), attempt="attempt", success="success")["success"]
    assert found.tolist()[:2] == [1.0, 0.0]
    assert len(found) == 3
    assert np.isnan(found.iloc[2])


def test_a_binary_covariate_gives_the_table_with_half_an_event_added():
    panel = _panel()
    fit = fit_success("success ~ x", panel)
    tried = panel.groupby("x")["attempt"].sum()
    won = panel.groupby("x")["success"].sum()
    odds = (won + 0.5) / (tried - won + 0.5)
    assert np.exp(fit.fit.coef[1]) == pytest.approx(odds[1] / odds[0], rel=1e-8)
    assert (fit.fit.n_rows, fit.fit.n_events) == (tried.sum(), won.sum())
    assert fit.share == pytest.approx(won.sum() / tried.sum())
    assert fit.share_ends == pytest.approx(proportion_confint(won.sum(), tried.sum(), method="wilson"))


def test_two_stages_multiply():
    panel = _panel()
    panel["any"] = (panel["attempt"] > 0).astype(int)
    first = fit_hazard("any ~ x", panel, method="firth", correction="flic")
    second = fit_success("success ~ x", panel, correction="flic")
    both = second.chance(panel, first)
    assert both == pytest.approx(first.predict(panel) * second.fit.predict(panel))
    assert second.chance(panel).max() < 1
    # the share of months with an attempt times the share of attempts that succeed, nearly that of months with a success
    assert both.sum() == pytest.approx((panel["success"] > 0).sum(), rel=0.05)


def test_events_may_be_rows_of_their_own():
    events = attempts_of(_panel(), attempt="attempt", success="success")
    assert fit_success("success ~ x", events, attempt=None).fit.coef == pytest.approx(
        fit_success("success ~ x", _panel()).fit.coef
    )


def test_separation_by_success_is_finite_and_said():
    panel = _panel()
    panel.loc[panel["x"] == 1, "success"] = panel["attempt"]
    fit = fit_success("success ~ x", panel)
    assert fit.fit.separated == ("x",)
    assert np.isfinite(fit.fit.coef).all()
    with pytest.raises(ModelError, match="x separates events from non-events perfectly"):
        fit_success("success ~ x", panel, method="ml")


def test_sentences_say_that_attempts_are_chosen():
    fit = fit_success("success ~ x", _panel(), errors="CR2")
    assert fit.says().startswith(f"Of {fit.fit.n_rows} attempts in 4 countries, {fit.fit.n_events} succeeded (")
    assert "nobody dared" in fit.says()
    assert "tentatives que personne n’a osées" in fit.says(lang="fr")
    assert "one more soldier goes with odds" in fit.says(label="one more soldier")
    assert "share of success" in fit.summary()


def test_bad_frames_are_named():
    panel = _panel()
    with pytest.raises(ModelError, match="'success' exceeds 'attempt' in 1 rows"):
        fit_success("success ~ x", panel.assign(success=panel["success"].where(panel.index > 0, 3)))
    with pytest.raises(ModelError, match="there is no attempt in the 3,000 rows"):
        fit_success("success ~ x", panel.assign(attempt=0, success=0))
    with pytest.raises(MissingColumnsError, match="fit_success needs the column 'attempt'"):
        fit_success("success ~ x", panel.drop(columns="attempt"))


def test_wilson_interval_at_the_edges():
    assert wilson_interval(0, 10)[0] == pytest.approx(0, abs=1e-12)
    assert wilson_interval(10, 10)[1] == pytest.approx(1)


def test_default_errors_are_clustered_unless_they_cannot_be():
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"iso3": np.repeat(list("ABCDEFGH"), 8), "z": np.repeat(rng.normal(size=8), 8)})
    frame["success"] = (rng.random(64) < 0.5).astype(int)
    assert fit_success("success ~ z", frame, attempt=None).fit.errors == "CR2"
    one = fit_success("success ~ x", frame.assign(iso3="A", x=rng.normal(size=64)), attempt=None)
    assert one.fit.errors == "profile"
    apart = fit_success("success ~ x", frame.assign(x=frame["success"]), attempt=None)
    assert apart.fit.separated == ("x",)
    assert apart.fit.errors == "profile"
    assert fit_success("success ~ z", frame, attempt=None, correction="flac").fit.errors == "model"
