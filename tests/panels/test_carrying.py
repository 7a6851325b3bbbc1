"""The newest known value of a column: on one day and row by row, against a search by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sahelkit.panels import panel
from sahelkit.panels.carrying import Newest
from sahelkit.panels.realtime import real_time

MONTHS = pd.period_range("2010-01", "2012-12", freq="M")


def _rows():
    rng = np.random.default_rng(3)
    rows = pd.DataFrame({"iso3": np.repeat(["MLI", "NER"], len(MONTHS)), "period": np.tile(MONTHS, 2)})
    rows["x"] = np.where(rng.random(len(rows)) < 0.4, np.nan, rng.normal(size=len(rows)))
    rows["out"] = rows["period"].dt.end_time.dt.normalize() + pd.to_timedelta(rng.integers(1, 120, len(rows)), unit="D")
    return rows


def _by_hand(rows, code, origin, day):
    """Newest value of 1 to 6 months before the origin that was out on the day, and its age."""
    mine = rows[(rows["iso3"] == code) & (rows["out"] <= day)].dropna().set_index("period")["x"]
    for back in range(1, 7):
        if origin - back in mine.index:
            return mine[origin - back], float(back)
    return np.nan, np.nan


def test_what_is_carried_was_known_on_the_day():
    rows = _rows()
    given = panel(["MLI", "NER"], "2010-06", "2012-12").add_frame(rows, published="out").add(Newest("x", 1, 6))
    moving = real_time(given).set_index(["iso3", "period"])
    for month in MONTHS[6::5]:
        on_day = given.as_of(month.start_time).frame.set_index(["iso3", "period"])
        for code in ("MLI", "NER"):
            wanted = _by_hand(rows, code, month, month.start_time)
            for found in (moving, on_day):
                got = found.loc[(code, month), ["x_newest1", "x_newest1_age"]].to_numpy(dtype=float)
                np.testing.assert_array_equal(got, wanted)


def test_a_known_lag_stays_what_it_is():
    rows = _rows().assign(x=lambda frame: frame["x"].fillna(0.0))[["iso3", "period", "x"]]
    frame = panel(["MLI", "NER"], "2010-06", "2012-12").add_frame(rows).lag("x", periods=2).add(Newest("x", 2, 9)).frame
    np.testing.assert_array_equal(frame["x_newest2"], frame["x_lag2"])
    assert (frame["x_newest2_age"] == 2).all()
