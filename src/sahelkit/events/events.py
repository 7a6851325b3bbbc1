"""Event files as a lazy table of events: read in their layout when something is asked, and tallied."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.catalog.publication import Publication
from sahelkit.dates import parse_date, parse_window
from sahelkit.errors import OptionError, RefusedRowsWarning, UnknownNameError, is_known
from sahelkit.events.canonical import formats_of
from sahelkit.events.extent import Extent, Window, as_days, extent_of_groups, quick_extent, window_of
from sahelkit.events.meaning import Meanings, cuts_of
from sahelkit.events.passing import Pass, first_formats, grouped
from sahelkit.events.reading import Source, open_source
from sahelkit.events.tally import (
    STEP,
    Groups,
    first_days,
    labelled,
    numbers,
    shared,
    since,
    spread,
    states_of,
    typed,
    usable,
)
from sahelkit.geography import places
from sahelkit.options import as_names

Span: TypeAlias = Literal["first", "share", "refuse"]
SPANS: tuple[Span, ...] = ("first", "share", "refuse")
UNITS = ("year", "month", "date")
ORDER = {
    "date_precision": ("day", "days", "week", "month", "year"),
    "place_precision": ("exact", "near", "admin2", "admin1", "region", "country", "international"),
}
WHERE = ("iso3", "admin1", "place", "cell", "polygon")


@dataclass(frozen=True)
class Rules:
    """How events are counted; the options of `read_events`."""

    coverage: tuple[np.datetime64, np.datetime64, tuple[str, ...] | None] | None
    published: str
    span: Span
    date_precision: str | None
    place_precision: str | None


@dataclass(frozen=True, repr=False, eq=False)
class Events:
    """Events in files or a frame, in their layout; made by `sahelkit.read_events`.

    Nothing but the head of a file is read before `tally`, `refused`, `frame` or `head` asks for it, and a tally reads
    the columns only that it needs.

    Attributes
    ----------
    source : Source
        Files or frame, and layout.
    rules : Rules
        The options of `sahelkit.read_events`.
    """

    source: Source
    rules: Rules
    _told: set[str] = field(default_factory=set, init=False)
    _found: dict[str, Any] = field(default_factory=dict, init=False)

    def __repr__(self) -> str:
        files = self.source.files
        what = files[0] if len(files) == 1 else f"{len(files)} files"
        said = ", ".join(
            f"{name}={value!r}"
            for name in ("span", "date_precision", "place_precision")
            if (value := getattr(self.rules, name)) not in (None, "first")
        )
        return f"Events({self.source.layout.name!r}, {what}{', ' if said else ''}{said})"

    @cached_property
    def _meanings(self) -> Meanings:
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

    def _any_state(self, code: Any) -> bool:
        eras = range(len(self._meanings.cuts) + 1)
        return any(self._meanings.iso3(code, era) is not None for era in eras)

    def _window(self, extent: Extent) -> Window:
        return window_of(extent, self._meanings, self.source.layout.begins, self.rules.coverage)

    def tally(
        self,
        *,
        by: str | Sequence[str] = ("iso3", "month", "event_type"),
        values: str | Sequence[str] | None = "fatalities",
        countries: Places = None,
        start: DateLike = None,
        end: DateLike = None,
        zeros: bool = True,
    ) -> pd.DataFrame:
        """Count events, and add up values, by place, time and kind."""
        keys, unit = self._by(by)
        sums = self._values(values)
        first, last = parse_window(start, end)
        wanted = None if countries is None else sorted(places.chosen(countries))
        step = unit or ("" if first is None and last is None else _fitting(first, last))
        groups, dropped, window = self._groups(keys, step, sums, wanted)
        ends = self._ends(step, window, first, last)
        if step and not unit:
            inside = (groups.when >= ends[0]) & (groups.when <= ends[1])
            groups = groups.take(np.flatnonzero(inside))
        where = [name for name in keys if name in WHERE]
        what = [name for name in keys if name not in (*WHERE, *UNITS)]
        frame, known = spread(groups, where=where, what=what, unit=unit, window=ends, covered=window, zeros=zeros)
        return self._dressed(frame, known, keys, unit, sums, window, dropped)

    def _dressed(
        self,
        frame: pd.DataFrame,
        known: Any,
        keys: Sequence[str],
        unit: str,
        sums: Sequence[str],
        window: Window,
        dropped: Mapping[str, int],
    ) -> pd.DataFrame:
        out: dict[str, Any] = {}
        for name in keys:
            if name == "month":
                out[name] = pd.PeriodIndex.from_ordinals(frame["when"].to_numpy(), freq="M")
            elif name == "year":
                out[name] = frame["when"].to_numpy() + 1970
            elif name == "date":
                out[name] = first_days("date", frame["when"].to_numpy()).astype("datetime64[s]")
            else:
                out[name] = frame[name].array
        out["events"] = typed(frame["n"].to_numpy(), known)
        out |= {name: typed(frame[name].to_numpy(), known) for name in sums}
        if unit and self.rules.published:
            when = frame["when"].to_numpy()
            low = int(when.min()) if len(when) else 0
            days = Publication(self.rules.published).dates(
                first_days(unit, np.arange(low, (int(when.max()) if len(when) else 0) + 1) + 1) - 1
            )
            out["published"] = days[when - low].astype("datetime64[s]")
        made = pd.DataFrame(out, copy=False)
        order = [name for name in keys if name in WHERE] + [name for name in keys if name in UNITS]
        order += [name for name in keys if name not in order]
        if list(keys) != order:
            made = made.sort_values(list(keys), kind="stable", ignore_index=True)
        made.attrs["sahelkit"] = {"events": self._note(window, dropped)}
        return made

    def _note(self, window: Window, dropped: Mapping[str, int]) -> dict[str, Any]:
        how = "declared" if window.declared else "from the first to the last day of the files, whole periods only"
        said = {"coverage": f"{window.start} to {window.last} ({how})", "published": self.rules.published}
        said |= {"span": self.rules.span} if self.source.layout.last else {}
        counts = {name: count for name, count in dropped.items() if count}
        return {self.source.layout.name: {**self.source.note(), **said, **counts}}

    def _by(self, by: str | Sequence[str]) -> tuple[list[str], str]:
        keys = list(dict.fromkeys({"day": "date"}.get(name, name) for name in as_names("by", by)))
        known = usable(self.source.layout)
        for name in keys:
            if name not in known:
                raise UnknownNameError(f"column of events in the layout {self.source.layout.name!r}", name, known)
        times = [name for name in keys if name in UNITS]
        if len(times) > 1:
            raise OptionError("by", by, "it names two units of time", repair=f"Keep {times[-1]!r}")
        return keys, times[0] if times else ""

    def _values(self, values: str | Sequence[str] | None) -> tuple[str, ...]:
        if values is None:
            return ()
        have = self.source.layout.columns
        names = list(dict.fromkeys(as_names("values", values)))
        known = [name for name in have if name.startswith("fatalities")]
        if names == ["fatalities"] and "fatalities" not in have:
            return ()
        for name in names:
            if name not in known:
                raise UnknownNameError("column of values", name, known)
        return tuple(names)

    def _groups(
        self, keys: Sequence[str], unit: str, sums: tuple[str, ...], wanted: list[str] | None
    ) -> tuple[Groups, dict[str, int], Window]:
        """What one pass finds, with states instead of codes, without what cannot be placed."""
        extent, meanings, layout = self._extent, self._meanings, self.source.layout
        codes = None
        if extent is not None:
            alive = [code for code in extent.years if meanings.cuts and _varies(meanings, code)]
            meanings = meanings if alive else Meanings(meanings.system, ())
            if wanted is not None:
                codes = tuple(code for code in extent.years if meanings.any_of(code, wanted))
        plain = tuple(name for name in keys if name not in (*UNITS, "iso3"))
        ask = Pass(
            keys=("code", *plain),
            unit=unit,
            values=sums,
            codes=codes,
            keep=self._keep(),
            cuts=meanings.cuts,
            spans=bool(unit and layout.last and self.rules.span != "first"),
            extent=extent is None,
            formats=self._formats,
        )
        table = grouped(self.source, ask)
        if len(ask.formats) < len(formats_of(layout)) and unit and table["when"].null_count:
            self._found |= {"formats": formats_of(layout)}
            self._found.pop("extent", None)
            return self._groups(keys, unit, sums, wanted)
        if extent is None:
            extent = self._found["extent"] = extent_of_groups(table)
        window = self._window(extent)
        state, found = states_of(table, meanings)
        n = numbers(table["n"])
        when, dated = np.zeros(len(n), dtype=np.int64), np.ones(len(n), dtype=bool)
        if unit:
            dated = np.asarray(table["when"].is_valid())
            when = since(unit, table["when"].fill_null(19700101 if unit == "date" else 0).to_numpy())
        drop = np.asarray(table["dropped"].to_numpy(zero_copy_only=False), dtype=bool) if ask.keep else np.zeros(len(n), dtype=bool)
        spans = np.full(len(n), -1), np.full(len(n), -1)
        if ask.spans:
            spans = tuple(table[name].fill_null(-1).to_numpy().astype(np.int64) for name in ("first", "until"))
        refused = ~dated | (state < 0)
        unplaced = sum(rows for code, rows in extent.rows.items() if not self._any_state(code))
        wide = (spans[0] >= 0) & (self.rules.span == "refuse")
        counts = {
            "refused": int(n[refused].sum()) + (unplaced if codes is not None else 0),
            "imprecise": int(n[drop & ~refused].sum()),
            "spanning": int(n[wide & ~drop & ~refused].sum()),
        }
        self._warn(counts["refused"])
        states = wanted if wanted is not None else sorted(found)
        rank = np.array([states.index(code) if code in states else -1 for code in found] + [-1], dtype=np.int64)
        iso3 = rank[state]
        kept = np.flatnonzero(~refused & ~drop & ~wide & (iso3 >= 0))
        groups = Groups(
            when,
            n,
            {name: numbers(table[f"sum_{name}"]) for name in sums},
            {name: numbers(table[f"na_{name}"]) for name in sums},
            {"iso3": (iso3, states)} | {name: labelled(table[name], layout.labels.get(name, {})) for name in plain},
        ).take(kept)
        if ask.spans and self.rules.span == "share":
            groups = shared(groups, spans[0][kept], spans[1][kept], unit)
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

    def _ends(self, unit: str, window: Window, first: Any, last: Any) -> tuple[int, int]:
        """First and last period of a table."""
        if not unit:
            return 0, 0
        step = f"datetime64[{STEP[unit]}]"
        low = window.start if first is None else np.datetime64(first, "D")
        high = window.last if last is None else np.datetime64(last, "D")
        return int(low.astype(step).astype(np.int64)), int(high.astype(step).astype(np.int64))

    def _warn(self, refused: int) -> None:
        if refused and "refused" not in self._told:
            self._told.add("refused")
            text = f"{refused:,} rows of {self.source.files[0]} are left out; type events.refused() to see which and why."
            warnings.warn(text, RefusedRowsWarning, stacklevel=4)


def _varies(meanings: Meanings, code: Any) -> bool:
    return len({meanings.iso3(code, era) for era in range(len(meanings.cuts) + 1)}) > 1


def _fitting(first: pd.Timestamp | None, last: pd.Timestamp | None) -> str:
    whole = (first is None or first.day == 1) and (last is None or (last + pd.Timedelta(days=1)).day == 1)
    return "month" if whole else "date"


def read_events(
    source: Any,
    *,
    layout: Any = None,
    coverage: Any = None,
    published: str | None = None,
    span: Span = "first",
    date_precision: str | None = None,
    place_precision: str | None = None,
) -> Events:
    """Open event files."""
    opened = open_source(source, layout)
    if not is_known(span, SPANS):
        raise UnknownNameError("treatment of events that span periods", span, SPANS)
    rules = Rules(
        coverage=_declared(coverage),
        published=opened.layout.published if published is None else published,
        span=span,
        date_precision=date_precision,
        place_precision=place_precision,
    )
    return Events(opened, rules)


def _declared(coverage: Any) -> Any:
    if coverage is None:
        return None
    first, last = parse_window(*coverage[:2])
    states = tuple(places.chosen(coverage[2])) if len(coverage) > 2 else None
    return np.datetime64(first, "D"), np.datetime64(last, "D"), states
