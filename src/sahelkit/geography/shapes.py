"""Plain geometry on the sphere and in the plane: rings of points, which of them hold a point, how far it is.

A ring is an array of shape (points, 2), longitude and latitude in degrees, whose last point is its first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sahelkit._types import Ring
from sahelkit.errors import OptionError

if TYPE_CHECKING:
    from numpy.typing import NDArray


EARTH_KM = 6371.0088
_POLYGON = re.compile(r"POLYGON \(\(([-0-9., ]+)\)\)")


def ring_wkt(ring: Ring, *, digits: int = 4) -> str:
    """Well-known text of a polygon that one ring bounds.

    Parameters
    ----------
    ring : ndarray of float, shape (points, 2)
        Longitude and latitude in degrees.
    digits : int
        Decimals to keep; four are about eleven metres.

    References
    ----------
    Open Geospatial Consortium (2011). OpenGIS Simple Features Access, part 1. https://www.ogc.org/standards/sfa/

    Examples
    --------
    >>> ring_wkt(np.array([[0.0, 0.0], [1.0, 0.0], [1.0, 0.5], [0.0, 0.0]]))
    'POLYGON ((0 0, 1 0, 1 0.5, 0 0))'
    """
    # Adding zero turns -0.0 into 0.0, so that the same point is always written the same.
    points = np.round(ring, digits) + 0.0
    return f"POLYGON (({', '.join(f'{x:.{digits + 4}g} {y:.{digits + 4}g}' for x, y in points.tolist())}))"


def wkt_ring(text: str) -> Ring:
    """Ring of a polygon without holes in well-known text.

    Raises
    ------
    OptionError
        If the text is not such a polygon.

    Examples
    --------
    >>> wkt_ring("POLYGON ((0 0, 1 0, 1 0.5, 0 0))").shape
    (4, 2)
    """
    found = _POLYGON.fullmatch(text)
    if found is None:
        raise OptionError("text", text[:40], "is not the well-known text of a polygon without holes")
    return np.array([[float(value) for value in point.split()] for point in found[1].split(", ")])


def ring_holds(ring: Ring, longitude: float, latitude: float) -> bool:
    """Say whether a point lies inside a ring, by the parity of the edges that a ray to the east crosses.

    Examples
    --------
    >>> square = np.array([[0.0, 0.0], [2.0, 0.0], [2.0, 2.0], [0.0, 2.0], [0.0, 0.0]])
    >>> ring_holds(square, 1.0, 1.0), ring_holds(square, 3.0, 1.0)
    (True, False)
    """
    (x0, y0), (x1, y1) = ring[:-1].T, ring[1:].T
    crosses = (y0 > latitude) != (y1 > latitude)
    x0, y0, x1, y1 = x0[crosses], y0[crosses], x1[crosses], y1[crosses]
    return bool(np.count_nonzero(longitude < x0 + (x1 - x0) * (latitude - y0) / (y1 - y0)) % 2)


def country_at(shapes: Mapping[str, Sequence[Ring]], longitude: float, latitude: float) -> str | None:
    """Code of the country whose outline holds a point; None when none does (the sea, or beyond the map).

    Parameters
    ----------
    shapes : mapping of str to sequence of ndarray
        Rings by country, as `sahelkit.load_map` gives them.
    longitude, latitude : float
        In degrees.
    """
    for code, rings in shapes.items():
        if any(ring_holds(ring, longitude, latitude) for ring in rings):
            return code
    return None


def distance_km(longitude: float, latitude: float, points: Ring) -> NDArray[np.float64]:
    """Great-circle distance from one point to each of several, in kilometres (haversine formula, mean Earth radius).

    Examples
    --------
    >>> round(float(distance_km(-8.002, 12.652, np.array([[1.409, 18.443]]))[0]))
    1196
    """
    lon, lat, lon0, lat0 = (np.radians(value) for value in (points[:, 0], points[:, 1], longitude, latitude))
    half = np.sin((lat - lat0) / 2) ** 2 + np.cos(lat) * np.cos(lat0) * np.sin((lon - lon0) / 2) ** 2
    return np.asarray(2 * EARTH_KM * np.arcsin(np.sqrt(half)))


def outside_km(rings: Sequence[Ring], longitude: float, latitude: float) -> float:
    """How far outside a country a point lies, in kilometres; 0 inside.

    Edges are taken as straight in a plane that touches the Earth at the point, good to a per cent over 100 km.
    """
    if any(ring_holds(ring, longitude, latitude) for ring in rings):
        return 0.0
    scale = np.array([np.cos(np.radians(latitude)), 1.0]) * np.pi / 180 * EARTH_KM
    nearest = np.inf
    for ring in rings:
        plane = (ring - np.array([longitude, latitude])) * scale
        start, step = plane[:-1], np.diff(plane, axis=0)
        length = np.maximum((step**2).sum(axis=1), 1e-12)
        along = np.clip(-(start * step).sum(axis=1) / length, 0.0, 1.0)
        nearest = min(nearest, float(np.hypot(*(start + along[:, None] * step).T).min()))
    return nearest
