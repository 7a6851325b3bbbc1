"""Cost of importing the package against importing pandas, and of loading the coups.

Run by hand: ``python -m pytest tests/benchmarks/test_import_and_load.py -o addopts= --benchmark-columns=min,median``.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

import sahelkit


def _import(name: str) -> None:
    subprocess.run([sys.executable, "-c", f"import {name}"], check=True)


@pytest.mark.benchmark(group="import in a new process (rival: pandas)")
@pytest.mark.parametrize("name", ["pandas", "sahelkit"])
def test_import(benchmark, name):
    benchmark.pedantic(_import, args=(name,), rounds=7, warmup_rounds=1)


@pytest.mark.benchmark(group="load_coups, warm")
def test_load_coups(benchmark):
    frame = benchmark(sahelkit.load_coups)
    assert len(frame) > 500


@pytest.mark.benchmark(group="load_indicators, ten series of the world")
def test_load_indicators(benchmark):
    names = list(sahelkit.codebook(dataset="indicators")["name"].loc[lambda s: s.str.contains("_")])[:10]
    frame = benchmark(sahelkit.load_indicators, indicators=names, shape="wide")
    assert len(frame) > 5_000


@pytest.mark.benchmark(group="look up a country by name")
def test_look_up(benchmark):
    assert benchmark(sahelkit.geography.places.resolve, "Côte d'Ivoire") == "CIV"
