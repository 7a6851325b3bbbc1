"""The risk table and the risk path: every number that stands beside a probability, computed anew."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from sahelkit.errors import CoverageWarning, DateError, OptionError, UnknownNameError, UnknownPlaceError
from sahelkit.geography import places
from sahelkit.models.forecast import risk_path, risk_table
from sahelkit.models.forecast.past import past_forecasts, world
from sahelkit.models.forecast.setup import moment, setup
from sahelkit.tables.coups import load_coups


@pytest.fixture(scope="module")
def march_2012():
    return risk_table("2012-03", countries=None)


@pytest.fixture(scope="module")
def newest():
    return risk_table(countries="west_africa")


def test_probabilities_and_ranks_are_those_of_the_back_test(march_2012):
    row = march_2012.tidy().set_index("iso3")
    plain = past_forecasts(world("powell_thyne", None), [pd.Period("2012-03", "M").ordinal]).set_index("iso3")
    np.testing.assert_allclose(row["probability"], plain["probability"].reindex(row.index), rtol=1e-10)
    assert row.loc["MLI", "rank"] == 1 + (plain["probability"] > plain.loc["MLI", "probability"]).sum()
    west = plain["probability"][plain.index.isin(places.members("west_africa"))]
    assert row.loc["MLI", "rank_west_africa"] == 1 + (west > west["MLI"]).sum()
    assert pd.isna(row.loc["FRA", "rank_west_africa"])
    assert row["probability"].is_monotonic_decreasing


def test_what_came_stands_beside_what_was_said(march_2012):
    events = load_coups(rule="powell_thyne", start="2012-03", end="2013-02")
    came = march_2012.tidy().set_index("iso3")["followed"]
    assert set(came.index[came == 1]) == set(events["iso3"])
    assert came.notna().all()


def test_rates_count_the_windows_known_at_the_time(march_2012):
    row = march_2012.tidy().set_index("iso3")
    events = load_coups(rule="powell_thyne", countries="GNB", start="1996-03", end="2012-01")
    # 180 windows of twelve months, beginning from March 1996 to February 2011, the last one known by 1 March 2012.
    begins = pd.period_range("1996-03", "2011-02", freq="M")
    held = [any(0 <= (day.to_period("M") - month).n < 12 for day in events["date"]) for month in begins]
    assert row.loc["GNB", "own_rate"] == pytest.approx(np.mean(held))
    assert (row["base_rate"] == row["base_rate"].iloc[0]).all()
    assert 0.005 < row["base_rate"].iloc[0] < 0.03


def test_the_record_counts_past_forecasts_of_the_same_size(march_2012):
    """Made every twelve months up to the last whose twelve months were known on 1 March 2012: February 2011."""
    origins = [pd.Period(f"{year}-02", "M").ordinal for year in range(1991, 2012)]
    past = past_forecasts(world("powell_thyne", None), origins)
    assert march_2012.n_past == len(past)
    for code in ("MLI", "GIN"):
        row = march_2012.tidy().set_index("iso3").loc[code]
        inside = past[(past["probability"] >= row["band_low"]) & (past["probability"] < row["band_high"])]
        assert row["band_low"] <= row["probability"] < row["band_high"]
        assert (row["band_n"], row["band_events"]) == (len(inside), inside["outcome"].sum())
        assert row["band_share"] == pytest.approx(inside["outcome"].mean())


def test_the_year_before_is_what_was_said_then(march_2012):
    row = march_2012.tidy().set_index("iso3").loc["MLI"]
    before = risk_table("2011-03", countries="MLI").tidy().iloc[0]
    assert row["year_before"] == pytest.approx(before["probability"], rel=1e-12)
    assert row["change"] == pytest.approx(row["probability"] - before["probability"])


def test_contributions_add_up_to_the_distance_from_the_average_state():
    now = setup().at(moment("2012-03", version=None), "attempt", 12)
    eta, _ = now.fit.linear(now.values)
    np.testing.assert_allclose(now.fit.contributions(now.values).sum(axis=1), eta - eta.mean(), atol=1e-10)


def test_drivers_are_the_three_largest_and_speak_both_languages(march_2012):
    code = march_2012.frame["iso3"].tolist().index("MLI")
    sizes = [abs(np.log(driver.factor)) for driver in march_2012.drivers[code]]
    assert len(sizes) == 3
    assert sizes == sorted(sizes, reverse=True)
    said = " ".join(driver.text("en") for driver in march_2012.drivers[code])
    assert "last attempt 21 years ago, 0 in fifteen years" in said  # the coup of March 1991
    assert "il y a 21 ans" in " ".join(driver.text("fr") for driver in march_2012.drivers[code])
    everything = [driver for row in march_2012.drivers for driver in row]
    assert all("nan" not in driver.en.lower() for driver in everything)
    assert all("{" not in driver.en + driver.fr for driver in everything)


def test_the_newest_table_says_from_when_each_input_is(newest):
    assert str(newest.date.date()) == "2026-01-30"  # the last month of the list, and thirty days
    assert (str(newest.first), str(newest.last)) == ("2026-01", "2026-12")
    ages = newest.inputs.set_index("input")
    assert ages.loc["attempt", "newest"] == "2025-12"
    assert ages.loc["vdem12_ex_military", "newest"] == "2021"
    assert newest.stale == ("vdem12_ex_military",)
    assert newest.late == 0
    assert newest.tidy()["followed"].isna().all()  # past the list: unscored, never zero
    for text in (newest.summary(), newest.headline()):
        assert "coup attempts, newest datum: December 2025" in text
        assert "STALE" in text


def test_a_forecast_on_stale_inputs_says_so(newest):
    late = risk_table("2026-11-27", countries="Mali")
    assert "attempt" in late.stale
    assert late.late == 10
    assert "10 of the 12 months had passed" in late.headline()
    assert "stale inputs (coup attempts)" in late.says()
    assert "données périmées (tentatives de coup d’État)" in late.says(lang="fr")
    assert "(coup attempts)" not in newest.says(country="Mali")


@pytest.mark.parametrize(
    ("lang", "parts"),
    [
        ("en", ["chance of a coup attempt in Mali", "90% interval", "came true", "does not announce events"]),
        ("fr", ["tentative de coup d’État au Mali", "intervalle à 90\u00a0%", "se sont réalisées", "n’annonce rien"]),
    ],
)
def test_one_careful_sentence(newest, lang, parts):
    said = newest.says(country="MLI", lang=lang)
    assert said.endswith(".")
    for part in parts:
        assert part in said
    row = newest.tidy().set_index("iso3").loc["MLI"]
    figure = f"{100 * row['probability']:.1f}"
    assert (figure if lang == "en" else figure.replace(".", ",")) in said
    assert f"{row['band_n']}" in said


def test_a_language_is_never_taken_for_a_country(newest):
    with pytest.raises(TypeError, match="takes names only: type says"):
        newest.says("fr")


def test_headlines_and_summaries_speak_french(newest):
    path = risk_path("Mali", "2012-08", horizons=(1, 12))
    assert path.headline(lang="fr").startswith("Risque d’une tentative de coup d’État au Mali à partir d’août 2012, d’")
    for result in (newest, path):
        for text in (result.headline(lang="fr"), result.summary(lang="fr")):
            assert "liste des coups\u00a0: Powell et Thyne" in text
            assert "list of coups: Powell and Thyne" not in text
        assert "list of coups: Powell and Thyne" in result.headline()
        with pytest.raises(UnknownNameError, match="unknown language 'de'"):
            result.summary(lang="de")


def test_a_result_fits_a_screen(newest):
    late = risk_table("2026-11-27", countries=None)
    for shown in (repr(newest), repr(late), repr(risk_path("Mali", horizons=(12,)))):
        lines = shown.splitlines()
        assert len(lines) <= 24
        assert max(map(len, lines)) <= 120
    assert "Mali" in newest._repr_html_()
    np.testing.assert_array_equal(newest.to_xarray()["probability"], newest.frame["probability"])


def test_an_early_day_says_which_inputs_are_not_known_yet():
    early = risk_table("1961-02", countries="Mali", horizon=1)
    assert early.inputs.set_index("input").loc["owid_population", ["newest", "stale"]].tolist() == ["", True]
    assert "population (UN), newest datum: none yet" in early.headline()
    assert "in Mali in February 1961 is" in early.says()
    assert "au Mali en février 1961 est" in early.says(lang="fr")


def test_success_is_rarer_than_attempt(newest):
    success = risk_table(countries="west_africa", outcome="success").tidy().set_index("iso3")["probability"]
    attempt = newest.tidy().set_index("iso3")["probability"]
    assert success.sum() < attempt.sum()
    assert "successful coup" in risk_table(countries="Mali", outcome="success").says()


def test_a_list_that_ends_earlier_is_followed_from_its_own_end():
    table = risk_table(countries="Mali", rule="cline")
    assert str(table.first) == "2023-01"
    assert table.tidy()["newest_attempt"].tolist() == ["2022-12"]
    assert "attempt" in risk_table("2024-01", countries="Mali", rule="cline").stale


def test_wider_level_wider_interval(newest):
    narrow = risk_table(countries="west_africa", level=0.5).tidy().set_index("iso3")
    wide = newest.tidy().set_index("iso3")
    assert (narrow["low"] > wide["low"]).all()
    assert (narrow["high"] < wide["high"]).all()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"date": "1955"}, DateError, "forecasts begin in 1961-01"),
        ({"date": "soon"}, DateError, "not a date"),
        ({"countries": "Nigr"}, UnknownPlaceError, r"Did you mean .*Niger \(NER\)"),
        ({"horizon": 0}, OptionError, "whole number of months from 1 to 60"),
        ({"horizon": 1.5}, OptionError, "whole number of months"),
        ({"level": 90}, OptionError, "between 0 and 1"),
        ({"outcome": "sucess"}, UnknownNameError, "Did you mean 'success'"),
        ({"rule": "powel"}, UnknownNameError, "powell_thyne"),
        ({"rule": "colpus"}, OptionError, "learns from the world. Choose one of 'powell_thyne', 'cline'"),
        ({"countries": "South Sudan", "date": "2005"}, OptionError, "none of these states exists"),
    ],
)
def test_bad_input_is_answered_in_words(options, error, message):
    with pytest.raises(error, match=message):
        risk_table(**options)


def test_a_country_that_was_not_asked_for(newest):
    with pytest.raises(OptionError, match=r"risk_table\(countries=\['FRA'\]\)"):
        newest.says(country="France")


def test_a_path_rises_and_meets_the_table(newest):
    path = risk_path("Mali", horizons=(1, 12, 36))
    frame = path.tidy().set_index("horizon")
    assert frame["probability"].is_monotonic_increasing
    row = newest.tidy().set_index("iso3").loc["MLI"]
    assert frame.loc[12, "probability"] == pytest.approx(row["probability"], rel=1e-12)
    assert frame.loc[12, ["low90", "high90"]].tolist() == pytest.approx([row["low"], row["high"]], rel=1e-9)
    assert frame.loc[12, "base_rate"] == pytest.approx(row["base_rate"])
    inner = frame[["low90", "low50", "probability", "high50", "high90"]].to_numpy()
    assert (np.diff(inner, axis=1) > 0).all()
    assert "within 12 months" in path.says()
    assert "dans les 12 mois" in path.says(lang="fr")
    assert "Mali" in path.summary()


@pytest.mark.parametrize("horizons", [(12, 6), (), (6, 6)])
def test_horizons_of_a_path_increase(horizons):
    with pytest.raises(OptionError, match="they increase"):
        risk_path("Mali", horizons=horizons)


@pytest.mark.parametrize("ask", [risk_table, lambda date, **kw: risk_path("MLI", date, horizons=(12,), **kw)])
def test_a_rule_that_weighs_coders_says_where_it_has_fewer(ask):
    with pytest.warns(
        CoverageWarning, match=r"rule='majority' does not mean the same .* 2023-2024: 2 coders in"
    ) as seen:
        ask("2024-06", rule="majority")
    assert seen[0].filename == __file__
    with warnings.catch_warnings(action="error"):
        ask("2024-06", rule="powell_thyne")
