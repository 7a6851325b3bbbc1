"""A second look confirms a row by another page than the one it came from."""

from __future__ import annotations

import pandas as pd
import pytest

from sahelkit.build.second_checks import check_second_look, same_page
from sahelkit.catalog import records
from sahelkit.errors import TableError

FIRST, SECOND, THIRD = "https://www.a.org/one/", "http://b.org/two", "https://c.org/three"


def _check(verdict, page, address, sources=(FIRST, SECOND)):
    rows = pd.DataFrame({"row_id": ["r"], "source_1": [sources[0]], "source_2": [sources[1]]})
    checks = pd.DataFrame({"row_id": ["r"], "verdict": [verdict], "page": [page], "address": [address]})
    check_second_look("toy", checks, rows)


@pytest.mark.parametrize("address", [
    "http://a.org/one", "https://a.org/one/", "HTTPS://WWW.A.ORG/One", "https://m.a.org:443/one", "https://a.org/%6Fne",
    "https://a.org/one/amp/", "https://a.org/one?amp=1&utm_source=x", "https://a.org/one#end",
])  # fmt: skip
def test_one_page_under_several_addresses(address):
    assert same_page(address) == same_page(FIRST)
    with pytest.raises(TableError, match="second check of r: the row names the page of the check"):
        _check("confirmed", "other", address)


def test_other_pages_of_one_site_are_others():
    assert same_page("https://a.org/one?id=1") != same_page("https://a.org/one?id=2")
    assert same_page("https://a.org/one") != same_page("https://a.org/two")


@pytest.mark.parametrize(("verdict", "page", "address", "sources"), [
    ("confirmed", "other", THIRD, (FIRST, SECOND)),
    ("confirmed", "adopted", SECOND, (FIRST, SECOND)),
    ("same_page", "own", FIRST, (FIRST, None)),
    ("not_found", None, None, (FIRST, None)),
    ("not_found", "other", THIRD, (FIRST, None)),
])  # fmt: skip
def test_looks_that_stand(verdict, page, address, sources):
    _check(verdict, page, address, sources)


@pytest.mark.parametrize(("verdict", "page", "address", "sources", "why"), [
    ("confirmed", "own", FIRST, (FIRST, SECOND), "has the verdict same_page, and no other has it"),
    ("same_page", "other", THIRD, (FIRST, SECOND), "has the verdict same_page, and no other has it"),
    ("confirmed", "adopted", FIRST, (FIRST, None), "the only one that the row rests on"),
    ("confirmed", None, THIRD, (FIRST, SECOND), "not one of other, adopted, own"),
    ("confirmed", "other", None, (FIRST, SECOND), "confirmed by no page"),
    ("corrected", None, None, (FIRST, SECOND), "corrected by no page"),
])  # fmt: skip
def test_looks_that_prove_nothing(verdict, page, address, sources, why):
    with pytest.raises(TableError, match=why):
        _check(verdict, page, address, sources)


def test_rows_that_were_dropped_since_are_passed_over():
    rows = pd.DataFrame({"row_id": ["r"], "source_1": [FIRST], "source_2": [SECOND]})
    checks = pd.DataFrame({"row_id": ["gone"], "verdict": ["confirmed"], "page": ["other"], "address": [FIRST]})
    check_second_look("toy", checks, rows)


@pytest.mark.parametrize("dataset", ["responses", "memberships", "crisis"])
def test_second_looks_of_the_three_hand_made_tables_stand(dataset):
    record = records()[dataset]
    checks = pd.read_csv(record.folder / "hand_checks.csv", dtype=str)
    rows = pd.read_csv(record.folder / f"{dataset}.csv", dtype=str)
    rows = rows.rename(columns={record.table().key[0]: "row_id"})
    check_second_look(dataset, checks, rows)
    own = checks[checks["page"] == "own"]
    assert set(own["verdict"]) == {"same_page"}
    assert set(own["row_id"]) <= set(checks.loc[checks["drawn"] == "again", "row_id"])
