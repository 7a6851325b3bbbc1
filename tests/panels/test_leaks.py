"""Nothing may be seen early: every cell of every source under ``as_of`` is recomputed from raw tables by plain loops.

The publication rules are parsed again here, with dates instead of arrays, so that a mistake in the package's own
arithmetic cannot hide itself.
"""

import datetime as dt
from functools import cache, lru_cache

import numpy as np
import pandas as pd
import pytest

from sahelkit.catalog import record
from sahelkit.geography import places
from sahelkit.panels import panel
from sahelkit.tables.coups import load_coups
from sahelkit.tables.read import read_table

pytestmark = pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")

# Study region and not, by the coast and not, born inside the window, and one that UCDP does not code
STATES = ["Mali", "Côte d'Ivoire", "Libya", "South Sudan", "Abkhazia"]
START, END = "2007-07", "2026-06"
DAY = dt.timedelta(days=1)


@lru_cache
def _end_of(period):
    return period.end_time.date()


@cache
def _published(rule, last_day):
    if rule == "none":
        return dt.date.min
    if rule.startswith("+"):
        return last_day + dt.timedelta(days=int(rule[1:-1]))
    return dt.date(last_day.year + int(rule[2]), int(rule[4:6]), int(rule[7:9]))


@cache
def _inside(coverage_first, coverage_last, period):
    first, last = pd.Period(coverage_first).start_time, pd.Period(coverage_last).end_time
    return first <= period.start_time and period.end_time <= last


def _days(seed, n=3):
    """Random days, and with them the days on which things become known and the days before."""
    rng = np.random.default_rng(seed)
    chosen = [
        dt.date.fromordinal(int(d))
        for d in rng.integers(dt.date(2008, 1, 1).toordinal(), dt.date(2026, 6, 30).toordinal(), n)
    ]
    turning = [
        dt.date(2012, 4, 21),
        dt.date(2013, 7, 1),
        dt.date(2012, 3, 15),
        dt.date(2012, 10, 1),
        dt.date(2026, 3, 17),
    ]
    return sorted({*chosen, *turning, *(day - DAY for day in turning)})


DAYS = _days(seed=2012)


def _cells(built, column, day):
    frame = built.as_of(day.isoformat()).frame
    assert (frame["period"].dt.start_time <= pd.Timestamp(day)).all()
    return frame.set_index(["iso3", "period"])[column].to_dict()


def _same(got, wanted, column, day):
    assert got.keys() == wanted.keys()
    wrong = {
        key: (value, wanted[key])
        for key, value in got.items()
        if not (value == wanted[key] or (pd.isna(value) and pd.isna(wanted[key])))
    }
    assert not wrong, f"{column} as of {day}: (panel, by hand) {dict(list(wrong.items())[:5])}"


# --- coups


@lru_cache
def _coup_days(rule):
    events = load_coups(rule=rule)
    found = {}
    for iso3, date, outcome in zip(events["iso3"], events["date"], events["outcome"], strict=True):
        found.setdefault(iso3, []).append((date.date(), outcome))
    return found


def _coups_by_hand(rule, column, keys, day, lag):
    coders = record("coups").details["coders"].values()
    chosen = [c for c in coders if c["rule"] == rule] or list(coders)
    wanted = {}
    for iso3, period in keys:
        speaks = any(iso3 in places.members(c["places"]) and _inside(c["first"], c["last"], period) for c in chosen)
        known = [
            outcome
            for date, outcome in _coup_days(rule).get(iso3, [])
            if period.start_time.date() <= date <= _end_of(period) and _published(lag, date) <= day
        ]
        count = len(known) if column == "attempt" else known.count(column)
        over = _published(lag, _end_of(period)) <= day
        wanted[iso3, period] = float(count) if speaks and (over or count) else np.nan
    return wanted


@pytest.mark.parametrize("freq", ["M", "Y"])
@pytest.mark.parametrize("rule", ["majority", "cline"])
def test_coups_are_seen_when_they_are_known(rule, freq):
    built = panel(STATES, START, END, freq=freq).add_coups(rule=rule)
    for day in DAYS:
        for column in ("attempt", "success", "failure"):
            got = _cells(built, column, day)
            _same(got, _coups_by_hand(rule, column, got, day, record("coups").published.text), column, day)


# --- conflict


@lru_cache
def _violence(column):
    table = read_table("conflict", columns=["iso3", "month", "provisional", column])
    keys = zip(table["iso3"], table["month"], strict=True)
    return dict(zip(keys, zip(table[column], table["provisional"], strict=True), strict=True))


