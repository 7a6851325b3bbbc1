"""JupyterLab on a folder of notebooks, with this Python as its kernel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from sahelkit.errors import MissingExtraError
from sahelkit.study.kernel import ARGV


def need_jupyterlab() -> None:
    """Raise `MissingExtraError` unless JupyterLab and the Python kernel are installed."""
    for package in ("jupyterlab", "ipykernel"):
        if find_spec(package) is None:
            raise MissingExtraError("sahelkit lab", "lab", package)


def start_lab(folder: Path, options: Sequence[str] = ()) -> int:
    """Start JupyterLab in `folder` and wait until it ends; return its exit code."""
    with tempfile.TemporaryDirectory(prefix="sahelkit-lab-") as scratch:
        # The kernel called "python3" must be this Python; another one of that name may lie in the user's folder.
        spec = Path(scratch) / "kernels" / "python3"
        spec.mkdir(parents=True)
        kernel = {"argv": ARGV, "display_name": "Python 3 (sahelkit)", "language": "python"}
        (spec / "kernel.json").write_text(json.dumps(kernel), encoding="utf-8")
        paths = os.pathsep.join(filter(None, [scratch, os.environ.get("JUPYTER_PATH", "")]))
        command = [sys.executable, "-m", "jupyterlab", *options]
        server = subprocess.Popen(command, cwd=folder, env={**os.environ, "JUPYTER_PATH": paths})
        try:
            return server.wait()
        except KeyboardInterrupt:
            # Ctrl-C reaches the server too, which asks whether to stop; leave that talk to it.
            return _wait_until_answered(server)


def _wait_until_answered(server: subprocess.Popen[bytes]) -> int:
    while True:
        try:
            return server.wait()
        except KeyboardInterrupt:
            continue
