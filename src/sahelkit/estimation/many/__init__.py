"""Thousands of small regressions on one sample."""
