"""load_military_rule: every existing month of the study region, true or false; nothing outside."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

from sahelkit.errors import CoverageWarning, DateError, UnknownPlaceError
from sahelkit.tables.military_rule import load_military_rule


def test_every_existing_month_of_the_region_has_one_row():
    frame = load_military_rule()
    assert not frame.duplicated(["iso3", "month"]).any()
    assert frame["iso3"].nunique() == 21
    assert frame["reign_military"].dtype == "bool"
    assert frame["month"].dtype == "period[M]"
    firsts = frame.groupby("iso3")["month"].min().astype(str)
    assert firsts[["LBR", "SDN", "MLI", "DZA", "CPV"]].tolist() == [
        "1950-01",
        "1956-01",
        "1960-09",
        "1962-07",
        "1975-07",
    ]
    assert (frame.groupby("iso3")["month"].max() == pd.Period("2025-03")).all()
    assert frame["reign_type"].notna().equals(frame["reign_military"])
    assert frame["gwcode"].notna().all()


def test_months_of_mali_in_2012():
    frame = load_military_rule(countries="Mali", start="2012-02", end="2012-05-15")
    assert frame["month"].astype(str).tolist() == ["2012-02", "2012-03", "2012-04", "2012-05"]
    assert frame["reign_military"].tolist() == [False, True, True, False]
    assert frame.attrs == {"sahelkit": {"datasets": {"military_rule": "2026.3"}}}


def test_outside_the_coverage_is_no_row_and_a_warning():
    with pytest.warns(CoverageWarning, match="military_rule covers 1950-01-01 to 2025-03-31"):
        frame = load_military_rule(countries="GNB", start="2025-01", end="2025-12")
    assert frame["month"].astype(str).tolist() == ["2025-01", "2025-02", "2025-03"]
    with pytest.warns(CoverageWarning, match="study region only; it has no row for EGY"):
        frame = load_military_rule(countries=["EGY", "SDN"], start="2025-03", end="2025-03")
    assert frame["iso3"].tolist() == ["SDN"]
    with pytest.warns(CoverageWarning, match=r"in all\) \(unknown, not zero\)"):
        assert load_military_rule(countries="africa", start="2012-01", end="2012-01")["iso3"].nunique() == 21
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert load_military_rule(countries="MLI", start="1950", end="1955").empty  # no state of Mali then


def test_bad_places_and_dates():
    with pytest.raises(UnknownPlaceError, match="Mali"):
        load_military_rule(countries="Malli")
    with pytest.raises(DateError, match="it lies before start='2012'"):
        load_military_rule(start="2012", end="2011")
