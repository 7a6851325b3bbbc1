"""Columns of one's own and other models in the forecast: known in time, carried, named, and refused in words."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.tree import DecisionTreeClassifier

import sahelkit as sk
from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.evaluate import BaseRate, SklearnForecaster, backtest
from sahelkit.models.forecast import HazardForecaster, forecast_panel, risk_path, risk_table
from sahelkit.models.forecast.covariates import TERMS, covariates
from sahelkit.models.forecast.own import credits_of, own_columns, source_of
from sahelkit.models.forecast.past import newest_known, past_forecasts
from sahelkit.models.forecast.risk_words import source_words
from sahelkit.models.forecast.setup import moment, setup

OWN = HazardForecaster(terms=(*TERMS, "rain_lag1"))


DAY = "2000-03-21"


@pytest.fixture(scope="module")
def rows():
    """Invented rain: every state from 1990 on; one column ends in 1997."""
    frame = sk.panel("world", "1990-01", "2004-12").frame[["iso3", "period"]]
    frame["rain"] = np.random.default_rng(5).normal(size=len(frame)).round(3)
    return frame.assign(ended=frame["rain"].where(frame["period"] <= "1997-06"))


@pytest.fixture(scope="module")
def own(rows):
    given = forecast_panel().add_frame(rows, published="+30d")
    return given.lag(["rain", "ended"], periods=1).past("rain", periods=3)


@pytest.fixture(scope="module")
def table(own):
    return risk_table(DAY, panel=own, forecaster=OWN, countries=None)


@pytest.mark.slow
def test_with_its_own_terms_nothing_moves_to_the_last_digit(own):
    plain = risk_table(DAY, countries=None).tidy()
    for options in ({"forecaster": HazardForecaster()}, {"panel": own}):
        again = risk_table(DAY, countries=None, **options).tidy()
        pd.testing.assert_frame_equal(plain, again, check_exact=True)


def test_a_forecast_reads_the_newest_value_that_was_out(own, rows):
    """On 21 March 2000 the value of January was out, on its last day plus thirty; that of February not yet."""
    using = setup(panel=own, forecaster=OWN)
    now = using.at(moment(DAY), "attempt", 12)
    read = pd.Series(now.values[:, -1], index=now.frame["iso3"].to_numpy())
    january = rows[rows["period"] == "2000-01"].set_index("iso3")["rain"]
    np.testing.assert_array_equal(read.reindex(january.index), january)
    assert set(now.frame["rain_newest1_age"].dropna()) == {2.0}


def test_the_record_is_that_of_the_forecaster_in_use(own, table):
    history = setup(panel=own, forecaster=OWN).history
    newest = newest_known(table.first.ordinal, 12)
    origins = range(newest - 12 * ((newest - 12 * 21) // 12), newest + 1, 12)
    past = past_forecasts(history, origins, model=OWN).dropna()
    row = table.tidy().set_index("iso3").loc["MLI"]
    inside = past[(past["probability"] >= row["band_low"]) & (past["probability"] < row["band_high"])]
    assert table.n_past == len(past)
    assert (row["band_n"], row["band_events"]) == (len(inside), inside["outcome"].sum())
    plain = past_forecasts(history, origins[-1:], model=HazardForecaster()).dropna()
    assert (plain["probability"].to_numpy() != past["probability"].tail(len(plain)).to_numpy()).all()


def test_drivers_name_the_column(own):
    model = HazardForecaster(terms=("log_since", "never", "rain_lag1"))
    short = risk_table(DAY, horizon=1, panel=own, forecaster=model, countries="west_africa")
    now = setup(panel=own, forecaster=model).at(moment(DAY), "attempt", 1)
    moved = dict(zip(now.frame["iso3"], np.exp(now.fit.contributions(now.values)[:, -1]), strict=True))
    for code, row in zip(short.frame["iso3"], short.drivers, strict=True):
        mine = next(driver for driver in row if driver.group == "own data")
        assert mine.column == "rain_lag1"
        assert mine.text("en").startswith("rain_lag1 ")
        assert mine.factor == pytest.approx(moved[code])
    assert set(short.tidy()["driver_1"]) | set(short.tidy()["driver_2"]) == {"history", "own data: rain_lag1"}
    assert short.tidy()["driver_3"].eq("").all()


def test_the_table_says_what_is_the_users_and_how_old_it_is(own, table):
    ages = table.inputs.set_index("input")
    assert ages.loc["rain", "newest"] == "2000-01"
    assert not ages.loc["rain", "stale"]
    assert table.own == ("rain_lag1",)
    assert "rain (own data), newest datum: January 2000" in table.headline()
    assert "rain_lag1 is never known on the first day of a month" in table.headline()
    assert ".lag('rain', periods=2)" in table.headline(lang="fr")
    assert "rain (vos données)" in table.headline(lang="fr")
    ended = risk_table(DAY, panel=own, forecaster=replace(OWN, terms=(*TERMS, "ended_lag1")))
    assert "ended" in ended.stale
    assert "ended (own data), newest datum: June 1997 (995 days old: STALE)" in ended.headline()
    assert "never known" in ended.headline()
    assert "ended" in ended.tidy()["stale"].iloc[0]


def test_a_risk_path_takes_them_too(own, table):
    path = risk_path("Mali", DAY, horizons=(6, 12), panel=own, forecaster=OWN)
    row = table.tidy().set_index("iso3").loc["MLI"]
    assert path.tidy()["probability"].iloc[-1] == pytest.approx(row["probability"])
    assert path.tidy()["low90"].iloc[-1] == pytest.approx(row["low"])
    assert "rain_lag1" in path.headline()


def _with(own, *terms):
    return {"panel": own, "forecaster": HazardForecaster(terms=(*TERMS, *terms))}


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        (
            lambda own, rows: _with(own, "rian_lag1"),
            UnknownNameError,
            "Did you mean 'rain_lag1'.*Columns of the panel: rain",
        ),
        (lambda own, rows: _with(own, "rain_lag2"), UnknownNameError, r"type \.lag\('rain', periods=2\)"),
        (lambda own, rows: {"forecaster": OWN}, UnknownNameError, "no column of your own.*add_frame"),
        (lambda own, rows: _with(own, "rain"), OptionError, r"\.lag\('rain', periods=1\) and the term 'rain_lag1'"),
        (
            lambda own, rows: _with(forecast_panel().add_frame(rows).lag("rain", periods=1), "rain_lag1"),
            OptionError,
            r"became known \(rain, ended\)\. Type add_frame\(frame, published='\+30d'\)",
        ),
        (
            lambda own, rows: {"date": "2003-03-01", **_with(own, "ended_lag1")},
            OptionError,
            "'ended_lag1': no state has a value .* is of 1997-06",
        ),
        (lambda own, rows: {"panel": own.as_of("2012-03-01")}, OptionError, "type date='2012-03-01'"),
        (lambda own, rows: {"panel": sk.panel("focus", 1960, 2025).add_coups()}, OptionError, "lacks .* states"),
        (lambda own, rows: {"panel": sk.panel("world", 1960, 2025, freq="Y").add_coups()}, OptionError, "of months"),
        (lambda own, rows: {"panel": own, "rule": "cline"}, OptionError, r"forecast_panel\(rule='cline'\)"),
        (lambda own, rows: {"panel": rows}, OptionError, "not a panel"),
        (lambda own, rows: {"forecaster": DecisionTreeClassifier}, OptionError, "it is a class"),
        (lambda own, rows: {"forecaster": "logit"}, OptionError, "no method fit"),
    ],
)
def test_what_cannot_be_is_refused_with_the_line_to_type(own, rows, options, kind, message):
    with pytest.raises(kind, match=message):
        risk_table(**options(own, rows))


def test_a_window_that_is_never_whole_in_time_is_refused(own):
    with pytest.raises(OptionError, match=r"no state has a value .* Type \.lag\('rain_past3', periods=2\)"):
        risk_table("2000-03-01", **_with(own, "rain_past3"))


@pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")
def test_a_back_test_reads_own_columns_as_they_were_known():
    """What came out after the origin moves nothing; what came out before does."""
    years = sk.panel("world", 1980, 2012, freq="Y").frame[["iso3", "period"]]
    years["x"] = np.random.default_rng(1).normal(size=len(years))
    model = HazardForecaster(terms=("log_since", "never", "past_15y", "x_lag1"))
    found = []
    for last in (2012, 2010, 2009):
        frame = years.assign(x=years["x"].where(years["period"] <= str(last), 9.0))
        given = forecast_panel(freq="Y", end=2012).add_frame(frame, published="t+1-03-15").lag("x", years=1)
        done = backtest(model, given, origins=["2012"]).frame
        found.append(done.loc[done["model"] == "hazard", "probability"].to_numpy())
    np.testing.assert_array_equal(found[0], found[1])
    assert (found[0] != found[2]).any()


def test_a_back_test_refuses_columns_without_a_rule_of_publication():
    rows = pd.DataFrame({"iso3": ["MLI", "NER"], "year": [2000, 2001], "x": [1.0, 2.0]})
    undated = sk.panel("focus", 1990, 2012, freq="Y").add_coups().add_frame(rows)
    with pytest.raises(OptionError, match=r"published=None: .* \(x\)\. Type add_frame\(frame, published='\+30d'\)"):
        backtest(BaseRate(), undated, origins=["2012"])


@pytest.fixture(scope="module")
def lagged(own):
    """Without the window that is never whole in time."""
    return replace(own, steps=own.steps[:-1])


@pytest.fixture(scope="module")
def tree(lagged):
    return risk_table(DAY, panel=lagged, forecaster=_tree(), countries="west_africa")


def _tree():
    return DecisionTreeClassifier(max_depth=3, min_samples_leaf=200, random_state=0)


def test_a_classifier_forecasts_in_the_same_place(lagged, tree):
    """Rows half a horizon apart, the covariates of the hazard and the user's lags and windows; fitted by hand."""
    using = setup(panel=lagged, forecaster=_tree())
    history, origin = using.history, pd.Period("2000-03", "M").ordinal
    assert using.own == ("rain_lag1", "ended_lag1")
    newest = newest_known(origin, 12)
    labels = history.labels("attempt", 12)
    chosen = (history.ordinal <= newest) & ((newest - history.ordinal) % 6 == 0) & ~np.isnan(labels)
    terms = (*TERMS, *using.own)
    values = pd.DataFrame(covariates(history.columns, terms), columns=list(terms))
    fitted = _tree().fit(values[chosen], labels[chosen])
    now = using.at(moment(DAY), "attempt", 12).frame
    ahead = pd.DataFrame(covariates(now, terms), columns=list(terms))
    wanted = pd.Series(fitted.predict_proba(ahead)[:, 1], index=now["iso3"].to_numpy())
    row = tree.tidy().set_index("iso3")
    np.testing.assert_allclose(row["probability"], wanted.reindex(row.index))
    assert row[["low", "high"]].isna().all().all()
    assert tree.n_rows == chosen.sum()
    assert "DecisionTreeClassifier; it gives no interval" in tree.headline()
    assert "(no interval)" in tree.says()
    assert "NA" in tree.summary()
    assert "sans intervalle" in tree.says(lang="fr")


