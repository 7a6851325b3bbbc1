"""CORP against published values and a brute-force isotonic fit; bands against simulation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import OptionError
from sahelkit.evaluate import corp, recalibrated, reliability_curve


@pytest.mark.reference
@pytest.mark.parametrize("model", ["Logistic", "EMOS"])
def test_decomposition_of_rain_forecasts_at_niamey(model, reference, reference_dir):
    case = reference("calib.corp")
    rows = pd.read_csv(reference_dir / case["data"])
    parts = corp(rows["obs"], rows[model])
    found = [parts.mean, parts.miscalibration, parts.discrimination, parts.uncertainty]
    np.testing.assert_allclose(found, case["expected"][model], atol=case["tol"])


def test_parts_add_up_and_are_not_negative():
    rng = np.random.default_rng(0)
    p = rng.random(400) * 0.3
    parts = corp((rng.random(400) < p).astype(float), p)
    assert parts.mean == pytest.approx(parts.miscalibration - parts.discrimination + parts.uncertainty, rel=1e-12)
    assert min(parts.miscalibration, parts.discrimination, parts.uncertainty) >= 0


def test_isotonic_fit_is_the_minimax_of_block_means():
    """Closed form: the largest, over starts up to a row, of the smallest mean of the runs from there to or past it."""
    rng = np.random.default_rng(1)
    p = np.sort(rng.choice(np.arange(12) / 12, 30))
    y = (rng.random(30) < p).astype(float)
    given = np.unique(p)
    for value, fitted in zip(p, recalibrated(y, p), strict=True):
        best = max(
            min(y[(p >= low) & (p <= high)].mean() for high in given[given >= value]) for low in given[given <= value]
        )
        assert fitted == pytest.approx(best)


def test_equal_forecasts_have_equal_values():
    fitted = recalibrated([1, 0, 0, 1], [0.2, 0.2, 0.2, 0.9])
    assert fitted.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 1.0])


def test_a_calibrated_forecast_lies_in_its_band_about_as_often_as_promised():
    rng = np.random.default_rng(3)
    p = rng.integers(1, 20, 1500) / 100
    inside = []
    for _ in range(25):
        y = (rng.random(len(p)) < p).astype(float)
        curve = reliability_curve(y, p, replicates=120)
        inside.append(curve["observed"].between(curve["low"], curve["high"]).mean())
    assert np.mean(inside) == pytest.approx(0.9, abs=0.05)


def test_an_overconfident_forecast_leaves_the_band():
    rng = np.random.default_rng(4)
    p = rng.integers(1, 10, 3000) / 10
    curve = reliability_curve((rng.random(3000) < 0.5 * p).astype(float), p, replicates=200)
    assert (curve["observed"] < curve["low"]).mean() > 0.7
    assert curve["n"].sum() == 3000


def test_unknown_outcomes_are_refused():
    with pytest.raises(OptionError, match="unknown outcomes in 1 of 2 rows"):
        corp([np.nan, 1], [0.1, 0.2])
