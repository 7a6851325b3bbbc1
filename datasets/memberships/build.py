"""Spells of membership and suspension, as collected by hand, with what their days may be."""

from __future__ import annotations

import pandas as pd

from sahelkit.build import Sources
from sahelkit.build.second_checks import check_second_look
from sahelkit.errors import TableError
from sahelkit.geography.codes import gwcode_of
from sahelkit.tables.day_bounds import day_span


def _bounds(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Bounds of the first day or of the day of the end: from the precision, closer where pages allow it."""
    span = day_span(pd.to_datetime(rows[name]), rows[f"{name}_precision"])
    told = rows.reindex(columns=[f"{name}_min"]).apply(pd.to_datetime)[f"{name}_min"]
    idle = told.notna() & span["first"].notna()
    if idle.any():
        wrong = ", ".join(rows.loc[idle, "organisation"] + " " + rows.loc[idle, "iso3"])
        raise TableError("memberships", f"an earliest day belongs to a day that is only a bound (before): {wrong}")
    return pd.DataFrame({f"{name}_min": span["first"].fillna(told), f"{name}_max": span["last"]})


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    rows = pd.read_csv(sources.here / "hand_memberships.csv", dtype=str)
    rows["gwcode"] = rows["iso3"].map(gwcode_of)
    rows = rows.drop(columns="start_min").join(_bounds(rows, "start")).join(_bounds(rows, "end"))
    # A bound is no day: it must not stand where a filter or an identifier would take it for one.
    bounded = rows["start_precision"] == "before"
    rows["start"] = rows["start"].mask(bounded)
    parts = [rows["organisation"], rows["iso3"], rows["status"], rows["start"].fillna("before")]
    rows["membership_id"] = pd.concat(parts, axis=1).agg("-".join, axis=1)
    backwards = (rows["start_min"] > rows["start_max"]) | (rows["end_max"] <= rows["start_min"])
    if backwards.any():
        wrong = ", ".join(rows.loc[backwards, "membership_id"])
        raise TableError("memberships", f"a spell ends before it begins, or its bounds are crossed: {wrong}")
    checks = pd.read_csv(sources.here / "hand_checks.csv", dtype=str)
    check_second_look("memberships", checks, rows.rename(columns={"membership_id": "row_id"}))
    return {"memberships": rows.drop(columns=["origin", "collected_as"])}
