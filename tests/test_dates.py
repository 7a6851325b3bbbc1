"""Dates as users type them."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahelkit.dates import parse_date, parse_window
from sahelkit.errors import DateError

CASES = [
    ("2012", "2012-01-01", "2012-12-31"),
    (2012, "2012-01-01", "2012-12-31"),
    (np.int64(2012), "2012-01-01", "2012-12-31"),
    ("2012-02", "2012-02-01", "2012-02-29"),
    ("2012-03-22", "2012-03-22", "2012-03-22"),
    (dt.date(2012, 3, 22), "2012-03-22", "2012-03-22"),
    (pd.Timestamp("2012-03-22 17:00"), "2012-03-22", "2012-03-22"),
    (pd.Period("2012-03", "M"), "2012-03-01", "2012-03-31"),
    (pd.Period("2012", "Y"), "2012-01-01", "2012-12-31"),
]


@pytest.mark.parametrize(("given", "first", "last"), CASES)
def test_first_and_last_day(given, first, last):
    assert parse_date(given, what="start") == pd.Timestamp(first)
    assert parse_date(given, what="end", last=True) == pd.Timestamp(last)


@pytest.mark.parametrize(
    "given", ["mars 2012", "", "2012-13", "2012-02-30", "22/03/2012", True, 2012.5, "99999", pd.NaT]
)
def test_what_is_not_a_date_is_named(given):
    with pytest.raises(DateError, match=r"^start=.*Type a year, month or day such as '2012'"):
        parse_date(given, what="start")


def test_reversed_window_names_both_ends():
    with pytest.raises(DateError, match="end='2011': it lies before start='2012-03'"):
        parse_window("2012-03", "2011")


@given(st.dates(min_value=dt.date(1800, 1, 1), max_value=dt.date(2200, 12, 31)))
def test_every_day_reads_as_itself(day):
    assert parse_date(day.isoformat(), what="start") == parse_date(day, what="start") == pd.Timestamp(day)
    assert parse_date(f"{day:%Y-%m}", what="end", last=True) >= pd.Timestamp(day)


@given(st.text(max_size=12))
def test_free_text_is_a_date_or_a_clear_error(text):
    try:
        found = parse_date(text, what="start")
    except DateError as error:
        found, said = None, str(error)
    assert isinstance(found, pd.Timestamp) if found is not None else repr(text) in said
