"""Which system of codes a column looks like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from sahelkit.geography.code_systems import SYSTEMS, meanings, spelled
from sahelkit.geography.place_index import index

# Another list must know nearly all codes, and more of them by a share that a few slips of the pen do not make; or so
# many more that it hardly matters what else is wrong.
_KNOWS: Final = 0.9
_MORE: Final = 0.02
_MANY_MORE: Final = 0.5
# Where both know them all, the states of the other must lie closer together: share of those in one region.
_CLOSER: Final = 0.3
_CLOSE: Final = 0.9
_FEWEST: Final = 3


def _read(system: str, codes: Sequence[str]) -> list[str | None]:
    """State that each code means last; empty for no state, None where the code is unknown."""
    known = meanings(system)
    found = (known.get(spelled(system, code)) for code in codes)
    return [None if spells is None else spells[-1].iso3 for spells in found]


def _together(states: Sequence[str | None]) -> float:
    regions = Counter(index().regions[state] for state in states if state)
    return max(regions.values(), default=0) / max(regions.total(), 1)


def another_system(system: str, codes: Sequence[str]) -> str:
    """Say which other system distinct codes look like; empty when they look like the one named.

    Parameters
    ----------
    system : str
        System that was named.
    codes : sequence of str
        The distinct codes of a column.

    Examples
    --------
    >>> another_system("gw", ["466", "854", "562", "566"])
    "The codes look like those of another list: 4 of 4 are known as ISO 3166 number, and 0 as Gleditsch-Ward number. If they are, type system='iso_numeric'."
    >>> another_system("gw", ["432", "439", "438", "436", "437"])
    ''
    """  # noqa: E501 - the message is one line
    total = len(codes)
    mine = _read(system, codes)
    known = sum(state is not None for state in mine)
    others = {name: _read(name, codes) for name in SYSTEMS if name != system}
    counts = {name: sum(state is not None for state in states) for name, states in others.items()}
    best = max(counts, key=lambda name: (counts[name], _together(others[name])))
    more = counts[best] - known
    if (counts[best] >= _KNOWS * total and more > _MORE * total) or more >= _MANY_MORE * total:
        facts = f"{counts[best]:,} of {total:,} are known as {SYSTEMS[best]}, and {known:,} as {SYSTEMS[system]}"
    else:
        close = {name: _together(states) for name, states in others.items() if counts[name] >= known and states != mine}
        best = max(close, key=close.__getitem__, default=system)
        if best == system or known < _FEWEST or close[best] < max(_CLOSE, _together(mine) + _CLOSER):
            return ""
        facts = (
            f"{close[best]:.0%} lie in one region of the world if read as {SYSTEMS[best]}, and {_together(mine):.0%} "
            f"as {SYSTEMS[system]}"
        )
    return f"The codes look like those of another list: {facts}. If they are, type system={best!r}."
