"""Placebos: exposures by plain loops, the score statistic against likelihood ratios, what must hold of each kind."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from scipy import stats

from sahelkit.errors import MissingColumnsError, ModelError, OptionError, UnknownNameError
from sahelkit.estimation.newton import maximise
from sahelkit.models.placebo.draws import (
    calendars,
    event_grid,
    far_weights,
    relabelled,
    remote_countries,
    score_stage,
    statistics_of,
    window_sums,
)
from sahelkit.models.placebo.placebos import KINDS, permutation_p, placebo_test

CODES = ["BEN", "BFA", "CIV", "GHA", "GIN", "MLI", "NER", "SEN", "TGO"]


def _panel(years=25, seed=1, contagion=0.0, start=1980):
    """Nine real countries on a ring of two neighbours each; a neighbour's event raises the hazard of the next year."""
    rng = np.random.default_rng(seed)
    periods = pd.period_range(f"{start}-01", periods=12 * years, freq="M")
    counts = np.zeros((9, len(periods)))
    ring = _ring().to_numpy()
    for month in range(len(periods)):
        felt = ring @ counts[:, max(month - 12, 0) : month].sum(axis=1)
        counts[:, month] = rng.random(9) < 0.012 * np.exp(contagion * felt)
    frame = pd.MultiIndex.from_product([CODES, periods], names=["iso3", "period"]).to_frame(index=False)
    return frame.assign(attempt=counts.ravel(), onset=counts.ravel().astype(int), x=rng.normal(size=counts.size))


def _ring():
    table = np.zeros((9, 9))
    for i in range(9):
        table[i, [(i - 1) % 9, (i + 1) % 9]] = 1.0
    return xr.DataArray(table, dims=("target", "source"), coords={"target": CODES, "source": CODES})


def test_window_sums_equal_plain_loops():
    counts = np.random.default_rng(2).integers(0, 3, (3, 20)).astype(float)
    for window in (1, 5, 30):
        before = [[row[max(t - window, 0) : t].sum() for t in range(20)] for row in counts]
        after = [[row[t + 1 : t + 1 + window].sum() for t in range(20)] for row in counts]
        assert window_sums(counts, window).tolist() == before
        assert window_sums(counts, window, lead=True).tolist() == after


def test_observed_exposure_and_ratio_are_those_of_a_plain_fit():
    panel = _panel()
    test = placebo_test("onset ~ x", panel, weights=_ring(), replicates=99, seed=1)
    ties = _ring().to_series()
    exposure = []
    for row in panel.itertuples():
        near = [code for code in CODES if ties[row.iso3, code] > 0]
        ago = (row.period - panel["period"]).map(lambda gap: gap.n)
        exposure.append(panel.loc[panel["iso3"].isin(near) & ago.between(1, 12), "attempt"].sum())
        if len(exposure) == 40:
            break
    kept = panel.assign(e=np.nan)
    kept.loc[: len(exposure) - 1, "e"] = exposure
    grid = event_grid(panel, "attempt", cluster="iso3")
    found = (_ring().to_numpy() @ window_sums(grid.counts, 12))[grid.country, grid.column]
    assert found[:40].tolist() == exposure
    inside = grid.column >= 12
    design = np.column_stack([np.ones(inside.sum()), panel["x"][inside], found[inside]])
    fit = maximise(design, panel["onset"][inside].to_numpy(float), link="cloglog")
    assert test.ratio == pytest.approx(np.exp(fit.coef[2]))
    assert test.n_rows == 9 * (300 - 12)


