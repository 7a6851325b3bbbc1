"""`sahelkit export` writes a table or a panel, and says in one sentence what it cannot do."""

from __future__ import annotations

import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.cli import run


def test_a_table_with_french_labels(capsys, tmp_path):
    path = tmp_path / "coups.dta"
    arguments = ["--countries", "focus", "--start", "1990", "--rule", "any", "--lang", "fr"]
    assert run(["export", "coups", str(path), *arguments]) == 0
    out = capsys.readouterr().out.splitlines()
    frame = sk.load_coups(countries="focus", start=1990, rule="any")
    assert out[0] == f"{path} ({len(frame)} rows, {len(frame.columns)} columns)"
    assert out[1:] == [str(tmp_path / "coups_codebook.csv"), str(tmp_path / "coups.bib"), "Licence: CC-BY-4.0"]
    found = pd.read_stata(path)
    assert found["coup_id"].tolist() == frame["coup_id"].tolist()
    assert set(found["kind"].dropna()) <= {"tentative", "complot"}
    assert pd.io.stata.StataReader(path).variable_labels()["iso3"] == "Code ISO 3166 alpha-3"


def test_a_panel_of_several_tables(capsys, tmp_path):
    path = tmp_path / "mali.csv"
    parts = "coups,leaders,indicators:undp_hdi,indicators:wdi_gdp_per_capita"
    window = ["--countries", "Mali,NER", "--start", "1985", "--end", "1995", "--freq", "Y"]
    assert run(["export", "panel", str(path), *window, "--with", parts]) == 0
    said = capsys.readouterr()
    assert said.err.startswith("Note: indicators covers 1990 to")
    panel = sk.panel(["MLI", "NER"], 1985, 1995, freq="Y").add_coups().add_leaders()
    with pytest.warns(sk.CoverageWarning):
        frame = panel.add_indicators(["undp_hdi", "wdi_gdp_per_capita"]).frame
    found = pd.read_csv(path)
    assert list(found.columns) == ["iso3", "country", "gwcode", "period", "year", *frame.columns[4:]]
    assert found["undp_hdi"].equals(frame["undp_hdi"])
    assert found["leader"].tolist() == frame["leader"].tolist()


WINDOW = ["--start", "1990", "--end", "1991"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["coup", "x.csv"], "unknown table 'coup'. Did you mean 'coups'?"),
        (["map", "x.csv"], "unknown table 'map'"),
        (["coups", "x.doc"], "unknown kind of file '.doc'"),
        (["coups", "x.csv", "--countries", "Burkina Fasso"], "Did you mean Burkina Faso (BFA)?"),
        (["coups", "x.csv", "--lang", "de"], "unknown language 'de'"),
        (["coups", "x.csv", "--with", "leaders"], "only a panel is joined from several tables"),
        (["coups", "nowhere/x.csv"], "there is no folder"),
        (
            ["conflict", "x.csv", "--rule", "any"],
            "the table 'conflict' has no such option. It has --countries, --start",
        ),
        (["panel", "x.csv"], "a panel has a first and a last period. Type --start 1990 --end 2024."),
        (["panel", "x.csv", *WINDOW, "--with", "coup"], "unknown part of a panel 'coup'. Did you mean 'coups'?"),
        (["panel", "x.csv", *WINDOW, "--with", "indicators"], "Type --with indicators:NAME"),
        (["panel", "x.csv", *WINDOW, "--with", "coups:x"], "it is added as a whole. Type --with coups."),
        (["panel", "x.csv", *WINDOW, "--rule", "any"], "the panel counts no coups. Type --with coups."),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments, message, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["export", *arguments]) == 2
    said = capsys.readouterr()
    assert message in said.err
    assert said.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_file_is_replaced_only_when_asked(capsys, tmp_path):
    path = tmp_path / "states.csv"
    assert run(["export", "states", str(path), "--countries", "Mali"]) == 0
    assert run(["export", "states", str(path), "--countries", "Niger"]) == 2
    assert "it is there already. Type overwrite=True (on the command line --overwrite)" in capsys.readouterr().err
    assert pd.read_csv(path)["iso3"].tolist() == ["MLI"]
    assert run(["export", "states", str(path), "--countries", "Niger", "--overwrite"]) == 0
    assert pd.read_csv(path)["iso3"].tolist() == ["NER"]
