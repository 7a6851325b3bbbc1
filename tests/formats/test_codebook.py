"""The codebook and the citation beside a file, its sheets in Excel, and what labels and codes say in two languages."""

from __future__ import annotations

import warnings

import pandas as pd
import pytest

import sahelkit as sk
from sahelkit.catalog import records
from sahelkit.catalog.columns import all_entries
from sahelkit.catalog.described import describe_columns
from sahelkit.language.codes import code_words

NAMES = {"AES", "AU", "CILSS", "ECCAS", "ECOWAS", "EU", "FR", "G5S", "OAU", "OIF", "UEMOA", "UN", "US"}


def _book(made):
    return pd.read_csv(made.codebook, keep_default_na=False).set_index("name")


def test_the_codebook_of_a_table(tmp_path):
    made = sk.export(sk.load_coups(countries="Mali"), tmp_path / "coups.csv", lang="fr")
    outcome = _book(made).loc["pt_outcome"]
    assert outcome["label"] == outcome["label_fr"] == "Powell et Thyne : verdict"
    assert outcome["label_en"] == "Powell and Thyne: verdict"
    assert outcome["type"] == "text"
    assert outcome["values"].startswith("1 = success (succès) | 2 = failure (échec) | 3 = absent (absent de la liste)")
    assert outcome["missing"] == "never missing; not_covered where the coder did not look"
    assert outcome["dataset"] == "coups"
    assert outcome["citation"] == "powell_thyne_2011"
    assert outcome["licence"] == outcome["file_licence"] == made.licence == "CC-BY-4.0"


def test_every_key_of_the_codebook_is_in_the_citation(tmp_path):
    pybtex = pytest.importorskip("pybtex.database")
    panel = sk.panel("Mali", "2010-01", "2010-12").add_coups().add_democracy("vdem_regime").add_indicators("undp_hdi")
    made = sk.export(panel, tmp_path / "mali.csv")
    works = set(pybtex.parse_file(str(made.citation)).entries)
    keys = {key for text in _book(made)["citation"] for key in text.split(", ") if key}
    assert keys
    assert keys <= works
    # V-Dem's licence asks that what is made of it is shared alike: the strictest counts for the file.
    assert made.licence == "CC-BY-SA-4.0"
    assert _book(made)["licence"].unique().tolist() == ["CC-BY-4.0", "", "CC-BY-SA-4.0"]


