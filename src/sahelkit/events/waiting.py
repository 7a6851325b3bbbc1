"""A sign of life where a pass over large files takes longer than a few seconds."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

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
    from rich.console import Console

    console = Console(stderr=True)
    if not (console.is_terminal or console.is_jupyter):
        yield
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    told = f"{label} ({size / 1e9:.1f} GB)" if size >= 1e8 else label
    bar = Progress(TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True)
    bar.add_task(told, total=None)
    timer = threading.Timer(PATIENCE, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        bar.stop()
