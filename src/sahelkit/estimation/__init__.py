"""Arithmetic that knows no coups: numbers in, numbers out."""
