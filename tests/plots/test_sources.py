"""Source lines take versions from the frames: none stands in the code, and a frame of the user's says so."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import sahelkit as sk
from sahelkit.record.captures import capture_lags

PACKAGE = Path(sk.__file__).parent
WINDOW = {"coup": "2012-03-22", "start": "2012-01-16", "end": "2012-04-30"}
# Versions of this package's data and of UCDP; an example of one, for people who type it, is none.
VERSION = re.compile(r"\b20\d\d\.\d+\b(?!-)|UCDP \d")


def _texts(tree):
    """Texts of the code, docstrings aside."""
    said = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node


def test_no_version_stands_in_the_code():
    found = [
        f"{path.relative_to(PACKAGE)}:{node.lineno}: {node.value}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in _texts(ast.parse(path.read_text(encoding="utf-8")))
        if VERSION.search(node.value) and "such as" not in node.value
    ]
    assert found == []


def test_a_result_carries_the_version_of_its_frame():
    events = sk.load_crisis(countries="MLI")
    found = capture_lags(events, **WINDOW)
    version = events.attrs["sahelkit"]["datasets"]["crisis"]
    assert found.origin == f"sahelkit crisis {version}"
    assert found.plot().get_supxlabel().startswith(f"Source: sahelkit crisis {version}.  n = 11")
    older = events.copy()
    older.attrs = {"sahelkit": {"datasets": {"crisis": "1999.1"}}}
    assert "crisis 1999.1" in capture_lags(older, **WINDOW).plot().get_supxlabel()


def test_a_frame_of_the_users_says_so():
    mine = sk.load_crisis(countries="MLI")
    mine.attrs = {}
    found = capture_lags(mine, **WINDOW)
    assert found.plot().get_supxlabel().startswith("Source: user's data.  n = 11")
    assert found.plot(lang="fr").get_supxlabel().startswith("Source : données de l’utilisateur.  n = 11")
    assert found.plot(source="a field diary").get_supxlabel().startswith("Source: a field diary.")
