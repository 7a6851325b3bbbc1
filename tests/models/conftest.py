"""Reference values and small panels shared by the tests of the models."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="session")
def reference(reference_dir):
    """Reference cases by their id; ``reference("firth.sex2")`` gives the case."""
    cases = {case["id"]: case for case in json.loads((reference_dir / "reference_values.json").read_text("utf-8"))}
    return cases.__getitem__


@pytest.fixture
def months():
    """Six countries by 120 months with about 40 events; x is binary, z continuous."""
    rng = np.random.default_rng(7)
    codes = ["BFA", "CIV", "GIN", "MLI", "NER", "SEN"]
    periods = pd.period_range("2000-01", periods=120, freq="M")
    index = pd.MultiIndex.from_product([codes, periods], names=["iso3", "period"])
    frame = pd.DataFrame(index=index).reset_index()
    frame["x"] = rng.integers(0, 2, len(frame))
    frame["z"] = rng.normal(size=len(frame))
    frame["attempt"] = (rng.random(len(frame)) < 0.04 + 0.04 * frame["x"]).astype(int)
    return frame
