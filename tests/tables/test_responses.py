"""load_responses: bodies, acts, windows, and messages."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import CoverageWarning, DateError, UnknownNameError, UnknownPlaceError


def test_all_acts_in_order():
    frame = sk.load_responses()
    assert len(frame) == 321
    assert frame["response_id"].is_unique
    assert frame.equals(frame.sort_values(["coup_date", "date", "response_id"], ignore_index=True))
    assert frame.attrs == {"sahelkit": {"datasets": {"responses": "2026.3"}}}
    for name in ("coup_date", "date", "date_min", "date_max"):
        assert pd.api.types.is_datetime64_any_dtype(frame[name])


def test_filters_cut_rows_and_nothing_else():
    everything = sk.load_responses()
    some = sk.load_responses(
        countries=["MLI", "NER"], bodies=["ECOWAS", "UEMOA"], acts="economic_sanctions", start=2012, end="2023-07-30"
    )
    keep = (
        everything["iso3"].isin(["MLI", "NER"])
        & everything["body"].isin(["ECOWAS", "UEMOA"])
        & (everything["act"] == "economic_sanctions")
        & everything["date"].between("2012-01-01", "2023-07-30")
    )
    assert some["response_id"].tolist() == everything.loc[keep, "response_id"].tolist()
    assert len(some) == 7


def test_one_decision_of_several_acts_is_one_package():
    abuja = sk.load_responses(countries="NER", bodies="ECOWAS", start="2023-07-30", end="2023-07-30")
    assert sorted(abuja["act"]) == ["border_closure", "economic_sanctions", "personal_sanctions", "threat_of_force"]
    assert set(abuja["package_id"]) == {"ECOWAS-NER202307-2023-07-30"}


def test_a_coup_without_responses_gives_no_rows_and_the_docstring_says_why():
    assert sk.load_responses(countries="DZA", bodies=["AU", "OAU"]).empty
    assert "No row does not mean no response" in sk.load_responses.__doc__
    searches = sk.tables.load_response_searches(countries="DZA", bodies="OAU")
    assert set(searches["outcome"]) == {"none_found"}


def test_searches_by_country_and_body():
    frame = sk.tables.load_response_searches()
    assert len(frame) == 189
    assert not frame.duplicated(["coup_id", "body"]).any()
    assert frame.attrs == {"sahelkit": {"datasets": {"responses": "2026.3"}}}
    mali = sk.tables.load_response_searches(countries="Mali", bodies="ECOWAS")
    expected = frame[(frame["iso3"] == "MLI") & (frame["body"] == "ECOWAS")]
    assert mali["coup_id"].tolist() == expected["coup_id"].tolist()
    with pytest.raises(UnknownNameError, match="unknown body 'CEDEAO'"):
        sk.tables.load_response_searches(bodies="CEDEAO")
    with pytest.warns(CoverageWarning, match="it has no row for FRA"):
        assert sk.tables.load_response_searches(countries="FRA").empty


def test_an_act_known_by_month_belongs_to_every_window_that_it_may_touch():
    frame = sk.load_responses()
    vague = frame[frame["date_precision"] == "month"]
    assert len(vague) >= 3
    day = pd.Timedelta(days=1)
    for row in vague.itertuples():
        for at, inside in (
            (row.date_min - day, False), (row.date_min, True), (row.date_max, True), (row.date_max + day, False),
        ):  # fmt: skip
            assert (row.response_id in set(sk.load_responses(start=at, end=at)["response_id"])) == inside


def test_a_stated_day_is_not_widened_by_its_bounds():
    # The African Union decided on 14 August 2023 and made it public on the 22nd, which is its day.
    row = sk.load_responses().set_index("response_id").query("date_precision == 'day' and date_min < date").iloc[0]
    found = sk.load_responses(start=row["date_min"], end=row["date"] - pd.Timedelta(days=1))
    assert row.name not in set(found["response_id"])


def test_messages():
    with pytest.raises(UnknownNameError, match=r"unknown body 'CEDEAO'\. .*In English: CEDEAO is ECOWAS"):
        sk.load_responses(bodies="CEDEAO")
    with pytest.raises(UnknownNameError, match=r"unknown act 'suspensions'\. Did you mean 'suspension'"):
        sk.load_responses(acts=["mediation", "suspensions"])
    with pytest.raises(UnknownPlaceError, match="Mally"):
        sk.load_responses(countries="Mally")
    with pytest.raises(DateError, match="start='soon'"):
        sk.load_responses(start="soon")
    with pytest.warns(CoverageWarning, match="responses covers 1990-01-01 to 2026-01-31"):
        sk.load_responses(start=1980)
    with pytest.warns(CoverageWarning, match="it has no row for FRA"):
        assert sk.load_responses(countries="FRA").empty
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sk.load_responses(countries="study", start=1990, end="2025")


def test_responses_are_events():
    events = sk.load_events(kinds="response", countries="MLI", start="2012-03-27", end="2012-03-27")
    assert events["outcome"].tolist() == ["condemnation", "mediation", "suspension", "threat_of_force"]
    assert events["description"].str.startswith("ECOWAS. ").all()
    french = sk.load_events(kinds="response", countries="MLI", start="2012-03-27", end="2012-03-27", lang="fr")
    assert french["description"].str.contains("Mali|junte|délégation|alerte").all()
