"""A user's frame of any type gives its values or a clear error, never an error of Python or another number."""

from __future__ import annotations

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from sahelkit.errors import SahelkitError
from sahelkit.panels import panel

ROWS = pd.DataFrame({"iso3": ["MLI", "NER", "MLI"], "year": [2011, 2012, 2012], "x": [1.0, 2.0, 3.0]})
DAYS = [dt.date(2011, 5, 1), dt.date(2012, 5, 1), dt.date(2012, 5, 1)]
PLACED = [1.0, 3.0, np.nan, 2.0]  # Mali and Niger, 2011 and 2012

WORDS = pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))

SAME = {
    "index of keys": ROWS.set_index(["iso3", "year"], drop=False),
    "repeated labels": ROWS.set_axis([0, 0, 0]),
    "shuffled": ROWS.sample(frac=1, random_state=1),
    "categories": ROWS.astype({"iso3": "category", "year": "category", "x": "category"}),
    "arrow": ROWS.convert_dtypes(dtype_backend="pyarrow"),
    "nullable": ROWS.convert_dtypes(),
    "objects": ROWS.astype(object),
    "text": ROWS.astype(str),
    "small": ROWS.astype({"x": "uint8", "year": "uint16"}),
    "half": ROWS.astype({"x": "float16"}),
    "sparse": ROWS.assign(x=pd.arrays.SparseArray([1.0, 2.0, 3.0])),
    "decimals": ROWS.assign(x=[decimal.Decimal(value) for value in (1, 2, 3)]),
    "arrow decimals": ROWS.assign(x=ROWS["x"].astype(pd.ArrowDtype(pa.decimal128(5, 2)))),
    "arrow dictionary": ROWS.assign(
        x=ROWS["x"].astype(str).astype(pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string())))
    ),
    "arrow days": ROWS.assign(year=pd.Series(DAYS, dtype=pd.ArrowDtype(pa.date32()))),
    "days": ROWS.assign(year=pd.to_datetime(DAYS)),
}
OTHERS = {
    "no rows": ROWS.iloc[:0],
    "no rows, objects": ROWS.iloc[:0].astype(object),
    "nothing known": ROWS.assign(x=None),
    "booleans": ROWS.assign(x=pd.array([True, None, False], dtype="boolean")),
    "infinite": ROWS.assign(x=np.inf),
    **{
        name: ROWS.assign(x=values)
        for name, values in {
            "spans": pd.to_timedelta([1, 2, 3], unit="D"),
            "lists": [[1], [2], [3]],
            "complex": [1j, 2, 3],
            "intervals": pd.interval_range(0, 3),
            "periods": pd.period_range("2010", periods=3, freq="Y"),
            "bytes": [b"1", b"2", b"3"],
            "huge": pd.Series([10**30, 1, 2], dtype=object),
        }.items()
    },
    **{
        f"years of {name}": ROWS.assign(year=values)
        for name, values in {
            "booleans": [True, False, True],
            "less than nothing": -5,
            "many digits": [9999, 10000, 2011],
            "intervals": pd.interval_range(0, 3),
            "lists": [[2011], [2012], [2012]],
        }.items()
    },
    **{
        f"codes of {name}": ROWS.assign(iso3=values)
        for name, values in {"lists": [["MLI"]] * 3, "numbers": [1.5, 2, 3], "nothing": np.nan, "blanks": ""}.items()
    },
    "columns of columns": pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])),
    "array": ROWS.set_index(["iso3", "year"]).to_xarray(),
    "series": ROWS["x"],
    "none": None,
    "path": "a.csv",
}


@pytest.mark.parametrize("how", ["one", "sum"])
@pytest.mark.parametrize("held", SAME)
def test_the_same_values_whatever_holds_them(held, how):
    found = panel(["MLI", "NER"], 2011, 2012, freq="Y").add_frame(SAME[held], how=how).frame
    np.testing.assert_array_equal(found["x"], PLACED)


def _read(given, how):
    try:
        return panel(["MLI", "NER"], 2011, 2012, freq="Y").add_frame(given, how=how, published="+30d").frame
    except SahelkitError as error:
        return error


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("how", ["one", "sum"])
@pytest.mark.parametrize("name", OTHERS)
def test_no_error_of_python(name, how):
    found = _read(OTHERS[name], how)
    assert len(found) == 4 if isinstance(found, pd.DataFrame) else len(str(found)) > 20
