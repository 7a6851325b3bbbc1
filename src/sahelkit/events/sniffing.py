"""What a file is, from its first bytes: kind, encoding, separator, where its header stands, whether it is whole."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from sahelkit.errors import OptionError

SAMPLE = 1 << 16
_LOOKS = 24  # places of a large file at which its encoding is looked at
_SEPARATORS = (",", ";", "\t", "|")
# Readers that take some columns only do not see a row with a field too many. Files made by hand are small.
_CHECKED = 1 << 22
_HEADER_ROWS = 20  # a title and some remarks may stand above the header
_COMMA = re.compile(r"-?\d{1,3},\d+")

AGAIN = "Get the file again"
MEND = "Mend the row; a text that holds the separator or a line break must stand in quotation marks"


def refuse(file: str, why: str, repair: str) -> OptionError:
    """The error for a file that cannot be read."""
    return OptionError("source", file, why, repair=repair)


@dataclass(frozen=True)
class Member:
    """A file, or one in an archive.

    Attributes
    ----------
    name : str
        For messages: the path, and the name within an archive.
    path : pathlib.Path
    kind : {"text", "parquet", "excel"}
    packing : str
        ``""``, ``"gz"`` or the name of the member of a zip archive.
    size : int
        Bytes, unpacked where that is known.
    """

    name: str
    path: Path
    kind: str
    packing: str
    size: int

    @contextmanager
    def open(self) -> Iterator[IO[bytes]]:
        """The bytes, unpacked."""
        if self.packing == "gz":
            with gzip.open(self.path, "rb") as stream:
                yield stream  # type: ignore[misc]
        elif self.packing:
            with zipfile.ZipFile(self.path) as archive, archive.open(self.packing) as inner:
                yield inner
        else:
            with self.path.open("rb") as plain:
                yield plain


@dataclass(frozen=True)
class Text:
    """How a file of separated values is written.

    Attributes
    ----------
    encoding, separator : str
    header : tuple of str
        Names of all columns, each different.
    above : int
        Rows above the first row of data, that of the header among them; 0 for a file without a header.
    commas, padded : frozenset of str
        Columns in which the sample holds decimals that are written with a comma, and values with blanks around them.
    empty : bool
        Whether there is no row of data.
    """

    encoding: str
    separator: str
    header: tuple[str, ...]
    above: int
    commas: frozenset[str]
    padded: frozenset[str]
    empty: bool


def members(path: Path, name: str) -> list[Member]:
    """The files of events that a file holds: itself, or those of a zip archive.

    Raises
    ------
    OptionError
        If it is empty, no file of events, or cannot be opened.
    """
    try:
        size = path.stat().st_size
        with path.open("rb") as stream:
            head = stream.read(512)
    except OSError as error:
        why = f"it cannot be opened ({error.strerror or error})"
        raise refuse(name, why, "Look at its rights, or at whether another program holds it") from None
    if not size:
        raise refuse(name, "the file is empty: 0 bytes", AGAIN)
    if head.startswith(b"PAR1"):
        return [Member(name, path, "parquet", "", size)]
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        return [Member(name, path, "excel", "", size)]
    if head.startswith(b"\x1f\x8b"):
        return [Member(name, path, "text", "gz", size)]
    if head.startswith(b"PK"):
        return _of_archive(path, name, size)
    _refuse_other(head, name)
    return [Member(name, path, "text", "", size)]


def _of_archive(path: Path, name: str, size: int) -> list[Member]:
    try:
        with zipfile.ZipFile(path) as archive:
            inside = [item for item in archive.infolist() if not item.is_dir()]
    except (zipfile.BadZipFile, OSError) as error:
        raise refuse(name, f"the archive is damaged ({error})", AGAIN) from None
    if any(item.filename == "[Content_Types].xml" for item in inside):
        return [Member(name, path, "excel", "", size)]
    tables = [
        item
        for item in inside
        if item.filename.casefold().endswith((".csv", ".tsv", ".txt", ".tab"))
        and "readme" not in item.filename.casefold()
        and not item.filename.startswith("__MACOSX")
    ]
    if not tables:
        held = ", ".join(item.filename for item in inside[:5]) or "nothing"
        raise refuse(name, f"the archive holds no CSV file, but {held}", "Unpack it and give the file of events")
    if any(item.flag_bits & 1 for item in tables):
        raise refuse(name, "the archive is locked with a password", "Unpack it and give the file of events")
    return [Member(f"{name}/{item.filename}", path, "text", item.filename, item.file_size) for item in tables]


def _refuse_other(head: bytes, name: str) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        why = "it is a web page, perhaps one that asks to sign in, and no table"
        raise refuse(name, why, "Sign in at the source with a browser and save the file of events itself")
    if start.startswith((b"{", b"[{")):
        raise refuse(name, "it is JSON", "Ask the source for CSV, or give the frame: pandas.DataFrame(json['data'])")
    if start.startswith(b"version https://git-lfs"):
        raise refuse(name, "it is a pointer of git-lfs in place of the file", "Type git lfs pull")
    if start.startswith(b"%pdf") or (b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff"))):
        raise refuse(name, "it is no table of text", "Give CSV, Parquet or Excel")


def sniff(member: Member, fits: Callable[[list[str]], bool], headers: tuple[tuple[str, ...], ...]) -> Text:
    """How a file is written.

    Parameters
    ----------
    member : Member
    fits : callable
        Whether a row may be the header.
    headers : tuple of tuple of str
        Columns of the layouts whose files have no header.

    Raises
    ------
    OptionError
        If it cannot be decoded, or ends in the middle of a row.
    """
    try:
        with member.open() as stream:
            head = stream.read(SAMPLE)
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise refuse(member.name, f"it cannot be unpacked ({error})", AGAIN) from None
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise refuse(member.name, "the file is empty: nothing but blanks", AGAIN)
    _refuse_other(head[:512], member.name)
    encoding = _encoding(member, head)
    text = head.decode(encoding, errors="ignore").lstrip("\ufeff")
    whole = len(head) < SAMPLE
    found = _without_header(text, headers, whole) or _with_header(text, fits, whole)
    separator, header, above, rows = found
    names = different(header)
    cells = [cell for row in rows for cell in zip(names, row, strict=False)]
    commas = frozenset(name for name, value in cells if _COMMA.fullmatch(value.strip()))
    padded = frozenset(name for name, value in cells if value != value.strip())
    text_of = Text(encoding, separator, names, above, commas, padded, not rows)
    if not member.packing:
        _check_end(member, text_of)
        small = above and member.size <= _CHECKED and fits(list(names))
        if small and (where := ragged(member, text_of)):
            raise refuse(member.name, where, MEND)
    return text_of


def _rows(text: str, separator: str, whole: bool) -> list[list[str]]:
    """The rows of a sample, of which the last may be cut."""
    rows = list(csv.reader(io.StringIO(text), delimiter=separator))
    rows = rows if whole or len(rows) < 2 else rows[:-1]
    return rows[:200]


def _without_header(
    text: str, headers: tuple[tuple[str, ...], ...], whole: bool
) -> tuple[str, list[str], int, list[list[str]]] | None:
    first = text.split("\n", 1)[0].rstrip("\r").split("\t")
    for header in headers:
        if len(first) == len(header) and first[0].isdigit() and len(first[1]) == 8 and first[1].isdigit():
            return "\t", list(header), 0, _rows(text, "\t", whole)
    return None


def _with_header(
    text: str, fits: Callable[[list[str]], bool], whole: bool
) -> tuple[str, list[str], int, list[list[str]]]:
    csv.field_size_limit(1 << 24)
    tables = {separator: _rows(text, separator, whole) for separator in _SEPARATORS}
    for separator, rows in tables.items():
        for position, row in enumerate(rows[:_HEADER_ROWS]):
            if fits(row):
                return separator, row, position + 1, [row for row in rows[position + 1 :] if any(row)]
    # None fits: the widest of the first rows tells which columns there are.
    heads = [(row, mark, position) for mark, rows in tables.items() for position, row in enumerate(rows[:_HEADER_ROWS])]
    row, separator, position = max(heads, key=lambda head: sum(map(bool, head[0])))
    return separator, row, position + 1, tables[separator][position + 1 :]


def different(header: Sequence[str]) -> tuple[str, ...]:
    """Names without blanks around them; a second column of one name, or one without, is told by its place.

    Examples
    --------
    >>> different(["date ", "", "date"])
    ('date', 'column 2', 'date (2)')
    """
    seen: dict[str, int] = {}
    names = []
    for position, name in enumerate(header, start=1):
        plain = name.strip() or f"column {position}"
        seen[plain] = seen.get(plain, 0) + 1
        names.append(plain if seen[plain] == 1 else f"{plain} ({seen[plain]})")
    return tuple(names)


def _encoding(member: Member, head: bytes) -> str:
    """UTF-8 where all that is looked at reads so, UTF-16 with its mark, else the letters of Windows."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    samples = [head]
    if not member.packing and member.size > SAMPLE:
        with member.open() as stream:
            for look in range(1, _LOOKS + 1):
                stream.seek((member.size - SAMPLE) * look // _LOOKS)
                samples.append(stream.read(SAMPLE))
    return "utf-8" if all(map(_is_utf8, samples)) else "cp1252"


def _is_utf8(sample: bytes) -> bool:
    # A sample may begin and end within a letter.
    start = next((place for place in range(min(4, len(sample))) if sample[place] & 0xC0 != 0x80), 0)
    try:
        sample[start:].decode("utf-8")
    except UnicodeDecodeError as error:
        return error.end >= len(sample) - start and error.reason == "unexpected end of data"
    return True


def _check_end(member: Member, text: Text) -> None:
    """Raise for a file that stops in the middle of a row, as a download does that was cut off."""
    if text.encoding == "utf-16" or len(text.header) < 2:
        return
    with member.open() as stream:
        stream.seek(max(0, member.size - SAMPLE))
        tail = stream.read()
    if tail.endswith((b"\n", b"\r")):
        return
    lines = tail.decode(text.encoding, errors="replace").splitlines(keepends=True)
    fields = 0
    # The last row may stand on several lines: a text with line breaks is quoted.
    for back in range(1, min(len(lines), 60) + 1):
        rows = list(csv.reader(lines[-back:], delimiter=text.separator))
        if rows and len(rows[-1]) >= len(text.header):
            return
        fields = fields or len(rows[-1])
    why = f"it ends in the middle of a row, after {fields} of {len(text.header)} fields"
    raise refuse(member.name, why, f"The download was cut off: {AGAIN[0].lower()}{AGAIN[1:]}")


def ragged(member: Member, text: Text) -> str:
    """Where the first row stands that has another number of fields than the header; empty where there is none."""
    with member.open() as stream:
        wrapper = io.TextIOWrapper(stream, encoding=text.encoding, errors="replace", newline="")
        reader = csv.reader(wrapper, delimiter=text.separator)
        for position, row in enumerate(reader, start=1 - text.above):
            if position >= 1 and row and len(row) != len(text.header):
                return (
                    f"row {position:,} (line {reader.line_num:,}) has {len(row)} fields, the header {len(text.header)}"
                )
    return ""
