"""Months of military rule in the study region, one row each; the source's second rows kept beside the first."""

from __future__ import annotations

import pandas as pd

from sahelkit.build import Sources
from sahelkit.errors import TableError
from sahelkit.geography.codes import gwcode_of, translate

# Where a month has two rows, the first in this order is its type: the list was continued by adding rows under a new
# type beside the old provisional one (Guinea 2021-24), and the new type is the one that goes on afterwards.
TYPES = {
    "Military-Personal": "military-personal",
    "Military": "military",
    "Party-Military": "party-military",
    "Provisional - Military": "provisional",
}


def _study_rows(sources: Sources) -> pd.DataFrame:
    raw = pd.read_csv(sources.path("military_regimes_2025"))
    sets = sources.table("states", "sets")
    study = sets.loc[sets["set"] == "study", "iso3"]
    day = raw["year"].astype(str) + "-" + raw["month"].astype(str).str.zfill(2) + "-28"
    rows = raw.assign(month=day.str[:7], iso3=translate(raw["ccode"], system="cow", dates=day))
    rows = rows[rows["iso3"].isin(study)]
    strange = set(rows["reign_type"]) - set(TYPES)
    if strange or (rows["milreg"] != 1).any():
        raise TableError("military_rule", f"the upstream file has rows of an unknown kind: {sorted(strange)}")
    return rows


def _notes(sources: Sources) -> pd.DataFrame:
    notes = pd.read_csv(sources.here / "hand_notes.csv", dtype=str)
    months = [pd.period_range(row.first_month, row.last_month, freq="M").astype(str) for row in notes.itertuples()]
    return notes.assign(month=months).explode("month")[["iso3", "month", "note_en", "note_fr"]]


def build(sources: Sources) -> dict[str, pd.DataFrame]:
    """Tables of the dataset by name."""
    rows = _study_rows(sources)
    rows = rows.assign(rank=rows["reign_type"].map(list(TYPES).index), kind=rows["reign_type"].map(TYPES))
    rows = rows.sort_values(["iso3", "month", "rank"])
    months = rows.groupby(["iso3", "month"])["kind"].agg(["first", "last", "size"]).reset_index()
    if (months["size"] > 2).any():
        raise TableError("military_rule", "a month has more than two rows")
    months["reign_military"] = True
    months["reign_type"] = months["first"]
    months["reign_type_other"] = months["last"].where(months["size"] == 2)
    months["gwcode"] = months["iso3"].map(gwcode_of)
    months = months.drop(columns=["first", "last", "size"])
    return {"military_rule": months.merge(_notes(sources), on=["iso3", "month"], how="left", validate="one_to_one")}
