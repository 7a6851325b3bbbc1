"""Stub."""
from __future__ import annotations
from collections.abc import Mapping
from dataclasses import dataclass, field

@dataclass(frozen=True)
class Layout:
    name: str
    columns: Mapping[str, str]
    date: tuple[str, ...]
    last: tuple[str, ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    precise: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    published: str = "+14d"
    begins: Mapping[str, str] = field(default_factory=dict)
    date_formats: tuple[str, ...] = ("%Y-%m-%d",)
    unique: bool = True

LAYOUTS = {
    "acled": Layout("acled", {"event_id": "event_id_cnty", "year": "year", "event_type": "event_type", "sub_type": "sub_event_type", "admin1": "admin1", "actor1": "actor1", "actor2": "actor2", "country": "country", "place": "location",
        "latitude": "latitude", "longitude": "longitude", "place_precision": "geo_precision", "date_precision": "time_precision", "fatalities": "fatalities"},
        ("event_date",), places=(("country", "name"),), begins={"africa": "1997-01-01"}, date_formats=("%Y-%m-%d", "%d %B %Y"),
        precise={"date_precision": {"1": "day", "2": "week", "3": "month"}, "place_precision": {"1": "exact", "2": "near", "3": "admin1"}}),
    "ged": Layout("ged", {"event_id": "id", "year": "year", "event_type": "type_of_violence", "admin1": "adm_1", "actor1": "side_a", "actor2": "side_b", "country": "country", "fatalities": "best", "fatalities_low": "low", "fatalities_high": "high",
        "latitude": "latitude", "longitude": "longitude", "place_precision": "where_prec", "date_precision": "date_prec"},
        ("date_start",), ("date_end",), places=(("country_id", "gw"),), labels={"event_type": {"1": "state_based", "2": "non_state", "3": "one_sided"}}, begins={"world": "1989-01-01"}),
}
