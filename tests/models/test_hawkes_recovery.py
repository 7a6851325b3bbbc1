"""Known truths recovered, and the size of the test of contagion; slow. ``pytest -m slow -s`` prints the figures."""

from __future__ import annotations

import warnings
from functools import partial

import numpy as np
import pytest

from sahelkit.models._replicates import replicate
from sahelkit.models.hawkes import fit_hawkes
from sahelkit.models.hawkes.bootstrap import refitted
from sahelkit.models.hawkes.bound import signed_root
from sahelkit.models.hawkes.integral import Process
from sahelkit.models.hawkes.likelihood import Point
from sahelkit.models.hawkes.profile import profile_interval
from sahelkit.models.simulate import simulate_panel

pytestmark = pytest.mark.slow

OWN = 0.35
SIMULATIONS = 200
# Share of rejections at 5 % that is expected at most under decade shocks of standard deviation 0.5.
LARGEST = {4: 0.13, "decade": 0.085, "none": 0.25}


def _fitted(cross, decade_sd, period, rng):
    """Sixteen countries over 66 years with about as many attempts as there were, and the fit to them."""
    attempts = simulate_panel(
        own=OWN,
        cross=cross,
        own_lag=2.0,
        cross_lag=1.0,
        rate=0.062 * (1 - OWN - cross) / (1 - OWN),
        country_sd=0.2,
        decade_sd=decade_sd,
        seed=int(rng.integers(2**31)),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return fit_hawkes(attempts, countries="west_africa", start=1960, end=2025, period=period)


def _recovered(cross, period, rng):
    fit = _fitted(cross, 0.0, period, rng)
    ends = [profile_interval(fit.estimate, fit.settings, which, 0.90) for which in ("own", "cross")]
    return fit.n_events, fit.own, *ends[0], fit.cross, *ends[1], fit.lr


@pytest.mark.parametrize("cross", [0.0, 0.2])
def test_truth_is_recovered(cross):
    """Bias and coverage of the 90 % intervals; the upper end is the one-sided 95 % bound."""
    drawn = np.array(replicate(partial(_recovered, cross, 4), SIMULATIONS, seed=11, n_jobs=1))
    events, own, own_low, own_high, found, low, high, _ = drawn.T
    covers = ((own_low <= OWN) & (own_high >= OWN)).mean(), ((low <= cross) & (high >= cross)).mean()
    print(
        f"\ncross={cross}: {events.mean():.0f} events; own mean {own.mean():.3f} median {np.median(own):.3f} "
        f"sd {own.std():.3f} covered {covers[0]:.3f}; cross mean {found.mean():.3f} median {np.median(found):.3f} "
        f"sd {found.std():.3f} covered {covers[1]:.3f}, upper bound covers {(high >= cross).mean():.3f}, "
        f"median bound {np.median(high):.3f}"
    )
    # With about 100 events own excitation is found too small by a tenth or two of itself, contagion with a lag of a
    # year by a fifth: the flexible period and the country effects take some of the clustering, and intervals suffer.
    assert -0.08 < own.mean() - OWN < 0.03
    assert abs(found.mean() - cross) < 0.07
    assert covers[0] > 0.78
    assert covers[1] > 0.83
    assert (high >= cross).mean() > 0.83


def _warp(decade_sd, period, rng):
    """Statistic in one sample without contagion, and that of one replicate from its null fit."""
    fit = _fitted(0.0, decade_sd, period, rng)
    _, again = refitted(fit, fit.null_process, rng)
    return fit.lr, (again.ratio if again is not None else 0.0)


@pytest.mark.parametrize(("decade_sd", "period"), [(0.0, 4), (0.5, 4), (0.5, "decade"), (0.5, "none")])
def test_size_of_the_bootstrap_test(decade_sd, period):
    """At 5 % nominal, by one replicate per sample pooled over the samples.

    References
    ----------
    Giacomini, R., Politis, D. N., & White, H. (2013). A warp-speed method for conducting Monte Carlo experiments
    involving bootstrap estimators. Econometric Theory, 29(3), 567-589. doi:10.1017/S0266466612000655
    """
    drawn = np.array(replicate(partial(_warp, decade_sd, period), 600, seed=21, n_jobs=1))
    size = (drawn[:, 0] > np.quantile(drawn[:, 1], 0.95)).mean()
    naive = (drawn[:, 0] > 3.84).mean()
    print(f"\ndecade sd {decade_sd}, period {period}: rejects {size:.3f} at 5 %; by chi-squared(1) {naive:.3f}")
    # Two standard errors of 600 draws are 0.018. Shocks of this strength are more than a spline of four columns can
    # follow, and with no period at all they look like contagion.
    assert 0.02 < size < (0.07 if decade_sd == 0 else LARGEST[period])


def _bounded(cross, cross_lag, rng):
    """Signed root at the truth in one sample, and in one replicate from the process that fits best with that truth."""
    attempts = simulate_panel(
        own=OWN,
        cross=cross,
        own_lag=2.0,
        cross_lag=cross_lag,
        rate=0.062 * (1 - OWN - cross) / (1 - OWN),
        country_sd=0.2,
        seed=int(rng.integers(2**31)),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        fit = fit_hawkes(attempts, countries="west_africa", start=1960, end=2025)
    root, vector = signed_root(fit.estimate, fit.settings, cross)
    process = Process(Point.of(vector), fit.baseline, fit.weights, fit.process.kernel)
    _, again = refitted(fit, process, rng)
    return root, signed_root(again, fit.settings, cross)[0]


@pytest.mark.parametrize(("cross", "cross_lag"), [(0.1, 0.25), (0.2, 1.0)])
def test_bound_by_test_inversion_covers_the_truth(cross, cross_lag):
    """One-sided 95 %, by one replicate per sample as above."""
    drawn = np.array(replicate(partial(_bounded, cross, cross_lag), 300, seed=9, n_jobs=1))
    covers = (drawn[:, 0] >= np.quantile(drawn[:, 1], 0.05)).mean()
    profile = (drawn[:, 0] >= -1.6449).mean()
    print(f"\ncross {cross}, lag {cross_lag}: bound covers {covers:.3f}, profile bound {profile:.3f}")
    # Two standard errors of 300 draws are 0.025.
    assert covers > 0.90
