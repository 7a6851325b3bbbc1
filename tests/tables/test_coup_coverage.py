"""A rule that counts coders says where fewer of them cover."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from sahelkit.catalog import record
from sahelkit.errors import CoverageWarning
from sahelkit.geography.places import members
from sahelkit.panels import panel, response_cases
from sahelkit.tables.coup_coverage import coder_counts
from sahelkit.tables.coups import coup_coders, load_coups

# Thailand lies outside the study region: Cline covers it from 1945 to 2022, the Center for Systemic Peace from 1946 to
# 2014, Powell and Thyne from 1950.
UNEVEN = {
    "from 2023 on one coder alone": {"countries": "THA", "start": 2020, "end": 2023},
    "when Powell and Thyne begin": {"countries": "THA", "start": 1949, "end": 1950},
    "before 1946 one coder alone": {"countries": "THA", "start": 1945, "end": 1945},
    "when the Center for Systemic Peace ends": {"countries": "THA", "start": 2014, "end": 2015},
    "one coder alone all along": {"countries": "THA", "start": 2023},
    "the study region beside the rest": {"countries": ["THA", "MLI"], "start": 1970, "end": 1990},
    "the study region when a coder ends": {"countries": "MLI", "start": 2017, "end": 2018},
    "an open window": {},
}
EVEN = {
    "three coders throughout": {"countries": "THA", "start": 1950, "end": 2014},
    "two coders throughout": {"countries": "THA", "start": 2015, "end": 2022},
    "two coders of a small state throughout": {"countries": "GRD", "start": 1974, "end": 2022},
    "four coders throughout": {"countries": ["MLI", "NER"], "start": 2015, "end": 2017},
}


def caught(ask) -> list[str]:
    with warnings.catch_warnings(record=True) as found:
        warnings.simplefilter("always")
        ask()
    return [str(w.message) for w in found if "rule=" in str(w.message) and issubclass(w.category, CoverageWarning)]


@pytest.mark.parametrize("options", UNEVEN.values(), ids=UNEVEN.keys())
@pytest.mark.parametrize("rule", ["majority", "all"])
def test_an_uneven_window_is_told(rule, options):
    (message,) = caught(lambda: load_coups(rule=rule, **options))
    assert f"rule={rule!r}" in message


@pytest.mark.parametrize("options", EVEN.values(), ids=EVEN.keys())
@pytest.mark.parametrize("rule", ["majority", "all"])
def test_an_even_window_is_silent(rule, options):
    assert caught(lambda: load_coups(rule=rule, **options)) == []


@pytest.mark.parametrize("rule", ["any", "powell_thyne", "cline"])
def test_rules_that_do_not_count_coders_are_silent(rule):
    assert caught(lambda: load_coups(rule=rule, countries="THA", start=2020, end=2022)) == []
    assert caught(lambda: load_coups(rule=rule)) == []


def test_the_message_gives_years_numbers_and_the_coder_that_stands_alone():
    (message,) = caught(lambda: load_coups(rule="majority", countries="THA", start=1948, end=2024))
    assert "1948-1949: 2 coders; 1950-2014: 3 coders; 2015-2022: 2 coders; 2023-2024: 1 coder." in message
    assert "(Powell and Thyne, 2023-2024)" in message
    (message,) = caught(lambda: load_coups(rule="all", countries="THA", start=1945, end=1946))
    assert "(Cline Center, 1945)" in message
    (message,) = caught(lambda: load_coups(rule="majority", countries=["THA", "MLI"], start=2022, end=2023))
    assert "2022: 4 coders in 1 country and 2 coders in 1 country; 2023: 2 coders in 1 country and 1 coder" in message


def test_panels_warn_of_their_own_window_and_countries():
    def build(country, first, last, rule="majority"):
        return caught(lambda: panel(country, first, last, freq="Y").add_coups(rule=rule).frame)

    (message,) = build("THA", "2020", "2024")
    assert "2020-2022: 2 coders; 2023-2024: 1 coder" in message
    assert build("THA", "1960", "2014") == []
    assert build("THA", "2020", "2024", "any") == []
    # Neighbours and history are on the raster, but not in the panel.
    quiet = panel("BFA", "1990", "2000", freq="Y").add_coups(rule="majority").lag("attempt", years=1)
    assert caught(lambda: quiet.frame) == []


def test_the_default_of_a_panel_is_told_too():
    assert len(caught(lambda: panel("world", "2021", "2024", freq="Y").add_coups(rule="majority").frame)) == 1


def test_functions_that_pass_the_rule_on_pass_the_warning_on():
    assert caught(lambda: response_cases(rule="majority", start="2010", end="2024"))


def test_the_number_of_coders_is_that_of_the_table():
    coders = record("coups").details["coders"]
    events = load_coups(rule="any")
    first, last = pd.Timestamp("1945-01-01"), pd.Timestamp("2025-12-31")
    for code in ("MLI", "THA", "ETH"):
        counts = coder_counts(coders, [code], first, last)
        for event in events[events["iso3"] == code].itertuples():
            (row,) = counts[(counts["first"] <= event.date) & (event.date <= counts["last"])].itertuples()
            assert row.n == event.n_covering


def test_days_without_a_state_are_no_country_days():
    coders = record("coups").details["coders"]
    counts = coder_counts(coders, ["MLI"], pd.Timestamp("1945-01-01"), pd.Timestamp("1961-12-31"))
    assert counts[["n", "countries"]].to_numpy().tolist() == [[5, 1]]
    labels = coup_coders().set_index("prefix")["label_en"]
    assert counts["coders"].item() == ", ".join(labels[["pt", "cline", "csp", "colpus", "cam"]])
    assert "MLI" in members("study")
