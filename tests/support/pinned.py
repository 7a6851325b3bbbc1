"""Files that the project may not redistribute: from a folder, or fetched through the store by address and sha256."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

from sahelkit.catalog import sources
from sahelkit.errors import SahelkitError
from sahelkit.store import settings
from sahelkit.store.obtain import Wanted, obtain
from sahelkit.store.upstream import wanted_source

SWITCH = "SAHELKIT_TEST_FETCH"
REFERENCES = Path(__file__).parents[1] / "references.toml"


class Folder:
    """A folder of which files may lack: ``folder / "its/sicily.csv"`` skips the test that wants such a file."""

    def __init__(self, path: Path, lacking: dict[str, str] | None = None) -> None:
        self.path, self.lacking = path, lacking or {}

    def __truediv__(self, name: str) -> Path:
        path = self.path / name
        if not path.exists():
            pytest.skip(f"{name}: {self.lacking.get(name, f'not in {self.path}')}")
        return path

    def __str__(self) -> str:
        return str(self.path)


def folder(variable: str, wanted: Iterable[Wanted], below: str) -> Folder:
    """The folder that `variable` names, or, with SAHELKIT_TEST_FETCH=1, that of the cache, filled through the store."""
    named = os.environ.get(variable, "")
    if named:
        assert Path(named).is_dir(), f"{variable}={named} is not a folder"
        return Folder(Path(named))
    if os.environ.get(SWITCH, "") != "1":
        pytest.skip(f"needs files that the project may not redistribute: {SWITCH}=1 fetches them ({variable})")
    return fetched(wanted, settings.cache_root() / below)


def fetched(wanted: Iterable[Wanted], path: Path) -> Folder:
    """A folder of the cache, filled through the store; what could not be had is noted, with the reason."""
    lacking: dict[str, str] = {}
    silent: set[str] = set()
    for item in wanted:
        try:
            obtain(item, progress=False, silent=silent)
        except SahelkitError as error:
            lacking[item.target.relative_to(path).as_posix()] = str(error)
    return Folder(path, lacking)


def upstream_files() -> list[Wanted]:
    """What datasets/*/sources.toml pin."""
    return [wanted_source(name) for name in sources()]


def reference_files(pins: Path = REFERENCES) -> list[Wanted]:
    """What tests/references.toml pins."""
    root = settings.cache_root() / "references"
    return [
        Wanted(name, pin["sha256"], root / name, (f"references/{name}",), last=(pin["url"],) if pin["url"] else ())
        for name, pin in tomllib.loads(pins.read_text(encoding="utf-8"))["files"].items()
    ]


def reference_values() -> dict[str, dict]:
    """Published numbers by their name."""
    return tomllib.loads(REFERENCES.read_text(encoding="utf-8"))["values"]
