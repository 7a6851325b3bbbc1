"""The upper bound of contagion by test inversion."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import ModelError, UnknownNameError
from sahelkit.models.hawkes import contagion_bound, fit_hawkes
from sahelkit.models.hawkes.bound import _crossing, signed_root

WINDOW = {"countries": "focus", "start": 1960, "end": 2025}


@pytest.fixture(scope="module")
def fit():
    coups = sk.load_coups(rule="powell_thyne", countries="west_africa")
    return fit_hawkes(coups, countries="west_africa", start=1960, end=2025)


@pytest.fixture(scope="module")
def bound(fit):
    return contagion_bound(fit, n_boot=39, seed=1, n_jobs=1)


def test_root_is_zero_at_the_estimate_and_falls_beyond(fit):
    at = max(fit.cross, 1e-9)
    roots = [signed_root(fit.estimate, fit.settings, at + step)[0] for step in (0.0, 0.1, 0.3)]
    assert roots[0] == pytest.approx(0.0, abs=2e-3)
    assert roots[0] > roots[1] > roots[2]


def test_root_at_the_profile_bound_is_the_normal_quantile(fit):
    assert signed_root(fit.estimate, fit.settings, fit.cross_upper)[0] == pytest.approx(-1.645, abs=0.02)


def test_bound_lies_where_the_p_value_crosses(bound, fit):
    assert bound.confidence == 0.95
    assert fit.cross < bound.upper < 3 * bound.profile_upper
    tried = bound.tried
    assert tried["p_value"].iloc[-1] < 0.05
    assert tried["cross"].iloc[-2] <= bound.upper <= tried["cross"].iloc[-1] or len(tried) == 1
    assert (bound.tidy()["upper"] == bound.upper).all()


def test_same_numbers_for_any_number_of_processes(bound, fit):
    pd.testing.assert_frame_equal(contagion_bound(fit, n_boot=39, seed=1, n_jobs=2).tried, bound.tried)


def test_crossing_is_linear_in_the_log():
    tried = pd.DataFrame({"cross": [0.1, 0.2], "p_value": [0.2, 0.0125]})
    assert _crossing(tried, 0.0, 0.05) == pytest.approx(0.15)
    assert _crossing(tried.iloc[1:], 0.0, 0.05) == pytest.approx(0.2 * math.log(10) / math.log(40))
    assert _crossing(tried.iloc[:1], 0.0, 0.05) == np.inf


def test_sentences(bound, fit):
    number = f"{bound.upper:.2f}"
    assert f"more than {number} others" in bound.says()
    assert f"plus de {number.replace('.', ',')} autre" in bound.says("fr")
    assert f"at most {number} with 95 % confidence" in fit.says(bound=bound)
    assert "39 replicates" in bound.summary()
    endless = replace(bound, upper=np.inf)
    assert "set no upper limit" in endless.says()
    assert "aucune limite" in endless.says("fr")
    assert "no upper limit that these data could set; this" in fit.says(bound=endless)
    with pytest.raises(UnknownNameError):
        bound.says("de")


def test_what_cannot_be_bounded_is_said(fit):
    coups = sk.load_coups(rule="powell_thyne", countries="focus").assign(nothing=0.0)
    with pytest.raises(ModelError, match="Fit it with contagion=True to bound it"):
        contagion_bound(fit_hawkes(coups, contagion=False, **WINDOW))
    with pytest.raises(ModelError, match="nothing bounds contagion"):
        contagion_bound(fit_hawkes(coups, cross_mark="nothing", **WINDOW))