@pytest.mark.parametrize("link", ["cloglog", "logit"])
def test_score_statistic_orders_exposures_as_the_likelihood_ratio_does(link):
    panel = _panel(seed=3)
    rng = np.random.default_rng(4)
    design = np.column_stack([np.ones(len(panel)), panel["x"]])
    outcome = panel["onset"].to_numpy(float)
    grid = event_grid(panel, "attempt", cluster="iso3")
    felt = window_sums(grid.counts, 12)
    maps = list(islice(relabelled(rng, _ring().to_numpy(), felt), 60))
    stage = score_stage(design, outcome, link=link)
    found = statistics_of(iter(maps), 60, stage, grid.country, grid.column)
    without = maximise(design, outcome, link=link).loglik
    roots = []
    for weights, _ in maps:
        wide = np.column_stack([design, (weights @ felt)[grid.country, grid.column]])
        fit = maximise(wide, outcome, link=link)
        roots.append(np.sign(fit.coef[2]) * np.sqrt(2 * (fit.loglik - without)))
    assert stats.spearmanr(found, roots)[0] > 0.99
    assert found == pytest.approx(roots, abs=0.5)  # they part in the tails


def test_score_statistic_is_standard_normal_without_effect():
    rng = np.random.default_rng(5)
    design = np.column_stack([np.ones(1000), rng.normal(size=1000)])
    outcome = (rng.random(1000) < 0.1).astype(float)
    stage = score_stage(design, outcome, link="cloglog")
    found = stage.statistics(rng.normal(size=(4000, 1000)))
    assert stats.kstest(found, "norm").pvalue > 0.01
    assert np.isnan(stage.statistics(np.vstack([np.ones(1000), design[:, 1] * 3 + 1]))).all()


def test_contagion_is_found_and_its_absence_is_not():
    loud = placebo_test("onset ~ x", _panel(40, contagion=1.2, seed=2), weights=_ring(), replicates=999, seed=1)
    quiet = placebo_test("onset ~ x", _panel(40, seed=2), weights=_ring(), replicates=999, seed=1)
    assert loud.p_value < 0.01
    assert loud.ratio > 1.8
    assert quiet.p_value > 0.05


@pytest.mark.parametrize("kind", KINDS)
def test_draws_do_not_depend_on_the_number_of_workers(kind):
    tests = [
        placebo_test("onset ~ x", _panel(), kind=kind, weights=_ring(), replicates=600, seed=9, n_jobs=jobs)
        for jobs in (1, 2)
    ]
    assert tests[0].null.tolist() == tests[1].null.tolist()
    assert tests[0].p_value == tests[1].p_value
    other = placebo_test("onset ~ x", _panel(), kind=kind, weights=_ring(), replicates=600, seed=10)
    assert other.null.tolist() != tests[0].null.tolist()
    assert other.statistic == tests[0].statistic


def test_traded_places_keep_the_numbers_of_neighbours():
    felt = np.zeros((9, 5))
    weights = np.triu(np.random.default_rng(1).random((9, 9)), 1)
    for drawn, same in islice(relabelled(np.random.default_rng(2), weights, felt), 5):
        assert same is felt
        assert sorted(map(sorted, drawn.tolist())) == sorted(map(sorted, weights.tolist()))
        assert not np.diag(drawn).any()
        assert drawn.tolist() != weights.tolist()


def test_far_maps_have_as_many_neighbours_none_of_them_real():
    weights = _ring().to_numpy()
    weights[8] = 0.0
    distance = np.abs(np.subtract.outer(np.arange(9.0), np.arange(9.0)))
    remote = remote_countries(weights, distance, tuple(CODES))
    assert set(remote[0]) == {7, 6, 5}  # neighbours 1 and 8; the farther half of the other six
    for drawn, _ in islice(far_weights(np.random.default_rng(3), weights, np.zeros((9, 2)), remote), 20):
        assert drawn.sum(axis=1).tolist() == weights.sum(axis=1).tolist()
        assert not (drawn * weights).any()
        for target in range(9):
            assert set(np.flatnonzero(drawn[target])) <= set(remote[target])


