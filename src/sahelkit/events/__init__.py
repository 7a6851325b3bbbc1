"""Event files of any size: read in their layout, tallied by place, time and kind, their places found."""

from __future__ import annotations

from sahelkit._door import open_room

__getattr__, __dir__, __all__ = open_room(__name__, __file__)
