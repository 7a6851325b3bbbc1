"""The options that all loaders share."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from sahelkit.catalog import record
from sahelkit.dates import period_days
from sahelkit.errors import CoverageWarning, MissingColumnsError, UnknownNameError
from sahelkit.frames import check_columns
from sahelkit.tables.read import read_table
from sahelkit.tables.select import select


def _coups(**options):
    return select(read_table("coups"), record("coups"), **options)


def test_window_is_inclusive_at_both_ends():
    found = _coups(countries="MLI", start="2012-03-22", end="2012-05-01")
    assert found["coup_id"].tolist() == ["MLI-2012-03-22", "MLI-2012-05-01"]


def test_month_and_year_name_whole_periods():
    assert _coups(countries="MLI", start="2012-05", end="2012-05")["coup_id"].tolist() == ["MLI-2012-05-01"]
    assert set(_coups(start=2012, end=2012)["date"].dt.year) == {2012}


def test_provenance_survives_and_index_is_fresh():
    found = _coups(countries="focus")
    assert found.attrs["sahelkit"]["datasets"] == {"coups": record("coups").version}
    assert found.index.tolist() == list(range(len(found)))


def test_what_lies_outside_coverage_is_said():
    with pytest.warns(CoverageWarning, match=r"coups covers 1945-01-01 to 2025-12-31.*NA, not zero"):
        _coups(start="1940", end="1950")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _coups(start="1950", end="2020")


def test_a_frame_is_a_copy():
    frame = read_table("coups")
    frame["outcome"] = "changed"
    frame.loc[:, "country"] = "changed"
    again = read_table("coups")
    assert "changed" not in {*again["outcome"], *again["country"]}


def test_unknown_column_and_table_are_named():
    with pytest.raises(UnknownNameError, match="Did you mean 'outcome'"):
        read_table("coups", columns=["outcom"])
    with pytest.raises(UnknownNameError, match="table of dataset 'coups'"):
        read_table("coups", "vintage_2026")


def test_period_days():
    for times, first, last in (
        (pd.Series(pd.PeriodIndex(["2012-02"], freq="M")), "2012-02-01", "2012-02-29"),
        (pd.Series([2012]), "2012-01-01", "2012-12-31"),
        (pd.Series(pd.to_datetime(["2012-03-22"])), "2012-03-22", "2012-03-22"),
    ):
        begins, ends = period_days(times)
        assert (begins[0], ends[0]) == (pd.Timestamp(first), pd.Timestamp(last))


def test_missing_columns_are_named():
    with pytest.raises(MissingColumnsError, match="here needs the column 'date'"):
        check_columns(pd.DataFrame({"dates": []}), ["date"], where="here")
