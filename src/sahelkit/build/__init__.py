"""Curated tables from pinned upstream files, byte for byte the same every time.

``python -m sahelkit.build coups`` runs datasets/coups/build.py, checks what it returns against record.toml and
writes the tables; ``python -m sahelkit.build --all`` does so for every dataset and renews registry.txt and
datapackage.json.
"""

from __future__ import annotations

from sahelkit.build.engine import Sources, build_dataset, build_order, renew_index, run_build

__all__ = ["Sources", "build_dataset", "build_order", "renew_index", "run_build"]
