"""How coup risk in one country relates to attempts in another."""

from __future__ import annotations

from sahelkit.models.relation.counterfactual import WhatIf, what_if
from sahelkit.models.relation.matrix import relation_matrix
from sahelkit.models.relation.prior import Prior
from sahelkit.models.relation.result import RelationMatrix
from sahelkit.models.relation.sensitivity import prior_sensitivity

__all__ = ["Prior", "RelationMatrix", "WhatIf", "prior_sensitivity", "relation_matrix", "what_if"]
