"""The three environment variables of the store."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from sahelkit.errors import CacheError, OptionError
from sahelkit.store.mirrors import Mirror, read_mirrors

DATA_DIR = "SAHELKIT_DATA_DIR"
MIRRORS = "SAHELKIT_MIRRORS"
OFFLINE = "SAHELKIT_OFFLINE"

# The project runs no data host of its own: the wheel carries the tables, and SAHELKIT_MIRRORS names further places.
DEFAULT_MIRRORS: tuple[str, ...] = ()

_YES = ("1", "true", "yes", "on")
_NO = ("", "0", "false", "no", "off")


@cache
def _absolute(given: str) -> Path:
    # Cached, so that a relative folder does not move when the process changes its working directory.
    try:
        return Path(os.path.abspath(Path(given).expanduser()))
    except RuntimeError as error:
        raise CacheError(given, f"{DATA_DIR} cannot be read as a folder ({error})") from None


def cache_root() -> Path:
    """Absolute folder of the cache; it need not exist yet.

    Raises
    ------
    CacheError
        If SAHELKIT_DATA_DIR names something that is not a folder.
    """
    given = os.environ.get(DATA_DIR, "").strip()
    if not given:
        import pooch

        return _absolute(str(pooch.os_cache("sahelkit")))
    root = _absolute(given)
    try:
        taken = root.exists() and not root.is_dir()
    except OSError as error:
        raise CacheError(root, f"{DATA_DIR} cannot name a folder ({error.strerror})") from None
    if taken:
        raise CacheError(root, f"{DATA_DIR} names a file, not a folder")
    return root


def mirrors() -> tuple[Mirror, ...]:
    """Mirrors in the order in which they are tried.

    Raises
    ------
    OptionError
        If SAHELKIT_MIRRORS holds something that is neither an address nor a folder.
    """
    given = os.environ.get(MIRRORS, "").strip()
    return read_mirrors(given or ",".join(DEFAULT_MIRRORS))


def offline() -> bool:
    """True while SAHELKIT_OFFLINE forbids the network.

    Raises
    ------
    OptionError
        If SAHELKIT_OFFLINE is neither yes nor no.
    """
    given = os.environ.get(OFFLINE, "")
    plain = given.strip().casefold()
    if plain not in (*_YES, *_NO):
        raise OptionError(
            OFFLINE,
            given,
            "it must be 1, true or yes (no network), or 0, false, no or empty",
            repair="Set it to 1 or 0",
        )
    return plain in _YES
