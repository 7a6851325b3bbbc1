"""Network Hawkes process: attempts that set off attempts, at home and across borders."""

from sahelkit.models.hawkes.bias import bias_corrected
from sahelkit.models.hawkes.bootstrap import ContagionTest, contagion_test, detectable_contagion
from sahelkit.models.hawkes.bound import ContagionBound, contagion_bound
from sahelkit.models.hawkes.calibrated import ExcitationIntervals, excitation_intervals
from sahelkit.models.hawkes.fit import fit_hawkes
from sahelkit.models.hawkes.goodness import GoodnessOfFit, goodness_of_fit
from sahelkit.models.hawkes.paths import simulate_hawkes
from sahelkit.models.hawkes.result import HawkesFit
from sahelkit.models.hawkes.robust import Robustness, robustness

__all__ = [
    "ContagionBound",
    "ContagionTest",
    "ExcitationIntervals",
    "GoodnessOfFit",
    "HawkesFit",
    "Robustness",
    "bias_corrected",
    "contagion_bound",
    "contagion_test",
    "detectable_contagion",
    "excitation_intervals",
    "fit_hawkes",
    "goodness_of_fit",
    "robustness",
    "simulate_hawkes",
]
