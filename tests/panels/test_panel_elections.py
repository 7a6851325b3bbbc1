"""Elections in a panel: votes by period, and the way to the next one as far as it was announced."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from sahelkit.geography import places
from sahelkit.panels import panel
from sahelkit.panels.elections import next_vote
from sahelkit.tables.read import read_table

pytestmark = pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")
LAG = dt.timedelta(days=30)


def _days(*texts):
    return np.array(texts, dtype="datetime64[D]")


def test_the_next_vote_is_the_nearest_one_ahead():
    until, since = next_vote(
        (2, 4), np.array([0, 0, 0]), np.array([3, 1, 6]), _days("2001-01-01", "2002-01-01", "2003-01-01"), as_of=None
    )
    np.testing.assert_array_equal(until, [[1, 0, 1, 0], [np.nan] * 4])
    assert since[0].astype(str).tolist() == ["2002-01-01", "2002-01-01", "2001-01-01", "2001-01-01"]


def test_a_vote_not_yet_announced_is_passed_over():
    votes = (np.array([0, 0]), np.array([1, 3]), _days("2002-01-02", "2001-01-01"))
    before, _ = next_vote((1, 4), *votes, as_of=np.datetime64("2002-01-01"))
    after, _ = next_vote((1, 4), *votes, as_of=np.datetime64("2002-01-02"))
    assert before.tolist() == [[3, 2, 1, 0]]
    assert after.tolist() == [[1, 0, 1, 0]]


def test_two_votes_of_one_period_are_known_from_the_first_announcement():
    for order in ([0, 1], [1, 0]):
        known = _days("2001-01-01", "2002-01-01")[order]
        _, since = next_vote((1, 2), np.array([0, 0]), np.array([1, 1]), known, as_of=None)
        assert since.astype(str).tolist() == [["2001-01-01", "2001-01-01"]]


def test_mali_around_2012():
    frame = panel("Mali", "2012-03", "2013-08").add_elections().frame.set_index("period")
    assert frame.loc["2012-04", ["reign_election", "reign_election_due"]].tolist() == [0, 1]  # cancelled by the coup
    assert frame.loc["2013-07", ["reign_election", "reign_election_due"]].tolist() == [1, 1]
    assert frame["reign_until_election"].tolist() == [1, 0, *range(14, -1, -1), 0]


def test_scheduled_votes_lie_ahead_of_the_list():
    frame = panel(["Gambia", "Mali"], "2025-11", "2026-02").add_elections().frame
    gambia = frame[frame["iso3"] == "GMB"]["reign_until_election"]
    np.testing.assert_array_equal(gambia, [13, 12, np.nan, np.nan])
    assert frame[frame["iso3"] == "MLI"]["reign_until_election"].isna().all()


@pytest.mark.parametrize("freq", ["M", "Y"])
@pytest.mark.parametrize("day", ["2012-03-21", "2013-08-27", "2022-07-28", "2022-07-29", "2024-01-15"])
def test_votes_are_seen_when_they_are_known(freq, day):
    built = panel(["Mali", "Nigeria", "Guinea"], "2010", "2025", freq=freq).add_elections()
    today = dt.date.fromisoformat(day)
    frame = built.as_of(day).frame
    votes = read_table("elections")
    votes = votes[votes["type"] != "referendum"]
    for iso3, period, held, due, until in zip(
        frame["iso3"],
        frame["period"],
        frame["reign_election"],
        frame["reign_election_due"],
        frame["reign_until_election"],
        strict=True,
    ):
        own = votes[votes["iso3"] == iso3]
        dates = own["date"].dt.date
        inside = (dates >= period.start_time.date()) & (dates <= period.end_time.date()) & (dates + LAG <= today)
        over = period.end_time.date() + LAG <= today
        for value, count in ((held, own.loc[inside, "status"].isin(["held", "annulled"]).sum()), (due, inside.sum())):
            assert value == count if over or count else pd.isna(value), (iso3, period)
        told = own["reign_announced"].fillna(own["date"]).dt.date
        ahead = [
            (pd.Period(date, freq) - period).n
            for date, known in zip(dates, np.minimum(told, dates), strict=True)
            if known + LAG <= today and pd.Period(date, freq) >= period
        ]
        assert until == min(ahead) if ahead else pd.isna(until), (iso3, period)


def test_totals_are_those_of_the_table():
    frame = panel("study", "1950", "2025").add_elections().frame
    votes = read_table("elections")
    votes = votes[(votes["type"] != "referendum") & (votes["date"] <= "2025-12-31")]
    assert frame["reign_election_due"].sum() == len(votes)
    assert frame["reign_election"].sum() == votes["status"].isin(["held", "annulled"]).sum()
    assert panel("Libya", 2000, 2001).add_elections().frame["reign_election"].isna().all()
    assert set(votes["iso3"]) <= set(places.members("study"))
