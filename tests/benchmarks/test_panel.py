"""Speed and memory of panels; run by hand: ``pytest tests/benchmarks/test_panel.py``.

Targets: the world by months, 1950 to 2025, with coups, conflict and ten indicators within 1.0 s, and within 400 MB of
memory for the whole process.
"""

import os
import subprocess
import sys
import warnings

import sahelkit as sk

TEN = (
    "wdi_gdp_per_capita",
    "wdi_gdp_per_capita_growth",
    "wdi_deflator_inflation",
    "wdi_urban_share",
    "wdi_population_growth",
    "sipri_military_spending",
    "undp_hdi",
    "igme_under5_mortality",
    "wgi_political_stability",
    "wdi_resource_rents",
)


def world():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return sk.panel("world", "1950-01", "2025-12").add_coups().add_conflict().add_indicators(TEN).frame


def test_world_by_months(benchmark):
    frame = benchmark.pedantic(world, rounds=5, warmup_rounds=1)
    assert len(frame) > 140_000
    assert frame.shape[1] == 4 + 3 + 6 + 10
    assert benchmark.stats["max"] <= 1.0


def test_world_by_months_with_history_as_of_a_day(benchmark):
    def run():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            built = sk.panel("world", "1950-01", "2025-12").add_coups().add_conflict().add_indicators(TEN)
            built = built.lag(TEN, years=1).since_last("attempt").add_neighbours("attempt").past("attempt", years=2)
            return built.as_of("2020-08-18").frame

    frame = benchmark.pedantic(run, rounds=3, warmup_rounds=1)
    assert frame.shape[1] == 4 + 3 + 6 + 10 + 10 + 2 + 1 + 1


def test_first_panel_of_a_process_and_its_memory():
    """Cold: import, read and build once in a new process."""
    code = """
import sys, time
begin = time.perf_counter()
sys.path.insert(0, "tests/benchmarks")
from test_panel import world
import pandas, pyarrow.parquet
middle = time.perf_counter()
world()
end = time.perf_counter()
# ru_maxrss is inherited from the parent process on Linux; the high-water mark in /proc is not.
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024
print(middle - begin, end - middle, peak)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    imports, seconds, megabytes = map(float, done.stdout.split())
    print(f"\nimports {imports:.2f} s, first panel {seconds:.2f} s, peak {megabytes:.0f} MB")
    assert seconds <= 1.0
    assert megabytes <= 400
