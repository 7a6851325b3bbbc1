"""Network Hawkes process: attempts that set off attempts, at home and across borders."""

from sahelkit.models.hawkes.bias import bias_corrected
from sahelkit.models.hawkes.bootstrap import contagion_test, detectable_contagion
from sahelkit.models.hawkes.calibrated import contagion_bound, excitation_intervals
from sahelkit.models.hawkes.fit import fit_hawkes
from sahelkit.models.hawkes.goodness import goodness_of_fit
from sahelkit.models.hawkes.intervals import ContagionBound, ExcitationIntervals
from sahelkit.models.hawkes.paths import simulate_hawkes
from sahelkit.models.hawkes.result import HawkesFit
from sahelkit.models.hawkes.robust import Robustness, robustness
from sahelkit.models.hawkes.verdicts import ContagionTest, GoodnessOfFit

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
