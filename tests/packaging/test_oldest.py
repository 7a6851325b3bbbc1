"""The package works with the oldest dependencies that it allows.

Not part of the default run, since it installs a second environment: ``python -m pytest -m oldest``.
"""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ROOMS = [
    *("build", "catalog", "datasets", "estimation", "evaluate", "events", "exposure", "formats", "geography"),
    *("models", "panels", "plots", "record", "results", "store", "tables"),
]


@pytest.mark.oldest
def test_tests_pass_on_the_oldest_dependencies(tmp_path):
    venv.create(tmp_path / "old", with_pip=True)
    python = tmp_path / "old" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = [str(python), "-m", "pip", "install", "--quiet", "--editable", f"{ROOT}[test]"]
    install += ["--constraint", str(ROOT / "tests/packaging/oldest.txt")]
    done = subprocess.run(install, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    run = [str(python), "-m", "pytest", "-m", "not (install or slow or oldest)", "-p", "no:cacheprovider"]
    run += ["-n", "auto", "--dist", "loadfile"]
    run += [f"tests/{room}" for room in ROOMS if (ROOT / "tests" / room).exists()]
    # Tables are rebuilt, to the byte, with current dependencies only; users do not build them.
    run += ["--ignore", "tests/datasets/test_rebuilds.py"]
    tested = subprocess.run(run, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, check=False)
    assert tested.returncode == 0, tested.stdout[-4000:] + tested.stderr[-2000:]
