from __future__ import annotations

import json

import numpy as np
import pytest

from sahelkit.errors import MissingExtraError, OptionError, UnknownNameError
from sahelkit.events import polygons
from sahelkit.events.polygons import read_polygons

shapely = pytest.importorskip("shapely")


def box(west, south, east, north):
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def feature(name, *rings, kind="Polygon", key="name"):
    return {
        "type": "Feature",
        "properties": {key: name},
        "geometry": {"type": kind, "coordinates": list(rings)},
    }


def collection(*features, **more):
    return {"type": "FeatureCollection", "features": list(features), **more}


WEST = feature("West", box(0, 0, 2, 2))
EAST = feature("East", box(2, 0, 4, 2))
RING = feature("Ring", box(10, 0, 14, 4), box(11, 1, 13, 3))  # with a hole
ISLES = feature("Isles", [box(20, 0, 21, 1)], [box(22, 0, 23, 1)], kind="MultiPolygon")


def test_holes_parts_borders_and_the_world_outside():
    found = read_polygons(collection(WEST, EAST, RING, ISLES))
    assert found.names == ("West", "East", "Ring", "Isles")
    places = {
        (1, 1): "West",
        (1, 3): "East",
        (1, 2): "West",  # on the border of two: the first of the file
        (0, 0): "West",  # a corner belongs to its polygon
        (2, 12): None,  # in the hole
        (1, 12): "Ring",  # on the edge of the hole
        (0.5, 10.5): "Ring",
        (0.5, 20.5): "Isles",
        (0.5, 21.5): None,  # between the isles
        (0.5, 22.5): "Isles",
        (50, 50): None,
        (np.nan, 1): None,
        (1, np.nan): None,
    }
    latitude, longitude = zip(*places, strict=True)
    assert found.locate(latitude, longitude).tolist() == list(places.values())
    assert read_polygons(collection(EAST, WEST)).locate([1], [2]).tolist() == ["East"]


def test_places_are_found_as_shapely_finds_them_one_by_one():
    rng = np.random.default_rng(3)
    cells = [(x, y) for x in range(6) for y in range(5)]
    drawn = [
        feature(f"{x} {y}", [[x, y], [x + 1, y], [x + rng.uniform(0.3, 1), y + rng.uniform(0.3, 1)], [x, y]])
        for x, y in cells
    ]
    found = read_polygons(collection(*drawn))
    x, y = rng.uniform(-0.5, 6.5, 3000), rng.uniform(-0.5, 5.5, 3000)
    shapes = [shapely.geometry.shape(item["geometry"]) for item in drawn]
    slow = [
        next((name for name, shape in zip(found.names, shapes, strict=True) if shape.covers(shapely.Point(*at))), None)
        for at in zip(x[:400], y[:400], strict=True)
    ]
    assert found.locate(y[:400], x[:400]).tolist() == slow
    again = np.tile(np.arange(400), 5)  # a place that comes again has the same name
    assert found.locate(y[again], x[again]).tolist() == slow * 5


def test_a_file_features_of_one_name_and_properties(tmp_path):
    path = tmp_path / "regions.geojson"
    path.write_text("\ufeff" + json.dumps(collection(WEST, feature("West", box(6, 0, 7, 1)))), encoding="utf-8")
    found = read_polygons(path)
    assert found.names == ("West",)
    assert found.locate([1, 0.5, 0.5], [1, 6.5, 5]).tolist() == ["West", "West", None]
    for key in ("shapeName", "NAME_1", "nom"):
        assert read_polygons(collection(feature("Gao", box(0, 0, 1, 1), key=key))).names == ("Gao",)
    assert read_polygons(collection(feature(7, box(0, 0, 1, 1), key="zone")), name="zone").names == ("7",)
    with pytest.raises(
        OptionError, match=r"name=None: which property holds the names\? There are 'zone'. Type name='zone'"
    ):
        read_polygons(collection(feature(7, box(0, 0, 1, 1), key="zone")))
    with pytest.raises(UnknownNameError, match=r"unknown property of the polygons 'nam'. Did you mean 'name'\?"):
        read_polygons(collection(WEST), name="nam")


SWAPPED = feature("Gao", [[16, 100], [18, 100], [18, 102], [16, 102], [16, 100]])
METRES = feature("Gao", box(600_000, 1_700_000, 700_000, 1_800_000))
CRS = {"crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32630"}}}
REFUSED = [
    (collection(SWAPPED), r"feature 1 of 1: latitude and longitude are swapped: 16 to 18, 100 to 102. GeoJSON writes"),
    (collection(METRES), r"no degrees, but metres perhaps: 600000 to 700000.*ogr2ogr -t_srs EPSG:4326"),
    (collection(WEST, **CRS), r"its coordinates are those of 'urn:ogc:def:crs:epsg::32630'. Write it in degrees"),
    (collection(WEST, feature("Over", box(1, 1, 3, 3))), r"'West' and 'Over' overlap: an event there would have two"),
    (collection(WEST, feature("In", box(0.5, 0.5, 1, 1)), EAST, feature("Too", box(3, 0, 4, 1))), r"and 1 more pairs"),
    (collection(feature("P", kind="Point")), r"feature 1 of 1: its geometry is 'Point', no polygon"),
    (collection(WEST, feature(" ", box(5, 0, 6, 1))), r"feature 2 of 2: 'name' is empty. Give each polygon a name"),
    (collection(feature("A", [[0, 0], [1]])), r"feature 1 of 1: a ring cannot be read"),
    (collection(), r"it has no feature"),
    ({"type": "Topology"}, r"it is 'Topology' and no FeatureCollection"),
    ([1], r"it is 'list' and no FeatureCollection"),
]


@pytest.mark.parametrize(("given", "said"), REFUSED)
def test_what_cannot_be_polygons_is_refused(given, said):
    with pytest.raises(OptionError, match=said):
        read_polygons(given)


def test_borders_that_were_drawn_twice_may_cross_a_little():
    near = feature("East", box(1.999, 0, 4, 2))
    assert read_polygons(collection(WEST, near)).locate([1], [1.9995]).tolist() == ["West"]


def test_a_polygon_that_crosses_itself_is_mended_and_told():
    bow = feature("Bow", [[0, 0], [2, 2], [2, 0], [0, 2], [0, 0]])
    found = read_polygons(collection(bow))
    assert found.notes == ("1 polygon crossed itself: mended",)
    assert found.locate([1, 1, 0.2], [0.2, 1.8, 1]).tolist() == ["Bow", "Bow", None]


def test_coordinates_in_the_wrong_order_are_noticed():
    mali = read_polygons(collection(feature("Mali", box(-12, 10, 4, 25))))
    with pytest.raises(
        OptionError, match=r"no place lies in a polygon, and 100% would with latitude and longitude swap"
    ):
        mali.locate([-8, -4, 0], [12.6, 14.5, 16.3])
    assert mali.locate([-8, 50], [50, 50]).tolist() == [None, None]
    assert mali.locate([], []).tolist() == []


def test_files_that_are_none(tmp_path):
    with pytest.raises(OptionError, match=r"there is no such file. Give the path of a GeoJSON file"):
        read_polygons(tmp_path / "none.geojson")
    (tmp_path / "a.shp").write_bytes(b"\x00\x00\x27\x0a\xff")
    with pytest.raises(OptionError, match=r"it is no GeoJSON .*Make one: ogr2ogr"):
        read_polygons(tmp_path / "a.shp")


def test_without_shapely_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(polygons, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"shapely.*pip install 'sahelkit\[events\]'"):
        read_polygons(collection(WEST))
