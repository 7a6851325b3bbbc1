"""What is exported is what was given: every dataset, a wide panel and what is odd, through every format and back."""

from __future__ import annotations

import datetime as dt
import warnings
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from formats_reading import ENDINGS, check_same, read

import sahelkit as sk
from sahelkit import tables

LOADERS = sorted(name for name in tables.__all__ if name.startswith("load_") and name != "load_map")


def _loaded(name, rows):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frame = getattr(tables, name)()
    # Rows from all over the table.
    return frame if rows is None else frame.iloc[:: max(1, len(frame) // rows)]


def _export(frame, path, **options):
    return sk.export(frame, path, **options)


@pytest.mark.parametrize("loader", LOADERS)
def test_every_table_comes_back(loader, tmp_path):
    frame = _loaded(loader, 60)
    for ending in ENDINGS:
        made = _export(frame, tmp_path / f"x{ending}")
        assert ending in (".dta", ".sav") or not made.renamed
        check_same(frame.rename(columns=made.renamed), read(made.path), made.path)


@pytest.mark.slow
@pytest.mark.parametrize("loader", LOADERS)
def test_every_row_of_every_table_comes_back(loader, tmp_path):
    frame = _loaded(loader, None)
    for ending in ENDINGS:
        made = _export(frame, tmp_path / f"x{ending}")
        check_same(frame.rename(columns=made.renamed), read(made.path), made.path)


@pytest.fixture(scope="module")
def wide():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = sk.panel("focus", "2010-01", "2013-12").add_coups().add_conflict().add_indicators("undp_hdi")
        made = made.add_democracy("vdem_regime").add_leaders().add_elections().add_military_rule()
        made = made.lag(["attempt", "undp_hdi"], months=12).past("attempt", months=60).since_last("attempt")
        return made.add_neighbours("attempt"), made.add_neighbours("attempt").frame


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_wide_panel_comes_back_with_year_and_month(wide, ending, tmp_path):
    panel, frame = wide
    made = _export(panel, tmp_path / f"mali{ending}")
    found = read(made.path)
    check_same(frame, found, made.path)
    assert found["year"].tolist() == frame["period"].dt.year.tolist()
    assert found["month"].tolist() == frame["period"].dt.month.tolist()
    # Counts that the panel holds as fractions, since they may be NA, are whole numbers in the file.
    assert made.rows == len(frame)
    assert pd.api.types.is_integer_dtype(found["attempt"].dtype) or ending == ".sav"


def test_a_yearly_panel_has_years_as_numbers(tmp_path):
    panel = sk.panel("Mali", 1990, 1992, freq="Y").add_coups()
    for ending in set(ENDINGS) - {".dta", ".sav"}:
        found = read(_export(panel, tmp_path / f"y{ending}").path)
        assert found[["period", "year"]].to_numpy().tolist() == [[1990, 1990], [1991, 1991], [1992, 1992]]
    stata = pd.io.stata.StataReader(_export(panel, tmp_path / "y.dta").path)
    assert stata.read(convert_dates=False)["period"].tolist() == [1990, 1991, 1992]
    pyreadstat = pytest.importorskip("pyreadstat")
    assert pyreadstat.read_dta(tmp_path / "y.dta")[1].original_variable_types["period"] == "%ty"


TEXTS = [
    "œuvre, cœur",
    "l’État à Ségou\u00a0: 5\u202f%",
    "🟢 calm",
    '"quoted", and\na line',
    "=1+1",
    "#N/A",
    "x" * 5000,
    None,
]


def odd():
    return pd.DataFrame(
        {
            "text": TEXTS,
            "empty": [None] * 8,
            "nothing": [np.nan] * 8,
            "whole": pd.array([1, None, 2**40, -5, 0, 100, 101, 32741], dtype="Int64"),
            "small": np.arange(8, dtype="int8"),
            "big": np.arange(8) + 2**52,
            "flag": pd.array([True, None, False, True, True, False, None, True], dtype="boolean"),
            "objects": [1, 2, None, 4, 5, 6, 7, 8],
            "yes": [True, None, False, True, True, False, None, True],
            "day": pd.to_datetime(["2012-03-22", None, "1960-01-01", "1959-12-31"] + ["2012-01-01"] * 4),
            "when": pd.to_datetime(["2012-03-22 10:30:15", None] + ["1950-01-01 00:00:01"] * 6),
            "number": [0.1, -0.0, 1e300, 1e-300, np.nan, 1 / 3, 12345.678, -2.0],
        }
    )


@pytest.mark.parametrize("ending", ENDINGS)
def test_odd_values_come_back(ending, tmp_path):
    frame = odd()
    made = _export(frame, tmp_path / f"odd{ending}")
    found = read(made.path)
    typed = frame.assign(yes=frame["yes"].astype("boolean"), objects=frame["objects"].astype("float64"))
    check_same(typed, found, made.path)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_frame_without_rows_has_its_columns(ending, tmp_path):
    frame = sk.load_coups(countries="MLI").head(0)
    made = _export(frame, tmp_path / f"none{ending}")
    assert list(read(made.path).columns) == list(frame.columns)
    assert len(pd.read_csv(made.codebook)) == len(frame.columns)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_time_with_a_zone_is_written_in_utc(ending, tmp_path):
    frame = pd.DataFrame({"when": pd.to_datetime(["2012-03-22 01:00", None]).tz_localize("Africa/Lagos")})
    made = _export(frame, tmp_path / f"zone{ending}")
    assert pd.to_datetime(read(made.path)["when"])[0] == pd.Timestamp("2012-03-22 00:00")
    assert pd.read_csv(made.codebook)["note"].tolist() == ["UTC"]


def test_days_before_excel_are_texts_there_and_days_elsewhere(tmp_path):
    frame = pd.DataFrame({"day": pd.to_datetime(["1899-12-31", "1960-09-22"])})
    pytest.importorskip("xlsxwriter")
    excel = _export(frame, tmp_path / "old.xlsx")
    assert read(excel.path)["day"].tolist() == ["1899-12-31", "1960-09-22"]
    assert "Excel has no days before 1900-03-01" in pd.read_csv(excel.codebook)["note"][0]
    for ending in (".dta", ".sav", ".parquet", ".csv"):
        made = _export(frame, tmp_path / f"old{ending}")
        check_same(frame, read(made.path), made.path)


def test_frames_of_other_libraries_indexes_and_results_are_taken(tmp_path):
    polars = pytest.importorskip("polars")
    given = polars.DataFrame({"iso3": ["MLI", None], "n": [1, None], "day": [dt.date(2012, 3, 22), None]})
    found = read(_export(given, tmp_path / "polars.csv").path)
    assert found.to_numpy().tolist()[0] == ["MLI", 1, "2012-03-22"]
    pivot = sk.load_coups(countries="focus").pivot_table(index="iso3", columns=["outcome"], aggfunc="size")
    assert list(read(_export(pivot, tmp_path / "pivot.csv").path).columns) == ["iso3", "failure", "success"]
    result = sk.coverage(sk.panel("Mali", "2012-01", "2012-12").add_coups())
    found = read(_export(result, tmp_path / "result.csv").path)
    assert list(found.columns) == list(result.tidy().columns)


def test_categories_are_coded_by_their_order(tmp_path):
    kinds = pd.Categorical(["low", None, "high"], categories=["low", "middle", "high"], ordered=True)
    frame = pd.DataFrame({"tension": kinds, "code": pd.Categorical([3, 1, 3])})
    made = _export(frame, tmp_path / "kinds.dta")
    plain = pd.read_stata(made.path, convert_categoricals=False)
    assert plain["tension"].tolist()[::2] == [1, 3]
    assert plain["code"].tolist() == [3, 1, 3]
    assert read(made.path)["tension"].tolist()[::2] == ["low", "high"]


UTC = dt.UTC
KINDS = {
    "1, ,3": [
        pd.array([1, None, 3], dtype="UInt64"),
        pd.array([1, None, 3], dtype=pd.ArrowDtype(pa.int64())),
        pd.array([1, None, 3], dtype="Float64"),
        pd.Series([pd.NA, 1, 3], dtype=object).reindex([1, 0, 2]),
        pd.Categorical([1, None, 3]),
        [Decimal(1), None, Decimal(3)],
    ],
    "1.5, ,2.5": [
        pd.array([1.5, None, 2.5], dtype=pd.ArrowDtype(pa.decimal128(5, 2))),
        np.array([1.5, np.nan, 2.5], dtype="float32"),
    ],
    "true, ,false": [
        pd.array([True, None, False], dtype=pd.ArrowDtype(pa.bool_())),
        pd.Series([np.bool_(True), None, np.bool_(False)], dtype=object),
    ],
    '"a", ,"b"': [pd.array(["a", None, "b"], dtype=pd.ArrowDtype(pa.string())), pd.Categorical(["a", None, "b"])],
    "2012-03-22, ,2012-03-23": [
        [dt.date(2012, 3, 22), None, dt.date(2012, 3, 23)],
        pd.array([dt.date(2012, 3, 22), None, dt.date(2012, 3, 23)], dtype=pd.ArrowDtype(pa.date32())),
        pd.PeriodIndex(["2012-03-22", None, "2012-03-23"], freq="D"),
        pd.Categorical(pd.to_datetime(["2012-03-22", None, "2012-03-23"])),
    ],
    "2012-03-22 01:00:00, ,2012-03-22 00:30:00": [
        [
            dt.datetime(2012, 3, 22, 1, tzinfo=UTC),
            None,
            dt.datetime(2012, 3, 22, 1, 30, tzinfo=dt.timezone(dt.timedelta(hours=1))),
        ],
    ],
    '"2012-03", ,"2012-04"': [
        pd.PeriodIndex(["2012-03", None, "2012-04"], freq="M"),
        pd.Series([pd.Period("2012-03"), None, pd.Period("2012-04")], dtype=object),
    ],
    "2012, ,2014": [pd.PeriodIndex(["2012", None, "2014"], freq="Y")],
    "0,1,0": [pd.arrays.SparseArray([0, 1, 0])],
}


@pytest.mark.parametrize("written", KINDS)
def test_every_type_of_pandas_is_written_as_what_it_is(written, tmp_path):
    for number, values in enumerate(KINDS[written]):
        frame = pd.DataFrame({"k": range(3)})
        frame["x"] = values.to_numpy() if isinstance(values, pd.Series) else values
        made = sk.export(frame, tmp_path / f"{number}.csv")
        lines = made.path.read_text(encoding="utf-8").splitlines()[1:]
        assert ",".join(line.split(",")[1] or " " for line in lines) == written, type(values)


def test_two_exports_of_one_frame_are_the_same_bytes(tmp_path):
    frame = sk.load_coups(countries="focus")
    for ending in (".csv", ".parquet"):
        first, second = (_export(frame, tmp_path / f"{name}{ending}").path for name in ("a", "b"))
        assert first.read_bytes() == second.read_bytes()
