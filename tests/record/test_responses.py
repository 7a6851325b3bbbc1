"""Waits, ranks and severities against brute force and closed forms."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.errors import MissingColumnsError, ModelError, OptionError, UnknownNameError
from sahelkit.panels.responses import response_cases
from sahelkit.record.responses import SCALES, association, contrast, rank_among, severity, severity_ranks, waiting_times

MALI = "MLI-2012-03-22"


@pytest.fixture(scope="module")
def cases():
    return response_cases()


def _made(days, *, bounds=None, censored=500):
    """Cases with the given days to suspension; None never came."""
    names = [chr(97 + i) for i in range(len(days))]
    frame = pd.DataFrame({"coup_id": names, "label_en": names, "label_fr": names})
    frame["coup_date"] = pd.date_range("2003-01-01", periods=len(days), freq="YS")
    frame = frame.assign(body="AU", at_risk=True, censored_days=censored)
    frame["suspension_days"] = pd.array(days, dtype="Float64")
    low, high = bounds or (days, days)
    frame["suspension_days_min"] = pd.array(low, dtype="Float64")
    frame["suspension_days_max"] = pd.array(high, dtype="Float64")
    return frame


def test_waits_are_the_product_limit_estimate_with_ties():
    days = [1, 1, 3, None, 7, 7, None, 20]
    frame = _made(days, censored=[9, 9, 9, 5, 9, 9, 30, 9])
    found = waiting_times(frame, "suspension", body="AU")
    # By hand: 8 at risk, 2 come; 6 at risk, 1; then one leaves at 5; 4 at risk, 2; 2 at risk, 1; one leaves at 30.
    assert found.days.tolist() == [1, 3, 7, 20]
    assert found.at_risk.tolist() == [8, 6, 4, 2]
    assert found.events.tolist() == [2, 1, 2, 1]
    kept = np.cumprod([6 / 8, 5 / 6, 2 / 4, 1 / 2])
    assert found.done == pytest.approx(1 - kept)
    variance = np.cumsum([2 / (8 * 6), 1 / (6 * 5), 2 / (4 * 2), 1 / (2 * 1)])
    spread = np.exp(1.959963985 * np.sqrt(variance) / np.log(kept))
    ends = np.sort(np.array([1 - kept ** (1 / spread), 1 - kept**spread]), axis=0)
    assert found.low == pytest.approx(ends[0])
    assert found.high == pytest.approx(ends[1])
    assert found.median == 7
    assert (found.n, found.n_events, found.censored.tolist()) == (8, 6, [5, 30])
    assert found.to_xarray()["done"].dims == ("days",)
    assert "6 of 8 cases" in found.summary()


def test_a_median_that_is_not_reached_is_infinite_and_said():
    found = waiting_times(_made([2, None, None]), "suspension", body="AU")
    assert np.isinf(found.median)
    assert "fewer than half had been when observation ended" in found.says()
    assert "In two it had not come" in found.says()
    assert "moins de la moitié l’avaient été" in found.says(lang="fr")


def test_states_suspended_before_are_not_at_risk(cases):
    plain = waiting_times(cases, "suspension", body="ECOWAS")
    everyone = waiting_times(cases, "suspension", body="ECOWAS", only_at_risk=False)
    assert (plain.n, everyone.n) == (13, 15)
    easing = waiting_times(cases, "easing", body="ECOWAS")
    assert easing.n == 12  # of 15 coups, three had nothing to ease: 2003, 2014, 2015


@pytest.mark.parametrize("until_then", [True, False])
def test_rank_bounds_are_the_extremes_over_all_days_that_are_possible(until_then):
    low, high = [4, 1, 5, None, 6, 2], [6, 1, 9, None, 6, 8]
    frame = _made([5, 1, 7, None, 6, 4], bounds=(low, high))
    found = rank_among(frame, "e", "suspension", body="AU", until_then=until_then)
    spans = [range(a, b + 1) if a is not None else [10**6] for a, b in zip(low, high, strict=True)]
    if until_then:
        spans = spans[:5]
    best, worst = [], []
    for days in product(*spans):
        best.append(1 + sum(day < days[4] for day in days))
        worst.append(sum(day <= days[4] for day in days))
    assert (found.rank_low, found.rank_high) == (min(best), max(worst))
    assert found.n == len(spans)
    assert found.share_as_fast == pytest.approx(max(worst) / len(spans))


def test_mali_2012_was_fast_for_its_time_and_not_since(cases):
    then = rank_among(cases, MALI, "suspension", body="ECOWAS", until_then=True)
    assert (then.days, then.rank_low, then.rank_high, then.n) == (5, 1, 1, 4)
    since = rank_among(cases, MALI, "suspension", body="ECOWAS")
    # One coder has the coup on the day before, when the mutiny began, so that the wait may be a day longer.
    assert (since.rank_low, since.rank_high, since.n, since.n_faster) == (4, 6, 13, 4)
    assert "rank 4 to 6 of 13 coups from 2003 to 2025" in since.says()
    assert "Mali 2012 : la suspension par la CEDEAO après 5 jours, rang 4 à 6 sur 13" in since.says(lang="fr")
    one = rank_among(cases, MALI, "suspension", body="AU")
    assert "after 1 day," in one.says()
    assert one.n_tied == 4


def test_severity_by_hand(cases):
    acts = sk.load_responses(bodies=["AU", "ECOWAS", "UEMOA"])
    coups = ["TGO-2005-02-05", MALI, "NER-2023-07-26", "CPV-2000-01-01"]
    early = severity(acts, coups, window=5)
    # Togo: AU condemnation and ECOWAS ultimatum of day 4. Mali: suspension on day 1. Niger: embargo on day 4.
    assert early["level"].tolist() == [2, 3, 5, 0]
    assert severity(acts, coups)["level"].tolist() == [4, 6, 5, 0]
    assert severity(acts, coups, scale="without_force")["level"].tolist() == [4, 5, 5, 0]
    assert severity(acts, coups)["first_day"].tolist()[1] == 35
    for name, scale in SCALES.items():
        table = severity(acts, coups, window=20, scale=name)
        for row in table.itertuples():
            inside = acts[(acts["coup_id"] == row.coup_id) & (acts["phase"] == "reaction")]
            inside = inside[inside["reaction_days_min"] <= 20]
            levels = [scale[act] for act in inside["act"] if act in scale]
            assert row.level == max(levels, default=0)
            assert row.n_acts == len({act for act in inside["act"] if act in scale})


def test_a_coup_that_was_not_searched_has_no_severity():
    acts = sk.load_responses(bodies=["AU", "ECOWAS"])
    searched = sk.tables.load_response_searches(bodies=["AU", "ECOWAS"])["coup_id"]
    coups = [MALI, "GIN-1996-02-03", "SLE-1992-05-02"]
    table = severity(acts, coups, searched=searched)
    assert table["level"].tolist()[:2] == [6, 0]
    assert table["n_acts"].tolist()[1] == 0
    assert table.iloc[2][["level", "n_acts"]].isna().all()
    # Acts are acts, whether or not a search is noted.
    assert severity(acts, coups, searched=[])["level"].tolist()[0] == 6
    assert severity(acts, coups)["level"].tolist() == [6, 0, 0]


def test_cases_that_were_not_searched_are_left_out_of_waits_and_ranks():
    frame = _made([5, 1, 7, None, None], censored=pd.array([500, 500, 500, 500, None], dtype="Int64"))
    assert waiting_times(frame, "suspension", body="AU").n == 4
    assert rank_among(frame, "a", "suspension", body="AU").n == 4


@pytest.mark.parametrize("per", ["act", "level"])
def test_ranks_under_drawn_weights_by_brute_force(per):
    acts = pd.DataFrame(
        {
            "coup_id": ["a", "a", "a", "b", "b", "c"],
            "act": ["suspension", "personal_sanctions", "arms_embargo", "border_closure", "suspension", "mediation"],
            "phase": "reaction",
            "reaction_days_min": [1, 2, 3, 4, 95, 6],
        }
    )
    found = severity_ranks(acts, ["a", "b", "c", "d"], "a", replicates=40, seed=7, per=per)
    weights = np.sort(np.random.default_rng(7).random((40, 6)), axis=1)
    persons = 1 if per == "level" else 2
    for rank, weight in zip(found.rank, weights, strict=True):
        mine = weight[2] + persons * weight[3]
        assert rank == 1 + sum(other > mine + 1e-12 for other in (weight[4], weight[0], 0.0))
    assert found.tidy()["share"].sum() == pytest.approx(1)
    assert found.share_within(4) == 1


def test_association_and_contrast_on_cases_with_gaps():
    frame = pd.DataFrame({"label_en": list("abcdef"), "x": [1, 2, 3, 4, 5, None], "y": [9, 7, np.inf, 2, 1, 3]})
    found = association(frame, "x", "y")
    assert found.left_out == ("f",)
    assert (found.n, found.exact, found.n_tried) == (5, True, 120)
    assert found.low <= found.rho <= found.high
    assert "f" in found.headline()
    assert "the smallest p-value that the 120 orders tried could give is" in found.says()
    frame["late"] = [False, False, False, True, True, True]
    pair = contrast(frame, "y", "late", first=False, names=("early", "late"))
    assert (pair.mean_first, pair.mean_second) == (5, 2)
    assert pair.p_value == pytest.approx(0.1)
    assert pair.smallest == pytest.approx(0.1)
    assert "early (3 coups) 5.0, late (3 coups) 2.0; p = 0.10" in pair.says()
    assert "p = 0,10" in pair.says(lang="fr")


def test_messages(cases):
    with pytest.raises(UnknownNameError, match=r"unknown measure 'sanction'\. Did you mean 'sanctions'"):
        waiting_times(cases, "sanction", body="AU")
    with pytest.raises(UnknownNameError, match="unknown body 'EU'"):
        waiting_times(cases, "suspension", body="EU")
    with pytest.raises(UnknownNameError, match=r"unknown coup_id 'MLI-2012'\. Did you mean 'MLI-2012-03-22'"):
        rank_among(cases, "MLI-2012", "suspension", body="AU")
    with pytest.raises(ModelError, match="Burkina Faso 2014: no suspension by AU is known, so that it has no rank"):
        rank_among(cases, "BFA-2014-10-30", "suspension", body="AU")
    with pytest.raises(ModelError, match="no case of AU was followed by force"):
        waiting_times(cases, "force", body="AU")
    with pytest.raises(MissingColumnsError, match="waiting_times needs the column"):
        waiting_times(cases.drop(columns="censored_days"), "suspension", body="AU")
    acts = sk.load_responses()
    with pytest.raises(UnknownNameError, match=r"unknown scale 'mian'\. Did you mean 'main'"):
        severity(acts, [MALI], scale="mian")
    with pytest.raises(OptionError, match="window=-1"):
        severity(acts, [MALI], window=-1)
    with pytest.raises(UnknownNameError, match="These are the coups compared"):
        severity_ranks(acts, [MALI], "NER-2023-07-26")
    with pytest.raises(UnknownNameError, match="unknown per 'acts'"):
        severity_ranks(acts, [MALI], MALI, per="acts")
    with pytest.raises(ModelError, match="at least four"):
        association(pd.DataFrame({"label_en": list("abc"), "x": [1, 2, 3], "y": [1, 2, 3]}), "x", "y")
    with pytest.raises(UnknownNameError, match="unknown language"):
        waiting_times(cases, "suspension", body="AU").says(lang="de")
