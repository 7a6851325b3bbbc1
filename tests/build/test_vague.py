"""Reports of a month go with an event of that month, if one can be told."""

from __future__ import annotations

import datetime as dt

import pytest

from sahelkit.build.vague import attach, bounds
from sahelkit.tables.linking import Report

ORDER = ["pt", "cline", "csp"]


def day(source, text, verdict="failure"):
    return Report("SYR", source, dt.date.fromisoformat(text), verdict)


def month(text="1963-07-01", verdict="failure", precision="month", record="1"):
    return Report("SYR", "csp", dt.date.fromisoformat(text), verdict, record=record, precision=precision)


def size(events, report):
    (found,) = [event for event in events if report in event]
    return len(found)


ALONE = {
    "a success is no failure": ([day("pt", "1963-07-18", "success")], month()),
    "its coder lists the event by its day": ([day("pt", "1963-07-18"), day("csp", "1963-07-18")], month()),
    "another month": ([day("pt", "1963-08-01")], month()),
    "a year tells too little": ([day("pt", "1963-07-18")], month("1963-01-01", precision="year")),
}


@pytest.mark.parametrize(("event", "report"), ALONE.values(), ids=ALONE.keys())
def test_a_report_of_a_month_stays_alone(event, report):
    found = attach([tuple(event)], [report], order=ORDER)
    assert len(found) == 2
    assert size(found, report) == 1


def test_the_same_verdict_comes_first_then_the_event_that_most_list():
    plot = (day("cline", "1963-07-02", "plot"), day("pt", "1963-07-02", "plot"))
    one, two = (day("pt", "1963-07-09"),), (day("pt", "1963-07-18"), day("cline", "1963-07-18"))
    assert size(attach([plot, one], [month()], order=ORDER), month()) == 2
    assert size(attach([plot, one, two], [month()], order=ORDER), month()) == 3
    assert size(attach([plot, one, two], [month(verdict="plot")], order=ORDER), month(verdict="plot")) == 3


def test_two_reports_of_a_month_are_two_events():
    reports = [month(record="1"), month(record="2")]
    found = attach([(day("pt", "1963-07-18"),)], reports, order=ORDER)
    assert sorted(len(event) for event in found) == [1, 2]


def test_reports_that_may_not_be_seen_decide_nothing():
    seen, hidden = (day("pt", "1963-07-18"),), (day("cline", "1963-07-05"), day("pt", "1963-07-05"))
    found = attach([seen, hidden], [month()], order=ORDER, unseen=hidden)
    assert {len(event) for event in found} == {2}
    assert (*seen, month()) in found


def test_bounds_of_a_year():
    first, last = bounds(month("1980-01-01", precision="year"))
    assert (first, last) == (dt.date(1980, 1, 1), dt.date(1980, 12, 31))
