"""The box search finds the minimum also where rounding flattens its idea of the curvature."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from sahelkit.estimation.hawkes import search


def _valley(x):
    """Rosenbrock's function: a bent valley."""
    value = (1 - x[0]) ** 2 + 100 * (x[1] - x[0] ** 2) ** 2
    slope = np.array([-2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] ** 2), 200 * (x[1] - x[0] ** 2)])
    return float(value), slope


@pytest.mark.parametrize("high", [[0.5, 2.0], [3.0, 3.0]])
def test_agrees_with_scipy(high):
    low = np.array([-2.0, -2.0])
    best = minimize(_valley, [-1.2, 1.0], jac=True, method="L-BFGS-B", bounds=list(zip(low, high, strict=True)))
    point, value = search.descend(_valley, np.array([-1.2, 1.0]), low, np.array(high), np.eye(2), steps=500)
    assert value == pytest.approx(best.fun, abs=1e-8)
    assert point == pytest.approx(best.x, abs=1e-4)


def test_a_flattened_shape_starts_anew(monkeypatch):
    real, calls = search._updated, []

    def flat_once(shape, step, change):
        calls.append(1)
        return np.zeros_like(shape) if len(calls) == 2 else real(shape, step, change)

    monkeypatch.setattr(search, "_updated", flat_once)
    point, _ = search.descend(_valley, np.array([-1.2, 1.0]), np.full(2, -5.0), np.full(2, 5.0), np.eye(2), steps=500)
    assert point == pytest.approx([1.0, 1.0], abs=1e-4)
    assert len(calls) > 2
