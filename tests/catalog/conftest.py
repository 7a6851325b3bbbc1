"""A datasets folder of the test's own."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sahelkit.catalog import clear_caches, locate


@pytest.fixture
def own_datasets(tmp_path, monkeypatch) -> Path:
    """Copy of the datasets folder, which the package takes for its own during the test."""
    folder = tmp_path / "datasets"
    shutil.copytree(locate.datasets_dir(), folder, ignore=shutil.ignore_patterns("__pycache__", "*.part"))
    monkeypatch.setattr(locate, "datasets_dir", lambda: folder)
    clear_caches()
    yield folder
    clear_caches()
