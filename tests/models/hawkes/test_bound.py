"""Calibrated intervals of the excitation, and the upper bound of contagion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import ModelError, OptionError, UnknownNameError
from sahelkit.estimation.hawkes.profile import signed_root
from sahelkit.estimation.replicates import quantile_error
from sahelkit.models.hawkes import contagion_bound, excitation_intervals, fit_hawkes
from sahelkit.models.hawkes.calibrated import replicate_root, strength_at

WINDOW = {"countries": "focus", "start": 1960, "end": 2025}


@pytest.fixture(scope="module")
def fit():
    coups = sk.load_coups(rule="powell_thyne", countries="west_africa")
    return fit_hawkes(coups, countries="west_africa", start=1960, end=2025)


@pytest.fixture(scope="module")
def intervals(fit):
    return excitation_intervals(fit, replicates=19, seed=1, n_jobs=1)


@pytest.fixture(scope="module")
def bound(fit):
    return contagion_bound(fit, replicates=19, seed=1, n_jobs=1)


@pytest.mark.parametrize("which", ["own", "cross"])
def test_root_is_zero_at_the_estimate_and_falls_beyond(fit, which):
    at = max(getattr(fit, which), 1e-9)
    roots = [signed_root(fit.estimate, fit.settings, which, at + step)[0] for step in (0.0, 0.1, 0.3)]
    assert roots[0] == pytest.approx(0.0, abs=2e-3)
    assert roots[0] > roots[1] > roots[2]


def test_root_at_the_profile_bound_is_the_normal_quantile(fit):
    assert signed_root(fit.estimate, fit.settings, "cross", fit.cross_upper)[0] == pytest.approx(-1.645, abs=0.02)


def test_ends_lie_where_the_root_meets_the_cut_off(fit, intervals):
    table = intervals.tidy().set_index("quantity")
    for which in ("own", "cross"):
        for side in ("low", "high"):
            value, cutoff = table.loc[which, side], table.loc[which, f"cutoff_{side}"]
            if value > 0:
                root = signed_root(fit.estimate, fit.settings, which, value)[0]
                assert root == pytest.approx(cutoff, abs=0.02), (which, side)
        assert table.loc[which, "low"] <= table.loc[which, "estimate"] <= table.loc[which, "high"]


def test_cut_off_is_the_quantile_of_roots_in_histories_of_the_profile_end(fit, intervals):
    """With 19 replicates the 5 % quantile is the smallest of them."""
    end = intervals.ends["own", "high"]
    process = strength_at(fit, "own", end.profile)
    assert process.point.own == pytest.approx(end.profile)
    seeds = np.random.SeedSequence(1 + 1).spawn(19)
    roots = [replicate_root(fit, process, "own", end.profile, np.random.default_rng(seed)) for seed in seeds]
    assert end.cutoff == min(roots)
    # The end moves as far as the cut-off does, by the slope of the root there.
    near, far = (signed_root(fit.estimate, fit.settings, "own", end.value + step)[0] for step in (-0.02, 0.02))
    assert far < near
    assert end.mc_error == pytest.approx(quantile_error(np.array(roots), 0.05) * 0.04 / (near - far), rel=0.15)
    assert intervals.tidy().set_index("quantity").loc["own", "mc_error_high"] == end.mc_error


def test_bound_is_the_upper_end_of_contagion(intervals, bound, fit):
    assert intervals.bound == bound
    assert bound.upper == intervals.ends["cross", "high"].value
    assert bound.confidence == 0.95
    assert fit.cross < bound.upper < 3 * bound.profile_upper
    assert (bound.tidy()["upper"] == bound.upper).all()


def test_no_lower_end_above_zero_where_the_profile_has_none(intervals):
    """Whether there is any contagion is a question for the test alone."""
    low = intervals.ends["cross", "low"]
    assert (low.value, low.profile) == (0.0, 0.0)
    assert np.isnan(low.cutoff)


def test_same_numbers_for_any_number_of_processes(bound, fit):
    two = contagion_bound(fit, replicates=19, seed=1, n_jobs=2)
    assert (two.upper, two.cutoff) == (bound.upper, bound.cutoff)


def test_sentences(bound, intervals, fit):
    number = f"{bound.upper:.2f}"
    assert f"more than {number} others" in bound.says()
    assert f"plus de {number.replace('.', ',')} autre" in bound.says(lang="fr")
    assert f"at most {number} with 95 % confidence" in fit.says(bound=bound)
    assert f"at most about {fit.cross_upper:.2f} by profile likelihood" in fit.says()
    assert "vraisemblance profilée" in fit.says(lang="fr")
    assert "19 replicates" in bound.summary()
    endless = replace(bound, upper=np.inf)
    assert "set no upper limit" in endless.says()
    assert "aucune limite" in endless.says(lang="fr")
    assert "no upper limit that these data could set; this" in fit.says(bound=endless)
    low, high = intervals.ends["own", "low"].value, intervals.ends["own", "high"].value
    assert f"(90 % interval: {low:.2f} to {high:.2f}; samples of this size understate it)" in intervals.says()
    assert "intervalle à 90 %" in intervals.says(lang="fr")
    assert "19 replicates at each end" in intervals.summary()
    with pytest.raises(UnknownNameError):
        bound.says(lang="de")


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_figure_sets_both_kinds_side_by_side(intervals, lang):
    from matplotlib.text import Text

    figure = intervals.plot(source="test", lang=lang)
    texts = [item.get_text() for item in figure.findobj(Text)]
    words = {"en": "at home, calibrated", "fr": "dans le pays, calibré"}
    assert any(text.startswith(words[lang]) for text in texts)
    assert any("19" in text for text in texts)


def test_what_cannot_be_bounded_is_said(fit):
    coups = sk.load_coups(rule="powell_thyne", countries="focus")
    alone = pd.DataFrame({"iso3": "CPV", "date": pd.to_datetime(["1980-05-05", "1991-05-05"])})
    for function in (contagion_bound, excitation_intervals):
        with pytest.raises(ModelError, match="Fit it with contagion=True to bound it"):
            function(fit_hawkes(coups, contagion=False, **WINDOW))
        with pytest.raises(ModelError, match="nothing bounds contagion"):
            function(fit_hawkes(alone, **{**WINDOW, "countries": "west_africa"}))
        with pytest.raises(OptionError, match="replicates=0"):
            function(fit, replicates=0)


def test_strength_that_runs_away_has_no_histories(fit):
    assert strength_at(fit, "cross", 0.9) is None
    assert strength_at(fit, "cross", np.inf) is None
    assert strength_at(fit, "cross", 0.1).point.cross == pytest.approx(0.1)


def test_tidy_names_the_size(intervals):
    table = intervals.tidy()
    assert (table["n_events"] == 105).all()
    assert table["quantity"].tolist() == ["own", "cross"]
    pd.testing.assert_series_equal(table["level"], pd.Series([0.9, 0.9], name="level"))