@cache
def _months_of(period):
    return tuple(pd.period_range(period.start_time, period.end_time, freq="M"))


@pytest.mark.parametrize("freq", ["M", "Y"])
def test_violence_is_seen_when_it_is_released(freq):
    description = record("conflict")
    cover = description.coverage
    final, early = description.published.text, description.details["provisional_published"]
    columns = [item.name for item in description.tables[0].fields if item.unit in ("events", "deaths")]
    built = panel(STATES, START, END, freq=freq).add_conflict()
    for day in DAYS:
        frame = built.as_of(day.isoformat()).frame
        for column in columns:
            raw = _violence(column)
            got = dict(zip(zip(frame["iso3"], frame["period"], strict=True), frame[column], strict=True))
            wanted = {}
            for iso3, period in got:
                rows = [(month, *raw[iso3, month]) for month in _months_of(period) if (iso3, month) in raw]
                out = [_published(early if fresh else final, _end_of(month)) <= day for month, _, fresh in rows]
                seen = rows and _inside(cover.first, cover.last, period) and all(out)
                seen = seen and not any(value is pd.NA for _, value, _ in rows)
                wanted[iso3, period] = float(sum(value for _, value, _ in rows)) if seen else np.nan
            _same(got, wanted, column, day)


# --- leaders and military rule


@pytest.mark.parametrize("freq", ["M", "Y"])
def test_leaders_are_seen_thirty_days_after_the_period_begins(freq):
    table, rule = read_table("leaders"), record("leaders").published.text
    table["end"] = table["end"].fillna(pd.Timestamp.max)
    spells = list(zip(table["iso3"], table["start"], table["end"], table["leader"], strict=True))
    study, revised = places.members("study"), pd.Timestamp("2026-02-10")
    built = panel(STATES, START, END, freq=freq).add_leaders()
    for day in DAYS:
        got = _cells(built, "leader", day)
        months = _cells(built, "reign_months_in_office", day)
        assert {key for key, value in months.items() if value >= 0} == {k for k, v in got.items() if isinstance(v, str)}
        for (iso3, period), leader in got.items():
            first = period.start_time
            held = [name for place, start, end, name in spells if place == iso3 and start <= first < end]
            seen = iso3 in study and first <= revised and _published(rule, first.date()) <= day
            wanted = held[0] if seen and held else None
            assert (leader if isinstance(leader, str) else None) == wanted, (iso3, period, day)


@pytest.mark.parametrize("freq", ["M", "Y"])
def test_military_rule_is_seen_thirty_days_after_its_month(freq):
    table, description = read_table("military_rule"), record("military_rule")
    months = set(zip(table["iso3"], table["month"], strict=True))
    cover, rule = description.coverage, description.published.text
    built = panel(STATES, START, END, freq=freq).add_military_rule()
    for day in DAYS:
        got = _cells(built, "reign_military", day)
        wanted = {}
        for iso3, period in got:
            month = pd.Period(period.start_time, "M")
            speaks = iso3 in places.members(cover.places) and _inside(cover.first, cover.last, month)
            seen = speaks and _published(rule, _end_of(month)) <= day
            wanted[iso3, period] = float((iso3, month) in months) if seen else np.nan
        _same(got, wanted, "reign_military", day)


# --- yearly datasets, every column of each


@lru_cache
def _indicators():
    table = read_table("indicators")
    return table[~table["projection"] & table["iso3"].isin(places.resolve_many(STATES)) & (table["year"] > 2005)]


def _yearly_values(dataset, name):
    table = record(dataset).tables[0]
    if table.series:
        tidy = _indicators()
        tidy = tidy[tidy["indicator"] == name].rename(columns={"value": name})
    else:
        tidy = read_table(dataset, columns=["iso3", "year", name])
    return {(i, y): v for i, y, v in zip(tidy["iso3"], tidy["year"], tidy[name], strict=True)}


def _variables(dataset):
    table = record(dataset).tables[0]
    return [
        item.name
        for item in (table.series or table.fields)
        if item.name not in ("iso3", "gwcode", "year", "independent")
    ]


RELEASES = {
    "democracy": ["2012-03-14", "2012-03-15", "2019-08-08"],
    "indicators": ["2012-09-30", "2012-10-01", "2013-06-30", "2013-07-01"],
}


