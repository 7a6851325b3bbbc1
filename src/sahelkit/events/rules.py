"""How events are counted: the options of `sahelkit.read_events`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from sahelkit.catalog.publication import Publication
from sahelkit.dates import parse_window
from sahelkit.errors import OptionError, UnknownNameError, is_known
from sahelkit.events.layouts import Layout
from sahelkit.geography import places
from sahelkit.options import check_name

Span: TypeAlias = Literal["first", "share", "refuse"]
SPANS: tuple[Span, ...] = ("first", "share", "refuse")
ORDER = {
    "date_precision": ("day", "week", "month", "year"),
    "place_precision": ("exact", "near", "admin2", "admin1", "country", "other"),
}


@dataclass(frozen=True)
class Rules:
    """The options, checked; see `sahelkit.read_events`."""

    coverage: tuple[np.datetime64, np.datetime64, tuple[str, ...] | None] | None
    published: str
    span: Span
    date_precision: str | None
    place_precision: str | None


def check_rules(
    layout: Layout,
    *,
    coverage: Any,
    published: str | None,
    span: Span,
    date_precision: str | None,
    place_precision: str | None,
) -> Rules:
    """The options of `sahelkit.read_events` for a layout; raises OptionError and UnknownNameError."""
    if not is_known(span, SPANS):
        raise UnknownNameError("treatment of events that span periods", span, SPANS)
    check_name("published", published, optional=True)
    rule = layout.published if published is None else published
    try:
        Publication(rule or "none")
    except ValueError:
        repair = "Type '+30d', 't+1-03-15' or 'none'"
        raise OptionError("published", published, "not a publication rule", repair=repair) from None
    for name, wanted in (("date_precision", date_precision), ("place_precision", place_precision)):
        if wanted is None:
            continue
        if not is_known(wanted, ORDER[name]):
            raise UnknownNameError(name, wanted, ORDER[name])
        if name not in layout.columns or name not in layout.labels:
            raise OptionError(name, wanted, f"the layout {layout.name!r} does not say it", repair="Leave it out")
    return Rules(_declared(coverage), rule, span, date_precision, place_precision)


def _declared(coverage: Any) -> tuple[np.datetime64, np.datetime64, tuple[str, ...] | None] | None:
    if coverage is None:
        return None
    if not isinstance(coverage, tuple | list) or len(coverage) not in (2, 3):
        repair = "Type coverage=('1997-01', '2024-12') or ('1997-01', '2024-12', 'west_africa')"
        raise OptionError("coverage", coverage, "not a first and a last day", repair=repair)
    first, last = parse_window(*coverage[:2])
    if first is None or last is None:
        raise OptionError("coverage", coverage, "it lacks its first or last day", repair="Give both")
    states = tuple(places.chosen(coverage[2])) if len(coverage) > 2 else None
    return np.datetime64(first, "D"), np.datetime64(last, "D"), states
