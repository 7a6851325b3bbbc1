"""Panels: existing states by months or years, joined with what each source knew, and when.

A panel is declared, then read: every method returns a new panel, and nothing is loaded before ``.frame``,
``.to_xarray()``, ``.latest()`` or `coverage` asks for it.
"""

from __future__ import annotations

from sahelkit.panels.builder import Panel, panel
from sahelkit.panels.covered import Coverage, coverage
from sahelkit.panels.realtime import real_time

__all__ = ["Coverage", "Panel", "coverage", "panel", "real_time"]
