"""load_memberships: days, windows, organisations, suspensions."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.catalog import record
from sahelkit.errors import CoverageWarning, DateError, UnknownNameError
from sahelkit.tables.day_bounds import PRECISIONS, day_span, holds


def _members(organisation, day):
    frame = sk.load_memberships(organisations=organisation, on=day)
    return frame.loc[frame["status"] == "member", "iso3"].tolist()


def test_all_spells_in_order():
    frame = sk.load_memberships()
    assert len(frame) == 97
    assert frame["membership_id"].is_unique
    assert frame.equals(frame.sort_values(["organisation", "iso3", "status", "start"], ignore_index=True))
    assert frame["start"].dtype == frame["end"].dtype == "datetime64[ns]"
    assert frame.attrs == {"sahelkit": {"datasets": {"memberships": "2026.3"}}}


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
        sk.load_memberships(countries="study", organisations=["AU", "ECOWAS"], start=1980, end=2025, on="2012-03-21")


def _spells(precision, end_precision=None):
    """One spell that began about 2010-06-15 and, where it ended, ended about 2012-06-15."""
    began, ended = pd.Series(pd.to_datetime(["2010-06-15"])), pd.Series(pd.to_datetime(["2012-06-15"]))
    if end_precision is None:
        ended = ended.where(ended.isna())
    start = day_span(began, pd.Series([precision], dtype="string"))
    end = day_span(ended, pd.Series([end_precision], dtype="string"))
    return pd.DataFrame(
        {
            "start": began if precision != "before" else began.where(began.isna()),
            "start_min": start["first"],
            "start_max": start["last"],
            "end": ended,
            "end_min": end["first"],
            "end_max": end["last"],
        }
    )


def _told(spell, day):
    answer = holds(spell, pd.Timestamp(day)).iloc[0]
    return "unsure" if pd.isna(answer) else {True: "yes", False: "no"}[bool(answer)]


@pytest.mark.parametrize(("precision", "no", "unsure", "yes"), [
    ("day", ["2010-06-14"], [], ["2010-06-15", "2010-06-16"]),
    ("month", ["2010-05-31"], ["2010-06-01", "2010-06-29"], ["2010-06-30", "2010-07-01"]),
    ("year", ["2009-12-31"], ["2010-01-01", "2010-12-30"], ["2010-12-31"]),
    ("before", [], ["1900-01-01", "2010-06-14"], ["2010-06-15", "2012-01-01"]),
])  # fmt: skip
def test_a_spell_holds_by_the_precision_of_its_first_day(precision, no, unsure, yes):
    spell = _spells(precision)
    assert [_told(spell, day) for day in no] == ["no"] * len(no)
    assert [_told(spell, day) for day in unsure] == ["unsure"] * len(unsure)
    assert [_told(spell, day) for day in yes] == ["yes"] * len(yes)


@pytest.mark.parametrize(("precision", "yes", "unsure", "no"), [
    ("day", ["2012-06-14"], [], ["2012-06-15", "2012-06-16"]),
    ("month", ["2012-05-31"], ["2012-06-01", "2012-06-29"], ["2012-06-30"]),
    ("year", ["2011-12-31"], ["2012-01-01", "2012-12-30"], ["2012-12-31"]),
    ("before", [], ["2011-01-01", "2012-06-14"], ["2012-06-15"]),
])  # fmt: skip
def test_a_spell_ends_by_the_precision_of_its_last_day(precision, yes, unsure, no):
    spell = _spells("day", precision)
    assert [_told(spell, day) for day in no] == ["no"] * len(no)
    assert [_told(spell, day) for day in unsure] == ["unsure"] * len(unsure)
    assert [_told(spell, day) for day in yes] == ["yes"] * len(yes)


def test_every_precision_of_the_table_is_one_that_bounds_know():
    layout = record("memberships").table()
    used = {*layout.field("start_precision").enum, *layout.field("end_precision").enum}
    assert used <= set(PRECISIONS)
    with pytest.raises(UnknownNameError, match="unknown precision of a day 'about'"):
        day_span(pd.Series(pd.to_datetime(["2010-06-15"])), pd.Series(["about"]))


def test_a_bound_does_not_shut_a_spell_out_of_a_window():
    # Both stood at 31 December 2023 and fell out of every window before.
    nineties = sk.load_memberships(countries=["CPV", "GNB"], organisations="CILSS", start=1990, end=2000)
    assert nineties["iso3"].tolist() == ["CPV", "GNB"]
    assert not nineties["certain"].any()
    assert sk.load_memberships(countries=["CPV", "GNB"], organisations="CILSS", start=1990, end=2003)["certain"].all()
    assert sk.load_memberships(countries="BEN", organisations="CILSS", end="2009-12-31").empty


def test_members_that_may_be_none_on_the_day_are_named():
    with pytest.warns(CoverageWarning, match=r"hold on 2000-06-30 is not known: CILSS CPV \(member\), CILSS GNB"):
        frame = sk.load_memberships(organisations="CILSS", on="2000-06")
    assert set(frame.loc[~frame["certain"], "iso3"]) == {"CPV", "GNB"}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert sk.load_memberships(organisations="CILSS", on="2012-09-12")["certain"].all()


def test_a_placeholder_at_the_end_does_not_end_a_spell_on_its_day():
    niger = {"countries": "NER", "organisations": "ECOWAS"}
    with pytest.warns(CoverageWarning, match="ECOWAS NER"):
        march = sk.load_memberships(on="2011-03-28", **niger)
    assert march[["status", "certain"]].to_numpy().tolist() == [["member", True], ["suspended", False]]
    assert sk.load_memberships(on="2011-03-31", **niger)["status"].tolist() == ["member"]
    assert sk.load_memberships(on="2011-02-28", **niger)["certain"].tolist() == [True, True]
