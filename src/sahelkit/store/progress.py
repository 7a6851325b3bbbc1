"""A progress bar for larger files, where a person looks on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Smaller files arrive before a bar could be read.
SHOWN_ABOVE = 1_000_000


@contextmanager
def bar(label: str, total: int | None, *, wanted: bool | None = None) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error while the block runs.

    Parameters
    ----------
    label : str
        What is on its way.
    total : int, optional
        Bytes in all; without it no bar is shown.
    wanted : bool, optional
        True or False to force it; None shows it on a terminal or in a notebook.

    Yields
    ------
    callable
        To be called with the number of bytes that have just arrived.
    """
    if wanted is False or total is None or total <= SHOWN_ABOVE:
        yield lambda _count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if wanted is None and not (console.is_terminal or console.is_jupyter):
        yield lambda _count: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=wanted is None) as progress:
        task = progress.add_task(label, total=total)
        yield lambda count: progress.advance(task, count)
