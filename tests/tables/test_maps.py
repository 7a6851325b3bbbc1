"""Loaders of the map: rings, places and GeoJSON."""

from __future__ import annotations

import json

import numpy as np
import pytest

import sahelkit as sk
from sahelkit.errors import UnknownNameError, UnknownPlaceError


def test_rings_by_country():
    shapes = sk.load_map(countries="focus")
    assert sorted(shapes) == ["BFA", "CIV", "GIN", "MLI", "NER"]
    assert all(ring.shape[1] == 2 and ring.dtype == np.float64 for rings in shapes.values() for ring in rings)
    assert len(sk.load_map()) == 31
    assert len(sk.load_map(countries="Cabo Verde")["CPV"]) == 8


def test_geojson_is_what_the_standard_wants():
    found = json.loads(json.dumps(sk.tables.map_geojson(countries=["Mali", "CIV"])))
    assert found["type"] == "FeatureCollection"
    by_code = {feature["properties"]["iso3"]: feature for feature in found["features"]}
    assert by_code["MLI"]["properties"]["gwcode"] == 432
    for feature in by_code.values():
        assert feature["geometry"]["type"] == "MultiPolygon"
        for (ring,) in feature["geometry"]["coordinates"]:
            x, y = np.array(ring).T
            assert (x[:-1] * y[1:] - x[1:] * y[:-1]).sum() > 0
            assert ring[0] == ring[-1]


def test_places_by_any_of_their_names():
    assert sk.tables.load_places(names=["Tombouctou", "Kidal"])["place_id"].tolist() == ["kidal", "timbuktu"]
    assert sk.tables.load_places(names="Aguelhok", countries="Mali")["iso3"].tolist() == ["MLI"]
    assert set(sk.tables.load_places(countries="Niger")["place_id"]) >= {"niamey", "agadez", "inates"}
    assert "natural_earth" in sk.cite(sk.tables.load_places(), style="bibtex")


def test_errors_say_what_to_type():
    with pytest.raises(UnknownNameError, match=r"unknown place 'Timbuctu'\. Did you mean 'Timbuktu'"):
        sk.tables.load_places(names="Timbuctu")
    with pytest.raises(UnknownNameError, match=r"unknown outline 'FRA'.*The map covers the study region"):
        sk.load_map(countries=["Mali", "France"])
    with pytest.raises(UnknownPlaceError, match="unknown country"):
        sk.load_map(countries="Malli")
