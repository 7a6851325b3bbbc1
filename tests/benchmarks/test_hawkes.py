"""Speed of the network Hawkes process; run by hand: ``pytest tests/benchmarks/test_hawkes.py``.

Targets: a fit for West Africa (16 countries, about 105 events) within 100 ms; 999 parametric bootstraps, each a
simulation and the fits with and without contagion, within 90 s on two cores.
"""

import sahelkit as sk
from sahelkit.models.hawkes import contagion_test, fit_hawkes, simulate_hawkes


def _fit():
    coups = sk.load_coups(rule="powell_thyne", countries="west_africa")
    return lambda: fit_hawkes(coups, countries="west_africa", start=1960, end=2025)


def test_fit_of_west_africa(benchmark):
    fit = benchmark.pedantic(_fit(), rounds=20, warmup_rounds=2)
    assert fit.n_events == 105
    assert benchmark.stats["median"] <= 0.1


def test_contagion_test_of_999_replicates(benchmark):
    fit = _fit()()
    found = benchmark.pedantic(
        contagion_test, args=(fit,), kwargs={"replicates": 999, "seed": 1, "n_jobs": 2}, rounds=1, warmup_rounds=0
    )
    assert len(found.null) == 999
    assert benchmark.stats["max"] <= 90


def test_ten_thousand_paths_of_36_months(benchmark):
    fit = _fit()()
    options = {"start": 2026, "end": 2028, "replicates": 10_000, "seed": 1}
    paths = benchmark.pedantic(simulate_hawkes, args=(fit,), kwargs=options, rounds=5, warmup_rounds=1)
    assert paths["path"].nunique() > 9_000
    assert benchmark.stats["median"] <= 1.0
