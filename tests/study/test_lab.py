"""JupyterLab started in a folder, with this Python as its kernel."""

from __future__ import annotations

import json
import sys

import pytest

from sahelkit.errors import MissingExtraError
from sahelkit.study import kernel, lab

FAKE = """import json, os, pathlib, sys
first = os.environ["JUPYTER_PATH"].split(os.pathsep)
spec = json.loads((pathlib.Path(first[0]) / "kernels" / "python3" / "kernel.json").read_text())
told = {"argv": sys.argv[1:], "cwd": os.getcwd(), "kernel": spec["argv"][0], "rest": first[1:]}
pathlib.Path("told.json").write_text(json.dumps(told))
sys.exit(5)
"""


def test_lab_runs_in_the_folder_with_this_python(tmp_path, monkeypatch):
    package = tmp_path / "path" / "jupyterlab"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "__main__.py").write_text(FAKE, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(package.parent))
    monkeypatch.setenv("JUPYTER_PATH", "/elsewhere")
    folder = tmp_path / "books"
    folder.mkdir()
    assert lab.start_lab(folder, ["--no-browser", "--port=9"]) == 5
    assert json.loads((folder / "told.json").read_text(encoding="utf-8")) == {
        "argv": ["--no-browser", "--port=9"],
        "cwd": str(folder),
        "kernel": sys.executable,
        "rest": ["/elsewhere"],
    }


def test_missing_packages_are_told_with_the_command(monkeypatch):
    monkeypatch.setattr(lab, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"sahelkit lab needs jupyterlab.*pip install 'sahelkit\[lab\]'"):
        lab.need_jupyterlab()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "nbclient" else object())
    with pytest.raises(MissingExtraError, match=r"sahelkit reproduce needs nbclient.*pip install 'sahelkit\[lab\]'"):
        kernel.need_lab("sahelkit reproduce")


def test_long_scratch_paths_do_without_local_sockets(tmp_path):
    assert kernel.kernel_manager(tmp_path / ("x" * 90)).transport == "tcp"
