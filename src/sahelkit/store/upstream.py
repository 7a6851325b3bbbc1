"""Upstream files: cache, mirrors, then the pinned address."""

from __future__ import annotations

from pathlib import Path

from sahelkit.catalog import source
from sahelkit.store import settings
from sahelkit.store.obtain import Wanted, obtain

FOLDER = "sources"


def wanted_source(name: str) -> Wanted:
    """The upstream file called `name` in sources.toml.

    Raises
    ------
    UnknownNameError
        If no source has this name.
    """
    pinned = source(name)
    return Wanted(
        label=pinned.file,
        sha256=pinned.sha256,
        target=settings.cache_root() / FOLDER / pinned.file,
        relative=(pinned.file, f"{FOLDER}/{pinned.file}"),
        last=(pinned.url,) if pinned.url else (),
        size=pinned.bytes,
    )


def fetch_source(name: str, *, progress: bool | None = None) -> Path:
    """Verified path of one pinned upstream file, fetched into the cache if need be.

    Parameters
    ----------
    name : str
        Name of the file in datasets/sources.toml, e.g. ``"cline_2023"``.
    progress : bool, optional
        True or False to force the progress bar of files above 1 MB; None shows it on a terminal or in a notebook.

    Returns
    -------
    pathlib.Path
        The file has the recorded sha256.

    Raises
    ------
    UnknownNameError
        If no source has this name.
    OfflineError
        If the file is not on this machine and SAHELKIT_OFFLINE is on.
    DataUnavailableError
        If no mirror nor the pinned address delivered it. Some regional extracts have no public address: they come
        from a mirror or an import only, and the message says so.
    CacheError
        If the cache folder cannot be written or the disk is full.

    Examples
    --------
    >>> path = fetch_source("cline_2023")  # doctest: +SKIP
    """
    return fetch_upstream(name, progress=progress)


def fetch_upstream(name: str, *, progress: bool | None, silent: set[str] | None = None) -> Path:
    """What `fetch_source` does; `silent` are hosts that do not answer."""
    wanted = wanted_source(name)
    notes = [] if wanted.last else ["no public address gives exactly this file, so only a mirror or an import can"]
    return obtain(wanted, notes=notes, progress=progress, silent=silent)
