"""What type checkers say of a script that uses the package: nothing where it is right, an error in each wrong line."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

RIGHT = """
import pandas as pd
import sahelkit as sk
from sahelkit.models.hazard import HazardFit
from sahelkit.plots import plot_north
from sahelkit.record import capture_lags

coups = sk.load_coups(countries="focus", rule="powell_thyne", start=1960)
panel = sk.panel("west_africa", "1990-01", "2025-12", freq="M").add_coups(rule="powell_thyne").add_conflict()
fit: HazardFit = sk.fit_hazard("attempt ~ z", panel, link="cloglog")
table: pd.DataFrame = fit.tidy()
text: str = fit.summary(lang="fr")
fit.says()
fit.plot(lang=None)
sk.models.impact.event_window
sk.plots.coups.plot_coup_timeline(coups, countries=["MLI"], lang="en")
sk.places.name("MLI", lang="fr")
codes = pd.Series([466, 854])
states: pd.Series = sk.places.translate(codes, system="iso_numeric", errors="coerce")
failures: pd.DataFrame = sk.places.translate(codes, system="iso_numeric", errors="report").failures
panel.add_spells(table, measure=("share", "count"), closed="left").lead("attempt", months=1).with_calendar()
sk.record.responses.severity
sk.cite(coups, style="bibtex")
risk = sk.risk_table("2012-02-29", horizon=12)
"""

WRONG = [
    'sk.load_coups(countrys="focus")',
    "sk.nonsense()",
    "sk.models.nonsense",
    "sk.plots.coups.nonsense",
    "sk.record.captures_lag",
    "from sahelkit import load_coop",
    "from sahelkit.plots import plot_south",
    'sk.panel("west_africa", "1990-01", "2025-12", freq="W")',
    'sk.fit_hazard("attempt ~ z", panel, link="identity")',
    'sk.fit_hazard("attempt ~ z", panel, repeats="drop")',
    'sk.fit_hazard("attempt ~ z", panel).summary("fr")',
    'sk.fit_hazard("attempt ~ z", panel).summary(lang="de")',
    "sk.load_coups(rule=1960)",
    'sk.places.name("MLI", lang="de")',
    'sk.places.translate(codes, system="iso_numeric", errors="ignore")',
    'panel.add_spells(table, measure="mean")',
    'sk.finding("x", 1)',
]


def _script(folder: Path) -> dict[int, str]:
    """Write the script; the wrong lines by their numbers."""
    right = RIGHT.strip().splitlines()
    (folder / "script.py").write_text("\n".join([*right, *WRONG, ""]), encoding="utf-8")
    return {len(right) + 1 + place: line for place, line in enumerate(WRONG)}


def _mypy(folder: Path) -> set[int]:
    # The settings and the cache of the package's own check: what it has read once is not read again.
    command = [sys.executable, "-m", "mypy", "--config-file", "pyproject.toml", "--no-error-summary"]
    environment = os.environ | {"MYPYPATH": "src"}
    done = subprocess.run(
        [*command, str(folder / "script.py")], cwd=ROOT, capture_output=True, text=True, check=False, env=environment
    )
    found = {int(line) for line in re.findall(r"script\.py:(\d+): error", done.stdout)}
    assert found, done.stdout + done.stderr
    return found


def _pyright(folder: Path) -> set[int]:
    pytest.importorskip("pyright")
    settings = {"extraPaths": [str(ROOT / "src")], "include": ["script.py"], "reportMissingModuleSource": "none"}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "pyright",
        "--outputjson",
        "--project",
        str(folder),
        "--pythonpath",
        sys.executable,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    try:
        said = json.loads(done.stdout)["generalDiagnostics"]
    except (ValueError, KeyError):
        pytest.skip(f"pyright does not start; it needs node, or a network to fetch it: {done.stderr[-300:]}")
    return {item["range"]["start"]["line"] + 1 for item in said if item["severity"] == "error"}


@pytest.mark.parametrize("check", [_mypy, _pyright], ids=["mypy", "pyright"])
def test_right_lines_pass_and_each_wrong_line_is_an_error(check, tmp_path):
    wrong = _script(tmp_path)
    found = check(tmp_path)
    assert {wrong[line] for line in wrong.keys() - found} == set(), "wrong, and not seen"
    assert found - wrong.keys() == set(), "right, and called an error"
