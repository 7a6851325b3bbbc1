"""What others read: DuckDB, polars and R see the values that were given, periods included; a million rows are quick."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from formats_reading import ENDINGS

import sahelkit as sk

SCRIPT = Path(__file__).with_name("open_in_r.R")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """One panel in every format."""
    where = tmp_path_factory.mktemp("files")
    panel = sk.panel("focus", "1990-01", "1991-12").add_coups().add_indicators("undp_hdi").add_leaders()
    for ending in ENDINGS:
        sk.export(panel, where / f"x{ending}")
    sk.export(sk.load_coups(countries="focus"), where / "coups.dta")
    return where, panel.frame


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_duckdb_and_polars_read_the_same_month(ending, folder):
    duckdb, polars = pytest.importorskip("duckdb"), pytest.importorskip("polars")
    where, frame = folder
    path = where / f"x{ending}"
    expected = (
        [f"{month}" for month in frame["period"]],
        frame["period"].dt.year.tolist(),
        frame["period"].dt.month.tolist(),
    )
    for rows in (
        duckdb.sql(f"select period, year, month, attempt from '{path}'").fetchall(),
        (polars.read_csv(path) if ending == ".csv" else polars.read_parquet(path))
        .select("period", "year", "month", "attempt")
        .rows(),
    ):
        found = tuple(map(list, zip(*rows, strict=True)))
        assert found[:3] == expected
        assert [value if value is None else float(value) for value in found[3]] == frame["attempt"].tolist()


def test_parquet_carries_labels_and_what_to_cite(folder):
    import pyarrow.parquet as pq

    where, _ = folder
    schema = pq.read_schema(where / "x.parquet")
    assert schema.field("undp_hdi").metadata[b"label"] == b"Human Development Index (HDI)"
    notes = json.loads(schema.metadata[b"sahelkit"])
    assert notes["licence"] == "CC-BY-4.0"
    assert notes["cite"] == (where / "x.bib").read_text(encoding="utf-8")


def _r(*arguments, package):
    if shutil.which("Rscript") is None:
        pytest.skip("Rscript is not installed")
    there = subprocess.run(["Rscript", "-e", f"library({package})"], capture_output=True, check=False)
    if there.returncode and package != "base":
        pytest.skip(f"the R package {package} is not installed")
    done = subprocess.run(
        ["Rscript", str(SCRIPT), package, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return dict(line.split("\t") for line in done.stdout.splitlines() if "\t" in line)


def test_r_reads_csv_and_codebook_without_a_package(folder):
    where, frame = folder
    found = _r(where / "x.csv", where / "x_codebook.csv", package="base")
    assert found["rows"] == str(len(frame))
    assert float(found["hdi"]) == pytest.approx(frame["undp_hdi"].sum())
    assert int(found["missing"]) == frame["undp_hdi"].isna().sum()
    assert found["attempts"] == str(int(frame["attempt"].sum()))
    assert found["first"] == "1990-01 1990 1"
    assert found["leader"] == frame["leader"].iloc[-1]
    assert found["label"] == "Human Development Index (HDI)"


@pytest.mark.parametrize("ending", [".dta", ".sav"])
def test_r_reads_stata_and_spss_files_with_haven(ending, folder):
    where, frame = folder
    if ending not in ENDINGS:
        pytest.skip("pyreadstat is not installed")
    found = _r(where / f"x{ending}", where / "coups.dta", package="haven")
    assert found["rows"] == str(len(frame))
    assert float(found["hdi"]) == pytest.approx(frame["undp_hdi"].sum())
    assert int(found["missing"]) == frame["undp_hdi"].isna().sum()
    assert found["label"] == "Human Development Index (HDI)"
    assert found["leader"] == frame["leader"].iloc[-1]
    assert found["first"] == ("360 1990 1" if ending == ".dta" else "1990-01 1990 1")
    assert found["outcomes"] == "success=1 failure=2"
    coups = sk.load_coups(countries="focus")
    assert found["day"] == f"{coups['date'].iloc[0]:%Y-%m-%d}"
    assert int(found["nodays"]) == coups["cam_date"].isna().sum()


def test_r_reads_the_sheet_with_readxl(folder):
    pytest.importorskip("xlsxwriter")
    where, frame = folder
    found = _r(where / "x.xlsx", package="readxl")
    assert found["rows"] == str(len(frame))
    assert found["sheets"] == "data codebook citation"
    assert float(found["hdi"]) == pytest.approx(frame["undp_hdi"].sum())
    assert found["leader"] == frame["leader"].iloc[-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ending", "seconds"), [(".parquet", 10), (".csv", 10), (".dta", 30), (".sav", 60), (".xlsx", 240)]
)
def test_a_million_rows(ending, seconds, tmp_path):
    if ending not in ENDINGS:
        pytest.skip("its library is not installed")
    n = 1_000_000
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "iso3": np.array(["MLI", "NER", "BFA"], dtype=object)[rng.integers(0, 3, n)],
            "period": pd.PeriodIndex.from_ordinals(rng.integers(240, 600, n), freq="M"),
            "day": pd.Timestamp("1990-01-01") + pd.to_timedelta(rng.integers(0, 12_000, n), unit="D"),
            "deaths": pd.array(rng.integers(0, 90, n), dtype="Int64"),
            "score": rng.normal(size=n),
            "flag": rng.integers(0, 2, n).astype(bool),
        }
    )
    started = time.perf_counter()
    made = sk.export(frame, tmp_path / f"big{ending}")
    took = time.perf_counter() - started
    print(f"{ending}: {took:.1f} s, {made.path.stat().st_size / 1e6:.0f} MB")
    assert made.rows == n
    assert took < seconds
