"""The rooms and the rules between them: what ARCHITECTURE.md says is what stands."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src" / "sahelkit"


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_imports_run_one_way_and_in_no_circle():
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_room_takes_a_private_name_of_another():
    taken = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith("sahelkit."):
                continue
            room, *inner = (node.module or "").split(".")[1:]
            private = [name.name for name in node.names if name.name.startswith("_")]
            private += [part for part in inner if part.startswith("_")]
            if private and room != _room(path):
                taken.append(f"{path.relative_to(PACKAGE)}: {node.module} {', '.join(private)}")
    assert taken == []


def test_architecture_lists_the_rooms_that_stand():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = re.findall(r"^\| `([\w./]+)` \|", text, flags=re.MULTILINE)
    listed = {name.rstrip("/") for name in table}
    stand = {
        path.name.replace("__main__.py", "__main__")
        for path in PACKAGE.iterdir()
        if path.name not in ("__init__.py", "__pycache__", "_share")
        and path.name != "py.typed"
        and path.suffix != ".pyi"
    }
    stand |= {f"models/{path.name}" for path in (PACKAGE / "models").iterdir() if path.is_dir() and path.name[0] != "_"}
    assert listed == stand


def test_no_room_holds_more_than_a_third_of_the_lines():
    lines: dict[str, int] = {}
    for path in PACKAGE.rglob("*.py"):
        lines[_room(path)] = lines.get(_room(path), 0) + len(path.read_text(encoding="utf-8").splitlines())
    largest = max(lines, key=lines.__getitem__)
    assert lines[largest] <= sum(lines.values()) / 3, f"{largest} holds {lines[largest]} of {sum(lines.values())} lines"
