"""Democracy by country and year: V-Dem with intervals, regimes, and episodes of regime change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, get_args

import pandas as pd

from sahelkit._types import DateLike, Places
from sahelkit.catalog import Record, Table, record
from sahelkit.dates import parse_window
from sahelkit.errors import UnknownNameError, is_known
from sahelkit.options import as_names
from sahelkit.tables.read import read_table
from sahelkit.tables.select import select, warn_outside

if TYPE_CHECKING:
    import xarray as xr

DATASET = "democracy"
Shape: TypeAlias = Literal["tidy", "xarray"]
SHAPES: tuple[Shape, ...] = get_args(Shape)
_ALWAYS = ("iso3", "gwcode", "year", "independent")


def _wanted(layout: Table, variables: str | Sequence[str] | None) -> list[str]:
    known = [item.name for item in layout.fields if item.name not in _ALWAYS]
    if variables is None:
        return known
    names = as_names("variables", variables)
    for name in names:
        if name not in known:
            raise UnknownNameError(
                "variable of democracy", name, known, repair="sahelkit.codebook('democracy') lists them"
            )
    return list(dict.fromkeys(names))


def _array(frame: pd.DataFrame, layout: Table) -> xr.Dataset:
    import xarray as xr

    values = frame.set_index(["iso3", "year"])
    numbers = {name: values[name].astype("float64") for name in values.columns}
    array: xr.Dataset = xr.Dataset.from_dataframe(pd.DataFrame(numbers))
    for name in values.columns:
        item = layout.field(name)
        array[name].attrs = {"long_name": item.label_en, "units": item.unit or "1", "sources": ", ".join(item.sources)}
    array.attrs = {f"dataset_{name}": version for name, version in frame.attrs["sahelkit"]["datasets"].items()}
    return array


def load_democracy(
    *,
    variables: str | Sequence[str] | None = None,
    countries: Places = None,
    start: DateLike = None,
    end: DateLike = None,
    shape: Shape = "tidy",
    version: str | None = None,
) -> pd.DataFrame | xr.Dataset:
    """Democracy indices, regimes and episodes: one row per country and year, world, 1900-2025.

    Sources: V-Dem v15 (``vdem_``, 1900-2024), Episodes of Regime Transformation on it (``ert_``), V-Dem v12
    (``vdem12_``, 1970-2021), Regimes of the World continued by Our World in Data (``owid_regime``, 1945-2025). Two
    versions of V-Dem never share a column. Licence CC BY-SA 4.0, as V-Dem: what you build on it and pass on must have
    it too. Values are those of the latest release; see ``datasets/democracy/README.md``.

    Parameters
    ----------
    variables : str or sequence of str, optional
        Columns to read, e.g. ``"vdem_polyarchy"``; all when absent. ``sahelkit.codebook("democracy")`` lists them.
    countries : str, int or sequence of these, optional
        Countries or place sets, as in `sahelkit.places.resolve_many`; all when absent.
    start, end : date-like, optional
        First and last day, both inclusive; a year that touches the window belongs to it.
    shape : {"tidy", "xarray"}
        A frame, or an ``xarray.Dataset`` with dimensions ``iso3`` and ``year``.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame or xarray.Dataset
        ``iso3``, ``gwcode``, ``year``, ``independent`` (member of the state system on 31 December; false for a
        colony) and the variables: indices from 0 to 1, with ``_low`` and ``_high`` for the ends of the 68 percent
        interval; regimes from 0 (closed autocracy) to 3 (liberal democracy); episodes true or false. NA where the
        source does not code the year, never zero for unknown. In the array all values are floats.

    Raises
    ------
    UnknownNameError
        If a variable, the shape or the version is unknown.
    UnknownPlaceError
        If a country is unknown or means several.
    DateError
        If a date cannot be read, or `end` lies before `start`.

    Warns
    -----
    CoverageWarning
        If the window reaches outside 1900-2025.

    References
    ----------
    Coppedge, M., et al. (2025). V-Dem Country-Year Dataset v15. https://doi.org/10.23696/vdemds25

    Maerz, S. F., Edgell, A. B., Wilson, M. C., Hellmeier, S., & Lindberg, S. I. (2024). Episodes of regime
    transformation. Journal of Peace Research, 61(6), 967-984. https://doi.org/10.1177/00223433231168192

    Lührmann, A., Tannenberg, M., & Lindberg, S. I. (2018). Regimes of the World (RoW). Politics and Governance, 6(1),
    60-77. https://doi.org/10.17645/pag.v6i1.1214

    Examples
    --------
    >>> mali = load_democracy(variables=["vdem_polyarchy", "vdem_regime"], countries="MLI", start=2011, end=2013)
    >>> mali[["year", "vdem_polyarchy", "vdem_regime"]].values.tolist()
    [[2011, 0.604, 2], [2012, 0.353, 1], [2013, 0.326, 1]]
    >>> dict(load_democracy(variables="vdem_liberal", countries="focus", start=2000, end=2020, shape="xarray").sizes)
    {'iso3': 5, 'year': 21}
    """
    if not is_known(shape, SHAPES):
        raise UnknownNameError("shape", shape, SHAPES)
    description = record(DATASET)
    layout = description.table()
    columns = [*_ALWAYS, *_wanted(layout, variables)]
    frame = read_table(DATASET, version=version, columns=columns)[columns]
    frame = select(frame, description, countries=countries, start=start, end=end)
    return frame if shape == "tidy" else _array(frame, layout)


def load_regime_episodes(
    *, countries: Places = None, start: DateLike = None, end: DateLike = None, version: str | None = None
) -> pd.DataFrame:
    """Episodes of democratization and autocratization on V-Dem v15: one row per episode, world, 1900-2024.

    An episode is a sustained change of electoral democracy by 0.1 or more in all. Episodes are told with hindsight:
    they describe, and must not serve to predict. Licence CC BY-SA 4.0.

    Parameters
    ----------
    countries : str, int or sequence of these, optional
        Countries or place sets, as in `sahelkit.places.resolve_many`; all when absent.
    start, end : date-like, optional
        First and last day; an episode that touches the window belongs to it.
    version : str, optional
        Data version; the bundled one when absent.

    Returns
    -------
    pandas.DataFrame
        ``episode_id``, ``iso3``, ``gwcode``, ``ert_kind`` (democratization, autocratization), ``ert_start``,
        ``ert_end`` (years, both inclusive), ``ert_ongoing`` (end not certain in 2024), ``ert_outcome``,
        ``vdem_polyarchy_before`` and ``vdem_polyarchy_end`` (0 to 1; NA where that year is not coded).

    Raises
    ------
    UnknownPlaceError
        If a country is unknown or means several.
    DateError
        If a date cannot be read, or `end` lies before `start`.
    UnknownNameError
        If there is no such version.

    Warns
    -----
    CoverageWarning
        If the window reaches outside the coverage of the dataset.

    References
    ----------
    Maerz, S. F., Edgell, A. B., Wilson, M. C., Hellmeier, S., & Lindberg, S. I. (2024). Episodes of regime
    transformation. Journal of Peace Research, 61(6), 967-984. https://doi.org/10.1177/00223433231168192

    Examples
    --------
    >>> episodes = load_regime_episodes(countries="Mali", start=2000)
    >>> episodes.loc[episodes["ert_kind"] == "autocratization", ["ert_start", "ert_end"]].values.tolist()
    [[2007, 2013], [2017, 2024]]
    """
    description = record(DATASET)
    frame = read_table(DATASET, "episodes", version=version)
    first, last = parse_window(start, end)
    warn_outside(DATASET, first, last, _covered(description), stacklevel=2)
    frame = select(frame, description, countries=countries, table="episodes")
    keep = pd.Series(True, index=frame.index)
    if first is not None:
        keep &= frame["ert_end"] >= first.year
    if last is not None:
        keep &= frame["ert_start"] <= last.year
    attrs: dict[Any, Any] = frame.attrs
    out = frame[keep].reset_index(drop=True)
    out.attrs = attrs
    return out


def _covered(description: Record) -> Any:
    """Coverage of the episodes, which end a year before the dataset."""
    field = description.table("episodes").field("ert_end")
    return replace(description.coverage, last=f"{field.last}-12-31")
