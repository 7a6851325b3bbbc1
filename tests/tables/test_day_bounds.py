"""Placeholders and bounds: a filter takes them for what they may mean, never for the day they stand on."""

from __future__ import annotations

import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.catalog import Table, records
from sahelkit.errors import UnknownNameError
from sahelkit.tables.day_bounds import PRECISIONS, day_span, known_days, surely_touch
from sahelkit.tables.read import read_table

DAY = pd.Timedelta(days=1)
WITH_BOUNDS = {name: record for name, record in records().items() if any(table.bounds for table in record.tables)}


@pytest.mark.parametrize(("precision", "first", "last"), [
    ("day", "2012-02-10", "2012-02-10"),
    ("month", "2012-02-01", "2012-02-29"),
    ("year", "2012-01-01", "2012-12-31"),
    ("before", "NaT", "2012-02-10"),
])  # fmt: skip
def test_what_a_day_may_mean(precision, first, last):
    span = day_span(pd.Series(pd.to_datetime(["2012-02-10", None])), pd.Series([precision, None], dtype="string"))
    assert span.iloc[1].isna().all()
    wanted = [pd.NaT if text == "NaT" else pd.Timestamp(text) for text in (first, last)]
    assert all(a is b or a == b for a, b in zip(span.iloc[0], wanted, strict=True))


def test_no_other_precision_is_read():
    assert PRECISIONS == ("day", "month", "year", "before")
    with pytest.raises(UnknownNameError, match=r"unknown precision of a day 'monht'\. Did you mean 'month'"):
        day_span(pd.Series(pd.to_datetime(["2012-02-10"])), pd.Series(["monht"]))


def test_bounds_of_a_table_count_where_the_day_is_not_stated():
    frame = pd.DataFrame(
        {
            "at": pd.to_datetime(["2012-02-10", "2012-02-01"]),
            "known": ["day", "month"],
            "low": pd.to_datetime(["2012-02-08", "2012-02-05"]),
            "high": pd.to_datetime(["2012-02-12", "2012-03-02"]),
        }
    )
    layout = Table(file="t.csv", key=("at",), place=None, time="at", fields=(), bounds=("known", "low", "high"))
    first, last = known_days(frame, layout)
    assert first.astype(str).tolist() == ["2012-02-10", "2012-02-05"]
    assert last.astype(str).tolist() == ["2012-02-10", "2012-03-02"]
    short = Table(file="t.csv", key=("at",), place=None, time="at", fields=(), bounds=("known",))
    first, last = known_days(frame, short)
    assert first.astype(str).tolist() == ["2012-02-10", "2012-02-01"]
    assert last.astype(str).tolist() == ["2012-02-10", "2012-02-29"]


def test_an_end_that_is_only_bounded_is_not_an_open_end():
    spells = pd.DataFrame({"start_max": pd.to_datetime(["2000-01-01"])})
    spells = spells.assign(end=pd.NaT, end_min=pd.NaT, end_max=pd.Timestamp("2010-01-01"))
    assert not surely_touch(spells, pd.Timestamp("2005-01-01"), pd.Timestamp("2005-01-01")).any()


def test_the_tables_with_placeholders_say_so():
    assert set(WITH_BOUNDS) == {"coups", "crisis", "elections", "memberships", "responses"}


LOADERS = {"crisis": sk.load_crisis, "elections": sk.load_elections, "responses": sk.load_responses}


@pytest.mark.parametrize("dataset", sorted(LOADERS))
def test_a_placeholder_belongs_to_every_window_that_it_may_touch(dataset):
    layout = records()[dataset].table()
    frame = read_table(dataset)
    first, last = known_days(frame, layout)
    key = layout.key[0]
    vague = frame.index[(frame[layout.bounds[0]] != "day") & first.notna()]
    assert len(vague)
    for at in vague[:12]:
        for day in (first[at], last[at]):
            assert frame.loc[at, key] in set(LOADERS[dataset](start=day, end=day)[key])
        if "end" in frame and pd.notna(frame.loc[at, "end"]):
            continue
        outside = LOADERS[dataset](start=last[at] + DAY)[key]
        assert frame.loc[at, key] not in set(outside)


@pytest.mark.parametrize("dataset", ["crisis", "responses"])
def test_events_go_by_the_same_bounds(dataset):
    layout = records()[dataset].table()
    frame = read_table(dataset)
    first, last = known_days(frame, layout)
    for at in frame.index[frame[layout.bounds[0]] == "month"][:5]:
        for day in (first[at], last[at]):
            events = sk.load_events(start=day, end=day)
            assert frame.loc[at, layout.key[0]] in set(events.loc[events["dataset"] == dataset, "event_id"])
    assert not {"first", "last"} & set(sk.load_events(start="2012-04", end="2012-04").columns)
