"""Spells of membership and suspension, as collected by hand."""

from __future__ import annotations

import pandas as pd

from sahelkit.build import Sources
from sahelkit.codes import gwcode_of


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    rows = pd.read_csv(sources.here / "hand_memberships.csv", dtype=str)
    rows["gwcode"] = rows["iso3"].map(gwcode_of)
    rows["membership_id"] = rows["organisation"] + "-" + rows["iso3"] + "-" + rows["status"] + "-" + rows["start"]
    return {"memberships": rows}
