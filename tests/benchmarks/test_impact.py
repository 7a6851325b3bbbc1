"""Speed of the synthetic control against pysyncon; run by hand.

``pytest tests/benchmarks/test_impact.py -o addopts= -s``. Targets: the Basque Country with a search for the weights of
its predictors at least ten times as fast as pysyncon in the same run; donor weights alone at least twice as fast; all
coups by all methods within 5 s on one core.
"""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.estimation.simplex import simplex_weights
from sahelkit.exposure import spatial_weights
from sahelkit.models.impact import impact_table
from sahelkit.models.impact.predictors import matched_weights

pysyncon = pytest.importorskip("pysyncon")


def _median(runner, rounds=5):
    taken = []
    for _ in range(rounds):
        begin = time.perf_counter()
        runner()
        taken.append(time.perf_counter() - begin)
    return float(np.median(taken))


def _said(what, ours, theirs):
    print(f"\n{what}: {ours * 1e3:.1f} ms against {theirs * 1e3:.1f} ms, {theirs / ours:.0f} times as fast")
    return theirs / ours


@pytest.fixture(scope="module")
def panel():
    rng = np.random.default_rng(1)
    paths = rng.normal(size=(40, 3)).cumsum(axis=0) @ rng.uniform(size=(3, 31)) + rng.normal(scale=0.2, size=(40, 31))
    traits = rng.normal(size=(8, 31)) + paths[:8]
    return pd.DataFrame(paths), pd.DataFrame(traits)


def test_donor_weights(panel):
    paths, _ = panel
    values = paths.to_numpy()
    rival = pysyncon.Synth.w_optimize
    ours = simplex_weights(values[:, 1:], values[:, 0])
    theirs, _ = rival(V_mat=np.eye(40), X0=values[:, 1:], X1=values[:, 0])
    loss = [float(((values[:, 1:] @ w - values[:, 0]) ** 2).sum()) for w in (ours, theirs / theirs.sum())]
    print(f"\nsum of squares {loss[0]:.6f} against {loss[1]:.6f}")
    assert loss[0] <= loss[1] * (1 + 1e-9)
    mine = _median(lambda: simplex_weights(values[:, 1:], values[:, 0]), 21)
    other = _median(lambda: rival(V_mat=np.eye(40), X0=values[:, 1:], X1=values[:, 0]), 21)
    assert _said("donor weights, 30 donors, 40 periods", mine, other) >= 2


def test_with_predictors(panel):
    paths, traits = panel
    x, z = traits.to_numpy(), paths.to_numpy()
    frames = {"X0": traits.iloc[:, 1:], "X1": traits.iloc[:, 0], "Z0": paths.iloc[:, 1:], "Z1": paths.iloc[:, 0]}
    mine = _median(lambda: matched_weights(x[:, 0], x[:, 1:], z[:, 0], z[:, 1:]), 3)
    other = _median(lambda: pysyncon.Synth().fit(**frames, optim_method="Nelder-Mead"), 3)
    assert _said("with 8 predictors", mine, other) >= 10


def test_all_coups_by_all_methods():
    coups = sk.load_coups(countries="africa", rule="powell_thyne")
    wanted = ["MLI 2012-03", "MLI 2020-08", "MLI 2021-05", "BFA 2022-01", "BFA 2022-09", "NER 2023-07", "GIN 2021-09"]
    events = coups[(coups["iso3"] + " " + coups["date"].dt.strftime("%Y-%m")).isin(wanted)]
    frame, options = sk.load_conflict(countries="africa"), {"coups": coups, "weights": spatial_weights("africa")}
    taken = _median(lambda: impact_table(frame, events, **options), 3)
    print(f"\n7 coups by 4 methods: {taken:.2f} s")
    assert taken <= 5
