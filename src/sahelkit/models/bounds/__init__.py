"""Extreme bounds: what many models say of one variable, and whether chance would say the same."""
