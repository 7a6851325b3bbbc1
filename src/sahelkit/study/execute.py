"""One notebook run from its first cell to its last, or to the one that fails."""

from __future__ import annotations

import asyncio
import re
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sahelkit.options import check_language
from sahelkit.study.kernel import environment, kernel_manager
from sahelkit.study.library import Notebook

# A cell that runs longer than this hangs; at full effort nobody can know.
_CELL_SECONDS = {"quick": 900, "full": None}
_START_SECONDS = 120
_ANSI = re.compile(r"\x1b\[[0-9;]*m")

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Failure:
    """Where and why a notebook stopped.

    Attributes
    ----------
    cell : int
        Number of the code cell, counted from 1 as in ``In [1]``; 0 when the notebook did not start.
    line : str
        The line of the cell that failed, or its first line.
    error : str
        Kind of error and its message.
    """

    cell: int
    line: str
    error: str

    def __str__(self) -> str:
        where = f"code cell {self.cell} ({self.line}) failed" if self.cell else "did not start"
        return f"{where}: {self.error}"


@dataclass(frozen=True, slots=True)
class Executed:
    """An executed notebook (the nbformat tree with outputs), how long it took and why it stopped, if it did."""

    notebook: Notebook
    tree: Any
    seconds: float
    failure: Failure | None


async def execute(notebook: Notebook, *, effort: str, progress: Progress) -> Executed:
    """Run a notebook in a folder of its own, which goes away afterwards.

    `progress` is called with the notebook's name, the number of code cells done and the number of all.
    """
    import nbformat
    from nbclient import NotebookClient

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # cells without an id: older notebooks, of no consequence here
        tree = nbformat.read(notebook.path, as_version=4)
    for cell in tree.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="sahelkit-", ignore_cleanup_errors=True) as name:
        scratch = Path(name)
        work = scratch / "work"
        work.mkdir()
        manager = kernel_manager(scratch)
        client = NotebookClient(tree, km=manager, timeout=_CELL_SECONDS[effort], startup_timeout=_START_SECONDS)
        client.log.setLevel("CRITICAL")  # what it would log is raised as well, and told in our words
        env = environment(effort=effort, lang=check_language(notebook.lang), scratch=scratch)
        with (scratch / "stderr").open("wb") as stderr:
            failure = await _run(client, tree, notebook, progress, cwd=str(work), env=env, stdout=stderr, stderr=stderr)
            if failure is not None and "kernel" in failure.error:
                failure = _with_last_words(failure, scratch / "stderr")
    return Executed(notebook, tree, time.perf_counter() - started, failure)


async def _run(client: Any, tree: Any, notebook: Notebook, progress: Progress, **start: Any) -> Failure | None:
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    # The cells are run one by one here, because NotebookClient.async_execute installs signal handlers, which take each
    # other's place when several notebooks run at once, and swallow Ctrl-C.
    manager = client.km
    code = [(at, cell) for at, cell in enumerate(tree.cells) if cell.cell_type == "code" and cell.source.strip()]
    progress(notebook.name, 0, len(code))
    number = 0
    # Said aloud, because without it some releases of matplotlib do not show the figures of the first cell.
    client.extra_arguments = ["--matplotlib=inline"]
    try:
        await client.async_start_new_kernel(**start)
        await client.async_start_new_kernel_client()
        for number, (at, cell) in enumerate(code, start=1):
            await client.async_execute_cell(cell, at, execution_count=number)
            progress(notebook.name, number, len(code))
    except CellExecutionError as error:
        return Failure(number, _failing_line(error, code[number - 1][1].source), f"{error.ename}: {error.evalue}")
    except CellTimeoutError:
        limit = client.timeout
        return Failure(number, _first_line(code[number - 1][1].source), f"still running after {limit} seconds")
    except DeadKernelError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # nbclient takes Ctrl-C for the death of the kernel
            raise asyncio.CancelledError from None
        why = "the kernel died (often: not enough memory)"
        return Failure(number, _first_line(code[number - 1][1].source), why)
    except (RuntimeError, OSError) as error:
        if number:
            raise
        return Failure(0, "", f"the kernel did not answer ({error})")
    finally:
        await _stop(client, manager)
    return None


async def _stop(client: Any, manager: Any) -> None:
    if client.kc is not None:
        client.kc.stop_channels()
    if manager.has_kernel:
        # Shielded: at Ctrl-C this task is cancelled, and the kernel must end all the same.
        await asyncio.shield(manager.shutdown_kernel(now=True))


def _first_line(source: str) -> str:
    lines = [line.strip() for line in source.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return lines[0] if lines else source.strip()


def _failing_line(error: Any, source: str) -> str:
    """The line of the cell that the traceback points at: the first arrow in it that quotes the cell."""
    lines = {line.strip() for line in source.splitlines()}
    for match in re.finditer(r"-+> *\d+ (.*)", _ANSI.sub("", error.traceback)):
        if match.group(1).strip() in lines:
            return match.group(1).strip()
    return _first_line(source)


def _with_last_words(failure: Failure, log: Path) -> Failure:
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    if not lines:
        return failure
    return Failure(failure.cell, failure.line, f"{failure.error}; its last words: {lines[-1].strip()[:200]}")
