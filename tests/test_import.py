"""Importing the package is light, and every public name exists."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import sahelkit

HEAVY = [
    "statsmodels",
    "seaborn",
    "matplotlib",
    "xarray",
    "requests",
    "scipy",
    "pooch",
    "pyarrow",
    "pandas",
    "numba",
    "sklearn",
]


def _run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_import_binds_names_only():
    code = f"""
import json, sys
touched = []
def watch(event, arguments):
    if event.startswith("socket.") or (event == "open" and not str(arguments[0]).endswith((".py", ".pyc", ".pyi"))):
        touched.append([event, str(arguments[0])])
sys.addaudithook(watch)
import sahelkit
print(json.dumps([sorted(m for m in {HEAVY!r} if m in sys.modules), touched]))
"""
    heavy, touched = json.loads(_run(code))
    assert heavy == []
    assert touched == []


def test_loading_a_table_does_not_import_the_heavy_ones():
    light = {"statsmodels", "seaborn", "matplotlib", "xarray", "requests", "scipy", "pooch", "numba"}
    code = """
import json, sys
import sahelkit
sahelkit.load_coups(countries="MLI")
print(json.dumps(sorted(sys.modules)))
"""
    assert light & set(json.loads(_run(code))) == set()


@pytest.mark.parametrize("name", sahelkit.__all__)
def test_public_name_exists(name):
    assert getattr(sahelkit, name).__doc__


def test_names_stay_what_they_are_after_their_rooms_are_imported():
    code = """
import importlib, pkgutil, sahelkit
for module in pkgutil.walk_packages(sahelkit.__path__, "sahelkit."):
    if "_share" not in module.name and not module.name.endswith("__main__"):
        importlib.import_module(module.name)
for name in ("panel", "coverage", "datasets", "codebook", "cite", "fetch", "licences"):
    assert callable(getattr(sahelkit, name)), name
print("fine")
"""
    assert _run(code).strip() == "fine"


def test_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'load_coop'"):
        sahelkit.load_coop  # noqa: B018
