"""`sahelkit notebooks list | copy`: the notebooks and copies of them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sahelkit.study.library import Copied, Notebook

notebooks_app = typer.Typer(no_args_is_help=True, help="List the notebooks, or copy them to a folder of yours.")


@notebooks_app.command("list")
def list_command(as_json: Annotated[bool, typer.Option("--json", help="Print the list as JSON.")] = False) -> None:
    """List the notebooks: title, language, and what each answers."""
    from sahelkit._commands._printing import print_table
    from sahelkit.study.library import notebooks

    found = notebooks()
    if as_json:
        import json

        rows = [{"name": n.name, "title": n.title, "language": n.lang, "answers": n.answers} for n in found]
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    if sys.stdout.isatty():
        for notebook in found:
            _print_stacked(notebook)
    else:
        print_table(("name", "language", "title", "answers"), [(n.name, n.lang, n.title, n.answers) for n in found])


def _print_stacked(notebook: Notebook) -> None:
    from rich.console import Console
    from rich.padding import Padding
    from rich.text import Text

    console = Console(highlight=False)
    console.print(Text.assemble((notebook.name, "bold"), f"  {notebook.lang}"))
    console.print(Padding(Text(notebook.title), (0, 0, 0, 4)))
    if notebook.answers:
        console.print(Padding(Text(notebook.answers, style="dim"), (0, 0, 0, 4)))


@notebooks_app.command("copy")
def copy_command(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; made when it is not there.")],
    force: Annotated[bool, typer.Option("--force", help="Write over files that you have changed.")] = False,
) -> None:
    """Copy the notebooks into DIR; files that you have changed there are kept."""
    from sahelkit.study.library import copy_notebooks

    say_copied(copy_notebooks(folder, force=force))


def say_copied(done: Copied) -> None:
    """Tell what was copied and what was kept."""
    if done.written:
        print(f"{done.folder}: copied {len(done.written)} files: {', '.join(done.written)}")
    if done.same:
        print(f"{done.folder}: {len(done.same)} files were there already, unchanged")
    if done.kept:
        print(f"{done.folder}: kept your own {', '.join(done.kept)} (--force would write over them)")
