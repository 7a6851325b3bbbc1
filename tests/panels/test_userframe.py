"""A user's own columns, on a toy of two states and a few periods worked by hand."""

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import (
    CoverageWarning,
    DateError,
    MissingColumnsError,
    OptionError,
    UnknownNameError,
    UnknownPlaceError,
)
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
    with pytest.warns(CoverageWarning, match=r"2 of 5 rows of your frame.*outside the panel \(NER\)\.$"):
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
    message = r"published=None: as_of .* became known \(raids, mood\)\. Type add_frame\(frame, published='\+30d'"
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
    (TOY.assign(iso3="Mali"), {}, OptionError, "iso3='Mali' in row 1 of 5 (index 0): not an ISO code. Type 'MLI', as"),
    (TOY.assign(iso3="Malli"), {}, UnknownPlaceError, "Did you mean Mali (MLI)"),
    (TOY.assign(iso3=["Mali"] * 3 + ["Niger"] * 2), {}, OptionError, "Type frame.assign(iso3=frame['iso3'].map("),
    (
        TOY.assign(iso3=694),
        {},
        UnknownPlaceError,
        "5 of 5 rows hold iso3 codes that cannot be read: 694 at",
    ),
    (TOY.assign(iso3=["MLI", None, "MLI", "NER", "NER"]), {}, OptionError, "iso3=None in row 2 of 5 (index 1): it is"),
    (
        TOY.assign(iso3=["MLI", "WLD", "AFE", "AFE", "NER"]),
        {},
        UnknownPlaceError,
        "'WLD' at index 1; 'AFE' at index 2, 3",
    ),
    (TOY.assign(month="soon"), {}, DateError, "month='soon' in row 1 of 5 (index 0, MLI): not a date"),
    (
        TOY.assign(month=["2012-01", "2012-03", None, "2012-02", "2012-03"]),
        {},
        DateError,
        "in row 3 of 5 (index 2, MLI)",
    ),
    (
        TOY.assign(month=TOY["month"].dt.asfreq("Q")),
        {},
        DateError,
        "Q-DEC is neither a day, nor a month, nor a calendar",
    ),
    (TOY.assign(month=201201), {}, DateError, "month=201201 in row 1 of 5 (index 0, MLI): a number is read as a year"),
    (TOY.assign(month=2012), {}, DateError, "month=2012 in row 1 of 5 (index 0, MLI): it names a year, and a month is"),
    (TOY, {"published": "soon"}, OptionError, "published='soon': neither a publication rule nor a column."),
    (
        TOY,
        {"published": ["out"]},
        OptionError,
        "published=['out']: one name is needed, as a text. Type published='out'",
    ),
    (TOY, {"how": "mean"}, UnknownNameError, "how='sum' adds them up"),
    (TOY, {"how": "sum"}, OptionError, "how='sum': text cannot be added up (mood). Type frame.drop(columns=['mood'])"),
    (TOY.rename(columns={"raids": 2012}), {}, OptionError, "columns=2012: the name of a column is a text"),
    (pd.concat([TOY, TOY[["raids"]]], axis=1), {}, OptionError, "columns 'raids'"),
    (
        TOY.to_dict(),
        {},
        OptionError,
        "frame=dict: panel.add_frame takes a frame of pandas, polars or Arrow. Type pandas.DataFrame(frame)",
    ),
    (TOY.assign(raids=["0", "two", "0", "1", "0"]), {}, OptionError, "raids='two' in row 2 of 5 (index 1, MLI): not a"),
    (
        TOY.assign(raids=[f"{n},0" for n in range(5)]),
        {},
        OptionError,
        "raids='0,0' in row 1 of 5 (index 0, MLI): a number",
    ),
    (TOY.assign(raids=pd.Timestamp("2012-01-01")), {}, OptionError, "raids=Timestamp('2012-01-01 00:00:00') in row 1"),
]


