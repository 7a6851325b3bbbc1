"""Measures of exposure to events elsewhere: every window, tie between countries, kind of event and fading at once."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit._types import Floats, Ints
from sahelkit.errors import CoverageWarning, OptionError, UnknownNameError, is_known
from sahelkit.exposure import KINDS, Kind, fading, spatial_weights
from sahelkit.frames import FrameLike, beside, check_frame
from sahelkit.models.placebo.draws import EventGrid, event_grid, weights_of, window_sums
from sahelkit.panels.history import clock

if TYPE_CHECKING:
    import xarray as xr


FADES = ("window", "decay")
HISTORY = ("t", "t2", "t3", "never")
OUTCOME = "onset"
_TIES = (*KINDS, "region")


@dataclass(frozen=True)
class Measures:
    """Everything in a model of contagion that is made from the events themselves.

    The columns can be made anew from other events or on another map: that is how the null distribution of a verdict
    is found.

    Attributes
    ----------
    table : pandas.DataFrame
        One row per measure: ``focus`` (its name), ``weights``, ``event``, ``window`` (periods), ``fade``.
    grid : EventGrid
        Countries and periods of the panel, with the first kind of event.
    counts : dict of str to array, shape (G, T)
        Events by kind.
    ties : dict of str to array, shape (G, G) or (T, G, G)
        Weights: target, source; by period where they change.
    """

    table: pd.DataFrame
    grid: EventGrid = field(repr=False)
    counts: Mapping[str, Floats] = field(repr=False)
    ties: Mapping[str, Floats] = field(repr=False)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the measures."""
        return tuple(self.table["focus"])

    @property
    def terms(self) -> str:
        """The measures as the focus part of a formula."""
        return " + ".join(self.names)

    def units(self) -> npt.NDArray[np.str_]:
        """The country of each row of the panel."""
        return np.array(self.grid.codes)[self.grid.country]

    @property
    def history(self) -> str:
        """The country's own history, ``t + t2 + t3 + never``, as the free part of a formula."""
        return " + ".join(HISTORY)

    def columns(
        self, names: Sequence[str], *, counts: Mapping[str, Floats] | None = None, order: Ints | None = None
    ) -> dict[str, Floats]:
        """Columns at the rows of the panel.

        Parameters
        ----------
        names : sequence of str
            Measures, ``onset`` (1 where the first kind of event happens) or terms of the own history: ``t, t2, t3``
            (tens of years since the last event) and ``never``. Others are passed over.
        counts : dict of str to array, optional
            Other events.
        order : array of int, shape (G,), optional
            Countries trade places on the map: country i gets the neighbours of country ``order[i]``.

        Returns
        -------
        dict of str to array, shape (n,)
            NA in the first periods of the panel, for as long as the window reaches behind them.
        """
        counts = self.counts if counts is None else counts
        found = self._own(next(iter(counts.values())), names)
        felt: dict[tuple[str, int, str], Floats] = {}
        for row in self.table[self.table["focus"].isin(set(names))].itertuples():
            key = (row.event, row.window, row.fade)
            if key not in felt:
                past = counts[row.event]
                felt[key] = (
                    window_sums(past, row.window) if row.fade == "window" else fading(past, mean_lag(row.window))
                )
            ties = self.ties[row.weights]
            if order is not None:
                ties = ties[..., order[:, None], order[None, :]]
            product = ties @ felt[key] if ties.ndim == 2 else np.einsum("tij,jt->it", ties, felt[key])
            values = product[self.grid.country, self.grid.column]
            found[row.focus] = np.where(self.grid.column >= row.window, values, np.nan)
        return found

    def _own(self, counts: Floats, names: Sequence[str]) -> dict[str, Floats]:
        grid = self.grid
        since, never = clock(counts > 0, np.ones(grid.exists.shape, dtype=bool), grid.exists)
        tens = since[grid.country, grid.column] / (10 * grid.per_year)
        own = {
            OUTCOME: (counts > 0).astype(float)[grid.country, grid.column],
            "t": tens,
            "t2": tens**2,
            "t3": tens**3,
            "never": never[grid.country, grid.column],
        }
        return {name: values for name, values in own.items() if name in names}

    def join(self, frame: FrameLike) -> pd.DataFrame:
        """The panel with ``onset``, the own history and all measures; `frame` has the rows that made the measures."""
        frame = check_frame(frame, where="Measures.join")
        made = self.columns((OUTCOME, *HISTORY, *self.names))
        return beside(frame.drop(columns=[name for name in made if name in frame.columns]), made)

    def only(self, query: str) -> Measures:
        """The measures for which a condition on `table` holds, such as ``"window <= 3 and weights == 'land'"``."""
        return replace(self, table=self.table.query(query).reset_index(drop=True))


def mean_lag(window: int) -> float:
    """Mean lag of a flat window of that many periods, which its fading counterpart shares.

    Examples
    --------
    >>> mean_lag(5)
    3.0
    """
    return (window + 1) / 2


