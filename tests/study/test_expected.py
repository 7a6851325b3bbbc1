"""Expectations: what agrees, what differs, and what a findings.toml may say."""

from __future__ import annotations

import pytest

from sahelkit.errors import RecordError
from sahelkit.study.expected import Expectation, compare, expectation, read_expected
from sahelkit.study.values import Finding

AGREE = [
    (Expectation(8), 8, True),
    (Expectation(8), 9, False),
    (Expectation(8), 8.0, True),
    (Expectation(8), None, False),
    (Expectation(None), None, True),
    (Expectation(None), 0, False),
    (Expectation("Mali"), "Mali", True),
    (Expectation("Mali"), "mali", False),
    (Expectation("1"), 1, False),
    (Expectation(True), True, True),
    (Expectation(True), 1, False),
    (Expectation(1), True, False),
    (Expectation(0.5), 0.5 + 1e-10, True),
    (Expectation(0.5), 0.5001, False),
    (Expectation(0.1, tolerance=0.2), 0.3, True),  # the difference is 0.2 and a rounding error
    (Expectation(0.5, tolerance=0.0), 0.5 + 1e-10, False),
    (Expectation(200, tolerance=5), 205, True),
    (Expectation(200, tolerance=5), 206, False),
    (Expectation(-200.0, rtol=0.01), -198, True),
    (Expectation(-200.0, rtol=0.01), -197.9, False),
    (Expectation(0.07, mc_error=0.01), 0.109, True),
    (Expectation(0.07, mc_error=0.01), 0.111, False),
    (Expectation(0.07, mc_error=1e-6, rtol=0.01), 0.0706, True),  # the machine's digits are allowed beside chance
    (Expectation(45, mc_error=5.0), 64, True),
    (Expectation("a", mc_error=1.0), "b", False),
]


@pytest.mark.parametrize(("wanted", "found", "agrees"), AGREE)
def test_agreement(wanted, found, agrees):
    assert wanted.meets(found) is agrees


BY_EFFORT = [
    ({"value": 1, "tolerance": 2}, "quick", Expectation(1, tolerance=2)),
    ({"value": 1, "tolerance": 2, "full": {"value": 3}}, "full", Expectation(3, tolerance=2)),
    ({"value": 1, "tolerance": 2, "full": {"value": 3}}, "quick", Expectation(1, tolerance=2)),
    ({"value": 1, "tolerance": 2, "full": {"rtol": 0.1}}, "full", Expectation(1, rtol=0.1)),
    ({"na": True, "full": {"value": 3}}, "full", Expectation(3)),
    ({"value": 1, "quick": {"na": True}}, "quick", Expectation(None)),
    ({"full": {"value": 3}}, "quick", None),
]


@pytest.mark.parametrize(("entry", "effort", "wanted"), BY_EFFORT)
def test_effort_overrides(entry, effort, wanted):
    assert expectation(entry, effort) == wanted


def test_tolerance_of_a_simulated_number_follows_from_both_errors():
    """Recorded with an error of 0.003, found with one of 0.004: four times 0.005 may lie between, and no more."""
    entries = {"p": {"value": 0.07, "mc_error": 0.003, "replicates": 9999}}
    for value, status in ((0.0899, "same"), (0.0901, "differs"), (0.0501, "same"), (0.0499, "differs")):
        found = [Finding("p", value, mc_error=0.004, replicates=99)]
        (check,) = compare("05", found, entries, effort="quick", complete=True)
        assert (check.status, check.recorded_error) == (status, 0.003)
        assert check.expected.allowed == pytest.approx(0.02)
    (exact,) = compare("05", [Finding("p", 0.0819)], entries, effort="quick", complete=True)
    assert exact.status == "same"
    assert exact.expected.allowed == pytest.approx(0.012)


def test_number_recorded_without_an_error_keeps_its_tolerance_until_it_is_recorded_anew():
    entries = {"p": {"value": 0.07, "tolerance": 0.04}}
    (check,) = compare("05", [Finding("p", 0.105, mc_error=0.001)], entries, effort="quick", complete=True)
    assert (check.status, check.expected.allowed) == ("same", 0.04)


def test_value_for_full_effort_alone_is_not_missed_at_quick_effort():
    assert compare("01", [], {"x": {"full": {"value": 3}}}, effort="quick", complete=True) == []
    found = [Finding("x", 3)]
    assert compare("01", found, {"x": {"full": {"value": 3}}}, effort="quick", complete=True)[0].status == "new"


REFUSED = [
    ("[a.b", r"not valid TOML"),
    ("[a]\nb = 3", r"\[a\.b\] is not a table with a value"),
    ("a = 3", r"\[a\] is not a table with a value"),
    ("[a.b]\ntolerance = 1", r"\[a\.b\] has no value\. Give a value, or na = true\."),
    ("[a.b]\nvalue = 1\ntolerance = -1", r"\[a\.b\] tolerance is not a number of 0 or more"),
    ("[a.b]\nvalue = 1\nrtol = true", r"\[a\.b\] rtol is not a number"),
    ("[a.b]\nvalue = 1\nrtol = nan", r"\[a\.b\] rtol is not a number of 0 or more"),
    ("[a.b]\nvalue = 1\nmc_error = -0.1", r"\[a\.b\] mc_error is not a number of 0 or more"),
    ("[a.b]\nvalue = 1\ninterval_mc_error = 1", r"\[a\.b\] interval_mc_error is not two numbers"),
    ("[a.b]\nvalue = 1\nreplicates = 1.5", r"\[a\.b\] replicates is not a whole number"),
    ("[a.b]\nvalue = [1]", r"\[a\.b\] value is not a number, text or boolean"),
    ("[a.b]\nna = false", r"\[a\.b\] na can only be true"),
    ("[a.b]\nvalue = 1\n[a.b.full]\nquick = 3", r"\[a\.b\.full\] has the unknown key 'quick'"),
]


@pytest.mark.parametrize(("text", "message"), REFUSED)
def test_damaged_files_are_refused_with_the_place(tmp_path, text, message):
    path = tmp_path / "findings.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordError, match=message):
        read_expected(path)


def test_no_file_expects_nothing(tmp_path):
    assert read_expected(tmp_path / "findings.toml") == {}
