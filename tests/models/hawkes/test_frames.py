"""Events and covariates of a user's own frame, whatever holds their days, months and numbers."""

from __future__ import annotations

import re
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import DateError, MissingColumnsError, OptionError
from sahelkit.models.hawkes import fit_hawkes
from sahelkit.models.hawkes.fit import _covariates
from sahelkit.models.hawkes.paths import _given, simulate_hawkes

CODES = ["BFA", "MLI", "NER"]
OPTIONS = {"countries": CODES, "start": "1970", "end": "2020", "contagion": False, "own_lag": 1.0, "country_sd": 0.3}


@pytest.fixture(scope="module")
def coups():
    return sk.load_coups(countries=CODES, rule="powell_thyne")[["iso3", "date"]]


HELD = {
    "text": lambda days: days.dt.strftime("%Y-%m-%d"),
    "dates": lambda days: days.dt.date,
    "zone": lambda days: days.dt.tz_localize("Africa/Bamako"),
    "periods": lambda days: days.dt.to_period("D"),
    "seconds": lambda days: days.astype("datetime64[s]"),
}


@pytest.mark.parametrize("held", HELD)
def test_events_are_dated_alike_whatever_holds_their_days(coups, held):
    plain = fit_hawkes(coups, **OPTIONS)
    other = coups.assign(date=HELD[held](coups["date"])).iloc[::-1]
    again = fit_hawkes(other, **OPTIONS)
    np.testing.assert_array_equal(again.observed.time, plain.observed.time)
    pd.testing.assert_frame_equal(again.tidy(), plain.tidy())


@pytest.mark.parametrize("value", ["05/02/2012", 20120322, "2012-03", 2012, None, "soon"])
def test_a_day_that_cannot_be_read_is_named(coups, value):
    dates = coups["date"].dt.strftime("%Y-%m-%d").astype(object)
    dates.iloc[2] = value
    message = re.escape(f"in row 3 of {len(coups)} (index 2, {coups['iso3'].iloc[2]}): ")
    with pytest.raises(DateError, match=message):
        fit_hawkes(coups.assign(date=dates), **OPTIONS)
    fit = fit_hawkes(coups, **OPTIONS)
    with pytest.raises(DateError, match=message):
        simulate_hawkes(fit, start="2021", end="2022", history=coups.assign(date=dates), seed=1)


def test_covariates_may_be_dated_in_any_way():
    built = sk.panel(CODES, "1999-01", "2000-12").add_democracy("vdem_polyarchy")
    frame = built.frame[["iso3", "period", "vdem_polyarchy"]]
    when = frame["period"].dt
    rest = frame.drop(columns="period")
    first, last = pd.Timestamp("1999-01-01"), pd.Timestamp("2000-12-31")
    wanted = _covariates(frame, CODES, first, last)
    held = [rest.assign(month=when.strftime("%Y-%m")), rest.assign(month=when.to_timestamp()), built,
            rest.assign(year=when.year, month=when.month), frame.sample(frac=1, random_state=1)]  # fmt: skip
    for given in held:
        freq, (names, values) = _covariates(given, CODES, first, last)
        assert (freq, names) == ("M", ["vdem_polyarchy"])
        np.testing.assert_array_equal(values, wanted[1][1])
    yearly = rest.assign(year=when.year.astype(str))[when.month == 1]
    freq, (_, values) = _covariates(yearly, CODES, first, last)
    assert (freq, values.shape) == ("Y", (3, 2, 1))
    np.testing.assert_array_equal(values[:, :, 0], wanted[1][1][:, ::12, 0])
    with pytest.raises(MissingColumnsError, match=r"fit_hawkes\(covariates=\) needs the column 'period'"):
        _covariates(rest, CODES, first, last)
    with pytest.raises(OptionError, match="they are values of months or years"):
        _covariates(rest.assign(date=when.to_timestamp()), CODES, first, last)


def test_a_history_happens_at_noon_of_its_days():
    days = ["2012-03-22", "2010-02-18", "2011-01-01"]
    history = pd.DataFrame({"iso3": ["MLI", "NER", "FRA"], "date": pd.to_datetime(days)})
    given = _given(history, SimpleNamespace(countries=("MLI", "NER")), 2012.0 - 1970.0 + 0.5)
    since = [(pd.Timestamp(day) - pd.Timestamp("1970-01-01")).days for day in days[:2]]
    assert given.place.tolist() == [0, 1]
    assert given.time == pytest.approx([(day + 0.5) / 365.25 for day in since], abs=0.003)  # leap days
    assert (given.own_mark == 1).all()
    assert (given.cross_mark == 1).all()
