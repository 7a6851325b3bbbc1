"""`sahelkit risk` prints a table, its reasons and the age of its inputs; or all of it as JSON or CSV."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

import sahelkit as sk
from sahelkit.cli import run
from sahelkit.models.forecast import risk_table


@pytest.mark.parametrize(
    ("lang", "parts"),
    [
        ("en", ["Burkina Faso: ", "newest datum: December 2025", "came true", "Interval: "]),
        (
            "fr",
            ["Burkina Faso\u00a0: ", "donnée la plus récente\u00a0: décembre 2025", "réalisées", "Intervalle\u00a0: "],
        ),
    ],
)
def test_the_table_its_reasons_and_the_age_of_its_inputs(capsys, lang, parts):
    assert run(["risk", "MLI", "BFA", "--horizon", "12", "--lang", lang]) == 0
    out = capsys.readouterr().out
    for part in parts:
        assert part in out
    row = risk_table(countries="Mali").tidy().iloc[0]
    line = next(line for line in out.splitlines() if line.startswith("Mali"))
    figure = f"{100 * row['probability']:.1f}"
    assert (figure if lang == "en" else figure.replace(".", ",")) in line
    assert f"{row['rank']}/{row['n_states']}" in line
    assert out.splitlines().index(line) < next(k for k, text in enumerate(out.splitlines()) if "Burkina Faso" in text)


def test_json_and_csv_hold_the_tidy_table(capsys):
    assert run(["risk", "west_africa", "--date", "2012-03-21", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert len(rows) == 16
    mali = next(row for row in rows if row["iso3"] == "MLI")
    assert mali["followed"] == 1
    assert mali["low"] < mali["probability"] < mali["high"]
    assert mali["newest_attempt"] == "2012-01"
    assert run(["risk", "west_africa", "--date", "2012-03-21", "--csv"]) == 0
    table = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["iso3"] for row in table] == [row["iso3"] for row in rows]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Burkina Fasso"], "Did you mean Burkina Faso (BFA)?"),
        (["MLI", "--horizon", "100"], "from 1 to 60"),
        (["MLI", "--date", "1950"], "forecasts begin in 1961-01"),
        (["MLI", "--outcome", "plot"], "Known: attempt, success"),
        (["MLI", "--lang", "de"], "unknown language 'de'"),
        (["MLI", "--csv", "--json"], "only one of the two"),
    ],
)
def test_bad_input_is_one_sentence_and_exit_code_two(capsys, arguments, message):
    assert run(["risk", *arguments]) == 2
    assert message in capsys.readouterr().err


@pytest.fixture(scope="module")
def mine(tmp_path_factory):
    """An invented column as people save it in Bamako: names of countries, semicolons, decimal commas."""
    rows = sk.panel("africa", "1990-01", "2025-12").frame
    rows["pluie"] = np.random.default_rng(1).normal(size=len(rows)).round(2)
    path = tmp_path_factory.mktemp("own") / "pluie.csv"
    named = rows.assign(pays=rows["country"], mois=rows["period"].astype(str))
    named[["pays", "mois", "pluie"]].to_csv(path, sep=";", decimal=",", index=False, encoding="cp1252")
    return str(path)


def test_a_file_of_ones_own_enters_the_table_and_is_judged(capsys, mine):
    asked = ["risk", "MLI", "--date", "2004-03-21", "--horizon", "36", "--with", mine, "--published", "+30d"]
    assert run([*asked, "--terms", "log_since,never,past_15y,pluie_lag1", "--lang", "fr"]) == 0
    out = capsys.readouterr().out
    assert "pluie (vos données), donnée la plus récente\u00a0: janvier 2004" in out
    assert "vos colonnes dans la prévision\u00a0: pluie_lag1" in out
    assert "elle n’a pas mérité sa place" in out.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--with", "{mine}"], "Type --published +30d"),
        (["--with", "{mine}", "--published", "later"], "neither a publication rule nor a column"),
        (["--with", "{mine}x", "--published", "+30d"], "there is no such file"),
        (["--published", "+30d"], "Type --with my.csv too"),
        (["--with", "{mine}", "--published", "+30d", "--terms", "never,plui_lag1"], "Did you mean 'pluie_lag1'"),
        (["--terms", "nevr"], "Did you mean 'never'"),
    ],
)
def test_what_cannot_be_read_of_it_is_said(capsys, mine, arguments, message):
    assert run(["risk", "MLI", *(part.format(mine=mine) for part in arguments)]) == 2
    assert message in capsys.readouterr().err
