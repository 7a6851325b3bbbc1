"""`sahelkit reproduce`: run the notebooks and compare what they find with what is recorded."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sahelkit.study.outcome import Reproduction


def reproduce_command(
    names: Annotated[
        list[str] | None, typer.Argument(help="Notebooks, such as 01 or 01_what_counts; none: all.")
    ] = None,
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the results.")] = Path("sahelkit-results"),
    effort: Annotated[str, typer.Option(help="quick or full.")] = "quick",
    jobs: Annotated[int | None, typer.Option(help="Notebooks at once; one per processor by default.")] = None,
    lang: Annotated[str, typer.Option(help="Language of the report: en or fr.")] = "en",
    notebooks: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Run the notebooks of this folder, not the shipped ones.")
    ] = None,
    record: Annotated[
        bool, typer.Option("--record", help="For developers: write what was found into findings.toml.")
    ] = False,
) -> None:
    """Run the notebooks on real data and compare their numbers with the recorded ones.

    Writes a report, DIR/index.html, with every number and figure. Exits with 1 if a number differs or a notebook stops.
    """
    from sahelkit._commands._progress import NotebookProgress
    from sahelkit.options import check_language
    from sahelkit.study.recorded import check_effort
    from sahelkit.study.runner import reproduce

    with NotebookProgress() as progress:
        result = reproduce(
            names or (),
            out=out,
            effort=check_effort(effort),
            n_jobs=jobs,
            lang=check_language(lang),
            folder=notebooks,
            record_found=record,
            progress=progress,
        )
    _print_checks(result)
    for run in result.runs:
        if run.failure is not None:
            print(f"\n{run.notebook.name}: {run.failure}", file=sys.stderr)
    print(_summary(result))
    failed = any(run.failure is not None for run in result.runs)
    if result.recorded is not None:
        print(f"findings.toml: {result.recorded} entries changed")
    if failed or (result.recorded is None and not result.ok):
        raise typer.Exit(1)


def _print_checks(result: Reproduction) -> None:
    from sahelkit._commands._printing import print_table
    from sahelkit.study.expected import tolerance_text
    from sahelkit.study.values import number_text
    from sahelkit.study.words import WORDS

    words = WORDS["en"]
    rows = []
    for check in result.checks:
        wanted = check.expected
        rows.append(
            (
                check.notebook,
                check.name,
                number_text(check.found.value, error=check.found.mc_error) if check.found else "—",
                number_text(wanted.value, error=check.recorded_error) if wanted else "—",
                tolerance_text(wanted),
                words[check.status] if check.status == "same" else words[check.status].upper(),
            )
        )
    wrong = [at for at, check in enumerate(result.checks) if check.status != "same"]
    if rows:
        print_table(
            ("notebook", "finding", "found", "recorded", "tolerance", "result"), rows, wrong=wrong, grouped=True
        )


def _summary(result: Reproduction) -> str:
    from sahelkit.study.pages import duration
    from sahelkit.study.report import verdict
    from sahelkit.study.words import WORDS

    sentence = " ".join(verdict(result, WORDS["en"]))
    return f"{sentence} ({duration(result.seconds)})\nReport: {result.out / 'index.html'}"
