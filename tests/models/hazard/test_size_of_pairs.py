"""How often a hazard of pairs finds contagion across borders in made-up histories that have none."""

from __future__ import annotations

import warnings
from collections import defaultdict

import numpy as np
import pytest

import sahelkit as sk
from sahelkit.errors import CoverageWarning, ModelError
from sahelkit.estimation import duration_terms
from sahelkit.models.placebo import simulate_panel

FORMULA = "event ~ recent + border + near_recent + t + t2 + t3 + target_never_attempts + C(five_years)"
WAYS = {
    "source, target and pair": {"cluster": ("source", "target", "pair")},
    "any common member": {"cluster": ("source", "target"), "errors": "dyadic"},
    "target": {"cluster": "target", "errors": "CR1"},
    "pair": {"cluster": "pair", "errors": "CR1"},
}


@pytest.mark.slow
def test_pairs_find_no_contagion_where_there_is_none():
    """200 histories of the sixteen states, with lasting trouble at home and shocks of decades, none of it contagious.

    Shares of tests at 5 % that reject, with a standard error of 0.015, for the difference that a border makes
    (``near_recent``): by source, target and pair, by any common member, by target, by pair. The rise after an attempt
    anywhere (``recent``) is no test of contagion: with effects of five years it rejects far too often.
    """
    histories = simulate_panel(replicates=200, freq="M", seed=12, own=0.35, cross=0.0, decade_sd=0.5)
    pairs = sk.dyads("west_africa", "1960-01", "2025-12").add_borders()
    found, refused = defaultdict(list), 0
    for _, history in histories.groupby("path"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CoverageWarning)
            made = pairs.add_frame(history[["iso3", "month", "attempts"]])
            frame = made.past("attempts", months=12).since_last("attempts").frame
        frame = frame.join(duration_terms(frame["target_since_last_attempts"])[["t", "t2", "t3"]])
        frame["event"] = frame["target_attempts"].clip(upper=1)
        frame["recent"] = frame["source_attempts_past12"].clip(upper=1)
        frame["near_recent"] = frame["recent"] * frame["border"]
        frame["five_years"] = frame["period"].dt.year // 5 * 5
        try:
            fits = {how: sk.fit_hazard(FORMULA, frame, **options) for how, options in WAYS.items()}
        except ModelError:  # five years without an attempt anywhere
            refused += 1
            continue
        for how, fit in fits.items():
            for term in ("near_recent", "recent"):
                found[how, term].append(fit.p_values()[fit.position(term)] < 0.05)
    share = {key: round(float(np.mean(values)), 3) for key, values in found.items()}
    print(share, refused)
    assert refused < 30
    for how in ("source, target and pair", "any common member"):
        assert 0.02 < share[how, "near_recent"] < 0.09
        assert share[how, "recent"] > 0.1
