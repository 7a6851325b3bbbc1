"""Plain NumPy is the reference of the compiled fits, and serves where numba is missing."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from sahelkit.estimation.many import chunk, prepare
from sahelkit.estimation.many.engine import run
from sahelkit.estimation.many.plain import quickest
from sahelkit.estimation.many.plan import Plan

EXACT = 1e-10


def make(*, links, keep=(), seed=3):
    """Models with and without effects of countries; among the columns a copy, and one that only events have."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(9), 60)
    own = rng.normal(size=(len(groups), 10)) * 10.0 ** rng.integers(-2, 3, 10) + 1
    chance = 1 / (1 + np.exp(1.6 - own[:, 0] / own[:, 0].std()))
    outcome = (rng.random(len(groups)) < chance).astype(float)
    own[:, 8] = 3 * own[:, 0]
    if 2 not in links:
        own[:, 9] = 0.0
        own[np.flatnonzero(outcome)[:4], 9] = 1.0
    pool = np.column_stack([np.ones(len(groups)), own, *((groups == g) * 1.0 for g in range(1, 9))])
    rows = np.full((60, 5), -1)
    for row in rows:
        size = rng.integers(1, 5)
        row[: size + 1] = [0, *rng.choice(np.arange(1, 11), size, replace=False)]
    names = ("1", *(f"x{i}" for i in range(1, pool.shape[1])))
    effects, sets = rng.integers(0, 2, len(rows)), ((), tuple(range(11, 19)))
    return Plan(pool, names, outcome, groups, rows, effects, sets, rng.choice(links, len(rows)), keep)


def plainly(plan, monkeypatch):
    from sahelkit.estimation.many import plain

    for module in (chunk, prepare):
        monkeypatch.setattr(module, "quickest", lambda: plain)
    return run(plan, n_jobs=1).to_frame()


@pytest.mark.skipif(quickest().__name__.endswith("plain"), reason="numba is not installed")
@pytest.mark.parametrize("keep", [(), ("all_coefficients",)])
@pytest.mark.parametrize("links", [(0,), (1,), (2,)], ids=["logit", "cloglog", "identity"])
def test_compiled_and_plain_fits_are_the_same(links, keep, monkeypatch):
    plan = make(links=links, keep=keep)
    compiled = run(plan, n_jobs=1).to_frame()
    assert (compiled["singular"].any(), compiled["separated"].any()) == (True, 2 not in links)
    # A column that only events have separates them by any link: no such model passes for converged.
    has = (plan.models == 10).any(axis=1) & ~compiled["singular"]
    assert 2 in links or (compiled["separated"] == has).all()
    plain = plainly(plan, monkeypatch)
    for name in [name for name in compiled if name.startswith("all_")]:
        for left, right in zip(plain[name], compiled[name], strict=True):
            np.testing.assert_allclose(left, right, rtol=EXACT, atol=1e-12)
    scalar = [name for name in compiled if not name.startswith("all_") and name != "columns"]
    pd.testing.assert_frame_equal(plain[scalar], compiled[scalar], rtol=EXACT, atol=1e-12)


WITHOUT_NUMBA = """
import sys
sys.modules["numba"] = sys.modules["llvmlite"] = None
import numpy as np, pandas as pd
from sahelkit.models.bounds import extreme_bounds
frame = pd.read_csv(sys.argv[1])
found = extreme_bounds("event ~ 1 | x | z + w + v", frame, k=2)
assert "sahelkit.estimation.many.kernel" not in sys.modules
found.models.to_pickle(sys.argv[2])
"""


def test_extreme_bounds_run_without_numba(months, tmp_path):
    from sahelkit.models.bounds import extreme_bounds

    rng = np.random.default_rng(5)
    frame = months.rename(columns={"attempt": "event"}).assign(w=rng.normal(size=720), v=rng.normal(size=720))
    frame.to_csv(tmp_path / "frame.csv", index=False)
    given = [str(tmp_path / "frame.csv"), str(tmp_path / "found.pickle")]
    done = subprocess.run([sys.executable, "-c", WITHOUT_NUMBA, *given], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    expected = extreme_bounds("event ~ 1 | x | z + w + v", pd.read_csv(given[0]), k=2).models
    found = pd.read_pickle(given[1])
    pd.testing.assert_frame_equal(found, expected, rtol=EXACT, atol=1e-12)
