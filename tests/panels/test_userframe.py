"""A user's own columns, on a toy of two states and a few periods worked by hand."""

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import DateError, MissingColumnsError, OptionError, UnknownPlaceError
from sahelkit.panels import panel

NAN = np.nan

TOY = pd.DataFrame(
    {
        "iso3": ["MLI", "MLI", "MLI", "NER", "NER"],
        "month": pd.PeriodIndex(["2012-01", "2012-03", "2012-04", "2012-02", "2012-03"], freq="M"),
        "raids": [0, 2, 0, 1, 0],
        "mood": ["calm", "tense", None, "calm", "calm"],
    }
)


def _toy(**options):
    return panel(["Mali", "Niger"], "2012-01", "2012-04").add_frame(TOY, **options)


def _column(frame, name):
    return {iso3: part[name].tolist() for iso3, part in frame.groupby("iso3")}


def test_rows_join_by_state_and_month_and_no_row_is_unknown():
    frame = _toy().frame
    np.testing.assert_array_equal(frame["raids"], [0, NAN, 2, 0, NAN, 1, 0, NAN])
    assert frame["mood"].fillna("?").tolist() == ["calm", "?", "tense", "?", "?", "calm", "calm", "?"]
    assert str(frame["mood"].dtype) == str(frame["iso3"].dtype)


def test_lag_clock_and_window_on_the_toy():
    frame = _toy().lag(["raids", "mood"], periods=1).since_last("raids").past("raids", months=2).frame
    np.testing.assert_array_equal(frame["raids_lag1"], [NAN, 0, NAN, 2, NAN, NAN, 1, 0])
    assert frame["mood_lag1"].fillna("?").tolist() == ["?", "calm", "?", "tense", "?", "?", "calm", "calm"]
    # Mali: first observed in January; February unknown; the raids of March start the clock anew
    np.testing.assert_array_equal(frame["since_last_raids"], [0, 1, NAN, 1, NAN, 0, 1, 2])
    np.testing.assert_array_equal(frame["never_raids"], [1, 1, NAN, 0, NAN, 1, 0, 0])
    np.testing.assert_array_equal(frame["raids_past2"], [NAN, NAN, NAN, NAN, NAN, NAN, NAN, 1])


def test_rows_outside_the_panel_feed_lags_but_add_no_rows():
    inside = panel("Mali", "2012-03", "2012-04").add_frame(TOY).lag("raids", months=2).frame
    assert inside["period"].astype(str).tolist() == ["2012-03", "2012-04"]
    np.testing.assert_array_equal(inside["raids_lag2"], [0, NAN])


def test_a_yearly_value_stands_on_each_month_of_its_year():
    yearly = pd.DataFrame({"iso3": "MLI", "year": [2010, 2011], "x": [1.0, 2.0]})
    frame = panel("Mali", "2010-12", "2012-01").add_frame(yearly).lag("x", years=1).frame
    np.testing.assert_array_equal(frame["x"], [1] + [2] * 12 + [NAN])
    np.testing.assert_array_equal(frame["x_lag12"], [NAN] + [1] * 12 + [2])


def test_months_may_be_text_dates_or_a_period_column():
    wanted = _toy().frame["raids"]
    text = TOY.assign(period=TOY["month"].astype(str)).drop(columns="month")
    days = TOY.assign(date=TOY["month"].dt.start_time + pd.Timedelta(days=20)).drop(columns="month")
    for frame in (text, days):
        pd.testing.assert_series_equal(
            panel(["MLI", "NER"], "2012-01", "2012-04").add_frame(frame).frame["raids"], wanted
        )


def test_as_of_cuts_by_a_rule_on_the_day_itself():
    # +30d after 31 March is 30 April; after 31 January, 1 March
    on_the_day = _toy(published="+30d").as_of("2012-04-30").frame
    np.testing.assert_array_equal(on_the_day["raids"], [0, NAN, 2, NAN, NAN, 1, 0, NAN])
    the_day_before = _toy(published="+30d").as_of("2012-04-29").frame
    np.testing.assert_array_equal(the_day_before["raids"], [0, NAN, NAN, NAN, NAN, 1, NAN, NAN])


def test_as_of_cuts_before_lags_wherever_it_stands():
    early = _toy(published="+30d").as_of("2012-04-29").lag("raids", months=1).since_last("raids").frame
    late = _toy(published="+30d").lag("raids", months=1).since_last("raids").as_of("2012-04-29").frame
    pd.testing.assert_frame_equal(early, late)
    np.testing.assert_array_equal(late["raids_lag1"], [NAN, 0, NAN, NAN, NAN, NAN, 1, NAN])
    # Mali's raids of March are not yet known on 29 April, so they have not reset the clock that February stopped
    np.testing.assert_array_equal(late["since_last_raids"], [0, 1, NAN, NAN, NAN, 0, 1, 2])


def test_a_column_may_hold_the_days_of_publication():
    dated = TOY.assign(out=pd.to_datetime(["2012-02-01", "2013-01-01", "2012-05-01", "2012-02-28", "2012-04-03"]))
    frame = panel(["MLI", "NER"], "2012-01", "2012-04").add_frame(dated, published="out").as_of("2012-04-03").frame
    assert "out" not in frame
    np.testing.assert_array_equal(frame["raids"], [0, NAN, NAN, NAN, NAN, 1, 0, NAN])


def test_as_of_needs_to_know_when_a_frame_became_known():
    message = "published=None: as_of must know when the values of your frame became known. Type add_frame"
    with pytest.raises(OptionError, match=message):
        _toy().as_of("2012-04-30")
    with pytest.raises(OptionError, match=message):
        panel("Mali", "2012-01", "2012-04").as_of("2012-04-30").add_frame(TOY)
    assert _toy(published="none").as_of("2012-04-30").frame["raids"].sum() == 3


BAD = [
    (TOY.drop(columns="iso3"), {}, MissingColumnsError, "panel.add_frame needs the column 'iso3'"),
    (TOY.rename(columns={"iso3": "ISO3"}), {}, MissingColumnsError, "Is 'ISO3' meant to be 'iso3'? Rename it."),
    (TOY.drop(columns="month"), {}, MissingColumnsError, "panel.add_frame needs the column 'period'"),
    (TOY[["iso3", "month"]], {}, MissingColumnsError, "needs the column 'a column of values'"),
    (TOY.assign(iso3="Mali"), {}, OptionError, "iso3='Mali': not an ISO code. Type 'MLI', as places.resolve does."),
    (TOY.assign(iso3="Malli"), {}, UnknownPlaceError, "Did you mean Mali (MLI)"),
    (TOY.assign(month="soon"), {}, DateError, "month='soon': the time column cannot be read"),
    (TOY.assign(month=pd.Period("2012-01", "M")), {}, OptionError, "MLI 2012-01': two rows describe this state and"),
    (TOY.assign(month=TOY["month"].dt.asfreq("Q")), {}, OptionError, "month='period[Q-DEC]': neither months nor years"),
    (TOY, {"published": "soon"}, OptionError, "published='soon': neither a publication rule nor a column."),
]


@pytest.mark.parametrize(("frame", "options", "kind", "message"), BAD)
def test_bad_frames(frame, options, kind, message):
    with pytest.raises(kind) as error:
        panel("Mali", "2012-01", "2012-04").add_frame(frame, **options)
    assert message in str(error.value)


def test_months_are_not_summed_silently_to_years():
    with pytest.raises(OptionError, match="monthly rows do not fit a yearly panel"):
        panel("Mali", 2012, 2013, freq="Y").add_frame(TOY)
