"""The folder of results: one executed notebook at a time."""

from __future__ import annotations

import base64
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from sahelkit._types import Lang
from sahelkit.errors import OutputError
from sahelkit.study.collect import Figure
from sahelkit.study.execute import Executed


def writable(folder: Path) -> Path:
    """The folder, made if need be; `OutputError` when nothing can be written there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        why = "it is not a folder" if isinstance(error, FileExistsError | NotADirectoryError) else error.strerror
        repair = "Choose another folder with --out DIR"
        raise OutputError(folder, (why or str(error)).lower(), repair=repair) from None
    return folder.resolve()


def guarded(target: Path, write: Callable[[], None]) -> None:
    """Call `write`; a full disk or the like becomes an `OutputError`."""
    try:
        write()
    except OSError as error:
        raise OutputError(error.filename or target, (error.strerror or str(error)).lower()) from None


def keep(done: Executed, figures: Iterable[Figure], target: Path, *, lang: Lang) -> None:
    """Write the executed notebook, its page and its figures."""
    import nbformat

    from sahelkit.study.pages import notebook_page

    name = done.notebook.name
    nbformat.write(done.tree, target / f"{name}.ipynb")
    (target / f"{name}.html").write_text(notebook_page(done, lang=lang), encoding="utf-8")
    (target / "figures").mkdir(exist_ok=True)
    for figure in figures:
        (target / "figures" / figure.file).write_bytes(base64.b64decode(figure.png))
