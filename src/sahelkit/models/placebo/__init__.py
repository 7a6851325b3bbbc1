"""Is as much found where there is nothing to find: placebos, power, and histories whose truth is known."""

from __future__ import annotations

from sahelkit._door import open_room

__getattr__, __dir__, __all__ = open_room(__name__, __file__)
