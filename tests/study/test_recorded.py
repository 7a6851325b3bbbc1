"""Findings as notebooks record them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

import sahelkit
from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.study import recorded
from sahelkit.study.recorded import effort, finding
from sahelkit.study.values import Finding, number_text

NORMAL = [
    (8, 8, int),
    (np.int64(8), 8, int),
    (np.float32(0.5), 0.5, float),
    (True, True, bool),
    (np.bool_(False), False, bool),
    ("Mali", "Mali", str),
    (None, None, type(None)),
    (pd.NA, None, type(None)),
    (np.array(3), None, None),
]


class Shell:
    """Stands in for IPython: counts executions."""

    execution_count = 1


@pytest.fixture
def displayed(monkeypatch):
    shell, shown = Shell(), []
    monkeypatch.setattr(recorded, "_shell", lambda: shell)
    monkeypatch.setattr(recorded, "_last_cell", {})
    monkeypatch.setattr("IPython.display.display", lambda bundle, raw: shown.append(bundle))
    return shell, shown


@pytest.mark.parametrize(("given", "value", "kind"), NORMAL[:-1])
def test_values_become_plain(displayed, given, value, kind):
    finding("x", given)
    stored = displayed[1][0][recorded.MIME]["value"]
    assert stored == value
    assert type(stored) is kind


REFUSED = [
    ({"value": math.nan}, r"value=nan: is not finite\. Give None when the number is unknown\."),
    ({"value": np.inf}, r"value=inf: is not finite"),
    ({"value": [1]}, r"value='list': a list is not a single value\. Give one number, text or boolean"),
    ({"value": np.array([1, 2])}, r"value='ndarray': a ndarray is not a single value"),
    ({"value": 1, "name": "Mali attempts"}, r"name='Mali attempts': is not made of small letters"),
    ({"value": 1, "interval": (2, 1)}, r"interval=\(2\.0, 1\.0\): the lower bound lies above the upper one"),
    ({"value": 1, "interval": (1, 2, 3)}, r"interval=\(1, 2, 3\): does not have two bounds"),
    ({"value": 1, "interval": (1, math.inf)}, r"interval=inf: is not finite"),
    ({"value": 1, "interval": ("a", 2)}, r"interval='a': is not a number"),
    ({"value": 1, "mc_error": -0.1}, r"mc_error=-0\.1: an error is not negative"),
    ({"value": 1, "mc_error": math.inf}, r"mc_error=inf: is not finite"),
    ({"value": 1, "interval_mc_error": (1,)}, r"interval_mc_error=\(1,\): does not have two numbers"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_what_is_no_finding_is_refused(options, message):
    with pytest.raises(OptionError, match=message):
        finding(options.pop("name", "x"), options.pop("value"), **options)


def test_one_cell_cannot_record_a_name_twice_but_can_be_run_again(displayed):
    shell, shown = displayed
    finding("x", 1)
    with pytest.raises(OptionError, match="this cell has recorded a finding of that name already"):
        finding("x", 2)
    shell.execution_count = 2
    finding("x", 2)
    assert [bundle[recorded.MIME]["value"] for bundle in shown] == [1, 2]


def test_line_is_in_the_notebooks_language_and_escaped(displayed, monkeypatch):
    monkeypatch.setenv("SAHELKIT_LANG", "fr")
    finding("x", -0.5, text_en="A", text_fr="Écart <moyen>", unit="pour cent", interval=(-1, 0.25), n=12)
    bundle = displayed[1][0]
    assert bundle["text/plain"] == "Écart <moyen> : −0,5 pour cent (−1 à 0,25; n = 12)"
    assert "Écart &lt;moyen&gt; : <b>−0,5 pour cent" in bundle["text/html"]


def test_simulated_number_shows_the_digits_that_its_error_leaves(displayed):
    _, shown = displayed
    finding("p", 0.0697912, n=105, mc_error=np.float64(0.0025), replicates=9999)
    finding("own", 0.35466, interval=(0.2863350, 0.6354642), interval_mc_error=(0.012, math.nan), replicates=199)
    finding("exact", 0.0697912, mc_error=math.nan)
    assert [bundle["text/plain"] for bundle in shown] == [
        "p: 0.070 ± 0.003 (n = 105; 9999 replicates)",
        "own: 0.35466 (0.29 ± 0.01 to 0.635464; 199 replicates)",
        "exact: 0.0697912",
    ]
    stored = shown[1][recorded.MIME]
    assert stored["interval_mc_error"] == (0.012, None)
    assert Finding.from_json(stored).interval_mc_error == (0.012, None)


def test_outside_a_notebook_the_line_is_printed(capsys):
    sahelkit.study.finding("x", 3, text_en="Attempts", unit="attempts")
    assert capsys.readouterr().out == "Attempts: 3 attempts\n"


def test_effort_is_quick_unless_told(monkeypatch):
    monkeypatch.delenv("SAHELKIT_EFFORT", raising=False)
    assert effort() == "quick"
    monkeypatch.setenv("SAHELKIT_EFFORT", "full")
    assert effort() == "full"
    monkeypatch.setenv("SAHELKIT_EFFORT", "fulll")
    with pytest.raises(UnknownNameError, match=r"unknown effort 'fulll'\. Did you mean 'full'\?"):
        effort()


def test_finding_survives_its_way_through_json():
    item = Finding("x", 1.5, "a", "b", "u", (None, 2.0), 3)
    raw = {"name": "x", "value": 1.5, "text_en": "a", "text_fr": "b", "unit": "u", "interval": [None, 2.0], "n": 3}
    assert Finding.from_json({**raw, "later": "ignored"}) == item


@pytest.mark.parametrize(
    ("value", "lang", "text"),
    [(0.123456789, "en", "0.123457"), (0.5, "fr", "0,5"), (-3, "en", "−3"), (None, "fr", "NA"), (True, "fr", "oui")],
)
def test_numbers_as_people_read_them(value, lang, text):
    assert number_text(value, lang) == text


def test_an_interval_may_be_open_at_either_end(capsys):
    recorded.finding("open_below", 0.5, text_en="Half", interval=(None, 1.0))
    recorded.finding("open_above", 0.5, text_en="Half", interval=(0.0, None))
    assert capsys.readouterr().out.count("Half: 0.5") == 2
