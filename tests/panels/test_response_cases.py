"""Cases of responses: who is a case, who is at risk, what is known on the day."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import DataUnavailableError, MissingColumnsError, UnknownNameError
from sahelkit.panels import responses as module
from sahelkit.panels.response_context import add_context, fellow_members
from sahelkit.panels.responses import MEASURES, response_cases
from sahelkit.record.responses import waiting_times

CASES = response_cases()


def test_cases_are_successful_coups_of_members_and_what_was_treated_as_one():
    success = sk.load_coups(rule="powell_thyne", countries="study", start="2002-07-09").query("outcome == 'success'")
    assert set(success["coup_id"]) <= set(CASES["coup_id"])
    assert set(CASES["coup_id"]) - set(success["coup_id"]) == {"BFA-2015-09-16"}
    assert not CASES.loc[CASES["coup_id"] == "BFA-2015-09-16", "succeeded"].any()
    ecowas = CASES[CASES["body"] == "ECOWAS"]
    assert not set(ecowas["iso3"]) & {"MRT", "TCD", "GAB", "SDN"}
    assert (CASES.groupby("body").size() == pd.Series({"AU": 21, "ECOWAS": 15})).all()


def test_states_that_were_suspended_already_are_not_at_risk():
    away = CASES[~CASES["at_risk"]]
    assert sorted(zip(away["coup_id"], away["body"], strict=True)) == [
        ("BFA-2022-09-30", "AU"), ("BFA-2022-09-30", "ECOWAS"), ("NER-2010-02-18", "ECOWAS"),
    ]  # fmt: skip
    assert away["suspension_days"].isna().all()


def test_days_are_those_of_the_first_act():
    acts = sk.load_responses()
    for case in CASES.itertuples():
        own = acts[(acts["coup_id"] == case.coup_id) & (acts["body"] == case.body)]
        for measure, names in MEASURES.items():
            days = (own["date"] - own["coup_date"]).dt.days
            days = days[own["act"].isin(names) & (own["date_precision"] == "day")]
            found = getattr(case, f"{measure}_days")
            if len(days):
                assert found == days.min()
            else:
                assert pd.isna(found)
    known = CASES.dropna(subset=["suspension_days"])
    assert (known["suspension_days_min"] <= known["suspension_days"]).all()
    assert (known["suspension_days"] <= known["suspension_days_max"]).all()


def test_observation_ends_with_the_next_coup_the_exit_or_the_table():
    days = CASES.set_index(["coup_id", "body"])["censored_days"]
    assert days["MLI-2020-08-18", "AU"] == (pd.Timestamp("2021-05-24") - pd.Timestamp("2020-08-18")).days
    assert days["NER-2023-07-26", "ECOWAS"] == (pd.Timestamp("2025-01-29") - pd.Timestamp("2023-07-26")).days
    assert days["NER-2023-07-26", "AU"] == (pd.Timestamp("2026-01-31") - pd.Timestamp("2023-07-26")).days
    # A failed attempt does not end the watch: Burkina Faso 2014 is watched over 2015 until January 2022.
    assert days["BFA-2014-10-30", "AU"] == (pd.Timestamp("2022-01-24") - pd.Timestamp("2014-10-31")).days
    came = CASES["suspension_days_min"].notna() & CASES["at_risk"]
    assert (CASES.loc[came, "suspension_days_max"] <= CASES.loc[came, "censored_days"]).all()


def test_two_coups_of_a_year_have_their_month():
    labels = CASES.drop_duplicates("coup_id").set_index("coup_id")["label_fr"]
    assert labels["BFA-2022-01-24"] == "Burkina Faso 2022-01"
    assert labels["MLI-2012-03-22"] == "Mali 2012"
    assert labels.is_unique


def test_context_uses_nothing_that_was_published_later():
    table = add_context(CASES)
    mali = table[(table["coup_id"] == "MLI-2012-03-22") & (table["body"] == "ECOWAS")].iloc[0]
    wide = sk.load_indicators(
        indicators=["owid_population", "wdi_armed_forces", "wdi_gdp_per_capita"], countries="MLI", shape="wide"
    ).set_index("year")
    # Population and armed forces come out in July of the second year after: on 22 March 2012 those of 2009 are known.
    assert mali["population"] == wide.loc[2009, "owid_population"]
    assert mali["armed_forces"] == wide.loc[2009, "wdi_armed_forces"]
    assert mali["gdp"] == pytest.approx(wide.loc[2009, "owid_population"] * wide.loc[2009, "wdi_gdp_per_capita"])
    assert mali["n_fellows"] == 14
    assert mali["share_24m"] == pytest.approx(2 / 14)
    assert len(table) == len(CASES)


def test_attempts_of_fellow_members_by_brute_force():
    table = add_context(CASES, months=(24,))
    coups = sk.load_coups(rule="powell_thyne")
    for case in table.itertuples():
        spells = sk.load_memberships(organisations=case.body, on=case.coup_date)
        inside = set(spells.loc[spells["status"] == "member", "iso3"])
        inside -= {case.iso3, *spells.loc[spells["status"] == "suspended", "iso3"]}
        begins = case.coup_date - pd.DateOffset(months=24)
        hit = coups[coups["iso3"].isin(inside) & (coups["date"] >= begins) & (coups["date"] < case.coup_date)]
        assert case.attempts_24m == hit["iso3"].nunique()
        assert case.n_fellows == len(inside)


def test_fellow_members_leave_out_the_country_itself():
    table = fellow_members("ECOWAS", pd.Timestamp("2023-07-26"), without="NER")
    assert "NER" not in set(table["iso3"])
    assert set(table.loc[table["suspended"], "iso3"]) == {"MLI", "BFA", "GIN"}
    assert table["last_attempt"].dropna().is_monotonic_decreasing
    assert np.isnan(table.loc[table["iso3"] == "CPV", "months_since"].iloc[0])


def test_messages():
    with pytest.raises(UnknownNameError, match=r"unknown body 'EU'\. Known: AU, ECOWAS, UEMOA"):
        response_cases(bodies="EU")
    with pytest.raises(DataUnavailableError, match=r"could not get cases of responses.*Widen the window"):
        response_cases(countries="SEN")
    with pytest.raises(MissingColumnsError, match=r"add_context needs the columns? 'body'"):
        add_context(CASES.drop(columns="body"))


def test_what_was_not_searched_is_not_known(monkeypatch):
    # As if nobody had looked for the answers of ECOWAS to two coups.
    away = ["MLI-2012-03-22", "GNB-2012-04-12"]
    searches = sk.tables.load_response_searches()
    known = searches[~searches["coup_id"].isin(away)]
    monkeypatch.setattr(module, "load_response_searches", lambda *, bodies, **_: known[known["body"] == bodies])
    cases = response_cases(bodies="ECOWAS").set_index("coup_id")
    assert cases.loc[away, "searched"].tolist() == [False, False]
    assert cases.loc[away, ["at_risk", "censored_days"]].isna().all(axis=None)
    assert cases.drop(index=away)["searched"].all()
    assert cases.drop(index=away)[["at_risk", "censored_days"]].notna().all(axis=None)
    waits = waiting_times(cases.reset_index(), "suspension", body="ECOWAS")
    assert waits.n == waiting_times(CASES, "suspension", body="ECOWAS").n - len(away)


def test_every_case_was_searched():
    assert CASES["searched"].all()
    assert CASES["at_risk"].dtype == "boolean"
    assert response_cases(bodies="UEMOA")["searched"].all()


def test_an_unsure_suspension_leaves_the_risk_unknown(monkeypatch):
    # As if ECOWAS had suspended Guinea by the end of 2021, on an unknown day.
    spells = sk.load_memberships()
    new = spells[spells["membership_id"] == "ECOWAS-GIN-suspended-2021-09-08"].copy()
    assert len(new) == 1
    new[["start", "start_min"]] = pd.NaT
    new["start_max"] = pd.Timestamp("2021-12-31")
    both = pd.concat([spells[~spells["membership_id"].isin(new["membership_id"])], new], ignore_index=True)
    monkeypatch.setattr(
        module, "load_memberships", lambda *, organisations, **kw: both[both["organisation"] == organisations]
    )
    cases = response_cases(bodies="ECOWAS", countries="GIN").set_index("coup_id")
    assert cases.loc["GIN-2021-09-05", "at_risk"] is pd.NA


def test_fellow_members_are_refused_where_a_spell_is_unsure():
    # The suspension of Niger ended on some day of March 2011, that of Côte d'Ivoire on some day of that year.
    with pytest.raises(DataUnavailableError, match=r"fellow members on 2011-03-15.*a spell of CIV, NER holds"):
        fellow_members("ECOWAS", pd.Timestamp("2011-03-15"), without="MLI")
    assert "NER" in set(fellow_members("ECOWAS", pd.Timestamp("2011-04-01"), without="CIV")["iso3"])
