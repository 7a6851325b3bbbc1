"""A progress bar with rate and time left, where a person looks on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def watched(label: str, *, total: int, done: int = 0, wanted: bool | None = None) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error while the block runs.

    Parameters
    ----------
    label : str
        What is counted, in the plural.
    total, done : int
        How many in all, and how many were there before.
    wanted : bool, optional
        True or False to force it; None shows it on a terminal or in a notebook.

    Yields
    ------
    callable
        To be called with the number that has just been finished.
    """
    if wanted is False:
        yield lambda _count: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
    from rich.text import Text

    console = Console(stderr=True)
    if wanted is None and not (console.is_terminal or console.is_jupyter):
        yield lambda _count: None
        return

    class Rate(ProgressColumn):
        def render(self, task: object) -> Text:
            speed = getattr(task, "finished_speed", None) or getattr(task, "speed", None)
            return Text("" if speed is None else f"{speed:,.0f} {label}/s")

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TextColumn("time left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=wanted is None) as bar:
        task = bar.add_task(label, total=total, completed=done)
        yield lambda count: bar.advance(task, count)
