"""What a user gets: the wheel, installed in a clean environment, works with no network."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from sahelkit.catalog import records

ROOT = Path(__file__).resolve().parents[2]
MAX_BYTES = 15_000_000

LOAD_ALL = """
import socket, sys
def refuse(*arguments):
    raise RuntimeError("the network was asked for")
socket.socket.connect = refuse
socket.getaddrinfo = refuse
import pathlib
import sahelkit
from sahelkit.catalog import records
from sahelkit.tables.read import read_table
assert "_share" in str(next(iter(records().values())).folder), records()
for name, record in records().items():
    for table in record.tables:
        if not table.file.endswith(".geojson"):
            frame = read_table(name, table.name)
            assert len(frame), (name, table.name)
assert len(sahelkit.load_coups(countries="Mali", rule="powell_thyne")) == 8
assert sahelkit.cite(style="bibtex").startswith("@")
print("loaded", sum(len(record.tables) for record in records().values()), "tables")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (built,) = folder.glob("*.whl")
    return built


@pytest.mark.install
def test_wheel_is_small_and_carries_everything(wheel):
    assert wheel.stat().st_size < MAX_BYTES
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "sahelkit/py.typed",
        "sahelkit/cli.py",
        "sahelkit/geography/code_systems.csv",
        "sahelkit/_share/datasets/registry.txt",
    } <= names
    assert "sahelkit/_share/notebooks/findings.toml" in names
    assert "sahelkit/_share/notebooks/00_quickstart.ipynb" in names
    for name, record in records().items():
        for file in ("record.toml", *(table.file for table in record.tables)):
            assert f"sahelkit/_share/datasets/{name}/{file}" in names
    assert not [name for name in names if "__pycache__" in name or name.startswith("tests/")]


@pytest.mark.install
def test_wheel_loads_every_dataset_without_network(wheel, tmp_path):
    import venv

    venv.create(tmp_path / "clean", with_pip=True)
    python = tmp_path / "clean" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    install = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", str(wheel)], capture_output=True, text=True, check=False
    )
    assert install.returncode == 0, install.stderr
    done = subprocess.run(
        [str(python), "-I", "-c", LOAD_ALL], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("loaded ")