@pytest.mark.parametrize(("frame", "options", "kind", "message"), BAD)
def test_bad_frames(frame, options, kind, message):
    with pytest.raises(kind) as error:
        panel("Mali", "2012-01", "2012-04").add_frame(frame, **options)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("released", "message"),
    [
        ([2013] * 5, "released=2013 in row 1 of 5 (index 0, MLI): it names a year, and a day is wanted"),
        ([20130601] * 5, "released=20130601 in row 1 of 5 (index 0, MLI): a number is read as a year"),
        (["05/02/2012"] * 5, "released='05/02/2012' in row 1 of 5 (index 0, MLI): it may be day first or month first"),
        (["2012-02-15", None, *["2012-02-15"] * 3], "in row 2 of 5 (index 1, MLI): it is empty"),
        (["2012-02"] * 5, "it names a month, and a day is wanted"),
    ],
)
def test_a_day_of_publication_is_a_day_or_an_error(released, message):
    for column in (released, pd.Series(released, dtype=object).tolist()):
        with pytest.raises(DateError) as error:
            panel("Mali", "2012-01", "2012-04").add_frame(TOY.assign(released=column), published="released")
        assert message in str(error.value)


def test_months_are_not_summed_silently_to_years():
    with pytest.raises(OptionError, match=r"monthly rows do not fit a yearly panel. Type how='sum'"):
        panel("Mali", 2012, 2013, freq="Y").add_frame(TOY)


SCORES = [2, 1, 3, 2]


@pytest.mark.parametrize(
    "scores",
    [
        pd.Series(SCORES, dtype=object),
        pd.Series(["2", "1.0", 3, 2.0], dtype=object),
        pd.Series(["2", "1", "3", "2"]),
        pd.Series(["2", "1", "3", "2"], dtype="category"),
        pd.Series(SCORES, dtype="Int8"),
    ],
)
def test_numbers_held_as_text_become_numbers(scores):
    rows = pd.DataFrame({"iso3": ["MLI", "MLI", "NER", "NER"], "year": [2012, 2013] * 2, "score": scores})
    out = panel(["MLI", "NER"], 2012, 2013, freq="Y").add_frame(rows).frame
    assert out["score"].tolist() == [2.0, 1.0, 3.0, 2.0]


def test_year_and_month_may_be_two_columns():
    parts = TOY.assign(year=TOY["month"].dt.year, month=TOY["month"].dt.month)
    pd.testing.assert_frame_equal(panel(["MLI", "NER"], "2012-01", "2012-04").add_frame(parts).frame, _toy().frame)


EVENTS = pd.DataFrame(
    {
        "iso3": ["MLI", "MLI", "MLI", "MLI", "NER"],
        "date": ["2012-01-03", "2012-01-20", "2012-03-02", "2012-03-30", "2012-02-11"],
        "dead": [3, 4, 1, np.nan, 5],
        "out": ["2012-02-01", "2012-04-01", "2012-04-02", "2012-04-02", "2012-02-12"],
    }
)


def test_event_rows_are_added_up_when_asked_and_not_otherwise():
    def toy(**options):
        return panel(["Mali", "Niger"], "2012-01", "2012-04").add_frame(EVENTS, published="out", **options)

    message = (
        "frame='MLI 2012-01': 2 rows describe this state and period .*in all 2 states.* type how='sum' to add them"
    )
    with pytest.raises(OptionError, match=message):
        toy()
    # January: 3 + 4; March: 1 and an unknown number; months without an event row are unknown, not zero
    np.testing.assert_array_equal(toy(how="sum").frame["dead"], [7, NAN, NAN, NAN, NAN, 5, NAN, NAN])
    # a sum is known when its last part is
    np.testing.assert_array_equal(toy(how="sum").as_of("2012-03-31").frame["dead"], [NAN, NAN, NAN, NAN, 5, NAN])
    assert toy(how="sum").as_of("2012-04-01").frame["dead"].iloc[0] == 7


