"""Many models on a Dask cluster: the same bits, also when a worker is killed."""

from __future__ import annotations

import os
import signal
import threading
import time

import pandas as pd
import pytest

from sahelkit.errors import ModelError
from sahelkit.estimation.many.engine import run
from sahelkit.estimation.many.plan import Plan

distributed = pytest.importorskip("distributed", reason="the extra 'scale' is not installed")


def plan_of(models):
    import numpy as np

    rng = np.random.default_rng(3)
    n = 300
    pool = np.column_stack([np.ones(n), rng.normal(size=(n, 10))])
    outcome = (rng.random(n) < 0.25).astype(float)
    rows = np.column_stack([np.zeros(models, int), *(rng.permuted(np.tile(range(1, 11), (models, 1)), axis=1).T[:4])])
    return Plan(pool, ("1", *"abcdefghij"), outcome, np.repeat(range(10), 30), rows, link=rng.integers(0, 2, models))


@pytest.fixture
def cluster():
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as workers,
        distributed.Client(workers) as client,
    ):
        yield client


def test_a_killed_local_process_is_an_error_in_words_and_the_run_goes_on(tmp_path):
    import joblib
    import psutil

    plan = plan_of(30_000)
    inside = joblib.Parallel(n_jobs=2)(joblib.delayed(os.getpid)() for _ in range(8))
    assert all(psutil.pid_exists(pid) for pid in inside)

    def kill():
        while not list(tmp_path.glob("part-*.parquet")):
            time.sleep(0.002)
        os.kill(inside[0], signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    with pytest.raises(ModelError, match=r"a worker process has ended .* run the same call again"):
        run(plan, n_jobs=2, chunk=500, folder=tmp_path)
    killer.join()
    kept = len(list(tmp_path.glob("part-*.parquet")))
    assert 1 <= kept < 60
    assert len(run(plan, n_jobs=1, chunk=500, folder=tmp_path)) == 30_000


def test_a_killed_worker_changes_nothing(cluster, tmp_path):
    import joblib

    plan = plan_of(12_000)
    expected = run(plan, n_jobs=1).to_frame()
    victim = next(iter(cluster.run(os.getpid).values()))
    finished = []

    def kill():
        while not list(tmp_path.glob("part-*.parquet")):  # when the first chunk has arrived, the others are under way
            time.sleep(0.002)
        os.kill(victim, signal.SIGKILL)
        finished.append(len(list(tmp_path.glob("part-*.parquet"))))

    killer = threading.Thread(target=kill)
    killer.start()
    with joblib.parallel_config("dask"):
        spread = run(plan, chunk=100, folder=tmp_path)
    killer.join()
    assert 1 <= finished[0] < 110  # of 120
    pd.testing.assert_frame_equal(spread.to_frame(), expected, check_exact=True, check_categorical=False)
    assert victim not in cluster.run(os.getpid).values()
