"""The panel: what it holds is declared step by step and read at the end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import pandas as pd

from sahelkit._types import COPY_DEEP, DateLike, Freq, Places
from sahelkit.dates import parse_date, parse_window
from sahelkit.errors import DateError, OptionError, UnknownNameError, is_known
from sahelkit.geography import places
from sahelkit.geography.place_sets import set_notes
from sahelkit.options import check_flag
from sahelkit.panels import assemble
from sahelkit.panels.adding import Adding
from sahelkit.panels.deriving import Deriving
from sahelkit.panels.evaluate import Raster, evaluate
from sahelkit.panels.spanning import Spanning
from sahelkit.panels.universe import state_spells
from sahelkit.tables.read import record_of

if TYPE_CHECKING:
    import xarray as xr

FREQUENCIES = ("M", "Y")


class Panel(Adding, Spanning, Deriving):
    """Existing states by months or years, and the columns to join; made by `sahelkit.panel`.

    Every method returns a new panel. Nothing is loaded before `frame`, `to_xarray`, `latest` or
    `sahelkit.coverage` asks for it. All numbers are float64, with NaN where the value is unknown.

    Attributes
    ----------
    countries : tuple of str
        ISO 3166 alpha-3 codes.
    start, end : pandas.Period
        First and last period.
    freq : str
        ``"M"`` or ``"Y"``.
    version : str or None
        Version of every dataset; the bundled one when None.
    known_on : pandas.Timestamp or None
        Day of knowledge, set by `as_of`.
    steps : tuple
        What was added, in order.
    sets : str
        How organisations whose members change were read; empty if none was named.
    calendar : str
        What `with_calendar` asked for: ``"periods"``, ``"timestamps"`` or nothing.
    """

    def as_of(self, date: DateLike) -> Self:
        """The panel as it could be known on a day.

        Each source is cut to what was published by then, by the rules in its record, before any lag, window, clock or
        neighbour is computed; where `as_of` stands in the chain does not matter. Periods that begin after the day
        are left out. A second `as_of` replaces the first.

        Later corrections of a value are not undone: what is shown is today's value of what was known then.

        Parameters
        ----------
        date : date-like
            A full day, e.g. ``"2012-03-21"``.

        Raises
        ------
        DateError
            If it is not a full day, or lies before the panel begins.

        Examples
        --------
        The coup of 22 March 2012 counts as known from 21 April; that April was quiet, only from 30 May.

        >>> mali = panel("Mali", "2012-02", "2012-04").add_coups()
        >>> [mali.as_of(day).frame["attempt"].tolist() for day in ("2012-04-20", "2012-04-21", "2012-05-30")]
        [[0.0, nan, nan], [0.0, 1.0, nan], [0.0, 1.0, 0.0]]
        """
        day = parse_date(date, what="as_of")
        if day is None or parse_date(date, what="as_of", last=True) != day:
            raise DateError("as_of", date, "what is known changes from day to day: give a full day")
        if day < self.start.start_time:
            raise DateError("as_of", date, f"it lies before the panel begins ({self.start})")
        return replace(self, known_on=day)

    @cached_property
    def _raster(self) -> Raster:
        return evaluate(self)

    @cached_property
    def _frame(self) -> pd.DataFrame:
        return assemble.to_frame(self._raster, self._provenance(), calendar=self.calendar)

    def _provenance(self) -> dict[str, Any]:
        names = ["states", *(name for step in self.steps for name in step.datasets())]
        if self.sets:
            names.append("memberships")
        notes: dict[str, Any] = {"datasets": {name: record_of(name, self.version).version for name in names}}
        if self.sets:
            notes["place_sets"] = self.sets
        for step in self.steps:
            for name, said in step.settings().items():
                notes[name] = {**notes.get(name, {}), **said} if isinstance(said, dict) else said
        if self.known_on is not None:
            notes["as_of"] = f"{self.known_on:%Y-%m-%d}"
        return notes

    def with_calendar(self, *, timestamps: bool = False) -> Self:
        """The panel whose frame has the numbers ``year`` and, for months, ``month`` beside the period.

        Parameters
        ----------
        timestamps : bool
            Make ``period`` the first day of each period as a timestamp, so that it merges with tables of timestamps.
            A frame that goes to a model of sahelkit keeps its periods.

        Raises
        ------
        OptionError
            If `timestamps` is neither True nor False.

        Examples
        --------
        >>> panel("Mali", "2012-12", "2013-01").with_calendar().frame[["period", "year", "month"]]
            period  year  month
        0  2012-12  2012     12
        1  2013-01  2013      1
        """
        check_flag("timestamps", timestamps)
        return replace(self, calendar="timestamps" if timestamps else "periods")

    def as_frame(self) -> pd.DataFrame:
        """`frame`: a panel stands wherever a function takes a frame."""
        return self.frame

    @property
    def frame(self) -> pd.DataFrame:
        """One row per existing state and period, sorted by ``iso3`` and ``period``.

        Columns ``iso3``, ``country`` (English name), ``gwcode``, ``period`` (pandas Period), then those that were
        added. ``attrs["sahelkit"]`` names the datasets and versions, the rule and the day of knowledge.

        A period is no timestamp: a merge with a table whose ``period`` holds timestamps matches nothing, and pandas
        does not say so. Let `add_frame` join such a table, which reads timestamps, texts and numbers alike; or ask for
        columns that merge, and that formats without periods such as Stata's can hold, with `with_calendar`.

        Warns
        -----
        CoverageWarning
            Once for each source that does not cover all rows, and for each user's frame with rows that find no place
            in the panel, when they are first computed.

        Examples
        --------
        >>> import pandas as pd
        >>> rain = pd.DataFrame({"iso3": ["MLI"], "period": pd.to_datetime(["2012-03-01"]), "rain_mm": [2.5]})
        >>> mali = panel("Mali", "2012-03", "2012-03")
        >>> mali.frame.merge(rain, on=["iso3", "period"], how="left")["rain_mm"].tolist()
        [nan]
        >>> mali.add_frame(rain).frame["rain_mm"].tolist()
        [2.5]
        >>> merging = mali.with_calendar(timestamps=True).frame
        >>> merging.merge(rain, on=["iso3", "period"], how="left")[["period", "year", "month", "rain_mm"]]
              period  year  month  rain_mm
        0 2012-03-01  2012      3      2.5
        """
        return self._frame.copy(deep=COPY_DEEP)

    def to_xarray(self) -> xr.Dataset:
        """The panel as an xarray Dataset with dimensions ``iso3`` and ``period`` (first day of each period).

        ``exists`` tells where the state exists; elsewhere all columns are NA.
        """
        return assemble.to_dataset(self._raster, self._provenance())

    def latest(self) -> pd.DataFrame:
        """Last known value of each column for each state that exists in the last period.

        Values from before the start of the panel are found too, back to 1945.

        Returns
        -------
        pandas.DataFrame
            ``iso3``, ``column``, ``value`` (NA when nothing was ever known), ``text`` (only when the panel has text
            columns), ``year`` and ``period`` that the value describes (a year for yearly sources), and the day on
            which it was ``published`` (NaT for computed columns and for what was always known).

        Examples
        --------
        >>> known = panel("Mali", "2012-01", "2012-12").add_indicators("hdi").add_democracy("vdem_regime")
        >>> known.as_of("2012-03-21").latest()[["column", "value", "period"]].to_numpy().tolist()
        [['undp_hdi', 0.403, '2009'], ['vdem_regime', 2.0, '2011']]
        """
        return assemble.last_known(self._raster)


def panel(countries: Places, start: DateLike, end: DateLike, *, freq: Freq = "M", version: str | None = None) -> Panel:
    """Panel of the states that exist, month by month or year by year, ready to be joined with sources.

    A state is in the panel in every period in which it exists on at least one day, by the Gleditsch-Ward list, so
    that no event falls outside it. Add sources with the methods of `Panel`, then read ``.frame``.

    Parameters
    ----------
    countries : str, int or sequence of these
        Countries or place sets, as in `sahelkit.places.resolve_many`; None for the world. Of an organisation whose
        members change (``"ECOWAS"``, ``"UEMOA"``, ``"AES"``, ``"African Union"``, ``"G5 Sahel"``) every state that was
        a member on some day of the window is in, with all its periods: ``attrs["sahelkit"]["place_sets"]`` says
        who joined or left within it.
    start, end : date-like
        First and last period: those that hold the first day of `start` and the last day of `end`.
    freq : str
        ``"M"`` for country-months or ``"Y"`` for country-years. In a yearly panel monthly counts are summed.
    version : str, optional
        Data version of every source; the bundled one when absent.

    Returns
    -------
    Panel

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or means several.
    DateError
        If a date cannot be read, or `end` lies before `start`.
    UnknownNameError
        If `freq` is neither ``"M"`` nor ``"Y"``, or the version is unknown.
    OptionError
        If none of the states exists in the window.

    References
    ----------
    Gleditsch, K. S., & Ward, M. D. (1999). A revised list of independent states since the Congress of Vienna.
    International Interactions, 25(4), 393-413. https://doi.org/10.1080/03050629908434958

    Examples
    --------
    >>> mali = panel("Mali", "2012-01", "2012-06").add_coups(rule="powell_thyne").since_last("attempt")
    >>> mali.frame[["period", "attempt", "since_last_attempt"]].tail(4).to_string(index=False, header=False).split()
    ['2012-03', '1.0', '248.0', '2012-04', '0.0', '1.0', '2012-05', '1.0', '2.0', '2012-06', '0.0', '1.0']
    >>> mali.as_of("2012-04-21").frame["attempt"].tolist()
    [0.0, 0.0, 1.0, nan]
    """
    if not is_known(freq, FREQUENCIES):
        raise UnknownNameError("freq", freq, FREQUENCIES, repair="M is months, Y is years")
    if start is None or end is None:
        raise DateError("start" if start is None else "end", None, "a panel needs its first and last period")
    first, last = parse_window(start, end)
    if isinstance(countries, Iterator):
        countries = list(countries)
    chosen = places.chosen(countries, during=(first, last), regions=False)
    spells = state_spells(version)
    alive = (spells["start"] <= last) & (spells["end"].isna() | (spells["end"] >= first))
    if not spells.loc[alive, "iso3"].isin(chosen).any():
        raise OptionError("countries", countries, f"none of these states exists between {start} and {end}")
    return Panel(
        countries=tuple(sorted(chosen)),
        start=pd.Period(first, freq),
        end=pd.Period(last, freq),
        freq=freq,
        version=version,
        sets=set_notes(countries, (first, last)),
    )
