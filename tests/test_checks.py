"""Lint, format, types and declared dependencies are part of the tests."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize(
    "command",
    [
        ["ruff", "check", "src", "tests", "datasets"],
        ["ruff", "format", "--check", "src", "tests", "datasets"],
        ["mypy"],
        ["deptry", "."],
    ],
    ids=["lint", "format", "types", "dependencies"],
)
def test_code_is_clean(command):
    done = subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_file_has_outgrown_one_subject():
    long = {
        str(path.relative_to(ROOT)): count
        for folder in ("src", "tests", "datasets")
        for path in (ROOT / folder).rglob("*.py")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > 400
    }
    assert long == {}
