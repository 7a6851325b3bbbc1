"""Toy notebooks, and one run of the real command over a folder that holds every kind of outcome."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from sahelkit.catalog import locate


def _write_notebook(folder: Path, name: str, *cells: str, **words: str) -> Path:
    """A notebook of `cells`; those that begin with ``# `` and a capital are text."""
    made = []
    for number, source in enumerate(cells):
        text = source.startswith("# ")
        cell = {"cell_type": "markdown" if text else "code", "id": f"c{number}", "metadata": {}, "source": source}
        made.append(cell if text else {**cell, "outputs": [], "execution_count": None})
    # A kernel of that name exists nowhere: notebooks must run all the same.
    kernel = {"name": "no-such-kernel", "display_name": "None", "language": "julia"}
    raw = {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel, "sahelkit": words}, "cells": made}
    path = folder / f"{name}.ipynb"
    path.write_text(json.dumps(raw), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def write_notebook():
    """The function that writes a toy notebook: folder, name, cells, and words of its metadata."""
    return _write_notebook


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """A folder that stands in for the notebooks of the installation."""
    folder = tmp_path / "shipped"
    folder.mkdir()
    _write_notebook(folder, "00_quickstart", "# Five lines\n\nWhich coups were there in Mali?", "1 + 1")
    _write_notebook(folder, "00_demarrage_rapide", "# Cinq lignes\n\nQuels coups d’État ?", "1 + 1", lang="fr")
    _write_notebook(folder, "01_what_counts", "# What counts\n\n**Question.** How *many* [coups](x.md)?", "1 + 1")
    (folder / "findings.toml").write_text("# Expected.\n", encoding="utf-8")
    monkeypatch.setattr(locate, "notebooks_dir", lambda: folder)
    return folder


@dataclass(frozen=True)
class Ran:
    """A finished run of the command."""

    code: int
    stdout: str
    stderr: str
    out: Path

    def page(self, name: str) -> str:
        return (self.out / name).read_text(encoding="utf-8")

    @property
    def results(self) -> dict[str, dict]:
        """Notebooks of results.json by name."""
        return {item["name"]: item for item in json.loads(self.page("results.json"))["notebooks"]}


GOOD = """from sahelkit.study import effort, finding, show
import os, sys
finding("attempts", 8, text_en="Attempts in Mali", text_fr="Tentatives au Mali", unit="attempts", n=66)
finding("share", 5 / 8, text_en="Share that succeeded <i>", interval=(0.3, 0.86))
finding("unknown", None)
finding("effort", effort())
finding("python", sys.executable)
finding("threads", os.environ["OMP_NUM_THREADS"])
finding("folder", os.getcwd())
finding("files", len(os.listdir()))"""

FIGURES = """import matplotlib.pyplot as plt
figure, axes = plt.subplots(figsize=(3, 2))
axes.plot([1, 2])
show(axes, caption_en="One line & no more.", caption_fr="Une ligne, sans plus.")
plt.figure(figsize=(2, 2)); plt.plot([2, 1]); plt.show()"""

EXPECTED = """
[01_good.attempts]
value = 8
[01_good.share]
value = 0.6
tolerance = 0.03
[01_good.unknown]
na = true
[01_good.effort]
value = "quick"
[01_good.effort.full]
value = "full"
[01_good.threads]
value = "1"
[01_good.files]
value = 0
[02_differs.rate]
value = 0.5
rtol = 0.01
[02_differs.gone]
value = 1
[03_stops.before]
value = true
[03_stops.after]
value = 2
"""


@pytest.fixture(scope="session")
def mixed(tmp_path_factory) -> Ran:
    """`sahelkit reproduce` over notebooks that agree, differ, stop, die and repeat themselves."""
    folder = tmp_path_factory.mktemp("mixed")
    _write_notebook(folder, "01_good", "# All is well\n\nWhat is asked?", GOOD, "# Figures\n\n## The line", FIGURES)
    _write_notebook(
        folder,
        "02_differs",
        "from sahelkit.study import finding",
        "finding('rate', 0.51, text_en='A rate', text_fr='Un taux')\nfinding('extra', 1)",
        "finding('rate', 0.5)",
        lang="fr",
        title="Rien ne va",
    )
    _write_notebook(
        folder,
        "03_stops",
        "from sahelkit.study import finding\nfinding('before', True)",
        "# Text between",
        "def inverse(x):\n    return 1 / x\n\n\n[inverse(x) for x in (1, 0)]",
        "finding('after', 2)",
    )
    _write_notebook(folder, "04_dies", "import os\nos._exit(3)")
    (folder / "findings.toml").write_text(EXPECTED, encoding="utf-8")
    kernels = tmp_path_factory.mktemp("jupyter")
    (kernels / "kernels" / "python3").mkdir(parents=True)
    bad = {"argv": ["/bin/false"], "display_name": "shadow", "language": "python"}
    (kernels / "kernels" / "python3" / "kernel.json").write_text(json.dumps(bad), encoding="utf-8")
    out = tmp_path_factory.mktemp("results") / "made" / "here"
    # Settings that a user may have, and that must not reach the notebooks.
    env = {**os.environ, "JUPYTER_PATH": str(kernels), "MPLBACKEND": "svg", "OMP_NUM_THREADS": "7"}
    arguments = ["reproduce", "--notebooks", str(folder), "--out", str(out), "--jobs", "2"]
    command = [sys.executable, "-m", "sahelkit", *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, encoding="utf-8", timeout=120, check=False)
    return Ran(done.returncode, done.stdout, done.stderr, out)
