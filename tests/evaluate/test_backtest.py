"""Off-by-one: a toy panel worked by hand. What is learned from, forecast and scored at each origin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

from sahelkit.errors import DateError, ModelError, OptionError, UnknownNameError
from sahelkit.evaluate import BaseRate, backtest
from sahelkit.evaluate.backtest import read_origins
from sahelkit.evaluate.comparison import other_frame
from sahelkit.panels import panel

pytestmark = pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")

YEARS = list(range(2000, 2010))
#                  2000 01 02 03 04 05 06 07 08 09
EVENTS = {"MLI": [0, 0, 2, 0, 0, 0, 1, 0, 0, 0], "NER": [1, 0, 0, 0, 0, 0, 0, 0, 0, 1]}


def _toy(published="+30d", **changed):
    rows = [
        {"iso3": iso3, "year": year, "x": float(n)}
        for iso3 in EVENTS
        for year, n in zip(YEARS, EVENTS[iso3], strict=True)
    ]
    frame = pd.DataFrame(rows)
    for key, value in changed.items():
        iso3, year = key.split("_")
        frame.loc[(frame["iso3"] == iso3) & (frame["year"] == int(year)), "x"] = value
    return panel(["Mali", "Niger"], 2000, 2009, freq="Y").add_frame(frame.dropna(), published=published)


def _learned(shown, iso3, label):
    rows = shown[shown["iso3"] == iso3]
    return dict(zip(rows["period"].dt.year, rows[label], strict=True))


def test_one_year_ahead_by_hand(spy):
    done = backtest({"spy": spy}, _toy(), outcome="x", origins=("2003", "2009"))
    # On 1 January 2003 the year 2002 is not yet out (30 January 2003): 2001 is the last row learned from.
    first, ahead = spy.shown[0], spy.shown[1]
    assert _learned(first, "MLI", "x_within_1") == {2000: 0, 2001: 0}
    assert _learned(first, "NER", "x_within_1") == {2000: 1, 2001: 0}
    assert ahead[["iso3", "period"]].astype(str).to_numpy().tolist() == [["MLI", "2003"], ["NER", "2003"]]
    assert "x_within_1" not in ahead.columns
    # The event of 2002 is not known on 1 January 2003: Mali has had none; a year later the clock stands at 2.
    assert ahead["never_x"].tolist() == [1, 0]
    assert ahead["since_last_x"].tolist() == [3, 3]
    assert spy.shown[3]["since_last_x"].tolist() == [2, 4]
    last = spy.shown[-2]
    assert _learned(last, "MLI", "x_within_1") == {
        2000: 0,
        2001: 0,
        2002: 1,
        2003: 0,
        2004: 0,
        2005: 0,
        2006: 1,
        2007: 0,
    }
    tidy = done.tidy().query("model == 'spy'")
    outcomes = tidy.set_index(["iso3", tidy["origin"].dt.year])["outcome"]
    assert outcomes["MLI"].tolist() == [0, 0, 0, 1, 0, 0, 0]
    assert outcomes["NER"].tolist() == [0, 0, 0, 0, 0, 0, 1]
    assert tidy["scored"].all()
    assert tidy.groupby("origin")["n_train"].first().tolist() == [4, 6, 8, 10, 12, 14, 16]


def test_three_years_ahead_by_hand(spy):
    done = backtest({"spy": spy}, _toy(), outcome="x", origins=("2005", "2009"), horizon=3)
    # The window of row 2001 is 2001 to 2003, out on 30 January 2004; that of 2002 ends in 2004 and is out in 2005.
    first = spy.shown[0]
    assert _learned(first, "MLI", "x_within_3") == {2000: 1, 2001: 1}
    assert _learned(first, "NER", "x_within_3") == {2000: 1, 2001: 0}
    tidy = done.tidy().query("model == 'spy'").set_index(["iso3", "origin"])
    # 2005: 2005-2007 with the event of 2006; 2007: 2007-2009. 2008 would need 2010, which is not there.
    assert tidy.loc["MLI", "outcome"].tolist()[:3] == [1, 1, 0]
    assert tidy.loc["NER", "outcome"].tolist()[:3] == [0, 0, 1]
    late = tidy[tidy.index.get_level_values("origin").year >= 2008]
    assert late["outcome"].isna().all()
    assert not late["scored"].any()
    assert set(late["why"]) == {"outcome not yet known"}
    # The event of 2009 in Niger lies in open windows, which are not scored for all that.
    assert done.n_rows == 6
    assert done.scores("spy")["n"].unique().tolist() == [6]


def test_a_window_published_on_the_very_day_counts(spy):
    """Rule: known on the last day itself, so that on 1 January the year before is known; one day later it is not."""
    backtest({"spy": spy}, _toy("+1d"), outcome="x", origins=("2003", "2003"))
    assert spy.shown[0]["period"].dt.year.max() == 2002
    backtest({"spy": spy}, _toy("+2d"), outcome="x", origins=("2003", "2003"))
    assert spy.shown[2]["period"].dt.year.max() == 2001


def test_refit_keeps_what_was_learned_at_the_first_origin_of_each_run(spy):
    done = backtest({"spy": spy}, _toy(), outcome="x", origins=("2003", "2009"), refit=3)
    assert [shown["period"].dt.year.max() for shown in spy.shown[::2]] == [2001, 2004, 2007]
    assert [sorted(set(shown["period"].dt.year)) for shown in spy.shown[1::2]] == [
        [2003, 2004, 2005],
        [2006, 2007, 2008],
        [2009],
    ]
    once = backtest(BaseRate(), _toy(), outcome="x", origins=("2003", "2009"), refit=None).tidy()
    assert len(set(once.loc[once["model"] == "BaseRate", "probability"])) == 1
    assert set(done.tidy()["n_train"]) == {4, 10, 16}


def test_unknown_outcomes_are_neither_learned_from_nor_scored_as_zeros(spy):
    done = backtest({"spy": spy}, _toy(MLI_2004=np.nan), outcome="x", origins=("2003", "2009"), horizon=2)
    tidy = done.tidy().query("model == 'spy'").set_index(["iso3", "origin"])
    mali = tidy.loc["MLI"]
    # Windows 2003-2004 and 2004-2005 hold the unknown year, 2009-2010 the year that has not come.
    assert mali.loc[["2003", "2004", "2009"], "outcome"].isna().all()
    assert mali["outcome"].dropna().tolist() == [1, 1, 0, 0]
    assert 2003 not in _learned(spy.shown[-2], "MLI", "x_within_2")
    assert 2004 not in _learned(spy.shown[-2], "MLI", "x_within_2")
    assert _learned(spy.shown[-2], "MLI", "x_within_2") == {2000: 0, 2001: 1, 2002: 1, 2005: 1, 2006: 1}
    assert done.n_rows == int(tidy["scored"].sum()) == 4 + 6


def test_a_state_that_does_not_exist_is_not_forecast():
    sudan = panel(["Sudan", "South Sudan"], 2005, 2014, freq="Y").add_coups(rule="powell_thyne")
    tidy = backtest(BaseRate(), sudan, origins=("2009", "2014")).tidy()
    years = tidy[(tidy["iso3"] == "SSD") & (tidy["model"] == "BaseRate")]["origin"].dt.year.tolist()
    assert years == [2011, 2012, 2013, 2014]


def test_no_forecast_is_flagged_and_not_scored():
    class Shy:
        name = "shy"

        def fit(self, frame, outcome):
            return self

        def predict(self, frame):
            return np.where(frame["iso3"] == "MLI", np.nan, 0.2)

    done = backtest(Shy(), _toy(), outcome="x", origins=("2003", "2009"))
    mine = done.tidy().query("model == 'shy'")
    assert set(mine.loc[mine["iso3"] == "MLI", "why"]) == {"no forecast"}
    assert done.scores("shy")["n"].iloc[0] == 7
    assert done.against("base_rate").n_rows == 7
    assert done.against("base_rate").n_left_out == 7


# --- bad input


class NoPredict:
    def fit(self, frame, outcome):
        return object()


class Returns:
    def __init__(self, make):
        self.make = make

    def fit(self, frame, outcome):
        return self

    def predict(self, frame):
        return self.make(frame)


@pytest.mark.parametrize(
    ("model", "error", "match"),
    [
        ("logit", OptionError, r"model='str': it has no method fit\(frame, outcome\)\. A forecaster is any object"),
        (BaseRate, OptionError, "model='BaseRate': it is a class, not an object"),
        (LogisticRegression(), OptionError, r"fit\(X, y\) takes arrays, .* Type SklearnForecaster\(model, columns="),
        ({}, OptionError, "there is no model"),
        ({"a": 3}, OptionError, r"model\['a'\]='int': it has no method fit"),
        (NoPredict(), OptionError, r"fit\(\) of 'NoPredict' returned an object without method predict\(frame\)"),
        (Returns(lambda f: np.full((len(f), 2), 0.5)), ModelError, r"values of shape \(2, 2\) for 2 rows"),
        (Returns(lambda f: np.full(len(f), 1.5)), ModelError, "returned 1.5, which is no probability"),
        (Returns(lambda f: ["low"] * len(f)), ModelError, "returned something other than numbers"),
        (Returns(lambda f: np.full(len(f), 0.5 + 0j)), ModelError, "returned something other than numbers"),
        (Returns(lambda f: pd.Series(0.5, index=f["iso3"])), ModelError, "index is not that of the rows"),
    ],
)
def test_what_is_no_forecaster_is_refused(model, error, match):
    with pytest.raises(error, match=match):
        backtest(model, _toy(), outcome="x", origins=("2003", "2005"))


def test_an_error_inside_a_model_names_model_and_origin():
    def fail(frame):
        raise ZeroDivisionError("division by zero")

    with pytest.raises(ZeroDivisionError) as caught:
        backtest({"broken": Returns(fail)}, _toy(), outcome="x", origins=("2003", "2005"))
    assert caught.value.__notes__ == ["This came from 'broken' at the origin 2003."]


@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        ({"origins": ("1990", "2005")}, DateError, r"origins='1990': it lies before the panel begins \(2000\)"),
        ({"origins": ("2005", "2030")}, DateError, r"origins='2030': it lies after the panel ends \(2009\)"),
        ({"origins": "soon"}, DateError, "origins=.soon.: not a date"),
        ({"origins": []}, OptionError, "there is no origin"),
        ({"origins": "2001"}, ModelError, "no outcome within 1 periods was known at the origin 2001"),
        ({"horizon": 0}, OptionError, "horizon=0: not a whole number of at least 1 period"),
        ({"refit": 1.5}, OptionError, "refit=1.5"),
        ({"outcome": "y"}, UnknownNameError, "unknown panel column 'y'"),
        ({"outcome": "x_past2"}, OptionError, r"not a count of events from a source \(there are: x\)"),
        ({"vintages": True}, OptionError, "only Powell and Thyne's list has releases"),
    ],
)
def test_bad_options_say_what_to_type(options, error, match):
    toy = _toy().past("x", periods=2)
    with pytest.raises(error, match=match):
        backtest(BaseRate(), toy, **({"outcome": "x", "origins": ("2003", "2005")} | options))


def test_a_panel_is_declared_without_a_day_of_knowledge():
    with pytest.raises(OptionError, match="each row has a day of knowledge of its own"):
        backtest(BaseRate(), _toy().as_of("2005-01-01"), outcome="x", origins=("2003", "2005"))
    with pytest.raises(OptionError, match="not a panel"):
        backtest(BaseRate(), pd.DataFrame(), origins=("2003", "2005"))


# --- the same numbers however it is run


def _west():
    return panel("west_africa", 1960, 2025, freq="Y").add_coups(rule="powell_thyne").add_democracy("vdem_polyarchy")


def test_two_workers_give_the_same_numbers():
    import joblib

    alone = backtest(BaseRate(30), _west(), origins=("2015", "2025"), refit=4, n_jobs=1)
    with joblib.parallel_config("threading"):
        two = backtest(BaseRate(30), _west(), origins=("2015", "2025"), refit=4, n_jobs=2)
    pd.testing.assert_frame_equal(alone.tidy(), two.tidy())
    pd.testing.assert_frame_equal(alone.scores(replicates=50), two.scores(replicates=50))


@pytest.mark.slow
def test_two_processes_and_a_cluster_give_the_same_numbers():
    distributed = pytest.importorskip("distributed", reason="the extra 'scale' is not installed")
    import joblib

    alone = backtest(BaseRate(30), _west(), origins=("2020", "2025"), refit=3, n_jobs=1)
    two = backtest(BaseRate(30), _west(), origins=("2020", "2025"), refit=3, n_jobs=2)
    pd.testing.assert_frame_equal(alone.tidy(), two.tidy())
    local = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None, "host": "127.0.0.1"}
    with (
        distributed.LocalCluster(processes=True, **local) as workers,
        distributed.Client(workers),
        joblib.parallel_config("dask"),
    ):
        spread = backtest(BaseRate(30), _west(), origins=("2020", "2025"), refit=3, n_jobs=-1)
    pd.testing.assert_frame_equal(alone.tidy(), spread.tidy())


@pytest.mark.parametrize(
    ("freq", "origins", "first", "last", "n"),
    [
        ("M", ("2001", "2002"), "2001-01", "2002-12", 24),
        ("M", ("2001-03", pd.Period("2001-05", "M")), "2001-03", "2001-05", 3),
        ("M", ["2001-03", "2001-01"], "2001-01", "2001-03", 2),
        ("Y", ("2001", 2003), "2001", "2003", 3),
        ("Y", 2002, "2002", "2002", 1),
    ],
)
def test_origins_are_read_like_any_window(freq, origins, first, last, n):
    found = read_origins(panel("Mali", 2000, 2009, freq=freq), origins)
    assert (str(found[0]), str(found[-1]), len(found)) == (first, last, n)


def test_a_year_is_no_single_origin_of_a_monthly_panel():
    with pytest.raises(DateError, match="origins='2001': it names a year, and a month or a day is wanted"):
        read_origins(panel("Mali", 2000, 2009), ["2001"])


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("year", [2011, 2012]),
        ("year", ["2011", "2012"]),
        ("period", [2011, 2012]),
        ("origin", ["2011-01", "2012-01"]),
        ("origin", ["2011-01-20", "2012-01-01"]),
    ],
)
def test_forecasts_of_others_are_dated_alike_however_they_are_held(name, held):
    given = pd.DataFrame({"iso3": "MLI", name: held, "probability": ["0.1", 0.2], "observed": [0, None]})
    found = other_frame(given, freq="M")
    assert found["origin"].astype(str).tolist() == ["2011-01", "2012-01"]
    assert found["probability"].tolist() == [0.1, 0.2]
    with pytest.raises(DateError, match=rf"{name}=201112 in row 2 of 2 \(index 1, MLI\)"):
        other_frame(given.assign(**{name: [held[0], 201112]}), freq="M")
