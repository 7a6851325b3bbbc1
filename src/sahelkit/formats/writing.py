"""Putting files where a user wants them: nothing is overwritten unasked, and nothing is left half written."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sahelkit.errors import OptionError, OutputError
from sahelkit.store.disk import make_readable, stage

_REASONS = {
    errno.ENOSPC: ("no space left on the disk", "Free some space, or choose a folder on another disk"),
    errno.EDQUOT: ("no space left for you on the disk", "Free some space, or choose a folder on another disk"),
    errno.EROFS: ("the folder is read-only", "Choose a folder that you may write"),
    errno.EACCES: (
        "you may not write there, or another program has the file open",
        "Close the file, or choose a folder that you may write",
    ),
    errno.EPERM: ("you may not write there", "Choose a folder that you may write"),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter name"),
}


def target_of(path: object) -> Path:
    """The path that a user gave, made absolute; its folder exists.

    Raises
    ------
    OptionError
        If it is no path.
    OutputError
        If the folder does not exist, or a folder stands where the file should go.
    """
    if not isinstance(path, str | os.PathLike) or not os.fspath(path):
        raise OptionError("path", path, "it is the name of a file", repair="Type path='mali.dta'")
    target = Path(os.fsdecode(os.fspath(path))).expanduser().absolute()
    if target.is_dir():
        raise OutputError(target, "it is a folder", repair=f"Name a file in it, such as {target / 'mali.dta'}")
    if not target.parent.is_dir():
        raise OutputError(target, f"there is no folder {target.parent}", repair="Make it first, or choose another")
    return target


@contextmanager
def replacing(files: Sequence[Path], *, overwrite: bool) -> Iterator[Path]:
    """A working folder for files that are moved to their places, in this order, once all of them are written.

    A file that is there already, with the same bytes, stays.

    Raises
    ------
    OutputError
        If another file is there and `overwrite` is False, or the disk does not take the files.
    """
    where = files[0]
    try:
        with stage(where, alone=False) as folder:
            yield folder
            made = {file: folder / file.name for file in files}
            other = [file for file in files if file.exists() and not (file != where and _same(file, made[file]))]
            check_free(other, overwrite=overwrite)
            for file in files:
                if file.exists() and file not in other:
                    continue
                _flush(made[file])
                make_readable(made[file], file.parent)
                os.replace(made[file], file)
    except OSError as error:
        why, repair = _REASONS.get(error.errno or 0, (error.strerror or type(error).__name__, "Choose another folder"))
        raise OutputError(where, why, repair=repair) from error


def check_free(files: Sequence[Path], *, overwrite: bool) -> None:
    """Raise OutputError if one of the files is there already and would be overwritten unasked."""
    taken = next((file for file in files if file.exists()), None)
    if taken is not None and not overwrite:
        repair = "Type overwrite=True (on the command line --overwrite) to replace it, or choose another name"
        raise OutputError(taken, "it is there already", repair=repair)


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and one.stat().st_size == other.stat().st_size and one.read_bytes() == other.read_bytes()


def _flush(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())
