"""Named series of a tidy table: finding them, and turning rows into columns or a cube."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sahelkit.catalog import Field, Record, source
from sahelkit.errors import CoverageWarning, OptionError, UnknownNameError
from sahelkit.geography import places as sets
from sahelkit.tables.select import coverage_days

if TYPE_CHECKING:
    import xarray as xr

REPAIR = "sahelkit.codebook('inflation') searches the series by word"


def _find(given: object, names: dict[str, Field], codes: dict[str, str]) -> Field:
    text = str(given).strip()
    name = codes.get(text.upper(), text.lower())
    if name in names:
        return names[name]
    bare = [known for known in names if known.partition("_")[2] == name]
    if len(bare) > 1:
        raise OptionError(
            "indicators", given, f"several series bear this name: {', '.join(bare)}", repair="Type one of them in full"
        )
    if not bare or not isinstance(given, str):
        raise UnknownNameError("indicator", given, names, repair=REPAIR)
    return names[bare[0]]


def find_series(given: str | Iterable[str], description: Record) -> list[Field]:
    """Series of a dataset by name, by name without prefix, or by World Bank code, each once, in the order given.

    Raises
    ------
    UnknownNameError
        If there is no such series.
    OptionError
        If a name without prefix means several series, or nothing is named.
    """
    names = {item.name: item for item in description.table().series}
    codes = {code: name for name, code in description.details.get("world_bank_codes", {}).items()}
    wanted = [given] if isinstance(given, str) or not isinstance(given, Iterable) else list(given)
    if not wanted:
        raise OptionError("indicators", given, "no series is named", repair="Leave the option out to get all of them")
    found = [_find(item, names, codes) for item in wanted]
    return list({item.name: item for item in found}.values())


def warn_series(
    series: Sequence[Field],
    description: Record,
    first: pd.Timestamp | None,
    last: pd.Timestamp | None,
    countries: Sequence[str] | None,
    *,
    stacklevel: int = 3,
) -> None:
    """Warn when a window, or a list of countries, reaches outside what some of the series cover."""
    begins, ends = coverage_days(description.coverage)
    # Outside the coverage of the whole dataset another warning has been given.
    low = max(first, begins) if first is not None else None
    high = min(last, ends) if last is not None else None
    short = [
        item
        for item in series
        if (low is not None and low < pd.Timestamp(item.first)) or (high is not None and high.year > int(item.last[:4]))
    ]
    if short:
        spans = ", ".join(f"{item.name} covers {item.first[:4]} to {item.last[:4]}" for item in short)
        warnings.warn(f"{spans}; there is no value outside (NA, not zero).", CoverageWarning, stacklevel=stacklevel)
    for item in series:
        if countries is not None and item.places and set(countries) - set(sets.members(item.places)):
            text = f"{item.name} covers the place set {item.places!r} only; there is no value outside (NA, not zero)."
            warnings.warn(text, CoverageWarning, stacklevel=stacklevel)


def _cells(frame: pd.DataFrame, names: Sequence[str]) -> tuple[pd.Index, npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Places in alphabetical order, and for each row the number of its place and of its series."""
    # A file sorted by series and place repeats each text many times over; factorize reads it once.
    codes, uniques = pd.factorize(frame["indicator"])
    series = pd.Index(names).get_indexer(pd.Index(uniques))[codes] if len(uniques) else codes
    place, places = pd.factorize(frame["iso3"], sort=True)
    return pd.Index(places), np.asarray(place, dtype=np.intp), np.asarray(series, dtype=np.intp)


def spread(frame: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """One row per place and year with a value, one column per series; NA where a series has none.

    Parameters
    ----------
    frame : pandas.DataFrame
        Tidy rows: ``indicator, iso3, year, value``; each series, place and year at most once.
    names : sequence of str
        Series, in the order of the columns.
    """
    places, place, series = _cells(frame, names)
    years = frame["year"].to_numpy(dtype="int64")
    low, span = (int(years.min()), int(years.max()) - int(years.min()) + 1) if len(years) else (0, 1)
    units, row = np.unique(place * span + (years - low), return_inverse=True)
    values = np.full((len(names), len(units)), np.nan)
    values[series, row] = frame["value"].to_numpy(dtype="float64")
    columns: dict[str, Any] = {"iso3": places.take(units // span), "year": (units % span + low).astype("int64")}
    out = pd.DataFrame({**columns, **dict(zip(names, values, strict=True))})
    out["iso3"] = out["iso3"].astype(frame["iso3"].dtype)
    out.attrs = frame.attrs
    return out


def cube(frame: pd.DataFrame, series: Sequence[Field], description: Record) -> xr.Dataset:
    """Tidy rows as a Dataset with dimensions ``iso3`` and ``year``; every year between the first and the last."""
    import xarray as xr

    names = [item.name for item in series]
    places, place, column = _cells(frame, names)
    years = frame["year"].to_numpy(dtype="int64")
    low, span = (int(years.min()), int(years.max()) - int(years.min()) + 1) if len(years) else (0, 0)
    values = np.full((len(names), len(places), span), np.nan)
    values[column, place, years - low] = frame["value"].to_numpy(dtype="float64")
    variables = {
        item.name: (
            ("iso3", "year"),
            grid,
            {
                "units": item.unit,
                "long_name": item.label_en,
                "long_name_fr": item.label_fr,
                "source": "; ".join(f"{source(name).title}, {source(name).original}" for name in item.sources),
                "missing": item.missing,
            },
        )
        for item, grid in zip(series, values, strict=True)
    }
    return xr.Dataset(
        variables,
        coords={"iso3": np.asarray(places, dtype="U3"), "year": np.arange(low, low + span)},
        attrs={
            "title": description.title_en,
            "dataset": description.name,
            "version": frame.attrs["sahelkit"]["datasets"][description.name],
            "licence": description.licence,
            "attribution": description.attribution,
        },
    )
