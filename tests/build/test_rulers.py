"""Coders' days against their own identifiers, and their successes against who ruled."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from sahelkit.build import coup_lists
from sahelkit.build.rulers import corrected, findings, first_days, without_change
from sahelkit.errors import TableError
from sahelkit.tables.linking import Report

RIGHT, WRONG = dt.date(2011, 1, 14), dt.date(2019, 1, 14)


def report(day: dt.date, verdict: str = "success", *, source: str = "cline", stated: dt.date | None = None) -> Report:
    return Report("TUN", source, day, verdict, stated=stated)


def test_a_day_that_contradicts_its_own_identifier_stops_the_build_until_decided():
    reports = [report(WRONG, stated=RIGHT)]
    with pytest.raises(TableError, match="cline gives 2019-01-14, its own record 2011-01-14 says 2011-01-14"):
        corrected(reports, {})
    (mended,) = corrected(reports, {("TUN", "cline", WRONG): RIGHT})
    assert (mended.day, mended.given, mended.said) == (RIGHT, WRONG, WRONG)


def test_a_correction_without_its_report_stops_the_build():
    with pytest.raises(TableError, match="no report TUN cline 2019-01-14"):
        corrected([report(RIGHT, stated=RIGHT)], {("TUN", "cline", WRONG): RIGHT})
    assert corrected([report(RIGHT, stated=RIGHT)], {}) == [report(RIGHT, stated=RIGHT)]


def cline_file(tmp_path, *, name: str, code: int = 616, year: int = 2019):
    row = {"coup_id": name, "cowcode": code, "year": year, "month": 1, "day": 14, "event_type": "coup"}
    path = tmp_path / "cline.csv"
    pd.DataFrame([row]).to_csv(path, index=False)
    return path


def test_each_reader_gives_the_day_that_its_record_says_twice(tmp_path):
    (found,) = coup_lists.cline(cline_file(tmp_path, name="61601142011"))
    assert (found.place, found.day, found.stated) == ("TUN", WRONG, RIGHT)
    (twin,) = coup_lists.cline(cline_file(tmp_path, name="61601142019_2"))
    assert twin.stated == twin.day
    colpus = pd.DataFrame([{"id": "616-1987-11-7", "ccode": 616, "date": pd.Timestamp("1987-11-08"), "success": 1}])
    colpus.to_excel(tmp_path / "colpus.xlsx", index=False)
    (found,) = coup_lists.colpus(tmp_path / "colpus.xlsx")
    assert (found.day, found.stated) == (dt.date(1987, 11, 8), dt.date(1987, 11, 7))
    blank = {f"{column}{n}": None for n in "1234" for column in ("coup", "date", "successful")}
    cam = {**blank, "cowcode": 616, "year": 1986, "coup1": 1, "date1": "1987-11-07", "successful1": 1}
    pd.DataFrame([cam]).to_csv(tmp_path / "cam.csv", index=False)
    (found,) = coup_lists.cam(tmp_path / "cam.csv")
    assert found.stated is not None
    assert (found.day.year, found.stated.year) == (1987, 1986)


def test_an_identifier_of_another_country_is_an_error(tmp_path):
    with pytest.raises(TableError, match="61601142011 stands at the country number 615"):
        coup_lists.cline(cline_file(tmp_path, name="61601142011", code=615))


def test_first_days_read_the_one_row_with_day_and_month_swapped():
    rows = {"ccode": [395, 395], "syear": [2021, 2024], "smonth": [11, 21], "sdate": [28, 12]}
    assert first_days(pd.DataFrame(rows)) == {"ISL": [dt.date(2021, 11, 28), dt.date(2024, 12, 21)]}


@pytest.mark.parametrize(("days", "found"), [(0, 0), (60, 0), (-60, 0), (61, 1), (-61, 1)])
def test_a_success_needs_a_new_ruler_within_sixty_days(days, found):
    starts = {"TUN": [RIGHT + dt.timedelta(days=days)]}
    assert len(without_change([report(RIGHT)], starts)) == found
    assert without_change([report(RIGHT, "failure")], starts) == []


STARTS = {"TUN": [RIGHT]}
KEY = ("TUN", "cline", WRONG)


def test_a_success_without_a_new_ruler_stops_the_build_until_decided():
    events = [(report(WRONG),), (report(RIGHT, source="pt"),)]
    with pytest.raises(TableError, match="on which nothing is decided: TUN cline 2019-01-14"):
        findings(events, STARTS, {})
    assert findings(events, STARTS, {KEY: "none"}) == {0: "none"}


def test_decisions_that_meet_nothing_or_say_nothing_known_stop_the_build():
    with pytest.raises(TableError, match="no success without a new ruler: TUN pt 2011-01-14"):
        findings([(report(RIGHT, source="pt"),)], STARTS, {("TUN", "pt", RIGHT): "none"})
    with pytest.raises(TableError, match="'perhaps' is none of"):
        findings([(report(WRONG),)], STARTS, {KEY: "perhaps"})


def test_a_success_that_may_not_be_named_is_not_reviewed():
    hidden = report(WRONG, source="colpus")
    assert findings([(hidden,)], STARTS, {}, unseen=[hidden]) == {0: "not_reviewed"}
    with pytest.raises(TableError, match="nothing is decided"):
        findings([(hidden, report(WRONG))], STARTS, {}, unseen=[hidden])
