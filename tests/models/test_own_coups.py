"""An own list of coups in every place that takes `rule=`, one test a place."""

import pickle
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import OptionError
from sahelkit.evaluate import OwnHistory
from sahelkit.panels import real_time
from sahelkit.record import coder_agreement
from sahelkit.record.coup_match import CoupMatch
from sahelkit.tables.own_coders import session

# A panel that goes on after its list says so.
pytestmark = pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")
FOCUS = {"countries": "focus", "start": 1960, "end": 2025}


@pytest.fixture(autouse=True)
def _no_list_stays():
    yield
    for coder in session():
        sk.remove_coder(coder.name)


def _list(*rows):
    return pd.DataFrame([row.split() for row in rows], columns=["country", "date", "outcome"])


NIGHT = _list("TGO 2026-01-14 failure")


def _copy(name="mine", *more, extends=None, drop=()) -> CoupMatch:
    """Powell and Thyne's list as one's own, without some events and with some more."""
    shipped = sk.load_coups()
    shipped = shipped[~shipped["coup_id"].isin(drop)]
    frame = shipped[["iso3", "date", "outcome", "coup_id"]].rename(columns={"iso3": "country"})
    frame = pd.concat([frame, _list(*more)], ignore_index=True)
    return sk.add_coder(name, frame, extends=extends, places="world", first=1950, last=2025)


def test_panel_and_clocks():
    sk.add_coder("mine", NIGHT, extends="powell_thyne")
    frame = sk.panel("Togo", "2026-01", "2026-02").add_coups(rule="mine").since_last("attempt").frame
    assert frame["attempt"].tolist()[:1] == [1.0]
    assert frame["attempt"].isna().tolist() == [False, True]
    assert frame["since_last_attempt"].tolist()[1] == 1.0
    assert frame.attrs["sahelkit"]["own_lists"]["mine"]["extends"] == "powell_thyne"


def test_a_copy_of_a_coder_is_that_coder():
    _copy()
    built = [
        sk.panel("west_africa", 1950, 2025, freq="Y").add_coups(rule=rule).since_last("attempt")
        for rule in ("powell_thyne", "mine")
    ]
    pd.testing.assert_frame_equal(built[0].frame, built[1].frame)
    # Days that are known to be wrong are put right under the coder's rule alone: what its user typed stands.
    pd.testing.assert_frame_equal(real_time(built[0]), real_time(built[1]))


def test_day_of_publication():
    sk.add_coder("mine", NIGHT, extends="powell_thyne")
    panel = sk.panel("Togo", "2025-12", "2026-02").add_coups(rule="mine")
    assert panel.as_of("2026-01-14").frame["attempt"].isna().tolist() == [True, True]
    assert panel.as_of("2026-01-15").frame["attempt"].tolist()[1] == 1.0
    assert panel.as_of("2026-01-30").frame["attempt"].tolist() == [0.0, 1.0]  # the base list keeps its thirty days
    sk.add_coder("mine", NIGHT)
    assert np.isnan(sk.panel("Togo", "2026-01", "2026-02").add_coups(rule="mine").as_of("2026-02-12").frame.iloc[0, -3])
    stated = NIGHT.assign(told="2026-01-20")
    sk.add_coder("mine", stated, published="told")
    panel = sk.panel("Togo", "2026-01", "2026-02").add_coups(rule="mine")
    assert panel.as_of("2026-01-19").frame["attempt"].isna().all()
    assert panel.as_of("2026-01-20").frame["attempt"].tolist() == [1.0]
    with pytest.raises(OptionError, match="told='2026-01-01' in row 1 of 1: it lies before the coup"):
        sk.add_coder("mine", NIGHT.assign(told="2026-01-01"), published="told")


def test_a_month_is_known_when_it_is_over():
    sk.add_coder("mine", _list("TGO 2026-01 failure"), extends="powell_thyne")
    panel = sk.panel("Togo", "2026-01", "2026-02").add_coups(rule="mine")
    assert panel.as_of("2026-01-31").frame["attempt"].isna().all()
    assert panel.as_of("2026-02-01").frame["attempt"].tolist()[0] == 1.0


