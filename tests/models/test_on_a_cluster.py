"""The same call gives the same numbers alone, on two processes, and on a Dask cluster through joblib."""

from __future__ import annotations

import numpy as np
import pytest

import sahelkit as sk
from sahelkit.estimation.splines import duration_terms
from sahelkit.models.hawkes import contagion_test, fit_hawkes
from sahelkit.models.placebo.placebos import placebo_test


@pytest.fixture(scope="module")
def cluster():
    distributed = pytest.importorskip("distributed", reason="the extra 'scale' is not installed")
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as workers,
        distributed.Client(workers) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def fit():
    events = sk.load_coups(rule="powell_thyne", countries="west_africa")
    return fit_hawkes(events, countries="west_africa", start=1960, end=2025)


def test_bootstrap(cluster, fit):
    import joblib

    alone = contagion_test(fit, replicates=19, seed=3, n_jobs=1)
    two = contagion_test(fit, replicates=19, seed=3, n_jobs=2)
    with joblib.parallel_config("dask"):
        spread = contagion_test(fit, replicates=19, seed=3, n_jobs=-1)
    np.testing.assert_array_equal(two.null, alone.null)
    np.testing.assert_array_equal(spread.null, alone.null)
    assert len(set(alone.null)) > 1


def test_placebo(cluster):
    import joblib

    frame = sk.panel("west_africa", "1990-01", "2025-12").add_coups(rule="powell_thyne").since_last("attempt").frame
    frame["event"] = frame["attempt"].clip(upper=1)
    frame = frame.join(duration_terms(frame["since_last_attempt"])[["t", "t2", "t3"]])
    formula = "event ~ t + t2 + t3 + never_attempt"
    alone = placebo_test(formula, frame, replicates=600, seed=3, n_jobs=1)
    with joblib.parallel_config("dask"):
        spread = placebo_test(formula, frame, replicates=600, seed=3, n_jobs=-1)
    np.testing.assert_array_equal(spread.null, alone.null)


def test_synthetic_control(cluster):
    import joblib

    from sahelkit.models.impact import event_window, synthetic_control

    donors = ["NGA", "TCD", "UGA", "KEN", "ETH", "AGO", "COD", "SOM"]
    window = event_window(sk.load_conflict(countries="africa"), "MLI", "2012-03-22", width=3, donors=donors)
    alone = synthetic_control(window, n_jobs=1)
    with joblib.parallel_config("dask"):
        spread = synthetic_control(window, n_jobs=None)
    np.testing.assert_array_equal(spread.placebo_gaps, alone.placebo_gaps)
    np.testing.assert_array_equal(spread.donor_weights, alone.donor_weights)
