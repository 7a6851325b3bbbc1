"""A sign of life where a pass over large files takes longer than a few seconds."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress

# Seconds after which somebody wonders whether anything happens.
PATIENCE = 3.0


@contextmanager
def waiting(label: str, size: int = 0) -> Iterator[None]:
    """Show what is being read, and for how long, where a person looks on and the block takes more than 3 seconds.

    Parameters
    ----------
    label : str
        What is read.
    size : int
        Bytes in all, for the label; 0 where unknown.
    """
    if not (sys.stderr.isatty() or "ipykernel" in sys.modules):
        yield
        return
    shown: list[Progress] = []

    def show() -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        bar = Progress(*columns, console=Console(stderr=True), transient=True)
        bar.add_task(f"{label} ({size / 1e9:.1f} GB)" if size >= 1e8 else label, total=None)
        shown.append(bar)
        bar.start()

    timer = threading.Timer(PATIENCE, show)
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        for bar in shown:
            bar.stop()
