"""The map: nothing of the source lost or bent, places inside their countries, each hand-made point with its page."""

from __future__ import annotations

import json

import numpy as np
import pytest

from sahelkit.geography import places
from sahelkit.geography.shapes import country_at, distance_km, outside_km
from sahelkit.tables.maps import load_map
from sahelkit.tables.read import read_table

PLACES = read_table("map", "places")
SHAPES = load_map()
# Four decimals of a degree: half a unit in the last place.
ROUNDED = 0.5e-4 + 1e-12


@pytest.mark.sources
def test_every_point_of_the_source_is_in_the_table(sources_dir):
    features = json.loads((sources_dir / "naturalearth_50m_region.geojson").read_text(encoding="utf-8"))["features"]
    assert {feature["properties"]["ISO_A3"] for feature in features} == set(SHAPES)
    for feature in features:
        geometry = feature["geometry"]
        parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        theirs = {len(part[0]): np.array(part[0]) for part in parts}
        ours = SHAPES[feature["properties"]["ISO_A3"]]
        assert sorted(map(len, ours)) == sorted(len(part[0]) for part in parts)
        largest = ours[0]
        assert np.abs(largest - theirs[len(largest)]).max() <= ROUNDED


def test_rings_are_closed_and_the_study_region_is_whole():
    assert set(places.members("study")) <= set(SHAPES)
    assert all((ring[0] == ring[-1]).all() and len(ring) >= 4 for rings in SHAPES.values() for ring in rings)


def test_neighbours_share_their_borders_to_the_last_decimal():
    def points(code):
        return {tuple(point) for ring in SHAPES[code] for point in ring}

    for pair in (("MLI", "NER"), ("MLI", "DZA"), ("MLI", "BFA"), ("MLI", "MRT"), ("NER", "NGA")):
        assert len(points(pair[0]) & points(pair[1])) >= 20, pair


def test_places_lie_in_their_country():
    for row in PLACES[PLACES["iso3"].isin(list(SHAPES))].itertuples():
        off = outside_km(SHAPES[row.iso3], row.longitude, row.latitude)
        assert off <= 10, row.place_id
        assert round(off, 1) == row.outside_km
        inside = country_at(SHAPES, row.longitude, row.latitude)
        assert inside == row.iso3 or (off > 0 and row.place_id in ("banjul", "conakry", "tinzaouaten"))
    abroad = PLACES[PLACES["outside_km"].isna()]
    assert abroad["place_id"].tolist() == ["new_york"]


def test_hand_made_points_name_their_page_or_say_that_there_is_none():
    hand = PLACES[PLACES["origin"] == "hand"]
    assert hand.loc[hand["source"].isna(), "place_id"].tolist() == ["labbezanga"]
    assert hand.loc[hand["source"].isna(), "note_en"].notna().all()
    assert (PLACES["note_en"].isna() == PLACES["note_fr"].isna()).all()
    assert PLACES.loc[PLACES["origin"] == "natural_earth", "natural_earth_km"].eq(0).all()


def test_distances_that_other_works_give():
    by_name = PLACES.set_index("place_id")[["longitude", "latitude"]]

    def apart(a, b):
        return float(distance_km(*by_name.loc[a], by_name.loc[[b]].to_numpy())[0])

    # Konna lies about 60 km by road from Mopti, Ansongo 90 km from Gao, Sévaré about 10 km from Mopti.
    assert 50 < apart("konna", "mopti") < 62
    assert 80 < apart("ansongo", "gao") < 95
    assert 7 < apart("sevare", "mopti") < 13
