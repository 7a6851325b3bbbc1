from . import bounds as bounds
from . import forecast as forecast
from . import hawkes as hawkes
from . import hazard as hazard
from . import impact as impact
from . import placebo as placebo
from . import relation as relation