def test_drivers_of_a_classifier_compare_with_the_median(lagged, tree):
    now = setup(panel=lagged, forecaster=_tree()).at(moment(DAY), "attempt", 12)
    model = now.fit.fitted
    values = model.columns(now.frame.reset_index(drop=True))
    even = values.assign(log_under5=values["log_under5"].median())
    odds = [p / (1 - p) for p in (model.predict_values(values), model.predict_values(even))]
    parts = now.fit.contributions(now.frame)
    np.testing.assert_allclose(np.exp(parts["log_under5"]), odds[0] / odds[1], rtol=1e-6)
    assert all(len(row) == 3 for row in tree.drivers)


def test_a_forecaster_that_does_not_say_what_it_reads_has_no_drivers():
    """Two columns of history by a function: probabilities, and no word on what moves them."""
    model = SklearnForecaster(LogisticRegression(), columns=lambda frame: covariates(frame, ("past_15y", "never")))
    model = replace(model, missing="base_rate")
    found = risk_table(DAY, forecaster=model, horizon=6)
    assert all(row == () for row in found.drivers)
    assert found.tidy()["driver_1"].eq("").all()
    assert found.tidy()["factor_1"].isna().all()
    assert "what moves it is not known" in found.headline()
    path = risk_path("Mali", DAY, horizons=(6,), forecaster=model)
    assert np.isnan(path.tidy()["low90"].iloc[0])
    assert "no band" in path.says()
    assert "sans bande" in path.says(lang="fr")


