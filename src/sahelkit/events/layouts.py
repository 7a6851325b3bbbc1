"""Layouts of event files: which column of a source is what, how its codes read, when it is published, what to cite."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeAlias

from sahelkit.events import gdelt

LayoutLike: TypeAlias = "str | Layout | Mapping[str, Any] | None"

SYSTEMS = ("iso3", "iso_numeric", "gw", "cow", "fips", "gwc", "cowc", "polity", "vdem", "worldbank")
PLAIN = (
    *("event_id", "country", "admin1", "place", "latitude", "longitude", "place_precision", "date_precision"),
    *(
        "year",
        "event_type",
        "sub_type",
        "actor1",
        "actor2",
        "fatalities",
        "fatalities_low",
        "fatalities_high",
        "published",
    ),
)
NUMBERS = ("latitude", "longitude", "fatalities", "fatalities_low", "fatalities_high")
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Layout:
    """How the columns of a source of events read.

    Attributes
    ----------
    name, title : str
        The name to type, and the source in words.
    columns : mapping of str to str
        Column of an event -> column of the source, those that need no more than their type.
    date, last : tuple of str
        Columns of the first and last day: one that holds a day, or three (year, month, day). Without `last` an event
        has one day.
    places : tuple of (str, str)
        Columns that say the state, best first, each with the system of its codes; ``"name"`` are names of countries in
        English or French.
    date_formats : tuple of str
        How days are written, as ``strptime`` reads them, beside ``2022-12-28``.
    labels : mapping
        Column of an event -> value of the source, as text, -> word. A value without a word stays.
    unknown : mapping
        Column of an event -> values of the source that mean unknown; empty means unknown everywhere.
    published : str
        Rule of publication, as in the records of the datasets; empty when nobody has said it.
    begins : mapping of str to str
        Set of places -> first day from which the source covers it.
    unique : bool
        Whether an event has one row; of a source with several, such as one a place, the first counts.
    spellings : mapping of str to str
        Other names of a column, in small letters -> its name here.
    headers : tuple of tuple of str
        Columns by position, for files without a header.
    signs : tuple of str
        Columns by which a file is known.
    references : tuple of str
        Keys of the works to cite, in ``datasets/references.toml``.
    attribution : str
        Line that figures and files carry.
    terms : str
        Terms of use that forbid to pass rows on; empty where they may be.

    Examples
    --------
    >>> LAYOUTS["acled"].date, LAYOUTS["acled"].places[0]
    (('event_date',), ('iso', 'iso_numeric'))
    """

    name: str
    title: str
    columns: Mapping[str, str]
    date: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    last: tuple[str, ...] = ()
    date_formats: tuple[str, ...] = ()
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    published: str = ""
    begins: Mapping[str, str] = field(default_factory=dict)
    unique: bool = True
    spellings: Mapping[str, str] = field(default_factory=dict)
    headers: tuple[tuple[str, ...], ...] = ()
    signs: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    attribution: str = ""
    terms: str = ""

    @property
    def known(self) -> tuple[str, ...]:
        """The columns of the source that the layout speaks of."""
        return tuple(
            dict.fromkeys((*self.date, *self.last, *(name for name, _ in self.places), *self.columns.values()))
        )

    def spelled(self, columns: Iterable[str]) -> dict[str, str]:
        """Columns of a file -> their names here: capital letters, blanks and older names count as the same.

        Examples
        --------
        >>> LAYOUTS["acled"].spelled(["EVENT_DATE", "GWNO", "my_note"])
        {'EVENT_DATE': 'event_date', 'GWNO': 'gwno', 'my_note': 'my_note'}
        """
        given = list(columns)
        own = {_plain(name): name for name in (*self.known, *(name for header in self.headers for name in header))}
        found = {name: own.get(key := _plain(name)) or self.spellings.get(key) or name for name in given}
        # What a file holds under its present name is not looked for under an older one.
        exact = {own[_plain(name)] for name in given if _plain(name) in own}
        return {name: new if new not in exact or _plain(name) in own else name for name, new in found.items()}

    def missing(self, columns: Iterable[str]) -> list[str]:
        """Columns that no event can do without and that are not there: the day, and one that says the state.

        Of a mapping of the user's none may be missing: it names what the file has.
        """
        there = set(columns)
        if not self.signs:
            return [name for name in self.known if name not in there]
        lost = [name for name in self.date if name not in there]
        if not any(name in there for name, _ in self.places):
            lost += [self.places[0][0]]
        return lost

    def fitted(self, columns: Iterable[str]) -> Layout:
        """The layout for a file that has these columns, under the names of the layout."""
        there = set(columns)
        return replace(
            self,
            columns={name: column for name, column in self.columns.items() if column in there},
            last=self.last if there.issuperset(self.last) else (),
            places=tuple(pair for pair in self.places if pair[0] in there),
        )


def _plain(name: str) -> str:
    return re.sub(r"[\s.\-]+", "_", str(name).strip().lstrip("\ufeff")).casefold()


def _same(layout_name: str, **other: str) -> dict[str, str]:
    """Columns whose names are those of an event, and others."""
    plain = {"acled": ("event_type", "actor1", "actor2", "fatalities", "admin1", "latitude", "longitude", "country")}
    return {name: name for name in plain.get(layout_name, ())} | other


_ACLED = Layout(
    name="acled",
    title="ACLED",
    columns=_same(
        "acled",
        year="year",
        event_id="event_id_cnty",
        place="location",
        date_precision="time_precision",
        place_precision="geo_precision",
        sub_type="sub_event_type",
    ),
    date=("event_date",),
    # The export writes "28 December 2022", its interface 2022-12-28, files before 2018 18/04/2001.
    date_formats=("%d %B %Y", "%d-%B-%Y", "%d/%m/%Y"),
    places=(("iso", "iso_numeric"), ("iso3", "iso3"), ("gwno", "gw"), ("country", "name")),
    labels={
        "date_precision": {"1": "day", "2": "week", "3": "month"},
        "place_precision": {"1": "exact", "2": "near", "3": "admin1"},
    },
    # A week of events appears in the week after; corrections come later still.
    published="+14d",
    begins={"africa": "1997-01-01"},
    spellings={"event_id": "event_id_cnty", "eventdate": "event_date", "sub_event": "sub_event_type"},
    signs=("event_date", "event_type"),
    references=("raleigh_2023",),
    attribution="ACLED (acleddata.com)",
    terms="ACLED's terms of use do not allow its rows to be passed on; counts made of them may be, with attribution.",
)

_GED = Layout(
    name="ged",
    title="UCDP GED",
    columns={
        "event_id": "id",
        "year": "year",
        "date_precision": "date_prec",
        "country": "country",
        "admin1": "adm_1",
        "place": "where_coordinates",
        "latitude": "latitude",
        "longitude": "longitude",
        "place_precision": "where_prec",
        "event_type": "type_of_violence",
        "sub_type": "dyad_name",
        "actor1": "side_a",
        "actor2": "side_b",
        "fatalities": "best",
        "fatalities_low": "low",
        "fatalities_high": "high",
    },
    date=("date_start",),
    last=("date_end",),
    places=(("country_id", "gw"), ("country", "name")),
    labels={
        "event_type": {"1": "state-based", "2": "non-state", "3": "one-sided"},
        "date_precision": {"1": "day", "2": "week", "3": "week", "4": "month", "5": "year"},
        "place_precision": {
            "1": "exact",
            "2": "near",
            "3": "admin2",
            "4": "admin1",
            "5": "other",  # a river, a border, a region without an administration
            "6": "country",
            "7": "other",  # international waters and air
        },
    },
    # The yearly release comes in June of the year after.
    published="t+1-06-30",
    begins={"world": "1989-01-01"},
    spellings={"best_est": "best", "low_est": "low", "high_est": "high", "gwno": "country_id"},
    signs=("date_start", "type_of_violence"),
    references=("sundberg_melander_2013", "davies_2026"),
    attribution="UCDP GED (ucdp.uu.se), CC BY 4.0",
)

# A candidate release describes a month and comes about three weeks after it.
_CANDIDATE = replace(_GED, name="ged_candidate", title="UCDP GED Candidate", published="+55d")

_GDELT = Layout(
    name="gdelt",
    title="GDELT",
    columns={
        "event_id": "GlobalEventID",
        "year": "Year",
        "admin1": "ActionGeo_ADM1Code",
        "place": "ActionGeo_FullName",
        "latitude": "ActionGeo_Lat",
        "longitude": "ActionGeo_Long",
        "place_precision": "ActionGeo_Type",
        "event_type": "EventRootCode",
        "sub_type": "QuadClass",
        "actor1": "Actor1Code",
        "actor2": "Actor2Code",
        "published": "DATEADDED",
    },
    date=("SQLDATE",),
    date_formats=("%Y%m%d", "%Y%m%d%H%M%S"),
    places=(("ActionGeo_CountryCode", "fips"),),
    labels={
        "event_type": {
            key: word for code, word in enumerate(gdelt.ROOT_CODES, start=1) for key in {f"{code:02d}", str(code)}
        },
        "sub_type": {
            "1": "verbal cooperation",
            "2": "material cooperation",
            "3": "verbal conflict",
            "4": "material conflict",
        },
        "place_precision": {"1": "country", "2": "admin1", "3": "exact", "4": "exact", "5": "admin1"},
    },
    unknown={"event_type": ("--", "---")},
    published="+1d",
    begins={"world": "1979-01-01"},
    spellings={"day": "SQLDATE", "date": "SQLDATE"},
    headers=gdelt.HEADERS,
    signs=("SQLDATE", "EventRootCode"),
    references=("leetaru_schrodt_2013",),
    attribution="The GDELT Project (gdeltproject.org)",
)

_SCAD = Layout(
    name="scad",
    title="SCAD",
    columns={
        "event_id": "eventid",
        "country": "countryname",
        "place": "elocal",
        "latitude": "latitude",
        "longitude": "longitude",
        "place_precision": "location_precision",
        "event_type": "etype",
        "sub_type": "escalation",
        "actor1": "actor1",
        "actor2": "target1",
        "fatalities": "ndeath",
    },
    date=("startdate",),
    last=("enddate",),
    date_formats=("%d-%b-%y", "%d-%b-%Y", "%d %B %Y"),
    places=(("ccode", "cow"), ("countryname", "name")),
    labels={
        "event_type": {
            "1": "organized demonstration",
            "2": "spontaneous demonstration",
            "3": "organized violent riot",
            "4": "spontaneous violent riot",
            "5": "general strike",
            "6": "limited strike",
            "7": "pro-government violence",
            "8": "anti-government violence",
            "9": "extra-government violence",
            "10": "intra-government violence",
        },
    },
    unknown={"fatalities": ("-99", "-88", "-77"), "latitude": ("-99",), "longitude": ("-99",)},
    published="t+1-12-31",
    begins={"africa": "1990-01-01"},
    unique=False,  # one row for each place of an event; the deaths are those of the whole event
    signs=("eventid", "startdate", "etype"),
    references=("salehyan_2012",),
    attribution="SCAD (Strauss Center, University of Texas at Austin)",
)

LAYOUTS: Mapping[str, Layout] = MappingProxyType(
    {layout.name: layout for layout in (_ACLED, _GED, _CANDIDATE, _GDELT, _SCAD)}
)
