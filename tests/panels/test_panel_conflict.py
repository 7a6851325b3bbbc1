"""Organised violence and military rule in a panel."""

import pandas as pd
import pytest

from sahelkit.catalog import record
from sahelkit.panels import panel
from sahelkit.tables.military_rule import load_military_rule

pytestmark = pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")


@pytest.mark.parametrize("freq", ["M", "Y"])
def test_no_death_is_lost_on_the_way(freq):
    frame = panel("world", "1989", "2025", freq=freq).add_conflict().frame
    totals = record("conflict").details["totals_final"]
    assert {name: int(frame[name].sum()) for name in totals} == totals


def test_before_1989_is_unknown_and_quiet_months_are_zero():
    frame = panel("Mali", "1988-11", "1989-02").add_conflict("ucdp_events_state_based").frame
    assert frame["ucdp_events_state_based"].isna().tolist() == [True, True, False, False]
    assert frame["ucdp_events_state_based"].tolist()[2:] == [0, 0]


def test_a_year_that_the_source_has_not_finished_is_unknown():
    frame = panel("Mali", 2025, 2026, freq="Y").add_conflict("ucdp_deaths_one_sided").frame
    assert frame["ucdp_deaths_one_sided"].isna().tolist() == [False, True]


def test_military_rule_by_month_is_the_table_and_by_year_its_january():
    months = panel("study", "1950", "2025-03").add_military_rule().frame
    table = load_military_rule(start="1950", end="2025-03")
    pd.testing.assert_series_equal(
        months.set_index(["iso3", "period"])["reign_military"].rename(None),
        table.set_index(["iso3", "month"])["reign_military"]
        .astype("float64")
        .rename(None)
        .rename_axis(["iso3", "period"]),
    )
    years = panel("study", "1950", "2025", freq="Y").add_military_rule().frame
    januaries = months[months["period"].dt.month == 1]
    wanted = dict(
        zip(zip(januaries["iso3"], januaries["period"].dt.year, strict=True), januaries["reign_military"], strict=True)
    )
    for iso3, period, value in zip(years["iso3"], years["period"], years["reign_military"], strict=True):
        expected = wanted.get((iso3, period.year))
        assert value == expected or (pd.isna(value) and expected is None), (iso3, period)
