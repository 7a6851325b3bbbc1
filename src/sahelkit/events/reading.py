"""Files and frames of events, opened: nothing but headers and a few samples is read before it is asked for."""

from __future__ import annotations

import glob
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sahelkit.errors import MissingExtraError, OptionError, SahelkitError, near_matches
from sahelkit.events.layouts import LAYOUTS, NUMBERS, Layout, LayoutLike, find_layout, guess_layout
from sahelkit.events.sniffing import AGAIN, Member, Text, different, members, ragged, refuse, sniff
from sahelkit.frames import HasFrame

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw
    import pandas as pd
    import pyarrow as pa

    Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]

_BLOCK = 1 << 24  # bytes of a batch where there is no polars
_BATCH = 1 << 18  # rows of one
# A comma before three digits may part thousands: of deaths such a number is not read, a coordinate has more digits.
_COMMA = r"^\s*(-?[0-9]+),([0-9]{1,2}|[0-9]{4,})\s*$"


@dataclass(frozen=True)
class Part:
    """One file: where it is, how it is written, and what its columns are called in the layout."""

    member: Member
    names: Mapping[str, str]
    decimals: frozenset[str]  # columns of the layout in which a comma stands for a point
    text: Text | None = None
    table: Any = None  # a sheet, which is read at once


@dataclass(frozen=True)
class Source:
    """Files or a frame of events, lazy.

    Attributes
    ----------
    layout : Layout
        That of the source, with the columns that are there.
    files : tuple of str
        Names for messages; ``("frame",)`` for a frame.
    columns : tuple of str
        Columns, under the names of the layout.
    size : int
        Bytes; 0 where they are not known.
    notes : tuple of str
        What was found out and not typed: the layout, an encoding, a column that some file lacks.
    """

    layout: Layout
    files: tuple[str, ...]
    columns: tuple[str, ...]
    size: int = 0
    notes: tuple[str, ...] = ()
    parts: tuple[Part, ...] = field(default=(), repr=False)
    frame: Any = field(default=None, repr=False)
    accessed: str = ""

    def frames(self, columns: Sequence[str], *, numbered: bool = False) -> Iterator[Frame]:
        """Columns of the source, in as many frames as it takes.

        Parameters
        ----------
        columns : sequence of str
            Names of the layout. A column that a file lacks is empty there. Those of text files are all text.
        numbered : bool
            With columns ``file`` and ``row``: the name of the file, and the row counted from 1 below the header (empty
            where the frame lies in a database, whose rows have no order).

        Yields
        ------
        narwhals.DataFrame or narwhals.LazyFrame
            Lazy ones with polars; batches without it, and for what polars cannot read bit by bit.
        """
        wanted = list(dict.fromkeys(columns))
        if self.frame is not None:
            yield _of_frame(self.frame, wanted, numbered=numbered)
            return
        lazy: dict[Any, list[Any]] = {}
        for part in self.parts:
            if _is_scanned(part):
                scan = _scan(part, wanted, numbered=numbered)
                lazy.setdefault(None if part.text else tuple(scan.collect_schema().items()), []).append(scan)
        import narwhals.stable.v2 as nw

        for scans in lazy.values():
            import polars

            yield nw.from_native(polars.concat(scans) if len(scans) > 1 else scans[0])
        for part in self.parts:
            if not _is_scanned(part):
                for table in _batches(part, wanted, numbered=numbered):
                    yield nw.from_native(table, eager_only=True)

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Turn what a library says of a damaged file into an error that names the file and the row."""
        try:
            yield
        except (SahelkitError, KeyboardInterrupt, MemoryError):
            raise
        except Exception as error:
            found = self._explained(error)
            if found is None:
                raise
            raise found from error

    def _explained(self, error: Exception) -> OptionError | None:
        if not isinstance(error, (OSError, EOFError, zipfile.BadZipFile, zlib.error, UnicodeError)) and not type(
            error
        ).__module__.startswith(("polars", "pyarrow")):
            return None
        said = " ".join(str(error).split())
        for part in self.parts:
            if part.text is None:
                continue
            try:
                where = ragged(part.member, part.text)
            except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as broken:
                return refuse(part.member.name, f"it cannot be unpacked to its end ({broken})", AGAIN)
            if where:
                repair = "Mend the row; a text that holds the separator or a line break must stand in quotation marks"
                return refuse(part.member.name, where, repair)
        if "utf" in said.casefold():
            repair = "Save the file as UTF-8"
            return refuse(", ".join(self.files[:3]), "a text in it is neither UTF-8 nor told by the samples", repair)
        return refuse(", ".join(self.files[:3]), f"it cannot be read ({said[:200]})", AGAIN) if self.parts else None

    @property
    def columnar(self) -> bool:
        """Whether one column is read without the others: Parquet and frames."""
        return self.frame is not None or all(part.member.kind == "parquet" for part in self.parts)

    def note(self) -> dict[str, Any]:
        """What frames made of these events say of their source in ``attrs["sahelkit"]["events"]``.

        Returns
        -------
        dict
            Title, number of files, keys of references, attribution, terms, day of access; what is empty is left out.
        """
        layout = self.layout
        said = {
            "title": layout.title,
            "files": len(self.files),
            "references": list(layout.references),
            "attribution": layout.attribution,
            "terms": layout.terms,
            "accessed": self.accessed,
        }
        return {name: value for name, value in said.items() if value}


def open_source(source: Any, layout: LayoutLike = None, *, accessed: str = "") -> Source:
    """Open files or a frame of events.

    Parameters
    ----------
    source : path, pattern, list of paths, or frame
        CSV (also in zip and gz), Parquet and Excel files; ``"acled/*.csv"`` is all that fit; a frame of pandas, polars,
        pyarrow, Dask, DuckDB or PySpark.
    layout : str, Layout, mapping or None
        As in `find_layout`.
    accessed : str
        Day on which the files were got, for the citation.

    Raises
    ------
    OptionError
        If a file is not there, is no table, or cannot be read; the message has its name and what to do.
    MissingColumnsError
        If a file lacks the day or the state.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"jour": ["2012-03-22"], "pays": ["Mali"]})
    >>> open_source(rows, {"date": "jour", "country": "pays"}).columns
    ('jour', 'pays')
    """
    if isinstance(source, str | Path) or (isinstance(source, list | tuple) and source and _are_paths(source)):
        return _of_files(_paths([source] if isinstance(source, str | Path) else source), layout, accessed)
    native = source.as_frame() if isinstance(source, HasFrame) else source
    columns = _columns_of(native)
    found = find_layout(layout, columns, file="the frame")
    names = found.spelled(columns)
    _check_names(names, found, "frame")
    frame = (native, names)
    notes = _said(found, layout)
    return Source(found.fitted(names.values()), ("frame",), tuple(names.values()), 0, notes, (), frame, accessed)


def _are_paths(source: Sequence[Any]) -> bool:
    return all(isinstance(item, str | Path) for item in source)


def _columns_of(native: Any) -> list[str]:
    import narwhals.stable.v2 as nw

    labels = getattr(native, "columns", None)
    if type(native).__module__.startswith("pandas") and labels is not None and not labels.is_unique:
        twice = ", ".join(map(repr, dict.fromkeys(map(str, labels[labels.duplicated()]))))
        raise OptionError("source", twice, "two columns of the frame have this name", repair="Rename one")
    try:
        frame = nw.from_native(native)
    except TypeError:
        repair = "Give a path, a pattern such as 'acled/*.csv', a list of paths or a frame"
        raise OptionError("source", type(native).__name__, "neither a file nor a frame", repair=repair) from None
    return list(frame.collect_schema().names())


def _paths(given: Sequence[str | Path]) -> list[tuple[Path, str]]:
    """Each file with its name for messages, in the order of their names within a pattern."""
    found: list[tuple[Path, str]] = []
    for item in given:
        text = str(item)
        if text.startswith(("http://", "https://")):
            raise refuse(text, "it is an address", "Get the file first, and give its path")
        path = Path(item).expanduser()
        if path.is_file():
            found.append((path, text))
        elif path.is_dir():
            kinds = [kind for kind in (".csv", ".parquet", ".zip") if any(path.glob(f"*{kind}"))]
            raise refuse(text, "it is a folder", f"Type {str(path / ('*' + (kinds or ['.csv'])[0]))!r}")
        elif glob.has_magic(text):
            matched = sorted(name for name in glob.glob(str(path), recursive=True) if Path(name).is_file())
            if not matched:
                raise refuse(text, "no file fits the pattern", _beside(path))
            found += [(Path(name), name) for name in matched]
        else:
            raise refuse(text, "there is no such file", _beside(path))
    twice = (
        [name for path, name in found if sum(path.samefile(other) for other, _ in found) > 1]
        if (len(found) <= 100)
        else []
    )
    if twice:
        raise refuse(twice[0], "the list has this file twice", "Name each file once")
    return found


def _beside(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"There is no folder {str(folder)!r} either"
    names = sorted(item.name for item in folder.iterdir() if item.is_file())
    near = near_matches(path.name, names, n=1)
    if near:
        return f"Did you mean {str(folder / near[0])!r}?"
    held = ", ".join(names[:5]) + (" …" if len(names) > 5 else "") if names else "no file"
    return f"The folder {str(folder)!r} has {held}"


def _of_files(paths: list[tuple[Path, str]], layout: LayoutLike, accessed: str) -> Source:
    found: Layout | None = None
    parts: list[Part] = []
    notes: list[str] = []
    for path, name in paths:
        for member in members(path, name):
            part, found = _part(member, found, layout)
            parts.append(part)
            if part.text is not None and part.text.encoding != "utf-8":
                notes.append(f"{member.name}: read as {part.text.encoding}")
            if part.text is not None and part.text.empty:
                notes.append(f"{member.name}: a header and no row")
    assert found is not None
    columns = tuple(dict.fromkeys(name for part in parts for name in part.names.values()))
    common = set(columns).intersection(*(part.names.values() for part in parts))
    fitted = found.fitted(columns)
    shared = tuple(pair for pair in fitted.places if pair[0] in common)
    if not shared:
        first, other = parts[0], next(part for part in parts if fitted.places[0][0] not in part.names.values())
        why = f"it has no column in common with {first.member.name!r} that says the state"
        raise refuse(other.member.name, why, "Read the two apart")
    lacking = [name for name in fitted.known if name not in common and name in columns]
    for name in lacking:
        without = [part.member.name for part in parts if name not in part.names.values()]
        notes.append(f"{name!r} is unknown in {', '.join(without[:3])}{' …' if len(without) > 3 else ''}")
    last = fitted.last if common.issuperset(fitted.last) else ()
    fitted = replace(fitted, places=shared, last=last)
    said = _said(found, layout)
    size = sum(part.member.size for part in parts)
    names = tuple(part.member.name for part in parts)
    return Source(fitted, names, columns, size, (*said, *notes), tuple(parts), None, accessed)


def _said(found: Layout, layout: LayoutLike) -> tuple[str, ...]:
    return (f"read as {found.title}: layout={found.name!r}",) if layout is None else ()


def _part(member: Member, found: Layout | None, layout: LayoutLike) -> tuple[Part, Layout]:
    """A file whose layout is that of those before it."""
    wanted: LayoutLike = found or layout

    def fits(row: list[str]) -> bool:
        if isinstance(wanted, str) and wanted in LAYOUTS:
            named = LAYOUTS[wanted]
        elif isinstance(wanted, Layout):
            named = wanted
        elif isinstance(wanted, Mapping):
            parts = [value for value in wanted.values() if isinstance(value, str)]
            return set(parts) <= {name.strip() for name in row}
        else:
            return guess_layout(row) is not None
        return not named.missing(named.spelled(name.strip() for name in row).values())

    text, table = None, None
    if member.kind == "text":
        known = wanted if isinstance(wanted, Layout) else LAYOUTS.get(wanted) if isinstance(wanted, str) else None
        headers = known.headers if known else LAYOUTS["gdelt"].headers if wanted is None else ()
        text = sniff(member, fits, headers)
        header: Sequence[str] = text.header
    elif member.kind == "parquet":
        header = _parquet_header(member)
    else:
        table = _sheet(member, fits)
        header = table.column_names
    chosen = find_layout(wanted, header, file=member.name)
    if isinstance(wanted, Layout) and found is not None:
        other = guess_layout(header)
        if (
            other is not None
            and other != found.name
            and found.signs
            and not set(found.signs) <= set(found.spelled(header).values())
        ):
            why = f"it looks like {LAYOUTS[other].title}, and the files before it like {found.title}"
            raise refuse(member.name, why, "Read the two apart")
    names = chosen.spelled(header)
    _check_names(names, chosen, member.name)
    numbers = {chosen.columns[name] for name in NUMBERS if name in chosen.columns}
    comma = {names[name] for name in text.commas} & numbers if text else set()
    return Part(member, names, frozenset(numbers if comma else ()), text, table), chosen


def _check_names(names: Mapping[str, str], layout: Layout, file: str) -> None:
    """Raise where two columns may be the one that the layout names."""
    by_name: dict[str, list[str]] = {}
    for name, new in names.items():
        by_name.setdefault(new, []).append(name)
    twice = {new: given for new, given in by_name.items() if len(given) > 1}
    for name in names:
        plain = name.rpartition(" (")[0] if name.endswith(")") and name.rpartition(" (")[2][:-1].isdigit() else ""
        if plain in names and names[plain] in layout.known:
            twice.setdefault(names[plain], [plain, plain])
    if twice:
        name, given = next(iter(twice.items()))
        why = f"two columns may be {name!r}: {', '.join(map(repr, given))}"
        raise refuse(file, why, "Rename one of them, or leave it out")


# --- polars ---------------------------------------------------------------------------------------------------------


def _is_scanned(part: Part) -> bool:
    """Whether polars reads the file bit by bit."""
    if find_spec("polars") is None or part.member.packing or part.table is not None:
        return False
    return part.text is None or (part.text.encoding == "utf-8" and not part.text.empty)


def _scan(part: Part, columns: list[str], *, numbered: bool) -> Any:
    import polars

    if part.text is None:
        scan = polars.scan_parquet(part.member.path)
    else:
        scan = polars.scan_csv(
            part.member.path,
            separator=part.text.separator,
            has_header=False,
            skip_rows=part.text.above,
            schema=dict.fromkeys(part.text.header, polars.String),
        )
    if numbered:
        scan = scan.with_row_index("row", offset=1)
    old = {new: name for name, new in part.names.items()}
    chosen = []
    for name in columns:
        if name not in old:
            chosen.append(polars.lit(None, dtype=polars.String).alias(name))
        elif name in part.decimals:
            chosen.append(polars.col(old[name]).str.replace(_COMMA, "${1}.${2}").alias(name))
        else:
            chosen.append(polars.col(old[name]).alias(name))
    if numbered:
        chosen += [polars.lit(part.member.name).alias("file"), polars.col("row").cast(polars.Int64)]
    return scan.select(chosen)


# --- pyarrow --------------------------------------------------------------------------------------------------------


def _batches(part: Part, columns: list[str], *, numbered: bool) -> Iterator[pa.Table]:
    import pyarrow as pa
    import pyarrow.compute as pc

    old = {new: name for name, new in part.names.items() if new in columns}
    done = 0
    for given in _raw(part, list(old.values())):
        made = {}
        for name in columns:
            if name not in old:
                made[name] = pa.nulls(given.num_rows, pa.string())
            elif name in part.decimals:
                made[name] = pc.replace_substring_regex(given[old[name]], _COMMA, r"\1.\2")
            else:
                made[name] = given[old[name]]
        if numbered:
            made["file"] = pa.array([part.member.name] * given.num_rows, pa.string())
            made["row"] = pa.array(range(done + 1, done + given.num_rows + 1), pa.int64())
        done += given.num_rows
        yield pa.table(made)


def _raw(part: Part, columns: list[str]) -> Iterator[pa.Table]:
    """The named columns of a file, batch by batch."""
    import pyarrow as pa

    if part.table is not None:
        yield part.table.select(columns)
        return
    if part.text is None:
        import pyarrow.parquet as pq

        with pq.ParquetFile(part.member.path) as file:
            for batch in file.iter_batches(batch_size=_BATCH, columns=columns):
                yield pa.Table.from_batches([batch])
        return
    if part.text.empty:
        yield pa.table({name: pa.nulls(0, pa.string()) for name in columns})
        return
    from pyarrow import csv

    text = part.text
    with part.member.open() as stream:
        reader = csv.open_csv(
            pa.PythonFile(stream, mode="r"),
            read_options=csv.ReadOptions(
                block_size=_BLOCK,
                encoding="utf8" if text.encoding == "utf-8" else text.encoding,
                column_names=list(text.header),
                skip_rows_after_names=text.above,
            ),
            parse_options=csv.ParseOptions(delimiter=text.separator, newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                column_types=dict.fromkeys(text.header, pa.string()),
                include_columns=columns,
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
        for batch in reader:
            yield pa.Table.from_batches([batch])


def _parquet_header(member: Member) -> list[str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return list(pq.read_schema(member.path).names)
    except (pa.ArrowInvalid, OSError) as error:
        raise refuse(member.name, f"the Parquet file is damaged ({str(error).split('.')[0]})", AGAIN) from None


def _sheet(member: Member, fits: Any) -> pa.Table:
    """The first sheet of a workbook that has the columns, as text."""
    import pandas as pd
    import pyarrow as pa

    if find_spec("python_calamine") is None:
        raise MissingExtraError("reading Excel files", "events", "python-calamine")
    try:
        sheets = pd.read_excel(member.path, sheet_name=None, header=None, dtype=object, engine="calamine")
    except Exception as error:  # calamine has an error of its own for each kind of damage
        raise refuse(member.name, f"the workbook cannot be opened ({error})", "Save it as CSV (UTF-8)") from None
    filled = {name: sheet for name, sheet in sheets.items() if len(sheet)}
    if not filled:
        raise refuse(member.name, "the workbook is empty", AGAIN)
    place = next(
        (
            (name, row)
            for name, sheet in filled.items()
            for row in range(min(20, len(sheet)))
            if fits([_cell(value) or "" for value in sheet.iloc[row]])
        ),
        (next(iter(filled)), 0),
    )
    sheet, above = filled[place[0]], place[1] + 1
    header = different([_cell(value) or "" for value in sheet.iloc[above - 1]])
    rows = sheet.iloc[above:]
    return pa.table(
        {name: pa.array([_cell(value) for value in rows.iloc[:, i]], pa.string()) for i, name in enumerate(header)}
    )


def _cell(value: Any) -> str | None:
    """A cell of a sheet as a CSV file would have it."""
    import pandas as pd

    if value is None or (pd.api.types.is_scalar(value) and pd.isna(value)):
        return None
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


# --- frames ---------------------------------------------------------------------------------------------------------


def _of_frame(frame: tuple[Any, Mapping[str, str]], columns: list[str], *, numbered: bool) -> Frame:
    import narwhals.stable.v2 as nw

    native, names = frame
    old = {new: name for name, new in names.items()}
    if type(native).__module__.startswith("pandas"):
        native = _of_pandas(native[list(dict.fromkeys(old[name] for name in columns if name in old))])
    found: Any = nw.from_native(native)
    row = nw.lit(None, dtype=nw.Int64).alias("row")
    if numbered and isinstance(found, nw.DataFrame):
        found = found.with_row_index("row")
        row = (nw.col("row") + 1).cast(nw.Int64).alias("row")
    none = nw.lit(None, dtype=nw.String)
    chosen = [(nw.col(old[name]) if name in old else none).alias(name) for name in columns]
    made: Frame = found.select(*chosen, *((nw.lit("frame").alias("file"), row) if numbered else ()))
    return made


def _of_pandas(frame: pd.DataFrame) -> Any:
    """A frame of pandas as one of polars, or of pyarrow; a column of several types becomes text."""
    import pyarrow as pa

    made = {}
    for name, column in frame.items():
        try:
            array = pa.array(column, from_pandas=True)
        except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
            array = pa.array([_cell(value) for value in column], pa.string())
        made[str(name)] = array.dictionary_decode() if pa.types.is_dictionary(array.type) else array
    table = pa.table(made)
    if find_spec("polars") is None:
        return table
    import polars

    return polars.from_arrow(table)
