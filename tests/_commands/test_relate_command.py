"""`sahelkit relate` prints an answer of ten lines, or the whole table."""

from __future__ import annotations

import json

import pytest

from sahelkit.cli import run
from sahelkit.models.relation import matrix
from sahelkit.models.relation.posterior import posterior_of


@pytest.fixture(autouse=True)
def _small_model(monkeypatch):
    def small(**options):
        return posterior_of(**(options | {"countries": ["focus", "SEN"], "draws": 100}))

    monkeypatch.setattr(matrix, "posterior_of", small)


@pytest.mark.parametrize(("lang", "word", "number"), [("en", "Guinea", "."), ("fr", "Guinée", ",")])
def test_ten_lines_with_every_country_an_interval_and_a_sentence(capsys, lang, word, number):
    assert run(["relate", "Mali", "--horizon", "12", "--lang", lang]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) <= 10
    row = next(line for line in lines if line.startswith(word))
    assert number in row
    assert row.count("[") == 3
    assert any(line.endswith(".") and "90 %" in line for line in lines)


def test_json_holds_the_tidy_table(capsys):
    assert run(["relate", "MLI", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert [row["target"] for row in rows] == ["MLI", "BFA", "GIN", "NER", "CIV"]
    assert all(row["extra_low90"] <= row["extra"] <= row["extra_high90"] for row in rows)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["relate", "Chad"], "Chad (TCD) is not among the 16 countries of the model"),
        (["relate", "Malli"], "Mali (MLI)"),
        (["relate", "MLI", "--horizon", "0"], "a whole number of months from 1 to 60"),
        (["relate", "MLI", "--lang", "de"], "unknown language 'de'"),
    ],
)
def test_what_cannot_be_ends_with_code_2_and_one_sentence(capsys, arguments, message):
    assert run(arguments) == 2
    assert message in capsys.readouterr().err
