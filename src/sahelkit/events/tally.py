"""From the few groups of a pass to a table with every place, time and kind: zeros where covered, NA elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._types import TEXT, Bools, Days, Floats, Ints64
from sahelkit.catalog.publication import Publication
from sahelkit.errors import OptionError
from sahelkit.events.extent import Window, as_days
from sahelkit.events.layouts import Layout
from sahelkit.events.meaning import Meanings, plain
from sahelkit.events.passing import encoded
from sahelkit.events.polygons import Polygons

if TYPE_CHECKING:
    import pyarrow

UNITS = ("year", "month", "date")
WHERE = ("iso3", "admin1", "place", "cell", "polygon")
# What `unit_of` counts from one year to the next.
PER_YEAR = {"year": 1, "month": 12, "date": 10_000}
STEP = {"year": "Y", "month": "M", "date": "D"}
# The latest day of groups of which nobody says when they were known.
NEVER_LATE = np.datetime64("1900-01-01", "D")
# More rows than this are a slip of the pen, or a table that no machine holds.
MOST = 50_000_000


@dataclass(frozen=True)
class Groups:
    """Groups of rows as arrays of one length.

    Attributes
    ----------
    when : array of int64, shape (n,)
        Years, months or days since 1970.
    n : array, shape (n,)
        Rows; parts of them where events are shared out over the periods that they span.
    sums, blanks : mapping of str to array, shape (n,)
        Sums of the values, and rows without one.
    keys : mapping of str to (array of int64, list)
        Number of each row's label (-1 where there is none), and the labels.
    late : array of datetime64[D], shape (n,), or None
        Day before which nothing of the last event is known: its own last day, or that of its publication.
    """

    when: Ints64
    n: Floats
    sums: Mapping[str, Floats]
    blanks: Mapping[str, Floats]
    keys: Mapping[str, tuple[Ints64, list[Any]]]
    late: Days | None = None

    def take(self, rows: Any, share: Floats | None = None) -> Groups:
        """Some of the groups, or parts of them."""

        def part(array: Floats) -> Floats:
            return np.asarray(array[rows] if share is None else array[rows] * share)

        return Groups(
            self.when[rows],
            part(self.n),
            {name: part(array) for name, array in self.sums.items()},
            {name: array[rows] for name, array in self.blanks.items()},
            {name: (codes[rows], labels) for name, (codes, labels) in self.keys.items()},
            None if self.late is None else self.late[rows],
        )


def numbers(column: pyarrow.ChunkedArray) -> Floats:
    """Numbers of a column, 0 where it is empty."""
    return np.asarray(column.fill_null(0).to_numpy().astype(np.float64))


def states_of(groups: pyarrow.Table, meanings: Meanings) -> tuple[Ints64, list[str]]:
    """ISO3 of each group's place at the date of its events, as number (-1 where it is no state) and codes."""
    codes, raw = encoded(groups["code"])
    eras = groups["era"].to_numpy() if meanings.cuts and "era" in groups.column_names else np.zeros(len(codes))
    eras = np.nan_to_num(eras.astype(np.float64)).astype(np.int64)
    found: dict[str, int] = {}
    table = np.full((len(raw) + 1, len(meanings.cuts) + 1), -1)
    for code, era in (
        np.unique(np.stack([codes, eras]), axis=1).T if meanings.cuts else ((c, 0) for c in range(len(raw)))
    ):
        state = meanings.iso3(raw[code], int(era)) if code >= 0 else None
        if state is not None:
            table[code, era] = found.setdefault(state, len(found))
    return table[codes, eras], list(found)


def labelled(column: pyarrow.ChunkedArray, labels: Mapping[str, str]) -> tuple[Ints64, list[Any]]:
    """Number of each value's word (-1 where it is empty), and the words."""
    codes, raw = encoded(column)
    words: dict[Any, int] = {}
    table = np.full(len(raw) + 1, -1)
    for place, value in enumerate(raw):
        text = plain(value)
        if text:
            word = labels.get(text, text) if isinstance(value, str) or text in labels else value
            table[place] = words.setdefault(word, len(words))
    return table[codes], list(words)


def located(groups: pyarrow.Table, polygons: Polygons) -> tuple[Ints64, list[Any]]:
    """Number of the polygon of each group's place, -1 outside all, and their names."""
    latitude, longitude = (groups[name].to_numpy().astype(np.float64) for name in ("latitude", "longitude"))
    names = list(polygons.names)
    codes = pd.Categorical(polygons.locate(latitude, longitude), categories=names).codes
    return codes.astype(np.int64), names


