"""Notebooks listed, chosen and copied."""

from __future__ import annotations

import pytest

from sahelkit.errors import NotebookError, OutputError, UnknownNameError
from sahelkit.study import copy_notebooks, notebooks
from sahelkit.study.library import choose


def test_words_come_from_the_first_cell(shipped):
    listed = [(nb.name, nb.lang, nb.title, nb.answers) for nb in notebooks()]
    assert listed == [
        ("00_demarrage_rapide", "fr", "Cinq lignes", "Quels coups d’État ?"),
        ("00_quickstart", "en", "Five lines", "Which coups were there in Mali?"),
        ("01_what_counts", "en", "What counts", "How many coups?"),
    ]


FIRST_CELLS = [
    (("# Title\nAt once: `load_coups` and snake_case_name.",), {}, "Title", "At once: load_coups and snake_case_name."),
    (("# Title\n\n## Section\n\nText\nin two lines.",), {}, "Title", "Text in two lines."),
    (("x = 1",), {}, "01_x", ""),
    ((), {"title": "Said", "answers": "Asked?"}, "Said", "Asked?"),
    (("# Title\n\nText.",), {"title": "Said"}, "Said", "Text."),
]


@pytest.mark.parametrize(("cells", "words", "title", "answers"), FIRST_CELLS)
def test_metadata_goes_before_the_first_cell(tmp_path, write_notebook, cells, words, title, answers):
    write_notebook(tmp_path, "01_x", *cells, **words)
    assert [(nb.title, nb.answers) for nb in notebooks(tmp_path)] == [(title, answers)]


CHOSEN = [
    ([], ["00_demarrage_rapide", "00_quickstart", "01_what_counts"]),
    (["01"], ["01_what_counts"]),
    (["01_what"], ["01_what_counts"]),
    (["00"], ["00_demarrage_rapide", "00_quickstart"]),
    (["01_what_counts.ipynb", "notebooks/00_quickstart.ipynb", "01"], ["00_quickstart", "01_what_counts"]),
]


@pytest.mark.parametrize(("names", "chosen"), CHOSEN)
def test_names_and_their_beginnings(shipped, names, chosen):
    assert [nb.name for nb in choose(names)] == chosen


@pytest.mark.parametrize("name", ["0", "01_wha", "", "02"])
def test_part_of_a_word_is_no_name(shipped, name):
    with pytest.raises(UnknownNameError, match="unknown notebook"):
        choose([name])


def test_unknown_name_has_a_suggestion(shipped):
    with pytest.raises(UnknownNameError, match=r"'01_what_count'\. Did you mean '01_what_counts'\?.*notebooks list"):
        choose(["01_what_count"])


def test_copy_keeps_what_was_changed(shipped, tmp_path):
    target = tmp_path / "mine" / "here"
    first = copy_notebooks(target)
    names = ("00_demarrage_rapide.ipynb", "00_quickstart.ipynb", "01_what_counts.ipynb", "findings.toml")
    assert (first.written, first.kept, first.same) == (names, (), ())
    (target / names[1]).write_text("my own work", encoding="utf-8")
    (target / names[0]).unlink()
    second = copy_notebooks(target)
    assert (second.written, second.kept, second.same) == (names[:1], names[1:2], names[2:])
    assert (target / names[1]).read_text(encoding="utf-8") == "my own work"
    third = copy_notebooks(target, force=True)
    assert third.written == names[1:2]
    assert (target / names[1]).read_bytes() == (shipped / names[1]).read_bytes()


def test_folder_that_cannot_be_written(shipped, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(OutputError, match="cannot write"):
        copy_notebooks(tmp_path / "file")


@pytest.mark.parametrize("text", ["", "[]", '{"cells": 3}', '{"worksheets": []}'])
def test_file_that_is_no_notebook(tmp_path, text):
    (tmp_path / "01_x.ipynb").write_text(text, encoding="utf-8")
    with pytest.raises(NotebookError, match=r"01_x\.ipynb: not a notebook file"):
        notebooks(tmp_path)


def test_folder_without_notebooks(tmp_path):
    with pytest.raises(NotebookError, match=r"no notebook \(\.ipynb\) there\. 'sahelkit notebooks copy DIR'"):
        notebooks(tmp_path)
