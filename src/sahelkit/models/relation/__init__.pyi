from .counterfactual import WhatIf as WhatIf
from .counterfactual import what_if as what_if
from .matrix import relation_matrix as relation_matrix
from .prior import Prior as Prior
from .result import RelationMatrix as RelationMatrix
from .robust import map_p_value as map_p_value
from .sensitivity import prior_sensitivity as prior_sensitivity
