"""Loaders: one per dataset, each returns a tidy pandas frame."""
