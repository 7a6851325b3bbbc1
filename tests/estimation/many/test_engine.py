"""Chunks, folders and processes change nothing in the numbers; a folder is resumed or refused, never mixed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import OptionError, OutputError
from sahelkit.estimation.many import engine
from sahelkit.estimation.many.engine import run
from sahelkit.estimation.many.plan import Plan
from sahelkit.estimation.many.progress import watched


def make(*, models=230, seed=1, keep=()):
    rng = np.random.default_rng(seed)
    n = 400
    groups = np.repeat(np.arange(8), 50)
    pool = np.column_stack([np.ones(n), rng.normal(size=(n, 12)), *((groups == g) * 1.0 for g in range(1, 8))])
    outcome = (rng.random(n) < 0.25).astype(float)
    pool[:, 12] = 0.0
    pool[np.flatnonzero(outcome > 0)[:3], 12] = 1.0  # separates
    rows = np.full((models, 5), -1)
    for row in rows:
        size = rng.integers(1, 5)
        row[: size + 1] = [0, *rng.choice(np.arange(1, 13), size, replace=False)]
    names = ("1", *(f"x{i}" for i in range(1, pool.shape[1])))
    sets = ((), tuple(range(13, 20)))
    return Plan(pool, names, outcome, groups, rows, rng.integers(0, 2, models), sets, rng.integers(0, 2, models), keep)


@pytest.fixture(scope="module")
def plan():
    return make()


@pytest.fixture(scope="module")
def expected(plan):
    return run(plan, n_jobs=1).to_frame()


def same(found, expected):
    pd.testing.assert_frame_equal(found, expected, check_exact=True, check_categorical=False)


def test_chunks_processes_and_folders_give_the_same_bits(plan, expected, tmp_path):
    assert expected["model"].to_list() == list(range(230))
    assert 0 < expected["separated"].sum() < 115
    same(run(plan, n_jobs=1, chunk=7).to_frame(), expected)
    same(run(plan, n_jobs=2, chunk=50).to_frame(), expected)
    same(run(plan, n_jobs=2, chunk=50, folder=tmp_path / "deep" / "run").to_frame(), expected)


def test_a_folder_opens_lazily(plan, expected, tmp_path):
    table = run(plan, n_jobs=1, chunk=50, folder=tmp_path)
    assert len(table) == 230
    assert len(table.dataset.files) == 5
    import pyarrow.dataset as ds

    few = table.dataset.to_table(columns=["coef"], filter=ds.field("separated")).to_pandas()
    assert few["coef"].to_list() == expected.loc[expected["separated"], "coef"].to_list()
    assert table.to_frame(["model", "link"])["link"].to_list() == expected["link"].to_list()


def test_kept_columns_are_lists(plan):
    columns = run(make(keep=("columns",)), n_jobs=1).to_frame()["columns"]
    sets = [[*row[row >= 0], *plan.effect_sets[number]] for row, number in zip(plan.models, plan.effects, strict=True)]
    assert [list(row) for row in columns] == sets


class InterruptedRunError(Exception):
    pass


def test_an_interrupted_run_goes_on_and_loses_one_chunk_at_most(plan, expected, tmp_path, monkeypatch):
    honest, done = engine.fit_chunk, []

    def interrupted(shared, piece, keep):
        if len(done) == 3:
            raise InterruptedRunError
        done.append(piece.number)
        return honest(shared, piece, keep)

    monkeypatch.setattr(engine, "fit_chunk", interrupted)
    with pytest.raises(InterruptedRunError):
        run(plan, n_jobs=1, chunk=30, folder=tmp_path)
    kept = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("part-*.parquet")}
    assert len(kept) >= 2  # of three finished chunks
    done.clear()
    done.extend([-1] * 100)
    monkeypatch.setattr(engine, "fit_chunk", lambda *given: (done.append(given[1].number), honest(*given))[1])
    same(run(plan, n_jobs=1, chunk=30, folder=tmp_path).to_frame(), expected)
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("part-*.parquet") if path.name in kept} == kept
    assert len(done) - 100 == 8 - len(kept)


def test_a_killed_process_leaves_whole_chunks_only(plan, expected, tmp_path):
    code = f"""
import os, signal, sys
sys.path.insert(0, {os.path.dirname(__file__)!r})
from test_engine import make
from sahelkit.estimation.many import engine, storage
honest = storage.Folder.write
def dying(self, number, columns):
    if number == 3:
        (self.path / ".part-000003.parquet.1").write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGKILL)
    honest(self, number, columns)
