"""The fitted intensity averaged over calendar periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit.estimation.hawkes.integral import PARTS, Process, cumulative
from sahelkit.estimation.hawkes.observed import Observed, years

if TYPE_CHECKING:
    import xarray as xr


def mean_intensity(
    process: Process, observed: Observed, first: pd.Timestamp, last: pd.Timestamp, freq: str
) -> xr.DataArray:
    """The parts of the intensity by country and month or year; see `HawkesFit.intensity`."""
    import xarray as xr

    periods = pd.period_range(first.to_period(freq), last.to_period(freq) + 1, freq=freq)
    edges = years(periods.start_time.to_numpy())
    places = range(len(observed.countries))
    exposure = observed.windows.exposure(edges, len(places))
    total = np.stack([cumulative(process, observed, place, edges) for place in places], axis=1)
    mean = np.divide(np.diff(total, axis=2), exposure, out=np.full((3, *exposure.shape), np.nan), where=exposure > 0)
    when = periods[:-1].start_time.to_numpy().astype("datetime64[ns]")
    return xr.DataArray(
        mean,
        coords={"part": list(PARTS), "iso3": list(observed.countries), "time": when},
        dims=("part", "iso3", "time"),
        name="intensity",
        attrs={"unit": "attempts per year"},
    )
