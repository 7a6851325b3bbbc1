"""Cells of PRIO-GRID by arithmetic: half a degree each, numbered from the south-west corner eastwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sahelkit._types import Floats, Ints64
from sahelkit.errors import OptionError

if TYPE_CHECKING:
    import narwhals.stable.v2 as nw

ROWS, COLUMNS = 360, 720
UNKNOWN = 0  # no cell has this number


def grid_cell(latitude: npt.ArrayLike, longitude: npt.ArrayLike) -> Ints64:
    """Number of the PRIO-GRID cell in which a place lies.

    A cell holds its southern and its western edge. The North Pole lies in the last row, and longitude 180 in the last
    column, as in the raster of PRIO.

    Parameters
    ----------
    latitude, longitude : array of float, shape (n,)
        Degrees, -90 to 90 and -180 to 180; NaN where unknown.

    Returns
    -------
    array of int64, shape (n,)
        1 to 259200; 0 where one of the two is unknown.

    Raises
    ------
    OptionError
        If a value lies outside its range; the message has the row.

    References
    ----------
    Tollefsen, A. F., Strand, H., & Buhaug, H. (2012). PRIO-GRID: A unified spatial data structure. Journal of Peace
    Research, 49(2), 363-374. https://doi.org/10.1177/0022343311431287

    Examples
    --------
    >>> grid_cell([12.65, 10.51, -90, 90], [-8.0, 2.29, -180, 180])
    array([147945, 145085,      1, 259200])
    """
    north, east = np.broadcast_arrays(_degrees("latitude", latitude, 90), _degrees("longitude", longitude, 180))
    known = ~np.isnan(north + east)
    row = np.minimum(np.floor((np.where(known, north, 0.0) + 90) * 2), ROWS - 1)
    column = np.minimum(np.floor((np.where(known, east, 0.0) + 180) * 2), COLUMNS - 1)
    return np.asarray(np.where(known, row * COLUMNS + column + 1, UNKNOWN), dtype=np.int64)


def grid_centre(cell: npt.ArrayLike) -> tuple[Floats, Floats]:
    """Latitude and longitude of the middle of PRIO-GRID cells.

    Parameters
    ----------
    cell : array of int, shape (n,)
        1 to 259200; 0 for unknown.

    Returns
    -------
    latitude : array of float, shape (n,)
        Degrees; NaN where the cell is unknown.
    longitude : array of float, shape (n,)
        Likewise.

    Raises
    ------
    OptionError
        If a number is that of no cell.

    Examples
    --------
    >>> grid_centre([147945, 1])
    (array([ 12.75, -89.75]), array([  -7.75, -179.75]))
    """
    number = np.asarray(cell, dtype=np.int64)
    wrong = (number < UNKNOWN) | (number > ROWS * COLUMNS)
    if wrong.any():
        position = int(wrong.ravel().argmax())
        given, where = int(number.ravel()[position]), f"row {position + 1:,}"
        repair = f"Cells of PRIO-GRID are numbered 1 to {ROWS * COLUMNS}"
        raise OptionError("cell", given, "there is no such cell", row=where, repair=repair)
    row, column = np.divmod(number - 1, COLUMNS)
    known = number != UNKNOWN
    return np.where(known, row / 2 - 89.75, np.nan), np.where(known, column / 2 - 179.75, np.nan)


def cell_expr(latitude: nw.Expr, longitude: nw.Expr) -> nw.Expr:
    """`grid_cell` where the data live; empty where a coordinate is empty or outside its range.

    Parameters
    ----------
    latitude, longitude : narwhals.Expr
        Degrees.
    """
    import narwhals.stable.v2 as nw

    row = _steps(latitude, 90)
    column = _steps(longitude, 180)
    return row * COLUMNS + column + nw.lit(1)


def _steps(degrees: nw.Expr, most: int) -> nw.Expr:
    """Half degrees from the lower end on, of which the last holds the upper end too."""
    import narwhals.stable.v2 as nw

    # `floor` came to narwhals late, and `//` rounds in some databases; a cast alone would too, or refuse.
    half = (degrees + most) * 2
    whole = (half // 1).cast(nw.Int64)
    steps = whole - (whole > half).cast(nw.Int64)
    inside = (degrees >= -most) & (degrees < most)
    return nw.when(inside).then(steps).otherwise(nw.when(degrees == most).then(nw.lit(4 * most - 1)))


def _degrees(what: str, values: npt.ArrayLike, most: int) -> Floats:
    found = np.asarray(values, dtype=np.float64)
    wrong = np.abs(found) > most
    if wrong.any():
        position = int(wrong.ravel().argmax())
        given, where = float(found.ravel()[position]), f"row {position + 1:,}"
        repair = (
            "Are latitude and longitude swapped?" if what == "latitude" else "Longitudes east of Greenwich end at 180"
        )
        raise OptionError(what, given, f"it lies outside -{most} to {most}", row=where, repair=repair)
    return found