def since(unit: str, numbers: Any) -> Ints64:
    """Years, months or days since 1970 of what `unit_of` gives."""
    given = np.asarray(numbers, dtype=np.int64)
    if unit == "date":
        return as_days(given).astype(np.int64)
    return given - (1970 if unit == "year" else 12 * 1970)


def first_days(unit: str, when: Ints64) -> Days:
    """First day of each period."""
    return np.asarray(when.astype(f"datetime64[{STEP[unit]}]").astype("datetime64[D]"))


def shared(groups: Groups, first: Ints64, until: Ints64, unit: str) -> Groups:
    """Events that span periods, shared out by days; `first` and `until` are their days as numbers, -1 for others."""
    wide = np.flatnonzero(first >= 0)
    if not len(wide):
        return groups
    start, end = as_days(first[wide]), as_days(until[wide])
    step = f"datetime64[{STEP[unit]}]"
    low, high = start.astype(step).astype(np.int64), end.astype(step).astype(np.int64)
    times = high - low + 1
    rows = np.repeat(np.arange(len(wide)), times)
    when = low[rows] + np.arange(len(rows)) - np.repeat(np.cumsum(times) - times, times)
    begins = np.maximum(first_days(unit, when), start[rows])
    ends = np.minimum(first_days(unit, when + 1) - 1, end[rows])
    share = ((ends - begins).astype(np.int64) + 1) / ((end - start).astype(np.int64) + 1)[rows]
    parts, rest = groups.take(wide[rows], share), groups.take(np.flatnonzero(first < 0))
    return Groups(
        np.concatenate([rest.when, when]),
        np.concatenate([rest.n, parts.n]),
        {name: np.concatenate([rest.sums[name], parts.sums[name]]) for name in rest.sums},
        {name: np.concatenate([rest.blanks[name], parts.blanks[name]]) for name in rest.blanks},
        {name: (np.concatenate([codes, parts.keys[name][0]]), labels) for name, (codes, labels) in rest.keys.items()},
        None if rest.late is None or parts.late is None else np.concatenate([rest.late, parts.late]),
    )


def combined(columns: Sequence[tuple[Ints64, list[Any]]], n: int) -> tuple[Ints64, list[Ints64]]:
    """Number of each row's combination of labels, and the labels of each combination, one array a column."""
    if not columns:
        return np.zeros(n, dtype=np.int64), []
    if len(columns) == 1 and (len(columns[0][0]) == 0 or columns[0][0].min() >= 0):
        order = np.argsort(np.array(list(map(str, columns[0][1])), dtype=object), kind="stable")
        rank = np.argsort(order)
        return rank[columns[0][0]], [order]
    number = np.zeros(n, dtype=np.int64)
    for codes, labels in columns:
        number = number * (len(labels) + 1) + codes + 1
    distinct, rows = np.unique(number, return_inverse=True)
    parts: list[Ints64] = []
    for _codes, labels in reversed(columns):
        parts.append(distinct % (len(labels) + 1) - 1)
        distinct = distinct // (len(labels) + 1)
    return rows, parts[::-1]