@pytest.mark.parametrize("block", [5, None])
def test_mixed_calendars_keep_each_countrys_years_within_blocks(block):
    panel = _panel(23, start=1981)
    panel = panel[~((panel["iso3"] == "MLI") & (panel["period"] < pd.Period("1984-06", "M")))]
    grid = event_grid(panel, "attempt", cluster="iso3")
    before = grid.counts.reshape(9, 23, 12)
    seen = set()
    maps = calendars(np.random.default_rng(1), np.eye(9), grid, block=block, felt=lambda counts: counts)
    for _, counts in islice(maps, 20):
        after = counts.reshape(9, 23, 12)
        for source in range(9):
            for first in range(0, 23, block or 23):
                cut = slice(first, first + (block or 23))
                assert sorted(before[source, cut].tolist()) == sorted(after[source, cut].tolist())
        assert after[CODES.index("MLI"), :4].tolist() == before[CODES.index("MLI"), :4].tolist()  # not whole years
        seen.add(counts.tobytes())
    assert len(seen) == 20


def test_panel_that_begins_in_mid_year_mixes_whole_years_only():
    panel = _panel(10)
    panel = panel[panel["period"] >= pd.Period("1980-09", "M")]
    grid = event_grid(panel, "attempt", cluster="iso3")
    maps = calendars(np.random.default_rng(1), np.eye(9), grid, block=3, felt=lambda counts: counts)
    _, counts = next(maps)
    assert counts[:, :4].tolist() == grid.counts[:, :4].tolist()
    january = [grid.counts[:, 4 + 12 * year].sum() for year in range(9)]
    assert sorted(counts[:, 4 + 12 * year].sum() for year in range(9)) != january or counts.sum() == grid.counts.sum()
    assert counts.sum() == grid.counts.sum()


def _oneway():
    """Each country hears of the next one only."""
    ring = _ring()
    return ring.copy(data=np.roll(np.eye(9), 1, axis=1))


def test_leads_are_lags_of_reversed_time():
    panel = _panel(seed=6)
    ends = panel["period"].min().ordinal + panel["period"].max().ordinal
    back = panel.assign(period=pd.PeriodIndex.from_ordinals(ends - panel["period"].array.asi8, freq="M"))
    lead = placebo_test("onset ~ 1", panel, kind="leads", weights=_oneway(), replicates=99, seed=1)
    lag = placebo_test("onset ~ 1", back, weights=_oneway(), replicates=99, seed=1)
    assert lead.statistic == pytest.approx(lag.statistic)
    assert lead.ratio == pytest.approx(lag.ratio)
    assert lead.lagged != pytest.approx(lead.statistic, abs=0.1)
    assert not lead.mirrored


def test_leads_over_symmetric_borders_mirror_the_lags_and_it_is_said():
    """Each pair of events is a lead for one country and a lag for the other: without covariates the two are one."""
    test = placebo_test("onset ~ 1", _panel(seed=6), kind="leads", weights=_ring(), replicates=99, seed=1)
    assert test.statistic == pytest.approx(test.lagged, rel=1e-6)
    assert test.mirrored
    assert "both a lead and a lag" in test.says()
    assert "à la fois" in test.says(lang="fr")


def test_years_work_as_months_do():
    panel = _panel()
    yearly = panel.assign(year=panel["period"].dt.year).groupby(["iso3", "year"], as_index=False)[["attempt"]].sum()
    yearly["onset"] = (yearly["attempt"] > 0).astype(int)
    test = placebo_test("onset ~ 1", yearly, weights=_ring(), kind="calendar", window=2, replicates=99, seed=1)
    assert test.n_rows == 9 * 23
    assert 0 < test.p_value <= 1


def test_p_values_count_the_observed_draw_and_ties():
    null = np.array([0.0, 1.0, 2.0, np.nan])
    assert permutation_p(2.0, null) == 2 / 4
    assert permutation_p(9.0, null) == 1 / 4
    assert permutation_p(-1.0, null, alternative="two-sided") == 0.5


