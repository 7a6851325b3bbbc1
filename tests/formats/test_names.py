"""Names for Stata and SPSS are valid, short and each once; labels keep what tells columns apart."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sahelkit as sk
from sahelkit.formats.names import cut_text, short_names

LONG = "wdi_net_official_development_assistance_received"


@pytest.mark.parametrize(
    ("program", "given", "expected"),
    [
        ("stata", ["undp_hdi", "_x", "A", "a"], ["undp_hdi", "_x", "A", "a"]),
        ("spss", ["undp_hdi", "_x", "A", "a"], ["undp_hdi", "v_x", "A", "a_2"]),
        (
            "stata",
            ["PIB (en dollars)", "2012", "a.b", "côte d’Ivoire", "🟢"],
            ["PIB_en_dollars", "_2012", "a_b", "cote_d_Ivoire", "v"],
        ),
        ("spss", ["and", "2012", "not", "x_"], ["and_v", "v2012", "not_v", "x"]),
        ("stata", ["if", "str20", "_n", "strL"], ["if_", "str20_", "_n_", "strL_"]),
        ("stata", ["é", "e", "E\u0301"], ["e_2", "e", "E"]),
    ],
)
def test_names_a_program_takes(program, given, expected):
    assert short_names(given, program=program) == expected


def test_an_ending_stays_and_what_cuts_to_the_same_gets_a_number():
    made = short_names([f"{LONG}_lag1", f"{LONG}_lag12", f"{LONG}_a_lag1"], program="stata")
    assert [name.rpartition("_")[2] for name in made[:2]] == ["lag1", "lag12"]
    twins = short_names([f"{'x' * 40}{end}" for end in "abc"], program="stata")
    assert twins == ["x" * 32, "x" * 30 + "_2", "x" * 30 + "_3"]


@pytest.mark.parametrize(("program", "most"), [("stata", 32), ("spss", 64)])
@settings(max_examples=40, deadline=None)
@given(names=st.lists(st.text(min_size=1, max_size=70), unique=True, max_size=12))
def test_any_names_become_valid_ones(program, most, names):
    made = short_names(names, program=program)
    fold = str.casefold if program == "spss" else str
    assert len({fold(name) for name in made}) == len(names)
    first = "[A-Za-z]" if program == "spss" else "[A-Za-z_]"
    assert all(re.fullmatch(rf"{first}[A-Za-z0-9_]{{0,{most - 1}}}", name) for name in made)


def test_labels_are_cut_before_the_step():
    text = "Deaths in state-based violence (armed conflict with a government) [12 periods earlier]"
    assert cut_text(text, 80) == "Deaths in state-based violence (armed conflict with a gove… [12 periods earlier]"
    assert cut_text("é" * 300, 255, in_bytes=True) == "é" * 126 + "…"


@pytest.mark.parametrize("ending", [".dta", ".sav"])
def test_stata_and_spss_take_the_names_and_the_codebook_tells_them(ending, tmp_path):
    pyreadstat = pytest.importorskip("pyreadstat")
    names = ["pib (en $)", "2012", f"{LONG}_lag1", f"{LONG}_lag12", "été.indien", "if", "with", "ok", "OK"]
    frame = pd.DataFrame([range(len(names))], columns=names)
    made = sk.export(frame, tmp_path / f"x{ending}", labels={"ok": "Tout va bien"})
    read = pyreadstat.read_dta if ending == ".dta" else pyreadstat.read_sav
    found, notes = read(made.path)
    codebook = pd.read_csv(made.codebook, dtype=str)
    assert codebook["name"].tolist() == names
    assert codebook[{".dta": "stata", ".sav": "spss"}[ending]].tolist() == list(found.columns)
    assert found.iloc[0].tolist() == list(range(len(names)))
    assert notes.column_names_to_labels["ok"] == "Tout va bien"
    assert made.renamed["pib (en $)"] == "pib_en"
    assert "pib (en $) -> pib_en" in repr(made)
