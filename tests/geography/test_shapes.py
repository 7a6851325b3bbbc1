"""Plane and spherical geometry against closed forms and against matplotlib's own test of points in a path."""

from __future__ import annotations

import numpy as np
import pytest
from matplotlib.path import Path

from sahelkit.errors import OptionError
from sahelkit.geography import shapes

SQUARE = np.array([[0.0, 10.0], [2.0, 10.0], [2.0, 12.0], [0.0, 12.0], [0.0, 10.0]])
QUARTER_KM = np.pi / 2 * shapes.EARTH_KM


def test_a_ring_survives_being_written_and_read():
    ring = np.array([[-12.28004, 24.99996], [4.2, -0.00001], [0.5, 0.25], [-12.28004, 24.99996]])
    text = shapes.ring_wkt(ring)
    assert text == "POLYGON ((-12.28 25, 4.2 0, 0.5 0.25, -12.28 25))"
    assert shapes.wkt_ring(text) == pytest.approx(np.round(ring, 4))


@pytest.mark.parametrize("text", ["POLYGON ((0 0, 1 1), (0 0, 1 1))", "POINT (1 2)", "POLYGON ((0 0, 1 x))"])
def test_other_geometry_is_refused(text):
    with pytest.raises(OptionError, match="is not the well-known text of a polygon without holes"):
        shapes.wkt_ring(text)


def test_points_inside_are_those_that_matplotlib_finds_inside():
    rng = np.random.default_rng(3)
    angles = np.sort(rng.uniform(0, 2 * np.pi, 40))
    star = np.column_stack([np.cos(angles), np.sin(angles)]) * rng.uniform(0.3, 1.0, 40)[:, None]
    star = np.vstack([star, star[:1]])
    points = rng.uniform(-1, 1, (2000, 2))
    ours = [shapes.ring_holds(star, *point) for point in points]
    assert ours == Path(star).contains_points(points).tolist()
    assert 200 < sum(ours) < 1800


def test_country_of_a_point():
    countries = {"AAA": [SQUARE], "BBB": [np.add(SQUARE, (2.0, 0.0)), np.add(SQUARE, (10.0, 0.0))]}
    assert shapes.country_at(countries, 1.0, 11.0) == "AAA"
    assert shapes.country_at(countries, 11.0, 11.0) == "BBB"
    assert shapes.country_at(countries, 1.0, 13.0) is None


def test_distance_on_the_sphere():
    found = shapes.distance_km(0.0, 0.0, np.array([[90.0, 0.0], [0.0, 90.0], [180.0, 0.0], [0.0, 0.0]]))
    assert found == pytest.approx([QUARTER_KM, QUARTER_KM, 2 * QUARTER_KM, 0.0])


def test_distance_outside_is_nought_inside_and_that_to_the_nearest_edge_outside():
    assert shapes.outside_km([SQUARE], 1.0, 11.0) == 0.0
    degree = QUARTER_KM / 90
    assert shapes.outside_km([np.add(SQUARE, (50.0, 0.0)), SQUARE], 1.0, 12.5) == pytest.approx(degree / 2, rel=1e-9)
    east = shapes.outside_km([SQUARE], 2.3, 11.0)
    assert east == pytest.approx(shapes.distance_km(2.3, 11.0, np.array([[2.0, 11.0]]))[0], rel=1e-3)
    corner = shapes.outside_km([SQUARE], 2.3, 12.4)
    assert corner == pytest.approx(shapes.distance_km(2.3, 12.4, np.array([[2.0, 12.0]]))[0], rel=0.01)
