"""What the codes of places in a source mean: ISO3 at the date of the event, found on the few codes that there are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sahelkit.errors import UnknownPlaceError
from sahelkit.geography import places
from sahelkit.geography.place_index import index


def plain(code: Any) -> str:
    """A code as text: 466, 466.0 and "466" are one."""
    return "" if code is None or code != code else str(code).strip().removesuffix(".0")


def cuts_of(system: str) -> tuple[int, ...]:
    """Days, as 20060605, on which a code of the system begins to mean another state."""
    look = index()
    meanings = look.names if system == "name" else look.codes.get(system, {})
    days = {
        meaning.start
        for several in meanings.values()
        if len({meaning.iso3 for meaning in several}) > 1
        for meaning in several
        if meaning.start > "1945"
    }
    return tuple(sorted(int(day.replace("-", "")) for day in days))


@dataclass(frozen=True)
class Meanings:
    """Codes of one system, read at a date.

    Attributes
    ----------
    system : str
        As `places.translate` takes it; ``"iso3"`` and ``"name"`` are ISO codes and names.
    cuts : tuple of int
        Days on which a code may change its meaning; the eras between them are numbered from 0.
    """

    system: str
    cuts: tuple[int, ...]

    def iso3(self, code: Any, era: int = 0) -> str | None:
        """ISO3 of a code in an era; None where it is that of no state."""
        text = plain(code)
        if not text:
            return None
        day = str(self.cuts[era - 1] if era else (self.cuts[0] - 10000 if self.cuts else ""))
        on = f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else None
        if self.system == "iso3":
            return text if text in index().spells else None
        try:
            return places.resolve(text, on=on, system=None if self.system == "name" else self.system)
        except UnknownPlaceError:
            return None

    def any_of(self, code: Any, wanted: Iterable[str]) -> bool:
        """Whether a code means one of the wanted states in some era."""
        chosen = set(wanted)
        return any(self.iso3(code, era) in chosen for era in range(len(self.cuts) + 1))

    def why(self, code: Any) -> str:
        """Why a code is not read."""
        if not plain(code):
            return "the place is empty"
        kind = {"name": "name", "iso3": "ISO code"}.get(self.system, f"code of the system {self.system!r}")
        return f"no {kind} of a state since 1945"
