"""Simulated likenesses against closed forms, power that rises, and the trap of year dummies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import sahelkit as sk
from sahelkit.errors import ModelError, OptionError
from sahelkit.models.hazard.fitting import fit_hazard
from sahelkit.models.placebo.draws import event_grid
from sahelkit.models.placebo.like import history_rows, likeness, simulate_counts, simulate_like, year_blocks
from sahelkit.models.placebo.period_effects import EFFECTS, fixed_effects_trap, with_dummies
from sahelkit.models.placebo.power import contagion_power


@pytest.fixture(scope="module")
def region():
    panel = sk.panel("west_africa", "1960-01", "2019-12").add_coups(rule="powell_thyne").since_last("attempt")
    frame = panel.add_neighbours("attempt").past("neighbours_attempt", months=24).frame
    return frame.assign(onset=frame["attempt"].clip(upper=1), year=frame["period"].dt.year)


@pytest.fixture(scope="module")
def power(region):
    return contagion_power(region, sizes=[0.4], replicates=30, seed=1)


@pytest.fixture(scope="module")
def trap(region):
    return fixed_effects_trap(region, weights=_everyone(region), replicates=24, seed=1)


def _everyone(frame):
    codes = sorted(frame["iso3"].unique())
    table = 1 - np.eye(len(codes))
    return xr.DataArray(table, dims=("target", "source"), coords={"target": codes, "source": codes})


def _toy(years=200, countries=4, rate=0.02):
    codes = [f"C{i}" for i in range(countries)]
    periods = pd.period_range("1800-01", periods=12 * years, freq="M")
    frame = pd.MultiIndex.from_product([codes, periods], names=["iso3", "period"]).to_frame(index=False)
    return frame.assign(attempt=(np.random.default_rng(1).random(len(frame)) < rate).astype(float))


def test_mean_number_of_events_is_that_of_the_panel_whatever_sets_them_off():
    """With own + cross = r each immigrant has 1 / (1 - r) events in all; the rates leave room for them."""
    frame = _toy(60)
    grid = event_grid(frame, "attempt", cluster="iso3")
    ties = np.ones((4, 4)) - np.eye(4)
    for own, cross in ((0.0, 0.0), (0.4, 0.0), (0.3, 0.3)):
        like = likeness(grid, ties, own=own, cross=cross, own_lag=6, cross_lag=3, block=None)
        rng = np.random.default_rng(2)
        totals = [simulate_counts(like, rng).sum() for _ in range(40)]
        assert like.rates.sum() == pytest.approx(grid.counts.sum() * (1 - own - cross))
        assert np.mean(totals) == pytest.approx(grid.counts.sum(), abs=4 * np.std(totals) / np.sqrt(40))


def test_an_event_sets_off_its_branching_ratio_abroad():
    """One country has all the immigrants: the other's events are all set off by it."""
    frame = _toy(200, countries=2, rate=0.0)
    frame.loc[frame["iso3"] == "C0", "attempt"] = (np.random.default_rng(3).random(2400) < 0.05).astype(float)
    grid = event_grid(frame, "attempt", cluster="iso3")
    like = likeness(grid, np.array([[0.0, 0.0], [1.0, 0.0]]), own=0.0, cross=0.5, own_lag=1, cross_lag=8, block=None)
    like.rates[1] = 0.0
    rng = np.random.default_rng(4)
    counts = sum(simulate_counts(like, rng) for _ in range(30))
    assert counts[1].sum() / counts[0].sum() == pytest.approx(0.5, abs=0.05)
    history = simulate_counts(like, rng)
    lags = [
        month - np.flatnonzero(history[0])[np.flatnonzero(history[0]) < month] for month in np.flatnonzero(history[1])
    ]
    assert min(lag.min() for lag in lags) >= 1  # nothing is set off in its own month


def test_countries_have_no_event_before_they_exist(region):
    again = simulate_like(region, cross=0.1, seed=3)
    assert again["iso3"].tolist() == region["iso3"].tolist()
    assert again["period"].array.equals(region["period"].array)
    same = simulate_like(region, cross=0.1, seed=3)
    assert same["attempt"].tolist() == again["attempt"].tolist()
    assert simulate_like(region, cross=0.1, seed=4)["attempt"].tolist() != again["attempt"].tolist()