def test_labels_of_columns_that_were_made_from_others(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        panel = sk.panel("Mali", "2010-01", "2010-12").add_coups().add_indicators("undp_hdi").lag("undp_hdi", years=1)
        frame = panel.past("attempt", months=60).since_last("attempt").frame
    frame["tension"], frame["tension_lag1"], frame["other_score"] = 1.0, 2.0, 3.0
    book = _book(sk.export(frame, tmp_path / "mali.csv", labels={"tension": "Tension, relevé propre"}))
    assert book["label_en"].reindex(
        ["undp_hdi_lag12", "attempt_past60", "since_last_attempt", "tension", "tension_lag1", "other_score", "year"]
    ).tolist() == [
        "Human Development Index (HDI) [12 periods earlier]",
        "Coup attempts [sum over the 60 periods before]",
        "Coup attempts [time since the last one]",
        "Tension, relevé propre",
        "Tension, relevé propre [1 period earlier]",
        "other score",
        "Year",
    ]
    assert book.loc["tension_lag1", "label_fr"] == "Tension, relevé propre [1 période plus tôt]"
    assert (book["label_fr"] != "").all()


def test_a_workbook_has_its_codebook_and_what_to_cite(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    frame = sk.load_coups(countries="Mali")
    made = sk.export(frame, tmp_path / "coups.xlsx", lang="fr")
    book = openpyxl.load_workbook(made.path)
    assert book.sheetnames == ["données", "dictionnaire", "citation"]
    data, codes, works = book.worksheets
    assert [cell.value for cell in data[1]] == list(frame.columns)
    assert data.max_row == len(frame) + 1
    assert data["A1"].font.bold
    assert data.freeze_panes == codes.freeze_panes == "A2"
    assert data["E2"].value.isoformat() == "1968-11-19T00:00:00"
    assert data["E2"].number_format == "yyyy-mm-dd"
    rows = [[cell or "" for cell in row] for row in codes.iter_rows(values_only=True)]
    beside = pd.read_csv(made.codebook, keep_default_na=False)
    assert rows == [list(beside.columns), *beside.to_numpy().tolist()]
    cited = "\n".join(row[0] or "" for row in works.iter_rows(min_row=2, values_only=True))
    assert cited.rstrip() == made.citation.read_text(encoding="utf-8").rstrip()


def test_a_cell_is_never_a_formula(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    pytest.importorskip("xlsxwriter")
    made = sk.export(pd.DataFrame({"=x": ["=1+1", "_x0041_", " a "]}), tmp_path / "x.xlsx")
    cells = openpyxl.load_workbook(made.path).worksheets[0]["A"]
    assert not {cell.data_type for cell in cells} & {"f", "e"}
    calamine = pytest.importorskip("python_calamine")
    rows = calamine.load_workbook(str(made.path)).get_sheet_by_index(0).to_python()
    assert rows[1] == ["=1+1"]
    assert rows[3] == [" a "]


def test_french_excel_opens_a_csv(tmp_path):
    frame = pd.DataFrame(
        {"pays": ["Côte d’Ivoire"], "part": [0.5], "oui": [True], "jour": pd.to_datetime(["2012-03-22"])}
    )
    made = sk.export(frame, tmp_path / "x.csv", dialect="excel_fr", lang="fr")
    text = made.path.read_bytes().decode("utf-8")
    assert text == '\ufeff"pays";"part";"oui";"jour"\n"Côte d’Ivoire";"0,5";1;2012-03-22\n'
    assert made.codebook.read_bytes().startswith("\ufeffname;stata;spss".encode())
    found = pd.read_csv(made.path, sep=";", decimal=",", encoding="utf-8-sig")
    assert found["part"].tolist() == [0.5]


def test_every_code_has_its_own_french_word():
    for entry in all_entries():
        codes = [code for code in entry.field.enum if code not in NAMES and not code[0].isdigit()]
        words = code_words(codes, "fr")
        assert len(set(words)) == len(codes), entry.field.name
        same = [code for code, word in zip(codes, words, strict=True) if code == word]
        assert set(same) <= {"code", "date", "direct", "election", "institution", "junta", "mission"} | {
            *("organisation", "province", "suspension", "type", "ultimatum")
        }, entry.field.name


def test_every_column_of_every_table_is_described_in_both_languages():
    for name, record in records().items():
        columns = list(dict.fromkeys(entry.field.name for entry in all_entries(name)))
        for made in describe_columns(columns, {name: record.version}):
            assert made.labels["en"]
            assert made.labels["fr"]
            assert made.licence


def test_labels_in_stata_and_spss(tmp_path):
    pyreadstat = pytest.importorskip("pyreadstat")
    frame = sk.load_coups(countries="Mali").assign(flag=True)
    for ending, read in ((".dta", pyreadstat.read_dta), (".sav", pyreadstat.read_sav)):
        made = sk.export(frame, tmp_path / f"coups{ending}", lang="fr")
        found, notes = read(made.path)
        assert notes.column_names_to_labels["pt_date"] == "Powell et Thyne : jour"
        assert notes.variable_value_labels["outcome"] == {1: "succès", 2: "échec"}
        assert notes.variable_value_labels["flag"] == {0: "non", 1: "oui"}
        assert notes.file_label.startswith("sahelkit coups 2026.")
        assert [{1: "success", 2: "failure"}.get(code) for code in found["outcome"]] == frame["outcome"].tolist()
        assert found["date"].astype(str).tolist() == frame["date"].astype(str).tolist()
    assert b"<release>118</release>" in (tmp_path / "coups.dta").read_bytes()[:100]
