"""Windows from a user's own frame: names of donors, true reasons, months without rows, what has no logarithm."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import sahelkit as sk
from sahelkit.errors import DateError, MissingColumnsError, ModelError, OptionError, UnknownPlaceError
from sahelkit.models.impact import (
    backdate,
    coup_windows,
    event_study,
    event_window,
    interrupted_series,
    synthetic_control,
    synthetic_did,
    unexposed_donors,
)

CODES = ["MLI", "NGA", "TCD", "UGA", "KEN", "ETH", "AGO", "COD"]


def _frame(months=72, seed=0):
    rng = np.random.default_rng(seed)
    index = pd.MultiIndex.from_product([CODES, pd.period_range("2000-01", periods=months, freq="M")])
    frame = pd.DataFrame(index=index.set_names(["iso3", "month"])).reset_index()
    return frame.assign(x=rng.poisson(5, size=len(frame)).astype(float))


def _window(frame=None, **options):
    given = {"outcome": "x", "before": 24, "after": 12, "width": 3, "donors": CODES, **options}
    return event_window(_frame() if frame is None else frame, given.pop("unit", "MLI"), "2004-01-15", **given)


def _same(one, two):
    pd.testing.assert_frame_equal(one.values, two.values)
    assert (one.left_out.to_dict(), one.donors, one.provisional) == (
        two.left_out.to_dict(),
        two.donors,
        two.provisional,
    )


def test_donors_go_by_any_name_and_sets_are_spread():
    names = ["Mali", "Nigeria", "Tchad", 500, "Kenya", "ETH", "ao", "Congo-Kinshasa"]
    _same(_window(donors=names), _window(donors=CODES))
    assert _window(donors="Nigeria").donors == ["NGA"]
    sahel = _window(donors="sahel")
    assert sahel.donors == ["TCD"]
    assert sahel.left_out.to_dict() == dict.fromkeys(["BFA", "MRT", "NER"], "no rows in the frame")


def test_a_donor_that_nobody_knows_stops_the_window():
    with pytest.raises(UnknownPlaceError, match="'Atlantis'"):
        _window(donors=["NGA", "Atlantis"])


def test_the_reason_for_leaving_a_donor_out_is_true():
    frame = _frame()
    frame.loc[(frame["iso3"] == "UGA") & (frame["month"] < pd.Period("2004-01", "M")), "x"] = 0
    frame.loc[(frame["iso3"] == "KEN") & (frame["month"] == pd.Period("2003-05", "M")), "x"] = np.nan
    frame = frame[~((frame["iso3"] == "ETH") & frame["month"].isin(pd.period_range("2003-05", "2003-06", freq="M")))]
    window = _window(frame, donors=[*CODES, "Burundi"])
    assert window.left_out.to_dict() == {
        "UGA": "nothing but zeros before the event",
        "KEN": "unknown values in the window",
        "ETH": "no row in 2003-05 and 1 other months. A month without a row is unknown; if your source covers it, "
        "fill it with 0",
        "BDI": "no rows in the frame",
    }
    renamed = _window(frame.rename(columns={"x": "ucdp_deaths_one_sided"}), outcome="ucdp_deaths_one_sided")
    assert renamed.left_out["UGA"] == "no violence before the event"


def test_sparse_counts_are_unknown_in_quiet_months_and_the_message_says_what_to_do():
    frame = _frame()
    sparse = frame[(frame["iso3"] != "MLI") | (frame["x"] > 3)]
    with pytest.raises(
        ModelError, match=r"It has no row in .* A month without a row is unknown; if your source covers it"
    ):
        _window(sparse)
    whole = sparse.set_index(["iso3", "month"]).reindex(frame.set_index(["iso3", "month"]).index, fill_value=0.0)
    assert _window(whole.reset_index()).n_after == 4


@pytest.mark.parametrize(
    "how", ["shuffled", "labels", "days", "text", "parts", "Int64", "pyarrow", "object", "category"]
)
def test_rows_labels_and_types_make_no_difference(how):
    frame = _frame().assign(provisional=lambda f: f["month"] >= pd.Period("2004-11", "M"))
    change = {
        "shuffled": lambda f: f.sample(frac=1, random_state=1),
        "labels": lambda f: f.set_axis(np.zeros(len(f), dtype=int)),
        "days": lambda f: f.assign(month=f["month"].dt.to_timestamp()),
        "text": lambda f: f.assign(month=f["month"].astype(str)),
        "parts": lambda f: f.assign(year=f["month"].dt.year, month=f["month"].dt.month),
        "Int64": lambda f: f.astype({"x": "Int64", "provisional": "boolean"}),
        "pyarrow": lambda f: f.astype({"x": "double[pyarrow]", "iso3": "string[pyarrow]"}),
        "object": lambda f: f.assign(x=f["x"].astype(int).astype(str).astype(object)),
        "category": lambda f: f.astype({"iso3": "category", "x": "category"}),
    }
    _same(_window(change[how](frame)), _window(frame))


def test_a_panel_stands_for_its_frame():
    panel = sk.panel("africa", 2005, 2014, freq="M").add_conflict()
    options = {"outcome": "events", "before": 24, "donors": ["NGA", "TCD", "KEN"], "width": 3}
    _same(event_window(panel, "MLI", "2012-03", **options), event_window(panel.frame, "MLI", "2012-03", **options))


@pytest.mark.parametrize(
    ("change", "error", "match"),
    [
        (lambda f: f["x"], OptionError, "event_window takes a frame of pandas, polars or Arrow"),
        (lambda f: f.assign(x=f["x"].where(f.index != 3, np.inf)), OptionError, "no finite number"),
        (lambda f: f.assign(x="calm"), OptionError, "x='calm': it is no number"),
        (lambda f: f.assign(x=f["x"].astype(object).where(f.index != 3, "n/a")), OptionError, "x='n/a'"),
        (lambda f: f.assign(iso3=f["iso3"].where(f.index != 3)), ModelError, "1 rows have no iso3"),
        (lambda f: f.assign(month=201203), DateError, "201203"),
        (
            lambda f: f.assign(month=f["month"].dt.year).rename(columns={"month": "year"}),
            MissingColumnsError,
            "'month'",
        ),
        (lambda f: pd.concat([f, f[:1]]), ModelError, r"two rows in a month \(MLI, 2000-01\)"),
    ],
)
def test_a_frame_that_cannot_be_read_is_refused(change, error, match):
    with pytest.raises(error, match=match):
        _window(change(_frame()))


@pytest.mark.parametrize("code", ["MLI", "UGA"])
@pytest.mark.parametrize("value", [-1.0, -7.5])
def test_what_has_no_logarithm_is_refused(code, value):
    frame = _frame()
    frame.loc[(frame["iso3"] == code) & (frame["month"] == pd.Period("2003-05", "M")), "x"] = value
    with pytest.raises(ModelError, match=f"{code} has {value:g} in the period from 2003-05.* Type scale='count'"):
        _window(frame, width=1)
    assert np.isfinite(_window(frame, width=1, scale="count").values).all(axis=None)
    frame["x"] = frame["x"].clip(lower=-0.5)
    assert np.isfinite(_window(frame, width=1).values).all(axis=None)


def test_no_window_holds_an_unknown_value_however_it_was_made():
    window = _window()
    for wrong in (np.nan, np.inf):
        values = window.values.copy()
        values.iloc[2, 3] = wrong
        with pytest.raises(ModelError, match="MLI 2004-01: UGA has no finite value in the period from 2002-07"):
            replace(window, values=values)
    with pytest.raises(ModelError, match="MLI first"):
        replace(window, values=window.values[["NGA", "MLI"]])
    with pytest.raises(ModelError, match="it has 12 times, 12 months, 11 rows"):
        replace(window, values=window.values[1:])


@pytest.mark.parametrize(
    "estimator", [synthetic_control, synthetic_did, interrupted_series, lambda w: event_study([w])]
)
def test_nothing_but_a_window_is_estimated(estimator):
    for given in (None, _frame()):
        with pytest.raises(OptionError, match=r"takes a window\. Make one with event_window"):
            estimator(given)


def test_windows_and_results_survive_pickling():
    window = _window()
    for thing in (window, synthetic_control(window), event_study([window], seed=1)):
        again = pickle.loads(pickle.dumps(thing))
        assert type(again) is type(thing)
    _same(pickle.loads(pickle.dumps(window)), window)
    assert backdate(pickle.loads(pickle.dumps(window)), 3).n_after == 3


def _line():
    ties = np.eye(len(CODES), k=1) + np.eye(len(CODES), k=-1)
    return xr.DataArray(ties, dims=("target", "source"), coords={"target": CODES, "source": CODES})


def test_countries_go_by_name_wherever_they_are_given():
    coups = pd.DataFrame({"iso3": ["KEN", "MLI"], "date": ["2003-06-01", "2004-01-15"]})
    options = {"coups": coups, "weights": _line()}
    assert unexposed_donors("Mali", "2004-01", **options) == unexposed_donors("MLI", "2004-01", **options)
    more = {"outcome": "x", "before": 24, "after": 12, **options}
    (named,) = coup_windows(_frame(), coups[1:], exclude=["Angola", "sahel"], **more)
    assert named.donors == ["COD", "ETH", "UGA"]
    with pytest.raises(UnknownPlaceError, match="Atlantis"):
        coup_windows(_frame(), coups[1:], exclude=["Atlantis"], **more)


def test_an_attempt_without_a_date_and_an_unknown_border_are_refused():
    coups = pd.DataFrame({"iso3": ["KEN", "ETH"], "date": pd.to_datetime(["2003-06-01", None])})
    with pytest.raises(DateError, match="ETH"):
        unexposed_donors("MLI", "2004-01", coups=coups, weights=_line())
    with pytest.raises(OptionError, match="whether two countries touch is unknown"):
        unexposed_donors("MLI", "2004-01", coups=coups[:1], weights=_line().where(_line() < 1))
    with pytest.raises(OptionError, match=r"steps=1\.5"):
        unexposed_donors("MLI", "2004-01", coups=coups[:1], weights=_line(), steps=1.5)


def test_names_in_the_place_of_codes_are_told_apart_from_a_country_without_rows():
    months = pd.period_range("2000-01", periods=60, freq="M")
    frame = pd.DataFrame({"iso3": "Mali", "month": months, "x": range(60)})
    with pytest.raises(ModelError, match=r"Its iso3 holds 'Mali', which is no ISO code: type frame.assign"):
        event_window(frame, "MLI", "2003-01-15", outcome="x", donors=["NGA"])
    with pytest.raises(ModelError, match="Load it with countries='africa'"):
        event_window(frame.assign(iso3="NER"), "MLI", "2003-01-15", outcome="x", donors=["NGA"])
    with pytest.raises(OptionError, match=r"iso3=432 in row 1 of 60 \(index 0\): .*ISO code"):
        event_window(frame.assign(iso3=432), "MLI", "2003-01-15", outcome="x", donors=["NGA"])


@pytest.mark.parametrize("periods", [1.5, 0, -1, True, "3"])
def test_backdating_takes_whole_periods(periods):
    with pytest.raises(OptionError, match=r"periods=.*: it is a whole number of at least 1"):
        backdate(_window(), periods)
