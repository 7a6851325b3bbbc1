"""What pyproject.toml, the README and the citation file promise agrees with one another."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import sahelkit

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _bounds() -> dict[str, str]:
    pairs = (re.fullmatch(r"([a-z-]+)>=([0-9.]+)(?:; .+)?", text) for text in PROJECT["dependencies"])
    return {match.group(1): match.group(2) for match in pairs if match}


def test_every_dependency_has_a_lower_bound_and_no_cap():
    assert len(_bounds()) == len(PROJECT["dependencies"])
    extras = PROJECT["optional-dependencies"].values()
    everything = [*PROJECT["dependencies"], *(text for extra in extras for text in extra)]
    assert [text for text in everything if "<" in text or "==" in text] == []


def test_oldest_set_is_the_lower_bounds():
    lines = (ROOT / "tests/packaging/oldest.txt").read_text().splitlines()
    pinned = dict(line.split("==") for line in lines if "==" in line)
    for name, bound in _bounds().items():
        version = [int(part) for part in pinned[name].split(".")]
        lowest = [int(part) for part in bound.split(".")]
        assert version == lowest + [0] * (len(version) - len(lowest)), name


def test_readme_gives_the_two_commands():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert 'python -m pip install ".[lab]" && sahelkit reproduce' in readme
    assert re.search(r"<!-- test command -->\n```\w*\npython -m pip install .*pytest.*\n```", readme)


def test_versions_agree():
    cff = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"\nversion: {sahelkit.__version__}\n" in cff
    assert f"## {sahelkit.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_extras_named_in_the_docs_exist():
    assert {"lab", "scale", "build", "test"} <= set(PROJECT["optional-dependencies"])
