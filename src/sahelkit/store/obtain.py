"""The one door: a file from the cache, else from each mirror in turn, verified before it gets its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from sahelkit.errors import DataUnavailableError, OfflineError
from sahelkit.store import settings
from sahelkit.store.delivery import Progress, deliver
from sahelkit.store.digest import matches, sha256_of
from sahelkit.store.disk import asides, cache_errors, lock_path, set_aside
from sahelkit.store.failures import TransferError
from sahelkit.store.lock import lock
from sahelkit.store.mirrors import Mirror, is_remote, shown


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file whose bytes are known by their sha256.

    Attributes
    ----------
    label : str
        Name for messages, e.g. ``"coups/coups.csv"``.
    sha256 : str
        64 hexadecimal digits.
    target : pathlib.Path
        Where it lies in the cache.
    relative : tuple of str
        Where it may lie on a mirror, best first.
    nearest : tuple of Mirror
        Places tried before the mirrors.
    last : tuple of str
        Addresses tried after the mirrors.
    size : int or None
        Bytes, where recorded.
    """

    label: str
    sha256: str
    target: Path
    relative: tuple[str, ...]
    nearest: tuple[Mirror, ...] = ()
    last: tuple[str, ...] = ()
    size: int | None = None

    def places(self) -> list[list[str]]:
        """Addresses to try, grouped by host or folder."""
        mirrors = (*self.nearest, *settings.mirrors())
        return [[mirror.address(r) for r in self.relative] for mirror in mirrors] + [[url] for url in self.last]


def _host(address: str) -> str:
    return urlsplit(address).netloc if is_remote(address) else address


def _try_places(
    wanted: Wanted,
    places: Sequence[Sequence[str]],
    tried: list[str],
    silent: set[str],
    *,
    alone: bool,
    progress: Progress,
) -> bool:
    for addresses in places:
        for address in addresses:
            if _host(address) in silent:
                tried.append(f"{shown(address)}: not asked again, since this server did not answer before")
                break
            try:
                deliver(
                    address,
                    wanted.target,
                    label=wanted.label,
                    sha256=wanted.sha256,
                    size=wanted.size,
                    alone=alone,
                    progress=progress,
                )
                return True
            except TransferError as failure:
                tried.append(f"{shown(address)}: {failure}")
                if failure.scope == "host":
                    silent.add(_host(address))
                if failure.scope != "address":
                    break
    return False


def _repair(*, skipped: bool, asked: bool) -> str:
    if skipped:
        return "Unset SAHELKIT_OFFLINE, or bring the file in with 'sahelkit cache import FILE'"
    if asked:
        return "Check the network and SAHELKIT_MIRRORS, or bring the file in with 'sahelkit cache import FILE'"
    return (
        "Set SAHELKIT_MIRRORS to an address or folder that holds it, or bring it in with 'sahelkit cache import FILE'"
    )


@contextmanager
def _held(target: Path) -> Iterator[bool]:
    with ExitStack() as stack:
        with cache_errors(target):
            alone = stack.enter_context(lock(lock_path(target)))
        yield alone


def obtain(
    wanted: Wanted, *, notes: Sequence[str] = (), progress: Progress = None, silent: set[str] | None = None
) -> Path:
    """Verified path of a file in the cache, fetched there if need be.

    Parameters
    ----------
    wanted : Wanted
        The file.
    notes : sequence of str
        What was tried before; it opens the list in an error message.
    progress : bool, optional
        True or False to force the progress bar; None shows it on a terminal or in a notebook.
    silent : set of str, optional
        Hosts that do not answer; they are not asked, and new ones are added.

    Raises
    ------
    OfflineError
        If the file is not on this machine and SAHELKIT_OFFLINE forbids to fetch it.
    DataUnavailableError
        If no place delivered it; the message says what happened at each.
    CacheError
        If the cache cannot be read or written, or the disk is full.
    """
    target, tried = wanted.target, list(notes)
    with cache_errors(target):
        if matches(target, wanted.sha256):
            return target
        there = target.is_file()
    places = wanted.places()
    allowed = places
    if settings.offline():
        allowed = [local for group in places if (local := [a for a in group if not is_remote(a)])]
    if there or allowed:
        with cache_errors(target):
            target.parent.mkdir(parents=True, exist_ok=True)
        with _held(target) as alone:
            with cache_errors(target):
                # Another process may have fetched it while this one waited.
                if matches(target, wanted.sha256):
                    return target
                if target.is_file():
                    found = sha256_of(target)
                    aside = set_aside(target)
                    tried.append(f"{target}: damaged (sha256 {found[:12]}…), kept as {aside.name}")
            if _try_places(wanted, allowed, tried, set() if silent is None else silent, alone=alone, progress=progress):
                return target
    if not there:
        kept = asides(target)
        tried.append(f"{target}: " + (f"only a damaged copy, {kept[-1].name}" if kept else "not in the cache"))
    skipped = len(allowed) < len(places)
    failure = OfflineError if skipped else DataUnavailableError
    if skipped:
        tried.append("the network: not asked, because SAHELKIT_OFFLINE is on")
    raise failure(wanted.label, tried, repair=_repair(skipped=skipped, asked=bool(places)))