def test_a_panel_keeps_the_list_with_which_it_was_declared(tmp_path):
    with sk.add_coder("mine", NIGHT, extends="powell_thyne"):
        panel = sk.panel("Togo", "2026-01", "2026-01").add_coups(rule="mine")
    assert panel.frame["attempt"].tolist() == [1.0]
    sk.add_coder("mine", _list("TGO 2026-01-14 success", "TGO 2026-01-30 failure"), extends="powell_thyne")
    assert sk.panel("Togo", "2026-01", "2026-01").add_coups(rule="mine").frame["attempt"].tolist() == [2.0]
    (tmp_path / "panel").write_bytes(pickle.dumps(panel))
    code = "import pickle; print(pickle.load(open('panel', 'rb')).frame['attempt'].tolist())"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[1.0]"


def test_hazard():
    _copy("mine", drop=["MLI-2012-03-22", "GIN-2021-09-05"])
    fits = [
        sk.fit_hazard(
            "a ~ since_last_attempt",
            sk.panel(rule_of["countries"], 1960, 2025, freq="Y")
            .add_coups(rule=rule)
            .since_last("attempt")
            .frame.assign(a=lambda frame: frame["attempt"].clip(upper=1)),
        )
        for rule, rule_of in (("powell_thyne", FOCUS), ("mine", FOCUS))
    ]
    assert fits[0].n_events - fits[1].n_events == 1  # Mali had another attempt in 2012
    assert "own list 'mine' (495 rows)" in fits[1].summary()
    assert "liste personnelle «\u00a0mine\u00a0»" in fits[1].says(lang="fr")


def test_hawkes():
    _copy("mine", drop=["MLI-2012-03-22"])
    fit = sk.fit_hawkes(sk.load_coups(rule="mine", countries="focus"), **FOCUS)
    theirs = sk.fit_hawkes(sk.load_coups(countries="focus"), **FOCUS)
    assert theirs.n_events - fit.n_events == 1
    assert "own list 'mine'" in fit.summary()


@pytest.mark.slow
def test_robustness_of_hawkes():
    from sahelkit.models.hawkes import robustness

    _copy("mine", drop=["MLI-2012-03-22"])
    checks = robustness(rule="mine", rules=["powell_thyne"], replicates=3, **FOCUS)
    rows = checks.refits.set_index("level")["n_events"]
    assert rows["powell_thyne"] - rows["mine"] == 1


def test_a_posterior_is_remembered_by_what_the_list_holds(monkeypatch):
    from sahelkit.models.relation import posterior

    monkeypatch.setattr(posterior, "draw_posterior", lambda evidence, **options: len(evidence.observed.time))
    options = {"countries": "focus", "start": None, "end": None, "prior": None, "draws": 100, "seed": 0, "n_jobs": 1}
    counts = []
    for drop in ([], ["MLI-2012-03-22"], []):
        _copy("mine", drop=drop)
        counts.append(posterior.posterior_of(rule="mine", version=None, **options))
    assert counts[0] - counts[1] == 1
    assert counts[2] == counts[0]


@pytest.mark.slow
def test_relation_and_what_if():
    options = {"countries": ["focus", "SEN"], "draws": 100, "horizon": 12}
    _copy("mine", drop=["MLI-2012-03-22"])
    first = sk.relation_matrix(source="MLI", rule="mine", **options)
    _copy("mine", drop=["MLI-2012-03-22", "MLI-2020-08-18"])
    second = sk.relation_matrix(source="MLI", rule="mine", **options)
    assert first.n_events - second.n_events == 1  # the posterior of the former list is not taken for this one's
    assert "own list 'mine' (495 rows)" in second.says(target="NER")
    assert "own list 'mine' (495 rows)" in second.headline()
    with pytest.raises(sk.SahelkitError, match="rule='mine'"):
        sk.what_if("MLI", "2020-08-18", rule="mine", **options)
    answer = sk.what_if("MLI", "2021-05-21", rule="mine", **options)
    assert "own list 'mine'" in answer.summary()


@pytest.mark.slow
def test_backtest_and_numbers_of_processes():
    _copy("mine", drop=["MLI-2012-03-22", "MLI-2012-05-01"])
    west = sk.panel("west_africa", 1980, 2025, freq="Y").add_coups(rule="mine")
    found = [sk.backtest(OwnHistory(), west, origins=("2012", "2013"), n_jobs=jobs).frame for jobs in (1, 2)]
    pd.testing.assert_frame_equal(found[0], found[1])
    mali = found[0][(found[0]["iso3"] == "MLI") & (found[0]["origin"] == pd.Period("2012", "Y"))]
    assert mali["outcome"].unique().tolist() == [0.0]


