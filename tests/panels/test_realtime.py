"""Rows as known on the first day of their period must be those of ``as_of``, which test_leaks.py checks by hand."""

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import OptionError
from sahelkit.panels import panel, real_time

pytestmark = pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")

# Study region and not, by the coast and not, born inside the window, and one that UCDP does not code
STATES = ["Mali", "Côte d'Ivoire", "Libya", "South Sudan", "Abkhazia", "Cabo Verde"]
COUNTS = ["attempt", "neighbours_attempt", "reign_election"]


def _slow_news(freq):
    """A user's frame whose values come out after anything from a day to five years."""
    rng = np.random.default_rng(3)
    periods = pd.period_range("2000-01", "2025-12", freq=freq)
    frame = pd.DataFrame({"iso3": np.repeat(["MLI", "CIV", "LBY"], len(periods)), "period": list(periods) * 3})
    frame["x"] = rng.poisson(0.2, len(frame)).astype(float)
    frame.loc[rng.random(len(frame)) < 0.1, "x"] = np.nan
    ends = pd.PeriodIndex(frame["period"]).end_time.normalize()
    frame["out"] = ends + pd.to_timedelta(rng.integers(1, 1800, len(frame)), unit="D")
    return frame


def _everything(freq, start):
    built = panel(STATES, start, "2026-06", freq=freq).add_coups(rule="powell_thyne").add_conflict()
    built = built.add_indicators(["wdi_gdp_per_capita", "undp_hdi"]).add_democracy("vdem_polyarchy")
    built = built.add_leaders().add_elections().add_military_rule().add_frame(_slow_news(freq), published="out")
    built = built.add_neighbours("attempt")
    levels = ["vdem_polyarchy", "wdi_gdp_per_capita", "reign_military", "leader", "reign_until_election"]
    built = built.lag([*COUNTS, *levels, "ucdp_deaths_state_based", "x"], periods=1).lag(["x", *levels], periods=14)
    built = built.past(COUNTS, periods=3).past([*COUNTS, "x"], periods=30, partial=True)
    built = built.past("ucdp_deaths_state_based", periods=4).since_last([*COUNTS, "x"])
    return built.lag(["since_last_attempt", "attempt_past30_known"], periods=2).past("attempt_lag1", periods=2)


def _same(got, wanted):
    pd.testing.assert_frame_equal(got.reset_index(drop=True), wanted.reset_index(drop=True), check_exact=True)


@pytest.mark.parametrize(("freq", "start", "every"), [("Y", "1950", 7), ("M", "1990-01", 29)])
def test_every_row_is_that_of_as_of_on_its_first_day(freq, start, every):
    built = _everything(freq, start)
    frame = real_time(built)
    assert set(frame.columns) == set(built.columns) | {"iso3", "country", "gwcode", "period"}
    periods = sorted(frame["period"].unique())
    for period in periods[::every]:
        shown = built.as_of(f"{period.start_time:%Y-%m-%d}").frame
        _same(frame[frame["period"] == period], shown[shown["period"] == period])


@pytest.mark.parametrize("freq", ["M", "Y"])
def test_nothing_of_the_period_itself_is_known_on_its_first_day(freq):
    frame = real_time(panel(STATES, "1990", "2020", freq=freq).add_coups().add_conflict().add_democracy("vdem_regime"))
    assert frame[["attempt", "success", "ucdp_deaths_state_based", "vdem_regime"]].isna().all(axis=None)


def test_a_window_of_known_events_needs_no_complete_month():
    """Mali, 22 March and 1 May 2012: on the first of each month, what had been told of the three months before."""
    mali = panel("Mali", "2012-03", "2012-08").add_coups(rule="powell_thyne")
    frame = real_time(mali.past("attempt", periods=3).past("attempt", periods=3, partial=True))
    # Each becomes known after 30 days, on 21 April and 31 May: May and June are the first months that know it.
    assert frame["attempt_past3_known"].tolist() == [0.0, 0.0, 1.0, 2.0, 1.0, 1.0]
    assert frame["attempt_past3"].isna().all()


def test_a_known_window_is_na_where_the_source_does_not_speak():
    frame = panel("Mali", "2022-12", "2024-02").add_coups(rule="cline").past("attempt", periods=3, partial=True).frame
    ends = frame.loc[frame["attempt"].notna(), "period"].max()
    assert frame.loc[frame["period"] > ends + 1, "attempt_past3_known"].isna().all()
    assert frame.loc[frame["period"] <= ends + 1, "attempt_past3_known"].notna().all()


def test_real_time_refuses_what_has_a_day_of_knowledge():
    with pytest.raises(OptionError, match="each row has a day of knowledge of its own"):
        real_time(panel("Mali", 2010, 2012, freq="Y").add_coups().as_of("2011-01-01"))
    with pytest.raises(OptionError, match="not a panel"):
        real_time(pd.DataFrame())
