from __future__ import annotations

import pytest

from sahelkit.catalog.publication import Publication
from sahelkit.catalog.references import references
from sahelkit.errors import MissingColumnsError, OptionError, UnknownNameError
from sahelkit.events.choosing import as_layout, fitting_layout, guess_layout
from sahelkit.events.layouts import LAYOUTS, PLAIN, SYSTEMS
from sahelkit.geography import places

# Headers as the sources write them; the second of ACLED is that of its seventh version, the third of 2018 to 2022.
ACLED = (
    "event_id_cnty,event_date,year,time_precision,disorder_type,event_type,sub_event_type,actor1,assoc_actor_1,inter1,"
    "actor2,assoc_actor_2,inter2,interaction,civilian_targeting,iso,region,country,admin1,admin2,admin3,location,"
    "latitude,longitude,geo_precision,source,source_scale,notes,fatalities,tags,timestamp"
)
ACLED_7 = (
    "GWNO,EVENT_ID_CNTY,EVENT_ID_NO_CNTY,EVENT_DATE,YEAR,TIME_PRECISION,EVENT_TYPE,ACTOR1,ALLY_ACTOR_1,INTER1,ACTOR2,"
    "ALLY_ACTOR_2,INTER2,INTERACTION,COUNTRY,ADMIN1,ADMIN2,ADMIN3,LOCATION,LATITUDE,LONGITUDE,GEO_PRECISION,SOURCE,"
    "NOTES,FATALITIES"
)
ACLED_2020 = "data_id,iso,event_id_cnty,event_id_no_cnty,event_date,year,event_type,country,fatalities,timestamp,iso3"
GED = (
    "id,relid,year,active_year,code_status,type_of_violence,conflict_dset_id,conflict_new_id,conflict_name,"
    "dyad_dset_id,dyad_new_id,dyad_name,side_a_dset_id,side_a_new_id,side_a,side_b_dset_id,side_b_new_id,side_b,"
    "number_of_sources,source_article,source_office,source_date,source_headline,source_original,where_prec,"
    "where_coordinates,where_description,adm_1,adm_2,latitude,longitude,geom_wkt,priogrid_gid,country,country_id,"
    "region,event_clarity,date_prec,date_start,date_end,deaths_a,deaths_b,deaths_civilians,deaths_unknown,best,high,"
    "low,gwnoa,gwnob"
)
SCAD = (
    "eventid,ccode,id,countryname,startdate,enddate,duration,stday,stmo,styr,eday,emo,eyr,etype,escalation,actor1,"
    "actor2,actor3,target1,target2,cgovtarget,rgovtarget,npart,ndeath,repress,elocal,ilocal,sublocal,locnum,gislocnum,"
    "issue1,issue2,issue3,issuenote,nsource,notes,coder,ACD_questionable,latitude,longitude,geo_comments,"
    "location_precision"
)
HEADERS = [(ACLED, "acled"), (ACLED_7, "acled"), (ACLED_2020, "acled"), (GED, "ged"), (SCAD, "scad")]


@pytest.mark.parametrize(("header", "name"), HEADERS)
def test_headers_are_known_and_hold_every_column_that_the_layout_takes(header, name):
    columns = header.split(",")
    assert guess_layout(columns) == name
    layout = LAYOUTS[name]
    there = set(layout.spelled(columns).values())
    if header in (ACLED, GED, SCAD):  # the present editions have all but the codes of older ones
        assert set(layout.columns.values()) | {*layout.date, *layout.last} <= there
        assert layout.fitted(there).places[0] == layout.places[0]


def test_the_columns_of_gdelt_stand_where_its_codebooks_say():
    first, daily, second = LAYOUTS["gdelt"].headers
    assert (len(first), len(daily), len(second)) == (57, 58, 61)
    # Positions, counted from 0, of the 61 fields of GDELT 2.
    said = {"EventRootCode": 28, "QuadClass": 29, "AvgTone": 34, "ActionGeo_Type": 51, "ActionGeo_CountryCode": 53}
    said |= {"ActionGeo_Lat": 56, "ActionGeo_Long": 57, "DATEADDED": 59, "SOURCEURL": 60}
    assert {name: second.index(name) for name in said} == said
    assert daily[-2:] == ("DATEADDED", "SOURCEURL")
    assert first == daily[:-1]
    assert [name for name in second if name not in daily] == [
        f"{who}Geo_ADM2Code" for who in ("Actor1", "Actor2", "Action")
    ]


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=list(LAYOUTS))
def test_a_layout_names_what_exists(layout):
    assert set(layout.references) <= set(references())
    assert set(layout.columns) <= set(PLAIN)
    assert {system for _, system in layout.places} <= {*SYSTEMS, "name"}
    assert set(layout.begins) <= set(places.sets())
    assert Publication(layout.published).text == layout.published
    assert layout.attribution
    assert set(layout.labels) | set(layout.unknown) <= set(layout.columns)


def test_only_acled_forbids_to_pass_rows_on():
    assert [name for name, layout in LAYOUTS.items() if layout.terms] == ["acled"]


def test_a_present_name_counts_before_an_older_one():
    assert LAYOUTS["ged"].spelled(["best", "best_est"]) == {"best": "best", "best_est": "best_est"}
    assert LAYOUTS["ged"].spelled(["best_est"]) == {"best_est": "best"}


WRONG = [
    ("acled", GED, MissingColumnsError, r"needs the column 'event_date'.* It looks like UCDP GED: type layout='ged'"),
    ("ged", ACLED, MissingColumnsError, r"needs the column 'date_start'.* It looks like ACLED: type layout='acled'"),
    ("scad", "jour,pays", MissingColumnsError, r"'startdate', 'ccode'; the frame has jour, pays.*type layout=\{"),
    (None, "jour,pays", MissingColumnsError, r"looks like none of 'acled', 'ged'.* type layout=\{'date': 'jour'"),
    ("acle", ACLED, UnknownNameError, r"unknown layout 'acle'. Did you mean 'acled'\?"),
    ({"date": "jour"}, "jour,pays", OptionError, r"does not say which column holds the state"),
    ({"country": "pays"}, "jour,pays", OptionError, r"does not say which column holds the day"),
    ({"date": "jour", "pays": "pays"}, "jour,pays", UnknownNameError, r"unknown column of an event in layout= 'pays'"),
    ({"date": "jour", "country": 3}, "jour,pays", OptionError, r"layout\['country'\]=3: not the name of a column"),
    ({"date": "day", "country": "pays"}, "jour,pays", MissingColumnsError, r"needs the column 'day'"),
    ({"date": ["y", "m"], "country": "pays"}, "y,m,pays", OptionError, r"the day"),
]


@pytest.mark.parametrize(("layout", "header", "error", "said"), WRONG)
def test_a_layout_that_does_not_fit_says_what_to_type(layout, header, error, said):
    with pytest.raises(error, match=said):
        fitting_layout(as_layout(layout), header.split(","), file="a.csv")


def test_a_mapping_may_name_codes_of_several_systems_and_a_day_in_three_columns():
    mine = {"date": ("an", "mois", "jour"), "gw": "gwno", "country": "pays", "date_format": "%d.%m.%Y"}
    layout = as_layout(mine)
    assert layout.date == ("an", "mois", "jour")
    assert layout.places == (("gwno", "gw"), ("pays", "name"))
    assert layout.date_formats == ("%d.%m.%Y",)
