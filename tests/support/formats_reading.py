"""Files read back by programs that did not write them, and compared with the frame that was written."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pandas as pd
import pytest

_NEEDS = {".sav": "pyreadstat", ".xlsx": "xlsxwriter"}
# The formats whose libraries are installed: those of the extra `export` may be missing.
ENDINGS = tuple(
    ending for ending in (".dta", ".sav", ".xlsx", ".parquet", ".csv") if find_spec(_NEEDS.get(ending, "pyarrow"))
)


def read(path, **options):
    """The table in a file, with value labels applied."""
    if path.suffix == ".dta":
        return pd.read_stata(path, **options)
    if path.suffix == ".sav":
        pyreadstat = pytest.importorskip("pyreadstat")
        return pyreadstat.read_sav(path, apply_value_formats=True, formats_as_category=False)[0]
    if path.suffix == ".xlsx":
        pytest.importorskip("openpyxl")
        return pd.read_excel(path, engine="openpyxl", keep_default_na=False, na_values=[""])
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    return pd.read_csv(path, keep_default_na=False, na_values=[""], low_memory=False)


def _texts(values):
    plain = values.astype(object)
    return plain.where(plain.notna(), "").map(str).tolist()


def check_same(frame, found, path):
    """Every value of `frame` stands in `found`; an empty text is a missing one, as in Stata and SPSS."""
    names = list(found.columns)
    assert len(found) == len(frame)
    for name in frame.columns:
        assert name in names, (name, path.suffix)
        one, other = frame[name].reset_index(drop=True), found[name]
        kind = one.dtype
        where = f"{name} in {path.suffix}"
        if isinstance(kind, pd.PeriodDtype):
            if path.suffix == ".dta":
                other = pd.Series(pd.to_datetime(other)).dt.to_period(kind.freq)
            assert _texts(one.astype(str).where(one.notna())) == _texts(_whole(other)), where
            assert found["year"].tolist() == one.dt.year.tolist() or "year" in frame, where
        elif pd.api.types.is_datetime64_any_dtype(kind):
            assert _texts(pd.to_datetime(other).astype("datetime64[ms]")) == _texts(one.astype("datetime64[ms]")), where
        elif pd.api.types.is_bool_dtype(kind):
            flags = other.astype(object).map(lambda value: {"yes": True, "no": False}.get(value, value))
            assert [bool(value) for value in flags.dropna()] == one.dropna().tolist(), where
            assert flags.isna().tolist() == one.isna().tolist(), where
        elif pd.api.types.is_numeric_dtype(kind):
            numbers = [part.to_numpy(dtype="float64", na_value=np.nan) for part in (pd.to_numeric(other), one)]
            np.testing.assert_allclose(*numbers, rtol=1e-15 if path.suffix == ".xlsx" else 0, err_msg=where)
        else:
            assert _texts(one) == _texts(_whole(other)), where


def _whole(values):
    """Texts of digits that a reader took for numbers, as texts again."""
    if pd.api.types.is_float_dtype(values.dtype) and (values.dropna() % 1 == 0).all():
        return values.astype("Int64")
    return values