def spread(
    groups: Groups,
    *,
    where: Sequence[str],
    what: Sequence[str],
    unit: str,
    window: tuple[int, int],
    covered: Window,
    zeros: bool,
) -> tuple[pd.DataFrame, Bools]:
    """Counts and sums of every place, time and kind.

    Returns
    -------
    frame : pandas.DataFrame
        The labels, ``when`` (if there is a unit), ``n`` and the sums, all as they were found; ``late``, the latest day
        of each row's groups, where groups have one.
    known : array of bool
        Whether the source covers the row's place and time.
    """
    first, last = window
    if unit:
        inside = (groups.when >= first) & (groups.when <= last)
        kept = groups if inside.all() else groups.take(np.flatnonzero(inside))
    else:
        kept, first, last = groups, 0, 0
    at, places = combined([kept.keys[name] for name in where], len(kept.n))
    kind, kinds = combined([kept.keys[name] for name in what], len(kept.n))
    shape = (len(places[0]) if places else 1, last - first + 1, len(kinds[0]) if kinds else 1)
    size = int(np.prod(shape))
    if zeros and size > MOST:
        why = f"a row for each place, time and kind would be {size:,} rows"
        raise OptionError("by", (*where, unit, *what), why, repair="Type zeros=False for those with events only")
    flat = (at * shape[1] + (kept.when - first if unit else 0)) * shape[2] + kind
    if not zeros:
        rows, flat = np.unique(flat, return_inverse=True)
        size = len(rows)
    else:
        rows = np.arange(size)
    counted: dict[str, Any] = {"n": np.bincount(flat, kept.n, size)}
    for name, sums in kept.sums.items():
        counted[name] = np.bincount(flat, sums, size)
        if kept.blanks[name].any():
            counted[name][np.bincount(flat, kept.blanks[name], size) > 0] = np.nan
    if kept.late is not None:
        counted["late"] = np.full(size, NEVER_LATE.astype(np.int64))
        np.maximum.at(counted["late"], flat, kept.late.astype(np.int64))
    place, time, sort = rows // (shape[1] * shape[2]), rows // shape[2] % shape[1], rows % shape[2]
    made: dict[str, Any] = {}
    for name, labels in zip(where, places, strict=True):
        made[name] = _words(kept.keys[name][1], labels[place])
    if unit:
        made["when"] = time + first
    for name, labels in zip(what, kinds, strict=True):
        made[name] = _words(kept.keys[name][1], labels[sort])
    known = np.ones(size, dtype=bool)
    states = kept.keys["iso3"][1] if "iso3" in where else []
    begins = [covered.first.get(state, np.datetime64("9999-12-31", "D")) for state in states]
    if states:
        known = np.array([state in covered.first for state in states])[places[where.index("iso3")]][place]
    if unit:
        times = np.arange(first, last + 2)
        days = first_days(unit, times)
        start = np.array(begins, dtype="datetime64[D]")[places[where.index("iso3")]] if states else covered.start
        whole = (days[:-1] >= np.reshape(start, (-1, 1))) & (days[1:] - 1 <= covered.last)
        known &= np.broadcast_to(whole, shape[:2])[place, time]
    return pd.DataFrame(made | counted, copy=False), known


def _words(labels: list[Any], codes: Ints64) -> Any:
    whole = bool(labels) and all(isinstance(label, int | float) for label in labels)
    values = np.array([*labels, None], dtype=object)
    if whole:
        return pd.array(
            values, dtype="Int64" if all(float(label).is_integer() for label in labels) else "Float64"
        ).take(codes)

    if TEXT == "object":
        return values[codes]
    return pd.array(values, dtype=TEXT).take(codes)


def typed(values: Floats, known: Bools) -> Any:
    """Whole numbers where all are, else decimals; NA where not known or not a number."""
    known = known & np.isfinite(values)
    shown = np.where(known, values, 0.0)
    if (shown == np.floor(shown)).all():
        return pd.arrays.IntegerArray(shown.astype(np.int64), ~known)
    return pd.arrays.FloatingArray(shown, ~known)


def dressed(
    frame: pd.DataFrame,
    known: Any,
    keys: Sequence[str],
    unit: str,
    sums: Sequence[str],
    published: str,
) -> pd.DataFrame:
    """What `spread` gives, with the columns of a table for users, sorted by the keys."""
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
    if unit and published:
        when = frame["when"].to_numpy()
        low = int(when.min()) if len(when) else 0
        days = Publication(published).dates(
            first_days(unit, np.arange(low, (int(when.max()) if len(when) else 0) + 1) + 1) - 1
        )
        days = days[when - low]
        if "late" in frame:
            days = np.maximum(days, Publication(published).dates(frame["late"].to_numpy().view("datetime64[D]")))
        out["published"] = days.astype("datetime64[s]")
    made = pd.DataFrame(out, copy=False)
    order = [name for name in keys if name in WHERE] + [name for name in keys if name in UNITS]
    order += [name for name in keys if name not in order]
    if list(keys) != order:
        made = made.sort_values(list(keys), kind="stable", ignore_index=True)
    return made


def usable(layout: Layout) -> tuple[str, ...]:
    """What `by` may hold for a layout."""
    names = [
        name for name in ("admin1", "place", "event_type", "sub_type", "actor1", "actor2") if name in layout.columns
    ]
    cell = ["cell"] if {"latitude", "longitude"} <= set(layout.columns) else []
    return ("iso3", "year", "month", "date", *names, *cell)
