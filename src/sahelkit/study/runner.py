"""Reproduce: run notebooks side by side, compare what they find, write the report."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sahelkit._types import Lang
from sahelkit.errors import NotebookError, OptionError
from sahelkit.options import check_language
from sahelkit.study import collect, library
from sahelkit.study.execute import Executed, Progress, execute
from sahelkit.study.expected import compare, read_expected
from sahelkit.study.keeping import guarded, keep, writable
from sahelkit.study.kernel import need_lab
from sahelkit.study.library import EXPECTED_FILE, Notebook
from sahelkit.study.outcome import Reproduction, Run
from sahelkit.study.recorded import Effort, check_effort
from sahelkit.study.recording import record
from sahelkit.study.report import write_report

OUT = "sahelkit-results"


def reproduce(
    names: Iterable[str] = (),
    *,
    out: Path | str = OUT,
    effort: Effort = "quick",
    n_jobs: int | None = 1,
    lang: Lang | None = None,
    folder: Path | str | None = None,
    record_found: bool = False,
    progress: Progress | None = None,
) -> Reproduction:
    """Run notebooks on real data and compare their headline numbers with the recorded ones.

    Every notebook runs in a kernel of this Python, in a folder of its own, with one thread for linear algebra. What
    succeeded is kept when another notebook fails.

    Parameters
    ----------
    names : iterable of str
        Notebooks, by name or by the beginning of a name (``"01"``); all of them by default.
    out : path
        Folder for the results; made when it is not there.
    effort : {"quick", "full"}
        How much computation; notebooks ask for it with `effort`.
    n_jobs : int or None
        Notebooks that run at once; None: as many as this process has processors.
    lang : {"en", "fr"}
        Language of the report.
    folder : path, optional
        Folder of notebooks with their findings.toml; those shipped with sahelkit by default.
    record_found : bool
        Write what was found into findings.toml. For developers of notebooks.
    progress : callable, optional
        Called with a notebook's name, the number of code cells done and of all of them.

    Returns
    -------
    Reproduction
        Its `ok` is True when everything came out as recorded.

    Raises
    ------
    UnknownNameError
        If a name means no notebook, or the effort or language is unknown.
    OptionError
        If `n_jobs` is below 1.
    OutputError
        If `out` cannot be written.
    MissingExtraError
        If the packages that run notebooks are not installed.
    RecordError
        If findings.toml is damaged.
    NotebookError
        If there are no notebooks, or this is called inside one.

    Examples
    --------
    >>> reproduce(["13"], effort="slow")
    Traceback (most recent call last):
    sahelkit.errors.UnknownNameError: unknown effort 'slow'. Known: full, quick.
    """
    started = time.perf_counter()
    check_effort(effort)
    lang = check_language(lang)
    chosen = library.choose(names, folder)
    where = chosen[0].path.parent
    entries = read_expected(where / EXPECTED_FILE)
    if record_found and where.parent.name == "_share":
        raise NotebookError(
            f"{where} belongs to the installed package. Record in a checkout of the project, "
            "or in your own copies: sahelkit reproduce --record --notebooks DIR."
        )
    jobs = _jobs(n_jobs, len(chosen))
    need_lab("sahelkit reproduce")
    target = writable(Path(out).expanduser())
    runs = _in_loop(_run_all(chosen, entries, target, effort, jobs, lang, progress or _silent))
    changed = None
    if record_found:
        whole = {run.notebook.name: run.findings for run in runs if run.failure is None and not _repeats(run)}
        changed = record(where / EXPECTED_FILE, whole, effort=effort)
    result = Reproduction(tuple(runs), target, effort, time.perf_counter() - started, changed)
    guarded(target, lambda: write_report(result, lang=lang))
    return result


def _silent(name: str, done: int, cells: int) -> None:
    pass


def _repeats(run: Run) -> bool:
    return any(check.status == "repeated" for check in run.checks)


def _jobs(given: int | None, notebooks: int) -> int:
    if given is not None and given < 1:
        raise OptionError("n_jobs", given, "at least one notebook must run at a time", repair="Give 1 or more")
    affinity = getattr(os, "sched_getaffinity", None)
    processors = len(affinity(0)) if affinity else os.cpu_count() or 1
    return min(given or processors, notebooks)


def _in_loop(work: Any) -> list[Run]:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        done: list[Run] = asyncio.run(work)
        return done
    work.close()
    raise NotebookError("reproduce() cannot run inside a notebook. Type in a terminal: sahelkit reproduce")


async def _run_all(
    chosen: list[Notebook],
    entries: dict[str, dict[str, dict[str, Any]]],
    target: Path,
    effort: str,
    jobs: int,
    lang: Lang,
    progress: Progress,
) -> list[Run]:
    places = asyncio.Semaphore(jobs)

    async def one(notebook: Notebook) -> Run:
        async with places:
            done = await execute(notebook, effort=effort, progress=progress)
        run = _collected(done, entries.get(notebook.name, {}), effort)
        # In a thread: making pages is slow, and the kernels that still run want to be listened to.
        await asyncio.to_thread(guarded, target, lambda: keep(done, run.figures, target, lang=lang))
        return run

    return list(await asyncio.gather(*(one(notebook) for notebook in chosen)))


def _collected(done: Executed, entries: dict[str, dict[str, Any]], effort: str) -> Run:
    name = done.notebook.name
    found = collect.findings(done.tree)
    checks = compare(name, found, entries, effort=effort, complete=done.failure is None)
    figures = collect.figures(name, done.tree)
    return Run(done.notebook, tuple(found), tuple(figures), tuple(checks), done.seconds, done.failure)
