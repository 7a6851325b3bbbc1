"""Spells in a panel: against every day counted one by one, at the bounds, in what is refused, in what was known."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sahelkit as sk
from sahelkit.errors import (
    CoverageWarning,
    DateError,
    MissingColumnsError,
    OptionError,
    UnknownNameError,
    UnknownPlaceError,
)

SANCTIONS = pd.DataFrame({
    "iso3": ["MLI", "MLI", "NER"],
    "start": ["2012-04-02", "2022-01-09", "2023-07-30"],
    "end": ["2012-04-08", "2022-07-03", None],
    "by": ["ECOWAS", "ECOWAS and UEMOA", "ECOWAS"],
})  # fmt: skip
COVERAGE = ("2010", "2024-03-31")


def _added(frame, *, of="Mali", first="2022-01", last="2022-08", freq="M", **options):
    options = {"coverage": COVERAGE, "countries": "focus", "name": "s"} | options
    return sk.panel(of, first, last, freq=freq).add_spells(frame, **options)


def _frame(*args, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CoverageWarning)
        return _added(*args, **options).frame


days = st.integers(0, 900).map(lambda day: pd.Timestamp("2019-11-05") + pd.Timedelta(days=day))


EVERY = pd.date_range("2019-01-01", "2023-12-31")
LAST = pd.Timestamp("2021-11-30")


def _held(begin, end, closed):
    """The days of one spell, one by one."""
    until = LAST if end is None else end - pd.Timedelta(days=int(closed == "left"))
    return np.asarray((begin <= EVERY) & (until >= EVERY))


@settings(max_examples=25, deadline=None)
@given(
    spells=st.lists(st.tuples(st.sampled_from(["MLI", "NER"]), days, days, st.booleans()), min_size=1, max_size=6),
    overlaps=st.sampled_from(["count", "union"]),
    closed=st.sampled_from(["both", "left"]),
    freq=st.sampled_from(["M", "Y"]),
)
def test_counts_shares_and_first_days_are_those_of_days_counted_one_by_one(spells, overlaps, closed, freq):
    rows = [(iso3, min(a, b), None if ongoing else max(a, b) + pd.Timedelta(days=1)) for iso3, a, b, ongoing in spells]
    table = pd.DataFrame(rows, columns=["iso3", "start", "end"])
    found = _frame(table, first=2020, last=2021, freq=freq, of=["MLI", "NER"], coverage=("2019", LAST),
                   overlaps=overlaps, closed=closed, measure=("count", "share", "first_day"))  # fmt: skip
    each: dict[str, list] = {"MLI": [], "NER": []}
    for iso3, begin, end in rows:
        held, others = _held(begin, end, closed), each[iso3]
        if overlaps == "union":
            held = np.logical_or.reduce([held, *(other for other in others if (other & held).any())])
            others = [other for other in others if not (other & held).any()]
        each[iso3] = [*others, held]
    for iso3, period, count, share, first_day in found[
        ["iso3", "period", "s_count", "s_share", "s_first_day"]
    ].to_numpy():
        inside = (period.start_time <= EVERY) & (period.end_time >= EVERY)
        days_held = [int((held & inside).sum()) for held in each[iso3]]
        covered = period.end_time.normalize() <= LAST
        assert np.isnan([count, share]).tolist() == [not covered] * 2
        if covered:
            assert count == sum(map(bool, days_held))
            assert share == pytest.approx(sum(days_held) / inside.sum())
        if period.start_time <= LAST:
            assert first_day == sum(held[period.start_time == EVERY][0] for held in each[iso3])
        else:
            assert np.isnan(first_day)


def test_an_open_spell_goes_on_to_the_end_of_the_coverage_and_no_further():
    frame = _frame(SANCTIONS, of="Niger", first="2023-06", last="2024-05", label="by", measure=["share", "first_day"])
    assert frame["s_share"].round(3).tolist()[:3] == [0.0, 0.065, 1.0]
    assert frame["s_share"].isna().tolist() == [False] * 10 + [True] * 2
    assert frame["s_first_day"].isna().tolist() == [False] * 10 + [True] * 2
    assert frame["by"].tolist()[2:4] == ["ECOWAS", "ECOWAS"]
    assert frame["by"].isna().tolist()[:2] == [True, True]


def test_zero_where_the_list_is_complete_and_na_where_it_is_not():
    panel = sk.panel(["Mali", "Benin"], "2009-12", "2010-01").add_spells(SANCTIONS, coverage=COVERAGE)
    with pytest.warns(CoverageWarning, match=r"1 of 2 states of the panel are not covered \(BEN\): NA, not zero"):
        frame = panel.frame
    assert frame["spell_share"].isna().tolist() == [True, True, True, False]
    assert frame["spell_share"].tolist()[3] == 0.0


def test_a_month_or_a_year_reaches_as_far_as_it_may():
    vague = pd.DataFrame({"iso3": ["MLI"], "start": ["2012-02"], "end": ["2012-03"]})
    for closed in ("both", "left"):
        frame = _frame(vague, first="2012-01", last="2012-04", closed=closed)
        assert frame["s_share"].tolist() == [0.0, 1.0, 1.0, 0.0]
    years = pd.DataFrame({"iso3": ["MLI"], "start": [2011], "end": [2012]})
    assert _frame(years, first=2010, last=2013, freq="Y")["s_share"].tolist() == [0.0, 1.0, 1.0, 0.0]


def test_the_last_day_belongs_to_the_spell_unless_said_otherwise():
    turn = pd.DataFrame(
        {"iso3": ["MLI"] * 2, "start": ["2012-03-22", "2012-04-12"], "end": ["2012-04-12", "2012-05-21"]}
    )
    with pytest.raises(
        OptionError, match=r"two spells of MLI hold on 2012-04-12 \(row 1 .*, row 2 .*Type closed='left'"
    ):
        _added(turn)
    frame = _frame(turn, first="2012-04", last="2012-05", closed="left", measure=["share", "count"])
    assert frame["s_share"].round(3).tolist() == [1.0, 0.645]
    assert frame["s_count"].tolist() == [2.0, 1.0]


def test_overlaps_are_refused_counted_or_taken_as_one():
    twice = pd.DataFrame({"iso3": ["MLI"] * 2, "start": ["2022-02-01", "2022-02-11"], "by": ["AU", "EU"]})
    twice["end"] = ["2022-02-20", "2022-02-28"]
    with pytest.raises(OptionError, match="Type overlaps='union' to count such days once, or overlaps='count'"):
        _added(twice)
    both = ["count", "share"]
    assert _frame(twice, overlaps="count", measure=both)[["s_count", "s_share"]].iloc[1].tolist() == [2.0, 38 / 28]
    assert _frame(twice, overlaps="union", measure=both)[["s_count", "s_share"]].iloc[1].tolist() == [1.0, 1.0]
    label = _frame(twice.assign(end=["2022-03-20", "2022-03-28"]), overlaps="count", label="by")["by"]
    assert label.tolist()[2] == "AU; EU"


REFUSED = [
    ({"coverage": None}, OptionError, r"coverage=None: .* Type coverage=\('2012-04-02', '2023-07-30'\)"),
    ({"overlaps": "add"}, UnknownNameError, "unknown treatment of overlaps 'add'"),
    ({"closed": "right"}, UnknownNameError, "unknown kind of bounds 'right'"),
    ({"measure": "mean"}, UnknownNameError, "unknown measure 'mean'"),
    ({"measure": ()}, OptionError, "nothing is named"),
    ({"start": "begin"}, MissingColumnsError, "needs the column 'begin'"),
    ({"published": "soon"}, OptionError, r"no publication rule\. Type '\+30d'"),
    ({"label": "iso"}, MissingColumnsError, "needs the column 'iso'"),
    ({"label": "iso3"}, OptionError, "label='iso3': the panel has another column of this name"),
    ({"coverage": ("2013", "2012")}, DateError, r"coverage=\('2013', '2012'\): it ends before it begins"),
    ({"coverage": ("2013", "soon")}, DateError, "coverage='soon'"),
    ({"countries": "nowhere"}, UnknownPlaceError, "unknown country or place set 'nowhere'"),
    ({"start": "end", "end": "start"}, DateError, "ends before it starts|it is empty"),
]


@pytest.mark.parametrize(("options", "error", "said"), REFUSED)
def test_what_cannot_be_read_is_refused_with_the_line_to_type(options, error, said):
    with pytest.raises(error, match=said):
        _added(SANCTIONS, **options)


def test_bounds_in_the_wrong_order_are_refused_with_their_row():
    wrong = SANCTIONS.assign(end=["2012-04-01", "2022-07-03", None])
    with pytest.raises(DateError, match=r"end='2012-04-01' in row 1 of 3 \(index 0, MLI\): the spell ends before it"):
        _added(wrong)
    with pytest.raises(DateError, match=r"holds on no day.*Type closed='both'"):
        _added(SANCTIONS.assign(end=["2012-04-02", "2022-07-03", None]), closed="left")
    with pytest.raises(DateError, match=r"in row 2 of 3 .*: it is empty"):
        _added(SANCTIONS.assign(start=["2012-04-02", None, "2023-07-30"]))


@pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")
@pytest.mark.parametrize("freq", ["M", "Y"])
@pytest.mark.parametrize("measure", ["share", "count", "first_day"])
@pytest.mark.parametrize("day", ["2022-01-20", "2022-02-14", "2022-02-15", "2022-07-02", "2022-08-14", "2022-08-15"])
def test_no_bound_is_used_before_it_was_known(freq, measure, day):
    """Under as_of a panel with a spell cut or changed after the day looks as that with the spell itself."""
    options = {"measure": measure, "published": "+14d", "freq": freq, "first": "2020", "last": "2023-12"}
    seen = _added(SANCTIONS, **options).as_of(day).frame["s_" + measure]
    known = pd.Timestamp(day) - pd.Timedelta(days=14)
    end = ["2012-04-08", "2022-07-03" if known >= pd.Timestamp("2022-07-03") else None, None]
    cut = SANCTIONS.assign(end=end)[pd.to_datetime(SANCTIONS["start"]) <= known]
    then = _frame(cut, **options).loc[seen.index, "s_" + measure]
    now = _frame(SANCTIONS, **options).loc[seen.index, "s_" + measure]
    assert seen.equals(now.where(seen.notna()))
    assert seen.equals(then.where(seen.notna()))
    if measure != "first_day":
        assert seen.isna().any()


def test_a_vague_bound_is_known_when_its_last_day_has_passed():
    vague = pd.DataFrame({"iso3": ["MLI"], "start": ["2012"], "end": ["2013-06-30"]})
    panel = _added(vague, first="2011-11", last="2013-02", published="+10d")
    shown = [panel.as_of(day).frame["s_share"].notna().sum() for day in ("2012-06-01", "2013-01-09", "2013-01-10")]
    assert shown == [2, 2, 14]
    with pytest.raises(OptionError, match="must know when"):
        _added(vague).as_of("2022-06-01")


@pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")
def test_real_time_and_lags_follow_a_list_of_spells():
    panel = (
        _added(SANCTIONS, published="+14d", measure=["share", "count"])
        .lag("s_share", months=1)
        .past("s_count", months=2)
    )
    frame = sk.panels.real_time(panel)
    assert frame["s_share_lag1"].isna().all()  # 14 days after the month is after the first day of the next
    assert panel.lag("s_share", months=2).frame["s_share_lag2"].round(2).tolist()[2:4] == [0.74, 1.0]
    assert panel.frame["s_count_past2"].tolist() == [0.0, 1.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0]


@pytest.mark.filterwarnings("ignore::sahelkit.errors.CoverageWarning")
def test_coverage_tells_what_lies_outside_and_what_is_not_yet_known():
    panel = _added(SANCTIONS, first="2009-10", last="2012-12", published="+14d").as_of("2012-06-10")
    counted = sk.coverage(panel).frame.set_index("year")[["existing", "covered", "unpublished", "outside"]]
    assert counted.to_numpy().tolist() == [[3, 0, 0, 3], [12, 12, 0, 0], [12, 12, 0, 0], [6, 4, 2, 0]]
    assert np.isfinite(panel.to_xarray()["s_share"].values).sum() == 28


def test_attrs_say_how_the_list_was_read():
    note = _frame(SANCTIONS, published="+14d").attrs["sahelkit"]["spells_s"]
    assert note == "share; bounds both; overlaps refuse; covered 2010-01-01 to 2024-03-31; published +14d"


def test_spells_without_a_place_are_told():
    with pytest.warns(
        CoverageWarning, match=r"s: of 3 spells 1 of states outside the panel \(NER\); 1 outside its window"
    ):
        _ = _added(SANCTIONS).frame


def test_frames_of_other_libraries_and_orders_give_the_same():
    polars = pytest.importorskip("polars")
    expected = _frame(SANCTIONS, label="by")
    pd.testing.assert_frame_equal(_frame(polars.from_pandas(SANCTIONS), label="by"), expected)
    pd.testing.assert_frame_equal(_frame(SANCTIONS.iloc[::-1], label="by"), expected)
    typed = SANCTIONS.assign(start=pd.to_datetime(SANCTIONS["start"]), end=pd.to_datetime(SANCTIONS["end"]))
    pd.testing.assert_frame_equal(_frame(typed, label="by"), expected)


def test_the_leaders_of_the_dataset_give_its_own_panel():
    leaders = sk.load_leaders(countries="MLI")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        panel = sk.panel("Mali", "1992-01", "2020-12").add_leaders()
        spelled = sk.panel("Mali", "1992-01", "2020-12").add_spells(
            leaders.rename(columns={"leader": "who"}), label="who", closed="left", coverage=("1961", "2021-12")
        )
        assert spelled.frame["who"].tolist() == panel.frame["leader"].tolist()
