"""Pairs of states by months or years, from the panel of the states and what is known of each pair."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit import options
from sahelkit._types import TEXT, Bools, Cells, DateLike, Freq, Ints, Places
from sahelkit.errors import OptionError, UnknownNameError, is_known
from sahelkit.frames import chosen_names
from sahelkit.panels import assemble
from sahelkit.panels.builder import Panel, panel
from sahelkit.panels.evaluate import Raster
from sahelkit.panels.history import periods_in
from sahelkit.panels.layers import Context, as_names
from sahelkit.panels.pair_columns import (
    DISTANCES,
    SUSPENDED,
    TIES,
    Borders,
    Fixed,
    Organisations,
    PairLag,
    PairLayer,
    PairStep,
    Refugees,
    Suspended,
    Weights,
)
from sahelkit.panels.universe import Grid
from sahelkit.tables.read import record_of

if TYPE_CHECKING:
    import xarray as xr

# Bytes from which a frame of pairs is not made in one piece, and bytes of one text cell.
MOST = 2 * 1024**3
_TEXT_CELL = 12
# Methods of a panel that give no panel, and what a panel of pairs does itself.
_OWN = ("as_frame", "to_xarray", "latest", "lag")


@dataclass(frozen=True, repr=False)
class Dyads:
    """Pairs of existing states by months or years; made by `sahelkit.dyads`.

    Each method returns a new object, and nothing is computed before `frame`, `parts` or `to_xarray` asks for it. Every
    method of `Panel` that adds or derives columns stands here too (``add_coups``, ``add_conflict``, ``add_frame``,
    ``past``, ``since_last``, ``as_of`` ...): it is done in the panel of the states, whose columns then stand in each
    pair twice, with ``source_`` and with ``target_`` before their names. Columns of the pair itself come from the
    methods below.

    Attributes
    ----------
    states : Panel
        The panel of the states.
    directed : bool
        Whether each pair stands there twice, once from each side.
    steps : tuple
        What was added to pairs, in order.
    """

    states: Panel
    directed: bool = True
    steps: tuple[PairStep, ...] = ()

    def __getattr__(self, name: str) -> Callable[..., Dyads]:
        if name.startswith("_") or name not in _delegated():
            repair = "" if name.startswith("_") else f" Methods of the states' panel: {', '.join(_delegated())}"
            raise AttributeError(f"Dyads has no {name!r}.{repair}")

        def method(*given: Any, **named: Any) -> Dyads:
            return self._checked(replace(self, states=getattr(self.states, name)(*given, **named)))

        method.__name__, method.__doc__ = name, getattr(Panel, name).__doc__
        return method

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *_delegated()})

    def __repr__(self) -> str:
        known = self.states
        day = f", as of {known.known_on:%Y-%m-%d}" if known.known_on is not None else ""
        kind = "directed" if self.directed else "undirected"
        columns = ", ".join((*self._pair_names(), *known.columns)) or "no columns yet"
        return (
            f"Dyads({kind} pairs of {len(known.countries)} states, {known.start} to {known.end}, "
            f"freq={known.freq!r}{day}: {columns})"
        )

    def _pair_names(self) -> tuple[str, ...]:
        return tuple(name for step in self.steps for name in step.names())

    def _checked(self, made: Dyads) -> Dyads:
        both = set(made._pair_names()) & set(made.states.columns)
        if both:
            why = "a column of pairs and one of states would have one name"
            raise OptionError("column", min(both), why, repair="Rename yours, or use a second panel")
        return made

    def _with(self, step: PairStep) -> Dyads:
        for name in step.names():
            if name in self._pair_names():
                raise OptionError("column", name, "the pairs have it already", repair="Use a second panel of pairs")
        return self._checked(replace(self, steps=(*self.steps, step)))

    def add_borders(self) -> Dyads:
        """Add ``border``: 1 where the two states share a land or river border on at least one day of the period.

        NA before 1945. From `sahelkit.load_borders`.

        Examples
        --------
        >>> pairs = dyads(["Mali", "Niger", "Togo"], "2012-03", "2012-03").add_borders().frame
        >>> pairs[["source", "target", "border"]].to_numpy().tolist()[:2]
        [['MLI', 'NER', 1.0], ['MLI', 'TGO', 0.0]]
        """
        return self._with(Borders())

    def add_distances(self, columns: str | Sequence[str] | None = "cepii_capital_distance_km") -> Dyads:
        """Add distances in km, as in `sahelkit.tables.load_distances`: without date, NA for states not in the table.

        Parameters
        ----------
        columns : str or sequence of str, optional
            Between the capitals (``cepii_capital_distance_km``), between the most populous cities
            (``cepii_distance_km``) or between all cities (``cepii_weighted_distance_km``); None for all three.

        Raises
        ------
        UnknownNameError
            If there is no such distance.
        """
        return self._with(Fixed(tuple(chosen_names("distance", columns, DISTANCES))))

    def add_ties(self, columns: str | Sequence[str] | None = None) -> Dyads:
        """Add language and colonial past: 1 or 0, without date, NA for states not in the table.

        Parameters
        ----------
        columns : str or sequence of str, optional
            ``cepii_common_official_language``, ``cepii_common_spoken_language`` (by at least 9 % in both),
            ``cepii_colonial_tie`` (one ruled the other), ``cepii_common_coloniser`` (after 1945); all when None.

        Raises
        ------
        UnknownNameError
            If there is no such tie.

        Examples
        --------
        >>> pairs = dyads(["Mali", "Niger", "Ghana"], "2012-03", "2012-03").add_ties("cepii_common_coloniser").frame
        >>> pairs[["source", "target", "cepii_common_coloniser"]].to_numpy().tolist()[:3]
        [['GHA', 'MLI', 0.0], ['GHA', 'NER', 0.0], ['MLI', 'GHA', 0.0]]
        """
        return self._with(Fixed(tuple(chosen_names("tie", columns, TIES))))

    def add_organisations(
        self, organisations: str | Sequence[str] | None = None, *, suspended: Suspended = "count"
    ) -> Dyads:
        """Add ``shared_organisations``: to how many both belong on the first day of the period.

        The first day, so that what a coup changes does not explain it. NA outside the study region and the days of
        `sahelkit.load_memberships`, and where a day of entry is not known well enough.

        Parameters
        ----------
        organisations : str or sequence of str, optional
            Which, as in `sahelkit.load_memberships`; all six when None.
        suspended : {"count", "leave_out"}
            A suspended state is still a member, and counts; or it does not while it is suspended.

        Raises
        ------
        UnknownNameError
            If an organisation or the treatment of suspended members is unknown.

        Examples
        --------
        >>> pairs = dyads(["Mali", "Niger"], "2012-03", "2012-05").add_organisations(suspended="leave_out")
        >>> pairs.frame["shared_organisations"].tolist()[:3]
        [4.0, 2.0, 3.0]
        """
        known = record_of("memberships", self.states.version).table().field("organisation").enum
        if not is_known(suspended, SUSPENDED):
            raise UnknownNameError("treatment of suspended members", suspended, SUSPENDED)
        return self._with(Organisations(tuple(chosen_names("organisation", organisations, known)), suspended))

    def add_weights(self, *, weights: xr.DataArray | None = None, name: str = "weight") -> Dyads:
        """Add how much an event in the source counts for the target.

        Parameters
        ----------
        weights : xarray.DataArray, optional
            W[target, source] over the states, as `sahelkit.exposure.spatial_weights` gives it; land borders whose
            columns sum to 1 when absent. It has no date.
        name : str
            Name of the column.

        Raises
        ------
        OptionError, ModelError
            When the frame is made, if the array is not of that kind, or a state is missing.

        Examples
        --------
        >>> pairs = dyads(["Mali", "Niger", "Togo", "Benin"], "2012-03", "2012-03").add_weights().frame
        >>> pairs.query("source == 'NER'")[["target", "weight"]].to_numpy().tolist()
        [['BEN', 0.5], ['MLI', 0.5], ['TGO', 0.0]]
        """
        options.check_name("name", name)
        return self._with(Weights(weights, name))

    def add_refugees(self) -> Dyads:
        """Add ``unhcr_refugees``: people who fled the source and live in the target, at the end of the year.

        A yearly number stands on all months of its year: lag it by a year, or use ``as_of``, which knows that it is
        published in June of the next. NA where it is not known; 0 from 2000 on where the state of asylum reports
        others and none from the source. See `sahelkit.tables.load_refugees`.

        Examples
        --------
        >>> pairs = dyads(["Mali", "Mauritania"], "2012", "2013", freq="Y").add_refugees()
        >>> pairs.frame.query("source == 'MLI'")["unhcr_refugees"].tolist()
        [54029.0, 66393.0]
        >>> pairs.as_of("2013-06-01").frame.query("source == 'MLI'")["unhcr_refugees"].tolist()
        [nan, nan]
        """
        return self._with(Refugees())

    def lag(
        self,
        columns: str | Sequence[str],
        *,
        periods: int | None = None,
        months: int | None = None,
        years: int | None = None,
    ) -> Dyads:
        """Add ``<column>_lag<k>``: the value `k` periods earlier, of the states or of the pair.

        NA where the state, or one of the two, did not exist then.

        Parameters
        ----------
        columns : str or sequence of str
            Columns of the states, without ``source_`` and ``target_``, or of pairs.
        periods, months, years : int
            How far to look back; exactly one of them, at least one period.

        Raises
        ------
        UnknownNameError
            If there is no such column.
        OptionError
            Unless exactly one length of at least one period is given.

        Examples
        --------
        >>> pairs = dyads(["Mali", "Niger"], "2012-04", "2012-04").add_coups().lag("attempt", months=1)
        >>> pairs.frame[["source", "source_attempt_lag1", "target_attempt_lag1"]].to_numpy().tolist()
        [['MLI', 1.0, 0.0], ['NER', 0.0, 1.0]]
        """
        names = as_names(columns)
        length = periods_in(self.states.freq, periods=periods, months=months, years=years)
        made = self
        own = [name for name in names if name in self._pair_names()]
        for step in self.steps:
            of = tuple(name for name in own if name in step.names())
            made = made._with(PairLag(step, of, length)) if of else made
        rest = [name for name in names if name not in own]
        return self._checked(replace(made, states=made.states.lag(rest, periods=length))) if rest or not own else made

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of the frame beside those that say which pair and when."""
        if self.directed:
            sides = [f"{side}_{name}" for name in self.states.columns for side in ("source", "target")]
            return (*self._pair_names(), *sides)
        columns = self._part(0, 1).columns
        return tuple(columns[columns.get_loc("gwcode_2") + 1 :])

    @property
    def _raster(self) -> Raster:
        return self.states._raster

    def as_frame(self) -> pd.DataFrame:
        """`frame`: pairs stand wherever a function takes a frame."""
        return self.frame

    @property
    def frame(self) -> pd.DataFrame:
        """One row per pair of states that both exist in the period, sorted by source, target and period.

        Directed: ``source`` and ``target`` (ISO 3166 alpha-3 codes), ``pair`` (both, in the order of the alphabet,
        the same from either side), ``period``, ``source_country`` and ``source_gwcode``, the same of the target, the
        columns of pairs, and each column of the states as ``source_<name>`` and ``target_<name>``.

        Undirected: each pair once, ``state_1`` and ``state_2`` in the order of the alphabet. What is the same from
        both sides, such as a border, stands there as it is; what each side has of its own, a column of the states
        or a direction of refugees, as the smaller and the larger of the two (``<name>_min``, ``<name>_max``; NA where
        one of them is), text as ``<name>_1`` and ``<name>_2``.

        Raises
        ------
        OptionError
            If it would take more than 2 GB, as the world by months does: the message says what to type.

        Warns
        -----
        CoverageWarning
            As `Panel.frame`.
        """
        shown = self._raster.shown[:, self._raster.columns]
        rows = self._count(shown)
        texts = 5 + sum(kind == "text" for kind in self.states._kinds.values())
        size = rows * (8 * (len(self._pair_names()) + 2 * len(self.states.columns) + 3) + _TEXT_CELL * texts)
        if size > MOST:
            raise OptionError(
                "dyads",
                f"{rows:,} rows",
                f"a frame of them takes about {size / 1024**3:.1f} GB, which is refused from 2 GB on",
                repair="Type for part in dyads.parts(periods=12): ..., or take freq='Y', fewer countries or years",
            )
        return self._part(0, shown.shape[1])

    def _count(self, shown: Bools) -> int:
        states = shown.sum(axis=0).astype(np.int64)
        return int((states * (states - 1)).sum()) // (1 if self.directed else 2)

    def parts(self, *, periods: int = 12) -> Iterator[pd.DataFrame]:
        """`frame` in pieces of some periods each, for pairs that do not fit into memory at once.

        Parameters
        ----------
        periods : int
            Months or years of a piece.

        Raises
        ------
        OptionError
            If `periods` is no whole number from 1.

        Examples
        --------
        >>> pairs = dyads("focus", "2011-01", "2012-12").add_borders()
        >>> [len(part) for part in pairs.parts(periods=12)], len(pairs.frame)
        ([240, 240], 480)
        """
        options.check_whole_number("periods", periods, example=12)
        columns = self._raster.columns
        stop = self._raster.shown[:, columns].shape[1]
        return (self._part(first, min(first + periods, stop)) for first in range(0, stop, periods))

    def _part(self, first: int, stop: int) -> pd.DataFrame:
        """Rows of the periods from `first` up to `stop`, counted from the first of the panel."""
        raster = self._raster
        begin = raster.columns.start or 0
        keep = np.flatnonzero(raster.rows), slice(begin + first, begin + stop)
        grid = _cut(raster.grid, *keep)
        source, target, when = map(np.asarray, np.nonzero(self._both(grid.exists)))
        pairs = self._pair_layers(grid)
        data = _names(grid, source, target, directed=self.directed)
        data |= assemble.times(grid, when, calendar=self.states.calendar)
        data |= _about(grid, raster.names, source, target, when, directed=self.directed)
        for name, layer in pairs.items():
            data |= self._pair_column(name, layer, source, target, when)
        for name, held in raster.layers.items():
            values = held.values[keep[0]][:, keep[1]]
            data |= self._state_column(name, values[source, when], values[target, when])
        frame = pd.DataFrame(data)
        frame.attrs = {"sahelkit": self._provenance()}
        return frame

    def _pair_layers(self, grid: Grid) -> dict[str, PairLayer]:
        known = None if self.states.known_on is None else np.datetime64(self.states.known_on, "D")
        context = Context(grid, known, self.states.version)
        found: dict[str, PairLayer] = {}
        for step in self.steps:
            found |= step.layers(context)
        return found

    def _both(self, exists: Bools) -> Bools:
        """Cells in which both states of a pair exist, shape (S, S, T)."""
        order = np.arange(len(exists))
        apart = order[:, None] != order[None, :] if self.directed else order[:, None] < order[None, :]
        return np.asarray(exists[:, None, :] & exists[None, :, :] & apart[:, :, None])

    def cells(self) -> Iterator[tuple[str, PairLayer, Bools]]:
        """Columns of pairs that come from a source, each with the cells of the pairs that exist; for `coverage`."""
        raster = self._raster
        grid = _cut(raster.grid, np.flatnonzero(raster.rows), raster.columns)
        there = self._both(grid.exists)
        computed = {name for step in self.steps if isinstance(step, PairLag) for name in step.names()}
        for name, layer in self._pair_layers(grid).items():
            if name not in computed:
                yield name, layer, there

    def _pair_column(self, name: str, layer: PairLayer, source: Ints, target: Ints, when: Ints) -> Mapping[str, Cells]:
        at = when if layer.values.shape[2] > 1 else np.zeros_like(when)
        there = layer.values[source, target, at]
        if self.directed or layer.symmetric:
            return {name: there}
        return _ends(name, there, layer.values[target, source, at])

    def _state_column(self, name: str, here: Cells, there: Cells) -> Mapping[str, Any]:
        text = here.dtype == object
        if self.directed:
            both = {f"source_{name}": here, f"target_{name}": there}
        elif text:
            both = {f"{name}_1": here, f"{name}_2": there}
        else:
            return _ends(name, here, there)
        return {key: pd.Series(values, dtype=TEXT) if text else values for key, values in both.items()}

    def _provenance(self) -> dict[str, Any]:
        notes = self.states._provenance()
        names = [name for step in self.steps for name in step.datasets()]
        notes["datasets"] |= {name: record_of(name, self.states.version).version for name in names}
        for step in self.steps:
            notes |= step.settings()
        return notes | {"pairs": "directed" if self.directed else "undirected"}

    def to_xarray(self) -> xr.Dataset:
        """The pairs as labelled arrays.

        Directed: columns of pairs have the dimensions ``source``, ``target`` and ``period`` (first day of each
        period; those without date have no period), ``source_<name>`` has ``source`` and ``period``, ``target_<name>``
        has ``target`` and ``period``, so that sums of both broadcast. ``exists`` tells where both states exist;
        elsewhere all is NA. Undirected: `frame` with the dimensions ``pair`` and ``period``.

        Raises
        ------
        OptionError
            If the arrays of pairs would take more than 2 GB.

        Examples
        --------
        >>> cube = dyads("focus", "2012-01", "2012-03").add_coups().add_borders().to_xarray()
        >>> dict(cube["border"].sizes), cube["source_attempt"].dims
        ({'source': 5, 'target': 5, 'period': 3}, ('source', 'period'))
        """
        import xarray as xr

        if not self.directed:
            frame = self.frame
            text = frame.select_dtypes(exclude="number").columns.drop("period")
            frame = frame.astype(dict.fromkeys(text, object)).assign(period=frame["period"].dt.to_timestamp())
            return xr.Dataset.from_dataframe(frame.set_index(["pair", "period"])).assign_attrs(self._flat())
        raster = self._raster
        keep = np.flatnonzero(raster.rows), raster.columns
        grid = _cut(raster.grid, *keep)
        states, periods = grid.shape
        size = states * states * periods * 8 * (len(self._pair_names()) + 1)
        if size > MOST:
            why = f"the arrays of pairs take about {size / 1024**3:.1f} GB, which is refused from 2 GB on"
            repair = "Take freq='Y', fewer countries or years, or dyads.states.to_xarray() for the states alone"
            raise OptionError("dyads", f"{states} states, {periods} periods", why, repair=repair)
        exists, dims = self._both(grid.exists), ("source", "target", "period")
        made: dict[str, Any] = {"exists": (dims, exists, {"long_name": "both states exist in the period"})}
        for name, layer in self._pair_layers(grid).items():
            notes = {"long_name": layer.label} | ({"units": layer.unit} if layer.unit else {})
            dated = layer.values.shape[2] == periods
            apart = exists if dated else exists.any(axis=2, keepdims=True)
            values = np.where(apart, layer.values, np.nan)
            made[name] = (dims, values, notes) if dated else (dims[:2], values[:, :, 0], notes)
        for name, held in raster.layers.items():
            values = held.values[keep[0]][:, keep[1]]
            notes = {"long_name": held.label} if held.label else {}
            made[f"source_{name}"] = (("source", "period"), values, notes)
            made[f"target_{name}"] = (("target", "period"), values, notes)
        coords = {"source": list(grid.iso3), "target": list(grid.iso3), "period": grid.starts.astype("datetime64[ns]")}
        return xr.Dataset(made, coords=coords, attrs=self._flat())

    def _flat(self) -> dict[str, str]:
        notes = self._provenance()
        versions = {f"dataset_{name}": version for name, version in notes["datasets"].items()}
        return {key: value for key, value in notes.items() if isinstance(value, str)} | versions


