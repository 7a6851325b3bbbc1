"""The fitted intensity averaged over calendar periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sahelkit.estimation.hawkes.integral import PARTS, cumulative
from sahelkit.estimation.hawkes.observed import years

if TYPE_CHECKING:
    import xarray as xr

    from sahelkit.models.hawkes.result import HawkesFit


def mean_intensity(fit: HawkesFit, freq: str) -> xr.DataArray:
    """The parts of the intensity by country and month or year; see `HawkesFit.intensity`."""
    import xarray as xr

    periods = pd.period_range(fit.start.to_period(freq), fit.end.to_period(freq) + 1, freq=freq)
    edges = years(periods.start_time.to_numpy())
    exposure = fit.observed.windows.exposure(edges, len(fit.countries))
    total = np.stack(
        [cumulative(fit.process, fit.observed, place, edges) for place in range(len(fit.countries))], axis=1
    )
    mean = np.divide(np.diff(total, axis=2), exposure, out=np.full((3, *exposure.shape), np.nan), where=exposure > 0)
    return xr.DataArray(
        mean,
        dims=("part", "iso3", "time"),
        coords={
            "part": list(PARTS),
            "iso3": list(fit.countries),
            "time": periods[:-1].start_time.to_numpy().astype("datetime64[ns]"),
        },
        name="intensity",
        attrs={"unit": "attempts per year"},
    )
