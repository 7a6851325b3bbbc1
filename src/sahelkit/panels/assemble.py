"""From the raster to what a user sees: a tidy frame, an xarray Dataset, the last known values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from sahelkit._types import TEXT, Bools
from sahelkit.panels.evaluate import Raster
from sahelkit.panels.layers import Layer

if TYPE_CHECKING:
    import xarray as xr


def _text(values: Any) -> pd.Series[Any]:
    return pd.Series(values, dtype=TEXT)


def _labels(names: tuple[str, ...], rows: Any) -> pd.Series[Any]:
    return _text(list(names)).take(rows).reset_index(drop=True)


def to_frame(raster: Raster, attrs: Mapping[str, Any], *, calendar: str = "") -> pd.DataFrame:
    """One row per existing state and period, sorted by ``iso3`` and ``period``.

    With a calendar (``"periods"`` or ``"timestamps"``) the numbers of year and month stand beside the period.
    """
    grid, shown = raster.grid, raster.shown
    rows, columns = np.nonzero(shown)
    data: dict[str, Any] = {
        "iso3": _labels(grid.iso3, rows),
        "country": _labels(tuple(raster.names[code] for code in grid.iso3), rows),
        "gwcode": grid.gwcode[shown],
        "period": pd.PeriodIndex.from_ordinals(grid.first + columns, freq=grid.freq),
    }
    if calendar:
        data["year"] = grid.years[columns]
        if grid.freq == "M":
            data["month"] = (grid.first + columns) % 12 + 1
    if calendar == "timestamps":
        data["period"] = grid.starts[columns].astype("datetime64[ns]")
    for name, layer in raster.layers.items():
        values = layer.values[shown]
        data[name] = _text(values) if values.dtype == object else values
    frame = pd.DataFrame(data)
    frame.attrs = {"sahelkit": dict(attrs)}
    return frame


def to_dataset(raster: Raster, attrs: Mapping[str, Any]) -> xr.Dataset:
    """Every column with dimensions ``iso3`` and ``period``."""
    import xarray as xr

    grid = raster.grid
    rows = np.flatnonzero(raster.rows)
    shown = raster.shown[rows][:, raster.columns]
    dims = ("iso3", "period")
    variables: dict[str, Any] = {"exists": (dims, shown, {"long_name": "the state exists in the period"})}
    for name, layer in raster.layers.items():
        notes = {key: text for key, text in (("long_name", layer.label), ("units", layer.unit)) if text}
        values = layer.values[rows][:, raster.columns]
        variables[name] = (dims, values, notes | ({"source": layer.source} if layer.source else {}))
    codes = [grid.iso3[row] for row in rows]
    coords = {
        "iso3": codes,
        "period": grid.starts[raster.columns].astype("datetime64[ns]"),
        "country": ("iso3", [raster.names[code] for code in codes]),
        "gwcode": (dims, grid.gwcode[rows][:, raster.columns]),
    }
    flat = {key: value for key, value in attrs.items() if isinstance(value, str)}
    flat |= {f"dataset_{name}": version for name, version in attrs["datasets"].items()}
    return xr.Dataset(variables, coords=coords, attrs=flat)


def last_known(raster: Raster) -> pd.DataFrame:
    """Last value of each column for each state that exists in the last period."""
    grid = raster.grid
    final = (raster.columns.stop or grid.shape[1]) - 1
    rows = np.flatnonzero(raster.rows & grid.exists[:, final])
    parts = [_last_of(layer, raster, rows, final) for layer in raster.layers.values()]
    texts = any(layer.kind == "text" for layer in raster.layers.values())
    columns = ["iso3", "column", "value", *(["text"] if texts else []), "year", "period", "published"]
    if not parts:
        return pd.DataFrame(columns=columns)
    out = pd.concat(parts, ignore_index=True)
    order = {name: number for number, name in enumerate(raster.layers)}
    out = out.sort_values(["iso3", "column"], key=lambda key: key.map(order) if key.name == "column" else key)
    return out[columns].reset_index(drop=True)


def _last_of(layer: Layer, raster: Raster, rows: Any, final: int) -> pd.DataFrame:
    grid = raster.grid
    known = layer.known[rows, : final + 1]
    has: Bools = np.asarray(known.any(axis=1))
    column = np.where(has, final - known[:, ::-1].argmax(axis=1), final)
    values = layer.values[rows, column]
    text = values.dtype == object
    years = pd.array(np.where(has, grid.years[column], 0), dtype="Int64")
    years[~has] = pd.NA
    described = pd.PeriodIndex.from_ordinals(grid.first + column, freq=grid.freq)
    named = grid.years[column].astype("str") if layer.native == "Y" else described.strftime("%Y-%m")
    published = np.full(len(rows), np.datetime64("NaT"), dtype="datetime64[ns]")
    if layer.published is not None:
        days = layer.published[rows, column]
        # Values that were always known have no day of publication, and the first day of the year 1 no nanoseconds.
        dated = has & (days > np.datetime64("1800-01-01"))
        published[dated] = days[dated].astype("datetime64[ns]")
    return pd.DataFrame(
        {
            "iso3": _labels(grid.iso3, rows),
            "column": _text([layer.name] * len(rows)),
            "value": np.full(len(rows), np.nan) if text else values,
            "text": _text(values if text else np.full(len(rows), None, dtype=object)),
            "year": years,
            "period": _text([name if there else None for name, there in zip(named, has, strict=True)]),
            "published": published,
        }
    )
