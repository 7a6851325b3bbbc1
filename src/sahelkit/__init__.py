"""Coups in Mali and West Africa: data, models and what to cite.

>>> import sahelkit as sk
>>> coups = sk.load_coups(countries="MLI", rule="powell_thyne")
>>> coups["outcome"].value_counts().to_dict()
{'success': 5, 'failure': 3}
"""

from __future__ import annotations

from sahelkit._door import open_room

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = open_room(__name__, __file__)
