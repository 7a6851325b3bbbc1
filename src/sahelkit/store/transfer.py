"""One file over the wire or from a folder: the downloader that pooch calls."""

from __future__ import annotations

import hashlib
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from sahelkit.store import failures
from sahelkit.store.disk import cache_errors, make_readable
from sahelkit.store.failures import Patience, TransferError
from sahelkit.store.mirrors import is_remote
from sahelkit.store.progress import bar

if TYPE_CHECKING:
    import requests

CHUNK = 64 * 1024
# No file of ours comes near this; a body without end must not fill the disk.
LARGEST = 1 << 30


PATIENCE = Patience()


class Downloader:
    """Callable for ``pooch.retrieve``: writes the body of an address to a file.

    Parameters
    ----------
    label : str
        What the progress bar calls the file.
    size : int, optional
        Bytes that are expected; None when not recorded.
    progress : bool, optional
        True or False to force the progress bar; None to show it where a person looks on.
    near : pathlib.Path
        Cache folder, whose access rights the file takes over.

    Attributes
    ----------
    found : str
        sha256 of the body that arrived last.
    """

    def __init__(self, *, label: str, size: int | None, progress: bool | None, near: Path) -> None:
        self.label, self.size, self.progress, self.near = label, size, progress, near
        self.found = ""

    def __call__(self, url: str, output_file: str, pooch: object, check_only: bool = False) -> None:
        """Fetch `url` into `output_file`; raises `TransferError` or `CacheError`."""
        body = self._from_server if is_remote(url) else self._from_folder
        attempt = 1
        while True:
            try:
                self._write(body, url, Path(output_file))
                return
            except TransferError as failure:
                if attempt >= failure.attempts:
                    raise failure.after(attempt) from None
                time.sleep(max(failure.wait, PATIENCE.pause * 2 ** (attempt - 1) * random.uniform(1.0, 1.25)))
                attempt += 1

    def _write(self, body: Callable[[str, ExitStack], tuple[int | None, Iterator[bytes]]], url: str, to: Path) -> None:
        digest, length = hashlib.sha256(), 0
        limit = self.size if self.size is not None else LARGEST
        with ExitStack() as stack:
            total, chunks = body(url, stack)
            advance = stack.enter_context(bar(self.label, total or self.size, wanted=self.progress))
            with cache_errors(self.near):
                out: BinaryIO = stack.enter_context(open(to, "wb"))
            for chunk in chunks:
                if not length and failures.looks_like_html(chunk):
                    raise failures.html_page()
                length += len(chunk)
                if length > limit:
                    raise failures.too_long(limit)
                digest.update(chunk)
                with cache_errors(self.near):
                    out.write(chunk)
                advance(len(chunk))
            with cache_errors(self.near):
                out.flush()
                os.fsync(out.fileno())
        make_readable(to, self.near)
        self.found = digest.hexdigest()

    def _from_folder(self, path: str, stack: ExitStack) -> tuple[int | None, Iterator[bytes]]:
        try:
            source: BinaryIO = stack.enter_context(open(path, "rb"))  # noqa: SIM115
            total = os.fstat(source.fileno()).st_size
        except OSError as error:
            raise failures.unreadable(error) from None

        def chunks() -> Iterator[bytes]:
            try:
                while chunk := source.read(CHUNK):
                    yield chunk
            except OSError as error:
                raise failures.unreadable(error) from None

        return total, chunks()

    def _from_server(self, url: str, stack: ExitStack) -> tuple[int | None, Iterator[bytes]]:
        import requests

        from sahelkit import __version__

        try:
            response: requests.Response = stack.enter_context(
                requests.get(
                    url,
                    stream=True,
                    timeout=(PATIENCE.connect, PATIENCE.read),
                    # Unpacked on the way, a body has another length than its header says.
                    headers={"User-Agent": f"sahelkit/{__version__}", "Accept-Encoding": "identity"},
                )
            )
        except requests.RequestException as error:
            raise failures.of_request(error, PATIENCE) from None
        except OSError as error:  # not of the network: requests could not read its certificates
            raise failures.no_certificates(error) from None
        if response.status_code != 200:
            raise failures.of_status(response.status_code, response.headers.get("Retry-After"), PATIENCE)
        given = response.headers.get("Content-Length", "")
        total = int(given) if given.isdigit() else None

        def chunks() -> Iterator[bytes]:
            try:
                yield from response.iter_content(CHUNK)
            except requests.RequestException as error:
                raise failures.of_request(error, PATIENCE, arrived=response.raw.tell(), total=total) from None
            arrived = response.raw.tell()
            # Before urllib3 2 a short body simply ends.
            if total is not None and arrived < total:
                raise failures.cut_short(arrived, total, PATIENCE)

        return total, chunks()
