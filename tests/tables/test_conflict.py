"""Loading organised violence: zeros where the source looked, NA where it did not, and the window asked for."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from sahelkit.errors import CoverageWarning, DateError, UnknownNameError, UnknownPlaceError
from sahelkit.tables.conflict import load_conflict

DEATHS = ["ucdp_deaths_state_based", "ucdp_deaths_non_state", "ucdp_deaths_one_sided"]
COUNTS = [name.replace("deaths", "events") for name in DEATHS] + DEATHS


def test_months_are_tidy_and_typed():
    frame = load_conflict()
    assert list(frame.columns) == ["iso3", "gwcode", "month", *COUNTS, "provisional"]
    assert frame["month"].dtype == pd.PeriodDtype("M")
    assert frame["gwcode"].dtype == "int64"
    assert (frame["month"].min(), frame["month"].max()) == (pd.Period("1989-01"), pd.Period("2026-05"))
    assert frame.attrs["sahelkit"]["datasets"] == {"conflict": "2026.3"}


def test_years_are_tidy_and_typed():
    frame = load_conflict(freq="Y")
    assert list(frame.columns) == ["iso3", "gwcode", "year", *COUNTS, "ucdp_intensity"]
    assert frame["year"].dtype == "int64"
    assert (frame["year"].min(), frame["year"].max()) == (1946, 2025)


def test_a_month_without_events_is_zero_and_not_missing():
    cabo_verde = load_conflict(countries="Cabo Verde")
    assert len(cabo_verde) == 37 * 12 + 5
    assert (cabo_verde[COUNTS] == 0).all(axis=None)


def test_what_the_source_does_not_code_is_missing_and_not_zero():
    georgia_breakaway = load_conflict(countries=["XAB", "XSO"])
    assert len(georgia_breakaway) == 2 * (5 + 12 * 17 + 5)  # from August 2008 to May 2026
    assert georgia_breakaway[COUNTS].isna().all(axis=None)
    early = load_conflict(freq="Y", end=1988)
    assert early[COUNTS].isna().all(axis=None)
    assert early["ucdp_intensity"].notna().all()


@pytest.mark.parametrize(("countries", "start", "end", "expected"), [
    # UCDP 26.1, read from its country-month file.
    ("Mali", "2012-01", "2012-02", [(9, 0, 3, 153, 0, 6), (8, 0, 1, 31, 0, 1)]),
    ("Rwanda", "1994-04", "1994-04", [(25, 0, 1509, 1119, 0, 739977)]),
])  # fmt: skip
def test_known_months(countries, start, end, expected):
    frame = load_conflict(countries=countries, start=start, end=end)
    assert list(frame[COUNTS].astype(int).itertuples(index=False, name=None)) == expected


def test_the_window_is_inclusive_at_both_ends():
    months = load_conflict(countries="MLI", start="2012-03-22", end="2012-05-01")["month"]
    assert months.astype(str).tolist() == ["2012-03", "2012-04", "2012-05"]
    years = load_conflict(countries="MLI", start="2012-03-22", end=2013, freq="Y")["year"]
    assert years.tolist() == [2012, 2013]


def test_a_state_has_no_row_before_it_exists():
    first = load_conflict(countries=["SSD", "ERI"]).groupby("iso3")["month"].min()
    assert first.astype(str).to_dict() == {"ERI": "1993-05", "SSD": "2011-07"}


@pytest.mark.parametrize(("options", "covered"), [
    ({"start": 1950}, "1989-01-01 to 2026-05-31"),
    ({"end": "2030"}, "1989-01-01 to 2026-05-31"),
    ({"start": 1940, "freq": "Y"}, "1946-01-01 to 2025-12-31"),
])  # fmt: skip
def test_a_window_outside_coverage_warns_with_the_coverage(options, covered):
    with pytest.warns(CoverageWarning, match=f"conflict covers {covered}; there is no value outside"):
        load_conflict(**options)


def test_years_before_the_monthly_coverage_do_not_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load_conflict(start=1946, end=1950, freq="Y")["year"].max() == 1950


def test_wrong_input_says_what_to_type():
    with pytest.raises(UnknownNameError, match=r"unknown freq 'Q'. Known: M, Y. 'M' gives months, 'Y' gives years."):
        load_conflict(freq="Q")
    with pytest.raises(UnknownPlaceError, match="Did you mean Mali"):
        load_conflict(countries="Malli")
    with pytest.raises(DateError, match="it lies before start=2013"):
        load_conflict(start=2013, end=2012)


def test_a_change_to_the_frame_does_not_reach_the_next_one():
    frame = load_conflict(freq="Y")
    frame.loc[:, "ucdp_intensity"] = 9
    assert load_conflict(freq="Y")["ucdp_intensity"].max() == 2
