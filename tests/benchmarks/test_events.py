"""Event files: ours beside polars and pandas written by hand, each in a process of its own, in CPU time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import make_events

MILLIONS = 2
# What each way of counting is: imports and a small file first, so that neither is measured.
WAYS = {
    "ours": """
import sahelkit as sk
def count(path):
    table = sk.read_events(path, layout="acled").tally(countries=WANTED)
    return int(table["events"].sum()), int(table["fatalities"].sum())
""",
    "polars": """
import polars as pl, pandas, pyarrow
def count(path):
    scan = pl.scan_parquet if path.endswith("parquet") else pl.scan_csv
    day = pl.col("event_date").str.to_date("%d %B %Y")
    counts = (
        scan(path).filter(pl.col("iso").is_in(WANTED_ISO))
        .group_by("iso", day.dt.truncate("1mo").alias("month"), "event_type")
        .agg(pl.len().alias("events"), pl.col("fatalities").sum())
        .sort("iso", "month", "event_type").collect(engine="streaming").to_pandas()
    )
    return int(counts["events"].sum()), int(counts["fatalities"].sum())
""",
    "pandas": """
import pandas as pd
def count(path):
    names = ["iso", "event_date", "event_type", "fatalities"]
    rows = pd.read_parquet(path, columns=names) if path.endswith("parquet") else pd.read_csv(path, usecols=names)
    rows = rows[rows["iso"].isin(WANTED_ISO)]
    month = pd.to_datetime(rows["event_date"], format="%d %B %Y").dt.to_period("M")
    counts = rows.groupby(["iso", month, "event_type"])["fatalities"].agg(["size", "sum"])
    return int(counts["size"].sum()), int(counts["sum"].sum())
""",
}
MEASURE = """
import json, resource, sys
WANTED = "west_africa"
WANTED_ISO = {wanted}
{way}
count(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF)
found = count(sys.argv[2])
after = resource.getrusage(resource.RUSAGE_SELF)
cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(json.dumps([*found, cpu, after.ru_maxrss / 1024]))
"""


def measured(way: str, small: Path, large: Path, *, times: int = 3) -> dict[str, float]:
    """Events, deaths, least CPU seconds and least peak memory (MB) of some runs."""
    code = MEASURE.format(wanted=list(make_events.STATES)[:16], way=WAYS[way])
    runs = []
    for _ in range(times):
        done = subprocess.run([sys.executable, "-c", code, small, large], capture_output=True, text=True, check=True)
        runs.append(json.loads(done.stdout))
    events, deaths = runs[0][:2]
    return {"events": events, "deaths": deaths, "cpu": min(run[2] for run in runs), "mb": min(run[3] for run in runs)}


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_as_fast_as_by_hand(kind, tmp_path):
    small = make_events.write(tmp_path / f"small.{kind}", 1_000)
    large = make_events.write(tmp_path / f"large.{kind}", MILLIONS * 1_000_000)
    found = {way: measured(way, small, large) for way in WAYS}
    print(f"\n{kind}, {MILLIONS} million rows:", json.dumps(found))
    ours, polars, pandas = (found[way] for way in WAYS)
    assert ours["events"] == polars["events"] == pandas["events"]
    assert ours["deaths"] == polars["deaths"] == pandas["deaths"]
    assert ours["cpu"] <= 1.3 * polars["cpu"]
    assert ours["mb"] <= 1.5 * polars["mb"]
    if kind == "parquet":
        assert 3 * ours["cpu"] <= pandas["cpu"]


def test_twenty_million_rows_in_little_memory(tmp_path):
    small = make_events.write(tmp_path / "small.parquet", 1_000)
    large = make_events.write(tmp_path / "large.parquet", 20_000_000)
    found = measured("ours", small, large, times=1)
    print("\n20 million rows:", json.dumps(found))
    assert found["mb"] < 700
