"""Is as much found where there is nothing to find: placebos, power, and histories whose truth is known."""

from sahelkit.models.placebo.period_effects import fixed_effects_trap
from sahelkit.models.placebo.placebos import placebo_test
from sahelkit.models.placebo.power import contagion_power
from sahelkit.models.placebo.simulate import simulate_panel

__all__ = ["contagion_power", "fixed_effects_trap", "placebo_test", "simulate_panel"]
