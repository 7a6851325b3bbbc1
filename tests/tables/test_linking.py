"""Reports of several coders become events: one report per coder, nearest first, nothing crossing."""

from __future__ import annotations

import datetime as dt

import pytest

from sahelkit.errors import TableError
from sahelkit.tables.linking import Decision, Report, link

ORDER = ["pt", "cline", "colpus", "cam"]
YEAR = 1970


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"{YEAR}-{text}")


def report(source: str, on: str, verdict: str = "success", *, place: str = "MLI", record: str = "") -> Report:
    return Report(place, source, day(on), verdict, record)


def linked(reports, decisions=()) -> list[str]:
    events = link(reports, order=ORDER, decisions=decisions)
    return [" ".join(f"{r.source}:{r.day:%m-%d}{r.verdict[0]}" for r in event) for event in events]


CASES = {
    "ten days apart is one event": (
        [report("pt", "03-01"), report("cline", "03-11")],
        ["pt:03-01s cline:03-11s"],
    ),
    "eleven days apart is two": (
        [report("pt", "03-01"), report("cline", "03-12")],
        ["pt:03-01s", "cline:03-12s"],
    ),
    "two reports of one coder are never one event": (
        [report("pt", "03-01"), report("pt", "03-01", record="b")],
        ["pt:03-01s", "pt:03-01s"],
    ),
    "other countries are not linked": (
        [report("pt", "03-01"), report("cline", "03-01", place="BFA")],
        ["cline:03-01s", "pt:03-01s"],
    ),
    "the nearest report wins": (
        [report("pt", "03-01"), report("pt", "03-06"), report("cline", "03-05")],
        ["pt:03-01s", "pt:03-06s cline:03-05s"],
    ),
    "at equal distance the one that agrees wins": (
        [report("pt", "03-01"), report("cline", "03-01", "failure", record="1"), report("cline", "03-01", record="2")],
        ["pt:03-01s cline:03-01s", "cline:03-01f"],
    ),
    "a chain is cut where it would span more than ten days": (
        [report("pt", "03-01"), report("cline", "03-08"), report("colpus", "03-16")],
        ["pt:03-01s cline:03-08s", "colpus:03-16s"],
    ),
    "a chain of eight and eight days keeps the earlier link": (
        [report("pt", "03-01"), report("cline", "03-09"), report("colpus", "03-17")],
        ["pt:03-01s cline:03-09s", "colpus:03-17s"],
    ),
    "a success and a failure three days apart are one event": (
        [report("pt", "03-01", "failure"), report("cline", "03-04")],
        ["pt:03-01f cline:03-04s"],
    ),
    "a success and a failure four days apart are two": (
        [report("pt", "03-01", "failure"), report("cline", "03-05")],
        ["pt:03-01f", "cline:03-05s"],
    ),
    "a plot does not contradict a failure": (
        [report("pt", "03-01", "failure"), report("cline", "03-09", "plot")],
        ["pt:03-01f cline:03-09p"],
    ),
    "an event does not cross another": (
        [report("pt", "03-02"), report("cline", "03-02"), report("pt", "03-01"), report("cline", "03-03")],
        ["pt:03-01s", "pt:03-02s cline:03-02s", "cline:03-03s"],
    ),
}


@pytest.mark.parametrize(("reports", "expected"), CASES.values(), ids=CASES.keys())
def test_rule(reports, expected):
    assert linked(reports) == expected
    assert linked(list(reversed(reports))) == expected, "the order of the input must not matter"


def test_a_hand_made_link_joins_what_the_rule_leaves_apart():
    reports = [report("pt", "02-15", "failure"), report("cam", "02-15", "failure"), report("cline", "02-28", "plot")]
    assert linked(reports) == ["pt:02-15f cam:02-15f", "cline:02-28p"]
    decisions = [
        Decision("MLI", (source, day("02-15")), ("cline", day("02-28")), same=True) for source in ("pt", "cam")
    ]
    assert linked(reports, decisions) == ["pt:02-15f cline:02-28p cam:02-15f"]


def test_a_hand_made_link_parts_what_the_rule_joins():
    reports = [report("pt", "05-29"), report("cline", "05-19"), report("colpus", "05-29")]
    decisions = [Decision("MLI", ("cline", day("05-19")), ("pt", day("05-29")), same=False)]
    assert linked(reports, decisions) == ["cline:05-19s", "pt:05-29s colpus:05-29s"]


def test_a_decision_on_a_coder_left_out_is_passed_over():
    decisions = [Decision("MLI", ("reign", day("05-19")), ("pt", day("05-29")), same=True)]
    assert linked([report("pt", "05-29")], decisions) == ["pt:05-29s"]


def test_a_decision_on_a_report_that_is_not_there_is_an_error():
    decisions = [Decision("MLI", ("pt", day("05-19")), ("cline", day("05-29")), same=True)]
    with pytest.raises(TableError, match=r"'MLI': a hand-made link names pt 1970-05-19, of which there are 0"):
        linked([report("cline", "05-29")], decisions)


def test_a_decision_may_not_merge_two_events_of_one_coder():
    reports = [report("pt", "03-01"), report("pt", "03-20"), report("cline", "03-10")]
    decisions = [Decision("MLI", ("pt", day(on)), ("cline", day("03-10")), same=True) for on in ("03-01", "03-20")]
    with pytest.raises(TableError, match=r"would merge two events of one coder"):
        linked(reports, decisions)
