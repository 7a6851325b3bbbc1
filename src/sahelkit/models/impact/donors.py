"""Whom a country may be compared with: those that its event did not reach, and that had none of their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit.dates import DateLike, parse_date
from sahelkit.errors import OptionError
from sahelkit.models.impact.windows import EventWindow, event_window, follow_ups
from sahelkit.tables._select import check_columns

if TYPE_CHECKING:
    import xarray as xr


def unexposed_donors(
    unit: str,
    date: DateLike,
    *,
    coups: pd.DataFrame,
    weights: xr.DataArray,
    before: int = 60,
    after: int = 24,
    steps: int = 1,
) -> list[str]:
    """Countries without a border to `unit` and without a coup attempt of their own in the months around its event.

    Parameters
    ----------
    unit : str
        ISO 3166 alpha-3 code.
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
    OptionError
        If the unit is not among the candidates, or `steps` is not at least 1.
    MissingColumnsError
        If `coups` lacks a column.

    Examples
    --------
    >>> import sahelkit as sk
    >>> from sahelkit.exposure import spatial_weights
    >>> coups = sk.load_coups(countries="west_africa", rule="powell_thyne")
    >>> unexposed_donors("MLI", "2012-03-22", coups=coups, weights=spatial_weights("west_africa"))
    ['BEN', 'CPV', 'GHA', 'GMB', 'LBR', 'NGA', 'SLE', 'TGO']
    """
    check_columns(coups, ["iso3", "date"], where="unexposed_donors")
    codes = [str(code) for code in weights["target"].values]
    if unit not in codes:
        raise OptionError("weights", unit, "the country with the event is not among those that have weights")
    if steps < 1:
        raise OptionError("steps", steps, "at least the neighbours are exposed", repair="Type steps=1")
    ties = weights.transpose("target", "source").sel(source=codes).to_numpy() != 0
    touching = ties | ties.T
    reached = np.array([code == unit for code in codes])
    for _ in range(steps):
        reached = reached | (touching @ reached)
    day = parse_date(date, what="date")
    month = pd.Timestamp(str(day)).to_period("M")
    when = pd.DatetimeIndex(coups["date"]).to_period("M")
    near = (when >= month - before) & (when <= month + after)
    own = set(coups.loc[np.asarray(near), "iso3"].astype(str))
    return sorted(code for code, exposed in zip(codes, reached, strict=True) if not exposed and code not in own)


def coup_windows(
    frame: pd.DataFrame,
    events: pd.DataFrame,
    *,
    coups: pd.DataFrame,
    weights: xr.DataArray,
    outcome: str = "deaths",
    before: int = 60,
    after: int = 24,
    width: int = 3,
    scale: str = "log1p",
    steps: int = 1,
    exclude: Sequence[str] = (),
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
    exclude : sequence of str
        Further countries that may not serve as donors.

    Returns
    -------
    list of EventWindow
        In the order of `events`.

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
    check_columns(events, ["iso3", "date"], where="coup_windows")
    rows = events.reset_index(drop=True)
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
                donors=[code for code in donors if code not in set(exclude)],
                until=after_that.get(place),
            )
        )
    return found