def _label(texts: Sequence[str], rows: Ints) -> pd.Series:
    return pd.Series(list(texts), dtype=TEXT).take(rows).reset_index(drop=True)


def _names(grid: Grid, source: Ints, target: Ints, *, directed: bool) -> dict[str, Any]:
    """The columns that say which pair."""
    both = [f"{min(here, there)}-{max(here, there)}" for here in grid.iso3 for there in grid.iso3]
    first, second = ("source", "target") if directed else ("state_1", "state_2")
    pair = _label(both, source * len(grid.iso3) + target)
    return {first: _label(grid.iso3, source), second: _label(grid.iso3, target), "pair": pair}


def _about(
    grid: Grid, names: Mapping[str, str], source: Ints, target: Ints, when: Ints, *, directed: bool
) -> dict[str, Any]:
    """Name and Gleditsch-Ward number of either state."""
    data: dict[str, Any] = {}
    country = [names[code] for code in grid.iso3]
    forms = ("source_{}", "target_{}") if directed else ("{}_1", "{}_2")
    for form, rows in zip(forms, (source, target), strict=True):
        data[form.format("country")] = _label(country, rows)
        data[form.format("gwcode")] = grid.gwcode[rows, when]
    return data


def _ends(name: str, here: Cells, there: Cells) -> dict[str, Cells]:
    return {f"{name}_min": np.minimum(here, there), f"{name}_max": np.maximum(here, there)}