def test_figures_name_the_model_and_the_columns(tree, table):
    for result, part in ((tree, "DecisionTreeClassifier"), (table, "rain_lag1 (own data)")):
        figure = result.plot()
        texts = " ".join(text.get_text() for text in figure.findobj(lambda part: hasattr(part, "get_text")))
        assert part in texts


def test_columns_are_followed_to_their_source(own):
    assert source_of(own, "rain_lag1") == source_of(own, "rain_past3") == "rain"
    assert source_of(own, "since_last_attempt") == "attempt"
    assert own_columns(own.columns) == ["rain", "ended", "rain_lag1", "ended_lag1", "rain_past3"]


def test_what_a_source_of_events_asks_to_be_said_is_found():
    rows = pd.DataFrame({"event_date": ["1 March 2012"], "event_type": "Battles", "country": "Mali", "fatalities": 3})
    given = forecast_panel().add_events(sk.read_events(rows, layout="acled"), values=None)
    given = given.lag("acled_battles", periods=2).add_frame(_mine(), published="+30d").lag("x", periods=2)
    assert credits_of(given, ["acled_battles_lag2", "x_lag2"]) == ("ACLED (acleddata.com)",)
    assert credits_of(given, ["x_lag2"]) == ()
    assert (
        source_words("", ["x_lag2"], "fr", ("ACLED",))
        == "modèle de risque pénalisé avec x_lag2 (vos données)\u00a0; ACLED"
    )


def _mine():
    return pd.DataFrame({"iso3": ["MLI"], "year": [2000], "x": [1.0]})
