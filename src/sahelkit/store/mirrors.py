"""Mirrors: where copies of the datasets folder lie, as addresses or folders."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import url2pathname

from sahelkit.errors import OptionError

_DRIVE = re.compile(r"^(?:[A-Za-z]:[\\/]|\\\\)")
_SCHEME = re.compile(r"^[A-Za-z][A-Za-z0-9+.-]+://")


@dataclass(frozen=True, slots=True)
class Mirror:
    """One place that holds copies.

    Attributes
    ----------
    base : str
        An http or https address, or a folder.
    """

    base: str

    @property
    def remote(self) -> bool:
        """True when the network is needed to reach it."""
        return is_remote(self.base)

    def address(self, relative: str) -> str:
        """Address or path of one file, e.g. ``"coups/coups.csv"``."""
        if not self.remote:
            return str(Path(self.base, *relative.split("/")))
        parts = urlsplit(self.base)
        # The query stays behind the path: some hosts carry an access token there.
        return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{quote(relative)}"))


def is_remote(address: str) -> bool:
    """True for an address that is reached over the network, False for a path."""
    return bool(_SCHEME.match(address))


def shown(address: str) -> str:
    """The address without user name, password or token, fit for a message."""
    if not is_remote(address):
        return address
    parts = urlsplit(address)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment=""))


def _bad(given: str, why: str) -> OptionError:
    return OptionError(
        "SAHELKIT_MIRRORS",
        shown(given),
        why,
        repair="Give addresses that begin with https://, http:// or file://, or folders; put commas between them",
    )


def _path(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except (RuntimeError, ValueError):
        # There is no such user, or the name cannot be one: then the tilde is a plain letter.
        return Path(text)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:
        # A name too long for any folder is not a folder; older Pythons raise where newer ones answer no.
        return False


def _folder(text: str) -> Mirror | None:
    path = _path(text)
    if _is_folder(path):
        return Mirror(str(path.resolve()))
    # A folder that is not there now may be a USB stick that is not plugged in: it is tried, and named when it fails.
    return Mirror(str(path)) if path.is_absolute() or _DRIVE.match(text) else None


def _mirror(text: str) -> Mirror | None:
    if not _SCHEME.match(text):
        return _folder(text)
    parts = urlsplit(text)
    if parts.scheme.lower() in ("http", "https"):
        if not parts.hostname:
            raise _bad(text, "an address without a host")
        return Mirror(text)
    if parts.scheme.lower() == "file":
        host = parts.netloc if parts.netloc not in ("", "localhost") else ""
        return _folder(url2pathname(f"//{host}{parts.path}" if host else parts.path))
    raise _bad(text, f"{parts.scheme}:// is not supported")


def _in_words(text: str) -> list[Mirror]:
    """Mirrors in a text that may hold spaces, between mirrors or inside the name of a folder."""
    if not _SCHEME.match(text) and _is_folder(_path(text)):
        return [Mirror(str(_path(text).resolve()))]
    found: list[Mirror] = []
    for word in text.split():
        mirror = _mirror(word)
        if mirror is not None:
            found.append(mirror)
        elif found and not found[-1].remote:
            # The rest of a name such as "/media/USB STICK/data" whose folder is not there at the moment.
            found[-1] = Mirror(f"{found[-1].base} {word}")
        else:
            raise _bad(word, "it is neither an address nor a folder on this machine")
    return found


def read_mirrors(text: str) -> tuple[Mirror, ...]:
    """Mirrors named in the text of SAHELKIT_MIRRORS, in order, each once.

    Commas and line ends separate, and so do spaces before an address or an absolute path. A text that as a whole is
    the name of an existing folder is that folder, whatever commas and spaces it holds.

    Raises
    ------
    OptionError
        If a part is neither an address nor a folder.

    Examples
    --------
    >>> [m.base for m in read_mirrors("https://example.org/data, http://127.0.0.1:8000")]
    ['https://example.org/data', 'http://127.0.0.1:8000']
    """
    text = text.strip()
    if not text:
        return ()
    if not _SCHEME.match(text) and _is_folder(_path(text)):
        return tuple(_in_words(text))
    found: dict[Mirror, None] = {}
    for part in re.split(r"[,\n]", text):
        if part.strip():
            found.update(dict.fromkeys(_in_words(part.strip())))
    return tuple(found)
