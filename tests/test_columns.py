"""Columns that a function needs: values of another kind are refused, and named with their row."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from user_frames import CASES

from sahelkit.columns import read_columns
from sahelkit.errors import DateError, MissingColumnsError, OptionError, SahelkitError

ROWS = pd.DataFrame(
    {
        "who": ["a", "b", None],
        "wait": ["3", None, "4.5"],
        "date": ["2012-03-22", None, "2020-08-18"],
        "month": ["2012-03", "2012-04", "2012-05"],
        "at_risk": pd.Series([True, None, False], dtype=object),
    }
)
KINDS = {"texts": ["who"], "numbers": ["wait"], "days": ["date"], "months": ["month"], "flags": ["at_risk"]}


def test_what_is_written_out_is_read_and_na_stays_na():
    read = read_columns(ROWS, where="here", **KINDS)
    np.testing.assert_array_equal(read["wait"], [3.0, np.nan, 4.5])
    assert read["date"].tolist() == [pd.Timestamp("2012-03-22"), pd.NaT, pd.Timestamp("2020-08-18")]
    assert read["month"].tolist() == list(pd.period_range("2012-03", periods=3, freq="M"))
    assert read["at_risk"].tolist() == [True, pd.NA, False]
    pd.testing.assert_frame_equal(read_columns(read, where="here", **KINDS), read)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("who", 5, OptionError),
        ("wait", "n/a", OptionError),
        ("wait", np.inf, OptionError),
        ("wait", "1,5", OptionError),
        ("date", "05/02/2012", DateError),
        ("date", 2012, DateError),
        ("month", 201203, DateError),
        ("month", None, DateError),
        ("at_risk", "yes", OptionError),
        ("at_risk", 1, OptionError),
    ],
)
def test_a_value_of_another_kind_is_named_with_its_row(name, value, error):
    column = ROWS[name].astype(object)
    column.iloc[1] = value
    with pytest.raises(error, match=rf"^{name}=.* in row 2 of 3 \(index 1\): "):
        read_columns(ROWS.assign(**{name: column}), where="here", **KINDS)


def test_a_missing_column_is_named():
    with pytest.raises(MissingColumnsError, match="here needs the column 'wait'"):
        read_columns(ROWS.drop(columns="wait"), where="here", **KINDS)


TABLES = [
    name
    for name in CASES
    if name.rpartition(".")[2]
    in {"capture_lags", "place_history", "group_reach", "coder_agreement", "standing", "waiting_times", "rank_among"}
    | {"association", "contrast", "severity", "severity_ranks", "fit_split_population"}
]
ODD = {
    "a list": [1],
    "text": "n/a",
    "a day with the month unknown": "05/02/2012",
    "an infinite number": np.inf,
    "a complex number": 1 + 2j,
    "NA": None,
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("odd", ODD)
def test_no_value_ends_in_an_error_of_python(name, odd):
    case = CASES[name]
    given = case.make()
    for column in given.columns:
        values = given[column].astype(object)
        values.iloc[1] = ODD[odd]
        try:
            case.run(given.assign(**{column: values}))
        except SahelkitError:
            continue


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("given", [None, [1], {"a": [1]}, pd.Series([1.0])], ids=["None", "list", "dict", "series"])
def test_what_is_no_frame_is_refused(name, given):
    with pytest.raises(OptionError, match="takes a frame of pandas, polars or Arrow"):
        CASES[name].run(given)
