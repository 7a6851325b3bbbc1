"""One transfer through pooch: staged beside its final name, verified, then moved into place."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sahelkit.store import failures
from sahelkit.store.disk import cache_errors, put_in_place, stage
from sahelkit.store.failures import TransferError
from sahelkit.store.transfer import Downloader

Progress = bool | None

_quiet: set[int] = set()


def _not_ours(record: logging.LogRecord) -> bool:
    return record.thread not in _quiet


@contextmanager
def _without_pooch_log() -> Iterator[None]:
    # pooch logs each transfer to standard error; its level is left alone, since it belongs to all users of pooch.
    import pooch

    logger = pooch.get_logger()
    if _not_ours not in logger.filters:
        logger.addFilter(_not_ours)
    _quiet.add(threading.get_ident())
    try:
        yield
    finally:
        _quiet.discard(threading.get_ident())


def deliver(
    address: str, target: Path, *, label: str, sha256: str, size: int | None, alone: bool, progress: Progress
) -> None:
    """Bring the file at `address` to `target`, complete and verified, or raise.

    Parameters
    ----------
    address : str
        Web address or path.
    target : pathlib.Path
        Final name; its folder exists.
    label : str
        What the progress bar calls the file.
    sha256 : str
        64 hexadecimal digits.
    size : int or None
        Bytes, where recorded.
    alone : bool
        True when no other process is at work on this file.
    progress : bool or None
        True or False to force the progress bar.

    Raises
    ------
    TransferError
        If the address did not deliver the recorded file.
    CacheError
        If the file cannot be written.
    """
    import pooch

    downloader = Downloader(label=label, size=size, progress=progress, near=target.parent)
    with cache_errors(target), stage(target, alone=alone) as folder:
        try:
            with _without_pooch_log():
                arrived = pooch.retrieve(
                    address,
                    known_hash=f"sha256:{sha256}",
                    fname=target.name,
                    path=folder,
                    downloader=downloader,
                )
        except ValueError as error:
            if not downloader.found:
                raise TransferError(f"the request failed ({error})", scope="host") from None
            # pooch's word for a complete file with another hash than the known one.
            raise failures.wrong_hash(downloader.found, sha256) from None
        put_in_place(Path(arrived), target, sha256)
