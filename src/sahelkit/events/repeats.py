"""Events that stand in a source several times, as in exports that overlap: found by their numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from sahelkit._types import Ints
from sahelkit.errors import OptionError
from sahelkit.events.native import Part, batches, is_scanned, of_frame, scan_part

EventRepeats: TypeAlias = Literal["refuse", "first", "keep"]


@dataclass(frozen=True)
class Repetitions:
    """Rows whose event stands in an earlier row.

    Attributes
    ----------
    later : tuple of array of int, one for each file
        Positions of these rows in the file, counted from 0 and rising.
    example : tuple of int, length 4
        File and row of the first of them, then file and row of the event's first row; positions from 0.
    """

    later: tuple[Ints, ...]
    example: tuple[int, int, int, int] | None = field(default=None)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(map(len, self.later))


def find_repetitions(parts: Sequence[Part], frame: Any, column: str) -> Repetitions:
    """Rows whose value of a column stands in an earlier row, of the same file or of one before it.

    Values are compared by 64 bits of each, so that 20 million take 160 megabytes; a row without a value repeats none.

    Parameters
    ----------
    parts : sequence of Part
        Files, in order; empty for a frame.
    frame : tuple
        A frame that was handed in, with the names of its columns. In one that lies in a database nothing is looked for:
        its rows have no order.
    column : str
        Name of the column of event numbers in the layout.
    """
    marks = [_marks(part, column) for part in parts] if parts else [_of_frame(frame, column)]
    ends = np.cumsum([0, *map(len, marks)])
    whole = np.concatenate(marks) if marks else np.array([], dtype=np.uint64)
    order = np.argsort(whole, kind="stable")
    ordered = whole[order]
    again = np.flatnonzero((ordered[1:] == ordered[:-1]) & (ordered[1:] != _NONE)) + 1
    if not len(again):
        return Repetitions(tuple(np.array([], dtype=np.intp) for _ in marks))
    later = np.sort(order[again])
    first = int(order[np.searchsorted(ordered, whole[later[0]])])
    cuts = np.searchsorted(later, ends)
    split = tuple(later[low:high] - end for low, high, end in zip(cuts[:-1], cuts[1:], ends[:-1], strict=True))
    example = (*_place(int(later[0]), ends), *_place(first, ends))
    return Repetitions(split, example)


def refuse_repetitions(found: Repetitions, names: Sequence[str]) -> None:
    """Raise OptionError where there is a repetition, with the rows of one."""
    if found.example is None:
        return
    part, row, first_part, first_row = found.example
    rows = f"{found.count:,} row{'s repeat events that stand' if found.count > 1 else ' repeats an event that stands'}"
    why = (
        f"{rows} in an earlier row: row {row + 1:,} of {names[part]!r} has the number of row {first_row + 1:,} of "
        f"{names[first_part]!r}"
    )
    repair = "Type repeats='first' to count each event once, as the first file has it, or 'keep' to count every row"
    raise OptionError("repeats", "refuse", why, repair=repair)


_NONE = np.uint64(0)


def _place(position: int, ends: npt.NDArray[Any]) -> tuple[int, int]:
    part = int(np.searchsorted(ends, position, side="right")) - 1
    return part, position - int(ends[part])


def _marks(part: Part, column: str) -> npt.NDArray[np.uint64]:
    """64 bits of each value, in the order of the file; 0 where there is none."""
    if column not in part.names.values():
        rows = sum(table.num_rows for table in batches(part, [next(iter(part.names.values()))], numbered=False))
        return np.zeros(rows, dtype=np.uint64)
    if is_scanned(part):
        import polars

        text = polars.col(column).cast(polars.String)
        known = text.is_not_null() & (text != "")
        marks = polars.when(known).then(text.hash(seed=0)).otherwise(polars.lit(0, dtype=polars.UInt64))
        return scan_part(part, [column], numbered=False).select(marks).collect().to_series().to_numpy()  # type: ignore[no-any-return]
    found = [_hashed(table[column]) for table in batches(part, [column], numbered=False)]
    return np.concatenate(found) if found else np.array([], dtype=np.uint64)


def _of_frame(frame: Any, column: str) -> npt.NDArray[np.uint64]:
    import narwhals.stable.v2 as nw

    found = of_frame(frame, [column], numbered=False)
    return np.array([], dtype=np.uint64) if isinstance(found, nw.LazyFrame) else _hashed(found.to_arrow()[column])


def _hashed(column: Any) -> npt.NDArray[np.uint64]:
    import pyarrow as pa

    text = column.cast(pa.string())
    known = np.asarray([bool(value) for value in text.to_pylist()])
    if find_spec("polars") is not None:
        import polars

        marks = polars.Series(polars.from_arrow(text)).hash(seed=0).to_numpy()
    else:
        import pandas as pd

        marks = pd.util.hash_array(np.asarray(text.to_pylist(), dtype=object))
    return np.where(known, marks, _NONE)
