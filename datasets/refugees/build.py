"""Refugees by state of origin and of asylum at the end of each year, from UNHCR's database."""

from __future__ import annotations

import warnings

import pandas as pd

from sahelkit.build import Sources
from sahelkit.errors import TableError


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    import rdata

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        raw = pd.DataFrame(next(iter(rdata.read_rda(sources.path("unhcr_population")).values())))
    known = sources.table("states", "codes").query("system == 'gw'")
    known = known.drop_duplicates("iso3", keep="last").set_index("iso3")["gwcode"]
    rows = pd.DataFrame(
        {
            "iso3": raw["coo_iso"].astype(str).to_numpy(),
            "asylum_iso3": raw["coa_iso"].astype(str).to_numpy(),
            "year": raw["year"].to_numpy().astype("int64"),
            "unhcr_refugees": raw["refugees"].to_numpy(),
        }
    )
    if rows["unhcr_refugees"].isna().any() or (rows["unhcr_refugees"] % 1 != 0).any() or (raw["refugees"] < 0).any():
        raise TableError("refugees", "the upstream file has numbers that are missing, broken or below zero")
    rows.insert(1, "gwcode", rows["iso3"].map(known))
    rows.insert(3, "asylum_gwcode", rows["asylum_iso3"].map(known))
    states = rows["gwcode"].notna() & rows["asylum_gwcode"].notna() & (rows["iso3"] != rows["asylum_iso3"])
    return {"refugees": rows[states].astype({"unhcr_refugees": "int64"})}
