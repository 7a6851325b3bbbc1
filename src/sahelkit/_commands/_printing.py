"""Tables and lines as the commands print them: framed on a terminal, plain elsewhere, JSON or CSV on request."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sahelkit.errors import OptionError


def cell_text(value: Any) -> str:
    """A cell as text; empty for NA."""
    if value is None or type(value).__name__ == "NAType" or value != value:
        return ""
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def print_table(
    headers: Sequence[str], rows: Iterable[Sequence[Any]], *, wrong: Collection[int] = (), grouped: bool = False
) -> None:
    """Print rows under headers.

    On a terminal, the rows whose positions are in `wrong` stand out, and with `grouped` the first column becomes a line
    above the rows that share it.
    """
    cells = [[cell_text(value) for value in row] for row in rows]
    if not sys.stdout.isatty():
        _plain(headers, cells)
    elif not grouped:
        _framed(headers, cells, wrong)
    else:
        _grouped(headers, cells, wrong)


def _framed(headers: Sequence[str], cells: list[list[str]], wrong: Collection[int]) -> None:
    from rich import box
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for header in headers:
        table.add_column(header, overflow="fold")
    for at, row in enumerate(cells):
        table.add_row(*map(escape, row), style="red" if at in wrong else None)
    Console().print(table)


def _grouped(headers: Sequence[str], cells: list[list[str]], wrong: Collection[int]) -> None:
    # A group's name takes a line of its own, so that the columns fit into a terminal of 80 characters.
    marked: list[list[str]] = []
    bad: list[int] = []
    above = None
    for at, row in enumerate(cells):
        if row[0] != above:
            marked.append([row[0], *[""] * (len(headers) - 2)])
            above = row[0]
        if at in wrong:
            bad.append(len(marked))
        marked.append([f"  {row[1]}", *row[2:]])
    _framed(headers[1:], marked, bad)


def _plain(headers: Sequence[str], cells: list[list[str]]) -> None:
    from rich.cells import cell_len

    # Two blanks between columns and no line breaks in cells: what cut, awk and grep can read.
    flat = [[" ".join(cell.split()) for cell in row] for row in [list(headers), *cells]]
    widths = [max(cell_len(row[at]) for row in flat) for at in range(len(headers))]
    for row in flat:
        padded = (cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True))
        print("  ".join(padded).rstrip())


def print_frame(frame: Any, *, shown: Sequence[str], as_json: bool = False, as_csv: bool = False) -> None:
    """Print the columns `shown` of a frame as a table, or the whole frame as JSON or CSV."""
    if as_json and as_csv:
        raise OptionError("--json", "--csv", "only one of the two can be printed", repair="Take one away")
    if as_json:
        print(frame.to_json(orient="records", force_ascii=False, date_format="iso", indent=2))
    elif as_csv:
        print(frame.to_csv(index=False, lineterminator="\n"), end="")
    else:
        print_table(shown, frame[list(shown)].itertuples(index=False))
