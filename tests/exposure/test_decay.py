"""Decayed exposure against sums written out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import sahelkit as sk
from sahelkit.errors import DateError, MissingColumnsError, ModelError, OptionError
from sahelkit.exposure import decayed_exposure, spatial_weights
from sahelkit.exposure.decay import fading

EXACT = 1e-12


def _events(*rows):
    return pd.DataFrame(rows, columns=["iso3", "date"]).assign(date=lambda f: pd.to_datetime(f["date"]))


def test_exposure_is_the_sum_written_out():
    """E[i, t] = sum over events s of W[i, s] (1 - r) r^(t - s - 1), t > s, month by month."""
    coups = sk.load_coups(rule="powell_thyne", countries="west_africa")
    w = spatial_weights("west_africa")
    lag = 18.0
    found = decayed_exposure(coups, w, start="1990-01", end="1995-12", lag=lag)
    assert found.sizes == {"iso3": 16, "month": 72}
    stay = 1 - 1 / lag
    at = (coups["date"].dt.year * 12 + coups["date"].dt.month).to_numpy()
    for code in ("MLI", "CPV", "TGO"):
        for month in pd.date_range("1990-01-01", "1995-12-01", freq="MS")[::7]:
            age = month.year * 12 + month.month - at
            tie = w.sel(target=code).sel(source=coups["iso3"].tolist()).values
            truth = sum(t * (1 - stay) * stay ** (a - 1) for t, a in zip(tie, age, strict=True) if a > 0)
            assert found.sel(iso3=code, month=month).item() == pytest.approx(truth, abs=EXACT)


def test_an_event_gives_its_weight_in_all():
    one = _events(("MLI", "1990-05-14"))
    w = spatial_weights(["MLI", "BFA", "NER"])
    total = decayed_exposure(one, w, start="1990", end="2020", lag=6).sum("month")
    assert total.values == pytest.approx([0.0, 0.5, 0.5], abs=EXACT)


def test_mean_lag_is_the_one_asked_for():
    felt = fading(np.eye(1, 4000), 24.0)[0]
    assert (felt * np.arange(4000)).sum() == pytest.approx(24.0, abs=1e-9)


def test_counts_and_events_give_the_same():
    events = _events(("MLI", "2012-03-22"), ("MLI", "2012-05-01"), ("NER", "2012-05-03"))
    w = spatial_weights(["MLI", "NER", "BFA"])
    months = pd.date_range("2012-01-01", "2013-06-01", freq="MS")
    counts = xr.DataArray(
        np.zeros((3, len(months))), dims=("iso3", "month"), coords={"iso3": ["BFA", "MLI", "NER"], "month": months}
    )
    counts.loc["MLI", ["2012-03-01", "2012-05-01"]] = 1
    counts.loc["NER", "2012-05-01"] = 1
    a = decayed_exposure(counts, w, lag=4)
    b = decayed_exposure(events, w, start="2012-01", end="2013-06", lag=4)
    xr.testing.assert_allclose(a, b)


def test_without_weights_a_country_is_exposed_to_itself():
    own = decayed_exposure(_events(("MLI", "2012-03-22"), ("NER", "2012-04-01")), start="2012-03", end="2012-05", lag=2)
    assert own.sel(iso3="MLI").values.tolist() == [0.0, 0.5, 0.25]
    assert own.sel(iso3="NER").values.tolist() == [0.0, 0.0, 0.5]


def test_marks_multiply():
    events = _events(("MLI", "2012-03-22")).assign(success=0.25)
    felt = decayed_exposure(events, start="2012-03", end="2012-04", lag=1, mark="success")
    assert felt.values.tolist() == [[0.0, 0.25]]


def test_unknown_counts_hide_what_depends_on_them_for_a_time():
    months = pd.date_range("2000-01-01", periods=40, freq="MS")
    counts = xr.DataArray(
        np.zeros((3, 40)), dims=("iso3", "month"), coords={"iso3": ["MLI", "NER", "CPV"], "month": months}
    )
    counts.loc["MLI", "2000-02-01"] = np.nan
    felt = decayed_exposure(counts, spatial_weights(["MLI", "NER", "CPV"]), lag=3)
    assert not np.isnan(felt.sel(iso3="CPV").values).any()
    assert not np.isnan(felt.sel(iso3="MLI").values).any()
    hidden = np.isnan(felt.sel(iso3="NER").values)
    # (2/3)^(d - 1) falls below 1 % at d = 13
    assert np.flatnonzero(hidden).tolist() == list(range(2, 14))


def test_no_event_and_no_window():
    nothing = _events(("FRA", "2000-01-01"))
    with pytest.raises(ModelError, match="no event of these countries and no window"):
        decayed_exposure(nothing, spatial_weights("focus"))
    zero = decayed_exposure(nothing, spatial_weights("focus"), start="2000", end="2000")
    assert zero.sizes["month"] == 12
    assert float(abs(zero).sum()) == 0.0


def test_bad_input_is_named():
    events = _events(("MLI", "2012-03-22"))
    with pytest.raises(OptionError, match=r"lag=0.5: a mean lag is at least one month"):
        decayed_exposure(events, lag=0.5)
    with pytest.raises(MissingColumnsError, match="'date'"):
        decayed_exposure(events[["iso3"]])
    with pytest.raises(OptionError, match="dimensions target and source"):
        decayed_exposure(events, xr.DataArray(np.eye(2), dims=("a", "b")))
    with pytest.raises(DateError, match="it lies before start"):
        decayed_exposure(events, start="2013", end="2012")


def test_days_of_events_are_read_whatever_holds_them():
    events = _events(("MLI", "2012-03-22"), ("NER", "2012-05-01"))
    plain = decayed_exposure(events, start="2012", end="2012")
    for held in (events["date"].dt.strftime("%Y-%m-%d"), events["date"].dt.date, events["date"].dt.to_period("D")):
        xr.testing.assert_identical(decayed_exposure(events.assign(date=held), start="2012", end="2012"), plain)
    with pytest.raises(DateError, match=r"date='22/03/2012' in row 1 of 2 \(index 0, MLI\)"):
        decayed_exposure(events.assign(date=["22/03/2012", "2012-05-01"]))
