"""What a panel holds: its units, its day of knowledge, and the steps that were added."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Self

import pandas as pd

from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.panels.layers import Step, as_names
from sahelkit.panels.userframe import check_published


@dataclass(frozen=True, repr=False)
class Declared:
    """Units and steps of a panel; see `Panel`."""

    countries: tuple[str, ...]
    start: pd.Period
    end: pd.Period
    freq: str = "M"
    version: str | None = None
    known_on: pd.Timestamp | None = None
    steps: tuple[Step, ...] = ()
    sets: str = ""
    calendar: str = ""

    def __post_init__(self) -> None:
        if self.known_on is not None:
            check_published(self.steps)

    def __getstate__(self) -> dict[str, Any]:
        # What was computed is left out: it can be computed again, and parts of it cannot be pickled.
        return {item.name: getattr(self, item.name) for item in fields(self)}

    def __repr__(self) -> str:
        what = ", ".join(self.columns) or "no columns yet"
        day = f", as of {self.known_on:%Y-%m-%d}" if self.known_on is not None else ""
        return f"Panel({len(self.countries)} states, {self.start} to {self.end}, freq={self.freq!r}{day}: {what})"

    @cached_property
    def _kinds(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for step in self.steps:
            found |= step.kinds(self.version, found)
        return found

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns added so far."""
        return tuple(self._kinds)

    def _with(self, step: Step) -> Self:
        for name in step.kinds(self.version, self._kinds):
            if name in self._kinds:
                raise OptionError("column", name, "the panel has it already", repair="Use a second panel")
        return replace(self, steps=(*self.steps, step))

    @staticmethod
    def _named(given: str | Sequence[str], what: str) -> tuple[str, ...]:
        names = tuple(dict.fromkeys(as_names(given)))
        if not names:
            raise OptionError(what, given, "nothing is named")
        return names

    def _chosen(self, columns: str | Sequence[str], *, counts: bool = False) -> tuple[str, ...]:
        names = self._named(columns, "columns")
        for name in names:
            if name not in self._kinds:
                raise UnknownNameError("panel column", name, self._kinds, repair="Add its source to the panel first")
            if counts and self._kinds[name] != "count":
                usable = ", ".join(key for key, kind in self._kinds.items() if kind == "count") or "none so far"
                raise OptionError("columns", name, f"not a count of events (counts in this panel: {usable})")
        return names
