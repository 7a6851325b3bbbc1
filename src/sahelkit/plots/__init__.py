"""Figures: one file per family, every label in English and French, a source line and the sample size in each.

A figure draws numbers that it is given and computes none.
"""

from __future__ import annotations

from sahelkit._door import open_room

__getattr__, __dir__, __all__ = open_room(__name__, __file__)