def test_sums_agree_with_groupby_in_any_order_and_frequency():
    rng = np.random.default_rng(3)
    rows = pd.DataFrame({"iso3": rng.choice(["MLI", "NER", "TCD"], 400), "dead": rng.integers(0, 9, 400)})
    rows["date"] = pd.Timestamp("2010-01-01") + pd.to_timedelta(rng.integers(0, 1096, 400), unit="D")
    for freq in "MY":
        wanted = rows.groupby(["iso3", rows["date"].dt.to_period(freq)])["dead"].sum()
        for frame in (rows, rows.sample(frac=1, random_state=1)):
            out = panel(["MLI", "NER", "TCD"], 2010, 2012, freq=freq).add_frame(frame, how="sum").frame
            out = out.dropna(subset=["dead"]).set_index(["iso3", "period"])["dead"]
            np.testing.assert_array_equal(out, wanted)
            assert out.index.tolist() == wanted.index.tolist()


def test_months_are_summed_to_whole_years_only():
    months = pd.period_range("2010-01", "2012-11", freq="M")
    rows = pd.DataFrame({"iso3": "MLI", "month": months, "dead": 1.0})
    rows.loc[rows["month"] == pd.Period("2011-06", "M"), "dead"] = np.nan
    out = panel("Mali", 2010, 2012, freq="Y").add_frame(rows, how="sum").frame["dead"]
    np.testing.assert_array_equal(out, [12, NAN, NAN])  # whole; one month unknown; December without a row


def test_a_month_in_a_column_of_dates_is_known_after_its_end():
    rows = pd.DataFrame({"iso3": ["MLI", "MLI"], "date": ["2012-01", "2012-02"], "x": [1.0, 2.0]})
    built = panel("Mali", "2012-01", "2012-02").add_frame(rows, published="+30d")
    np.testing.assert_array_equal(built.as_of("2012-02-29").frame["x"], [NAN, NAN])
    np.testing.assert_array_equal(built.as_of("2012-03-01").frame["x"], [1, NAN])


@pytest.mark.parametrize("value", [np.inf, -np.inf, "1e400", 10**400])
def test_an_infinite_value_is_named_with_its_row(value):
    frame = TOY.assign(raids=pd.Series([0, 1, value, 2, 0], dtype=object))
    with pytest.raises(OptionError, match=r"raids=-?inf in row 3 of 5 \(index 2, MLI\): infinite"):
        panel(["Mali", "Niger"], "2012-01", "2012-04").add_frame(frame)


@pytest.mark.parametrize("code", ["XXX", "", "WLD", 432])
def test_an_unknown_code_is_named_with_its_row(code):
    frame = TOY.assign(iso3=pd.Series(["MLI", "MLI", code, "NER", "NER"], dtype=object))
    with pytest.raises(
        UnknownPlaceError, match=rf"1 of 5 rows holds iso3 codes that cannot be read: {code!r} at index 2"
    ):
        panel(["Mali", "Niger"], "2012-01", "2012-04").add_frame(frame)


def test_an_unknown_code_comes_with_its_near_matches():
    frame = TOY.assign(iso3=["Mli", "MLI", "Marli", "NER", "NER"])
    with pytest.raises(UnknownPlaceError, match=r"'Marli' at index 2. Did you mean Mali \(MLI\)"):
        panel(["Mali", "Niger"], "2012-01", "2012-04").add_frame(frame)


def test_the_year_0_has_a_name_in_the_warning():
    frame = pd.DataFrame({"iso3": ["MLI", "MLI"], "year": [0, 2012], "x": [1.0, 2.0]})
    with pytest.warns(CoverageWarning, match=r"1 lies outside 2010 to 2014 \(MLI 0\)"):
        assert panel("MLI", 2010, 2014, freq="Y").add_frame(frame).frame["x"].sum() == 2
