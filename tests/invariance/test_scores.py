"""Scores do not depend on the order of the rows, the type of the numbers, or the unit of the weights."""

from __future__ import annotations

import inspect
from dataclasses import is_dataclass

import numpy as np
import pandas as pd
import pytest

from sahelkit import evaluate

RNG = np.random.default_rng(2)
CHANCE = RNG.uniform(0.02, 0.6, 160)
HAPPENED = (RNG.random(160) < CHANCE).astype(int)
WEIGHTS = RNG.uniform(0.5, 3.0, 160)
# Ties too: most forecasts are shared by several rows.
CHANCE = CHANCE.round(2)
ORDER = RNG.permutation(160)

PUBLIC = {
    name: function
    for name, function in {name: getattr(evaluate, name) for name in evaluate.__all__}.items()
    if inspect.isfunction(function) and {"happened", "probability"} <= set(inspect.signature(function).parameters)
}
WEIGHTED = [name for name, function in PUBLIC.items() if "sample_weight" in inspect.signature(function).parameters]
TYPES = {
    "lists": list,
    "rows with odd labels": lambda a: pd.Series(a, index=np.zeros(len(a), dtype=int)),
    "nullable": lambda a: pd.Series(a, dtype="Int64" if a.dtype.kind in "iu" else "Float64"),
    "Arrow": lambda a: pd.Series(a, dtype="int64[pyarrow]" if a.dtype.kind in "iu" else "double[pyarrow]"),
    "objects": lambda a: pd.Series(a, dtype=object),
}


def _numbers(found: object) -> np.ndarray:
    if isinstance(found, pd.DataFrame):
        return found.select_dtypes("number").to_numpy(float)
    if is_dataclass(found):
        return np.array([value for value in vars(found).values() if isinstance(value, float)])
    return np.asarray(found, dtype=float)


def _score(name: str, happened=HAPPENED, chance=CHANCE, **options) -> np.ndarray:
    if "base_rate" in inspect.signature(PUBLIC[name]).parameters:
        options.setdefault("base_rate", 0.3)
    return _numbers(PUBLIC[name](happened, chance, **options))


def test_every_score_is_here():
    assert len(PUBLIC) >= 9
    assert len(WEIGHTED) >= 3


@pytest.mark.parametrize("name", PUBLIC)
def test_the_order_of_the_rows(name):
    found, expected = _score(name, HAPPENED[ORDER], CHANCE[ORDER]), _score(name)
    if found.shape == (160,):  # one number a row
        expected = expected[ORDER]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("name", PUBLIC)
def test_the_type_of_the_numbers(name, kind):
    change = TYPES[kind]
    np.testing.assert_allclose(_score(name, change(HAPPENED), change(CHANCE)), _score(name), rtol=1e-12)


@pytest.mark.parametrize("constant", [1e-8, 1e8])
@pytest.mark.parametrize("name", WEIGHTED)
def test_the_unit_of_the_weights(name, constant):
    found = _score(name, sample_weight=WEIGHTS * constant)
    np.testing.assert_allclose(found, _score(name, sample_weight=WEIGHTS), rtol=1e-9)