@pytest.mark.parametrize("freq", ["M", "Y"])
@pytest.mark.parametrize("dataset", RELEASES)
def test_yearly_values_are_seen_from_the_day_of_their_rule(dataset, freq):
    description = record(dataset)
    names = _variables(dataset)
    assert len(names) > 20
    bare = panel(STATES, START, END, freq=freq)
    built = bare.add_democracy(names) if dataset == "democracy" else bare.add_indicators(names)
    frames = {dt.date.fromisoformat(day): built.as_of(day).frame for day in RELEASES[dataset]}
    for name in names:
        item = description.tables[0].field(name)
        cover = description.coverage
        rule = (item.published or description.published).text
        members = set(places.members(item.places or cover.places))
        raw = _yearly_values(dataset, name)
        for day, frame in frames.items():
            years = frame["period"].dt.year
            wanted = []
            known = {
                year: _published(rule, dt.date(year, 12, 31)) <= day
                and _inside(item.first or cover.first, item.last or cover.last, pd.Period(year=year, freq="Y"))
                for year in set(years)
            }
            for iso3, year in zip(frame["iso3"], years, strict=True):
                value = raw.get((iso3, year), np.nan)
                wanted.append(value if known[year] and iso3 in members and not pd.isna(value) else None)
            expected = pd.Series(wanted, dtype=object)
            got = frame[name].astype(object).where(frame[name].notna(), None)
            wrong = [(g, e) for g, e in zip(got, expected, strict=True) if g != e and not (g is None and e is None)]
            assert not wrong, f"{name} as of {day}: (panel, by hand) {wrong[:5]}"


# --- computed columns: nothing in them may come from a value that was not yet out


COASTAL = ["Guinea", "Mali", "South Sudan", "Cabo Verde"]


@pytest.mark.parametrize("freq", ["M", "Y"])
def test_computed_columns_are_those_of_the_visible_columns(freq):
    steps = (
        panel(COASTAL, "2010", "2014", freq=freq)
        .add_coups(rule="powell_thyne")
        .add_democracy("vdem_polyarchy")
        .lag(["attempt", "vdem_polyarchy"], periods=2)
        .past("attempt", periods=3)
        .since_last("attempt")
    )
    # The visible history of the sources alone, from before the panel begins
    for day in (d for d in DAYS if 2010 < d.year <= 2014):
        frame = steps.as_of(day.isoformat()).frame.set_index(["iso3", "period"])
        seen = (
            panel(COASTAL, "1945", "2014", freq=freq)
            .add_coups(rule="powell_thyne")
            .add_democracy("vdem_polyarchy")
            .as_of(day.isoformat())
            .frame.set_index(["iso3", "period"])
        )
        attempts = seen["attempt"].to_dict()
        polyarchy = seen["vdem_polyarchy"].to_dict()
        for (iso3, period), row in frame.iterrows():
            _equal(row["attempt_lag2"], attempts.get((iso3, period - 2), np.nan))
            _equal(row["vdem_polyarchy_lag2"], polyarchy.get((iso3, period - 2), np.nan))
            ended = [_published("+30d", _end_of(period - k)) <= day for k in (1, 2, 3)]
            window = [attempts.get((iso3, period - k), 0.0) for k in (1, 2, 3)]
            _equal(row["attempt_past3"], sum(window) if all(ended) else np.nan)
            times = [p for (i, p), n in attempts.items() if i == iso3 and p < period and n > 0]
            if times:
                assert row["since_last_attempt"] == (period - max(times)).n
                assert row["never_attempt"] == 0
            else:
                assert row["never_attempt"] == 1


def _equal(got, wanted):
    assert got == wanted or (pd.isna(got) and pd.isna(wanted)), (got, wanted)


def test_shifting_every_stamp_by_its_lag_shifts_what_is_seen():
    """One more day of delay must blank exactly what came out on the day itself."""
    frame = pd.DataFrame({"iso3": "MLI", "month": pd.period_range("2011-01", "2012-12", freq="M"), "x": 1.0})
    for lag in range(0, 60, 15):
        for end in pd.period_range("2011-03", "2012-03", freq="M"):
            day = _end_of(end) + dt.timedelta(days=lag)
            now = panel("Mali", "2011", "2012").add_frame(frame, published=f"+{lag}d").as_of(day.isoformat()).frame
            late = panel("Mali", "2011", "2012").add_frame(frame, published=f"+{lag + 1}d").as_of(day.isoformat()).frame
            assert now.loc[now["x"].notna(), "period"].max() == end
            assert late.loc[late["x"].notna(), "period"].max() == end - 1
