"""What a pass over a source finds: states instead of codes, days that can be read, and what was left out."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from sahelkit._types import Days
from sahelkit.dates import YEARS
from sahelkit.errors import RefusedRowsWarning
from sahelkit.events.canonical import COORDINATES, formats_of
from sahelkit.events.extent import Extent, Window, as_days, extent_of_groups, quick_extent, window_of
from sahelkit.events.meaning import Meanings, cuts_of
from sahelkit.events.passing import Pass, first_formats, grouped
from sahelkit.events.polygons import Polygons
from sahelkit.events.reading import Source
from sahelkit.events.rules import ORDER, Rules
from sahelkit.events.tally import (
    NEVER_LATE,
    PER_YEAR,
    UNITS,
    Groups,
    labelled,
    located,
    numbers,
    shared,
    since,
    states_of,
)


@dataclass(frozen=True, eq=False)
class Grouping:
    """A source and its rules, with what is known of it since the first pass.

    Attributes
    ----------
    source : Source
    rules : Rules
    """

    source: Source
    rules: Rules
    _told: set[str] = field(default_factory=set, init=False)
    _found: dict[str, Any] = field(default_factory=dict, init=False)

    @cached_property
    def meanings(self) -> Meanings:
        """What the codes of places mean."""
        system = self.source.layout.places[0][1]
        return Meanings(system, cuts_of(system))

    @property
    def _formats(self) -> tuple[str, ...]:
        if "formats" not in self._found:
            self._found["formats"] = first_formats(self.source)
        return self._found["formats"]  # type: ignore[no-any-return]

    @property
    def _extent(self) -> Extent | None:
        if "extent" not in self._found:
            found = quick_extent(self.source, self._formats)
            if found is None:
                return None
            self._found["extent"] = found
        return self._found["extent"]  # type: ignore[no-any-return]

    def any_state(self, code: Any) -> bool:
        """Whether a code of a place is that of a state in some era."""
        eras = range(len(self.meanings.cuts) + 1)
        return any(self.meanings.iso3(code, era) is not None for era in eras)

    def _window(self, extent: Extent) -> Window:
        return window_of(extent, self.meanings, self.source.layout.begins, self.rules.coverage)

    def codes(self) -> list[Any]:
        """Codes of places as the source writes them."""
        extent = self._extent
        if extent is not None:
            return list(extent.years)
        return list(dict.fromkeys(grouped(self.source, Pass(keys=("code",)))["code"].to_pylist()))

    def groups(
        self,
        keys: Sequence[str],
        unit: str,
        sums: tuple[str, ...],
        wanted: list[str] | None,
        polygons: Polygons | None = None,
        *,
        spans: bool = True,
    ) -> tuple[Groups, dict[str, int], Window]:
        """What one pass finds, with states instead of codes, without what cannot be placed."""
        extent, meanings, layout = self._extent, self.meanings, self.source.layout
        codes = None
        if extent is not None:
            alive = [code for code in extent.years if meanings.cuts and _varies(meanings, code)]
            meanings = meanings if alive else Meanings(meanings.system, ())
            if wanted is not None:
                codes = tuple(code for code in extent.years if meanings.any_of(code, wanted))
        plain = tuple(name for name in keys if name not in (*UNITS, "iso3", "polygon"))
        ask = Pass(
            keys=("code", *plain, *(COORDINATES if "polygon" in keys else ())),
            unit=unit,
            values=sums,
            codes=codes,
            keep=self._keep(),
            cuts=meanings.cuts,
            spans=bool(spans and layout.last and self.rules.span != "first"),
            extent=extent is None,
            late="published" if "published" in layout.columns else "last" if layout.last else "",
            formats=self._formats,
        )
        table = grouped(self.source, ask)
        if len(ask.formats) < len(formats_of(layout)) and table["when"].null_count:
            self._found["formats"] = formats_of(layout)
            self._found.pop("extent", None)
            return self.groups(keys, unit, sums, wanted, polygons, spans=spans)
        if extent is None:
            extent = self._found["extent"] = extent_of_groups(table)
        window = self._window(extent)
        state, found = states_of(table, meanings)
        n = numbers(table["n"])
        when = table["when"].fill_null(0).to_numpy().astype(np.int64)
        dated = (when >= YEARS[0] * PER_YEAR[unit]) & (when < (YEARS[1] + 1) * PER_YEAR[unit])
        when = since(unit, np.where(dated, when, 1970 * PER_YEAR[unit] + (101 if unit == "date" else 0)))
        drop = (
            np.asarray(table["dropped"].to_numpy(zero_copy_only=False), dtype=bool)
            if ask.keep
            else np.zeros(len(n), dtype=bool)
        )
        ends = np.full(len(n), -1), np.full(len(n), -1)
        if ask.spans:
            ends = tuple(table[name].fill_null(-1).to_numpy().astype(np.int64) for name in ("first", "until"))
        refused = ~dated | (state < 0)
        unplaced = sum(rows for code, rows in extent.rows.items() if not self.any_state(code))
        wide = (ends[0] >= 0) & (self.rules.span == "refuse")
        counts = {
            "refused": int(n[refused].sum()) + (unplaced if codes is not None else 0),
            "imprecise": int(n[drop & ~refused].sum()),
            "spanning": int(n[wide & ~drop & ~refused].sum()),
        }
        self._warn(counts["refused"])
        states = wanted if wanted is not None else sorted({*found, *(window.first if window.declared else ())})
        rank = np.array([states.index(code) if code in states else -1 for code in found] + [-1], dtype=np.int64)
        iso3 = rank[state]
        counted = ~refused & ~drop & ~wide & (iso3 >= 0)
        named = {name: labelled(table[name], layout.labels.get(name, {})) for name in plain}
        if polygons is not None and "polygon" in keys:
            named["polygon"] = located(table, polygons)
            outside = counted & (named["polygon"][0] < 0)
            counts["outside_polygons"], counted = int(n[outside].sum()), counted & ~outside
        kept = np.flatnonzero(counted)
        groups = Groups(
            when,
            n,
            {name: numbers(table[f"sum_{name}"]) for name in sums},
            {name: n - numbers(table[f"known_{name}"]) for name in sums},
            {"iso3": (iso3, states)} | named,
            _days_known(table) if ask.late else None,
        ).take(kept)
        if ask.spans and self.rules.span == "share":
            groups = shared(groups, ends[0][kept], ends[1][kept], unit)
        return groups, counts, window

    def _keep(self) -> dict[str, tuple[str, ...]]:
        found = {}
        for name in ("date_precision", "place_precision"):
            wanted = getattr(self.rules, name)
            if wanted is not None:
                words = ORDER[name][: ORDER[name].index(wanted) + 1]
                meaning = self.source.layout.labels.get(name, {})
                found[name] = tuple(raw for raw, word in meaning.items() if word in words)
        return found

    def _warn(self, refused: int) -> None:
        if refused and "refused" not in self._told:
            self._told.add("refused")
            text = (
                f"{refused:,} rows of {self.source.files[0]} are left out; type events.refused() to see which and why."
            )
            warnings.warn(text, RefusedRowsWarning, stacklevel=4)


def _days_known(table: Any) -> Days:
    """Last day of each group on which an event of it ended, or was published; long ago where nobody says."""
    given = table["late"].fill_null(0).to_numpy().astype(np.int64)
    said = given >= YEARS[0] * PER_YEAR["date"]
    return np.where(said, as_days(np.where(said, given, 19700101)), NEVER_LATE)


def _varies(meanings: Meanings, code: Any) -> bool:
    return len({meanings.iso3(code, era) for era in range(len(meanings.cuts) + 1)}) > 1
