from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import yaml

import sahelkit
from sahelkit.catalog import records, source
from sahelkit.catalog.cff import citation_cff, upstream

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def citation() -> dict:
    return yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))


def test_the_file_is_up_to_date():
    again = "Type: python -m sahelkit.catalog.cff > CITATION.cff"
    assert (ROOT / "CITATION.cff").read_text(encoding="utf-8") == citation_cff(), again


def test_version_is_that_of_the_package(citation):
    assert citation["version"] == sahelkit.__version__


def test_every_work_behind_the_bundled_tables_is_a_reference(citation):
    used = {key for item in records().values() for name in item.sources for key in source(name).references}
    assert used <= {work.key for work in upstream()}
    assert len(citation["references"]) == len(upstream())


def test_references_keep_names_titles_and_dois(citation):
    for entry, work in zip(citation["references"], upstream(), strict=True):
        assert (entry["title"], entry.get("doi", ""), entry.get("year")) == (work.title, work.doi, work.year)
        names = [
            person.get("name")
            or " ".join(filter(None, (person.get("name-particle"), person["family-names"])))
            + ", "
            + person["given-names"]
            for person in entry["authors"]
        ]
        assert names == [name.strip("{}") for name in work.authors]


@pytest.mark.install
def test_file_is_valid_by_the_official_schema(citation, tmp_path):
    # cffconvert ships the schema, but wants a jsonschema that JupyterLab cannot live with: it is unpacked apart.
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(tmp_path)]
    done = subprocess.run([*command, "cffconvert==2.0.0"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    path = tmp_path / "cffconvert" / "schemas" / "1.2.0" / "schema.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    checker = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in checker.iter_errors(citation)] == []
    assert next(checker.iter_errors({**citation, "references": [{"type": "song"}]}), None) is not None
