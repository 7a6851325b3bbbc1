from .extreme import extreme_bounds as extreme_bounds
from .influence import influence as influence
from .measures import Measures as Measures
from .measures import exposure_measures as exposure_measures
from .null import BoundsNull as BoundsNull
from .null import bounds_null as bounds_null
from .result import ExtremeBounds as ExtremeBounds