def _cut(grid: Grid, rows: Ints, columns: slice) -> Grid:
    """The part of a raster that a panel shows."""
    return Grid(
        iso3=tuple(grid.iso3[row] for row in rows),
        freq=grid.freq,
        first=grid.first + (columns.start or 0),
        exists=grid.exists[rows][:, columns],
        gwcode=grid.gwcode[rows][:, columns],
    )


def _delegated() -> list[str]:
    """Methods of a panel that give a panel."""
    methods = inspect.getmembers(Panel, inspect.isfunction)
    return [name for name, method in methods if not name.startswith("_") and name not in _OWN]


def dyads(
    countries: Places,
    start: DateLike,
    end: DateLike,
    *,
    freq: Freq = "M",
    directed: bool = True,
    version: str | None = None,
) -> Dyads:
    """Pairs of existing states by months or years, with what is known of both sides and of the pair.

    Say what is wanted as in `sahelkit.panel`, then read ``.frame``: sources of the states (``add_coups`` and the other
    methods of `Panel`, lags, windows, ``as_of``) stand there as ``source_`` and ``target_``; of the pair there are
    borders, distances, language and colonial past, shared organisations, exposure weights and refugees.

    Parameters
    ----------
    countries : str, int or sequence of these
        Countries or place sets, as in `sahelkit.places.resolve_many`; None for the world.
    start, end : date-like
        First and last period.
    freq : str
        ``"M"`` or ``"Y"``.
    directed : bool
        True: each pair twice, from each side. False: each pair once; see `Dyads.frame`.
    version : str, optional
        Data version of every source; the bundled one when absent.

    Returns
    -------
    Dyads

    Raises
    ------
    UnknownPlaceError, DateError, UnknownNameError
        As in `sahelkit.panel`.
    OptionError
        If none of the states exists in the window, there is one state only, or `directed` is not True or False.

    References
    ----------
    Poast, P. (2016). Dyads are dead, long live dyads! The limits of dyadic designs in international relations research.
    International Studies Quarterly, 60(2), 369-374. https://doi.org/10.1093/isq/sqw004

    Examples
    --------
    Does an attempt in the past year in one state go with one in another, and more so where they share a border?

    >>> pairs = dyads("west_africa", "1990-01", "2019-12").add_coups().past("attempt", months=12)
    >>> frame = pairs.since_last("attempt").add_borders().frame
    >>> frame.shape[0], frame["source_attempt_past12"].isna().sum().item()
    (86400, 0)
    >>> senegal = frame[(frame["target"] == "SEN") & (frame["period"] == pd.Period("2012-05"))]
    >>> senegal.loc[senegal["source_attempt_past12"] > 0, ["source", "border"]].to_numpy().tolist()
    [['GIN', 1.0], ['GNB', 1.0], ['MLI', 1.0]]
    """
    options.check_flag("directed", directed)
    states = panel(countries, start, end, freq=freq, version=version)
    if len(states.countries) < 2:
        raise OptionError("countries", countries, "a pair needs two states", repair="Type 'west_africa', or name two")
    return Dyads(states, directed)
