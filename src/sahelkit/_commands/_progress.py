"""How far the notebooks are: bars on a terminal, a line per finished notebook elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any


class NotebookProgress:
    """Called with a notebook's name, the code cells done and all of them."""

    def __init__(self) -> None:
        self._bars: Any = None
        self._tasks: dict[str, Any] = {}
        self._started: dict[str, float] = {}

    def __enter__(self) -> NotebookProgress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
            self._bars = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()

    def __call__(self, name: str, done: int, cells: int) -> None:
        if self._bars is not None:
            if name not in self._tasks:
                self._tasks[name] = self._bars.add_task(name, total=cells)
            self._bars.update(self._tasks[name], completed=done)
            return
        self._started.setdefault(name, time.perf_counter())
        if done == cells:
            seconds = time.perf_counter() - self._started[name]
            print(f"{name}: {cells} cells, {seconds:.1f} s", file=sys.stderr, flush=True)
