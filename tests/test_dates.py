"""The one reader of days, months and years: what it reads, what it refuses, and that no second one creeps in."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sahelkit
from sahelkit.dates import parse_date, parse_window, read_column
from sahelkit.errors import DateError

LIMA = "America/Lima"

READ = [
    ("2012", "2012-01-01", "2012-12-31"),
    (2012, "2012-01-01", "2012-12-31"),
    (2012.0, "2012-01-01", "2012-12-31"),
    ("2012.0", "2012-01-01", "2012-12-31"),
    (Decimal(2012), "2012-01-01", "2012-12-31"),
    (np.int64(2012), "2012-01-01", "2012-12-31"),
    ("2012-02", "2012-02-01", "2012-02-29"),
    ("2012-2", "2012-02-01", "2012-02-29"),
    (" 2012-02 ", "2012-02-01", "2012-02-29"),
    ("2012-03-22", "2012-03-22", "2012-03-22"),
    ("2012/3/22", "2012-03-22", "2012-03-22"),
    ("2012-03-22 17:00", "2012-03-22", "2012-03-22"),
    ("2012-03-22T23:30:00.125-05:00", "2012-03-22", "2012-03-22"),
    (dt.date(2012, 3, 22), "2012-03-22", "2012-03-22"),
    (dt.datetime(2012, 3, 22, 23, 59), "2012-03-22", "2012-03-22"),
    (pd.Timestamp("2012-03-22 17:00"), "2012-03-22", "2012-03-22"),
    (pd.Timestamp("2012-03-22 23:30", tz=LIMA), "2012-03-22", "2012-03-22"),
    (pd.Period("2012-03", "M"), "2012-03-01", "2012-03-31"),
    (pd.Period("2012", "Y"), "2012-01-01", "2012-12-31"),
    (np.datetime64("2012"), "2012-01-01", "2012-12-31"),
    (np.datetime64("2012-03"), "2012-03-01", "2012-03-31"),
    (np.datetime64("2012-03-22T10"), "2012-03-22", "2012-03-22"),
]
REFUSED = [
    *("", "  ", "mars 2012", "March 2012", "2012-13", "2012-00", "2012-02-30", "2012-082", "2012/03", "2012M03"),
    *("05/02/2012", "22/03/2012", "22.3.2012", "22-03-12", "2012Q1", "2012-W12", "99999", "201203", "20120322"),
    *("2012-03-22 25:00", "2012-03-22 later", "0025-01-01", "1500", "9999-12-31", "12", "٢٠١٢"),
    *(True, np.True_, 2012.5, np.inf, np.nan, -2012, 0, 12, 201203, 20120322, 40969, 10**30, 1500, 3000),
    *(pd.NaT, pd.NA, [2012], b"2012", dt.time(3), dt.date(25, 1, 1), pd.Timedelta(1, "D"), np.timedelta64(5, "D")),
    *(pd.Period("2012Q1"), pd.Period("2012-03-22", "W"), pd.Period("2012", "Y-JUN"), np.datetime64("2012-03-22", "W")),
]


@pytest.mark.parametrize(("value", "first", "last"), READ)
def test_first_and_last_day(value, first, last):
    assert parse_date(value, what="start") == pd.Timestamp(first)
    assert parse_date(value, what="end", last=True) == pd.Timestamp(last)
    times = read_column(pd.Series([value], dtype=object), what="date")
    assert (str(times.first[0]), str(times.last[0])) == (first, last)


@pytest.mark.parametrize("value", REFUSED)
def test_what_is_not_a_date_is_named_alone_and_in_a_column(value):
    with pytest.raises(DateError, match=r"^start=.*\. Type a year, month or day such as '2012'"):
        parse_date(value, what="start")
    column = pd.Series([None, value, value], index=["a", "b", "c"], dtype=object)
    column.iloc[0] = "2012"
    with pytest.raises(DateError, match=r"^when=.* in row 2 of 3 \(index 'b', NER\): ") as error:
        read_column(column, what="when", owner=pd.Series(["MLI", "NER", "TCD"]))
    if isinstance(value, str | int):
        assert f"when={value!r} in row" in str(error.value)


def test_the_first_unreadable_value_is_blamed_and_not_the_first_value():
    with pytest.raises(DateError, match=r"^year=nan in row 2 of 2 \(index 1\): it is empty. Give each row its year"):
        read_column(pd.Series([2011, np.nan]), what="year", declared="Y")


TEXT = "frame['t'].astype('Int64').astype(str)"


@pytest.mark.parametrize(
    ("value", "recipe", "meant"),
    [
        (201203, f"pandas.to_datetime({TEXT}, format='%Y%m').dt.to_period('M')", "2012-03-01"),
        (201203.0, f"pandas.to_datetime({TEXT}, format='%Y%m').dt.to_period('M')", "2012-03-01"),
        ("201203", f"pandas.to_datetime({TEXT}, format='%Y%m').dt.to_period('M')", "2012-03-01"),
        (20120322, f"pandas.to_datetime({TEXT}, format='%Y%m%d')", "2012-03-22"),
        (40969, "pandas.to_datetime(frame['t'], unit='D', origin='1899-12-30')", "2012-03-01"),
        ("05/02/2012", "pandas.to_datetime(frame['t'], format='%d/%m/%Y')", "2012-02-05"),
    ],
)
def test_the_recipe_in_the_message_makes_the_column_readable(value, recipe, meant):
    frame = pd.DataFrame({"t": [value]})
    with pytest.raises(DateError, match=re.escape(recipe)):
        read_column(frame["t"], what="t")
    declared = eval(recipe, {"pandas": pd, "frame": frame})
    assert str(read_column(declared, what="t").first[0]) == meant


@pytest.mark.parametrize(
    ("declared", "values", "wanted"),
    [
        ("Y", [2012, 12, "2013", 2014.0], ["2012-01-01", "0012-01-01", "2013-01-01", "2014-01-01"]),
        ("M", ["2012-03", pd.Timestamp("2012-03-21"), "2012-03-21"], ["2012-03-01"] * 3),
        ("D", ["2012-03-21", dt.date(2012, 3, 22)], ["2012-03-21", "2012-03-22"]),
    ],
)
def test_a_name_declares_what_its_column_holds(declared, values, wanted):
    found = read_column(pd.Series(values, dtype=object), what="t", declared=declared)
    assert found.first.astype(str).tolist() == wanted
    assert set(found.unit) == {declared}


@pytest.mark.parametrize(
    ("declared", "value", "why"),
    [
        ("D", "2012-03", "it names a month, and a day is wanted"),
        ("D", 2013, "it names a year, and a day is wanted"),
        ("M", 2012, "it names a year, and a month is wanted"),
        ("Y", "2012-03", "it names a month, and a year is wanted. Name the column 'month'"),
        ("Y", 201203, "a year has four digits"),
    ],
)
def test_what_is_coarser_than_the_name_is_refused(declared, value, why):
    with pytest.raises(DateError, match=why):
        read_column(pd.Series([value]), what="t", declared=declared)


def test_a_bound_may_have_to_be_finer_than_a_year():
    assert parse_date("2012-03", what="date", least="M") == pd.Timestamp("2012-03-01")
    with pytest.raises(DateError, match=r"date=2012: it names a year, and a month or a day is wanted. Type a month or"):
        parse_date(2012, what="date", least="M")
    with pytest.raises(DateError, match=r"it names a month, and a full day is wanted. Type a day such as"):
        parse_date("2012-03", what="date", least="D")


def test_reversed_window_names_both_ends():
    with pytest.raises(DateError, match="end='2011': it lies before start='2012-03'"):
        parse_window("2012-03", "2011")


DAY = st.dates(min_value=dt.date(1678, 1, 1), max_value=dt.date(2261, 12, 31))
CLOCK = st.times()


def _days(day, clock):
    moment = dt.datetime.combine(day, clock)
    stamp = pd.Timestamp(moment)
    return [
        *(day, moment, stamp, pd.Period(day, "D"), np.datetime64(day), stamp.to_datetime64()),
        *(day.isoformat(), f"{day.year}/{day.month}/{day.day}", f"{day.year}-{day.month}-{day.day}", f" {day} "),
        *(moment.isoformat(), f"{day} {clock:%H:%M}", f"{day}T{clock:%H:%M:%S}Z", f"{day}T{clock:%H:%M:%S}-0500"),
    ]


@given(DAY, CLOCK)
def test_every_day_reads_as_itself_in_every_form(day, clock):
    forms = _days(day, clock)
    for form in forms:
        assert parse_date(form, what="start") == parse_date(form, what="end", last=True) == pd.Timestamp(day), form
    times = read_column(pd.Series(forms, dtype=object), what="t")
    assert set(times.first) == set(times.last) == {np.datetime64(day)}
    assert set(times.unit) == {"D"}


@given(DAY)
def test_every_month_and_year_reads_as_itself_in_every_form(day):
    month, year = pd.Period(day, "M"), pd.Period(day, "Y")
    for form in (month, str(month), f"{day.year}-{day.month}", np.datetime64(day, "M")):
        assert parse_date(form, what="start") == month.start_time
        assert parse_date(form, what="end", last=True) == month.end_time.normalize()
    for form in (year, day.year, float(day.year), str(day.year), f"{day.year}.0", np.datetime64(day, "Y")):
        assert parse_date(form, what="start") == year.start_time
        assert parse_date(form, what="end", last=True) == year.end_time.normalize()


@given(DAY, CLOCK)
def test_every_type_of_column_is_read_alike(day, clock):
    moment = pd.Timestamp(dt.datetime.combine(day, clock))
    text = pd.Series([day.isoformat()])
    columns = [
        *(text, text.astype(object), text.astype("string"), text.astype("category"), text.astype("string[pyarrow]")),
        *(pd.Series([moment]).astype(f"datetime64[{unit}]") for unit in ("s", "ms", "us", "ns")),
        *(pd.Series([moment]).astype(f"{kind}[pyarrow]") for kind in ("date32", "timestamp[us]", "timestamp[ns]")),
        *(pd.Series([pd.Period(day, "D")]), pd.Series([day]), pd.Series([moment], dtype=object)),
    ]
    if 1900 < day.year < 2100:
        columns += [pd.Series([moment.tz_localize(zone, nonexistent="shift_forward", ambiguous=True)])
                    for zone in (LIMA, "Asia/Tokyo", "UTC", "Africa/Bamako")]  # fmt: skip
    for column in columns:
        assert read_column(column, what="t").first.tolist() == [day], column.dtype
    for kind in ("int64", "float64", "Int64", "Float32", "int16", "int64[pyarrow]", "double[pyarrow]", "category"):
        years = read_column(pd.Series([day.year]).astype(kind), what="t")
        assert (years.first[0], years.unit[0]) == (np.datetime64(f"{day.year}-01-01"), "Y"), kind


def test_one_moment_in_two_zones_has_two_days():
    moment = pd.Timestamp("2012-03-22 23:30", tz=LIMA)
    column = pd.Series([moment, moment.tz_convert("UTC")], dtype=object)
    assert read_column(column, what="t").first.astype(str).tolist() == ["2012-03-22", "2012-03-23"]


@given(DAY)
def test_no_form_whose_order_is_unknown_is_read(day):
    for form in (f"{day:%d/%m}/{day.year}", f"{day:%m/%d}/{day.year}", f"{day:%d.%m}.{day.year}", f"{day:%d-%m-%y}",
                 f"{day.year}{day:%m%d}", f"{day.year}{day:%m}", int(f"{day.year}{day:%m%d}"), f"{day:%B} {day.year}",
                 (day - dt.date(1899, 12, 30)).days):  # fmt: skip
        if not (isinstance(form, int) and 1678 <= form <= 2261):  # a count of days that is a year cannot be told apart
            with pytest.raises(DateError, match=re.escape(f"t={form!r} in row 1 of 1")):
                read_column(pd.Series([form], dtype=object), what="t")
            with pytest.raises(DateError, match=re.escape(f"t={form!r}: ")):
                parse_date(form, what="t")


@given(st.text(max_size=12))
def test_free_text_is_a_date_or_a_clear_error(text):
    try:
        found = parse_date(text, what="start")
    except DateError as error:
        found, said = None, str(error)
    assert isinstance(found, pd.Timestamp) if found is not None else repr(text) in said


@given(st.one_of(st.integers(), st.floats(), st.text(max_size=10), st.booleans(), st.decimals(), st.binary(max_size=4)))
def test_alone_and_in_a_column_the_same_is_read(value):
    try:
        alone = parse_date(value, what="t"), parse_date(value, what="t", last=True)
    except DateError:
        with pytest.raises(DateError):
            read_column(pd.Series([value], dtype=object), what="t")
        return
    times = read_column(pd.Series([value], dtype=object), what="t")
    assert (pd.Timestamp(times.first[0]), pd.Timestamp(times.last[0])) == alone


# Where the package turns its own tables, or text that it wrote itself, into days. A user's value goes through dates.py.
OWN = {
    "tables/select.py": "coverage of our tables",
    "tables/coups.py": "our tables",
    "tables/read.py": "our tables",
    "panels/response_context.py": "days that a publication rule gave",
    "plots/impact_marks.py": "the middles of periods",
    "plots/intensity.py": "times of our own array",
    "evaluate/baselines.py": "periods of a panel",
    "models/placebo/simulate.py": "simulated days",
    "models/hawkes/fit.py": "months that the reader gave",
    "models/impact/donors.py": "days of coups",
    "formats/columns.py": "days that are days already, as pandas holds them",
    "record/coup_lists.py": "days of a table that was read",
}
READERS = re.compile(
    r"pd\.to_datetime\(|pd\.DatetimeIndex\(|(?:pd\.Period|pd\.Timestamp)\(\s*str\(|"
    r"pd\.PeriodIndex\(\s*(?:frame|events|given|history|counts|coups)\b|\.astype\(\s*[\"']period"
)


def test_no_second_reader_creeps_in():
    root = Path(sahelkit.__file__).parent
    found = {}
    for path in root.rglob("*.py"):
        if "_share" in path.parts:  # an installed package holds the builds of the datasets, which read no user's frame
            continue
        lines = path.read_text(encoding="utf-8").splitlines()
        code = [line for line in lines if READERS.search(line) and not line.lstrip().startswith((">>>", "...", "#"))]
        name = path.relative_to(root).as_posix()
        if code and name not in OWN and name != "dates.py":
            found[name] = code
    assert found == {}, "read days, months and years with sahelkit.dates: parse_date or read_column"
