"""Looking ahead, and years and months beside the period."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import OptionError, UnknownNameError


@pytest.mark.parametrize(("freq", "first", "last", "far"), [("M", "2011-06", "2013-02", 5), ("Y", "1990", "2012", 3)])
def test_a_lead_is_the_value_of_the_later_period_beyond_the_panel_too(freq, first, last, far):
    longer = sk.panel("focus", first, pd.Period(last, freq) + far, freq=freq).add_coups().frame
    longer = longer.set_index(["iso3", "period"])["attempt"]
    frame = sk.panel("focus", first, last, freq=freq).add_coups().lead("attempt", periods=far).frame
    then = pd.MultiIndex.from_arrays([frame["iso3"], frame["period"] + far])
    assert frame[f"attempt_lead{far}"].tolist() == longer.reindex(then).tolist()
    assert frame[f"attempt_lead{far}"].sum() > 0


def test_a_lead_changes_no_other_column():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        panel = sk.panel("Mali", "2015-01", "2018-12").add_coups().add_leaders().add_elections().add_conflict()
        panel = (
            panel.add_democracy("vdem_regime").since_last("attempt").add_neighbours("attempt").past("attempt", years=2)
        )
        for view in (panel, panel.as_of("2017-06-30")):
            pd.testing.assert_frame_equal(view.lead("attempt", years=2).frame[view.frame.columns], view.frame)
        ahead = panel.lead("attempt", years=2)
        assert ahead.end == panel.end
        assert ahead.to_xarray().sizes == panel.to_xarray().sizes
        pd.testing.assert_frame_equal(ahead.latest().query("column != 'attempt_lead24'").reset_index(drop=True),
                                      panel.latest())  # fmt: skip


@pytest.mark.parametrize("day", ["2012-04-20", "2012-04-21", "2012-05-30"])
def test_under_as_of_a_lead_holds_what_was_known_on_the_day(day):
    panel = sk.panel("Mali", "2011-10", "2012-08").add_coups()
    seen = panel.as_of(day).lead("attempt", months=2).frame
    known = panel.as_of(day).frame.set_index("period")["attempt"]
    assert seen["attempt_lead2"].equals(
        known.reindex(seen["period"] + 2).reset_index(drop=True).rename("attempt_lead2")
    )
    assert seen["attempt_lead2"].isna().any()


def test_leads_and_lags_undo_each_other():
    frame = (
        sk.panel("Mali", "2011-10", "2012-08")
        .add_coups()
        .lead("attempt", months=3)
        .lag("attempt_lead3", months=3)
        .frame
    )
    assert frame["attempt_lead3_lag3"].equals(frame["attempt"].rename("attempt_lead3_lag3"))
    twice = (
        sk.panel("Mali", "2011-10", "2012-08")
        .add_coups()
        .lead("attempt", months=1)
        .lead("attempt_lead1", months=2)
        .frame
    )
    assert twice["attempt_lead1_lead2"].equals(frame["attempt_lead3"].rename("attempt_lead1_lead2"))


def test_what_a_lead_refuses():
    panel = sk.panel("Mali", "2011-10", "2012-08").add_coups()
    with pytest.raises(OptionError, match=r"periods=0: a length is at least one period.*lead\(\) looks ahead"):
        panel.lead("attempt", periods=0)
    with pytest.raises(UnknownNameError, match="unknown panel column 'atempt'"):
        panel.lead("atempt", periods=1)
    with pytest.raises(OptionError, match="panel='attempt_lead1': a lead looks ahead"):
        sk.panels.real_time(panel.lead("attempt", periods=1))


def test_a_calendar_puts_year_and_month_beside_the_period():
    panel = sk.panel("Mali", "1969-11", "1970-02").add_coups()
    frame = panel.with_calendar().frame
    assert frame[["year", "month"]].to_numpy().tolist() == [[1969, 11], [1969, 12], [1970, 1], [1970, 2]]
    assert frame["period"].equals(panel.frame["period"])
    assert list(frame.columns[:6]) == ["iso3", "country", "gwcode", "period", "year", "month"]
    years = sk.panel("Mali", 1969, 1970, freq="Y").with_calendar().frame
    assert years["year"].tolist() == [1969, 1970]
    assert "month" not in years
    assert panel.with_calendar().lag("attempt", months=1).frame["month"].tolist() == [11, 12, 1, 2]
    assert sk.panels.real_time(panel.with_calendar().lag("attempt", months=3))["year"].tolist() == [
        1969,
        1969,
        1970,
        1970,
    ]
    with pytest.raises(OptionError, match="timestamps='yes'"):
        panel.with_calendar(timestamps="yes")


@pytest.mark.parametrize("freq", ["M", "Y"])
def test_a_table_of_timestamps_merges_where_the_calendar_gives_timestamps(freq):
    panel = sk.panel("Mali", "2012-01", "2013-12", freq=freq).add_coups()
    days = panel.frame["period"].dt.to_timestamp()
    table = pd.DataFrame({"iso3": "MLI", "period": days, "z": np.arange(len(days), dtype=float)})
    merged = panel.with_calendar(timestamps=True).frame.merge(table, on=["iso3", "period"], how="left")
    assert merged["z"].tolist() == table["z"].tolist()
    if freq == "M":
        assert panel.add_frame(table).frame["z"].tolist() == table["z"].tolist()


def test_a_model_reads_a_panel_with_a_calendar_like_one_without():
    panel = sk.panel("west_africa", 1970, 2015, freq="Y").add_coups().since_last("attempt")
    views = (panel, panel.with_calendar(), panel.with_calendar(timestamps=True))
    formula = "attempt ~ since_last_attempt"
    plain, *others = (
        sk.fit_hazard(formula, view.frame.assign(attempt=view.frame["attempt"].clip(upper=1))).params for view in views
    )
    assert all(other.equals(plain) for other in others)
