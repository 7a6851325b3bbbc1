"""Speed of the relation; run by hand: ``pytest tests/benchmarks/test_relation.py -o addopts=``.

Targets on one core: the posterior of the 16 countries within 20 s, the matrix from it within 5 s, a what-if from it
within 1 s.
"""

from __future__ import annotations

import pytest

from sahelkit.models.relation import what_if
from sahelkit.models.relation.density import density_of, log_density
from sahelkit.models.relation.evidence import gather
from sahelkit.models.relation.matrix import matrix_of
from sahelkit.models.relation.posterior import draw_posterior
from sahelkit.models.relation.prior import Prior

FOCUS = ["MLI", "BFA", "GIN", "NER", "CIV"]


@pytest.fixture(scope="module")
def drawn():
    return draw_posterior(gather(), draws=1000)


def test_density_and_gradient_of_eight_points(benchmark):
    import numpy as np

    density = density_of(gather(), Prior())
    points = np.zeros((8, density.size))
    value, _ = benchmark(log_density, density, points)
    assert np.isfinite(value).all()


def test_posterior(benchmark):
    found = benchmark.pedantic(lambda: draw_posterior(gather(), draws=1000), rounds=2)
    assert len(found) > 900
    assert benchmark.stats["min"] <= 20.0


def test_matrix_from_the_posterior(benchmark, drawn):
    found = benchmark.pedantic(lambda: matrix_of(drawn, FOCUS, FOCUS, (12, 24, 36)), rounds=3)
    assert found.values.shape[:3] == (5, 5, 3)
    assert benchmark.stats["min"] <= 5.0


def test_what_if_from_the_posterior(benchmark):
    what_if("MLI", "2012-03-22")
    found = benchmark.pedantic(lambda: what_if("MLI", "2012-03-22"), rounds=3)
    assert len(found.targets) == 4
    assert benchmark.stats["min"] <= 1.0
