"""Annual indicators, tidy, wide or as an xarray Dataset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.catalog import record
from sahelkit.dates import parse_window
from sahelkit.errors import UnknownNameError, is_known
from sahelkit.geography import places
from sahelkit.tables.read import read_table
from sahelkit.tables.select import warn_outside
from sahelkit.tables.series import cube, find_series, spread, warn_series

if TYPE_CHECKING:
    import xarray as xr

Shape: TypeAlias = Literal["tidy", "wide", "xarray"]
SHAPES: tuple[Shape, ...] = get_args(Shape)


def _read(filters: Sequence[tuple[str, str, Any]], version: str | None) -> pd.DataFrame:
    if any(how == "in" and not values for _, how, values in filters):
        return read_table("indicators", version=version).iloc[:0]
    # The file is sorted by series and its row groups are small: only those of the wanted series are read.
    return read_table("indicators", version=version, filters=list(filters) or None)


def load_indicators(
    *,
    indicators: str | Sequence[str] | None = None,
    countries: Places = None,
    start: DateLike = None,
    end: DateLike = None,
    shape: Shape = "tidy",
    projections: bool = False,
    version: str | None = None,
) -> pd.DataFrame | xr.Dataset:
    """Load annual indicators: economy, people, state, risk; world, 1960 to 2025.

    One row (of the tidy shape) is one series in one state and year. Made from files of the World Bank (WDI and WGI),
    SIPRI, UNDP, UN IGME, UN WPP, the ILO, the Energy Institute, EM-DAT, Our World in Data and the European
    Commission (INFORM), most of them by way of Gapminder. Licence: CC BY 4.0. ``sahelkit.codebook("inflation")``
    finds series and tells unit, coverage and what a missing value means.

    Parameters
    ----------
    indicators : str or sequence of str, optional
        Series, e.g. ``"wdi_gdp_per_capita"``; the prefix, which names the publisher, may be left out where one series
        only bears the rest of the name. World Bank codes (``"NY.GDP.PCAP.KD"``) are known too. All when absent.
    countries : str, int or sequence, optional
        Countries or place sets in any form that `sahelkit.places.resolve` knows; all when absent.
    start, end : date-like, optional
        First and last year wanted, inclusive; a month or day stands for its year.
    shape : {"tidy", "wide", "xarray"}
        ``"tidy"``: one row per series, state and year. ``"wide"``: one row per state and year with a value, one
        column per series. ``"xarray"``: a Dataset with dimensions ``iso3`` and ``year`` and, for each variable,
        ``units``, ``long_name``, ``source`` and more as attributes.
    projections : bool
        True to include what the source itself calls a projection (UN population series after 2024).
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame or xarray.Dataset
        Tidy: ``indicator``, ``iso3``, ``year`` (int), ``value`` (float, in the unit of the series), ``projection``, and
        ``repeated``, which is True where the value equals that of the year before to the last digit, as when a source
        carries a value forward. Wide: ``iso3``, ``year`` and the series in the order asked for.
        What is not known has no row (tidy) or is NA (wide, xarray); nothing is filled in. World Bank and UN figures
        describe a country within its borders of today, also before its independence.

    Raises
    ------
    UnknownNameError
        If a series, `shape` or `version` is unknown, or a name without prefix means several series.
    UnknownPlaceError
        If a country is unknown or ambiguous.
    DateError
        If a date cannot be read or `end` lies before `start`.

    Warns
    -----
    CoverageWarning
        If the window reaches outside 1960-2025, or outside the years of a series named in `indicators`, or if
        `countries` reach outside the countries of a series that covers the study region only.

    References
    ----------
    World Bank. World Development Indicators. https://databank.worldbank.org/source/world-development-indicators

    Gapminder Foundation (2026). Systema Globalis. https://github.com/open-numbers/ddf--gapminder--systema_globalis

    Kaufmann, D., & Kraay, A. (2025). Worldwide Governance Indicators, 2025 update. World Bank.

    ``sahelkit.cite(load_indicators(...))`` gives the sources of the series that are present.

    Examples
    --------
    >>> names = ["gdp_per_capita", "hdi"]
    >>> load_indicators(indicators=names, countries="Mali", start=2011, end=2012, shape="wide").round(3).to_dict("list")
    {'iso3': ['MLI', 'MLI'], 'year': [2011, 2012], 'wdi_gdp_per_capita': [818.399, 786.323], 'undp_hdi': [0.415, 0.411]}
    >>> load_indicators(indicators="hdi", countries="focus", end=2023, start=2023)["iso3"].tolist()
    ['BFA', 'CIV', 'GIN', 'MLI', 'NER']
    >>> load_indicators(indicators="inflation")
    Traceback (most recent call last):
        ...
    sahelkit.errors.UnknownNameError: unknown indicator 'inflation'. Did you mean 'wdi_cpi_inflation' or
    'wdi_deflator_inflation'? sahelkit.codebook('inflation') searches the series by word.
    """
    if not is_known(shape, SHAPES):
        raise UnknownNameError("shape", shape, SHAPES)
    description = record("indicators")
    chosen = find_series(indicators, description) if indicators is not None else None
    asked = places.resolve_many(countries) if countries is not None else None
    first, last = parse_window(start, end)
    warn_outside("indicators", first, last, description.coverage)
    filters: list[tuple[str, str, Any]] = []
    if chosen is not None:
        warn_series(chosen, description, first, last, asked)
        filters.append(("indicator", "in", [item.name for item in chosen]))
    if asked is not None:
        filters.append(("iso3", "in", asked))
    if first is not None:
        filters.append(("year", ">=", first.year))
    if last is not None:
        filters.append(("year", "<=", last.year))
    rows = _read(filters, version)
    frame = rows if projections else rows[~rows["projection"]].reset_index(drop=True)
    frame.attrs = rows.attrs
    if shape == "tidy":
        return frame
    present = set(frame["indicator"].unique())
    columns = chosen if chosen is not None else [item for item in description.table().series if item.name in present]
    return spread(frame, [item.name for item in columns]) if shape == "wide" else cube(frame, columns, description)
