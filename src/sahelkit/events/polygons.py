"""Which of a user's own polygons a place lies in: GeoJSON in, names out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Cells, Floats
from sahelkit.errors import MissingExtraError, OptionError, UnknownNameError

_NAMES = ("name", "shapename", "name_1", "adm1_en", "adm1_fr", "adm1_name", "admin1name", "nom")
_DEGREES = ("crs84", "4326")
_SLIVER = 0.01  # of the smaller of two polygons; lines that were drawn twice never meet exactly


@dataclass(frozen=True)
class Polygons:
    """Named polygons on the map, read by `read_polygons`.

    Attributes
    ----------
    names : tuple of str
        One for each place, in the order of the file.
    notes : tuple of str
        What was mended on reading.
    """

    names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    shapes: Cells = field(default_factory=lambda: np.array([], dtype=object), repr=False)

    def locate(self, latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> Cells:
        """Name of the polygon in which each place lies.

        A polygon holds its border; a place on the border of two belongs to the one that stands first in the file. Each
        place is looked up once, however many events it has.

        Parameters
        ----------
        latitude, longitude : array of float, shape (n,)
            Degrees; NaN where unknown.

        Returns
        -------
        array of object, shape (n,)
            Names; None outside all polygons, and where a coordinate is unknown.

        Raises
        ------
        OptionError
            If no place lies in a polygon while most would with latitude and longitude swapped.

        Examples
        --------
        >>> square = {"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 2], [0, 2], [0, 0]]]}
        >>> feature = {"type": "Feature", "properties": {"name": "Here"}, "geometry": square}
        >>> read_polygons({"type": "FeatureCollection", "features": [feature]}).locate([1, 2, 3], [1, 0, 1])
        array(['Here', 'Here', None], dtype=object)
        """
        north, east = np.asarray(latitude, dtype=np.float64), np.asarray(longitude, dtype=np.float64)
        known = ~np.isnan(north + east)
        codes, places = pd.factorize(east[known] + 1j * north[known])
        x, y = np.real(places), np.imag(places)
        inside = self._first(x, y)
        if len(inside) and not (inside >= 0).any():
            swapped = float((self._first(y, x) >= 0).mean())
            if swapped > 0.5:
                why = f"no place lies in a polygon, and {swapped:.0%} would with latitude and longitude swapped"
                repair = "Swap the two, in the events or in the polygons (GeoJSON writes the longitude first)"
                raise OptionError("polygons", f"{len(self.names)} polygons", why, repair=repair)
        found = np.full(north.shape, None, dtype=object)
        found[known] = np.array([*self.names, None], dtype=object)[inside[codes]]
        return found

    def _first(self, x: Floats, y: Floats) -> npt.NDArray[np.intp]:
        """Position of the first polygon that holds each point, -1 for none."""
        import shapely

        order = np.argsort(x)
        across = x[order]
        found = np.full(len(x), -1, dtype=np.intp)
        for position, (shape, (west, south, east, north)) in enumerate(
            zip(self.shapes, shapely.bounds(self.shapes), strict=True)
        ):
            near = order[np.searchsorted(across, west) : np.searchsorted(across, east, side="right")]
            near = near[(y[near] >= south) & (y[near] <= north) & (found[near] < 0)]
            found[near[shapely.intersects_xy(shape, x[near], y[near])]] = position
        return found


def read_polygons(source: str | Path | Mapping[str, Any], *, name: str | None = None) -> Polygons:
    """Read polygons with names, of administrative areas, ethnic homelands, mandates of missions ...

    Parameters
    ----------
    source : path or mapping
        A GeoJSON file, or what ``json.load`` makes of it: a FeatureCollection of Polygons and MultiPolygons (holes are
        outside), in degrees, longitude first.
    name : str, optional
        Property that holds the name; absent: ``name``, ``shapeName``, ``NAME_1`` and the like. Features of one name are
        one place.

    Returns
    -------
    Polygons

    Raises
    ------
    OptionError
        If it is no such file, a coordinate lies outside the map (swapped, or in metres), or two places overlap.
    UnknownNameError
        If the features have no such property.
    MissingExtraError
        If shapely is not installed.

    Examples
    --------
    >>> ring = [[-12, 10], [-4, 10], [-4, 16], [-12, 16], [-12, 10]]
    >>> west = {"type": "Polygon", "coordinates": [ring]}
    >>> area = {"type": "Feature", "properties": {"nom": "Ouest"}, "geometry": west}
    >>> read_polygons({"type": "FeatureCollection", "features": [area]}).names
    ('Ouest',)
    """
    if find_spec("shapely") is None:
        raise MissingExtraError("finding places in polygons", "events", "shapely")
    import shapely

    what, features = _features(source)
    key = _name_property(features, name)
    by_name: dict[str, list[Any]] = {}
    mended = 0
    for number, feature in enumerate(features, start=1):
        where = f"feature {number:,} of {len(features):,}"
        label = (feature.get("properties") or {}).get(key)
        if label is None or not str(label).strip():
            raise OptionError("polygons", what, f"{key!r} is empty", row=where, repair="Give each polygon a name")
        shape = _shape(feature, what, where)
        if not shapely.is_valid(shape):
            shape, mended = shapely.make_valid(shape), mended + 1
        by_name.setdefault(str(label).strip(), []).append(shape)
    shapes = np.array([shapely.union_all(parts) if len(parts) > 1 else parts[0] for parts in by_name.values()], object)
    names = tuple(by_name)
    _refuse_overlaps(names, shapes, what)
    shapely.prepare(shapes)
    note = f"{mended} polygon{'s' if mended > 1 else ''} crossed {'themselves' if mended > 1 else 'itself'}: mended"
    return Polygons(names, (note,) if mended else (), shapes)


def _features(source: str | Path | Mapping[str, Any]) -> tuple[str, list[Mapping[str, Any]]]:
    """The features, and a name of the source for messages."""
    what = "mapping"
    if isinstance(source, str | Path):
        what, path = str(source), Path(source).expanduser()
        if not path.is_file():
            raise OptionError("polygons", what, "there is no such file", repair="Give the path of a GeoJSON file")
        try:
            read = json.loads(path.read_text(encoding="utf-8-sig"))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            repair = "Make one: ogr2ogr -t_srs EPSG:4326 polygons.geojson FILE"
            raise OptionError("polygons", what, f"it is no GeoJSON ({error})", repair=repair) from None
    else:
        read = source
    if not isinstance(read, Mapping) or read.get("type") not in ("FeatureCollection", "Feature"):
        kind = read.get("type") if isinstance(read, Mapping) else type(read).__name__
        repair = "Give a FeatureCollection whose features have a name among their properties"
        raise OptionError("polygons", what, f"it is {kind!r} and no FeatureCollection", repair=repair)
    crs = str(((read.get("crs") or {}).get("properties") or {}).get("name", "CRS84")).casefold()
    if not crs.endswith(_DEGREES):
        repair = "Write it in degrees: ogr2ogr -t_srs EPSG:4326 polygons.geojson FILE"
        raise OptionError("polygons", what, f"its coordinates are those of {crs!r}", repair=repair)
    features = [read] if read["type"] == "Feature" else list(read.get("features") or ())
    if not features:
        raise OptionError("polygons", what, "it has no feature", repair="Give a file with polygons")
    return what, features


def _name_property(features: list[Mapping[str, Any]], name: str | None) -> str:
    there: list[str] = list(dict.fromkeys(key for feature in features for key in (feature.get("properties") or {})))
    if name is None:
        plain = {key.casefold(): key for key in reversed(there)}
        found = next((plain[known] for known in _NAMES if known in plain), None)
        if found is None:
            raise OptionError(
                "name",
                None,
                f"which property holds the names? There are {', '.join(map(repr, there))}",
                repair=f"Type name={(there or ['name'])[0]!r}",
            )
        return found
    if name not in there:
        raise UnknownNameError("property of the polygons", name, there)
    return name


def _shape(feature: Mapping[str, Any], what: str, where: str) -> Any:
    import shapely
    import shapely.geometry

    geometry = feature.get("geometry") or {}
    if geometry.get("type") not in ("Polygon", "MultiPolygon"):
        why = f"its geometry is {geometry.get('type')!r}, no polygon"
        raise OptionError("polygons", what, why, row=where, repair="Leave out what is no polygon")
    try:
        shape = shapely.geometry.shape(geometry)
    except (ValueError, TypeError, IndexError, shapely.errors.ShapelyError) as error:
        raise OptionError("polygons", what, f"a ring cannot be read ({error})", row=where) from None
    if shape.is_empty:
        raise OptionError("polygons", what, "the polygon is empty", row=where, repair="Leave it out")
    west, south, east, north = shape.bounds
    if max(abs(west), abs(east)) > 180.001 or max(abs(south), abs(north)) > 90.001:
        swapped = max(abs(west), abs(east)) <= 90.001 and max(abs(south), abs(north)) <= 180.001
        why = "latitude and longitude are swapped" if swapped else "its coordinates are no degrees, but metres perhaps"
        repair = "GeoJSON writes the longitude first" if swapped else "Type ogr2ogr -t_srs EPSG:4326 new.geojson FILE"
        raise OptionError(
            "polygons", what, f"{why}: {west:g} to {east:g}, {south:g} to {north:g}", row=where, repair=repair
        )
    return shape


def _refuse_overlaps(names: tuple[str, ...], shapes: Cells, what: str) -> None:
    """Raise where two places share more ground than the inexactness of lines."""
    import shapely

    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shared = shapely.area(shapely.intersection(shapes[one], shapes[other]))
    least = np.minimum(shapely.area(shapes[one]), shapely.area(shapes[other]))
    wrong = shared > _SLIVER * least
    if wrong.any():
        first = int(wrong.argmax())
        pair = f"{names[one[first]]!r} and {names[other[first]]!r}"
        more = f", and {int(wrong.sum()) - 1} more pairs" if wrong.sum() > 1 else ""
        why = f"{pair} overlap{more}: an event there would have two places"
        raise OptionError("polygons", what, why, repair="Give polygons of one level, each event having one place")