storage.Folder.write = dying
engine.run(make(), n_jobs=1, chunk=30, folder={str(tmp_path)!r})
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr
    assert len(list(tmp_path.glob("part-*.parquet"))) == 3
    same(run(plan, n_jobs=1, chunk=30, folder=tmp_path).to_frame(), expected)


def test_a_finished_run_is_read_not_repeated(plan, expected, tmp_path, monkeypatch):
    run(plan, n_jobs=1, folder=tmp_path)
    monkeypatch.setattr(engine, "prepare", None)
    same(run(plan, n_jobs=1, folder=tmp_path).to_frame(), expected)


def _other(plan, **changes):
    parts = {name: getattr(plan, name) for name in plan.__dataclass_fields__}
    return Plan(**parts | changes)


def test_the_folder_of_another_run_is_refused_with_the_difference(plan, tmp_path):
    run(plan, n_jobs=1, chunk=200, folder=tmp_path)
    for other, chunk, difference in [
        (make(models=20), 200, "number of models 230 there, 20 here"),
        (_other(plan, outcome=1 - plan.outcome), 200, "another run: other outcome. Choose"),
        (_other(plan, pool=plan.pool * 1.0000001 - 1e-7 * (plan.pool == 1)), 200, "another run: other pool. "),
        (_other(plan, models=plan.models[::-1]), 200, "another run: other models. "),
        (_other(plan, link=1 - plan.link), 200, "another run: other links. "),
        (_other(plan, names=plan.names[::-1]), 200, "another run: other names of columns. "),
        (_other(plan, keep=("columns",)), 200, r"keep \[\] there, \['columns'\] here"),
        (plan, 100, "chunk 200 there, 100 here"),
    ]:
        with pytest.raises(OutputError, match=difference):
            run(other, n_jobs=1, chunk=chunk, folder=tmp_path)
    assert len(run(plan, n_jobs=1, chunk=200, folder=tmp_path)) == 230


def test_folders_that_are_no_folder_of_a_run_are_refused(plan, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"it holds no run but other files, e.g. 'chapter.txt'"):
        run(plan, n_jobs=1, folder=tmp_path / "thesis")
    with pytest.raises(OutputError, match=r"cannot write .*chapter.txt.*Choose a folder that you may write"):
        run(plan, n_jobs=1, folder=tmp_path / "thesis" / "chapter.txt")
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "plan.json").write_text("{")
    with pytest.raises(OutputError, match=r"plan.json cannot be read"):
        run(plan, n_jobs=1, folder=tmp_path / "broken")


def test_a_folder_that_may_not_be_written_is_refused(plan, tmp_path, monkeypatch):
    def denied(self, content):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr("pathlib.Path.write_bytes", denied)  # root may write everywhere
    with pytest.raises(OutputError, match=r"the results of the models go there, but permission denied"):
        run(plan, n_jobs=1, folder=tmp_path)


def test_a_disk_that_fills_up_keeps_the_chunks_before(plan, expected, tmp_path, monkeypatch):
    from pathlib import Path

    honest = Path.write_bytes

    def full(self, content):
        if "part-000002" in self.name:
            raise OSError(28, "No space left on device")
        return honest(self, content)

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.write_bytes", full)
        with pytest.raises(OutputError, match=r"no space left on device. The chunks before are kept.*to go on"):
            run(plan, n_jobs=1, chunk=30, folder=tmp_path)
    assert sorted(json.loads((tmp_path / "plan.json").read_text()))[0] == "chunk"
    same(run(plan, n_jobs=1, chunk=30, folder=tmp_path).to_frame(), expected)


@pytest.mark.parametrize("chunk", [0, -1, 2.5, True])
def test_bad_chunk(plan, chunk):
    with pytest.raises(OptionError, match="whole number of at least 1"):
        run(plan, chunk=chunk)


def test_progress_shows_rate_and_time_left(capsys):
    with watched("models", total=100, done=40, wanted=True) as tell:
        for _ in range(3):
            time.sleep(0.01)
            tell(10)
    shown = capsys.readouterr().err
    assert "70/100" in shown
    assert "models/s" in shown
    assert "time left" in shown
    with watched("models", total=100, wanted=False) as tell:
        tell(30)
    assert capsys.readouterr().err == ""


def test_compilation_does_without_a_folder_to_keep_code(tmp_path):
    """A package folder and a user's cache that nobody may write: compile in memory, do not crash."""
    code = """
import sys, sahelkit.models.bounds
assert "numba" not in sys.modules  # imported where it is used
import numba.core.caching as caching
caching.CacheImpl._locator_classes = []
from sahelkit.estimation.many.arithmetic import exp
print(exp(0.0))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "1.0", done.stderr
