"""Why a transfer failed, in words, and whether it is worth another try."""

from __future__ import annotations

import http
import os
import time
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import requests

Scope = Literal["address", "mirror", "host"]

# Statuses that may pass: time-outs, too many requests, and faults of the server.
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body", b"<script", b"<meta", b"<title")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait for a server.

    Attributes
    ----------
    connect, read : float
        Seconds until a connection stands, and between two arrivals of data.
    attempts : int
        Requests made for one address when the failure may pass (5xx, 429, broken connection, body cut short).
    stalled : int
        The same when the server stays silent, where each request costs `read` seconds.
    pause : float
        Seconds before the second request; doubled before each further one.
    longest : float
        A server that asks (Retry-After) to wait longer than this many seconds is left for the next mirror.
    """

    connect: float = 10.0
    read: float = 30.0
    attempts: int = 4
    stalled: int = 2
    pause: float = 0.5
    longest: float = 60.0


class TransferError(Exception):
    """One address that did not deliver; never shown to users as such.

    Attributes
    ----------
    attempts : int
        Requests to make in all before giving this address up.
    wait : float
        Seconds that the server asked us to wait.
    scope : str
        How far the failure reaches: ``"address"`` only; ``"mirror"``, so that other addresses of this file there are
        not worth a try; ``"host"``, so that no file can be expected from there for now.
    """

    def __init__(self, why: str, *, attempts: int = 1, wait: float = 0.0, scope: Scope = "address") -> None:
        super().__init__(why)
        self.attempts, self.wait, self.scope = attempts, wait, scope

    def after(self, made: int) -> TransferError:
        """The same failure, saying how many requests were made."""
        why = f"{self} ({made} attempts)" if made > 1 else str(self)
        return TransferError(why, scope=self.scope)


def looks_like_html(start: bytes) -> bool:
    """True when a body begins like a web page, which no file of ours does."""
    return start[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_HTML)


def html_page() -> TransferError:
    """A web page where data should be."""
    return TransferError("a web page (HTML) came instead of the file: a login page or a captive portal?")


def too_long(limit: int) -> TransferError:
    """A body that goes on after the last byte that it should have."""
    return TransferError(f"the body goes on after {limit:,} bytes, so it is another file")


def wrong_hash(found: str, expected: str) -> TransferError:
    """A complete body that is not the recorded file."""
    return TransferError(
        f"a complete file came, but not the recorded one (sha256 {found[:12]}… instead of {expected[:12]}…)"
    )


def unreadable(error: OSError) -> TransferError:
    """A file of a folder mirror that cannot be read."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return TransferError("there is no such file")
    return TransferError(f"the file cannot be read ({error.strerror or type(error).__name__})")


def no_certificates(error: OSError) -> TransferError:
    """The file of certificates that the environment names could not be used."""
    names = [name for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE") if os.environ.get(name)]
    if not names:
        return TransferError(f"the certificates of requests cannot be read ({error})", scope="host")
    path = os.environ[names[0]]
    state = "cannot be used" if os.path.exists(path) else "does not exist"
    return TransferError(
        f"the certificate file that {names[0]} names, {path}, {state}: mend {names[0]} or unset it", scope="host"
    )


def cut_short(arrived: int, total: int, patience: Patience) -> TransferError:
    """A body that ended before its announced length."""
    return TransferError(
        f"the body was cut short at {arrived:,} of {total:,} bytes", attempts=patience.attempts, scope="mirror"
    )


def retry_after(header: str | None) -> float:
    """Seconds in a Retry-After header, given as a number or a date; 0 when absent or unreadable."""
    text = (header or "").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (TypeError, ValueError):
        return 0.0


def of_status(status: int, header: str | None, patience: Patience) -> TransferError:
    """A status other than 200; `header` is the server's Retry-After."""
    try:
        phrase = f" {http.HTTPStatus(status).phrase}"
    except ValueError:
        phrase = ""
    if status not in _PASSING:
        return TransferError(f"HTTP {status}{phrase}")
    wait = retry_after(header)
    if wait > patience.longest:
        return TransferError(f"HTTP {status}{phrase}, and it asks to wait {wait:,.0f} seconds", scope="host")
    return TransferError(f"HTTP {status}{phrase}", attempts=patience.attempts, wait=wait, scope="mirror")


def of_request(
    error: requests.RequestException, patience: Patience, *, arrived: int = 0, total: int | None = None
) -> TransferError:
    """What `requests` raised, before or within the body."""
    import requests
    from urllib3 import exceptions as wire

    cause = error.args[0] if error.args else None
    cause = getattr(cause, "reason", None) or cause
    if isinstance(error, requests.exceptions.SSLError):
        return TransferError("its certificate was not accepted", scope="host")
    if isinstance(error, requests.ConnectTimeout):
        return TransferError(f"no connection within {patience.connect:g} seconds", scope="host")
    if isinstance(error, requests.Timeout) or isinstance(cause, wire.ReadTimeoutError):
        return TransferError(
            f"the server fell silent for {patience.read:g} seconds", attempts=patience.stalled, scope="host"
        )
    if isinstance(error, requests.exceptions.ProxyError):
        return TransferError("the proxy did not answer as it should", scope="host")
    if isinstance(cause, wire.NewConnectionError):
        return TransferError("no connection (unknown host, or nothing listens there)", scope="host")
    if total is not None and arrived < total:
        return cut_short(arrived, total, patience)
    if isinstance(error, (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        return TransferError("the connection broke", attempts=patience.attempts, scope="mirror")
    return TransferError(f"the request failed ({type(error).__name__})")
