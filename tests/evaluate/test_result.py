"""Scores, comparisons, ranks and sentences of a back-test, recomputed from its own rows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score

from sahelkit.errors import LackingError, MissingColumnsError, OptionError, UnknownNameError
from sahelkit.evaluate import BaseRate, OwnHistory, backtest
from sahelkit.panels import panel
from sahelkit.tables.forecasts import load_forecasts


@pytest.fixture(scope="module")
def done():
    world = panel("world", 1980, 2025, freq="Y").add_coups(rule="powell_thyne")
    return backtest({"ridge": OwnHistory(penalty=10)}, world, origins=("2009", "2025"))


def test_scores_are_those_of_scikit_learn(done):
    rows = done.tidy().query("model == 'ridge' and scored")
    y, p = rows["outcome"], rows["probability"]
    found = done.scores("ridge", replicates=200).set_index("score")
    assert found.loc["log", "estimate"] == pytest.approx(log_loss(y, p), rel=1e-12)
    assert found.loc["brier", "estimate"] == pytest.approx(brier_score_loss(y, p), rel=1e-12)
    assert found.loc["roc_auc", "estimate"] == pytest.approx(roc_auc_score(y, p), rel=1e-12)
    assert found.loc["average_precision", "estimate"] == pytest.approx(average_precision_score(y, p), rel=1e-12)
    base = done.tidy().query("model == 'base_rate'")["probability"]
    assert found.loc["brier_skill", "estimate"] == pytest.approx(1 - brier_score_loss(y, p) / brier_score_loss(y, base))
    assert (found["low"] <= found["estimate"]).all()
    assert (found["estimate"] <= found["high"]).all()
    assert found["n_origins"].unique().tolist() == [17]


def test_events_are_those_of_the_list_of_coups(done):
    from sahelkit.tables.coups import load_coups

    listed = load_coups(rule="powell_thyne", start=2009, end=2025)
    years = set(zip(listed["iso3"], listed["date"].dt.year, strict=True))
    rows = done.tidy().query("model == 'ridge'")
    happened = {(i, o.year) for i, o in zip(rows["iso3"], rows["origin"], strict=True)}
    assert len(rows) == len(happened)
    wanted = [float((i, o.year) in years) for i, o in zip(rows["iso3"], rows["origin"], strict=True)]
    assert rows["outcome"].tolist() == wanted


def test_the_base_rates_are_shares_of_what_was_known(done):
    world = panel("world", 1980, 2025, freq="Y").add_coups(rule="powell_thyne").frame
    rows = done.tidy()
    for model, years in (("base_rate", 100), ("base_rate_15y", 15)):
        given = rows[rows["model"] == model].groupby("origin")["probability"].first()
        for origin in given.index:
            # On 1 January the year before is not yet out.
            known = world[world["period"].between(origin - 1 - years, origin - 2)]
            events = (known["attempt"] > 0).sum()
            assert given[origin] == pytest.approx((events + 0.5) / (len(known) + 1))


def test_subsets(done):
    west = done.select(countries="west_africa", start=2012)
    assert set(west.tidy()["iso3"]) <= set(done.tidy()["iso3"])
    assert west.span == ("2012", "2025")
    assert west.n_rows == 14 * 16
    narrow = done.scores("ridge", countries="west_africa", start=2012, replicates=50)
    pd.testing.assert_frame_equal(narrow, west.scores("ridge", replicates=50))
    with pytest.raises(OptionError, match="no forecast is left"):
        done.select(start=2030)
    decades = done.by_decade(replicates=20)
    assert decades["decade"].unique().tolist() == [2000, 2010, 2020]
    assert decades.query("model == 'ridge'")["n_events"].sum() == done.n_events


def test_one_origin_has_scores_but_no_interval(done):
    one = done.scores("ridge", start=2021, end=2021).set_index("score")
    assert one["estimate"].notna().all()
    assert one[["low", "high"]].isna().all(axis=None)


def test_paired_differences_are_those_of_the_scores(done):
    table = done.scores(replicates=50).pivot_table(index="score", columns="model", values="estimate")
    against = done.against("time_since", replicates=300)
    gaps = against.frame.set_index("score")
    for score in ("log", "brier", "roc_auc", "average_precision", "top_recall"):
        assert gaps.loc[score, "difference"] == pytest.approx(
            table.loc[score, "ridge"] - table.loc[score, "time_since"]
        )
    # Paired: the interval of the difference is far shorter than those of the two scores.
    log = done.scores("ridge", replicates=300).set_index("score").loc["log"]
    assert gaps.loc["log", "high"] - gaps.loc["log", "low"] < 0.3 * (log["high"] - log["low"])
    flipped = done.against("ridge", model="time_since", replicates=300).frame.set_index("score")
    np.testing.assert_allclose(flipped["difference"], -gaps["difference"])


def test_a_clearly_better_forecast_is_called_so_and_only_then(done):
    against = done.against("base_rate").frame.set_index("score")
    assert against.loc["log", "better"]
    assert against.loc["roc_auc", "better"]
    other_way = done.against("ridge", model="base_rate").frame.set_index("score")
    assert not other_way.loc["log", "better"]
    assert done.against("own_history").frame.set_index("score")["better"].isna().any()


def test_published_forecasts_are_raced_on_their_own_rows(done):
    rival = load_forecasts()
    rows = rival.dropna(subset="observed")
    race = done.against(rows, name="Beger and Ward")
    assert (race.n_rows, race.n_events, race.n_origins) == (1518, 18, 9)
    assert race.n_disagree == 0
    found = race.frame.set_index("score")
    assert found.loc["brier", "other"] == pytest.approx(0.01195, abs=5e-6)
    assert found.loc["log", "other"] == pytest.approx(0.0610, abs=5e-5)
    assert found.loc["roc_auc", "other"] == pytest.approx(0.7944444444444444, abs=1e-12)
    assert "Beger and Ward" in race.says()
    with_2020 = done.against(rival)
    assert (with_2020.n_rows, with_2020.n_events) == (1687, 19)


def test_what_cannot_be_raced_is_refused(done):
    with pytest.raises(OptionError, match="it forecasts something else than 'attempt'"):
        done.against(load_forecasts(outcome="success"))
    with pytest.raises(OptionError, match="two forecasts of this row"):
        done.against(pd.concat([load_forecasts(), load_forecasts(run="live")]))
    with pytest.raises(MissingColumnsError, match="'probability'"):
        done.against(load_forecasts().drop(columns="probability"))
    with pytest.raises(OptionError, match="it forecasts none of the scored rows"):
        done.against(load_forecasts(start=2019, end=2019).assign(year=1999))
    with pytest.raises(UnknownNameError, match="Did you mean 'time_since'"):
        done.against("time_sinse")


def test_a_rival_that_saw_another_outcome_is_counted_and_scored_by_ours(done):
    rows = load_forecasts().dropna(subset="observed").copy()
    rows["observed"] = 1 - rows["observed"]
    race = done.against(rows)
    assert race.n_disagree == 1518
    assert race.frame.set_index("score").loc["brier", "other"] == pytest.approx(0.01195, abs=5e-6)


def test_ranks(done):
    ranks = done.ranks()
    one = ranks[ranks["origin"] == pd.Period("2021")]
    assert len(one) > 150
    assert one["rank"].min() == 1
    assert one["n_states"].unique().tolist() == [len(one)]
    top = one.sort_values("probability", ascending=False)["rank"].tolist()
    assert top == sorted(top)


def test_arrays_have_the_rows_of_the_table(done):
    arrays = done.to_xarray()
    assert dict(arrays.sizes)["origin"] == 17
    rows = done.tidy().query("model == 'ridge' and iso3 == 'MLI'")
    row = rows[rows["origin"] == pd.Period("2021")].iloc[0]
    cell = arrays.sel(model="ridge", iso3="MLI", origin="2021-01-01")
    assert float(cell["probability"]) == row["probability"]


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_sentences_hold_the_numbers(done, lang):
    text = done.says(lang=lang)
    log = done.scores("ridge").set_index("score").loc["log"]
    assert f"{log['estimate']:.4f}".replace(".", "," if lang == "fr" else ".") in text
    assert str(done.n_events) in text
    assert text.endswith(".")
    assert text.count("{") == 0
    verdict = {"en": "cannot be shown to forecast better", "fr": "ne prévoit pas démontrablement mieux"}[lang]
    assert (verdict in text) == bool(done.against("time_since").frame.set_index("score")["better"].isna()["log"])
    other = done.against("base_rate").says(lang=lang)
    assert {"en": "it is the better one", "fr": "il est meilleur"}[lang] in other


def test_the_summary_names_what_was_done(done):
    text = done.summary()
    assert "A coup attempt in that year, origins 2009 to 2025" in text
    assert "Une tentative de coup d’État dans l’année, origines 2009 à 2025" in done.summary(lang="fr")
    assert "own_history" in text
    with pytest.raises(UnknownNameError, match="unknown language 'de'"):
        done.says(lang="de")


def test_a_model_may_be_named_by_itself():
    west = panel("west_africa", 1990, 2025, freq="Y").add_coups(rule="powell_thyne")
    result = backtest(BaseRate(), west, origins=("2024", "2025"))
    assert result.models == ("BaseRate", "base_rate", "base_rate_15y", "time_since", "own_history")


def test_gains_are_shares_of_the_score_of_the_other_and_positive_when_better(done):
    race = done.against("time_since", replicates=200)
    frame, gains = race.frame.set_index("score"), race.gains().set_index("score")
    assert gains.loc["log", "gain"] == pytest.approx(-100 * frame.loc["log", "difference"] / frame.loc["log", "other"])
    roc = frame.loc["roc_auc"]
    assert gains.loc["roc_auc", "gain"] == pytest.approx(100 * roc["difference"] / roc["other"])
    assert (gains["low"] <= gains["gain"]).all()
    assert (gains["gain"] <= gains["high"]).all()


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_the_figure_of_a_comparison_names_both_sides_and_the_sample(done, lang):
    figure = done.against("time_since", replicates=50).plot(lang=lang)
    (axes,) = figure.axes
    assert "ridge" in axes.get_title(loc="left")
    assert len(axes.get_yticklabels()) == 6
    assert "n = " in figure.get_supxlabel()
    drawn = sum(len(container.lines[0].get_xdata()) for container in axes.containers)
    assert drawn == 6
    with pytest.raises(UnknownNameError, match="unknown language 'de'"):
        done.against("time_since", replicates=5).plot(lang="de")


def test_a_comparison_is_drawn_on_given_axes_and_a_back_test_says_why_it_is_not(done):
    own = Figure()
    axes = own.subplots()
    race = done.against("time_since", replicates=20)
    assert race.plot(ax=axes, lang="fr") is own
    assert "gain de « ridge »" in axes.get_xlabel()
    assert "Source : coups" in " ".join(text.get_text() for text in axes.texts)
    with pytest.raises(LackingError, match="Backtest has no ax: it has three panels"):
        done.plot(ax=axes)


def test_results_fit_a_screen_and_speak_french(done):
    race = done.against("time_since", replicates=20)
    for result in (done, race):
        lines = repr(result).splitlines()
        assert len(lines) <= 24
        assert max(map(len, lines)) <= 120
        assert type(result).__name__ in lines[0]
        assert "3\u202f347 prévisions" in result.headline(lang="fr")
        assert "3,347 rows" in result.headline()
        assert result.headline(lang="fr") in result.summary(lang="fr")
        assert result.to_xarray().attrs["summary"] == result.headline()
    assert race.headline(lang="fr").startswith("ridge face à time_since")


def test_an_outcome_of_the_user_keeps_general_words(done):
    other = replace(done, outcome="protest", horizon=3, freq="Y")
    assert other.headline().startswith("An event within 3 years, origins")
    assert "ont vu un événement dans les 3" in other.says(lang="fr")
