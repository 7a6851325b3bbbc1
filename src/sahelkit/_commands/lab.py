"""`sahelkit lab`: JupyterLab on a copy of the notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def lab_command(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder of your copies.")] = Path("sahelkit-notebooks"),
) -> None:
    """Open the notebooks in JupyterLab, in a folder of your own; what you changed there is kept.

    Further options go to JupyterLab, for example --no-browser or --port=8899.
    """
    from sahelkit._commands.notebooks import say_copied
    from sahelkit.study.lab import need_jupyterlab, start_lab
    from sahelkit.study.library import copy_notebooks

    need_jupyterlab()
    say_copied(copy_notebooks(folder))
    raise typer.Exit(start_lab(folder, context.args))
