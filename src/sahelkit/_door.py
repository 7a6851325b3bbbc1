"""How a room opens: names are imported at their first use, and old names still work.

A room's names stand in one place, its ``__init__.pyi``, which type checkers and editors read as well.
"""

from __future__ import annotations

import lazy_loader

from sahelkit._deprecated import old_name

TYPE_CHECKING = False  # see sahelkit._deprecated
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any


def open_room(room: str, file: str) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """The ``__getattr__``, ``__dir__`` and ``__all__`` of a room.

    Parameters
    ----------
    room, file : str
        ``__name__`` and ``__file__`` of the room, beside whose ``__init__.py`` lies its ``__init__.pyi``.
    """
    found, listed, names = lazy_loader.attach_stub(room, file)

    def get(name: str) -> Any:
        return found(name) if name in names else old_name(room, name)

    return get, listed, names
