"""Figures: one file per family, every label in English and French, a source line and the sample size in each.

A figure draws numbers that it is given and computes none.
"""
