"""Files and frames of events, opened: nothing but headers and a few samples is read before it is asked for."""

from __future__ import annotations

import glob
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, get_args

from sahelkit.errors import OptionError, SahelkitError, UnknownNameError, is_known, near_matches
from sahelkit.events.choosing import as_layout, fitting_layout, guess_layout
from sahelkit.events.layouts import LAYOUTS, NUMBERS, Layout, LayoutLike
from sahelkit.events.native import (
    Frame,
    Part,
    batches,
    is_scanned,
    of_frame,
    parquet_header,
    quickest,
    scan_part,
    sheet_of,
)
from sahelkit.events.repeats import EventRepeats, Repetitions, find_repetitions, refuse_repetitions
from sahelkit.events.sniffing import AGAIN, MEND, Member, members, ragged, refuse, sniff
from sahelkit.frames import HasFrame


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
    repeats: EventRepeats = "refuse"
    _found: dict[str, Repetitions] = field(default_factory=dict, init=False, repr=False, compare=False)

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
            Lazy ones with polars; batches without it, and of what polars cannot read bit by bit.

        Raises
        ------
        OptionError
            If an event stands in two files and `repeats` is ``"refuse"``.
        """
        wanted = list(dict.fromkeys(columns))
        later = self._repetitions().later
        if self.frame is not None:
            yield of_frame(self.frame, wanted, numbered=numbered, without=later[0] if later and len(later[0]) else None)
            return
        lazy: dict[Any, list[Any]] = {}
        parts = [
            (part, later[position] if later and len(later[position]) else None)
            for position, part in enumerate(self.parts)
        ]
        for part, rows in parts:
            if is_scanned(part):
                scan = scan_part(part, wanted, numbered=numbered, without=rows)
                lazy.setdefault(None if part.text else tuple(scan.collect_schema().items()), []).append(scan)
        import narwhals.stable.v2 as nw

        for scans in lazy.values():
            import polars

            yield nw.from_native(polars.concat(scans) if len(scans) > 1 else scans[0])
        for part, rows in parts:
            if not is_scanned(part):
                for table in batches(part, wanted, numbered=numbered, without=rows):
                    yield nw.from_native(quickest(table), eager_only=True)

    def _repetitions(self) -> Repetitions:
        """Rows that are left out because their event stands in an earlier one; found once.

        A single file of a source whose events have one row each is not looked through.
        """
        column = self.layout.columns.get("event_id")
        unique = self.layout.unique
        if column is None or self.repeats == "keep" or (unique and len(self.parts) < 2):
            return Repetitions(())
        if "rows" not in self._found:
            with self.reading():
                self._found["rows"] = find_repetitions(self.parts, self.frame, column)
        found = self._found["rows"]
        if unique and self.repeats == "refuse":
            refuse_repetitions(found, self.files)
        return found

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
        ).__module__.startswith(("polars", "pyarrow", "narwhals")):
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
                return refuse(part.member.name, where, MEND)
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
            Title, number of files, keys of references, attribution, terms, day of access, number of repeated rows that
            were left out; what is empty is left out.
        """
        layout = self.layout
        said = {
            "title": layout.title,
            "files": len(self.files),
            "references": list(layout.references),
            "attribution": layout.attribution,
            "terms": layout.terms,
            "accessed": self.accessed,
            "repeated": self._found["rows"].count if "rows" in self._found else 0,
        }
        return {name: value for name, value in said.items() if value}


def open_source(
    source: Any, layout: LayoutLike = None, *, accessed: str = "", repeats: EventRepeats = "refuse"
) -> Source:
    """Open files or a frame of events.

    Parameters
    ----------
    source : path, pattern, list of paths, or frame
        CSV (also in zip and gz), Parquet and Excel files; ``"acled/*.csv"`` is all that fit; a frame of pandas, polars,
        pyarrow, Dask, DuckDB or PySpark.
    layout : str, Layout, mapping or None
        Name of a layout; a mapping such as ``{"date": "jour", "iso3": "pays"}``; None: the one that fits.
    accessed : str
        Day on which the files were got, for the citation.
    repeats : {"refuse", "first", "keep"}
        What to do with an event that stands in two of several files, as in exports that overlap: refuse, count it once
        as the first file has it, or count every row. Of a source that gives an event several rows (SCAD: one a place)
        the first counts, unless all are kept.

    Returns
    -------
    Source

    Raises
    ------
    OptionError
        If a file is not there, is no table, or cannot be read; the message has its name and what to do.
    MissingColumnsError
        If a file lacks the day or the state.
    UnknownNameError
        If `layout` or `repeats` is none of those there are.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame({"jour": ["2012-03-22"], "pays": ["Mali"]})
    >>> open_source(rows, {"date": "jour", "country": "pays"}).columns
    ('jour', 'pays')
    """
    if not is_known(repeats, get_args(EventRepeats)):
        raise UnknownNameError("treatment of repeated events", repeats, get_args(EventRepeats))
    if isinstance(source, str | Path) or (isinstance(source, list | tuple) and source and _are_paths(source)):
        return _of_files(_paths([source] if isinstance(source, str | Path) else source), layout, accessed, repeats)
    native = source.as_frame() if isinstance(source, HasFrame) else source
    columns = _columns_of(native)
    found = fitting_layout(as_layout(layout), columns, file="the frame")
    names = found.spelled(columns)
    _check_names(names, found, "frame")
    frame = (native, names)
    notes = _said(found, layout)
    fitted = found.fitted(names.values())
    return Source(fitted, ("frame",), tuple(names.values()), 0, notes, (), frame, accessed, repeats)


def _are_paths(source: Sequence[Any]) -> bool:
    return all(isinstance(item, str | Path) for item in source)


def _columns_of(native: Any) -> list[str]:
    import narwhals.stable.v2 as nw

    if type(native).__module__.startswith("pandas") and not (labels := native.columns).is_unique:
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


def _of_files(paths: list[tuple[Path, str]], layout: LayoutLike, accessed: str, repeats: EventRepeats) -> Source:
    wanted, found = as_layout(layout), None
    parts: list[Part] = []
    notes: list[str] = []
    for path, name in paths:
        for member in members(path, name):
            part, found = _part(member, found or wanted)
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
    return Source(fitted, names, columns, size, (*said, *notes), tuple(parts), None, accessed, repeats)


def _said(found: Layout, layout: LayoutLike) -> tuple[str, ...]:
    return (f"read as {found.title}: layout={found.name!r}",) if layout is None else ()


def _part(member: Member, wanted: Layout | None) -> tuple[Part, Layout]:
    """A file, and its layout, which is that of those before it where there are any."""

    def fits(row: list[str]) -> bool:
        if wanted is None:
            return guess_layout(row) is not None
        return not wanted.missing(wanted.spelled(name.strip() for name in row).values())

    text, table = None, None
    if member.kind == "text":
        text = sniff(member, fits, (wanted or LAYOUTS["gdelt"]).headers)
        header: Sequence[str] = text.header
    elif member.kind == "parquet":
        header = parquet_header(member)
    else:
        table = sheet_of(member, fits)
        header = table.column_names
    chosen = fitting_layout(wanted, header, file=member.name)
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
