"""Checks of a user's frame: numbers that are held as text, columns of time, rows that are there twice."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahelkit.errors import DateError, MissingColumnsError, OptionError, UnknownNameError
from sahelkit.frames import check_repeats, numbers_of, texts_of, time_of, with_numbers

NAN = np.nan
NUMBERS = [
    ([1, 2.0, None], object),
    ([1, 2.0, np.nan], object),
    (["1", "2.0", None], object),
    (["1", 2, pd.NA], object),
    ([Decimal(1), np.float32(2), pd.NaT], object),
    ([" 1 ", "+2.", None], "string"),
    (["1", "2e0", None], "category"),
    ([1, 2, None], "category"),
    ([1, 2, None], "Int8"),
    ([1, 2, None], "Float32"),
    ([1, 2, None], "int64[pyarrow]"),
    ([1, 2, None], "double[pyarrow]"),
    (["1", "2", None], "string[pyarrow]"),
    ([True, 2, None], object),
]


@pytest.mark.parametrize(("values", "dtype"), NUMBERS)
def test_numbers_are_numbers_however_they_are_held(values, dtype):
    np.testing.assert_array_equal(numbers_of(pd.Series(values, dtype=dtype)), [1, 2, NAN])


@pytest.mark.parametrize("dtype", [object, "string", "category", "string[pyarrow]"])
def test_text_for_real_is_no_number(dtype):
    column = pd.Series(["calm", None, "17 November"], dtype=dtype)
    assert numbers_of(column) is None
    assert texts_of(column).tolist() == ["calm", None, "17 November"]


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("n/a", "not a number, in a column of numbers. Set it to NA if it is unknown: frame['x'].replace('n/a', None)"),
        ("", "not a number, in a column of numbers"),
        ("..", "not a number"),
        ("nan", "not a number"),
        ("inf", "not a number"),
        ("1_000", "not a number"),
        (dt.date(2012, 3, 22), "not a number"),
        ([1], "not a number"),
        ("2,0", "a number in another notation. Write 1234.5 for it; pandas.read_csv(path, decimal=',') reads decimal"),
        ("1 234", "a number in another notation"),
        ("1.234,5", "a number in another notation"),
        ("12 %", "a number in another notation"),
    ],
)
def test_what_is_no_number_among_numbers_is_named_with_its_row(value, why):
    column = pd.Series([1, value, "3", value], index=list("abcd"), dtype=object, name="x")
    given = re.escape(f"x={value!r} in row 2 of 4 (index 'b', NER): {why}")
    with pytest.raises(OptionError, match=given) as error:
        numbers_of(column, owner=pd.Series(["MLI", "NER", "NER", "TCD"]))
    assert "fillna" not in str(error.value)


@pytest.mark.parametrize("values", [[dt.date(2012, 3, 22)], [["a"]], [pd.Period("2012", "Y")]])
def test_what_is_neither_number_nor_text_is_refused(values):
    column = pd.Series(values, dtype=object, name="x")
    assert numbers_of(column) is None
    with pytest.raises(OptionError, match=r"in row 1 of 1 \(index 0\): neither a number nor text. Leave the column"):
        texts_of(column)
    with pytest.raises(OptionError, match="complex numbers"):
        numbers_of(pd.Series([1j], name="x"))


@given(st.lists(st.one_of(st.none(), st.integers(-(2**50), 2**50), st.floats(allow_nan=False, allow_infinity=False))))
def test_numbers_written_as_text_read_as_themselves(values):
    plain = [NAN if value is None else float(value) for value in values]
    mixed = [value if place % 2 else None if value is None else str(value) for place, value in enumerate(values)]
    for column in (pd.Series(values, dtype=object), pd.Series(mixed, dtype=object)):
        found = numbers_of(column)
        np.testing.assert_array_equal(np.full(len(column), NAN) if found is None else found, plain)


def test_only_the_named_columns_are_read_and_booleans_stay():
    frame = pd.DataFrame({"x": ["1", "2"], "y": ["1", "b"], "flag": pd.Series([True, None], dtype=object)})
    out = with_numbers(frame, ["x", "flag"])
    assert out["x"].tolist() == [1.0, 2.0]
    assert out["y"].equals(frame["y"])
    assert out["flag"].astype(object).tolist() == [True, pd.NA]
    assert with_numbers(frame, []) is frame


YEAR, MONTH = {"year": [2012, 2013]}, {"month": ["2012-03", "2013-04"]}
PARTS = {"year": [2012, 2013], "month": [3, 4]}
TIMES = [
    (YEAR, ["year"], ["2012-01-01", "2013-01-01"], "Y"),
    ({"year": ["2012", "2013.0"]}, ["year"], ["2012-01-01", "2013-01-01"], "Y"),
    ({"year": pd.to_datetime(["2012-07-01", "2013-07-01"])}, ["year"], ["2012-01-01", "2013-01-01"], "Y"),
    (MONTH, ["month"], ["2012-03-01", "2013-04-01"], "M"),
    ({"month": pd.to_datetime(["2012-03-31", "2013-04-30"])}, ["month"], ["2012-03-01", "2013-04-01"], "M"),
    (PARTS, ["year", "month"], ["2012-03-01", "2013-04-01"], "M"),
    ({"year": ["2012", 2013], "month": ["3", "04"]}, ["year", "month"], ["2012-03-01", "2013-04-01"], "M"),
    ({"year": [2012.0, 2013], "month": [3.0, 4]}, ["year", "month"], ["2012-03-01", "2013-04-01"], "M"),
    (PARTS | {"day": [21, 22]}, ["year", "month", "day"], ["2012-03-21", "2013-04-22"], "D"),
    (MONTH | YEAR, ["month", "year"], ["2012-03-01", "2013-04-01"], "M"),
    ({"date": ["2012-03-21", "2013-04-22"]} | PARTS, ["year", "month", "date"], ["2012-03-21", "2013-04-22"], "D"),
    ({"date": ["2012-03-21", "2013-04-22"], "month": [3, 4]}, ["month", "date"], ["2012-03-21", "2013-04-22"], "D"),
    ({"date": ["2012", "2013"]}, ["date"], ["2012-01-01", "2013-01-01"], "Y"),
    ({"period": pd.period_range("2012-03", periods=2, freq="M")}, ["period"], ["2012-03-01", "2012-04-01"], "M"),
]


@pytest.mark.parametrize(("columns", "names", "first", "unit"), TIMES)
def test_columns_of_time(columns, names, first, unit):
    found, times = time_of(pd.DataFrame(columns), where="here")
    assert (found, times.first.astype(str).tolist(), set(times.unit)) == (names, first, {unit})


def test_models_take_the_first_column_of_time_and_leave_covariates_alone():
    frame = pd.DataFrame({"period": pd.period_range("2012-03", periods=2, freq="M"), "year": [-1.2, -0.2]})
    assert time_of(frame, where="here", check=False)[1].first.astype(str).tolist() == ["2012-03-01", "2012-04-01"]
    assert time_of(pd.DataFrame(PARTS), where="here", check=False)[1].first.astype(str).tolist() == TIMES[5][2]
    with pytest.raises(DateError, match=r"year=-1.2 in row 1 of 2 \(index 0\): not a whole number"):
        time_of(frame, where="here")


NOT_TIMES = [
    ({"x": [1, 2]}, MissingColumnsError, "here needs the column 'period'"),
    ({"month": [3, 4]}, MissingColumnsError, "here needs the column 'year'"),
    (
        {"year": [2012, 2013], "month": [3, 13]},
        DateError,
        "month=13 in row 2 of 2 (index 1, NER): it is no whole number between 1 and 12. Beside 'year'",
    ),
    ({"year": [2012, 2013], "month": [3, None]}, DateError, "month=nan in row 2 of 2 (index 1, NER): it is empty"),
    ({"year": [2012, None], "month": [3, 4]}, DateError, "year=nan in row 2 of 2 (index 1, NER): it is empty"),
    (PARTS | {"day": [21, 31]}, DateError, "day=31 in row 2 of 2 (index 1, NER): this month has no such day"),
    (
        PARTS | {"day": [21, 32]},
        DateError,
        "day=32 in row 2 of 2 (index 1, NER): it is no whole number between 1 and 31",
    ),
    (
        MONTH | {"year": [2012, 2012]},
        DateError,
        "year=2012 in row 2 of 2 (index 1, NER): it contradicts month=2013-04.",
    ),
    ({"date": ["2012-03-21", "2013-05-22"]} | PARTS, DateError, "month=4 in row 2 of 2 (index 1, NER): it contradicts"),
    ({"date": ["2012-03-21", "2013-05-22"], "month": [3, 4]}, DateError, "month=4 in row 2 of 2 (index 1, NER): it"),
    ({"date": ["2012-03-21", "2013"]}, DateError, "date='2013' in row 2 of 2 (index 1, NER): it names a year, and the"),
    ({"month": [2012, 2013]}, DateError, "month=2012 in row 1 of 2 (index 0, MLI): it names a year, and a month is"),
    ({"month": ["March", "April"], "year": [2012, 2013]}, DateError, "month='March' in row 1 of 2"),
    ({"year": [2012, 201303]}, DateError, "year=201303 in row 2 of 2 (index 1, NER): a number is read as a year"),
]


@pytest.mark.parametrize(("columns", "kind", "message"), NOT_TIMES)
def test_columns_of_time_that_cannot_be(columns, kind, message):
    with pytest.raises(kind, match=re.escape(message)):
        time_of(pd.DataFrame(columns).assign(iso3=["MLI", "NER"]), where="here")


def test_repeated_rows_are_refused_whatever_the_columns_are_called():
    for columns in ({"iso3": "MLI", "period": pd.Period("2012-03", "M")}, {"country": "Mali", "year": 2012},
                    {"gwcode": 432, "year": 2012, "month": 3}):  # fmt: skip
        frame = pd.DataFrame([columns, columns | {"x": 1}])
        with pytest.raises(OptionError, match=r"1 of 2 rows repeats another \(rows 1 and 2\).*repeats='keep'"):
            check_repeats(frame, where="here")
        check_repeats(frame, where="here", repeats="keep")
        check_repeats(frame.iloc[:1], where="here")
    with pytest.raises(UnknownNameError, match="Known: keep, refuse"):
        check_repeats(frame, where="here", repeats="drop")


def test_months_as_numbers_are_no_repeats_and_unknown_keys_are_not_equal():
    months = pd.DataFrame({"iso3": "MLI", "year": [2011, 2011, 2012], "month": [1, 2, 1]})
    check_repeats(months, where="here")
    check_repeats(months.drop(columns=["year", "month"]), where="here")
    check_repeats(pd.DataFrame({"iso3": [None, None], "year": [2012, 2012]}), where="here")


def test_a_number_that_is_too_large_is_infinite_and_no_error_of_python():
    assert numbers_of(pd.Series([10**400, -(10**400), 1], dtype=object)).tolist() == [np.inf, -np.inf, 1.0]


@pytest.mark.parametrize("written", ["1 234", "1\u202f234", "12%", "€5"])
def test_the_recipe_for_a_number_with_a_mark_makes_a_number_of_it(written):
    frame = pd.DataFrame({"x": [written, "3"]})
    with pytest.raises(OptionError) as error:
        numbers_of(frame["x"])
    recipe = str(error.value).partition("Write 1234.5 for it: ")[2].rstrip(".")
    assert eval(recipe, {"pandas": pd, "frame": frame}).tolist()[1] == 3


@pytest.mark.parametrize("texts", [["", ""], ["calm", " "], ["\u00a0", None]])
def test_an_empty_text_is_no_label(texts):
    with pytest.raises(OptionError, match=r"the text is empty. Set it to NA"):
        numbers_of(pd.Series(texts, name="mood"))


def test_lists_of_arrow_are_named_and_no_error_of_arrow():
    arrow = pytest.importorskip("pyarrow")
    column = pd.Series(pd.array(arrow.array([[1], [2]]), dtype=pd.ArrowDtype(arrow.list_(arrow.int64()))), name="x")
    assert numbers_of(column) is None
    with pytest.raises(OptionError, match=r"x=\[1\] in row 1 of 2"):
        texts_of(column)


@pytest.mark.parametrize("months", [[2, 3.5], [2, 13], [2, 201203], ["2", "0"], [2, -3]])
def test_of_numbers_of_months_the_wrong_one_is_blamed(months):
    frame = pd.DataFrame({"iso3": ["MLI", "NER"], "year": [2011, 2012], "month": months})
    with pytest.raises(DateError, match=r"^month=.* in row 2 of 2 \(index 1, NER\): it is no whole number"):
        time_of(frame, where="here")


@pytest.mark.parametrize("name", ["Year", " year", "YEAR"])
def test_a_column_of_time_with_nearly_the_right_name_is_named(name):
    with pytest.raises(MissingColumnsError, match=rf"Is '{name}' meant to be 'year'"):
        time_of(pd.DataFrame({"iso3": ["MLI"], name: [2012]}), where="here")


@pytest.mark.parametrize(
    "years",
    [[2012, "2012"], ["2012", "2012.0"], [2012, pd.Period("2012", "Y")], ["05/02/2012", "05/02/2012"]],
)
def test_a_period_that_is_written_in_two_ways_is_repeated(years):
    frame = pd.DataFrame({"iso3": "MLI", "year": pd.Series(years, dtype=object)})
    with pytest.raises(OptionError, match=r"1 of 2 rows repeats another \(rows 1 and 2\)"):
        check_repeats(frame, where="fit_hazard")
