"""``sahelkit lab``: what goes to JupyterLab, and in which order."""

from __future__ import annotations

import pytest

from sahelkit._commands import notebooks
from sahelkit.cli import run
from sahelkit.study import lab, library


@pytest.mark.parametrize(
    ("typed", "folder", "options"),
    [
        (["--port", "8899"], "sahelkit-notebooks", ["--port", "8899"]),
        (["--no-browser", "--port", "8899"], "sahelkit-notebooks", ["--no-browser", "--port", "8899"]),
        (["mine", "--port", "8899"], "mine", ["--port", "8899"]),
    ],
)
def test_options_of_jupyterlab_keep_their_order(typed, folder, options, monkeypatch):
    started = []
    monkeypatch.setattr(lab, "need_jupyterlab", lambda: None)
    monkeypatch.setattr(library, "copy_notebooks", lambda to: to)
    monkeypatch.setattr(notebooks, "say_copied", lambda copied: None)
    monkeypatch.setattr(lab, "start_lab", lambda to, given: started.append((str(to), given)) or 0)
    assert run(["lab", *typed]) == 0
    assert started == [(folder, options)]
