"""Do tests fail when a formula changes? Small faults are put into a copy of the package, one at a time.

    python tests/mutation/run.py                    # 25 faults over all rooms, the seed of the project
    python tests/mutation/run.py --only models/hawkes --mutants 10 --seed 3
    python tests/mutation/run.py --list             # only show which

Each fault is a flipped comparison, a swapped operator, a constant one off, a negated boolean or a removed ``not``. The
tests that mirror the file are run against it first, then those of its room, slow ones left out. A fault that no test
notices is printed with its place; it ends in a better test, or in equivalents.toml with the reason why nobody could
notice it. This takes long and is no part of the suite: pytest finds only the examples below.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "sahelkit"
EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
SEED, NUMBER = 20120322, 25
# Longer than any of the tests should take on a busy machine; a fault that makes them hang counts as noticed.
SECONDS = 1800

COMPARISONS = {"<": "<=", "<=": "<", ">": ">=", ">=": ">", "==": "!=", "!=": "==", "is": "is not", "is not": "is"}
FLIPS = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
OPERATORS = {"+": "-", "-": "+", "*": "/", "/": "*", "**": "*", "//": "*", "%": "*", "@": "-"}


@dataclass(frozen=True)
class Mutant:
    """One fault: where, and what becomes of the text there."""

    path: str
    place: str
    start: int
    end: int
    before: str
    after: str

    @property
    def name(self) -> str:
        """File, function and change, as equivalents.toml names it."""
        return f"{self.path}::{self.place}: {self.before} -> {self.after}"


def mutants(source: str, path: str = "") -> list[Mutant]:
    """All faults that can be put into a module.

    Examples
    --------
    >>> [(m.before, m.after) for m in mutants("def f(x):\\n    return not x < 3 + y")]
    [('not x < 3 + y', 'x < 3 + y'), ('<', '<='), ('<', '>'), ('+', '-'), ('3', '4'), ('3', '2')]
    """
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    def at(line: int, column: int) -> int:
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode())

    def span(node: ast.AST) -> tuple[int, int]:
        return at(node.lineno, node.col_offset), at(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    out: list[Mutant] = []
    for place, node in _walk(ast.parse(source)):

        def add(begin: int, stop: int, after: str, place: str = place) -> None:
            out.append(Mutant(path, place, begin, stop, source[begin:stop], after))

        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            for left, right in pairwise(sides):
                gap = span(left)[1], span(right)[0]
                found = re.search(r"is not|is\b|[<>=!]=|[<>]", source[slice(*gap)])
                if found:
                    begin, stop = gap[0] + found.start(), gap[0] + found.end()
                    add(begin, stop, COMPARISONS[found.group()])
                    if found.group() in FLIPS:
                        add(begin, stop, FLIPS[found.group()])
        elif isinstance(node, ast.BinOp) and not any(_is_text(side) for side in (node.left, node.right)):
            begin, stop = span(node.left)[1], span(node.right)[0]
            found = re.search(r"\*\*|//|[-+*/%@]", source[begin:stop])
            if found:
                add(begin + found.start(), begin + found.end(), OPERATORS[found.group()])
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
            add(*span(node), source[slice(*span(node.operand))])
        elif isinstance(node, ast.BoolOp):
            words = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
            begin, stop = span(node.values[0])[1], span(node.values[1])[0]
            found = re.search(rf"\b{words[0]}\b", source[begin:stop])
            if found:
                add(begin + found.start(), begin + found.end(), words[1])
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            add(*span(node), str(not node.value))
        elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            for other in (node.value + 1, node.value - 1):
                add(*span(node), repr(other))
    return out


def _is_text(node: ast.AST) -> bool:
    """Whether a side of an operator is text: paths and joined words fail on any other operator, which tells nothing."""
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _walk(node: ast.AST, place: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Nodes that compute, with the function that holds them: no annotations, messages of errors or texts."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Raise | ast.JoinedStr | ast.Import | ast.ImportFrom | ast.Assert):
            continue
        inside = place
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            inside = f"{place}.{child.name}" if place else child.name
            if isinstance(child, ast.FunctionDef):
                parts: list[ast.AST] = [*child.args.defaults, *filter(None, child.args.kw_defaults), *child.body]
            else:
                parts = list(child.body)
            for part in parts:
                yield inside, part
                yield from _walk(part, inside)
            continue
        if isinstance(child, ast.AnnAssign):
            if child.value is not None:
                yield inside, child.value
                yield from _walk(child.value, inside)
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield inside, child
        yield from _walk(child, inside)


def room(path: str) -> str:
    """Folder of a module, of which the tests are the fallback.

    Examples
    --------
    >>> room("models/hawkes/fit.py"), room("dates.py")
    ('models/hawkes', '')
    """
    return path.rpartition("/")[0]


def draw(number: int, seed: int, only: str = "") -> list[Mutant]:
    """Faults drawn at random, the rooms taking turns."""
    rooms: dict[str, list[Mutant]] = defaultdict(list)
    for file in sorted(PACKAGE.rglob("*.py")):
        path = file.relative_to(PACKAGE).as_posix()
        if path.startswith(only) and file.name != "place_index.py":
            rooms[room(path)] += mutants(file.read_text(encoding="utf-8"), path)
    chance = random.Random(seed)
    names = sorted(name for name, found in rooms.items() if found)
    out: list[Mutant] = []
    while len(out) < number and names:
        turn = names.copy()
        chance.shuffle(turn)
        for name in turn[: number - len(out)]:
            out.append(rooms[name].pop(chance.randrange(len(rooms[name]))))
        names = [name for name in names if rooms[name]]
    return out


def tests_of(path: str) -> list[list[str]]:
    """Tests to run against a module: those that bear its name, then those of its room.

    Examples
    --------
    >>> tests_of("models/hawkes/fit.py")[0]
    ['tests/models/hawkes/test_fit.py', 'src/sahelkit/models/hawkes/fit.py']
    >>> "tests/models/hawkes/test_bound.py" in tests_of("models/hawkes/fit.py")[1]
    True
    """
    *folders, file = path.removesuffix(".py").split("/")
    stem = file.strip("_")
    top = ROOT.joinpath("tests", *folders)
    near = sorted(str(p.relative_to(ROOT)) for name in {stem, f"{stem}s"} for p in top.glob(f"test_{name}.py"))
    wide = sorted(str(p.relative_to(ROOT)) for p in top.glob("test_*.py"))
    if folders and not wide:
        wide = [str(Path("tests", folders[0]))]
    tiers = [[*near, f"src/sahelkit/{path}"], [name for name in wide if name not in near and "test_checks" not in name]]
    return [tier for tier in tiers if tier]


@cache
def _passes(tree: Path, tests: tuple[str, ...], state: str) -> bool:
    """Whether tests pass; `state` names the fault that is there, so that each is tried once."""
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    env = {**os.environ, "PYTHONPATH": str(tree / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    for threads in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
        env.setdefault(threads, "1")
    try:
        done = subprocess.run(command, cwd=tree, env=env, capture_output=True, timeout=SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode in (0, 5)  # 5: no test there


def verdict(mutant: Mutant, tree: Path) -> str:
    """``killed``, ``survived``, or ``no verdict`` where the tests fail without the fault too."""
    file = tree / "src" / "sahelkit" / mutant.path
    whole = file.read_text(encoding="utf-8")
    for tests in tests_of(mutant.path):
        if not _passes(tree, tuple(tests), ""):
            return f"no verdict: {' '.join(tests)} fail as they are"
        file.write_text(whole[: mutant.start] + mutant.after + whole[mutant.end :], encoding="utf-8")
        try:
            noticed = not _passes(tree, tuple(tests), mutant.name)
        finally:
            file.write_text(whole, encoding="utf-8")
        if noticed:
            return "killed"
    return "survived"


def shown(mutant: Mutant) -> str:
    """The changed lines."""
    whole = (PACKAGE / mutant.path).read_text(encoding="utf-8")
    changed = whole[: mutant.start] + mutant.after + whole[mutant.end :]
    lines = difflib.unified_diff(whole.splitlines(), changed.splitlines(), lineterm="", n=0)
    return "\n".join(line for line in lines if not line.startswith(("---", "+++")))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run; the exit code is 1 where a fault survived that equivalents.toml does not name."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mutants", type=int, default=NUMBER)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--only", default="", help="beginning of the path below src/sahelkit")
    parser.add_argument("--list", action="store_true")
    given = parser.parse_args(arguments)
    equivalent = {entry["mutant"]: entry["reason"] for entry in tomllib.loads(EQUIVALENTS.read_text("utf-8"))["entry"]}
    chosen = draw(given.mutants, given.seed, given.only)
    count: dict[str, int] = defaultdict(int)
    with tempfile.TemporaryDirectory(prefix="sahelkit-mutants-") as name:
        tree = Path(name)
        if not given.list:
            for part in ("src", "tests", "datasets", "notebooks", "pyproject.toml", "README.md", "CHANGELOG.md"):
                copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
                copy(ROOT / part, tree / part)
        for at, mutant in enumerate(chosen, 1):
            said = "listed" if given.list else verdict(mutant, tree)
            if said == "survived" and mutant.name in equivalent:
                said = f"equivalent: {equivalent[mutant.name]}"
            count[said.partition(":")[0]] += 1
            print(f"{at}. {said}\n   {mutant.name}\n{shown(mutant)}\n", flush=True)
    print(", ".join(f"{number} {said}" for said, number in count.items()))
    return int(bool(count["survived"] or count["no verdict"]))


if __name__ == "__main__":
    raise SystemExit(main())
