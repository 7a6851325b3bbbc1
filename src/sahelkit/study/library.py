"""The notebooks that come with this installation: list, choose, copy."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sahelkit.catalog import locate
from sahelkit.errors import NotebookError, OutputError, UnknownNameError
from sahelkit.options import check_path
from sahelkit.study.claims import CLAIMS_FILE

EXPECTED_FILE = "findings.toml"


@dataclass(frozen=True, slots=True)
class Notebook:
    """One notebook: its name, where it lies, its title, its language and what it answers."""

    name: str
    path: Path
    title: str
    lang: str
    answers: str


@dataclass(frozen=True, slots=True)
class Copied:
    """What `copy_notebooks` did: files written, files kept because they had been changed, files already the same."""

    folder: Path
    written: tuple[str, ...]
    kept: tuple[str, ...]
    same: tuple[str, ...]


def notebooks(folder: Path | str | None = None) -> list[Notebook]:
    """Notebooks in the order of their names.

    Parameters
    ----------
    folder : path, optional
        Where to look; the notebooks shipped with sahelkit by default.

    Returns
    -------
    list of Notebook

    Raises
    ------
    NotebookError
        If the folder is not there, holds no notebook, or one of them is not a notebook file.

    Examples
    --------
    >>> [notebook.name for notebook in notebooks()][-1]
    '14_your_own_data'
    """
    check_path("folder", folder, optional=True)
    where = Path(folder) if folder is not None else locate.notebooks_dir()
    if not where.is_dir():
        raise NotebookError(f"{where}: there is no such folder. Give one that holds notebooks (.ipynb).")
    found = [_read(path) for path in sorted(where.glob("*.ipynb"))]
    if not found:
        raise NotebookError(f"{where}: no notebook (.ipynb) there. 'sahelkit notebooks copy DIR' makes copies.")
    return found


def _read(path: Path) -> Notebook:
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        cells, meta = raw["cells"], raw.get("metadata", {}).get("sahelkit", {})
        title, answers = _first_words(cells)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise NotebookError(f"{path}: not a notebook file (version 4). Restore it, or take it away.") from None
    except OSError as error:
        raise NotebookError(f"{path}: cannot be read ({error.strerror}).") from None
    return Notebook(
        name=path.stem,
        path=path,
        title=meta.get("title") or title or path.stem,
        lang=meta.get("lang") or "en",
        answers=meta.get("answers") or answers,
    )


def _first_words(cells: list[dict[str, Any]]) -> tuple[str, str]:
    """Heading and first paragraph of the first cell, without mark-up."""
    if not cells or cells[0]["cell_type"] != "markdown":
        return "", ""
    blocks = re.split(r"\n\s*\n", "".join(cells[0]["source"]).strip())
    title = ""
    if blocks[0].startswith("# "):
        heading, _, rest = blocks[0].partition("\n")
        title, blocks = heading[2:].strip(), [rest.strip(), *blocks[1:]]
    first = next((block for block in blocks if block and not block.startswith(("#", "|", "<", "!"))), "")
    first = re.sub(r"^\*\*[^*]{1,40}\*\*[.: ]*", "", first)  # a label such as "**The question.**"
    first = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", first)
    return title, re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", re.sub(r"\s+", " ", first)).strip()


def choose(names: Iterable[str], folder: Path | str | None = None) -> list[Notebook]:
    """The notebooks that `names` mean; all of them when there are no names.

    A name is a notebook's name with or without ``.ipynb``, or a beginning of it up to an underscore: ``01`` or
    ``01_what_counts``. ``00`` means every notebook whose name begins so.

    Raises
    ------
    UnknownNameError
        If a name means no notebook.
    """
    known = notebooks(folder)
    chosen: dict[str, Notebook] = {}
    for given in names:
        wanted = Path(given).name.removesuffix(".ipynb")
        exact = [nb for nb in known if nb.name == wanted]
        found = exact or [nb for nb in known if wanted and f"{nb.name}_".startswith(f"{wanted.rstrip('_')}_")]
        if not found:
            repair = "sahelkit notebooks list shows them"
            raise UnknownNameError("notebook", given, [nb.name for nb in known], repair=repair)
        chosen.update((nb.name, nb) for nb in found)
    return [nb for nb in known if nb.name in chosen] if chosen else known


def copy_notebooks(folder: Path | str, *, force: bool = False) -> Copied:
    """Copy the shipped notebooks, with the values expected of them, into a folder of your own.

    Parameters
    ----------
    folder : path
        Made when it is not there.
    force : bool
        Write over files that differ from the shipped ones. By default they are kept: your work is never lost.

    Returns
    -------
    Copied
        Names of the files that were written, kept because they differ, and the same already.

    Raises
    ------
    OutputError
        If the folder cannot be written.

    Examples
    --------
    >>> copied = copy_notebooks("my-notebooks")  # doctest: +SKIP
    """
    check_path("folder", folder)
    target = Path(folder).expanduser()
    sources = [nb.path for nb in notebooks()]
    beside = (locate.notebooks_dir() / name for name in (EXPECTED_FILE, CLAIMS_FILE))
    sources += [path for path in beside if path.exists()]
    done: dict[str, list[str]] = {"written": [], "kept": [], "same": []}
    try:
        target.mkdir(parents=True, exist_ok=True)
        for source in sources:
            to = target / source.name
            if to.exists() and to.read_bytes() == source.read_bytes():
                done["same"].append(source.name)
            elif to.exists() and not force:
                done["kept"].append(source.name)
            else:
                shutil.copyfile(source, to)
                done["written"].append(source.name)
    except OSError as error:
        raise OutputError(error.filename or target, error.strerror or str(error)) from None
    return Copied(target, tuple(done["written"]), tuple(done["kept"]), tuple(done["same"]))
