"""Standing within a group against scipy and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import MissingColumnsError
from sahelkit.record.standing import standing


def _values(numbers):
    return pd.DataFrame({"iso3": [f"C{i}" for i in range(len(numbers))], "column": "x", "value": numbers, "year": 2010})


def test_percentile_is_the_share_of_others_that_are_better_off():
    from scipy.stats import percentileofscore

    numbers = np.round(np.random.default_rng(4).normal(size=54), 1)
    found = standing(_values(numbers), higher_is_worse={"x": True})["percentile"]
    for i, value in enumerate(numbers):
        others = np.delete(numbers, i)
        assert found[i] == pytest.approx(percentileofscore(others, value, kind="mean"))


def test_direction_turns_the_scale():
    up = standing(_values([1.0, 2.0, 5.0]), higher_is_worse={"x": True})["percentile"]
    down = standing(_values([1.0, 2.0, 5.0]), higher_is_worse={"x": False})["percentile"]
    assert (up + down).tolist() == [100.0, 100.0, 100.0]


def test_unknown_stays_unknown_and_does_not_count():
    table = standing(_values([1.0, np.nan, 3.0]), higher_is_worse={"x": True})
    assert np.isnan(table["percentile"][1])
    assert table["n"].tolist() == [2, 2, 2]
    assert table["percentile"].dropna().tolist() == [0.0, 100.0]


def test_one_country_has_no_standing():
    assert standing(_values([1.0]), higher_is_worse={"x": True})["percentile"].isna().all()


def test_missing_column_is_named():
    with pytest.raises(MissingColumnsError, match="'year'"):
        standing(_values([1.0]).drop(columns="year"), higher_is_worse={"x": True})
