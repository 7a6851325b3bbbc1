"""Monte Carlo errors: what another seed would change, against what many seeds do change."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from dataclasses import fields, is_dataclass

import numpy as np
import pytest

import sahelkit.evaluate
import sahelkit.models
import sahelkit.record
from sahelkit.errors import OptionError
from sahelkit.estimation.replicates import (
    jackknife_error,
    p_error,
    quantile_error,
    quantile_errors,
    replicate,
    share_error,
)

SEEDS = 2000


@pytest.mark.parametrize(("chance", "size"), [(0.07, 99), (0.5, 39), (0.3, 999)])
def test_error_of_a_p_value_is_the_scatter_over_seeds(chance, size):
    hits = np.random.default_rng(1).binomial(size, chance, SEEDS)
    p_values = (1 + hits) / (1 + size)
    assert p_error(chance, size) == pytest.approx(p_values.std(), rel=0.06)
    assert p_error(0.07, 99) == (0.07 * 0.93 / 100) ** 0.5


@pytest.mark.parametrize(("chance", "size"), [(0.45, 40), (0.9, 300)])
def test_error_of_a_share_is_the_scatter_over_seeds(chance, size):
    shares = np.random.default_rng(1).binomial(size, chance, SEEDS) / size
    assert share_error(chance, size) == pytest.approx(shares.std(), rel=0.08)


def test_share_of_none_or_all_is_not_known_for_sure():
    known = pytest.approx((2 / 44 * 42 / 44 / 44) ** 0.5)
    assert share_error(1.0, 40) == known
    assert share_error(0.0, 40) == known


@pytest.mark.parametrize(("share", "size"), [(0.5, 199), (0.05, 199), (0.95, 999)])
def test_error_of_a_quantile_is_the_scatter_over_seeds(share, size):
    samples = np.random.default_rng(1).exponential(size=(SEEDS, size))
    scatter = np.quantile(samples, share, axis=1).std()
    assert np.mean([quantile_error(row, share) for row in samples[:200]]) == pytest.approx(scatter, rel=0.15)


def test_dependent_draws_count_for_fewer():
    draws = np.random.default_rng(1).normal(size=1000)
    assert quantile_error(draws, 0.5, independent=250) == pytest.approx(2 * quantile_error(draws, 0.5), rel=0.15)
    both = quantile_errors(np.column_stack([draws, 3 * draws]), 0.5)
    assert both.tolist() == pytest.approx([quantile_error(draws, 0.5), 3 * quantile_error(draws, 0.5)])
    assert np.isnan(quantile_error(np.full(99, np.inf), 0.5))


def test_error_of_any_statistic_is_the_scatter_over_seeds():
    samples = np.random.default_rng(1).normal(size=(SEEDS // 4, 500))
    scatter = samples.std(axis=1).std()
    errors = [float(jackknife_error(np.std, row)) for row in samples]
    assert np.sqrt(np.mean(np.square(errors))) == pytest.approx(scatter, rel=0.1)


def test_number_of_replicates_is_checked():
    for bad in (0, 1.5, True, "9"):
        with pytest.raises(OptionError, match="it is a whole number of at least 1"):
            replicate(np.random.Generator.random, bad, seed=1, n_jobs=1)


# What a result draws from, under the names in use; a p-value beside one of these was simulated.
DRAWN = {"null", "draws", "permuted", "n_tried", "replicates", "n_draws"}
# p-values with no error of their own: name of the class, and why.
EXACT: dict[str, str] = {}


def _results():
    for package in (sahelkit.record, sahelkit.models, sahelkit.evaluate):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            found = importlib.import_module(module.name)
            for item in vars(found).values():
                if inspect.isclass(item) and item.__module__ == found.__name__ and is_dataclass(item):
                    yield item


def test_every_simulated_p_value_has_its_error():
    """A result that draws and gives a p-value gives the Monte Carlo error of it too."""
    seen = []
    for kind in _results():
        names = {item.name for item in fields(kind)}
        public = {name for name in {*names, *dir(kind)} if not name.startswith("_")}
        p_values = [name for name in public if name in ("p_value", "p_permuted") or name.endswith("_p")]
        if names & DRAWN and p_values and kind.__name__ not in EXACT:
            seen.append(kind.__name__)
            errors = {name for name in public if name.endswith("p_error")}
            assert len(errors) >= len(p_values), kind
    assert {"ContagionTest", "Robustness", "Placebo", "BoundsNull", "WildTest", "EventStudy", "Association"} <= set(
        seen
    )
