"""Loading published forecasts."""

import pytest

from sahelkit.errors import CoverageWarning, OptionError, UnknownNameError
from sahelkit.tables.forecasts import load_forecasts


def test_one_row_per_state_and_year():
    for outcome in ("attempt", "success", "failure"):
        frame = load_forecasts(outcome=outcome)
        assert not frame.duplicated(["iso3", "year"]).any()
        assert len(frame) == 1687
        assert set(frame["method"]) == {"direct"}
    assert frame.attrs["sahelkit"]["datasets"] == {"forecasts": "2026.3"}


def test_mali_was_twenty_second_of_the_live_forecast():
    live = load_forecasts(run="live")
    ranks = live.set_index("iso3")["probability"].rank(ascending=False)
    assert (len(live), ranks["MLI"], ranks["BFA"], ranks["NER"], ranks["GIN"]) == (169, 22, 1, 16, 31)
    assert live["probability"].sum() == pytest.approx(5.2, abs=0.05)
    assert live.set_index("iso3").loc["MLI", "probability"] == pytest.approx(0.064, abs=0.0005)


def test_mali_was_sixty_ninth_for_2012():
    rolling = load_forecasts(start=2012, end=2012).set_index("iso3")["probability"]
    assert rolling.rank(ascending=False)["MLI"] == 69


def test_unknown_names_say_what_there_is():
    with pytest.raises(UnknownNameError, match="Did you mean 'attempt'"):
        load_forecasts(outcome="atempt")
    with pytest.raises(UnknownNameError, match=r"Known: live, rolling"):
        load_forecasts(run="2020")
    with pytest.raises(OptionError, match=r"the live run has no such forecast of 'attempt'\. Type method='either'"):
        load_forecasts(run="live", method="direct")


def test_a_year_without_forecast_is_unknown():
    with pytest.warns(CoverageWarning, match="2011-01-01 to 2020-12-31"):
        assert load_forecasts(start=2021).empty
