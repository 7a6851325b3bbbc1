"""Nothing that was not yet published may move a forecast: the future is scrambled, and the forecasts must stay."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from sahelkit.catalog import record
from sahelkit.evaluate import backtest
from sahelkit.panels import coups as coup_step
from sahelkit.panels import panel, yearly
from sahelkit.panels.coups import carried_on
from sahelkit.tables.coups import counted, load_coups

pytestmark = pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")

ORIGIN = {"Y": "2012", "M": "2012-04"}
FIRST_DAY = {"Y": dt.date(2012, 1, 1), "M": dt.date(2012, 4, 1)}
DAY = dt.timedelta(days=1)


def _panel(freq):
    built = panel("west_africa", "1990", "2016", freq=freq).add_coups(rule="powell_thyne")
    built = built.add_democracy("vdem_polyarchy").add_neighbours("attempt").since_last("attempt")
    built = built.lag("vdem_polyarchy", years=1).lag("attempt", periods=1)
    return built.past("neighbours_attempt", years=2, partial=True)


def _forecasts(spy, freq, horizon=1):
    first = pd.Period(ORIGIN[freq], freq)
    done = backtest({"spy": spy}, _panel(freq), origins=[first, first + 3], horizon=horizon).tidy()
    mine = done[done["model"] == "spy"]
    return [mine.loc[mine["origin"] == origin, "probability"].to_numpy() for origin in (first, first + 3)]


def _scramble_coups(monkeypatch, after):
    """Drop half of the events that were published after a day, and add others in their place."""
    lag = dt.timedelta(days=int(record("coups").published.text[1:-1]))

    def changed(*given, **options):
        events = counted(*given, **options)
        late = np.array([date.date() + lag > after for date in events["date"]])
        rng = np.random.default_rng(1)
        gone = late & (rng.random(len(events)) < 0.5)
        out = events[~gone].copy()
        # Moved by three weeks back or forth, but never to a day that was published by then.
        moved = out["date"] + pd.to_timedelta(rng.integers(-21, 22, len(out)), unit="D")
        fresh = np.array([date.date() + lag > after for date in moved])
        mine = np.array([date.date() + lag > after for date in out["date"]])
        out["date"] = out["date"].where(~(mine & fresh), moved)
        extra = out[out["iso3"] == "MLI"].iloc[[0]].assign(date=pd.Timestamp(after - lag + DAY))
        return pd.concat([out, extra], ignore_index=True)

    monkeypatch.setattr(coup_step, "counted", changed)


@pytest.mark.parametrize("horizon", [1, 3])
@pytest.mark.parametrize("freq", ["M", "Y"])
def test_coups_published_after_the_origin_do_not_move_its_forecast(monkeypatch, spy, freq, horizon):
    before = _forecasts(spy, freq, horizon)
    _scramble_coups(monkeypatch, FIRST_DAY[freq])
    after = _forecasts(spy, freq, horizon)
    np.testing.assert_array_equal(after[0], before[0])
    assert (after[1] != before[1]).all()


@pytest.mark.parametrize("freq", ["M", "Y"])
def test_one_day_earlier_the_scrambled_events_would_have_been_seen(monkeypatch, spy, freq):
    """Power: an event published on the origin itself must move its forecast."""
    before = _forecasts(spy, freq)
    _scramble_coups(monkeypatch, FIRST_DAY[freq] - DAY)
    assert (_forecasts(spy, freq)[0] != before[0]).any()


@pytest.mark.parametrize("freq", ["M", "Y"])
def test_covariates_published_after_the_origin_do_not_move_its_forecast(monkeypatch, spy, freq):
    """V-Dem of 2011 is out on 15 March 2012: known on 1 April, not on 1 January."""
    before = _forecasts(spy, freq)
    known = 2011 if freq == "M" else 2010
    whole = yearly.read_table

    def changed(first_late):
        def read(dataset, **options):
            table = whole(dataset, **options)
            if "vdem_polyarchy" in table:
                late = table["year"] >= first_late
                table["vdem_polyarchy"] = table["vdem_polyarchy"].where(~late, 1 - table["vdem_polyarchy"])
            return table

        return read

    monkeypatch.setattr(yearly, "read_table", changed(known + 1))
    np.testing.assert_array_equal(_forecasts(spy, freq)[0], before[0])
    monkeypatch.setattr(yearly, "read_table", changed(known))
    # In the yearly panel the lag of one year is never known on 1 January, so that nothing of V-Dem is used at all.
    assert (_forecasts(spy, freq)[0] != before[0]).any() == (freq == "M")


def test_shifting_every_stamp_by_its_lag_removes_what_came_out_on_the_day(spy):
    """A frame with stamps: one day later, and what was out on the first day of the origin is gone from its forecast."""
    months = pd.period_range("2008-01", "2012-12", freq="M")
    frame = pd.DataFrame({"iso3": "MLI", "month": months})
    frame["x"] = (np.arange(len(months)) % 7 == 0).astype(float)
    for lag in (0, 28, 59):
        frame["out"] = [month.end_time.normalize() + pd.Timedelta(days=1 + lag) for month in months]
        shown = []
        for delay in (0, 1):
            late = frame.assign(out=frame["out"] + pd.Timedelta(days=delay))
            built = panel("Mali", "2008-01", "2012-12").add_frame(late, published="out").lag("x", periods=1)
            spy.shown.clear()
            backtest({"spy": spy}, built, outcome="x", origins=["2012-01"])
            shown.append(spy.shown[0]["period"].max())
        origin = pd.Timestamp("2012-01-01")
        for delay, last in enumerate(shown):
            out = frame.loc[frame["out"] + pd.Timedelta(days=delay) <= origin, "month"].max()
            assert last == out
        assert (shown[0] != shown[1]) == (frame["out"] == origin).any()


def test_vintages_show_the_list_of_the_time(spy):
    """Chad 2006-04-13 was in the list of 2015 and is not in that of 2022; March 2006 is the other way round."""
    built = panel(["Chad", "Mali"], "2000-01", "2025-12").add_coups(rule="powell_thyne").lag("attempt", periods=3)
    for origin, month in (("2014-01", "2006-04"), ("2021-01", "2006-04"), ("2023-06", "2006-03")):
        spy.shown.clear()
        done = backtest({"spy": spy}, built, origins=[origin], vintages=True)
        learned = spy.shown[0]
        chad = learned[(learned["iso3"] == "TCD") & (learned["period"].dt.year == 2006)]
        assert chad.loc[chad["label"] == 1, "period"].astype(str).tolist() == [month]
    assert set(done.tidy()["vintage"]) == {"2022-11-29"}
    assert set(backtest({"spy": spy}, built, origins=["2014-01"]).tidy()["vintage"]) == {""}
    # What a row saw is the list of its own day: the rows of 2006 saw April, of whatever origin they are learned from.
    seen = learned[(learned["iso3"] == "TCD") & learned["period"].isin(pd.period_range("2006-05", "2006-08", freq="M"))]
    assert seen["attempt_lag3"].tolist() == [0.0, 0.0, 1.0, 0.0]


def test_a_release_is_carried_on_by_the_next_ones_and_keeps_its_own_past():
    of_2015 = carried_on("2015-05-20", None)
    newest = load_coups(rule="powell_thyne")
    late, added = (list_[list_["date"] > "2015-05-20"] for list_ in (of_2015, newest))
    assert len(late) == 25
    keys = [sorted(zip(part["iso3"], part["date"], strict=True)) for part in (late, added)]
    assert keys[0] == keys[1]
    early = of_2015[of_2015["date"] <= "2015-05-20"]
    assert len(early) == len(load_coups(rule="powell_thyne", vintage="2015-05-20"))


def test_outcomes_are_scored_by_todays_list(spy):
    built = panel(["Chad", "Mali"], "1990", "2025", freq="Y").add_coups(rule="powell_thyne")
    then, now = (backtest({"spy": spy}, built, origins=("2005", "2025"), vintages=v).tidy() for v in (True, False))
    pd.testing.assert_series_equal(then["outcome"], now["outcome"])
    assert then["vintage"].nunique() == 2
