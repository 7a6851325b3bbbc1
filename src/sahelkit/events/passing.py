"""One pass over a source: rows counted by the place as written, the time and the kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals.stable.v2 as nw
import numpy as np

from sahelkit._types import Ints64
from sahelkit.events.canonical import COORDINATES, Frame, canonical, columns_of, formats_of, unit_of
from sahelkit.events.grid import cell_expr
from sahelkit.events.reading import Source
from sahelkit.events.waiting import waiting

if TYPE_CHECKING:
    import pyarrow

PRECISIONS = ("date_precision", "place_precision")


@dataclass(frozen=True)
class Pass:
    """What one pass asks of a source.

    Attributes
    ----------
    keys : tuple of str
        Columns of events by which rows are counted, besides the time; ``code`` is the place as written.
    unit : str
        ``"year"``, ``"month"``, ``"date"``, or ``""`` where time does not matter.
    values : tuple of str
        Columns that are added up.
    codes : tuple, optional
        Only rows of these places; all when None.
    keep : mapping of str to tuple
        Raw values of a precision that count; rows with another are counted under ``dropped``.
    cuts : tuple of int
        Days on which a code of a place changes its meaning, as 20060605.
    spans : bool
        Whether rows that last beyond their first period are counted apart, under their first and last day.
    extent : bool
        Whether the first and last day of each group are wanted.
    late : str
        Column of days, ``"last"`` or ``"published"``, whose latest in each group is wanted, since nothing is known of
        an event before it; ``""`` for none.
    formats : tuple of str
        How days are written.
    """

    keys: tuple[str, ...]
    unit: str = ""
    values: tuple[str, ...] = ()
    codes: tuple[Any, ...] | None = None
    keep: Mapping[str, tuple[Any, ...]] | None = None
    cuts: tuple[int, ...] = ()
    spans: bool = False
    extent: bool = False
    late: str = ""
    formats: tuple[str, ...] = ()


def frames_of(source: Source, names: Sequence[str], *, numbered: bool = False) -> Iterator[Frame]:
    """Frames with the columns of the source that the named columns of events need."""
    wanted = dict.fromkeys(column for name in names for column in columns_of(source.layout, name))
    yield from source.frames(list(wanted), numbered=numbered)


def first_formats(source: Source) -> tuple[str, ...]:
    """The ways of writing days that the first rows use, all of the layout where none does.

    To try a second way on each of millions of days takes time; what is written in it further below is found when days
    cannot be read.
    """
    formats, columns = formats_of(source.layout), columns_of(source.layout, "date")
    if len(formats) < 2 or len(columns) > 1:
        return formats
    frame = next(frames_of(source, ("date",)))
    if frame.collect_schema()[columns[0]] != nw.String:
        return formats
    head = frame.head(100)
    head = head.collect() if isinstance(head, nw.LazyFrame) else head
    tried = [nw.col("date").is_null().sum().alias("blank"), nw.len().alias("n")]
    for how in formats:
        table = collected(canonical(head, source, ["date"], formats=[how]).select(*tried))
        if table["n"][0].as_py() and not table["blank"][0].as_py():
            return (how,)
    return formats


def grouped(source: Source, ask: Pass) -> pyarrow.Table:
    """Counts and sums of the rows of a source.

    Returns
    -------
    pyarrow.Table
        The keys; ``when`` (see `unit_of`; null where the day cannot be read) if there is a unit; ``era`` with cuts;
        ``dropped`` with `keep`; ``first`` and ``last`` with spans; ``n``; for each value ``sum_`` and ``known_``
        (rows with one); ``low`` and ``high`` (days, as the source has them) with extent; ``late`` (20120322) with late.
        A group may have several rows.
    """
    keep = dict(ask.keep or {})
    names = [name for key in ask.keys for name in (COORDINATES if key == "cell" else (key,))] + [*ask.values, *keep]
    names += ["code"] * (ask.codes is not None) + ["date"] * bool(ask.unit or ask.cuts or ask.extent)
    names = list(dict.fromkeys([*names, *["last"] * ask.spans, *[ask.late] * bool(ask.late)]))
    found: list[pyarrow.Table] = []
    with waiting(f"{source.layout.title}: {source.files[0]}", source.size):
        for frame in frames_of(source, names):
            if ask.codes is not None:
                code = columns_of(source.layout, "code")[0]
                frame = frame.filter(nw.col(code).is_in(list(ask.codes)))
            found.append(collected(_counts(canonical(frame, source, names, formats=ask.formats), ask, keep)))
    return _joined(found)


def _counts(frame: Frame, ask: Pass, keep: Mapping[str, tuple[Any, ...]]) -> Frame:
    made: dict[str, nw.Expr] = {}
    if "cell" in ask.keys:
        made["cell"] = cell_expr(*(nw.col(name) for name in COORDINATES))
    if ask.unit:
        made["when"] = unit_of(frame, "date", ask.unit)
    if ask.cuts:
        day = unit_of(frame, "date", "date")
        made["era"] = (day >= ask.cuts[0]).cast(nw.Int64)
        for cut in ask.cuts[1:]:
            made["era"] = made["era"] + (day >= cut).cast(nw.Int64)
    if keep:
        kept = [_is_one_of(frame, name, values) for name, values in keep.items()]
        made["dropped"] = ~nw.all_horizontal(*kept, ignore_nulls=True)
    if ask.spans:
        wide = unit_of(frame, "last", ask.unit) > unit_of(frame, "date", ask.unit)
        made |= {
            "first": nw.when(wide).then(unit_of(frame, "date", "date")),
            "until": nw.when(wide).then(unit_of(frame, "last", "date")),
        }
    keys = list(dict.fromkeys([*ask.keys, *made]))
    numbers = [nw.col(name).sum().alias(f"sum_{name}") for name in ask.values]
    numbers += [nw.col(name).count().alias(f"known_{name}") for name in ask.values]
    if ask.extent:
        numbers += [nw.col("date").min().alias("low"), nw.col("date").max().alias("high")]
    if ask.late:
        numbers.append(nw.col("latest").max().alias("late"))
    late = {"latest": unit_of(frame, ask.late, "date")} if ask.late else {}
    frame = frame.with_columns(**made, **late) if made or late else frame
    return frame.group_by(*keys).agg(nw.len().alias("n"), *numbers)


def _is_one_of(frame: Frame, name: str, values: Sequence[str]) -> nw.Expr:
    text = frame.collect_schema()[name] == nw.String
    column = nw.col(name)
    return column.is_in(list(values) if text else [int(value) for value in values]) & ~column.is_null()


def collected(frame: Frame) -> pyarrow.Table:
    """A small frame, computed where its data live."""
    if isinstance(frame, nw.LazyFrame):
        in_stream: dict[str, Any] = {"engine": "streaming"} if frame.implementation.is_polars() else {}
        frame = frame.collect("pyarrow", **in_stream)
    return frame.to_arrow()


def encoded(column: pyarrow.ChunkedArray) -> tuple[Ints64, list[Any]]:
    """Number of each value (-1 where empty), and the values."""
    import pyarrow.compute

    if not len(column):
        return np.array([], dtype=np.int64), []
    whole = pyarrow.compute.dictionary_encode(column)
    whole = whole.unify_dictionaries().combine_chunks() if isinstance(whole, pyarrow.ChunkedArray) else whole
    whole = whole.chunk(0) if isinstance(whole, pyarrow.ChunkedArray) else whole
    codes = whole.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    return codes, whole.dictionary.to_pylist()


def _joined(tables: Sequence[pyarrow.Table]) -> pyarrow.Table:
    """Tables below each other; keys that one holds as numbers and another as text are text."""
    import pyarrow

    if len(tables) == 1:
        return tables[0]
    kinds = [{field.name: field.type for field in table.schema} for table in tables]
    for name in kinds[0]:
        if len({str(kind[name]) for kind in kinds}) > 1 and any(map(_is_text, (kind[name] for kind in kinds))):
            tables = [
                table.set_column(place := table.column_names.index(name), name, table.column(place).cast("string"))
                for table in tables
            ]
    return pyarrow.concat_tables(tables, promote_options="permissive")


def _is_text(kind: Any) -> bool:
    return "string" in str(kind)
