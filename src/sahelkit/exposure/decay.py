"""Exposure that decays with time: what earlier events elsewhere still weigh in a month."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._types import DateLike, Floats
from sahelkit.dates import parse_window, read_column
from sahelkit.errors import ModelError, OptionError
from sahelkit.frames import check_columns

if TYPE_CHECKING:
    import xarray as xr

# An unknown month hides the exposure after it for as long as it could still carry this share of its own weight.
_NEGLIGIBLE = 0.01


def decayed_exposure(
    events: Any,
    weights: xr.DataArray | None = None,
    *,
    start: DateLike = None,
    end: DateLike = None,
    lag: float = 12.0,
    mark: str | None = None,
) -> xr.DataArray:
    """Exposure of each country in each month to earlier events elsewhere, fading with time.

    An event d months earlier (d = 1, 2, ...) counts with the geometric weight ``(1 - r) r**(d - 1)``,
    ``r = 1 - 1 / lag``: the exponential kernel in whole months, with mean lag `lag`. Its weights sum to 1, so that
    over all later months an event gives a target W[target, source] in all. Events of the same month do not count.

    Parameters
    ----------
    events : pandas.DataFrame or xarray.DataArray
        Events with the columns ``iso3`` and ``date``, or counts with the dimensions ``iso3`` and ``month``
        (consecutive months). Events of other countries than those of `weights` are left out.
    weights : xarray.DataArray, optional
        As `spatial_weights` gives them. When absent a country is exposed to its own past events.
    start, end : date-like, optional
        First and last month. When absent: those of the counts, or from the first event to the last. Events before
        `start` count; what happened before the first event given is taken to be nothing.
    lag : float
        Mean lag in months, at least 1.
    mark : str, optional
        Column of `events` by which an event is multiplied, such as a 0/1 column for success; 1 when absent.

    Returns
    -------
    xarray.DataArray
        Dimensions ``iso3`` and ``month`` (first day of each month); unit: events per month. NA in a count means
        unknown: exposure of the countries tied to it is then NA for as long as 1 % or more of its weight is left.

    Raises
    ------
    MissingColumnsError
        If the frame lacks a column.
    OptionError
        If `lag` is below 1, or `weights` or the counts lack a dimension.
    DateError
        If a date cannot be read.
    ModelError
        If there is neither an event nor a window.

    References
    ----------
    Hawkes, A. G. (1971). Spectra of some self-exciting and mutually exciting point processes. Biometrika, 58(1),
    83-90. https://doi.org/10.1093/biomet/58.1.83

    Examples
    --------
    >>> from sahelkit.exposure import spatial_weights
    >>> coup = pd.DataFrame({"iso3": ["MLI"], "date": pd.to_datetime(["2012-03-22"])})
    >>> e = decayed_exposure(coup, spatial_weights(["MLI", "BFA", "NER"]), start="2012-03", end="2012-06", lag=2)
    >>> e.sel(iso3="NER").values.tolist()
    [0.0, 0.25, 0.125, 0.0625]
    """
    import xarray as xr

    if not lag >= 1:
        raise OptionError("lag", lag, "a mean lag is at least one month", repair="Type lag=12")
    if weights is not None and set(weights.dims) != {"target", "source"}:
        raise OptionError("weights", weights.dims, "they have the dimensions target and source")
    first, last = parse_window(start, end)
    counts = _as_counts(events, weights, first, last, mark)
    codes = [str(code) for code in counts["iso3"].values]
    if weights is None:
        tie = np.eye(len(codes))
    else:
        tie = weights.transpose("target", "source").reindex(target=codes, source=codes).to_numpy()
    felt = tie @ fading(np.nan_to_num(counts.to_numpy()), lag)
    unknown = np.isnan(counts.to_numpy())
    if unknown.any():
        left = (tie > 0).astype(float) @ fading(unknown.astype(float), lag) * lag
        felt = np.where(left >= _NEGLIGIBLE, np.nan, felt)
    out = xr.DataArray(
        felt,
        dims=("iso3", "month"),
        coords={"iso3": codes, "month": counts["month"].values},
        name="exposure",
        attrs={"unit": "events per month", "lag_months": float(lag)},
    )
    return out.sel(month=slice(None if first is None else first.to_period("M").start_time, last))


def fading(counts: Floats, lag: float) -> Floats:
    """Geometrically fading sum of the counts of earlier columns.

    Parameters
    ----------
    counts : array, shape (n, T)
    lag : float
        Mean lag in columns.

    Returns
    -------
    array, shape (n, T)

    Examples
    --------
    >>> fading(np.array([[4.0, 0.0, 0.0, 0.0]]), 2.0).tolist()
    [[0.0, 2.0, 1.0, 0.5]]
    """
    stay = 1.0 - 1.0 / lag
    out = np.zeros_like(counts, dtype=float)
    for column in range(1, counts.shape[1]):
        out[:, column] = stay * out[:, column - 1] + (1.0 - stay) * counts[:, column - 1]
    return out


def _as_counts(
    events: Any,
    weights: xr.DataArray | None,
    first: pd.Timestamp | None,
    last: pd.Timestamp | None,
    mark: str | None,
) -> xr.DataArray:
    import xarray as xr

    if isinstance(events, xr.DataArray):
        if set(events.dims) != {"iso3", "month"}:
            raise OptionError("events", events.dims, "counts have the dimensions iso3 and month")
        counts = events.transpose("iso3", "month").astype(float)
        if weights is not None:
            counts = counts.reindex(iso3=[str(code) for code in weights["target"].values])
        return counts
    events = check_columns(events, ["iso3", "date", *([mark] if mark else [])], where="decayed_exposure")
    days = read_column(events["date"], what="date", declared="D", owner=events["iso3"]).first
    events = events.assign(date=days.astype("datetime64[ns]"))
    codes = sorted(set(events["iso3"])) if weights is None else [str(code) for code in weights["target"].values]
    rows = events[events["iso3"].isin(codes) & ((events["date"] <= last) if last is not None else True)]
    ends = [*rows["date"], *(day for day in (first, last) if day is not None)]
    if not ends:
        raise ModelError("there is no event of these countries and no window. Give start= and end=")
    months = pd.period_range(min(ends).to_period("M"), max(ends).to_period("M"), freq="M")
    values = np.zeros((len(codes), len(months)))
    at = pd.PeriodIndex(rows["date"], freq="M").asi8 - months.asi8[0] if len(rows) else np.zeros(0, dtype=int)
    np.add.at(values, (pd.Index(codes).get_indexer(rows["iso3"]), at), rows[mark].to_numpy(float) if mark else 1.0)
    return xr.DataArray(
        values,
        dims=("iso3", "month"),
        coords={"iso3": codes, "month": months.to_timestamp().to_numpy().astype("datetime64[ns]")},
    )