def test_rates_follow_countries_and_decades(region):
    grid = event_grid(region, "attempt", cluster="iso3")
    like = likeness(grid, _everyone(region).to_numpy(), own=0.0, cross=0.0, own_lag=1, cross_lag=1, block=10)
    assert like.rates.sum() == pytest.approx(region["attempt"].sum())
    cabo_verde, benin = grid.codes.index("CPV"), grid.codes.index("BEN")
    assert 0 < like.rates[cabo_verde, -1] < like.rates[benin, -1]
    labels = year_blocks(grid, 10)
    assert len(np.unique(labels)) == 6
    assert labels[119] != labels[120]  # December 1969, January 1970
    assert not like.rates[~grid.exists].any()


def test_rows_of_a_history_are_those_of_the_panel(region):
    """The arrays give the same estimate as the panel's own columns and `fit_hazard`, up to months before the window."""
    grid = event_grid(region, "attempt", cluster="iso3")
    rows = history_rows(grid.counts, grid, _everyone(region).to_numpy(), 24)
    late = region[region["period"] >= region["period"].min() + 24]
    assert rows.outcome.sum() == late["onset"].sum()
    since = late["since_last_attempt"].to_numpy() / 120
    assert rows.design[:, 4].tolist() == late["never_attempt"].tolist()
    known = late["never_attempt"].to_numpy() == 0
    assert rows.design[known, 1] == pytest.approx(since[known])


