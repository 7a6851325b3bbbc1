from __future__ import annotations

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sahelkit.errors import OptionError
from sahelkit.events.grid import cell_expr, grid_cell, grid_centre

# Cells that others give: of latitude and longitude; of row and column, counted from 1.
PLACES = [(10.51, 2.29, 145085)]
ROWS_AND_COLUMNS = [(151, 412, 108412), (151, 413, 108413), (151, 280, 108280), (119, 616, 85576)]
# Edges: a cell holds its southern and western one; the last row and column hold the pole and longitude 180.
EDGES = [
    (-90, -180, 1),
    (-90, 180, 720),
    (-89.5, -180, 721),
    (90, 180, 259200),
    (90, -180, 258481),
    (0, 0, 129961),
    (-1e-12, -1e-12, 129240),
    (np.nan, 3, 0),
    (3, np.nan, 0),
]


@pytest.mark.parametrize(("latitude", "longitude", "cell"), PLACES + EDGES)
def test_cells_of_places(latitude, longitude, cell):
    assert grid_cell(latitude, longitude) == cell


@pytest.mark.parametrize(("row", "column", "cell"), ROWS_AND_COLUMNS)
def test_cells_by_row_and_column(row, column, cell):
    latitude, longitude = grid_centre(cell)
    assert (latitude, longitude) == (row / 2 - 90.25, column / 2 - 180.25)


def test_every_centre_lies_in_its_cell():
    cells = np.arange(1, 259201)
    latitude, longitude = grid_centre(cells)
    assert (grid_cell(latitude, longitude) == cells).all()
    assert (np.abs(latitude) < 90).all()
    assert (np.abs(longitude) < 180).all()


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_place_lies_within_a_quarter_of_a_degree_of_its_centre(latitude, longitude):
    north, east = grid_centre(grid_cell(latitude, longitude))
    assert abs(north - latitude) <= 0.25 + 1e-9
    assert abs(east - longitude) <= 0.25 + 1e-9


@pytest.mark.parametrize("library", ["pyarrow", "polars", "duckdb"])
def test_the_expression_is_the_function(library):
    latitude = [place[0] for place in PLACES + EDGES] + [91.0, 12.0, -90.1]
    longitude = [place[1] for place in PLACES + EDGES] + [0.0, 181.0, 0.0]
    table = pa.table({"y": pa.array(latitude, from_pandas=True), "x": pa.array(longitude, from_pandas=True)})
    native = table
    if library == "polars":
        native = pytest.importorskip("polars").from_arrow(table)
    if library == "duckdb":
        native = pytest.importorskip("duckdb").from_arrow(table)
    found = nw.from_native(native).select(cell_expr(nw.col("y"), nw.col("x")).alias("cell"))
    cells = (found.collect() if isinstance(found, nw.LazyFrame) else found)["cell"].to_list()
    # What lies off the map is an error in a column of a user's, and unknown in an expression.
    known = len(latitude) - 3
    assert [cell or 0 for cell in cells[:known]] == grid_cell(latitude[:known], longitude[:known]).tolist()
    assert cells[known:] == [None, None, None]


def test_what_is_no_place_or_no_cell_is_refused_with_its_row():
    with pytest.raises(OptionError, match=r"latitude=95.0 in row 2: it lies outside -90 to 90. Are latitude and long"):
        grid_cell([12, 95], [0, 0])
    with pytest.raises(OptionError, match=r"longitude=350.0 in row 1: it lies outside -180 to 180"):
        grid_cell([12], pd.Series([350.0]))
    with pytest.raises(OptionError, match=r"cell=259201 in row 2: there is no such cell. .* numbered 1 to 259200"):
        grid_centre([0, 259201])
