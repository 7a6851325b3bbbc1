"""Outlines of countries and places of the crisis: plain arrays, a table, or GeoJSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from sahelkit._types import Places
from sahelkit.errors import UnknownNameError
from sahelkit.options import LANGUAGES, as_names
from sahelkit.tables.read import read_table
from sahelkit.tables.select import kept

if TYPE_CHECKING:
    from sahelkit._types import Ring

DATASET = "map"


def _outlines(countries: Places, version: str | None) -> pd.DataFrame:
    frame = read_table(DATASET, "outlines", version=version)
    if countries is None:
        return frame
    from sahelkit.geography import places

    wanted = places.resolve_many(countries)
    drawn = set(frame["iso3"])
    for code in wanted:
        if code not in drawn:
            raise UnknownNameError("outline", code, drawn, repair="The map covers the study region and its neighbours")
    return frame[frame["iso3"].isin(wanted)]


def load_map(*, countries: Places = None, version: str | None = None) -> dict[str, list[Ring]]:
    """Outlines of the study region and its neighbours at 1:50 million, as rings of points.

    After Natural Earth (public domain), with borders as in that source and generalised to some kilometres; Western
    Sahara and South Sudan are blank. Nothing but numpy is needed to draw them: `sahelkit.plots.maps.draw_map` does.

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        Countries or place sets, as in `sahelkit.places.resolve_many`; all 31 when absent.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    dict of str to list of ndarray
        Rings by ISO 3166 alpha-3 code, the largest first, the others islands; each ring is an array of shape
        (points, 2), longitude and latitude in degrees, whose last point is its first. There are no holes.

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or means several.
    UnknownNameError
        If a country lies outside the map, or the version is unknown.

    References
    ----------
    Natural Earth: free vector and raster map data. https://www.naturalearthdata.com

    Examples
    --------
    >>> shapes = load_map(countries=["Mali", "Niger"])
    >>> {code: [ring.shape for ring in rings] for code, rings in shapes.items()}
    {'MLI': [(474, 2)], 'NER': [(255, 2)]}
    """
    from sahelkit.geography.shapes import wkt_ring

    frame = _outlines(countries, version)
    return {str(code): [wkt_ring(text) for text in part["wkt"]] for code, part in frame.groupby("iso3")}


def map_geojson(*, countries: Places = None, version: str | None = None) -> dict[str, Any]:
    """Outlines as a GeoJSON object, for geographical software.

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        As in `load_map`.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    dict
        A FeatureCollection with one feature a country: a MultiPolygon and the properties ``iso3``, ``gwcode``,
        ``name_en`` and ``name_fr``. ``json.dump`` writes it.

    Raises
    ------
    UnknownPlaceError, UnknownNameError
        As in `load_map`.

    References
    ----------
    Butler, H., et al. (2016). The GeoJSON format. RFC 7946. https://doi.org/10.17487/RFC7946

    Examples
    --------
    >>> map_geojson(countries="Mali")["features"][0]["properties"]["name_fr"]
    'Mali'
    """
    from sahelkit.geography import places

    features = [
        {
            "type": "Feature",
            "properties": {
                "iso3": code,
                "gwcode": places.gwcode_of(code),
                **{f"name_{lang}": places.name(code, lang=lang) for lang in LANGUAGES},
            },
            # The standard wants outer rings to run against the clock.
            "geometry": {"type": "MultiPolygon", "coordinates": [[_counterclockwise(ring).tolist()] for ring in rings]},
        }
        for code, rings in load_map(countries=countries, version=version).items()
    ]
    return {"type": "FeatureCollection", "features": features}


def _counterclockwise(ring: Ring) -> Ring:
    x, y = ring.T
    turned = float((x[:-1] * y[1:] - x[1:] * y[:-1]).sum())
    return ring if turned > 0 else ring[::-1]


def load_places(
    *, names: str | Sequence[str] | None = None, countries: Places = None, version: str | None = None
) -> pd.DataFrame:
    """Places named in the chronology of the crisis, and some towns to find the way by, with coordinates.

    Coordinates are those of Natural Earth, or copied by hand from the page in ``source`` where Natural Earth does not
    list the place or is some kilometres off. Licence CC BY 4.0.

    Parameters
    ----------
    names : str or sequence of str, optional
        Identifiers (``"timbuktu"``) or names in English or French (``"Tombouctou"``); all when absent.
    countries : str, int or sequence of these, optional
        Countries in which the places lie, as in `sahelkit.places.resolve_many`; all when absent.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``place_id``, ``name_en``, ``name_fr``, ``iso3``, ``gwcode``, ``latitude``, ``longitude`` (degrees, WGS 84),
        ``origin`` (natural_earth, hand), ``natural_earth_km`` (distance to the same place there; NA where it is not
        listed), ``outside_km`` (how far outside the generalised outline of its country), ``source``, ``note_en``,
        ``note_fr``. Sorted by identifier.

    Raises
    ------
    UnknownNameError
        If a name or the version is unknown.
    UnknownPlaceError
        If a country is unknown or means several.

    References
    ----------
    Natural Earth, as in `load_map`. GeoNames geographical database. https://www.geonames.org

    Examples
    --------
    >>> load_places(names=["Tombouctou", "kidal"])[["name_en", "iso3", "latitude", "longitude"]].values.tolist()
    [['Kidal', 'MLI', 18.443, 1.409], ['Timbuktu', 'MLI', 16.767, -3.017]]
    """
    frame = read_table(DATASET, "places", version=version)
    keep = pd.Series(True, index=frame.index)
    if countries is not None:
        from sahelkit.geography import places

        keep &= frame["iso3"].isin(places.resolve_many(countries))
    if names is not None:
        wanted = as_names("names", names)
        for name in wanted:
            if not frame[["place_id", "name_en", "name_fr"]].eq(name).any(axis=None):
                known = {*frame["place_id"], *frame["name_en"], *frame["name_fr"]}
                raise UnknownNameError("place", name, known, repair="sahelkit.tables.load_places() lists them")
        keep &= frame[["place_id", "name_en", "name_fr"]].isin(wanted).any(axis=1)
    return kept(frame, keep)
