"""Whom a country may be compared with: those that its event did not reach, and that had none of their own."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit._types import DateLike
from sahelkit.dates import read_column
from sahelkit.errors import OptionError
from sahelkit.frames import FrameLike, check_columns
from sahelkit.geography import places
from sahelkit.models.impact.windows import EventWindow, Scale, event_day, event_window, follow_ups
from sahelkit.options import check_whole_number

if TYPE_CHECKING:
    import xarray as xr


def unexposed_donors(
    unit: str | int,
    date: DateLike,
    *,
    coups: FrameLike,
    weights: xr.DataArray,
    before: int = 60,
    after: int = 24,
    steps: int = 1,
) -> list[str]:
    """Countries without a border to `unit` and without a coup attempt of their own in the months around its event.

    Parameters
    ----------
    unit : str or int
        Country with the event.
    date : date-like
        Day of the event.
    coups : pandas.DataFrame
        All attempts of the candidates: ``iso3``, ``date``.
    weights : xarray.DataArray
        Dimensions ``target`` and ``source``, not zero where two countries touch, as
        `sahelkit.exposure.spatial_weights` gives them. Its countries are the candidates.
    before, after : int
        Months around the event in which a donor had no attempt.
    steps : int
        Borders that count as exposure: 1 for neighbours, 2 for neighbours of neighbours too.

    Returns
    -------
    list of str

    Raises
    ------
    UnknownPlaceError
        If there is no such country.
    OptionError
        If the unit is not among the candidates, a weight is unknown, or `steps` is no whole number of at least 1.
    MissingColumnsError
        If `coups` lacks a column.
    DateError
        If the date of an attempt is empty or cannot be read: its country might be taken for one without an attempt.

    Examples
    --------
    >>> import sahelkit as sk
    >>> from sahelkit.exposure import spatial_weights
    >>> coups = sk.load_coups(countries="west_africa", rule="powell_thyne")
    >>> unexposed_donors("MLI", "2012-03-22", coups=coups, weights=spatial_weights("west_africa"))
    ['BEN', 'CPV', 'GHA', 'GMB', 'LBR', 'NGA', 'SLE', 'TGO']
    """
    coups = check_columns(coups, ["iso3", "date"], where="unexposed_donors", what="coups")
    for what, given in (("before", before), ("after", after)):
        check_whole_number(what, given, least=0, example=24)
    check_whole_number("steps", steps)
    code = places.resolve(unit)
    codes = [str(name) for name in weights["target"].values]
    if code not in codes:
        raise OptionError("weights", code, "the country with the event is not among those that have weights")
    shares = weights.transpose("target", "source").sel(source=codes).to_numpy()
    if np.isnan(shares).any():
        raise OptionError("weights", "NaN", "whether two countries touch is unknown", repair="Fill in 0 or 1")
    ties = shares != 0
    touching = ties | ties.T
    reached = np.array([name == code for name in codes])
    for _ in range(steps):
        reached = reached | (touching @ reached)
    month = event_day(date).to_period("M")
    when = pd.PeriodIndex(_days(coups), freq="M")
    near = (when >= month - before) & (when <= month + after)
    own = set(coups.loc[np.asarray(near), "iso3"].astype(str))
    return sorted(name for name, exposed in zip(codes, reached, strict=True) if not exposed and name not in own)


def _days(events: pd.DataFrame) -> pd.DatetimeIndex:
    """Day of each event, the first one of a month; years and empty dates are refused."""
    read_column(events["date"], what="date", declared="M", owner=events["iso3"])
    return pd.DatetimeIndex(read_column(events["date"], what="date").first.astype("datetime64[ns]"))


def coup_windows(
    frame: FrameLike,
    events: FrameLike,
    *,
    coups: FrameLike,
    weights: xr.DataArray,
    outcome: str = "deaths",
    before: int = 60,
    after: int = 24,
    width: int = 3,
    scale: Scale = "log1p",
    steps: int = 1,
    exclude: str | int | Iterable[str | int] = (),
) -> list[EventWindow]:
    """One window per event, each with its own unexposed donors, ended before the next event of the same country.

    Parameters
    ----------
    frame, outcome, before, after, width, scale
        As in `sahelkit.models.impact.event_window`.
    events : pandas.DataFrame
        The events to study: ``iso3``, ``date``.
    coups, weights, steps
        As in `unexposed_donors`.
    exclude : str, int or iterable of these
        Further countries, or sets of countries, that may not serve as donors.

    Returns
    -------
    list of EventWindow
        In the order of `events`.

    Raises
    ------
    MissingColumnsError, OptionError, DateError, UnknownPlaceError, ModelError
        As `unexposed_donors` and `event_window` do.

    Examples
    --------
    >>> import sahelkit as sk
    >>> from sahelkit.exposure import spatial_weights
    >>> coups = sk.load_coups(countries="africa", rule="powell_thyne")
    >>> mali = coups[(coups["iso3"] == "MLI") & (coups["date"] >= "2020") & (coups["outcome"] == "success")]
    >>> windows = coup_windows(
    ...     sk.load_conflict(countries="africa"), mali, coups=coups, weights=spatial_weights("africa")
    ... )
    >>> [(window.label, window.n_before, window.n_after) for window in windows]
    [('MLI 2020-08', 20, 2), ('MLI 2021-05', 20, 8)]
    """
    events = check_columns(events, ["iso3", "date"], where="coup_windows", what="events")
    excluded = set(places.resolve_many(exclude))
    rows = events.assign(date=_days(events)).reset_index(drop=True)
    after_that = follow_ups(rows)
    found = []
    for place, (unit, day) in enumerate(zip(rows["iso3"].astype(str), rows["date"], strict=True)):
        donors = unexposed_donors(unit, day, coups=coups, weights=weights, before=before, after=after, steps=steps)
        found.append(
            event_window(
                frame,
                unit,
                day,
                outcome=outcome,
                before=before,
                after=after,
                width=width,
                scale=scale,
                donors=[code for code in donors if code not in excluded],
                until=after_that.get(place),
            )
        )
    return found
