"""Which layout a file has: the one that is named, described by its columns, or guessed from its header."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sahelkit.errors import MissingColumnsError, OptionError, UnknownNameError, is_known
from sahelkit.events.layouts import LAYOUTS, PLAIN, SYSTEMS, Layout, LayoutLike


def guess_layout(columns: Iterable[str]) -> str | None:
    """Name of the layout that columns look like, None for none of them.

    Parameters
    ----------
    columns : iterable of str
        Header of a file.

    Returns
    -------
    str or None
        A candidate release of UCDP has the columns of a yearly one and is taken for it.

    Examples
    --------
    >>> guess_layout(["EVENT_DATE", "EVENT_TYPE", "COUNTRY", "FATALITIES"]), guess_layout(["jour", "pays"])
    ('acled', None)
    """
    given = list(columns)
    for name, layout in LAYOUTS.items():
        there = set(layout.spelled(given).values())
        if there.issuperset(layout.signs) and not layout.missing(there):
            return name
    return None


def as_layout(layout: LayoutLike) -> Layout | None:
    """The layout that a caller named or described; None where it is to be guessed.

    Raises
    ------
    UnknownNameError
        If no layout has this name.
    OptionError
        If a mapping names no day or no state, or something that is no column of an event.

    Examples
    --------
    >>> as_layout({"date": "jour", "country": "pays", "fatalities": "morts"}).places
    (('pays', 'name'),)
    """
    if layout is None or isinstance(layout, Layout):
        return layout
    if isinstance(layout, Mapping):
        return _of_mapping(layout)
    if not is_known(layout, LAYOUTS):
        raise UnknownNameError("layout", layout, LAYOUTS, repair=_HOW)
    return LAYOUTS[layout]


def fitting_layout(layout: Layout | None, columns: Sequence[str], *, file: str) -> Layout:
    """A layout after a look at whether it fits a header; the one that the header looks like where it is to be guessed.

    Raises
    ------
    MissingColumnsError
        If the header lacks the day or the state; the message says which layout it looks like.

    Examples
    --------
    >>> fitting_layout(LAYOUTS["ged"], ["event_date", "event_type", "iso"], file="a.csv")
    Traceback (most recent call last):
    sahelkit.errors.MissingColumnsError: layout='ged' (a.csv) needs the columns 'date_start', 'country_id'; the frame
    has event_date, event_type, iso. It looks like ACLED: type layout='acled'.
    """
    guess = guess_layout(columns)
    if layout is None and guess is not None:
        return LAYOUTS[guess]
    if layout is None:
        repair = f"It looks like none of {', '.join(map(repr, LAYOUTS))}. {_HOW}"
        raise MissingColumnsError(f"layout=None ({file})", ["date", "country"], columns, repair=repair)
    missing = layout.missing(layout.spelled(columns).values())
    if missing:
        other = guess if guess != layout.name else None
        repair = f"It looks like {LAYOUTS[other].title}: type layout={other!r}" if other else _HOW
        raise MissingColumnsError(f"layout={layout.name!r} ({file})", missing, columns, repair=repair)
    return layout


_HOW = "For a layout of your own type layout={'date': 'jour', 'country': 'pays', 'fatalities': 'morts'}"


def _of_mapping(given: Mapping[str, Any]) -> Layout:
    """A user's mapping of columns as a layout."""
    allowed = ("date", "last", *SYSTEMS, *PLAIN, "date_format", "labels", "unknown", "attribution")
    strange = [name for name in given if name not in allowed]
    if strange:
        raise UnknownNameError("column of an event in layout=", strange[0], allowed, repair=_HOW)
    words = {name: value for name, value in given.items() if name not in ("labels", "unknown")}
    for name, value in words.items():
        many = isinstance(value, list | tuple) and all(isinstance(part, str) for part in value)
        if not (isinstance(value, str) or (many and name in ("date", "last", "date_format"))):
            raise OptionError(f"layout[{name!r}]", value, "not the name of a column", repair=_HOW)

    def parts(name: str) -> tuple[str, ...]:
        value = given.get(name, ())
        return (value,) if isinstance(value, str) else tuple(value)

    places = [(given[system], system) for system in SYSTEMS if system in given]
    places += [(given["country"], "name")] if "country" in given else []
    if len(parts("date")) not in (1, 3) or not places:
        lost = "the day ('date')" if len(parts("date")) not in (1, 3) else "the state ('country', 'iso3' ...)"
        raise OptionError("layout", dict(given), f"it does not say which column holds {lost}", repair=_HOW)
    return Layout(
        name="own",
        title="a file of your own",
        columns={name: given[name] for name in PLAIN if name in given},
        date=parts("date"),
        last=parts("last"),
        places=tuple(places),
        date_formats=parts("date_format"),
        labels=given.get("labels", {}),
        unknown=given.get("unknown", {}),
        attribution=given.get("attribution", ""),
    )
