"""findings.toml rewritten: deterministic, keeping tolerances and what was not run."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sahelkit.errors import OutputError
from sahelkit.study.expected import expectation, read_expected
from sahelkit.study.recording import record
from sahelkit.study.values import Finding

BEFORE = """# Head line.
# Second line.

[01_b.old]
value = 1

[01_a.rate]
value = 0.5
tolerance = 0.01
note = "a « reason »"

[02_c.kept]
value = "as it is"
"""

AFTER = """# Head line.
# Second line.

[01_a.flag]
value = true

[01_a.none]
na = true

[01_a.rate]
value = 0.75
n = 66
interval = [0.5, ""]
tolerance = 0.01
note = "a « reason »"

[01_b.whole]
value = -3

[02_c.kept]
value = "as it is"
"""


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "findings.toml"
    file.write_text(BEFORE, encoding="utf-8")
    return file


FOUND = {
    "01_a": [Finding("rate", 0.75, interval=(0.5, None), n=66), Finding("none", None), Finding("flag", True)],
    "01_b": [Finding("whole", -3)],
}


def test_values_change_and_the_rest_stays(path):
    assert record(path, FOUND, effort="quick") == 5
    assert path.read_text(encoding="utf-8") == AFTER
    assert record(path, FOUND, effort="quick") == 0
    assert path.read_text(encoding="utf-8") == AFTER


def test_full_effort_has_values_of_its_own_only_where_they_differ(path):
    record(path, {"01_a": [Finding("rate", 0.505)]}, effort="full")
    assert read_expected(path)["01_a"]["rate"]["value"] == 0.5
    assert "full" not in read_expected(path)["01_a"]["rate"]
    record(path, {"01_a": [Finding("rate", 0.6)]}, effort="full")
    entry = read_expected(path)["01_a"]["rate"]
    assert (entry["value"], entry["full"]) == (0.5, {"value": 0.6})
    record(path, {"01_a": [Finding("rate", 0.52)]}, effort="quick")
    entry = read_expected(path)["01_a"]["rate"]
    assert expectation(entry, "full").value == 0.6
    assert expectation(entry, "quick").value == 0.52
    record(path, {"01_a": [Finding("rate", None)]}, effort="full")
    assert expectation(read_expected(path)["01_a"]["rate"], "full").value is None


SIMULATED = """[01_a.p]
value = 0.069
n = 105
interval = [0.01, ""]
mc_error = 0.00254
interval_mc_error = [0.001, ""]
replicates = 9999
note = "kept"
"""


def _p(value, error, replicates):
    return Finding("p", value, n=105, interval=(0.01, None), mc_error=error, replicates=replicates)


def test_simulated_number_is_recorded_once_with_its_error_and_without_a_tolerance_of_its_own(tmp_path):
    path = tmp_path / "findings.toml"
    path.write_text('[01_a.p]\nvalue = 0.1\ntolerance = 0.04\nnote = "kept"\n\n[01_a.p.full]\nvalue = 0.2\n', "utf-8")
    full = replace(_p(0.069, 0.0025396, 9999), interval_mc_error=(0.001, None))
    assert record(path, {"01_a": [full]}, effort="full") == 1
    assert path.read_text("utf-8") == SIMULATED


def test_quick_run_does_not_replace_a_full_one_that_it_agrees_with(tmp_path):
    path = tmp_path / "findings.toml"
    path.write_text(SIMULATED, "utf-8")
    assert record(path, {"01_a": [_p(0.1, 0.03, 99)]}, effort="quick") == 0
    assert path.read_text("utf-8") == SIMULATED
    assert record(path, {"01_a": [_p(0.3, 0.03, 99)]}, effort="quick") == 1  # more than chance: the number has moved
    assert read_expected(path)["01_a"]["p"]["replicates"] == 99
    assert record(path, {"01_a": [_p(0.31, 0.003, 9999)]}, effort="full") == 1
    assert record(path, {"01_a": [_p(0.311, 0.003, 9999)]}, effort="full") == 1  # the full one is always the newest
    assert read_expected(path)["01_a"]["p"]["value"] == 0.311


def test_full_run_that_asks_for_more_has_a_table_of_its_own(tmp_path):
    """Where the two differ by more than chance they answer different questions, and neither replaces the other."""
    path = tmp_path / "findings.toml"
    record(path, {"01_a": [_p(0.55, 0.08, 39)]}, effort="quick")
    record(path, {"01_a": [_p(0.1, 0.01, 999)]}, effort="full")
    entry = read_expected(path)["01_a"]["p"]
    assert (entry["value"], entry["replicates"]) == (0.55, 39)
    assert expectation(entry, "full").value == 0.1
    assert expectation(entry, "full").mc_error == 0.01
    record(path, {"01_a": [_p(0.5, 0.08, 39)]}, effort="quick")
    entry = read_expected(path)["01_a"]["p"]
    assert (expectation(entry, "quick").value, expectation(entry, "full").value) == (0.5, 0.1)


@pytest.mark.parametrize("value", [0.1 + 0.2, 1e-12, 123456789.123456789, -1e30, 5.0])
def test_recorded_fraction_is_met_by_the_number_it_came_from(tmp_path, value):
    file = tmp_path / "findings.toml"
    record(file, {"01": [Finding("x", value)]}, effort="quick")
    entry = read_expected(file)["01"]["x"]
    assert isinstance(entry["value"], float)
    assert expectation(entry, "quick").meets(value)


def test_text_that_needs_care_comes_back(tmp_path):
    file = tmp_path / "findings.toml"
    text = 'Côte d\'Ivoire, "quoted"\\ and\ttab'
    record(file, {"name with space": [Finding("x", text)]}, effort="quick")
    assert read_expected(file)["name with space"]["x"] == {"value": text}


def test_unwritable_file(tmp_path):
    with pytest.raises(OutputError, match=r"cannot write .*findings\.toml"):
        record(tmp_path / "no" / "findings.toml", {"01": [Finding("x", 1)]}, effort="quick")