def test_vintages_are_those_of_a_shipped_list():
    _copy("mine")
    west = sk.panel("west_africa", 1980, 2025, freq="Y").add_coups(rule="mine")
    with pytest.raises(OptionError, match="only Powell and Thyne's list has releases"):
        sk.backtest(OwnHistory(), west, origins=["2012"], vintages=True)


@pytest.mark.slow
def test_a_coup_of_last_night_in_the_risk_table():
    before = sk.risk_table(countries=["TGO", "MLI"]).frame.set_index("iso3")
    with sk.add_coder("mine", NIGHT, extends="powell_thyne"):
        night = sk.risk_table(countries=["TGO", "MLI"], rule="mine")
        path = sk.risk_path("TGO", horizons=(1, 12), rule="mine")
        sk.add_coder("mine", _list("GHA 2026-01-14 failure"), extends="powell_thyne")
        other = sk.risk_table(countries=["TGO"], rule="mine")
    after = night.frame.set_index("iso3")
    assert str(night.first) == "2026-02"
    assert f"{night.date:%Y-%m-%d}" == "2026-02-01"
    assert after.loc["TGO", "probability"] > 3 * before.loc["TGO", "probability"]
    assert other.frame["probability"].item() < 1.5 * before.loc["TGO", "probability"]
    assert path.quantiles[1][2] == pytest.approx(after.loc["TGO", "probability"], rel=0.05)
    assert "own list 'mine' (1 row, extends Powell and Thyne)" in night.headline()
    assert "liste personnelle" in night.says(lang="fr")
    again = sk.risk_table(countries=["TGO", "MLI"]).frame.set_index("iso3")
    pd.testing.assert_frame_equal(again, before)


def test_a_list_of_some_countries_does_not_teach_a_forecaster():
    sk.add_coder("mine", NIGHT)
    with pytest.raises(OptionError, match=r"a part of it \(TGO\) alone.*extends='powell_thyne'"):
        sk.risk_table(rule="mine")


def test_agreement_and_its_figures():
    _copy("mine", drop=["MLI-2012-03-22"])
    events = sk.load_coups(rule="any", include_plots=True, countries="focus")
    pairs = coder_agreement(events, list(sk.coup_coders()["prefix"])).set_index(["coder_a", "coder_b"])
    pair = pairs.loc[("pt", "mine")]
    assert pair["n_either"] - pair["n_both"] == 1
    drawn = sk.plots.plot_agreement(pairs.reset_index(), lang="fr")
    assert "liste personnelle «\u00a0mine\u00a0» (496 lignes)" in drawn.get_supxlabel()
    lanes = sk.plots.plot_coup_timeline(events, countries=["MLI"])
    assert "own list 'mine'" in [text.get_text() for text in lanes.axes[0].get_yticklabels()]
    assert "own list 'mine' (496 rows)" in lanes.get_supxlabel()
    early = sk.plots.plot_coup_timeline(events.drop(columns=["mine_outcome", "mine_date"]), countries=["MLI"])
    assert "own list 'mine'" not in [text.get_text() for text in early.axes[0].get_yticklabels()]


def test_the_french_timeline_names_the_list_once_and_in_french():
    sk.add_coder("mine", NIGHT)
    events = sk.load_coups(rule="any", include_plots=True, countries="TGO")
    said = " ".join(text.get_text() for text in sk.plots.plot_coup_timeline(events, countries="TGO", lang="fr").texts)
    assert said.count("liste personnelle «\u00a0mine\u00a0» (1 ligne)") == said.count("mine") == 1
    assert "règle any" in said
    assert "own list" not in said
    sk.remove_coder("mine")
    bare = sk.plots.plot_coup_timeline(events, countries="TGO", lang="en")
    assert "own list 'mine' (1 row)" in " ".join(text.get_text() for text in bare.texts)


def test_answers_of_the_region():
    sk.add_coder("mine", _list("TGO 2024-01-10 success"), extends="powell_thyne")
    cases = sk.panels.response_cases(countries=["TGO"], start=2020, rule="mine")
    assert set(cases["coup_id"]) == {"TGO-2024-01-10"}