def exposure_measures(
    frame: FrameLike,
    *,
    events: Sequence[str] = ("attempt", "success"),
    windows: Sequence[int] = (1, 2, 3, 5, 10),
    weights: Sequence[str] | Mapping[str, xr.DataArray] = ("land", "inverse_distance", "language", "region"),
    fades: Sequence[str] = FADES,
    cluster: str = "iso3",
) -> Measures:
    """Make neighbours' exposure measures for `sahelkit.extreme_bounds`.

    A measure is the weighted sum of other countries' events in the periods *before* the row's own: the row's own
    period never counts. ``"window"`` counts each of the last `window` periods alike; ``"decay"`` counts all earlier
    ones with geometrically falling weights of the same mean lag, ``(window + 1) / 2``. A window of one period is the
    same under both and is made once.

    Parameters
    ----------
    frame : pandas.DataFrame or Panel
        Panel with one row per country and period (column ``period``, ``month`` or ``year``). Let it begin the longest
        window before the first row that is to be used: rows whose window reaches behind the panel are NA.
    events : sequence of str
        Columns that count events, known in every row. The first is the one whose onset and history are made.
    windows : sequence of int
        Lengths in periods, at least 1.
    weights : sequence of str, or dict of str to xarray.DataArray
        Kinds of `sahelkit.exposure.spatial_weights`, not normalised, ``"region"`` (1 for every other country of the
        panel), or matrices of your own with the dimensions ``target`` and ``source``. Memberships of organisations
        are those known to hold on 1 January of each year (so that Cabo Verde, which joined ECOWAS on an unknown day
        of 1977, counts from 1978); before September 1973 they are zero.
    fades : sequence of {"window", "decay"}
        How events of different age count.
    cluster : str
        Column of the countries.

    Returns
    -------
    Measures

    Raises
    ------
    UnknownNameError
        If a kind of weight or a fade is unknown.
    OptionError
        If a window is not a whole number of at least 1, or something is empty.
    MissingColumnsError, ModelError
        As in `sahelkit.models.placebo.placebos.placebo_test`.

    Examples
    --------
    >>> import sahelkit as sk
    >>> panel = sk.panel("west_africa", "1970", "2020", freq="Y").add_coups(rule="powell_thyne").frame
    >>> made = exposure_measures(panel, events=["attempt"], windows=[1, 3], weights=["land"])
    >>> made.names
    ('land_attempt_w1', 'land_attempt_w3', 'land_attempt_d3')
    >>> joined = made.join(panel).set_index(["iso3", panel["period"].dt.year])
    >>> [float(joined.loc[("NER", year), "land_attempt_w1"]) for year in (2012, 2013)]
    [0.0, 2.0]
    """
    frame = check_frame(frame, where="exposure_measures")
    whole = [isinstance(window, (int, np.integer)) and window >= 1 for window in windows]
    if not len(windows) or not all(whole):
        raise OptionError("windows", windows, "a window has at least one period", repair="Type windows=(1, 3, 5)")
    for fade in fades:
        if not is_known(fade, FADES):
            raise UnknownNameError("fade", fade, FADES)
    if not len(events) or not len(weights) or not len(fades):
        raise OptionError("events, weights, fades", (events, weights, fades), "none of them can be empty")
    grids = {name: event_grid(frame, name, cluster=cluster) for name in events}
    grid = next(iter(grids.values()))
    ties = _ties_of(weights, grid)
    rows = [
        (f"{tie}_{event}_{fade[0]}{window}", tie, event, int(window), fade)
        for tie in ties
        for event in events
        for fade in fades
        for window in windows
        if not (window == 1 and fade == "decay" and "window" in fades)
    ]
    table = pd.DataFrame(rows, columns=["focus", "weights", "event", "window", "fade"])
    return Measures(table, grid, {name: each.counts for name, each in grids.items()}, ties)


def _ties_of(weights: Sequence[str] | Mapping[str, xr.DataArray], grid: EventGrid) -> dict[str, Floats]:
    if isinstance(weights, Mapping):
        return {name: weights_of(table, grid) for name, table in weights.items()}
    found = {}
    for kind in weights:
        if not is_known(kind, _TIES):
            raise UnknownNameError("kind of weight", kind, _TIES)
        if kind == "region":
            found[kind] = 1.0 - np.eye(len(grid.codes))
        elif kind == "organisation":
            found[kind] = _memberships(grid)
        else:
            found[kind] = weights_of(spatial_weights(list(grid.codes), kind=cast("Kind", kind), normalise=None), grid)
    return found


def _memberships(grid: EventGrid) -> Floats:
    """Common organisations by period, shape (T, G, G)."""
    size, length = len(grid.codes), grid.counts.shape[1]
    years = grid.first_year + (grid.phase + np.arange(length)) // grid.per_year
    found = np.zeros((length, size, size))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CoverageWarning)  # after its last revision the table is taken to hold
        for year in np.unique(years[years >= 1974]):
            day = f"{year}-01-01"
            table = spatial_weights(list(grid.codes), kind="organisation", on=day, normalise=None, unsure="leave_out")
            found[years == year] = table.to_numpy()
    return found
