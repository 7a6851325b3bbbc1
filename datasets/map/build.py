"""Outlines of countries and places of the crisis, from Natural Earth and hand-checked coordinates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sahelkit.build import Sources
from sahelkit.errors import TableError
from sahelkit.geography.codes import gwcode_of
from sahelkit.geography.shapes import country_at, distance_km, outside_km, ring_wkt, wkt_ring

# Coasts and borders at 1:50 million are off by some kilometres; a place further outside its country is an error.
TOLERANCE_KM = 10.0


def _features(path: Path) -> list[dict[str, Any]]:
    return list(json.loads(path.read_text(encoding="utf-8"))["features"])


def _area(ring: np.ndarray) -> float:
    """Area in square degrees, only to put the largest part of a country first."""
    x, y = ring.T
    return float(abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2)


def _outlines(path: Path) -> pd.DataFrame:
    rows = []
    for feature in _features(path):
        iso3, geometry = feature["properties"]["ISO_A3"], feature["geometry"]
        parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        if any(len(part) > 1 for part in parts):
            raise TableError("map", f"the outline of {iso3} has a hole, for which the table has no column")
        rings = sorted((np.array(part[0]) for part in parts), key=_area, reverse=True)
        rows += [
            {"iso3": iso3, "polygon": number, "points": len(ring), "wkt": ring_wkt(ring)}
            for number, ring in enumerate(rings, start=1)
        ]
    return pd.DataFrame(rows)


def _listed(path: Path) -> dict[tuple[str, str], tuple[float, float]]:
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for feature in _features(path):
        key = (feature["properties"]["ADM0_A3"], feature["properties"]["NAME"])
        if key in found:
            raise TableError("map", f"Natural Earth lists {key} twice")
        found[key] = tuple(feature["geometry"]["coordinates"])
    return found


def _placed(row: pd.Series, listed: dict[tuple[str, str], tuple[float, float]]) -> dict[str, Any]:
    known = None
    if isinstance(row["natural_earth"], str):
        known = listed[row["iso3"], row["natural_earth"]]
    if isinstance(row["latitude"], str):
        point = (float(row["longitude"]), float(row["latitude"]))
        apart = None if known is None else round(float(distance_km(*point, np.array([known]))[0]), 1)
        return {"longitude": point[0], "latitude": point[1], "origin": "hand", "natural_earth_km": apart}
    if known is None:
        raise TableError("map", f"{row['place_id']} has neither coordinates nor a name in Natural Earth")
    return {
        "longitude": round(known[0], 3),
        "latitude": round(known[1], 3),
        "origin": "natural_earth",
        "natural_earth_km": 0.0,
    }


def _places(sources: Sources, shapes: dict[str, list[np.ndarray]]) -> pd.DataFrame:
    hand = pd.read_csv(sources.here / "hand_places.csv", dtype=str)
    listed = _listed(sources.path("naturalearth_places_region"))
    points = pd.DataFrame([_placed(row, listed) for _, row in hand.iterrows()])
    rows = pd.concat([hand.drop(columns=["natural_earth", "latitude", "longitude"]), points], axis=1)
    rows["outside_km"] = np.nan
    for number, row in rows.iterrows():
        here = (row["longitude"], row["latitude"])
        if row["iso3"] not in shapes:
            if country_at(shapes, *here) is not None:
                raise TableError("map", f"{row['place_id']} lies in {country_at(shapes, *here)}")
            continue
        off = outside_km(shapes[row["iso3"]], *here)
        if off > TOLERANCE_KM:
            raise TableError("map", f"{row['place_id']} lies {off:.0f} km outside {row['iso3']}")
        rows.loc[number, "outside_km"] = round(off, 1)
    return rows


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    outlines = _outlines(sources.path("naturalearth_50m_region"))
    # The rounded outlines that the user gets are those that places are checked against.
    shapes = {str(iso3): [wkt_ring(text) for text in part["wkt"]] for iso3, part in outlines.groupby("iso3")}
    places = _places(sources, shapes)
    for frame in (outlines, places):
        frame["gwcode"] = frame["iso3"].map(gwcode_of)
    return {"outlines": outlines, "places": places}
