"""Panels: existing states by months or years, joined with what each source knew, and when.

A panel is declared, then read: every method returns a new panel, and nothing is loaded before ``.frame``,
``.to_xarray()``, ``.latest()`` or `coverage` asks for it.
"""

from __future__ import annotations

from sahelkit._door import open_room

__getattr__, __dir__, __all__ = open_room(__name__, __file__)
