"""Discrete-time hazard of an event, and what stands beside it: success, mixed models, tests for few clusters."""

from __future__ import annotations

from sahelkit._door import open_room

__getattr__, __dir__, __all__ = open_room(__name__, __file__)
