"""Refits without a country, under other coders and along shuffled maps; the bias of small samples."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import UnknownNameError
from sahelkit.exposure import spatial_weights
from sahelkit.models.hawkes import bias_corrected, fit_hawkes, robustness

WINDOW = {"countries": "focus", "start": 1960, "end": 2025}


@pytest.fixture(scope="module")
def checks():
    return robustness(**WINDOW, rules=["cline", "majority"], replicates=21, seed=1, n_jobs=1)


def test_refits_are_the_fits_a_user_would_make(checks):
    rows = checks.refits.set_index(["check", "level"])
    coups = sk.load_coups(rule="powell_thyne", countries="focus")
    rest = fit_hawkes(coups, countries=["MLI", "BFA", "GIN", "CIV"], start=1960, end=2025)
    assert rows.loc[("leave_one_out", "NER"), "own"] == pytest.approx(rest.own, abs=1e-9)
    assert rows.loc[("leave_one_out", "NER"), "n_events"] == rest.n_events
    majority = fit_hawkes(sk.load_coups(rule="majority", countries="focus"), **WINDOW)
    assert rows.loc[("coder", "majority"), "cross"] == pytest.approx(majority.cross, abs=1e-9)
    assert rows.loc[("coder", "powell_thyne"), "lr"] == pytest.approx(checks.fit.lr, abs=1e-9)


def test_one_tidy_row_holds_it_all(checks):
    table = checks.tidy().set_index("quantity")
    assert table.index.tolist() == ["own", "cross"]
    one_out = checks.refits[checks.refits["check"] == "leave_one_out"]
    assert table.loc["own", "leave_one_out_low"] == one_out["own"].min()
    assert table.loc["own", "without_high"] == one_out.loc[one_out["own"].idxmax(), "level"]
    assert table.loc["cross", "p_permuted"] == (1 + (checks.permuted >= checks.fit.lr).sum()) / 22
    assert np.isnan(table.loc["own", "p_permuted"])
    assert {"rule_cline", "rule_majority", "rule_powell_thyne", "low", "high"} <= set(table.columns)
    assert "shuffled labels" in checks.summary()


def test_window_of_a_coder_is_cut_to_its_coverage(checks):
    last = sk.coup_coders().set_index("rule").loc["cline", "last"]
    row = checks.refits.set_index(["check", "level"]).loc[("coder", "cline")]
    assert row["end"] == min(last, pd.Timestamp("2025-12-31"))


def test_numbers_do_not_depend_on_the_processes(checks):
    two = robustness(**WINDOW, rules=["cline", "majority"], replicates=21, seed=1, n_jobs=2)
    assert two.permuted.tolist() == checks.permuted.tolist()
    pd.testing.assert_frame_equal(two.refits, checks.refits)


def test_given_weights_stay_normalised_without_a_country():
    found = robustness(**WINDOW, weights=spatial_weights("focus"), rules=[], replicates=1, seed=1)
    plain = robustness(**WINDOW, rules=[], replicates=1, seed=1)
    assert found.refits["cross"].tolist() == pytest.approx(plain.refits["cross"].tolist(), abs=1e-9)


def test_unknown_rule_is_named():
    with pytest.raises(UnknownNameError, match="unknown rule 'powel'"):
        robustness(**WINDOW, rule="powel")


def test_bias_of_own_excitation_is_downward():
    """The flexible period takes from it; corrected, it is larger."""
    coups = sk.load_coups(rule="powell_thyne", countries="west_africa")
    fit = fit_hawkes(coups, countries="west_africa", start=1960, end=2025)
    table = bias_corrected(fit, replicates=24, seed=1, n_jobs=2).set_index("quantity")
    assert -0.15 < table.loc["own", "bias"] < 0
    assert table.loc["own", "corrected"] == pytest.approx(fit.own - table.loc["own", "bias"])
    assert table.loc["own", "low"] < table.loc["own", "corrected"] < table.loc["own", "high"]
    assert (table["low"].dropna() >= 0).all()
