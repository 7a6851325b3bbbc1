from .period_effects import FixedEffectsTrap as FixedEffectsTrap
from .period_effects import fixed_effects_trap as fixed_effects_trap
from .placebos import placebo_test as placebo_test
from .power import ContagionPower as ContagionPower
from .power import contagion_power as contagion_power
from .result import Placebo as Placebo
from .simulate import simulate_panel as simulate_panel
