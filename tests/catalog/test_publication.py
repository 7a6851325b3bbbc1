"""Publication days against plain calendar arithmetic."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahelkit.catalog.publication import Publication

DAYS = st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2100, 12, 31))


@given(DAYS, st.integers(0, 9999))
def test_days_after(day, lag):
    assert Publication(f"+{lag}d").dates([day])[0].item() == day + dt.timedelta(days=lag)


@given(DAYS, st.integers(0, 9), st.integers(1, 12), st.integers(1, 28))
def test_day_of_a_later_year(day, years, month, on):
    rule = Publication(f"t+{years}-{month:02d}-{on:02d}")
    assert rule.dates([day])[0].item() == dt.date(day.year + years, month, on)


def test_always_known():
    assert Publication("none").dates(["1945-01-01", "2025-12-31"]).max() < np.datetime64("1800-01-01")


@pytest.mark.parametrize("text", ["", "30d", "+d", "t-1-03-15", "t+1-13-01", "t+1-02-31", "tomorrow", "+30d "])
def test_other_rules_are_refused(text):
    with pytest.raises(ValueError, match=r"publication rule|month must be|day is out of range|unconverted|day 31"):
        Publication(text)
