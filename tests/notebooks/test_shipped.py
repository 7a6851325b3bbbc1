"""The notebooks that users get: light, without outputs, and they run to their recorded numbers."""

from __future__ import annotations

import ast
import json
import tomllib

import pytest

from sahelkit.catalog.locate import notebooks_dir
from sahelkit.study import reproduce

SHIPPED = sorted(notebooks_dir().glob("*.ipynb"))
MAX_BYTES = 60_000
HEADINGS = {
    "en": ("**Question.**", "**Data.**", "**Method.**", "## What this does not show", "## What to change"),
    "fr": ("**Question.**", "**Données.**", "**Méthode.**", "## Ce que cela ne montre pas", "## Que changer"),
}
LONGEST_FUNCTION = 12  # a longer one belongs into the package, where it is tested


def _cells(path, kind):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == kind]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_notebook_is_light_and_has_no_outputs(path):
    assert path.stat().st_size < MAX_BYTES
    for cell in _cells(path, "code"):
        assert cell["outputs"] == []
        assert cell["execution_count"] is None


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_notebook_says_what_it_is(path):
    said = json.loads(path.read_text(encoding="utf-8"))["metadata"]["sahelkit"]
    assert set(said) == {"title", "lang", "answers"}
    assert said["lang"] in ("en", "fr")


@pytest.mark.parametrize("path", [p for p in SHIPPED if not p.stem.startswith("00")], ids=lambda p: p.stem)
def test_notebook_says_what_it_does_not_show_and_what_to_change(path):
    prose = "\n".join("".join(cell["source"]) for cell in _cells(path, "markdown"))
    lang = json.loads(path.read_text(encoding="utf-8"))["metadata"]["sahelkit"]["lang"]
    for heading in HEADINGS[lang]:
        assert heading in prose


@pytest.mark.parametrize("path", SHIPPED, ids=lambda p: p.stem)
def test_notebook_holds_calls_not_machinery(path):
    for cell in _cells(path, "code"):
        for node in ast.walk(ast.parse("".join(cell["source"]))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                assert node.end_lineno - node.lineno < LONGEST_FUNCTION, node.name


def test_every_recorded_finding_belongs_to_a_notebook():
    recorded = tomllib.loads((notebooks_dir() / "findings.toml").read_text(encoding="utf-8"))
    assert set(recorded) == {path.stem for path in SHIPPED}


def test_all_notebooks_reproduce_their_numbers(tmp_path):
    result = reproduce(out=tmp_path / "out", effort="quick", n_jobs=2)
    assert {run.notebook.name: run.failure for run in result.runs if run.failure} == {}
    assert [check for check in result.checks if check.status != "same"] == []
    assert (tmp_path / "out" / "index.html").stat().st_size > 10_000