def test_year_dummies_agree_with_fit_hazard(region):
    """Dropping years without an event equals a dummy for each: `fit_hazard` on the other years gives the same slope."""
    from sahelkit.estimation.newton import maximise
    from sahelkit.exposure import spatial_weights

    ties = spatial_weights("west_africa", normalise=None)
    grid = event_grid(region, "attempt", cluster="iso3")
    ties = ties.sel(target=list(grid.codes), source=list(grid.codes)).to_numpy()
    rows = history_rows(grid.counts, grid, ties, 24)
    design, outcome, keep = with_dummies(rows, year_blocks(grid, 1)[rows.column])
    ours = maximise(design, outcome, link="cloglog")
    frame = pd.DataFrame(rows.design[:, 1:], columns=["t", "t2", "t3", "never"])
    frame = frame.assign(e=rows.exposure, y=rows.outcome, year=rows.column // 12, iso3=rows.country)
    busy = frame[frame.groupby("year")["y"].transform("sum") > 0]
    theirs = fit_hazard("y ~ t + t2 + t3 + never + C(year) + e", busy, errors="model", repeats="keep")
    assert len(busy) == keep.sum()
    assert ours.coef[-1] == pytest.approx(theirs.coef[-1], abs=1e-6)


def test_year_dummies_make_the_region_look_protective_where_there_is_no_contagion(region, trap):
    table = trap.table.set_index("effects")
    assert list(table.index) == list(EFFECTS)
    assert table.loc["none", "null_low"] < 1 < table.loc["none", "null_high"] * 1.02
    assert table.loc["year", "null_high"] < 0.8
    assert table.loc["year", "null_median"] < table.loc["5-year", "null_median"] < table.loc["none", "null_median"]
    assert table.loc["year", "ratio"] < 0.8  # the data show the same
    assert trap.to_xarray()["draws"].shape == (24, 4)
    assert "year" in trap.says()
    assert "sans aucune contagion" in trap.says(lang="fr")
    again = fixed_effects_trap(region, weights=_everyone(region), replicates=24, seed=1, n_jobs=2)
    # the last bits depend on the threads of BLAS, of which a worker has fewer
    assert again.draws == pytest.approx(trap.draws, rel=1e-9)


def test_power_rises_with_contagion_and_its_size_is_calibrated(power):
    table = power.table
    assert table["cross"].tolist() == [0.0, 0.4]
    assert table["power_calibrated"].iloc[0] == pytest.approx(0.05, abs=0.02)
    assert table["power_calibrated"].iloc[1] > 0.7
    assert table["ratio_median"].iloc[1] > table["ratio_median"].iloc[0]
    assert 0.0 < power.detectable(power=0.5) < 0.4
    assert power.detectable(power=1.01) == np.inf
    assert "may go unseen" in power.says(power=0.5)
    assert "ne peut montrer qu’il n’y a pas de contagion" in power.says(lang="fr", power=1.01)
    assert power.to_xarray()["power"].dims == ("cross",)


@pytest.mark.parametrize("call", [contagion_power, fixed_effects_trap])
def test_bad_requests_are_named(call):
    frame = _toy(20)
    codes = sorted(frame["iso3"].unique())
    weights = xr.DataArray(1 - np.eye(4), dims=("target", "source"), coords={"target": codes, "source": codes})
    with pytest.raises(OptionError, match="too few to tell"):
        call(frame, weights=weights, replicates=5)
    with pytest.raises(OptionError, match="it is a number of at least 1"):
        call(frame, weights=weights, own_lag=0.5, replicates=20)
    share = "alpha" if call is contagion_power else "level"
    with pytest.raises(OptionError, match=f"{share}=7"):
        call(frame, weights=weights, **{share: 7})
    with pytest.raises(ModelError, match="the panel has no event"):
        call(frame.assign(attempt=0.0), weights=weights, replicates=20)
    with pytest.raises(OptionError, match=r"one event would set off 1\.20 others"):
        simulate_like(frame, weights=weights, own=0.9, cross=0.3)
    with pytest.raises(OptionError, match="it is a number of at least 0"):
        simulate_like(frame, weights=weights, own=-0.1)


def test_figures_are_in_both_languages(power, trap):
    for lang, words in (("en", ("How large", "A dummy")), ("fr", ("Quelle contagion", "Une indicatrice"))):
        for result, word in zip((power, trap), words, strict=True):
            texts = [item.get_text() for item in result.plot(lang=lang).findobj() if hasattr(item, "get_text")]
            assert any(text.startswith(word) for text in texts)


@pytest.mark.slow
def test_size_of_the_nominal_test_under_decade_shocks(region):
    """300 histories: the nominal 5 % score test rejects more often where decades are bad for all, which is why it is
    calibrated."""
    power = contagion_power(region, sizes=[0.1, 0.3], replicates=300, seed=5, n_jobs=2)
    table = power.table.set_index("cross")
    assert 0.05 < table.loc[0.0, "power"] < 0.2
    assert 0.2 < table.loc[0.1, "power_calibrated"] < 0.7
    assert table.loc[0.3, "power_calibrated"] > 0.8


@pytest.mark.parametrize("sizes", [0.2, (), ("a",), (np.nan,), (-0.1,)])
def test_sizes_are_a_list_of_numbers(months, sizes):
    with pytest.raises(OptionError, match=r"sizes=.*it is a list of numbers"):
        contagion_power(months, sizes=sizes, window=2, replicates=20, seed=1)


def test_a_sample_that_cannot_be_fitted_has_no_power(months):
    few = months.assign(attempt=(np.arange(len(months)) == 50).astype(int))
    with pytest.raises(ModelError, match="events are too few"):
        contagion_power(few, sizes=(0.2,), window=2, replicates=20, seed=1)


def test_a_window_as_long_as_the_panel_is_refused(months):
    with pytest.raises(OptionError, match=r"window=120: the panel has .* periods only"):
        fixed_effects_trap(months, window=120, replicates=20, seed=1)


def test_power_has_its_monte_carlo_error(power):
    table = power.tidy()
    binomial = np.sqrt((table["power"] * 30 + 2) / 34 * (1 - (table["power"] * 30 + 2) / 34) / 34)
    assert table["power_error"].to_numpy() == pytest.approx(binomial.to_numpy())
    assert (table["power_calibrated_error"] >= table["power_error"].min() * 0.5).all()
    for lang in ("en", "fr"):
        assert np.isfinite(power.detectable()) or " ± " in power.says(lang=lang)
