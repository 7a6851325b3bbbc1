"""Speed of back-tests; run by hand: ``pytest tests/benchmarks/test_backtest.py -o addopts=``.

Targets on two cores: the world by years, 1991 to 2025, refitted at each origin, within 20 s; the world by months, 2000
to 2025, refitted every year, within 120 s. The rival of the real-time rows is one ``as_of`` per period in the same run.
"""

from __future__ import annotations

import time
import warnings

import pytest

from sahelkit.evaluate import OwnHistory, backtest
from sahelkit.panels import panel, real_time

SERIES = ["wdi_gdp_per_capita", "wdi_gdp_per_capita_growth", "igme_under5_mortality"]


def _world(freq):
    built = panel("world", "1960", "2025-12", freq=freq).add_coups(rule="powell_thyne").add_conflict()
    built = built.add_indicators(SERIES).add_democracy("vdem_polyarchy").add_neighbours("attempt")
    built = built.lag([*SERIES, "vdem_polyarchy", "ucdp_deaths_state_based"], years=2).since_last("attempt")
    return built.past(["attempt", "neighbours_attempt"], years=5, partial=True)


@pytest.fixture(autouse=True)
def _quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def test_world_by_years_refitted_at_each_origin(benchmark):
    def run():
        return backtest(OwnHistory(penalty=1.0), _world("Y"), origins=("1991", "2025"), n_jobs=2)

    done = benchmark.pedantic(run, rounds=3, warmup_rounds=1)
    assert done.n_rows > 6000
    assert benchmark.stats["median"] <= 20.0


def test_world_by_months_refitted_every_year(benchmark):
    def run():
        built = _world("M")
        return backtest(OwnHistory(penalty=1.0), built, origins=("2000-01", "2025-12"), horizon=12, refit=12, n_jobs=2)

    done = benchmark.pedantic(run, rounds=1, warmup_rounds=0)
    assert done.n_rows > 55_000
    assert benchmark.stats["median"] <= 120.0


def test_the_forecaster_of_the_project_by_years(benchmark):
    forecast = pytest.importorskip("sahelkit.models.forecast")

    def run():
        model = forecast.HazardForecaster()
        return backtest(model, forecast.forecast_panel(freq="Y"), origins=("1991", "2025"), n_jobs=2)

    done = benchmark.pedantic(run, rounds=1, warmup_rounds=1)
    assert done.n_rows > 6000
    assert benchmark.stats["median"] <= 20.0


def test_the_forecaster_of_the_project_by_months(benchmark):
    forecast = pytest.importorskip("sahelkit.models.forecast")

    def run():
        model = forecast.HazardForecaster()
        built = forecast.forecast_panel(freq="M")
        return backtest(model, built, origins=("2000-01", "2025-12"), horizon=12, refit=12, n_jobs=2)

    done = benchmark.pedantic(run, rounds=1, warmup_rounds=0)
    assert done.n_rows > 55_000
    assert benchmark.stats["median"] <= 120.0


def test_real_time_rows_against_one_as_of_per_period(benchmark):
    """The world by months, 66 years: all rows at once against 792 evaluations, of which six are timed."""
    built = _world("M")
    built.frame  # noqa: B018  both sides read their tables before the clock starts
    frame = benchmark.pedantic(lambda: real_time(_world("M")), rounds=3, warmup_rounds=1)
    begin = time.perf_counter()
    for year in range(1970, 2025, 10):
        built.as_of(f"{year}-06-01").frame  # noqa: B018
    one = (time.perf_counter() - begin) / 6
    ratio = 792 * one / benchmark.stats["median"]
    print(f"\none as_of {one:.2f} s; all rows {benchmark.stats['median']:.2f} s; ratio {ratio:.0f}")
    assert len(frame) > 130_000
    assert ratio > 50
