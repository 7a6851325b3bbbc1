"""The page on event files says what happens."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

from sahelkit.events.layouts import LAYOUTS, SYSTEMS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "events.md"


def test_the_examples_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    failed, run = doctest.testfile(str(PAGE), module_relative=False, optionflags=flags, encoding="utf-8")
    assert run > 10
    assert not failed


def test_the_table_holds_every_layout_and_every_system_of_codes():
    text = PAGE.read_text(encoding="utf-8")
    assert re.findall(r'^\| `"(\w+)"`', text, flags=re.MULTILINE) == list(LAYOUTS)
    assert all(f"`{system}`" in text for system in SYSTEMS)
