"""Models: numbers in, frozen results out. No file is read here."""

from __future__ import annotations

from typing import Any

from sahelkit._deprecated import old_name


def __getattr__(name: str) -> Any:
    return old_name(__name__, name)
