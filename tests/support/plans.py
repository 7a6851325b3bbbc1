"""What a plan of many models says of one of them."""

from __future__ import annotations


def columns_of(plan, model):
    """Columns of one model: intercept, focus, others, fixed effects."""
    own = plan.models[model]
    return [*own[own >= 0].tolist(), *plan.effect_sets[plan.effects[model]]]
