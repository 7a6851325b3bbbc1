"""Event files as a lazy table of events: read in their layout when something is asked, and tallied."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.dates import parse_window
from sahelkit.errors import OptionError, UnknownNameError
from sahelkit.events.extent import NEVER, Window
from sahelkit.events.grouping import Grouping
from sahelkit.events.layouts import LayoutLike
from sahelkit.events.polygons import Polygons
from sahelkit.events.reading import Source, open_source
from sahelkit.events.refusals import refused_rows
from sahelkit.events.repeats import EventRepeats
from sahelkit.events.rows import rows_of
from sahelkit.events.rules import Rules, Span, check_rules
from sahelkit.events.tally import STEP, UNITS, WHERE, dressed, spread, usable
from sahelkit.geography import places
from sahelkit.options import as_names, check_flag, check_whole_number


@dataclass(frozen=True, repr=False, eq=False)
class Events:
    """Events in files or a frame, in their layout; made by `sahelkit.read_events`.

    Nothing but the head of a file is read before `tally`, `refused`, `frame` or `head` asks for it, and a tally reads
    the columns only that it needs.

    Attributes
    ----------
    source : Source
        Files or frame, and layout.
    rules : Rules
        The options of `sahelkit.read_events`.
    """

    source: Source
    rules: Rules

    @cached_property
    def _grouping(self) -> Grouping:
        return Grouping(self.source, self.rules)

    def __repr__(self) -> str:
        files = self.source.files
        what = files[0] if len(files) == 1 else f"{len(files)} files"
        said = ", ".join(
            f"{name}={value!r}"
            for name in ("span", "date_precision", "place_precision")
            if (value := getattr(self.rules, name)) not in (None, "first")
        )
        return f"Events({self.source.layout.name!r}, {what}{', ' if said else ''}{said})"

    def tally(
        self,
        by: str | Sequence[str] = ("iso3", "month", "event_type"),
        *,
        values: str | Sequence[str] | None = "fatalities",
        countries: Places = None,
        start: DateLike = None,
        end: DateLike = None,
        zeros: bool = True,
        polygons: Polygons | None = None,
    ) -> pd.DataFrame:
        """Count events, and add up values, by place, time and kind.

        Parameters
        ----------
        by : str or sequence of str
            What a row of the table is: ``iso3``, ``admin1``, ``place``, ``cell`` (PRIO-GRID) or ``polygon``; one of
            ``year``, ``month`` and ``date``; ``event_type``, ``sub_type``, ``actor1``, ``actor2``; what the file has.
        values : str or sequence of str, optional
            What is added up: ``fatalities``, ``fatalities_low``, ``fatalities_high``; None for nothing.
        countries : str, int or sequence of these
            Countries or place sets; None: all states in the file.
        start, end : date-like
            First and last period: those that hold the first day of `start` and the last day of `end`. Without a unit
            of time in `by` events between these days are counted.
        zeros : bool
            Whether places, times and kinds without an event have a row. A kind is one that occurs in the countries
            asked; so is a place, other than a country that is named.
        polygons : Polygons, optional
            Places of your own, as `sahelkit.events.read_polygons` gives them, for ``by="polygon"``. Events outside all
            of them are left out and counted in ``attrs``.

        Returns
        -------
        pandas.DataFrame
            The columns of `by`, in order and sorted, ``events``, the values, and ``published`` (day on which a period
            is wholly known, by the rule of publication). 0 where the file covers place and period and holds no event,
            NA where it does not cover it, and where a part of a sum is unknown. ``attrs["sahelkit"]["events"]`` says
            the source, its terms, the coverage, and how many rows were left out: ``refused``, ``imprecise``,
            ``spanning``, ``outside_polygons``.

        Raises
        ------
        UnknownNameError
            If the layout has no such column.
        OptionError
            If two units of time are named, or the table would be larger than memory.
        UnknownPlaceError, DateError
            If a country or a day cannot be read.

        Warns
        -----
        RefusedRowsWarning
            Once, if rows cannot be read; `refused` lists them.

        Examples
        --------
        >>> rows = {"jour": ["2012-01-01", "2012-03-22", "2012-03-31"], "pays": "Mali", "morts": [0, 2, 1]}
        >>> own = {"date": "jour", "country": "pays", "fatalities": "morts"}
        >>> events = read_events(pd.DataFrame(rows), layout=own)
        >>> events.tally(by=("iso3", "month"))[["iso3", "events", "fatalities"]].to_numpy().tolist()
        [['MLI', 1, 0], ['MLI', 0, 0], ['MLI', 2, 3]]
        """
        check_flag("zeros", zeros)
        keys, unit = self._by(by, polygons)
        sums = self._values(values)
        first, last = parse_window(start, end)
        wanted = None if countries is None else sorted(places.chosen(countries))
        within = first is not None or last is not None
        step = unit or (_fitting(first, last) if within else "year")
        with self.source.reading():
            groups, dropped, window = self._grouping.groups(
                keys, step, sums, wanted, polygons, spans=bool(unit) or within
            )
        ends = self._ends(step, window, first, last)
        if within and not unit:
            inside = (groups.when >= ends[0]) & (groups.when <= ends[1])
            groups = groups.take(np.flatnonzero(inside))
        where = [name for name in keys if name in WHERE]
        what = [name for name in keys if name not in (*WHERE, *UNITS)]
        frame, known = spread(groups, where=where, what=what, unit=unit, window=ends, covered=window, zeros=zeros)
        made = dressed(frame, known, keys, unit, sums, self.rules.published)
        made.attrs["sahelkit"] = {"events": self._note(window, dropped)}
        return made

    def known_by(self, published: str) -> Events:
        """The same events with another rule of publication."""
        return Events(self.source, replace(self.rules, published=published))

    def refused(self) -> pd.DataFrame:
        """Values that cannot be read, one row for each.

        A row without a day or a state is left out of every tally; an event whose deaths cannot be read counts, and
        its deaths are unknown.

        Returns
        -------
        pandas.DataFrame
            ``file``, ``row`` (from 1, below the header; NA for a frame in a database), ``column``, ``value``, ``why``;
            the first 10,000.

        Examples
        --------
        >>> rows = {"event_date": ["2012-03-21", "2012-03-32"], "event_type": "Riots", "country": ["Mali", "Atlantis"]}
        >>> read_events(pd.DataFrame(rows), layout="acled").refused()[["row", "column", "value"]].to_numpy().tolist()
        [[2, 'event_date', '2012-03-32'], [2, 'country', 'Atlantis']]
        """
        grouping = self._grouping
        with self.source.reading():
            good = [code for code in grouping.codes() if grouping.any_state(code)]
        return refused_rows(self.source, grouping.meanings, good)

    def frame(self, *, countries: Places = None, start: DateLike = None, end: DateLike = None) -> pd.DataFrame:
        """The events as rows, for small use: all that the options ask for are held in memory.

        Parameters
        ----------
        countries, start, end
            As in `tally`.

        Returns
        -------
        pandas.DataFrame
            One row an event: ``event_id, date, last, date_precision, iso3, country, admin1, place, latitude,
            longitude, place_precision, event_type, sub_type, actor1, actor2, fatalities, fatalities_low,
            fatalities_high, published, file, row``. What the layout does not have is NA.

        Examples
        --------
        >>> rows = {"event_date": ["2012-03-21"], "event_type": "Riots", "country": "Mali", "fatalities": 2}
        >>> events = read_events(pd.DataFrame(rows), layout="acled")
        >>> events.frame()[["date", "iso3", "event_type", "fatalities"]].to_numpy().tolist()
        [[Timestamp('2012-03-21 00:00:00'), 'MLI', 'Riots', 2]]
        """
        first, last = parse_window(start, end)
        wanted = None if countries is None else set(places.chosen(countries))
        return self._rows(countries=wanted, first=first, last=last)

    def head(self, n: int = 5) -> pd.DataFrame:
        """The first rows, as `frame` gives them; no more of a file is read than these need."""
        check_whole_number("n", n, least=0)
        return self._rows(most=n)

    def _rows(self, **chosen: Any) -> pd.DataFrame:
        return rows_of(self.source, self._grouping.meanings, self.rules.published, **chosen)

    def _note(self, window: Window, dropped: Mapping[str, int]) -> dict[str, Any]:
        how = "declared" if window.declared else "from the first to the last day of the files, whole periods only"
        said = {"coverage": f"{window.start} to {window.last} ({how})", "published": self.rules.published}
        said |= {"span": self.rules.span} if self.source.layout.last else {}
        counts = {name: count for name, count in dropped.items() if count}
        return {self.source.layout.name: {**self.source.note(), **said, **counts}}

    def _by(self, by: str | Sequence[str], polygons: Polygons | None) -> tuple[list[str], str]:
        keys = list(dict.fromkeys({"day": "date"}.get(name, name) for name in as_names("by", by)))
        known = [*usable(self.source.layout), *(["polygon"] if polygons is not None else [])]
        if "polygon" in keys and polygons is None:
            repair = "Type polygons=sahelkit.events.read_polygons('areas.geojson')"
            raise OptionError("polygons", None, "by='polygon' needs them", repair=repair)
        for name in keys:
            if name not in known:
                raise UnknownNameError(f"column of events in the layout {self.source.layout.name!r}", name, known)
        times = [name for name in keys if name in UNITS]
        if len(times) > 1:
            raise OptionError("by", by, "it names two units of time", repair=f"Keep {times[-1]!r}")
        return keys, times[0] if times else ""

    def _values(self, values: str | Sequence[str] | None) -> tuple[str, ...]:
        if values is None:
            return ()
        have = self.source.layout.columns
        names = list(dict.fromkeys(as_names("values", values)))
        known = [name for name in have if name.startswith("fatalities")]
        if names == ["fatalities"] and "fatalities" not in have:
            return ()
        for name in names:
            if name not in known:
                raise UnknownNameError("column of values", name, known)
        return tuple(names)

    def _ends(self, unit: str, window: Window, first: Any, last: Any) -> tuple[int, int]:
        """First and last period of a table."""
        if not unit:
            return 0, 0
        step = f"datetime64[{STEP[unit]}]"
        low = window.start if first is None else np.datetime64(first, "D")
        high = window.last if last is None else np.datetime64(last, "D")
        if NEVER in (low, high):  # no day can be read, and none was named
            return 0, -1
        return int(low.astype(step).astype(np.int64)), int(high.astype(step).astype(np.int64))


def _fitting(first: pd.Timestamp | None, last: pd.Timestamp | None) -> str:
    whole = (first is None or first.day == 1) and (last is None or (last + pd.Timedelta(days=1)).day == 1)
    return "month" if whole else "date"


def read_events(
    source: Any,
    *,
    layout: LayoutLike = None,
    coverage: tuple[DateLike, DateLike] | tuple[DateLike, DateLike, Places] | None = None,
    published: str | None = None,
    span: Span = "first",
    date_precision: str | None = None,
    place_precision: str | None = None,
    accessed: str = "",
    repeats: EventRepeats = "refuse",
) -> Events:
    """Open event files of any size: exports of ACLED, UCDP GED, GDELT, SCAD, and your own.

    Nothing but the head of the files is read before something is asked. With polars (the extra ``events``) files are
    read in a stream; without it in batches; a frame of Dask, DuckDB or PySpark is counted where it lies.

    Parameters
    ----------
    source : path, pattern, list of paths, or frame
        CSV (also in zip and gz), Parquet or Excel; ``"acled/*.csv"`` is all that fit; or a frame of pandas, polars,
        pyarrow, Dask, DuckDB or PySpark.
    layout : str, mapping or None
        ``"acled"``, ``"ged"``, ``"ged_candidate"``, ``"gdelt"``, ``"scad"``, or columns by what they hold, such as
        ``{"date": "jour", "country": "pays", "fatalities": "morts"}``. None: the one that the header looks like.
    coverage : (first, last) or (first, last, countries), optional
        Days, and states, that the source covers: where no row means that nothing happened. None: the states that
        occur in the files, from the first to the last day of the files, in periods that lie wholly between; not
        before the source itself began, and where that is not known, not before the year of a state's first row.
    published : str, optional
        Rule by which events become known, such as ``"+14d"``; that of the layout when absent.
    span : {"first", "share", "refuse"}
        Events that last beyond their first period count in that of their first day, are shared out over the periods
        by days, or are left out. Unknown to layouts without a last day.
    date_precision : {"day", "week", "month", "year"}, optional
        Least precision of days that counts; others, and those whose precision is unknown, are left out and counted in
        ``attrs``. None: all count.
    place_precision : {"exact", "near", "admin2", "admin1", "country", "other"}, optional
        Least precision of places, likewise.
    accessed : str
        Day on which the files were got, for the citation.
    repeats : {"refuse", "first", "keep"}
        What to do with an event that stands in two of several files, as in exports that overlap: refuse, count it once
        as the first file has it, or count every row. SCAD gives an event one row for each of its places: the first
        counts, unless all are kept. Rows that were left out are counted in ``attrs``.

    Returns
    -------
    Events
        With `Events.tally`, `Events.refused`, `Events.frame`, `Events.head`.

    Raises
    ------
    OptionError
        If a file cannot be opened, or an option has the wrong form.
    MissingColumnsError
        If a file lacks the day or the state; the message says which layout it looks like.
    UnknownNameError
        If the layout, or a value of an option, is unknown, or the layout has no such precision.

    Examples
    --------
    >>> rows = {"event_date": ["28 December 2022", "2022-12-30"], "event_type": "Battles", "iso": 466}
    >>> rows["fatalities"] = [3, 1]
    >>> events = read_events(pd.DataFrame(rows), layout="acled")
    >>> events
    Events('acled', frame)
    >>> events.tally(by=("iso3", "year"), values=None, start=2022, end=2022)["events"].tolist()
    [<NA>]
    >>> declared = read_events(pd.DataFrame(rows), layout="acled", coverage=(2022, 2022, ["Mali", "Niger"]))
    >>> declared.tally(by=("iso3", "year"))[["iso3", "events", "fatalities"]].to_numpy().tolist()
    [['MLI', 2, 4], ['NER', 0, 0]]
    """
    opened = open_source(source, layout, accessed=accessed, repeats=repeats)
    rules = check_rules(
        opened.layout,
        coverage=coverage,
        published=published,
        span=span,
        date_precision=date_precision,
        place_precision=place_precision,
    )
    return Events(opened, rules)
