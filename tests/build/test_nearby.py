"""Near events of one country are found, and each pair that may be one event needs a decision."""

from __future__ import annotations

import datetime as dt

import pytest

from sahelkit.build.nearby import Pair, pairs_of, parts, undecided
from sahelkit.errors import TableError
from sahelkit.tables.linking import Report

START = dt.date(1970, 1, 1)


def after(days: int) -> dt.date:
    return START + dt.timedelta(days=days)


def event(*coders: str, days: int = 0, verdict: str = "success", place: str = "TCD"):
    return tuple(Report(place, coder, after(days), verdict) for coder in coders), after(days)


MAY_BE_ONE = {
    "no coder lists both": [event("pt"), event("cline", days=60)],
    "no coder lists both, on one day": [event("pt"), event("cline")],
    "a plot and an attempt by different coders": [event("pt"), event("cline", days=20, verdict="plot")],
    "one coder alone tells them apart": [event("pt", "cline", "cam"), event("cline", days=2)],
    "one coder alone, a hundred days": [event("pt", "cline"), event("cline", days=100)],
    "one coder lists nothing but these": [event("cline"), event("cline", days=5)],
}
ARE_TWO = {
    "more than a hundred days": [event("pt"), event("cline", days=101)],
    "two coders tell them apart": [event("pt", "cline"), event("pt", "cline", days=5)],
    "one coder, one day": [event("cline"), event("cline", verdict="failure")],
    "one coder's plot before its attempt": [event("cline", verdict="plot"), event("pt", "cline", days=5)],
    "other countries": [event("pt"), event("cline", days=5, place="TGO")],
}


@pytest.mark.parametrize("events", MAY_BE_ONE.values(), ids=MAY_BE_ONE.keys())
def test_pairs_that_may_be_one_event(events):
    (named,) = undecided(events, [])
    assert named == f"TCD {events[0][1]} and {events[1][1]}"


@pytest.mark.parametrize("events", ARE_TWO.values(), ids=ARE_TWO.keys())
def test_pairs_that_are_two_events(events):
    assert undecided(events, []) == []


@pytest.mark.parametrize("verdict", ["two", "part"])
def test_a_decision_settles_a_pair_in_either_order(verdict):
    events = [event("pt", "cam"), event("cline", days=60)]
    one, two = ("cam", after(0)), ("cline", after(60))
    assert undecided(events, [Pair("TCD", one, two, verdict)]) == []
    assert undecided(events, [Pair("TCD", two, one, verdict)]) == []
    assert len(undecided(events, [Pair("TGO", one, two, verdict)])) == 1


def test_a_decision_names_the_day_that_the_coder_gives():
    moved = (Report("TCD", "cline", after(0), "success", given=after(3000)),)
    events = [(moved, after(0)), event("pt", days=30)]
    assert len(undecided(events, [Pair("TCD", ("cline", after(0)), ("pt", after(30)), "two")])) == 1
    assert undecided(events, [Pair("TCD", ("cline", after(3000)), ("pt", after(30)), "two")]) == []


def test_steps_point_at_their_event():
    events = [event("pt", "cline")[0], event("cline", days=2)[0]]
    pair = Pair("TCD", ("pt", after(0)), ("cline", after(2)), "part")
    assert parts(events, [pair]) == {1: 0}
    assert parts(events, [Pair("TCD", pair.first, pair.second, "two")]) == {}


def test_a_step_of_a_step_and_a_step_of_nothing_are_errors():
    events = [event("pt")[0], event("cline", days=2)[0], event("cam", days=4)[0]]
    chain = [
        Pair("TCD", ("pt", after(0)), ("cline", after(2)), "part"),
        Pair("TCD", ("cline", after(2)), ("cam", after(4)), "part"),
    ]
    with pytest.raises(TableError, match="a step of a step"):
        parts(events, chain)
    with pytest.raises(TableError, match="1970-01-31, which is not there"):
        parts(events, [Pair("TCD", ("pt", after(30)), ("cline", after(2)), "part")])


KEYS = ("iso3", "source_1", "date_1", "source_2", "date_2", "decision", "reason", "address")
VALUES = ("TCD", "pt", "1975-04-13", "cline", "1975-04-15", "part", "One takeover.", "https://example.org")
ROW = dict(zip(KEYS, VALUES, strict=True))
BAD_ROWS = {
    "an unknown decision": ({"decision": "same"}, "the decision 'same' is none of"),
    "no reason": ({"reason": ""}, "needs a reason and the address"),
    "no address": ({"address": "a book"}, "needs a reason and the address"),
}


def test_rows_become_decisions():
    (pair,) = pairs_of([ROW])
    assert (pair.verdict, pair.link.same, pair.second) == ("part", False, ("cline", dt.date(1975, 4, 15)))
    assert pairs_of([{**ROW, "decision": "one"}])[0].link.same


@pytest.mark.parametrize(("change", "message"), BAD_ROWS.values(), ids=BAD_ROWS.keys())
def test_a_row_without_grounds_is_an_error(change, message):
    with pytest.raises(TableError, match=message):
        pairs_of([{**ROW, **change}])
