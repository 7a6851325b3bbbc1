"""Bootstrap tests: the same numbers for any number of processes, and statistics against other software."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import ModelError, OptionError, UnknownNameError
from sahelkit.models.hawkes import contagion_test, detectable_contagion, fit_hawkes, goodness_of_fit
from sahelkit.models.hawkes.goodness import kolmogorov, ljung_box, rescaled_gaps
from sahelkit.models.placebo.simulate import simulate_panel


@pytest.fixture(scope="module")
def fit():
    coups = sk.load_coups(rule="powell_thyne", countries="west_africa")
    return fit_hawkes(coups, countries="west_africa", start=1960, end=2025)


@pytest.fixture(scope="module")
def test(fit):
    return contagion_test(fit, replicates=25, seed=7, n_jobs=1)


def test_same_numbers_for_any_number_of_processes(fit, test):
    two = contagion_test(fit, replicates=25, seed=7, n_jobs=2)
    assert two.null.tolist() == test.null.tolist()
    assert two.null_cross.tolist() == test.null_cross.tolist()
    assert two.p_value == test.p_value


def test_longer_run_begins_with_the_shorter_one(fit, test):
    assert contagion_test(fit, replicates=19, seed=7).null.tolist() == test.null[:19].tolist()
    assert contagion_test(fit, replicates=19, seed=8).null.tolist() != test.null[:19].tolist()


def test_p_value_counts_the_data_as_one_replicate(fit, test):
    assert test.p_value == (1 + (test.null >= fit.lr).sum()) / 26
    assert test.statistic == fit.lr
    row = test.tidy().iloc[0]
    assert (row["replicates"], row["n_events"], row["n_countries"]) == (25, 105, 16)
    assert row["share_none"] == (test.null_cross == 0).mean()


def test_statistic_is_never_negative_and_zero_where_no_contagion_is_found(test):
    assert test.null.min() == 0.0
    assert (test.null[test.null_cross == 0] == 0).all()
    assert (test.null[test.null > 0.1] > 0).sum() == (test.null_cross[test.null > 0.1] > 0).sum()


def test_planted_contagion_is_found():
    attempts = simulate_panel(cross=0.4, own=0.2, cross_lag=0.3, rate=0.05, seed=3)
    fit = fit_hawkes(attempts, countries="west_africa", start=1960, end=2025)
    found = contagion_test(fit, replicates=19, seed=1, n_jobs=2)
    assert found.p_value == 1 / 20
    for p_value, english, french in (
        (
            0.3,
            "no contagion at all is compatible with these data (p = 0.300 ± 0.102)",
            "une absence totale de contagion",
        ),
        (0.044, "a weak sign of contagion (p = 0.044 ± 0.046)", "un signe faible de contagion (p = 0,044 ± 0,046)"),
        (0.001, "seldom show as much (p = 0.001 ± 0.007)", "rarement autant (p = 0,001 ± 0,007)"),
    ):
        test = replace(found, p_value=p_value)
        assert english in fit.says(test=test)
        assert french in fit.says(lang="fr", test=test)


def test_sentences(fit, test):
    assert "the 105 attempts observed in 16 countries" in test.says()
    assert "les 105 tentatives observées dans 16 pays" in test.says(lang="fr")
    assert f"p = {test.p_value:.3f}" in test.summary()
    with pytest.raises(UnknownNameError):
        test.says(lang="de")


def test_fit_without_contagion_cannot_be_tested_for_it(fit):
    coups = sk.load_coups(rule="powell_thyne", countries="west_africa")
    alone = fit_hawkes(coups, countries="west_africa", start=1960, end=2025, contagion=False)
    with pytest.raises(ModelError, match="Fit it with contagion=True"):
        contagion_test(alone)
    with pytest.raises(OptionError, match="replicates=0"):
        contagion_test(fit, replicates=0)


def test_kolmogorov_is_scipys_distance():
    from scipy.stats import kstest

    gaps = np.random.default_rng(1).exponential(1.2, 37)
    n = 37
    scale = np.sqrt(n) + 0.12 + 0.11 / np.sqrt(n)
    assert kolmogorov(gaps) == pytest.approx(kstest(gaps, "expon").statistic * scale, abs=1e-6)
    assert np.isnan(kolmogorov(gaps[:3]))


def test_ljung_box_is_statsmodels():
    from statsmodels.stats.diagnostic import acorr_ljungbox

    gaps = np.random.default_rng(2).exponential(1.0, 50)
    truth = acorr_ljungbox(-np.expm1(-gaps), lags=[4])["lb_stat"].item()
    assert ljung_box([gaps], 4) == pytest.approx(truth, abs=1e-6)


def test_gaps_add_up_to_the_expected_events(fit):
    """Of each country up to its last event, by the sum of the intensity over days."""
    gaps = rescaled_gaps(fit.process, fit.observed)
    assert {code: len(values) for code, values in gaps.items() if code in ("MLI", "CPV", "all")} == {
        "MLI": 8,
        "CPV": 0,
        "all": 105,
    }
    monthly = fit.intensity().sel(iso3="MLI").sum("part").to_series()
    months = monthly.index
    length = (months + pd.DateOffset(months=1) - months).days / 365.25
    whole = (monthly * length)[(months >= "1960-10") & (months < "2021-05")].sum()
    first = monthly["1960-09-01"] * 9 / 365.25
    assert gaps["MLI"].sum() == pytest.approx(whole + first, abs=0.03)
    assert all((values >= 0).all() for values in gaps.values())


def test_goodness_of_fit_table(fit):
    check = goodness_of_fit(fit, replicates=19, seed=3, n_jobs=2)
    table = check.tidy().set_index("scope")
    assert table.index.tolist() == [*fit.countries, "all", "pooled"]
    assert table.loc["GMB", ["ks", "ks_p", "ljung_box", "ljung_box_p"]].isna().all()
    p_values = table.loc[table["n_gaps"] >= 4, ["ks_p", "ljung_box_p"]]
    assert p_values.min().min() >= 1 / 20
    assert p_values.max().max() <= 1
    again = goodness_of_fit(fit, replicates=19, seed=3, n_jobs=1)
    pd.testing.assert_frame_equal(again.table, check.table)
    assert "105 waiting times" in check.says()
    assert "105 temps d’attente" in check.says(lang="fr")
    assert "19 replicates" in check.summary()


def test_goodness_of_fit_sees_a_clock():
    """Attempts every five years to the day are no Hawkes process: gaps far too even."""
    days = [pd.Timestamp(f"{year}-06-15") for year in range(1962, 2026, 3)]
    events = pd.DataFrame({"iso3": ["MLI"] * len(days) + ["BFA"] * len(days), "date": days * 2})
    fit = fit_hawkes(events, countries=["MLI", "BFA"], start=1960, end=2025, period="none")
    check = goodness_of_fit(fit, replicates=19, seed=1, n_jobs=2).table.set_index("scope")
    assert check.loc["pooled", "ks_p"] == 1 / 20


def test_power_rises_with_contagion(fit):
    table = detectable_contagion(fit, cross=(0.3,), cross_lag=(0.25,), replicates=19, seed=1, n_jobs=2)
    assert table["cross"].tolist() == [0.0, 0.3]
    assert table["power"].iloc[0] <= 0.1
    assert table["power"].iloc[1] > 0.5
    with pytest.raises(OptionError, match="one event would set off"):
        detectable_contagion(fit, cross=(0.9,))


@pytest.mark.slow
def test_same_numbers_on_a_dask_cluster(fit, test):
    distributed = pytest.importorskip("distributed")
    import joblib

    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        distributed.Client(cluster),
        joblib.parallel_config(backend="dask"),
    ):
        assert contagion_test(fit, replicates=25, seed=7).null.tolist() == test.null.tolist()
