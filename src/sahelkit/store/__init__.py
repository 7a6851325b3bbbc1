"""How bytes arrive: one door for every file, and nothing is read whose sha256 is not the recorded one.

A curated table comes from the copy bundled with sahelkit if that copy is right, else from the cache, else from the
mirrors in order. An upstream file comes from the cache, else from the mirrors, else from its pinned address.

A mirror is a plain copy of the ``datasets/`` folder, on any static web host or in a folder (a USB stick)::

    MIRROR/coups/coups.csv                    tables of the data version that the copy was made from
    MIRROR/versions/2026.1/registry.txt       older data versions, each with its own registry
    MIRROR/versions/2026.1/coups/coups.csv
    MIRROR/sources/cline_2023.csv             upstream files (or directly MIRROR/cline_2023.csv)

Three settings are read from the environment at each use:

SAHELKIT_DATA_DIR
    Folder of the cache; the platform's own cache folder when unset.
SAHELKIT_MIRRORS
    Addresses (https://, http://, file://) or folders, between commas or spaces; no mirror when unset.
SAHELKIT_OFFLINE
    1 forbids every request over the network; folders are still read.
"""

from __future__ import annotations

from sahelkit._door import open_room

__getattr__, __dir__, __all__ = open_room(__name__, __file__)
