"""`sahelkit lab`: JupyterLab on a copy of the notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_FOLDER = "sahelkit-notebooks"


def lab_command(
    context: typer.Context,
    folder: Annotated[str, typer.Argument(metavar="DIR", help="Folder of your copies; named first.")] = _FOLDER,
) -> None:
    """Open the notebooks in JupyterLab, in a folder of your own; what you changed there is kept.

    Options go to JupyterLab, for example --no-browser or --port=8899.
    """
    from sahelkit._commands.notebooks import say_copied
    from sahelkit.study.lab import need_jupyterlab, start_lab
    from sahelkit.study.library import copy_notebooks

    options = list(context.args)
    if folder.startswith("-"):  # an option of JupyterLab, taken for the folder because none is named
        options.insert(0, folder)
        folder = _FOLDER
    need_jupyterlab()
    say_copied(copy_notebooks(folder))
    raise typer.Exit(start_lab(Path(folder), options))
