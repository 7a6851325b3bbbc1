"""Organisations as sets of places: who belongs to them on which day."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import PlaceWarning
from sahelkit.geography import places

SIX_LEFT = {"BFA", "MLI", "NER"}


@pytest.mark.parametrize(("typed", "organisation"), [
    ("ECOWAS", "ECOWAS"), ("CEDEAO", "ECOWAS"), ("UEMOA", "UEMOA"), ("WAEMU", "UEMOA"), ("AES", "AES"),
    ("G5 Sahel", "G5S"), ("Alliance des États du Sahel", "AES"),
])  # fmt: skip
@pytest.mark.parametrize("day", ["1976-06-30", "1995-01-01", "2000-12-30", "2000-12-31", "2012-03-22", "2022-05-15",
                                 "2023-12-05", "2025-01-28", "2025-01-29", "2025-06-30"])  # fmt: skip
def test_members_on_a_day_are_those_of_the_table(typed, organisation, day):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        table = sk.load_memberships(organisations=organisation, on=day)
    table = table[table["status"] == "member"]
    found = places.members(typed, on=day)
    # Of a day that only its year is known of (Mauritania left in 2000) the table's own day counts.
    assert set(table.loc[table["certain"], "iso3"]) <= set(found) <= set(table["iso3"])
    assert found == sorted(found)


def test_the_african_union_is_all_of_africa_but_for_two():
    assert len(places.members("AU", on="2002-07-09")) == 52
    assert len(places.members("Union africaine", on="2011-07-27")) == 53
    assert len(places.members("UA", on="2017-01-30")) == 54
    assert places.members("African Union", on="2002-07-08") == []
    assert set(places.members("AU", on=2024)) == set(places.members("africa", on=2024))


def test_without_a_day_every_former_member_is_in():
    assert set(places.members("ECOWAS")) == set(places.members("ecowas_2012")) | {"MRT"}
    assert places.resolve_many("CEDEAO") == places.members("ECOWAS")
    assert set(places.resolve_many("CEDEAO", on="2025-02")) == set(places.members("ecowas_2012")) - SIX_LEFT
    assert places.members("world", on=2012) == sorted(set(places.members("world", on="2012-12-31")))
    assert "YUG" not in places.members("world", on=2012)


def test_a_window_takes_who_was_a_member_on_one_of_its_days():
    before, after = pd.Timestamp("2025-01-28"), pd.Timestamp("2025-01-29")
    end = pd.Timestamp("2025-12-31")
    assert set(places.chosen("ECOWAS", during=(before, end))) == set(places.members("ecowas_2012"))
    assert not SIX_LEFT & set(places.chosen("ECOWAS", during=(after, end)))
    assert places.chosen(["MLI", "ECOWAS"], during=(after, end))[0] == "MLI"


def test_a_panel_says_how_it_read_an_organisation():
    panel = sk.panel("ECOWAS", "2024-12", "2025-02").add_coups()
    frame = panel.frame
    assert set(frame["iso3"]) == set(places.members("ecowas_2012"))
    assert (frame.groupby("iso3").size() == 3).all()
    notes = frame.attrs["sahelkit"]
    assert notes["place_sets"] == (
        "ecowas: members on some day from 2024-12-01 to 2025-02-28 "
        "(not all of it: BFA to 2025-01-28, MLI to 2025-01-28, NER to 2025-01-28)"
    )
    assert "memberships" in notes["datasets"]
    assert panel.as_of("2025-01-15").to_xarray().attrs["place_sets"] == notes["place_sets"]
    assert "place_sets" not in sk.panel("focus", 2012, 2012).frame.attrs["sahelkit"]
    assert len(sk.panel("ECOWAS", "2025-02", "2025-03").countries) == 12


@pytest.mark.parametrize(("typed", "iso3"), [("AU", "AUS"), ("UA", "UKR")])
def test_initials_that_are_codes_of_countries_stay_so_and_are_pointed_out(typed, iso3):
    with pytest.warns(PlaceWarning, match=rf"'{typed}' is read as the ISO code of .* Type 'African Union'"):
        assert places.chosen([typed, "Mali"]) == [iso3, "MLI"]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert places.resolve(typed) == iso3
