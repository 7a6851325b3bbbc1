"""What `import sahelkit as sk` shows: the same names at run time, to type checkers, in docs/api.md and in notebooks."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest

import sahelkit

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"
STUBS = sorted((SOURCE / "sahelkit").rglob("__init__.pyi"))
ROOMS = [".".join(stub.parent.relative_to(SOURCE).parts) for stub in STUBS]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize(("room", "stub"), list(zip(ROOMS, STUBS, strict=True)), ids=ROOMS)
def test_every_name_of_a_room_exists(room, stub):
    opened = importlib.import_module(room)
    for node in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ImportFrom):
            home = importlib.import_module(f"{room}.{node.module}" if node.module else room)
            for alias in node.names:
                # `as` says to type checkers that the name is handed on.
                assert alias.asname == alias.name
                assert getattr(opened, alias.name) is getattr(home, alias.name)
                assert alias.name in dir(opened)


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_shows_no_module_of_its_own_where_it_promises_a_function(room):
    opened = importlib.import_module(room)
    for name in opened.__all__:
        if (Path(opened.__file__).parent / f"{name}.py").exists() and not isinstance(getattr(opened, name), ModuleType):
            importlib.import_module(f"{room}.{name}")
            assert not isinstance(getattr(opened, name), ModuleType)


@pytest.mark.parametrize(
    "name",
    [
        "models.impact.synthetic_control",
        "plots.coups.plot_coup_timeline",
        "plots.plot_north",
        "models.hazard.fit_hazard",
        "record.capture_lags",
        "record.group_reach",
        "record.responses.severity",
        "places.name",
        "geography.places",
        "evaluate.backtest",
    ],
)
def test_names_are_there_in_a_fresh_session(name):
    code = f"import sahelkit as sk; print(callable(sk.{name}) or sk.{name}.__name__)"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split()[0] in ("True", "sahelkit.geography.places")


def test_about_50_names_are_at_the_top():
    rooms = {name for name in sahelkit.__all__ if isinstance(getattr(sahelkit, name), ModuleType)}
    assert 40 <= len(set(sahelkit.__all__) - rooms) <= 56


def test_the_page_of_names_has_a_line_for_each():
    rows = re.findall(r"^\| `(\w+)` \| .+ \|$", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(sahelkit.__all__)


@cache
def _code(notebook: Path) -> ast.Module:
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return ast.parse("\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_import_from_rooms_what_rooms_promise(notebook):
    for node in ast.walk(_code(notebook)):
        if isinstance(node, ast.ImportFrom) and node.module.startswith("sahelkit"):
            assert node.module in {*ROOMS, "sahelkit.exposure"}, node.module
            missing = {alias.name for alias in node.names} - set(importlib.import_module(node.module).__all__)
            assert not missing, (node.module, missing)
        elif isinstance(node, ast.Import):
            assert all(alias.name == "sahelkit" for alias in node.names if alias.name.startswith("sahelkit"))


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_reach_public_names_only(notebook):
    for node in ast.walk(_code(notebook)):
        path = []
        while isinstance(node, ast.Attribute):
            path.append(node.attr)
            node = node.value
        if path and isinstance(node, ast.Name) and node.id == "sk":
            place = sahelkit
            for name in reversed(path):
                if not isinstance(place, ModuleType):
                    break
                assert name in getattr(place, "__all__", ()), (place.__name__, name)
                place = getattr(place, name)
