"""Restricted cubic splines against their defining properties."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import OptionError
from sahelkit.estimation.splines import restricted_cubic_spline, spline_knots

KNOTS = [2.0, 10.0, 25.0, 60.0]


def _basis(x):
    return restricted_cubic_spline(pd.Series(x), knots=KNOTS).to_numpy()


def test_straight_beyond_the_outer_knots():
    for x in (np.linspace(-20, 2, 30), np.linspace(60, 200, 30)):
        assert np.abs(np.diff(_basis(x), n=2, axis=0)).max() < 1e-9


def test_smooth_at_every_knot():
    step = 1e-4
    for knot in KNOTS:
        left, here, right = (_basis([knot + d * step])[0] for d in (-1, 0, 1))
        assert (right - 2 * here + left) / step**2 == pytest.approx(
            (_basis([knot + 2 * step])[0] - 2 * right + here) / step**2, abs=1e-3
        )


def test_cubic_between_knots_and_spans_all_such_curves():
    x = np.linspace(2, 60, 200)
    inner = _basis(x[(x > 10) & (x < 25)])
    assert np.abs(np.diff(inner, n=4, axis=0)).max() < 1e-9
    assert np.linalg.matrix_rank(np.column_stack([np.ones(200), _basis(x)])) == 4


def test_na_stays_na_and_the_index_is_kept():
    out = restricted_cubic_spline(pd.Series([1.0, np.nan, 30.0], index=[5, 6, 7]), knots=KNOTS, name="gap")
    assert out.columns.tolist() == ["gap1", "gap2", "gap3"]
    assert out.index.tolist() == [5, 6, 7]
    assert out.isna().all(axis=1).tolist() == [False, True, False]


def test_knots_lie_at_harrells_quantiles():
    assert spline_knots(pd.Series(np.arange(1001.0)), knots=5) == pytest.approx((50, 275, 500, 725, 950))


@pytest.mark.parametrize(
    ("knots", "message"),
    [(2, "3 to 7 knots"), (9, "3 to 7 knots"), ([1.0, 1.0, 2.0], "knots that rise"), ([0.0, 1.0], "at least 3 knots")],
)
def test_bad_knots_are_named(knots, message):
    with pytest.raises(OptionError, match=message):
        restricted_cubic_spline(pd.Series(np.arange(50.0)), knots=knots)
    with pytest.raises(OptionError, match="too alike"):
        spline_knots(pd.Series([1.0] * 50))
