"""Forecasts: rebuilt byte for byte, complete, and the figures that were published for them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.build import build_dataset
from sahelkit.catalog import record
from sahelkit.tables.coups import load_coups
from sahelkit.tables.read import read_table

FRAME = read_table("forecasts")


@pytest.mark.sources
def test_rebuilt_byte_for_byte_from_the_sources(sources_dir, monkeypatch, tmp_path):
    monkeypatch.setenv("SAHELKIT_MIRRORS", str(sources_dir))
    again = build_dataset("forecasts", out=tmp_path)["forecasts"]
    assert again.read_bytes() == (record("forecasts").folder / "forecasts.csv").read_bytes()


def test_every_state_of_a_year_has_every_forecast():
    counts = FRAME.groupby(["run", "year", "event", "method"])["iso3"].nunique().unstack(["event", "method"])
    assert counts.loc["rolling"].to_numpy().T.tolist() == [[167, 168, *[169] * 8]] * 4
    assert counts.loc["live"].dropna(axis="columns").to_numpy().tolist() == [[169, 169, 169]]
    assert FRAME["probability"].between(0, 1).all()


def test_the_live_forecast_is_that_of_the_rolling_run_for_2020_except_for_attempts():
    """The source computes the live chance of an attempt from the other two, not by its model of attempts."""
    wide = FRAME[FRAME["year"] == 2020].pivot_table(
        index="iso3", columns=["run", "event", "method"], values="probability"
    )
    for outcome, method in (("success", "direct"), ("failure", "direct"), ("attempt", "either")):
        np.testing.assert_allclose(wide["live", outcome, method], wide["rolling", outcome, method], atol=1e-12)
    gap = (wide["live", "attempt", "either"] - wide["rolling", "attempt", "direct"]).abs()
    assert gap.max() > 0.03


def test_observed_is_empty_for_2020_only_and_agrees_with_our_table_of_coups():
    assert FRAME["observed"].isna().equals(FRAME["year"] == 2020)
    known = FRAME[FRAME["observed"].notna()]
    for outcome, n_events in (("attempt", 18), ("success", 10), ("failure", 9)):
        listed = load_coups(rule="powell_thyne")
        listed = listed if outcome == "attempt" else listed[listed["outcome"] == outcome]
        happened = set(zip(listed["iso3"], listed["date"].dt.year, strict=True))
        rows = known[(known["event"] == outcome) & (known["method"] == "direct")]
        ours = pd.Series([key in happened for key in zip(rows["iso3"], rows["year"], strict=True)], index=rows.index)
        assert rows["observed"].sum() == n_events
        assert ours.astype(int).eq(rows["observed"]).all()