def test_results_speak_in_both_languages():
    test = placebo_test("onset ~ x", _panel(), kind="leads", weights=_oneway(), replicates=99, seed=1)
    assert "in the 12 months to come" in test.says()
    assert "dans les 12 mois à venir" in test.says(lang="fr")
    assert "nothing works backwards" in test.says()
    assert test.to_xarray()["null"].dims == ("draw",)
    assert test.to_xarray()["p_value"].item() == test.p_value
    texts = [item.get_text() for item in test.plot(lang="fr").findobj() if hasattr(item, "get_text")]
    assert any("tentatives antérieures" in text for text in texts)


@pytest.mark.parametrize(
    ("change", "options", "error", "message"),
    [
        (lambda f: f, {"kind": "geografy"}, UnknownNameError, "Did you mean 'geography'"),
        (lambda f: f, {"alternative": "less"}, UnknownNameError, "unknown alternative 'less'"),
        (lambda f: f, {"replicates": 5}, OptionError, "too few to give a p-value"),
        (lambda f: f, {"window": 0}, OptionError, "at least one period"),
        (lambda f: f, {"window": 600}, OptionError, "the panel has 300 periods only"),
        (lambda f: f, {"block": 1}, OptionError, "blocks of at least two"),
        (lambda f: f, {"weights": _ring().rename(target="to")}, OptionError, "target and source"),
        (lambda f: f, {"weights": _ring().isel(target=slice(3))}, OptionError, "GHA.*have no weights"),
        (lambda f: f, {"weights": 0 * _ring()}, ModelError, "none is exposed"),
        (lambda f: f.assign(attempt=f["attempt"].where(f.index > 2)), {}, ModelError, "NA in 3 rows .BEN."),
        (lambda f: pd.concat([f, f.iloc[:2]]), {}, ModelError, "2 rows repeat a country and period"),
        (lambda f: f.drop(columns="attempt"), {}, MissingColumnsError, "placebo_test needs the column 'attempt'"),
        (lambda f: f.assign(onset=0), {}, ModelError, "never varies"),
        (lambda f: f.assign(attempt=0), {}, ModelError, "exposure is the same in all rows"),
        (lambda f: f[f["iso3"].isin(CODES[:2])], {"kind": "far"}, ModelError, "too few far ones"),
    ],
)
def test_bad_requests_are_named(change, options, error, message):
    with pytest.raises(error, match=message):
        placebo_test("onset ~ x", change(_panel()), **{"weights": _ring(), "replicates": 99, **options})


@pytest.mark.slow
def test_size_of_the_map_placebo_is_nominal_without_contagion():
    """400 panels whose countries differ and share bad decades, no contagion; 5 % level (Monte Carlo error 1.1 %)."""
    rng = np.random.default_rng(12)
    rejected = 0
    for seed in range(400):
        panel = _panel(30, seed=seed)
        own = np.repeat(rng.normal(0, 0.5, 9), 360)
        shock = np.tile(np.repeat(rng.normal(0, 0.5, 3), 120), 9)
        panel["attempt"] = (rng.random(len(panel)) < 0.01 * np.exp(own + shock)).astype(float)
        panel["onset"] = panel["attempt"].astype(int)
        if panel["onset"].sum() > 3:
            rejected += placebo_test("onset ~ 1", panel, weights=_ring(), replicates=199, seed=seed).p_value <= 0.05
    assert 0.02 <= rejected / 400 <= 0.085


def test_a_row_without_country_counts_for_no_country_and_an_empty_frame_is_named():
    frame = pd.DataFrame({"iso3": ["MLI", None, "NER"], "period": [2000, 2001, 2000], "attempt": [0, 1, 0]})
    with pytest.raises(OptionError, match=r"iso3=None in row 2 of 3 \(index 1\): it is empty"):
        event_grid(frame, "attempt", cluster="iso3")
    with pytest.raises(ModelError, match="the frame has no rows"):
        event_grid(frame.iloc[:0], "attempt", cluster="iso3")
