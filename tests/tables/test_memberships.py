"""load_memberships: days, windows, organisations, suspensions."""

from __future__ import annotations

import warnings

import pytest

import sahelkit as sk
from sahelkit.errors import CoverageWarning, DateError, UnknownNameError


def _members(organisation, day):
    frame = sk.load_memberships(organisations=organisation, on=day)
    return frame.loc[frame["status"] == "member", "iso3"].tolist()


def test_all_spells_in_order():
    frame = sk.load_memberships()
    assert len(frame) == 96
    assert frame["membership_id"].is_unique
    assert frame.equals(frame.sort_values(["organisation", "iso3", "status", "start"], ignore_index=True))
    assert frame["start"].dtype == frame["end"].dtype == "datetime64[ns]"
    assert frame.attrs == {"sahelkit": {"datasets": {"memberships": "2026.1"}}}


def test_members_on_the_day_of_the_coup_of_2012():
    assert _members("ECOWAS", "2012-03-22") == sk.places.members("ecowas_2012")
    assert len(_members("UEMOA", "2012-03-22")) == 8
    assert _members("G5S", "2012-03-22") == _members("AES", "2012-03-22") == []


@pytest.mark.parametrize(("organisation", "iso3", "last_day", "first_day_out"), [
    ("ECOWAS", "MLI", "2025-01-28", "2025-01-29"),
    ("ECOWAS", "MRT", "2000-11-30", "2001-01-01"),
    ("G5S", "MLI", "2022-05-14", "2022-05-15"),
    ("G5S", "TCD", "2023-12-05", "2023-12-06"),
])  # fmt: skip
def test_the_day_of_the_end_is_out(organisation, iso3, last_day, first_day_out):
    assert iso3 in _members(organisation, last_day)
    assert iso3 not in _members(organisation, first_day_out)


def test_a_window_takes_spells_that_touch_it():
    mali = {"countries": "MLI", "organisations": "ECOWAS"}
    assert sk.load_memberships(start="2012-03-27", end="2012-03-27", **mali)["status"].tolist() == [
        "member", "suspended",
    ]  # fmt: skip
    assert sk.load_memberships(start="2012-04-08", end="2013", **mali)["status"].tolist() == ["member"]
    assert sk.load_memberships(start="2025-01-29", **mali).empty


def test_uemoa_suspended_mali_until_2023():
    spell = sk.load_memberships(countries="MLI", organisations=["UEMOA"], on="2022-12").iloc[-1]
    assert [spell["status"], str(spell["end"].date())] == ["suspended", "2023-07-08"]


def test_warnings_and_errors():
    with pytest.warns(CoverageWarning, match="memberships was last revised for 2026-01-31; open spells"):
        sk.load_memberships(countries="BEN", on="2026-06-01")
    with pytest.warns(CoverageWarning, match="memberships covers 1973-09-12 to 2026-01-31"):
        sk.load_memberships(start=1960)
    with pytest.warns(CoverageWarning, match="it has no row for FRA"):
        assert sk.load_memberships(countries="FRA").empty
    with pytest.raises(UnknownNameError, match=r"unknown organisation 'CEDEAO'. .*ECOWAS"):
        sk.load_memberships(organisations=["UEMOA", "CEDEAO"])
    with pytest.raises(DateError, match="on='yesterday': not a date"):
        sk.load_memberships(on="yesterday")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sk.load_memberships(countries="study", start=1980, end=2025, on="2012-03-21")
