"""Bring named datasets and upstream files into the cache."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from sahelkit import catalog
from sahelkit.errors import DataUnavailableError, OptionError, UnknownNameError
from sahelkit.store.curated import data_files, dataset_names, record_of, wanted_file
from sahelkit.store.obtain import obtain
from sahelkit.store.registry import check_version
from sahelkit.store.upstream import FOLDER, fetch_upstream

# Failures that one message names.
_NAMED = 5


def fetch(
    names: str | Iterable[str] | None = None,
    *,
    version: str | None = None,
    sources: bool = False,
    progress: bool | None = None,
) -> dict[str, Path]:
    """Bring curated tables, and on request upstream files, into the cache.

    Parameters
    ----------
    names : str or iterable of str, optional
        Datasets (``"coups"``) or upstream files (``"cline_2023"``); all datasets when absent.
    version : str, optional
        Data version; the bundled one when absent.
    sources : bool
        True to fetch the upstream files of these datasets as well; with no `names`, every upstream file.
    progress : bool, optional
        True or False to force the progress bar of files above 1 MB; None shows it on a terminal or in a notebook.

    Returns
    -------
    dict of str to pathlib.Path
        Verified path in the cache, by ``"coups/coups.csv"`` or ``"sources/cline_2023.csv"``, in the order asked for.

    Raises
    ------
    UnknownNameError
        If a name or the version is unknown; nothing is fetched then.
    DataUnavailableError
        If some files could not be had; the others are in the cache all the same.
    CacheError
        If the cache folder cannot be written or the disk is full.

    Notes
    -----
    The tables that came with sahelkit are copied into the cache without a network, so that ``export`` finds them.

    Examples
    --------
    >>> fetch("states")["states/states.csv"].name  # doctest: +SKIP
    'states.csv'
    """
    version = check_version(version)
    curated, upstream = _split(names, version, sources=sources)
    paths: dict[str, Path] = {}
    failed: list[DataUnavailableError] = []
    # A dead server costs its time-out once, not once per file.
    silent: set[str] = set()
    for name in curated:
        try:
            paths[name] = obtain(wanted_file(name, version, bundled=True), progress=progress, silent=silent)
        except DataUnavailableError as error:
            failed.append(error)
    for name in upstream:
        try:
            path = fetch_upstream(name, progress=progress, silent=silent)
            paths[f"{FOLDER}/{path.name}"] = path
        except DataUnavailableError as error:
            failed.append(error)
    if len(failed) == 1:
        raise failed[0]
    if failed:
        raise DataUnavailableError(
            f"{len(failed)} of {len(failed) + len(paths)} files",
            [f"{error.name} ({error.tried[-1] if error.tried else 'no place to try'})" for error in failed[:_NAMED]]
            + ([f"and {len(failed) - _NAMED} more"] if len(failed) > _NAMED else []),
            repair=f"The other {len(paths)} are in the cache; the same command tries again for those that are missing",
        )
    return paths


def _split(names: str | Iterable[str] | None, version: str, *, sources: bool) -> tuple[list[str], list[str]]:
    """Curated files and upstream names to fetch, each once, in the order asked for."""
    known, pinned = dataset_names(version), list(catalog.sources())
    every = names is None
    if isinstance(names, str):
        names = [names]
    curated: dict[str, None] = {}
    upstream: dict[str, None] = {}
    for name in known if names is None else names:
        if not isinstance(name, str):
            raise OptionError("names", name, "names are texts such as 'coups'")
        if name in known:
            curated.update(dict.fromkeys(data_files(name, version)))
            if sources:
                upstream.update(dict.fromkeys(record_of(name, version).sources))
        elif name in pinned:
            upstream[name] = None
        else:
            raise UnknownNameError(
                "dataset or source", name, [*known, *pinned], repair="'sahelkit datasets' lists the datasets"
            )
    if every and sources:
        upstream.update(dict.fromkeys(pinned))
    return list(curated), list(upstream)
